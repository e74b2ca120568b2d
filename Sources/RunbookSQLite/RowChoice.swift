import RunbookModel

/// What of a `DELETE` or an `UPDATE` says which rows it takes.
///
/// A condition chooses among the table's rows where it reads one of them: a name that stands in no subquery, or in one
/// as the target's own, as in `EXISTS (SELECT 1 FROM u WHERE u.id = t.id)`. Any other comes to the same for each row:
/// `WHERE 1`, `WHERE :all = 'yes'`, `WHERE EXISTS (SELECT 1 FROM u)`.
struct RowChoice {
  private let words: [String]
  /// The name, and another one that the statement gives it, as SQLite compares names.
  private var target: Set<String> = []

  /// - Parameter words: of the statement, in the order of their places.
  init(_ words: [String]) { self.words = words }

  /// Whether it is a `DELETE` or an `UPDATE` that takes every row.
  var takesEveryRow: Bool {
    guard let verb = verb, ["delete", "update"].contains(words[verb]) else { return false }
    let outer = depths
    guard
      let start = words.indices.first(where: {
        $0 > verb && outer[$0] == 0 && words[$0].isIdentical(to: "where")
      })
    else { return true }
    let end =
      words.indices.first {
        $0 > start && outer[$0] == 0 && Self.behind.contains(words[$0])
      } ?? words.count
    var other = self
    other.target = names(behind: verb, upTo: start)
    return !other.choosesRows(in: (start + 1)..<end)
  }

  /// What stands behind a condition.
  private static let behind: Set<String> = ["returning", "order", "limit"]

  /// Of what the statement does itself: behind `WITH`, and in no bracket.
  private var verb: Int? {
    let depths = depths
    return words.indices.first {
      depths[$0] == 0
        && ["delete", "update", "insert", "replace", "create", "select"].contains(words[$0])
    }
  }

  /// How many brackets each stands in.
  private var depths: [Int] {
    var depth = 0
    return words.map { word in
      if word.isIdentical(to: ")") { depth -= 1 }
      defer { if word.isIdentical(to: "(") { depth += 1 } }
      return depth
    }
  }

  private func names(behind verb: Int, upTo end: Int) -> Set<String> {
    var head = words[(verb + 1)..<end].prefix {
      !["set", "indexed", "not"].contains($0)
    }.filter { !Self.aboutTarget.contains($0) && !$0.isIdentical(to: ".") }
    // `OR REPLACE`.
    if head.first?.isIdentical(to: "or") == true { head = head.dropFirst(2).map(\.self) }
    return Set(head.suffix(2).map(Self.name))
  }

  private static let aboutTarget: Set<String> = ["from", "as"]

  private func choosesRows(in range: Range<Int>) -> Bool {
    var index = range.lowerBound
    while index < range.upperBound {
      if isSubquery(at: index) {
        let end = closing(index, range.upperBound)
        if readsTarget(in: (index + 1)..<end) { return true }
        index = end + 1
      } else {
        if isName(at: index), isOwn(at: index) { return true }
        index += 1
      }
    }
    return false
  }

  private func isSubquery(at index: Int) -> Bool {
    words[index].isIdentical(to: "(") && index + 1 < words.count
      && ["select", "with", "values"].contains(words[index + 1])
  }

  private func closing(_ start: Int, _ end: Int) -> Int {
    var depth = 0
    for index in start..<end {
      if words[index].isIdentical(to: "(") { depth += 1 }
      if words[index].isIdentical(to: ")") { depth -= 1 }
      if depth == 0 { return index }
    }
    return end
  }

  /// Whether what stands in a subquery is of the row that is asked about: the target's, where it reads none of that name.
  private func readsTarget(in range: Range<Int>) -> Bool {
    let isRead = range.contains { index in
      index > range.lowerBound && target.contains(Self.name(words[index]))
        && ["from", "join", ","].contains(words[index - 1])
    }
    return !isRead && range.contains { isQualified(at: $0) }
  }

  /// `t.a`, with `t` the target.
  private func isQualified(at index: Int) -> Bool {
    index + 2 < words.count && words[index + 1].isIdentical(to: ".")
      && target.contains(Self.name(words[index]))
  }

  /// A name behind a dot is the name before the dot's.
  private func isOwn(at index: Int) -> Bool {
    if index > 1, words[index - 1].isIdentical(to: ".") { return false }
    guard index + 1 < words.count, words[index + 1].isIdentical(to: ".") else { return true }
    // `main.t.a`
    return isQualified(at: index)
      || index + 4 < words.count && words[index + 3].isIdentical(to: ".")
        && target.contains(Self.name(words[index + 2]))
  }

  private func isName(at index: Int) -> Bool {
    let word = words[index]
    guard let first = word.utf8.first else { return false }
    if [UInt8(ascii: "\""), UInt8(ascii: "`"), UInt8(ascii: "[")].contains(first) { return true }
    guard first.isLetter || first == UInt8(ascii: "_") || first >= 0x80 else { return false }
    let isCall = index + 1 < words.count && words[index + 1].isIdentical(to: "(")
    // `X'00'`
    let isBytes =
      word.isIdentical(to: "x") && index + 1 < words.count && words[index + 1].begins(with: "'")
    return !isCall && !isBytes && !Self.keywords.contains(word)
  }

  private static func name(_ word: String) -> String {
    guard let first = word.utf8.first,
      [UInt8(ascii: "\""), UInt8(ascii: "`"), UInt8(ascii: "[")].contains(first)
    else { return word }
    return String(word.dropFirstScalars(1).dropLastScalars(1))
  }

  /// What stands in an expression and names nothing of a row.
  private static let keywords: Set<String> = [
    "all", "and", "as", "between", "blob", "case", "cast", "collate", "current_date",
    "current_time", "current_timestamp", "distinct", "else", "end", "escape", "exists", "false",
    "from", "glob", "in", "integer", "is", "isnull", "like", "match", "not", "notnull", "null",
    "numeric", "or", "real", "regexp", "text", "then", "true", "when", "binary", "nocase", "rtrim",
  ]
}
