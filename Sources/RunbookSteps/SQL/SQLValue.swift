import RunbookModel

/// Values as SQL takes them.
enum SQLValue {
  /// The text of a bound parameter, whose type the server infers; nil is NULL.
  static func text(of value: Value) -> String? {
    switch value {
    case .null: nil
    case .bool(let value): value ? "true" : "false"
    case .int(let value): String(value)
    case .double(let value) where value.isNaN: "NaN"
    case .double(let value) where value.isInfinite: value < 0 ? "-Infinity" : "Infinity"
    case .double(let value): value.shortestText
    case .decimal(let value): value.text
    case .string(let value): value
    case .timestamp(let value): value.description
    case .duration(let value): value.secondsText
    case .incomplete(let mark): mark.description
    case .list(let items): ArrayText.literal(items) { text(of: $0) }
    case .map: value.json
    }
  }

  /// - Returns: nil when the value cannot stand there.
  static func quoted(_ value: Value, as form: SQLReference.Form) -> String? {
    switch form {
    case .parameter: return nil
    case .identifier:
      guard let name = value.stringValue, !name.isEmpty else { return nil }
      return SQLQuote.identifier(name)
    case .literal: return text(of: value).map(SQLQuote.literal) ?? "NULL"
    }
  }
}
