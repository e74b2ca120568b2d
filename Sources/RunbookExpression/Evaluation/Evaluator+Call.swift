import RunbookModel

extension Evaluator {
  mutating func call(
    _ function: StandardFunction, _ arguments: [NodeID]
  ) throws(Fault) -> Value {
    guard let first = arguments.first else { throw .overload(function.rawValue, "nothing") }
    let subject = try value(of: first)
    try charge(reading: subject, bytesOfWork: function.bytesOfWork)
    guard arguments.count > 1 || function.textArguments != nil else {
      return try apply(function, to: subject)
    }
    var others: [Value] = []
    for argument in arguments.dropFirst() {
      others.append(try value(of: argument))
      try charge(reading: others[others.count - 1], bytesOfWork: function.bytesOfWork)
    }
    if function.textArguments != nil { return try text(function, subject, others) }
    return try apply(function, to: subject, others[0])
  }

  private func apply(_ function: StandardFunction, to value: Value) throws(Fault) -> Value {
    switch function {
    case .size: try Self.size(of: value)
    case .bool: try Conversion.bool(value)
    case .int: try Conversion.int(value)
    case .double: try Conversion.double(value)
    case .decimal: try Conversion.decimal(value)
    case .string: try Conversion.string(value)
    case .timestamp: try Conversion.timestamp(value)
    case .duration: try Conversion.duration(value)
    case .dyn: value
    default: try TimeField.value(function, of: value, zone: nil)
    }
  }

  private mutating func apply(
    _ function: StandardFunction, to subject: Value, _ argument: Value
  ) throws(Fault) -> Value {
    guard case .string(let text) = argument else {
      throw .overload(function.rawValue, subject.typeName, argument.typeName)
    }
    guard case .string(let whole) = subject else {
      return try TimeField.value(function, of: subject, zone: text)
    }
    switch function {
    case .startsWith: return .bool(whole.utf8.starts(with: text.utf8))
    case .endsWith: return .bool(whole.utf8.reversed().starts(with: text.utf8.reversed()))
    case .contains: return .bool(Substrings.contains(whole, text))
    case .matches: return .bool(try matches(whole, text))
    default: throw .overload(function.rawValue, subject.typeName, argument.typeName)
    }
  }

  private static func size(of value: Value) throws(Fault) -> Value {
    switch value {
    case .string(let text): .int(Int64(text.unicodeScalars.count))
    case .list(let items): .int(Int64(items.count))
    case .map(let map): .int(Int64(map.count))
    default: throw .overload("size", value.typeName)
    }
  }

  /// How many steps of a pattern count as one of an expression.
  private static let stepsOfWork = 8

  private mutating func matches(_ text: String, _ pattern: String) throws(Fault) -> Bool {
    let expression: RegularExpression
    let isNew: Bool
    do throws(RegularExpressionError) {
      (expression, isNew) = try expressions.expression(pattern)
    } catch {
      throw Fault(.invalid, "the pattern is not a regular expression: \(error.message)")
    }
    if isNew { try charge(expression.size + pattern.utf8.count) }
    let allowed = remainingWork * Self.stepsOfWork
    var left = allowed
    let isMatch = expression.matches(text, work: &left)
    try charge((allowed - left) / Self.stepsOfWork + 1)
    guard let isMatch else { throw Self.tooMuchWork }
    return isMatch
  }
}
