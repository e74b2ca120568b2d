import RunbookEngine
import RunbookModel

/// What of a `DELETE` or an `UPDATE` says which rows it takes.
///
/// A name is a column of the row's that is asked about where it stands in no subquery, or in one as the target's own, as in
/// `EXISTS (SELECT 1 FROM u WHERE u.id = t.id)`. Operators bind as SQLite's do
/// (https://www.sqlite.org/lang_expr.html), as far as conditions are joined and compared.
struct ChangedRows {
  private let words: [String]
  /// The name, and another one that the statement gives it, as SQLite compares names.
  private var target: Set<String> = []

  /// - Parameter words: of the statement, in the order of their places.
  init(_ words: [String]) { self.words = words }

  /// Nil where it is neither.
  var choice: RowChoice? {
    guard let verb = verb, ["delete", "update"].contains(words[verb]) else { return nil }
    let outer = depths
    guard
      let start = words.indices.first(where: {
        $0 > verb && outer[$0] == 0 && words[$0].isIdentical(to: "where")
      })
    else { return RowChoice.none }
    let end =
      words.indices.first {
        $0 > start && outer[$0] == 0 && Self.behind.contains(words[$0])
      } ?? words.count
    var other = self
    other.target = names(behind: verb, upTo: start)
    return other.condition(in: (start + 1)..<end, 0).choice
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

  private func condition(in range: Range<Int>, _ depth: Int) -> RowCondition {
    let text = words[range].joined(separator: " ")
    guard let first = range.first, depth < Self.deepest else { return .other(.open, text) }
    func parts(_ word: String) -> [RowCondition]? {
      let parts = split(range, by: word)
      return parts.count > 1 ? parts.map { condition(in: $0, depth + 1) } : nil
    }
    if let any = parts("or") { return .any(any) }
    if let all = parts("and") { return .all(all) }
    if words[first].isIdentical(to: "not") {
      return .not(condition(in: (first + 1)..<range.upperBound, depth + 1))
    }
    if let place = comparison(in: range) { return compared(range, at: place) }
    if words[first].isIdentical(to: "exists"), first + 1 < range.upperBound {
      return .other(readsTarget(in: (first + 2)..<range.upperBound) ? .some : .none, text)
    }
    if isBracketed(range), !isSubquery(at: first) {
      return condition(in: (first + 1)..<(range.upperBound - 1), depth + 1)
    }
    if range.count == 1, let number = Double(words[first]) { return .constant(number != 0) }
    if range.count == 1, ["true", "false"].contains(words[first]) {
      return .constant(words[first].isIdentical(to: "true"))
    }
    return .truth(term(range))
  }

  private static let deepest = 64

  private func isBracketed(_ range: Range<Int>) -> Bool {
    words[range.lowerBound].isIdentical(to: "(")
      && closing(range.lowerBound, range.upperBound) == range.upperBound - 1
  }

  /// Where a word stands that joins conditions; the `AND` of a `BETWEEN` does not.
  private func split(_ range: Range<Int>, by word: String) -> [Range<Int>] {
    var (parts, start, depth, between) = ([Range<Int>](), range.lowerBound, 0, 0)
    for index in range {
      switch words[index] {
      case "(", "case": depth += 1
      case ")", "end": depth -= 1
      case "between" where depth == 0: between += 1
      case "and" where depth == 0 && between > 0: between -= 1
      case word where depth == 0:
        parts.append(start..<index)
        start = index + 1
      default: break
      }
    }
    return parts + [start..<range.upperBound]
  }

  /// The first sign that compares: those of equal rank bind to the left, and what stands behind a second one is no column.
  private func comparison(in range: Range<Int>) -> Int? {
    var depth = 0
    for index in range {
      switch words[index] {
      case "(", "case": depth += 1
      case ")", "end": depth -= 1
      case "=", "<", ">", "!", "is", "isnull", "notnull", "in", "like", "glob", "match", "regexp",
        "between":
        guard depth == 0, index > range.lowerBound, !isArrow(index) else { continue }
        return words[index - 1].isIdentical(to: "not") && index - 1 > range.lowerBound
          ? index - 1 : index
      default: break
      }
    }
    return nil
  }

  /// `->` and `->>` compare nothing.
  private func isArrow(_ index: Int) -> Bool {
    guard words[index].isIdentical(to: ">"), index > 0 else { return false }
    return words[index - 1].isIdentical(to: "-") || isArrow(index - 1)
  }

  private func compared(_ range: Range<Int>, at place: Int) -> RowCondition {
    let isDenied = words[place].isIdentical(to: "not")
    let sign = isDenied ? place + 1 : place
    guard sign < range.upperBound else { return .truth(term(range)) }
    let left = term(range.lowerBound..<place)
    func isNext(_ word: String) -> Bool {
      sign + 1 < range.upperBound && words[sign + 1].isIdentical(to: word)
    }
    func right(_ skipped: Int) -> RowTerm {
      term(min(sign + skipped, range.upperBound)..<range.upperBound)
    }
    func denied(_ isDenied: Bool, _ condition: RowCondition) -> RowCondition {
      isDenied ? .not(condition) : condition
    }
    switch words[sign] {
    case "=": return .comparison(.equal, left, right(isNext("=") ? 2 : 1))
    case "!": return .not(.comparison(.equal, left, right(2)))
    case "<" where isNext(">"): return .not(.comparison(.equal, left, right(2)))
    case "<" where isNext("<"), ">" where isNext(">"): return .truth(term(range))
    case "<" where isNext("="): return .not(.comparison(.greater, left, right(2)))
    case "<": return .comparison(.less, left, right(1))
    case ">" where isNext("="): return .not(.comparison(.less, left, right(2)))
    case ">": return .comparison(.greater, left, right(1))
    case "isnull": return .isNull(left)
    // `a NOT NULL` and `a NOTNULL`.
    case "notnull": return .not(.isNull(left))
    case "is":
      var (behind, isNot) = (sign + 1, false)
      if isNext("not") { (behind, isNot) = (behind + 1, true) }
      let rest = words[min(behind, range.upperBound)..<range.upperBound]
      if rest.count == 1, rest.first?.isIdentical(to: "null") == true {
        return denied(isNot, .isNull(left))
      }
      if rest.starts(with: ["distinct", "from"]) { (behind, isNot) = (behind + 2, !isNot) }
      return denied(
        isNot,
        .comparison(.equal, left, term(min(behind, range.upperBound)..<range.upperBound)))
    case "in":
      return denied(isDenied, membership(left, (sign + 1)..<range.upperBound))
    default:
      let pattern = right(1)
      // What everything fits leaves out what is null alone.
      if ["'%'", "'%%'", "'*'"].contains(pattern.text) { return .not(.isNull(left)) }
      return denied(isDenied, .comparison(.match, left, pattern))
    }
  }

  private func membership(_ left: RowTerm, _ range: Range<Int>) -> RowCondition {
    let text = "\(left.text) in \(words[range].joined(separator: " "))"
    guard left.form == .column, let first = range.first, isSubquery(at: first) else {
      let isListed =
        range.count > 2
        && split((range.lowerBound + 1)..<(range.upperBound - 1), by: ",").contains {
          term($0) == left
        }
      return isListed ? .constant(true) : .comparison(.match, left, term(range))
    }
    let reads = range.contains { index in
      index > first && target.contains(Self.name(words[index]))
        && ["from", "join", ","].contains(words[index - 1])
    }
    let isCut = words[range].contains { ["where", "limit", "having"].contains($0) }
    return .other(reads ? isCut ? .open : .none : .some, text)
  }

  /// What is compared: a column by its name alone, whatever stands before its dot.
  private func term(_ range: Range<Int>) -> RowTerm {
    var range = range
    while range.count > 2, isBracketed(range), !isSubquery(at: range.lowerBound) {
      range = (range.lowerBound + 1)..<(range.upperBound - 1)
    }
    var (columns, texts, index) = (Set<String>(), [String](), range.lowerBound)
    while index < range.upperBound {
      if isSubquery(at: index) {
        let end = min(closing(index, range.upperBound), range.upperBound - 1)
        if readsTarget(in: (index + 1)..<max(index + 1, end)) { columns.insert("") }
        texts.append(words[index...end].joined(separator: " "))
        index = end + 1
        continue
      }
      if isName(at: index), isOwn(at: index) {
        // `t.a` and `main.t.a` are the row's `a`.
        var last = index
        while last + 2 < range.upperBound, words[last + 1].isIdentical(to: ".") { last += 2 }
        let name = Self.name(words[last])
        columns.insert(name)
        texts.append("column \(name)")
        index = last + 1
        continue
      }
      texts.append(words[index])
      index += 1
    }
    let isCall =
      range.count > 2 && words[range.lowerBound + 1].isIdentical(to: "(")
      && closing(range.lowerBound + 1, range.upperBound) == range.upperBound - 1
      && !words[range.lowerBound].isIdentical(to: "coalesce")
    return RowTerm(
      texts.joined(separator: " "), columns: columns,
      form: texts.count == 1 && columns.count == 1 && columns != [""]
        ? .column : isCall ? .call : .other)
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
