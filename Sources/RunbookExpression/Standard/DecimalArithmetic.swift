import RunbookModel

/// Arithmetic with a decimal on one side or both: exact with ints and decimals, as PostgreSQL has it on
/// `numeric`; with a double as doubles, where the decimal is one.
///
/// - Returns: of each function, nil where there is no decimal, or no result that nothing is lost in.
enum DecimalArithmetic {
  static func sum(_ left: Value, _ right: Value) throws(Fault) -> Value? {
    if let (a, b) = doubles(left, right) { return .double(a + b) }
    return exact(left, right) { one, other in
      guard let (a, b, exponent) = aligned(one, other) else { return nil }
      return number(a.addingReportingOverflow(b), exponent)
    }
  }

  static func difference(_ left: Value, _ right: Value) throws(Fault) -> Value? {
    if let (a, b) = doubles(left, right) { return .double(a - b) }
    return exact(left, right) { one, other in
      guard let (a, b, exponent) = aligned(one, other) else { return nil }
      return number(a.subtractingReportingOverflow(b), exponent)
    }
  }

  static func product(_ left: Value, _ right: Value) throws(Fault) -> Value? {
    if let (a, b) = doubles(left, right) { return .double(a * b) }
    return exact(left, right) { one, other in
      product(one, other) ?? product(trimmed(one), trimmed(other))
    }
  }

  private static func product(_ one: Scaled, _ other: Scaled) -> ExactDecimal? {
    number(
      one.coefficient.multipliedReportingOverflow(by: other.coefficient),
      one.exponent + other.exponent)
  }

  /// Without the zeros behind the point, where there is no room for them.
  private static func trimmed(_ number: Scaled) -> Scaled {
    var (coefficient, exponent) = number
    while exponent < 0, coefficient % 10 == 0 {
      coefficient /= 10
      exponent += 1
    }
    return (coefficient, exponent)
  }

  /// An int where the quotient of two whole numbers is whole, else that of the doubles which they are:
  /// `7.00 / 2` is 3.5.
  static func quotient(_ left: Value, _ right: Value) throws(Fault) -> Value? {
    if let (a, b) = doubles(left, right) { return .double(a / b) }
    guard let (one, other) = decimals(left, right) else { return nil }
    guard !other.isZero else { throw Fault(.divisionByZero, "division by zero") }
    if let a = one.int64, let b = other.int64,
      a.remainderReportingOverflow(dividingBy: b) == (0, false)
    {
      return .int(a / b)
    }
    guard let a = one.exactDouble, let b = other.exactDouble else { return nil }
    return .double(a / b)
  }

  /// Of whole numbers.
  static func remainder(_ left: Value, _ right: Value) throws(Fault) -> Value? {
    guard let (one, other) = decimals(left, right), let a = one.int64, let b = other.int64 else {
      return nil
    }
    return try Arithmetic.remainder(.int(a), .int(b))
  }

  /// A decimal and a double, as doubles.
  private static func doubles(_ left: Value, _ right: Value) -> (Double, Double)? {
    switch (left, right) {
    case (.decimal(let a), .double(let b)): a.exactDouble.map { ($0, b) }
    case (.double(let a), .decimal(let b)): b.exactDouble.map { (a, $0) }
    default: nil
    }
  }

  /// Decimals and ints, as decimals.
  private static func decimals(_ left: Value, _ right: Value) -> (ExactDecimal, ExactDecimal)? {
    switch (left, right) {
    case (.decimal(let a), .decimal(let b)): (a, b)
    case (.decimal(let a), .int(let b)): (a, ExactDecimal(b))
    case (.int(let a), .decimal(let b)): (ExactDecimal(a), b)
    default: nil
    }
  }

  private typealias Scaled = (coefficient: Int128, exponent: Int)

  private static func exact(
    _ left: Value, _ right: Value, _ result: (Scaled, Scaled) -> ExactDecimal?
  ) -> Value? {
    guard let (one, other) = decimals(left, right), let a = one.scaled, let b = other.scaled,
      let result = result(a, b)
    else { return nil }
    return .decimal(result)
  }

  /// With the lower exponent of the two, and at most 0.
  private static func aligned(_ one: Scaled, _ other: Scaled) -> (Int128, Int128, exponent: Int)? {
    let exponent = min(0, one.exponent, other.exponent)
    guard let a = scaled(one, to: exponent), let b = scaled(other, to: exponent) else { return nil }
    return (a, b, exponent)
  }

  private static func scaled(_ number: Scaled, to exponent: Int) -> Int128? {
    guard number.coefficient != 0 else { return 0 }
    guard number.exponent - exponent <= 38 else { return nil }
    var coefficient = number.coefficient
    for _ in 0..<(number.exponent - exponent) {
      let (product, overflow) = coefficient.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      coefficient = product
    }
    return coefficient
  }

  private static func number(
    _ result: (partialValue: Int128, overflow: Bool), _ exponent: Int
  ) -> ExactDecimal? {
    guard !result.overflow,
      let coefficient = scaled((result.partialValue, exponent), to: min(0, exponent))
    else { return nil }
    return ExactDecimal(coefficient: coefficient, exponent: min(0, exponent))
  }
}
