/// Reads JSON's tokens from UTF-8 bytes.
struct JSONScanner {
  private let bytes: [UInt8]
  private var offset = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { offset >= bytes.count }
  var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  mutating func advance() { offset += 1 }

  func error(_ message: String) -> JSONError {
    JSONError(isAtEnd ? message + ", found the end" : message, at: offset, in: bytes)
  }

  func error(_ message: String, at offset: Int) -> JSONError {
    JSONError(message, at: offset, in: bytes)
  }

  mutating func skipByteOrderMark() {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
  }

  mutating func skipWhitespace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      offset += 1
    }
  }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  /// An object's key with its colon.
  mutating func readKey() throws(JSONError) -> Value {
    guard current == UInt8(ascii: "\"") else { throw error("expected a key in double quotes") }
    let key = try readString()
    skipWhitespace()
    guard skip(":") else { throw error("expected `:` after the key") }
    return .string(key)
  }

  /// A string, number, boolean or null.
  mutating func readScalar() throws(JSONError) -> Value {
    switch current {
    case UInt8(ascii: "\""): return .string(try readString())
    case UInt8(ascii: "t"): return try readWord("true", .bool(true))
    case UInt8(ascii: "f"): return try readWord("false", .bool(false))
    case UInt8(ascii: "n"): return try readWord("null", .null)
    case UInt8(ascii: "-"): return try readNumber()
    case let byte? where (0x30...0x39).contains(byte): return try readNumber()
    default: throw error("expected a value")
    }
  }

  private mutating func readWord(_ word: String, _ value: Value) throws(JSONError) -> Value {
    guard bytes[offset...].starts(with: word.utf8) else { throw error("expected a value") }
    offset += word.utf8.count
    return value
  }

  private mutating func readNumber() throws(JSONError) -> Value {
    let start = offset
    _ = skip("-")
    if !skip("0") { try skipDigits() }
    if skip(".") { try skipDigits() }
    if skip("e") || skip("E") {
      if !skip("+") { _ = skip("-") }
      try skipDigits()
    }
    guard let number = Value.number(String(decoding: bytes[start..<offset], as: UTF8.self)) else {
      throw error("the number is out of range", at: start)
    }
    return number
  }

  private mutating func skipDigits() throws(JSONError) {
    let start = offset
    while let byte = current, (0x30...0x39).contains(byte) { offset += 1 }
    guard offset > start else { throw error("expected a digit") }
  }

  private mutating func readString() throws(JSONError) -> String {
    let start = offset
    offset += 1
    var runStart = offset
    var decoded: [UInt8] = []
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        defer { offset += 1 }
        if decoded.isEmpty { return String(decoding: bytes[runStart..<offset], as: UTF8.self) }
        decoded.append(contentsOf: bytes[runStart..<offset])
        return String(decoding: decoded, as: UTF8.self)
      case UInt8(ascii: "\\"):
        decoded.append(contentsOf: bytes[runStart..<offset])
        let scalar = try readEscape()
        decoded.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        runStart = offset
      case 0..<0x20:
        throw error("a control character in a string must be escaped")
      default:
        offset += 1
      }
    }
    throw error("the string has no closing quote", at: start)
  }

  private mutating func readEscape() throws(JSONError) -> Unicode.Scalar {
    let start = offset
    offset += 1
    guard let letter = current else { throw error("expected an escape after `\\`") }
    offset += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{08}"
    case UInt8(ascii: "f"): return "\u{0C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try readUnicodeEscape(from: start)
    default: throw error("unknown escape in a string", at: start)
    }
  }

  /// Four hexadecimal digits, and those of the second half when they are a surrogate.
  private mutating func readUnicodeEscape(from start: Int) throws(JSONError) -> Unicode.Scalar {
    let unit = try readHexadecimal()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard UTF16.isLeadSurrogate(unit), skip("\\"), skip("u") else {
      throw error("half of a surrogate pair in a string", at: start)
    }
    let low = try readHexadecimal()
    guard UTF16.isTrailSurrogate(low) else {
      throw error("half of a surrogate pair in a string", at: start)
    }
    let code = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00)
    return Unicode.Scalar(code) ?? "\u{FFFD}"
  }

  private mutating func readHexadecimal() throws(JSONError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error("expected four hexadecimal digits after `\\u`")
      }
      unit = unit << 4 | UInt16(digit)
      offset += 1
    }
    return unit
  }
}
