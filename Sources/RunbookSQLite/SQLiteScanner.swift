import RunbookEngine
import RunbookModel

/// Cuts SQL into what stands in quotes or comments and what does not, as SQLite's own tokenizer does
/// (https://www.sqlite.org/src/file/src/tokenize.c), and finds the values' names in it. Nothing else of SQL is read here.
struct SQLiteScanner {
  struct Reference: Sendable, Hashable {
    enum Form: Sendable, Hashable {
      /// `:name`, a bound parameter.
      case parameter
      /// `:"name"`, a quoted identifier.
      case identifier
      /// `:'name'`, a quoted literal.
      case literal
    }

    let name: String
    let form: Form
    /// UTF-8 bytes of the text, the colon included.
    let range: Range<Int>
  }

  private let bytes: [UInt8]
  private(set) var references: [Reference] = []
  /// Where a `;` stands by itself.
  private(set) var ends: [Int] = []
  /// Parameters that are no value's name: `?1`, `@a`, `$a`, `:a(b)`.
  private(set) var strangers: [Range<Int>] = []
  /// Bytes that are neither blank nor of a comment.
  private(set) var words: [Range<Int>] = []

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var position = 0
    while position < bytes.count {
      let end = Swift.max(position + 1, scan(position))
      position = end
    }
  }

  /// - Returns: the first byte behind what begins at a place.
  private mutating func scan(_ start: Int) -> Int {
    switch bytes[start] {
    case 9, 10, 12, 13, 32: return start + 1
    case UInt8(ascii: "-") where byte(start + 1) == UInt8(ascii: "-"):
      return bytes[start...].firstIndex(of: 10).map { $0 + 1 } ?? bytes.count
    case UInt8(ascii: "/") where byte(start + 1) == UInt8(ascii: "*") && byte(start + 2) != nil:
      return endOfComment(start + 2)
    case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"):
      return word(start, to: endOfQuoted(start))
    case UInt8(ascii: "["):
      return word(
        start, to: bytes[start...].firstIndex(of: UInt8(ascii: "]")).map { $0 + 1 } ?? bytes.count)
    case UInt8(ascii: ";"):
      ends.append(start)
      return start + 1
    case UInt8(ascii: ":"): return word(start, to: reference(start))
    case UInt8(ascii: "?"), UInt8(ascii: "@"), UInt8(ascii: "$"), UInt8(ascii: "#"):
      let end = endOfWord(start + 1)
      strangers.append(start..<end)
      return word(start, to: end)
    case let byte where Self.isOfWord(byte): return word(start, to: endOfWord(start))
    default: return word(start, to: start + 1)
    }
  }

  private func byte(_ index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func word(_ start: Int, to end: Int) -> Int {
    words.append(start..<end)
    return end
  }

  private func endOfComment(_ start: Int) -> Int {
    var index = start
    while index + 1 < bytes.count {
      if bytes[index] == UInt8(ascii: "*"), bytes[index + 1] == UInt8(ascii: "/") {
        return index + 2
      }
      index += 1
    }
    return bytes.count
  }

  /// A mark within is doubled.
  private func endOfQuoted(_ start: Int) -> Int {
    let mark = bytes[start]
    var index = start + 1
    while index < bytes.count {
      if bytes[index] == mark {
        guard byte(index + 1) == mark else { return index + 1 }
        index += 1
      }
      index += 1
    }
    return bytes.count
  }

  private func endOfWord(_ start: Int) -> Int {
    var index = start
    while let byte = byte(index), Self.isOfWord(byte) { index += 1 }
    return index
  }

  private mutating func reference(_ start: Int) -> Int {
    guard let next = byte(start + 1) else { return start + 1 }
    let isQuoted = next == UInt8(ascii: "'") || next == UInt8(ascii: "\"")
    let end = isQuoted ? endOfQuoted(start + 1) : endOfWord(start + 1)
    let name =
      isQuoted ? bytes[(start + 2)..<Swift.max(start + 2, end - 1)] : bytes[(start + 1)..<end]
    // `:a(b)` and `:a::b` are one parameter to SQLite.
    let goesOn =
      !isQuoted
      && (byte(end) == UInt8(ascii: "(")
        || byte(end) == UInt8(ascii: ":") && byte(end + 1) == UInt8(ascii: ":"))
    guard !goesOn, Self.isName(name) else {
      strangers.append(start..<end)
      return end
    }
    let form: Reference.Form =
      !isQuoted ? .parameter : next == UInt8(ascii: "'") ? .literal : .identifier
    references.append(
      Reference(name: String(decoding: name, as: UTF8.self), form: form, range: start..<end))
    return end
  }

  /// `IdChar` of the tokenizer.
  static func isOfWord(_ byte: UInt8) -> Bool {
    byte.isDigit || byte.isLetter || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$")
      || byte >= 0x80
  }

  private static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let first = bytes.first, !first.isDigit else { return false }
    return bytes.allSatisfy { $0.isDigit || $0.isLetter || $0 == UInt8(ascii: "_") }
  }
}

extension SQLiteScanner {
  /// Which rows it takes where it is a `DELETE` or an `UPDATE`; nil where it is neither.
  var choice: RowChoice? {
    ChangedRows(words.map { StatementJudge.folded(String(decoding: bytes[$0], as: UTF8.self)) })
      .choice
  }

  /// The same of the statements of a trigger's body. `BEGIN` may be a name as well: what stands behind each is looked at.
  var choicesInBody: [RowChoice] {
    let starts =
      words.filter {
        StatementJudge.folded(String(decoding: bytes[$0], as: UTF8.self)).isIdentical(to: "begin")
      }.map(\.upperBound) + ends.map { $0 + 1 }
    return starts.compactMap { start in
      let end = ends.first { $0 >= start } ?? bytes.count
      return SQLiteScanner(Array(bytes[start..<end])).choice
    }
  }
}
