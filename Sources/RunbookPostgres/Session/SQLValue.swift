package import RunbookModel

/// Values as SQL takes them.
package enum SQLValue {
  /// The text of a value that the server takes for nothing that `ParameterForm` knows; nil is NULL.
  package static func text(of value: Value) -> String? {
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

  /// An array of texts as a bound parameter.
  static func array(_ items: [String?]) -> String? {
    text(of: .list(items.map { $0.map(Value.string) ?? .null }))
  }

  /// The text of a bound parameter; nil is NULL.
  package static func text(of value: Value, as form: ParameterForm) -> String? {
    switch (form, value) {
    case (.json, .string), (.json, .list), (.json, .timestamp), (.json, .duration): value.json
    case (.jsonList, .list(let items)):
      // Each of them is one JSON value, lists too.
      ArrayText.literal(items.map { text(of: $0, as: .json).map(Value.string) ?? .null }) {
        text(of: $0)
      }
    default: text(of: value)
    }
  }

  /// - Returns: nil when the value cannot stand there, or would mean one thing to one type and something else
  ///   to another: nothing tells of a literal what the server takes it for.
  package static func quoted(_ value: Value, as form: SQLReference.Form) -> String? {
    switch form {
    case .parameter: return nil
    case .identifier:
      guard let name = value.stringValue, !name.isEmpty else { return nil }
      return SQLQuote.identifier(name)
    case .literal:
      if case .list(let items) = value, items.isEmpty { return nil }
      guard !value.holdsTimestamp else { return nil }
      return text(of: value).map(SQLQuote.literal) ?? "NULL"
    }
  }
}
