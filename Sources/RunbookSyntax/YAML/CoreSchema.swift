import RunbookModel

/// What plain scalars mean by the core schema of YAML 1.2
/// (<https://yaml.org/spec/1.2.2/#103-core-schema>).
enum CoreSchema {
  enum Scalar {
    case value(Value)
    /// A number that cannot be kept: octal or hexadecimal beyond 64 bits, or beyond a decimal's limits.
    case tooLarge
  }

  static func scalar(_ text: String) -> Scalar {
    guard let first = text.utf8.first else { return .value(.null) }
    switch first {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."):
      return number(text) ?? .value(.string(text))
    default:
      if isNull(text) { return .value(.null) }
      return .value(bool(text).map(Value.bool) ?? .string(text))
    }
  }

  static func isNull(_ text: String) -> Bool {
    switch text.utf8.first {
    case nil: true
    case UInt8(ascii: "~"): text.utf8.count == 1
    case UInt8(ascii: "n"): text == "null"
    case UInt8(ascii: "N"): text == "Null" || text == "NULL"
    default: false
    }
  }

  static func bool(_ text: String) -> Bool? {
    switch text {
    case "true", "True", "TRUE": true
    case "false", "False", "FALSE": false
    default: nil
    }
  }

  private static func number(_ text: String) -> Scalar? {
    if text.begins(with: "0o") || text.begins(with: "0x") { return radix(text) }
    switch text {
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .value(.double(.infinity))
    case "-.inf", "-.Inf", "-.INF": return .value(.double(-.infinity))
    case ".nan", ".NaN", ".NAN": return .value(.double(.nan))
    default: break
    }
    // What begins like a number and is none is text, as `10.1.2.3` or `-x`.
    guard DecimalShape.isNumber(text) else { return nil }
    return Value.number(text).map { .value($0) } ?? .tooLarge
  }

  private static func radix(_ text: String) -> Scalar? {
    let radix = text.begins(with: "0o") ? 8 : 16
    let digits = text.dropFirstScalars(2)
    let isNumber =
      !digits.isEmpty
      && digits.utf8.allSatisfy { byte in
        Character(UnicodeScalar(byte)).hexDigitValue.map { $0 < radix } ?? false
      }
    guard isNumber else { return nil }
    return Int64(digits, radix: radix).map { .value(.int($0)) } ?? .tooLarge
  }
}

/// Tells numbers from text, however large they are.
private struct DecimalShape {
  private let bytes: [UInt8]
  private var index = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  static func isNumber(_ text: String) -> Bool {
    var shape = DecimalShape(Array(text.utf8))
    return shape.isNumber()
  }

  private mutating func isNumber() -> Bool {
    _ = skip("+") || skip("-")
    let whole = digits()
    let fraction = skip(".") ? digits() : 0
    guard whole + fraction > 0 else { return false }
    if skip("e") || skip("E") {
      _ = skip("+") || skip("-")
      if digits() == 0 { return false }
    }
    return index == bytes.count
  }

  private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
    guard index < bytes.count, bytes[index] == UInt8(ascii: scalar) else { return false }
    index += 1
    return true
  }

  private mutating func digits() -> Int {
    let start = index
    while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
    return index - start
  }
}
