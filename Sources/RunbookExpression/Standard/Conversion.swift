import RunbookModel

/// CEL's conversion functions.
enum Conversion {
  static func bool(_ value: Value) throws(Fault) -> Value {
    switch value {
    case .bool: return value
    case .string("true"), .string("TRUE"), .string("True"), .string("t"), .string("1"):
      return true
    case .string("false"), .string("FALSE"), .string("False"), .string("f"), .string("0"):
      return false
    case .string: throw unreadable("bool")
    default: throw .overload("bool", value.typeName)
    }
  }

  static func int(_ value: Value) throws(Fault) -> Value {
    switch value {
    case .int: return value
    case .double(let number):
      guard number > -0x1p63, number < 0x1p63 else { throw Arithmetic.overflow }
      return .int(Int64(number))
    case .decimal(let number):
      guard let whole = number.truncated else { throw Arithmetic.overflow }
      return .int(whole)
    case .string(let text):
      guard let number = Int64(text) else { throw unreadable("int") }
      return .int(number)
    case .timestamp(let timestamp): return .int(timestamp.seconds)
    default: throw .overload("int", value.typeName)
    }
  }

  static func double(_ value: Value) throws(Fault) -> Value {
    switch value {
    case .int(let number): return .double(Double(number))
    case .double: return value
    case .decimal(let number):
      guard number.double.isFinite else { throw Arithmetic.overflow }
      return .double(number.double)
    case .string(let text):
      guard let number = Self.double(text) else { throw unreadable("double") }
      let hasDigit = text.utf8.contains { (0x30...0x39).contains($0) }
      guard number.isFinite || !hasDigit else { throw Arithmetic.overflow }
      return .double(number)
    default: throw .overload("double", value.typeName)
    }
  }

  /// The C library takes the square of a number's length; so long a text can only be digits.
  private static func double(_ text: String) -> Double? {
    text.utf8.count <= 1000 ? Double(text) : ExactDecimal(text)?.double
  }

  static func decimal(_ value: Value) throws(Fault) -> Value {
    switch value {
    case .string(let text):
      guard let number = ExactDecimal(text) else { throw unreadable("a decimal") }
      return .decimal(number)
    default:
      guard let number = value.asDecimal else {
        guard case .double = value else { throw .overload("decimal", value.typeName) }
        throw Arithmetic.overflow
      }
      return .decimal(number)
    }
  }

  static func string(_ value: Value) throws(Fault) -> Value {
    switch value {
    case .string: value
    case .bool(let flag): .string(flag ? "true" : "false")
    case .int(let number): .string(String(number))
    case .double(let number): .string(DoubleText.text(of: number))
    case .decimal(let number): .string(number.text)
    case .timestamp(let timestamp): .string(timestamp.description)
    case .duration(let duration): .string(duration.secondsText)
    default: throw .overload("string", value.typeName)
    }
  }

  static func timestamp(_ value: Value) throws(Fault) -> Value {
    switch value.wholeAsInt {
    case .timestamp: return value
    case .int(let seconds):
      guard let timestamp = Timestamp(seconds: seconds) else { throw Arithmetic.overflow }
      return .timestamp(timestamp)
    case .string(let text):
      guard let timestamp = Timestamp(rfc3339: text) else {
        throw Fault(
          .invalid, "the string is not a timestamp of RFC 3339 in the years 0001 to 9999")
      }
      return .timestamp(timestamp)
    default: throw .overload("timestamp", value.typeName)
    }
  }

  static func duration(_ value: Value) throws(Fault) -> Value {
    switch value {
    case .duration: return value
    case .string(let text): return .duration(.nanoseconds(try DurationText.nanoseconds(text)))
    default: throw .overload("duration", value.typeName)
    }
  }

  private static func unreadable(_ type: String) -> Fault {
    Fault(.invalid, "the string cannot be read as \(type)")
  }
}
