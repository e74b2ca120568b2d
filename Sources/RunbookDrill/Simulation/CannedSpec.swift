import RunbookExpression
import RunbookModel

extension ResultSpec {
  /// A value of the drill's file as the kind itself would bring it back; nil where it does not fit.
  ///
  /// Null fits everywhere. Times and durations are texts in the file; inside of lists and maps a text
  /// that is an RFC 3339 time is one.
  func value(canned value: Value) -> Value? {
    if case .null = value { return value }
    switch (type, value) {
    case ("", _), ("list", .list), ("map", .map): return value.withTimestamps
    case ("timestamp", .string(let text)): return Timestamp(rfc3339: text).map(Value.timestamp)
    case ("duration", .string(let text)): return Self.duration(text)
    case ("double", .int(let number)): return .double(Double(number))
    case ("double", .decimal(let number)): return number.exactDouble.map(Value.double)
    case _ where value.typeName == type: return value
    default: return nil
    }
  }

  /// What a result is that nobody wrote.
  var emptyValue: Value {
    switch type {
    case "bool": .bool(false)
    case "int": .int(0)
    case "double": .double(0)
    case "string": .string("")
    case "list": .list([])
    case "map": .map(ValueMap())
    default: .null
    }
  }

  private static let durationCall = SourceText(
    "duration(text)", at: Place(file: "<duration>", line: 1, column: 1), layout: .opaque)

  private static func duration(_ text: String) -> Value? {
    let scope = ValueMap([("text", .string(text))])
    // Why it is none, the message about it says in the file's words.
    return try? Expression(parsing: durationCall).evaluate(in: scope)
  }
}

extension Value {
  fileprivate var withTimestamps: Value {
    switch self {
    case .string(let text): Timestamp(rfc3339: text).map(Value.timestamp) ?? self
    case .list(let items): .list(items.map(\.withTimestamps))
    case .map(let map): .map(map.mapValues(\.withTimestamps))
    default: self
    }
  }
}
