/// A value as expressions, inputs, captures and results hold it: CEL's types without `uint`, `bytes`,
/// type values and messages, and decimals for the numbers that CEL's types do not keep.
///
/// Equality here is exact and by code point: `1` is not `1.0`, and "é" in two code points is not "é"
/// in one. CEL's own equality, which compares numbers across types, is the expression room's.
public enum Value: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  /// A number that is neither an int nor a double; `Value.number` makes it.
  case decimal(ExactDecimal)
  case string(String)
  case list([Value])
  case map(ValueMap)
  case timestamp(Timestamp)
  case duration(Duration)
  /// In the place of what is held in part only; nothing is made of it.
  indirect case incomplete(Incomplete)
}

extension Value: Hashable {
  public static func == (left: Value, right: Value) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.double(let a), .double(let b)): a == b || (a.isNaN && b.isNaN)
    case (.decimal(let a), .decimal(let b)): a == b
    case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
    case (.list(let a), .list(let b)): a == b
    case (.map(let a), .map(let b)): a == b
    case (.timestamp(let a), .timestamp(let b)): a == b
    case (.duration(let a), .duration(let b)): a == b
    case (.incomplete(let a), .incomplete(let b)): a == b
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let value): hasher.combine(value)
    case .int(let value): hasher.combine(value)
    case .double(let value): hasher.combine(value.isNaN ? Double.nan : value)
    case .decimal(let value): hasher.combine(value)
    case .string(let value):
      hasher.combine(value.utf8.count)
      for byte in value.utf8 { hasher.combine(byte) }
    case .list(let value): hasher.combine(value)
    case .map(let value): hasher.combine(value)
    case .timestamp(let value): hasher.combine(value)
    case .duration(let value): hasher.combine(value)
    case .incomplete(let value): hasher.combine(value)
    }
  }
}

extension Value {
  /// The type's name as CEL and messages write it.
  public var typeName: String {
    switch self {
    case .null: "null"
    case .bool: "bool"
    case .int: "int"
    case .double: "double"
    case .decimal: "decimal"
    case .string: "string"
    case .list: "list"
    case .map: "map"
    case .timestamp: "timestamp"
    case .duration: "duration"
    case .incomplete: "incomplete"
    }
  }

  public var stringValue: String? {
    if case .string(let value) = self { value } else { nil }
  }

  public var intValue: Int64? {
    if case .int(let value) = self { value } else { nil }
  }

  public var boolValue: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  public var listValue: [Value]? {
    if case .list(let value) = self { value } else { nil }
  }

  public var mapValue: ValueMap? {
    if case .map(let value) = self { value } else { nil }
  }

  /// The same value with every string in it, those of maps' keys included, put through `transform`; a
  /// decimal whose text that changes becomes a string.
  public func mapStrings(_ transform: (String) -> String) -> Value {
    switch self {
    case .string(let text): .string(transform(text))
    case .decimal(let number): number.mapText(transform)
    case .list(let items): .list(items.map { $0.mapStrings(transform) })
    case .map(let map): .map(map.mapStrings(transform))
    default: self
    }
  }
}

extension ExactDecimal {
  fileprivate func mapText(_ transform: (String) -> String) -> Value {
    let mapped = transform(text)
    return mapped.utf8.elementsEqual(text.utf8) ? .decimal(self) : .string(mapped)
  }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .int(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(floatLiteral value: Double) { self = .double(value) }
  public init(arrayLiteral elements: Value...) { self = .list(elements) }
  public init(nilLiteral: ()) { self = .null }

  public init(dictionaryLiteral elements: (Value, Value)...) {
    var map = ValueMap()
    for (key, value) in elements { map[key] = value }
    self = .map(map)
  }
}
