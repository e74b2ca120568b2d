import RunbookModel

/// Reads the content of a string literal: takes off prefix and quotes, and replaces escapes.
struct StringLiteral {
  private let bytes: [UInt8]
  private var offset: Int
  private let end: Int

  /// The text that a token of kind `string` stands for.
  static func text(of token: Token, in bytes: [UInt8]) throws(SyntaxFault) -> String {
    var start = token.start
    var isRaw = false
    if bytes[start] | 0x20 == UInt8(ascii: "r") {
      isRaw = true
      start += 1
    }
    let quote = bytes[start]
    let isTriple =
      token.end - start >= 6 && bytes[start + 1] == quote && bytes[start + 2] == quote
    let width = isTriple ? 3 : 1
    let content = (start + width)..<(token.end - width)
    guard !isRaw, bytes[content].contains(UInt8(ascii: "\\")) else {
      return String(decoding: bytes[content], as: UTF8.self)
    }
    var literal = StringLiteral(bytes: bytes, offset: content.lowerBound, end: content.upperBound)
    return try literal.unescaped()
  }

  private mutating func unescaped() throws(SyntaxFault) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(end - offset)
    while offset < end {
      let byte = bytes[offset]
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        offset += 1
        continue
      }
      let scalar = try escape()
      result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
    return String(decoding: result, as: UTF8.self)
  }

  private mutating func escape() throws(SyntaxFault) -> Unicode.Scalar {
    let start = offset
    guard offset + 1 < end else { throw invalid(start) }
    let letter = bytes[offset + 1]
    offset += 2
    switch letter {
    case UInt8(ascii: "a"): return "\u{07}"
    case UInt8(ascii: "b"): return "\u{08}"
    case UInt8(ascii: "f"): return "\u{0C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "v"): return "\u{0B}"
    case UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "\""), UInt8(ascii: "'"),
      UInt8(ascii: "`"):
      return Unicode.Scalar(letter)
    case UInt8(ascii: "x"), UInt8(ascii: "X"): return try scalar(2, radix: 16, from: start)
    case UInt8(ascii: "u"): return try scalar(4, radix: 16, from: start)
    case UInt8(ascii: "U"): return try scalar(8, radix: 16, from: start)
    case UInt8(ascii: "0")...UInt8(ascii: "3"):
      offset -= 1
      return try scalar(3, radix: 8, from: start)
    default: throw invalid(start)
    }
  }

  private mutating func scalar(
    _ digits: Int, radix: Int, from start: Int
  ) throws(SyntaxFault) -> Unicode.Scalar {
    let stop = offset + digits
    guard stop <= end else { throw invalid(start) }
    let text = String(decoding: bytes[offset..<stop], as: UTF8.self)
    guard let first = text.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-"),
      let code = UInt32(text, radix: radix), let scalar = Unicode.Scalar(code)
    else { throw invalid(start, end: stop) }
    offset = stop
    return scalar
  }

  private func invalid(_ start: Int, end stop: Int? = nil) -> SyntaxFault {
    let stop = min(stop ?? start + 2, end)
    return SyntaxFault(
      code: .expressionLiteral,
      message: "`\(String(decoding: bytes[start..<stop], as: UTF8.self))` is not an escape",
      start: start, end: stop,
      hint: "write a backslash as `\\\\`, or put `r` before the string to have no escapes")
  }
}
