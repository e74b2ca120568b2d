import RunbookModel

/// Values as SQLite holds them: https://www.sqlite.org/datatype3.html
///
/// Each goes in as the same value, or not at all: SQLite compares a number with a text, and a blob with a text, without
/// a word, and answers otherwise than was meant. docs/sql.md has the table.
enum SQLiteValue {
  enum Bound {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
  }

  /// Why a value cannot be given to SQLite.
  struct Refusal: Error {
    /// What follows the value's name: `is …`.
    let reason: String
  }

  /// What a parameter is given. A list or a map is JSON, which `json_each` takes apart; a truth is 1 or 0.
  static func bound(_ value: Value) throws(Refusal) -> Bound {
    switch value {
    case .null: return .null
    case .bool(let truth): return .integer(truth ? 1 : 0)
    case .int(let number): return .integer(number)
    case .double(let number): return .real(try real(number))
    case .decimal(let number): return .real(try real(number))
    case .string(let text): return .text(try withoutNUL(text))
    case .timestamp(let time): return .text(time.description)
    case .duration(let span): return .text(span.secondsText)
    case .list(let items): return .text(try array(items))
    case .map: return .text(value.json)
    case .incomplete(let mark):
      throw Refusal(
        reason: mark.isUnreadable ? "cannot be used: \(mark)" : "is held in part, \(mark)")
    }
  }

  /// SQLite makes NULL of what is not a number.
  private static func real(_ number: Double) throws(Refusal) -> Double {
    guard !number.isNaN else {
      throw Refusal(reason: "is not a number (NaN), which SQLite has no value for")
    }
    return number
  }

  /// A decimal's digits are those of a real, or no number of SQLite's is it.
  private static func real(_ number: ExactDecimal) throws(Refusal) -> Double {
    guard let real = number.exactDouble else {
      throw Refusal(
        reason: "is a number that SQLite cannot hold: neither 64 bits nor a real keep its digits. "
          + "Say string(…) where its text is meant")
    }
    return real
  }

  private static func withoutNUL(_ text: String) throws(Refusal) -> String {
    guard !text.utf8.contains(0) else {
      throw Refusal(reason: "holds a NUL character, which SQL cannot")
    }
    return text
  }

  /// The list as JSON from which `json_each` reads each item as it would have been bound by itself. A map in it is a
  /// document, whose numbers keep the digits that they have.
  private static func array(_ items: [Value]) throws(Refusal) -> String {
    var texts: [String] = []
    for item in items {
      switch item {
      case .list(let items): texts.append(try array(items))
      case .double(let number): texts.append(try digits(of: try real(number)))
      case .decimal(let number): texts.append(try digits(of: try real(number)))
      case .string(let text): texts.append(Value.string(try withoutNUL(text)).json)
      case .incomplete: _ = try bound(item)
      default: texts.append(item.json)
      }
    }
    return "[\(texts.joined(separator: ","))]"
  }

  /// A value as a literal, for where no parameter can stand.
  static func literal(_ value: Value) throws(Refusal) -> String {
    switch try bound(value) {
    case .null: "NULL"
    case .integer(let number): String(number)
    case .real(let number): try digits(of: number)
    case .text(let text): quoted(text, UInt8(ascii: "'"))
    }
  }

  /// A real in digits that SQLite reads as this very one, and never as an integer: always with a point or an exponent.
  private static func digits(of number: Double) throws(Refusal) -> String {
    guard number.isFinite else { return number < 0 ? "-9e999" : "9e999" }
    let text = number.description
    // Until version 3.43 it does not read all digits to the nearest real.
    guard SQLiteHandle.real(readFrom: text)?.bitPattern == number.bitPattern else {
      throw Refusal(
        reason: "is \(text), which SQLite reads from no digits as it is; as a parameter it is exact"
      )
    }
    return text
  }

  static func identifier(_ name: String) -> String { quoted(name, UInt8(ascii: "\"")) }

  /// Nothing but its own mark ends it: https://www.sqlite.org/lang_expr.html#literal_values_constants_
  private static func quoted(_ text: String, _ mark: UInt8) -> String {
    var bytes = [mark]
    for byte in text.utf8 {
      if byte == mark { bytes.append(mark) }
      bytes.append(byte)
    }
    bytes.append(mark)
    return String(decoding: bytes, as: UTF8.self)
  }
}
