import RunbookModel

/// Arithmetic with a decimal on one side or both, in which an int counts as the decimal that it is, and a double
/// as the number that it was read from.
enum DecimalArithmetic {
  /// - Returns: nil where there is no decimal, or something that is no number; infinities are none here.
  static func result(
    _ operation: BinaryOperator, _ left: Value, _ right: Value
  ) throws(Fault) -> Value? {
    guard let (one, other) = operands(left, right) else { return nil }
    let result: ExactDecimal?
    switch operation {
    case .add: result = one.adding(other)
    case .subtract: result = one.subtracting(other)
    case .multiply: result = one.multiplied(by: other)
    case .divide:
      guard !other.isZero else { throw Fault(.divisionByZero, "division by zero") }
      result = one.divided(by: other)
    case .remainder:
      guard !other.isZero else {
        throw Fault(.divisionByZero, "remainder of a division by zero")
      }
      result = one.remainder(dividingBy: other)
    default: return nil
    }
    guard let result else {
      throw Fault(.overflow, "the result has more digits, or a larger exponent, than a decimal")
    }
    return .decimal(result)
  }

  /// What that costs in nodes: the product of the numbers' lengths.
  static func work(_ operation: BinaryOperator, _ left: Value, _ right: Value) -> Int {
    guard let (one, other) = operands(left, right) else { return 0 }
    let (a, b) = (one.digitCount / digitsOfWork, other.digitCount / digitsOfWork)
    switch operation {
    case .multiply: return a * b
    case .divide: return (a + b) * b * 3
    case .remainder:
      let all = min(one.spread(with: other), ExactDecimal.maximumDigits) / digitsOfWork
      return all * all / 4
    default: return 0
    }
  }

  /// So many digits times as many take the time of a node.
  private static let digitsOfWork = 50

  private static func operands(
    _ left: Value, _ right: Value
  ) -> (ExactDecimal, ExactDecimal)? {
    switch (left, right) {
    case (.decimal(let a), .decimal(let b)): (a, b)
    case (.decimal(let a), _): right.asDecimal.map { (a, $0) }
    case (_, .decimal(let b)): left.asDecimal.map { ($0, b) }
    default: nil
    }
  }
}

extension Value {
  /// The decimal that a number is, a double by its shortest digits; nil for infinities and what is no number.
  var asDecimal: ExactDecimal? {
    switch self {
    case .int(let number): ExactDecimal(number)
    case .double(let number): ExactDecimal(number)
    case .decimal(let number): number
    default: nil
    }
  }
}
