import RunbookModel

/// Values as SQLite holds them: https://www.sqlite.org/datatype3.html
enum SQLiteValue {
  enum Bound {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
  }

  /// What a parameter is given. A list or a map is JSON, which `json_each` takes apart; a truth is 1 or 0; a number that
  /// is neither an integer nor a real is its digits.
  static func bound(_ value: Value) -> Bound {
    switch value {
    case .null: .null
    case .bool(let truth): .integer(truth ? 1 : 0)
    case .int(let number): .integer(number)
    case .double(let number): .real(number)
    case .decimal(let number): .text(number.text)
    case .string(let text): .text(text)
    case .timestamp(let time): .text(time.description)
    case .duration(let span): .text(span.secondsText)
    case .list, .map: .text(value.json)
    case .incomplete(let mark): .text(mark.description)
    }
  }

  /// A value as a literal, for where no parameter can stand.
  ///
  /// - Returns: nil for a number that no literal keeps.
  static func literal(_ value: Value) -> String? {
    switch bound(value) {
    case .null: "NULL"
    case .integer(let number): String(number)
    case .real(let number): number.isFinite ? number.shortestText : nil
    case .text(let text): quoted(text, UInt8(ascii: "'"))
    }
  }

  static func identifier(_ name: String) -> String { quoted(name, UInt8(ascii: "\"")) }

  /// As PostgreSQL shows its `bytea`.
  static func hex(_ bytes: UnsafeRawBufferPointer) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text = Array("\\x".utf8)
    text.reserveCapacity(2 + bytes.count * 2)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

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
