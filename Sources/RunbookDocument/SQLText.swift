import RunbookModel

/// SQL for a page that its values are to be left out of.
package enum SQLText {
  private static let mark = "…"

  /// The statements without what their literals hold: strings, numbers and bits.
  ///
  /// - Parameter literals: where PostgreSQL's own scanner found them, by byte; nil where it could not read
  ///   the text. What is one by the same rules here is left out too: some places it tells wrongly.
  package static func withoutLiterals(_ text: String, literals: [Range<Int>]?) -> String {
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var position = 0
    for literal in merged((literals ?? []) + SQLLiteralScanner.literals(in: bytes))
    where literal.upperBound <= bytes.count {
      result += bytes[position..<literal.lowerBound]
      result += emptied(bytes[literal])
      position = literal.upperBound
    }
    result += bytes[position...]
    return String(decoding: result, as: UTF8.self)
  }

  /// In order, those that overlap as one.
  private static func merged(_ ranges: [Range<Int>]) -> [Range<Int>] {
    let sorted = ranges.filter { !$0.isEmpty }.sorted {
      ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound)
    }
    return sorted.reduce(into: []) { merged, range in
      if let last = merged.last, range.lowerBound < last.upperBound {
        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
  }

  /// A literal's quotes around the mark.
  private static func emptied(_ literal: ArraySlice<UInt8>) -> [UInt8] {
    let quote = UInt8(ascii: "'")
    if let start = literal.firstIndex(of: quote), start - literal.startIndex <= 2,
      literal.first != UInt8(ascii: "$")
    {
      return Array(literal[...start]) + mark.utf8 + [quote]
    }
    return literal.first == UInt8(ascii: "$") ? Array("$$\(mark)$$".utf8) : Array(mark.utf8)
  }
}

/// Finds literals by PostgreSQL's lexical rules, `standard_conforming_strings` on:
/// https://www.postgresql.org/docs/15/sql-syntax-lexical.html
///
/// What is not closed is a literal to the text's end.
package struct SQLLiteralScanner {
  private let bytes: [UInt8]
  private var position = 0
  private var found: [Range<Int>] = []

  /// By byte, in order.
  package static func literals(in bytes: [UInt8]) -> [Range<Int>] {
    var scanner = SQLLiteralScanner(bytes: bytes)
    scanner.scan()
    return scanner.found
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private func at(_ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

  private mutating func scan() {
    while position < bytes.count {
      let start = position
      switch bytes[position] {
      case UInt8(ascii: "'"): string(from: start, escapes: false)
      case UInt8(ascii: "\""): skip(to: "\"")
      case UInt8(ascii: "-") where at(position + 1) == UInt8(ascii: "-"): skipLine()
      case UInt8(ascii: "/") where at(position + 1) == UInt8(ascii: "*"): skipComment()
      case UInt8(ascii: "$"): dollar()
      case let byte where Self.isDigit(byte): number()
      case UInt8(ascii: ".") where Self.isDigit(at(position + 1)):
        number()
      case let byte where Self.isNameStart(byte): name()
      default: position += 1
      }
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

  private static func isNameStart(_ byte: UInt8) -> Bool {
    (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "_")
      || byte >= 0x80
  }

  /// A name, or the letters before a string's quote.
  private mutating func name() {
    let start = position
    while position < bytes.count,
      Self.isNameStart(bytes[position]) || Self.isDigit(bytes[position])
        || bytes[position] == UInt8(ascii: "$")
    {
      position += 1
    }
    let length = position - start
    let letter = bytes[start] | 0x20
    guard length == 1 else { return }
    switch at(position) {
    case UInt8(ascii: "'") where "ebxn".utf8.contains(letter):
      string(from: start, escapes: letter == UInt8(ascii: "e"))
    case UInt8(ascii: "&") where letter == UInt8(ascii: "u") && at(position + 1) == 0x27:
      position += 1
      string(from: start, escapes: false)
    default: break
    }
  }

  /// From its opening quote; strings with a line break between them are one.
  private mutating func string(from start: Int, escapes: Bool) {
    repeat {
      position += 1
      while position < bytes.count {
        let byte = bytes[position]
        if byte == 0x5C, escapes {
          position += 2
        } else if byte == 0x27, at(position + 1) == 0x27 {
          position += 2
        } else if byte == 0x27 {
          break
        } else {
          position += 1
        }
      }
      position = min(position + 1, bytes.count)
    } while goesOn()
    found.append(start..<position)
  }

  /// Whether another part of the string follows; then its quote is the next byte.
  private mutating func goesOn() -> Bool {
    var index = position
    var hasBreak = false
    while index < bytes.count {
      switch bytes[index] {
      case 0x0A, 0x0D:
        hasBreak = true
        index += 1
      case 0x20, 0x09, 0x0B, 0x0C: index += 1
      case UInt8(ascii: "-") where at(index + 1) == UInt8(ascii: "-"):
        while index < bytes.count, bytes[index] != 0x0A, bytes[index] != 0x0D { index += 1 }
      case 0x27 where hasBreak:
        position = index
        return true
      default: return false
      }
    }
    return false
  }

  private mutating func skip(to quote: Unicode.Scalar) {
    position += 1
    while position < bytes.count, bytes[position] != UInt8(ascii: quote) { position += 1 }
    position = min(position + 1, bytes.count)
  }

  private mutating func skipLine() {
    while position < bytes.count, bytes[position] != 0x0A, bytes[position] != 0x0D {
      position += 1
    }
  }

  /// A comment may hold comments.
  private mutating func skipComment() {
    var depth = 0
    while position < bytes.count {
      switch (bytes[position], at(position + 1)) {
      case (UInt8(ascii: "/"), UInt8(ascii: "*")):
        depth += 1
        position += 2
      case (UInt8(ascii: "*"), UInt8(ascii: "/")):
        depth -= 1
        position += 2
        if depth == 0 { return }
      default: position += 1
      }
    }
  }

  /// `$1`, or a string between `$tag$`.
  private mutating func dollar() {
    let start = position
    var end = position + 1
    if Self.isNameStart(at(end)) {
      while Self.isNameStart(at(end)) || Self.isDigit(at(end)) { end += 1 }
    }
    guard at(end) == UInt8(ascii: "$") else {
      position += 1
      while Self.isDigit(at(position)) { position += 1 }
      return
    }
    let tag = bytes[start...end]
    position = end + 1
    while position < bytes.count, !bytes[position...].starts(with: tag) { position += 1 }
    position = min(position + tag.count, bytes.count)
    found.append(start..<position)
  }

  private mutating func number() {
    let start = position
    while Self.isDigit(at(position)) { position += 1 }
    // Two points are an operator.
    if at(position) == UInt8(ascii: "."), at(position + 1) != UInt8(ascii: ".") {
      position += 1
      while Self.isDigit(at(position)) { position += 1 }
    }
    let sign = at(position + 1) == UInt8(ascii: "+") || at(position + 1) == UInt8(ascii: "-")
    if at(position) | 0x20 == UInt8(ascii: "e"), Self.isDigit(at(position + (sign ? 2 : 1))) {
      position += sign ? 2 : 1
      while Self.isDigit(at(position)) { position += 1 }
    }
    found.append(start..<position)
  }
}
