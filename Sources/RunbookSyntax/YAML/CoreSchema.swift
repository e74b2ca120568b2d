import RunbookModel

/// What plain scalars mean by the core schema of YAML 1.2
/// (<https://yaml.org/spec/1.2.2/#103-core-schema>).
enum CoreSchema {
  enum Scalar {
    case value(Value)
    /// A whole number beyond 64 bits.
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
    switch text {
    case "", "~", "null", "Null", "NULL": true
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
    if text.hasPrefix("0o") || text.hasPrefix("0x") { return radix(text) }
    switch text {
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .value(.double(.infinity))
    case "-.inf", "-.Inf", "-.INF": return .value(.double(-.infinity))
    case ".nan", ".NaN", ".NAN": return .value(.double(.nan))
    default: break
    }
    var scanner = NumberScanner(bytes: Array(text.utf8))
    switch scanner.shape() {
    case .int: return Int64(text).map { .value(.int($0)) } ?? .tooLarge
    case .float: return Double(text).map { .value(.double($0)) }
    case nil: return nil
    }
  }

  private static func radix(_ text: String) -> Scalar? {
    let radix = text.hasPrefix("0o") ? 8 : 16
    let digits = text.dropFirst(2)
    let isNumber =
      !digits.isEmpty
      && digits.utf8.allSatisfy { byte in
        Character(UnicodeScalar(byte)).hexDigitValue.map { $0 < radix } ?? false
      }
    guard isNumber else { return nil }
    return Int64(digits, radix: radix).map { .value(.int($0)) } ?? .tooLarge
  }
}

/// Tells whole numbers and floats from text.
private struct NumberScanner {
  enum Shape { case int, float }

  let bytes: [UInt8]
  var index = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func shape() -> Shape? {
    _ = skip("+") || skip("-")
    let whole = digits()
    var isFloat = false
    if skip(".") {
      isFloat = true
      if digits() == 0, whole == 0 { return nil }
    } else if whole == 0 {
      return nil
    }
    if skip("e") || skip("E") {
      isFloat = true
      _ = skip("+") || skip("-")
      if digits() == 0 { return nil }
    }
    return index == bytes.count ? (isFloat ? .float : .int) : nil
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
