import RunbookModel

/// CEL's arithmetic: never across types, and an error instead of a wrapped number. A decimal goes with any
/// number (`DecimalArithmetic`).
enum Arithmetic {
  static func negated(_ value: Value) throws(Fault) -> Value {
    switch value {
    case .int(let number): try checked(Int64(0).subtractingReportingOverflow(number))
    case .double(let number): .double(-number)
    case .decimal(let number): .decimal(-number)
    default: throw .overload("-", value.typeName)
    }
  }

  static func sum(_ left: Value, _ right: Value) throws(Fault) -> Value {
    switch (left, right) {
    case (.int(let a), .int(let b)): return try checked(a.addingReportingOverflow(b))
    case (.double(let a), .double(let b)): return .double(a + b)
    case (.string(let a), .string(let b)): return .string(a + b)
    case (.list(let a), .list(let b)): return .list(a + b)
    case (.timestamp(let a), .duration(let b)), (.duration(let b), .timestamp(let a)):
      return try timestamp(a.adding(b))
    case (.duration(let a), .duration(let b)):
      return try duration(inRange(a) + inRange(b))
    default:
      return try withDecimal(.add, left, right)
    }
  }

  static func difference(_ left: Value, _ right: Value) throws(Fault) -> Value {
    switch (left, right) {
    case (.int(let a), .int(let b)): return try checked(a.subtractingReportingOverflow(b))
    case (.double(let a), .double(let b)): return .double(a - b)
    case (.timestamp(let a), .timestamp(let b)): return try duration(a.since(b))
    case (.timestamp(let a), .duration(let b)): return try timestamp(a.adding(.zero - inRange(b)))
    case (.duration(let a), .duration(let b)):
      return try duration(inRange(a) - inRange(b))
    default:
      return try withDecimal(.subtract, left, right)
    }
  }

  static func product(_ left: Value, _ right: Value) throws(Fault) -> Value {
    switch (left, right) {
    case (.int(let a), .int(let b)): return try checked(a.multipliedReportingOverflow(by: b))
    case (.double(let a), .double(let b)): return .double(a * b)
    default:
      return try withDecimal(.multiply, left, right)
    }
  }

  static func quotient(_ left: Value, _ right: Value) throws(Fault) -> Value {
    switch (left, right) {
    case (.int, .int(0)): throw Fault(.divisionByZero, "division by zero")
    case (.int(let a), .int(let b)): return try checked(a.dividedReportingOverflow(by: b))
    case (.double(let a), .double(let b)): return .double(a / b)
    default:
      return try withDecimal(.divide, left, right)
    }
  }

  static func remainder(_ left: Value, _ right: Value) throws(Fault) -> Value {
    switch (left, right) {
    case (.int, .int(0)): throw Fault(.divisionByZero, "remainder of a division by zero")
    case (.int(let a), .int(let b)): return try checked(a.remainderReportingOverflow(dividingBy: b))
    default:
      return try withDecimal(.remainder, left, right)
    }
  }

  private static func withDecimal(
    _ operation: BinaryOperator, _ left: Value, _ right: Value
  ) throws(Fault) -> Value {
    guard let result = try DecimalArithmetic.result(operation, left, right) else {
      throw .overload(operation.symbol, left.typeName, right.typeName)
    }
    return result
  }

  static let overflow = Fault(.overflow, "the result is out of range")

  private static func checked(
    _ result: (partialValue: Int64, overflow: Bool)
  ) throws(Fault) -> Value {
    guard !result.overflow else { throw overflow }
    return .int(result.partialValue)
  }

  private static func timestamp(_ timestamp: Timestamp?) throws(Fault) -> Value {
    guard let timestamp else { throw overflow }
    return .timestamp(timestamp)
  }

  private static func duration(_ duration: Duration) throws(Fault) -> Value {
    .duration(try inRange(duration))
  }

  /// The duration, if its nanoseconds fit into 64 bits.
  static func inRange(_ duration: Duration) throws(Fault) -> Duration {
    guard duration.wholeNanoseconds != nil else { throw overflow }
    return duration
  }
}
