/// Exact arithmetic, to the limits of a decimal; only a quotient without an end is rounded.
///
/// Zeros behind the point are kept by sums (`1.50 + 1` is `2.50`) and products (`7.00 * 1.10` is `7.7000`), as
/// PostgreSQL keeps them; a quotient has none.
///
/// - Returns: of each function, nil for a result with more digits or a larger exponent than a decimal has.
extension ExactDecimal {
  /// Significant digits of a quotient that does not end: those of IEEE 754's decimal128.
  public static let quotientDigits = 34

  public func adding(_ other: ExactDecimal) -> ExactDecimal? {
    guard let (one, two, exponent) = aligned(with: other) else { return nil }
    let isPlain = isPlain && other.isPlain
    if isNegative == other.isNegative {
      return ExactDecimal(one + two, exponent, isNegative: isNegative, isPlain: isPlain)
    }
    return one < two
      ? ExactDecimal(two - one, exponent, isNegative: other.isNegative, isPlain: isPlain)
      : ExactDecimal(one - two, exponent, isNegative: isNegative, isPlain: isPlain)
  }

  public func subtracting(_ other: ExactDecimal) -> ExactDecimal? { adding(-other) }

  public func multiplied(by other: ExactDecimal) -> ExactDecimal? {
    var (one, two) = (self, other)
    if digits.count + other.digits.count > Self.maximumDigits {
      (one, two) = (trimmed, other.trimmed)
      guard one.digits.count + two.digits.count <= Self.maximumDigits + 1 else { return nil }
    }
    return ExactDecimal(
      Magnitude(digits: one.digits) * Magnitude(digits: two.digits), one.exponent + two.exponent,
      isNegative: isNegative != other.isNegative, isPlain: isPlain && other.isPlain)
  }

  /// The quotient, exactly where it ends; else, or where that is too long for a decimal, rounded half to even to
  /// `quotientDigits`.
  ///
  /// - Parameter other: not zero.
  public func divided(by other: ExactDecimal) -> ExactDecimal? {
    let (one, two) = (trimmed, other.trimmed)
    guard !one.isZero else { return one }
    let quotient = one.wholeQuotient(by: two) ?? one.roundedQuotient(by: two)
    let result = ExactDecimal(
      isNegative: isNegative != other.isNegative, digits: quotient.digits,
      exponent: one.exponent - two.exponent + quotient.exponent,
      isPlain: isPlain && other.isPlain)
    return result?.trimmed.writtenOut
  }

  /// What remains of a division without a fraction, with the sign of the number itself.
  ///
  /// - Parameter other: not zero.
  public func remainder(dividingBy other: ExactDecimal) -> ExactDecimal? {
    guard let (one, two, exponent) = aligned(with: other) else { return nil }
    return ExactDecimal(
      one.divided(by: two).remainder, exponent, isNegative: isNegative,
      isPlain: isPlain && other.isPlain)
  }

  private init?(_ magnitude: Magnitude, _ exponent: Int, isNegative: Bool, isPlain: Bool) {
    let digits = magnitude.digits
    guard
      let result = ExactDecimal(
        isNegative: isNegative, digits: digits, exponent: exponent, isPlain: isPlain)
    else { return nil }
    self = result.writtenOut
  }

  /// Two numbers as multiples of one power of ten: of the lowest that is written, where there is room, else of
  /// the lowest that counts.
  private func aligned(
    with other: ExactDecimal
  ) -> (Magnitude, Magnitude, exponent: Int)? {
    let (one, two) = (trimmed, other.trimmed)
    let lowest =
      one.isZero ? two.exponent : two.isZero ? one.exponent : min(one.exponent, two.exponent)
    for (left, right, exponent) in [
      (self, other, min(exponent, other.exponent)), (one, two, lowest),
    ] {
      if let left = left.magnitude(at: exponent), let right = right.magnitude(at: exponent) {
        return (left, right, exponent)
      }
    }
    return nil
  }

  private func magnitude(at exponent: Int) -> Magnitude? {
    let zeros = isZero ? 0 : self.exponent - exponent
    guard digits.count + zeros <= Self.maximumDigits else { return nil }
    return Magnitude(digits: digits + [UInt8](repeating: UInt8(ascii: "0"), count: zeros))
  }

  /// The quotient of the digits where it ends: where no prime but those of ten is left in the denominator.
  private func wholeQuotient(by other: ExactDecimal) -> (digits: [UInt8], exponent: Int)? {
    var denominator = Magnitude(digits: other.digits)
    let twos = denominator.takeOut(.two)
    let fives = denominator.takeOut(.five)
    var (quotient, remainder) = Magnitude(digits: digits).divided(by: denominator)
    guard remainder.isZero else { return nil }
    let missing = abs(twos - fives)
    // The digits that so many fives or twos make, or one less.
    let growth = twos > fives ? missing * 69_897 / 100_000 : missing * 30_102 / 100_000
    guard growth <= Self.maximumDigits else { return nil }
    quotient.multiply(by: twos > fives ? .five : .two, times: missing)
    let digits = quotient.digits
    return digits.count <= Self.maximumDigits ? (digits, -max(twos, fives)) : nil
  }

  private func roundedQuotient(by other: ExactDecimal) -> (digits: [UInt8], exponent: Int) {
    let zeros = max(0, Self.quotientDigits + 1 + other.digits.count - digits.count)
    let numerator = digits + [UInt8](repeating: UInt8(ascii: "0"), count: zeros)
    let (quotient, remainder) = Magnitude(digits: numerator)
      .divided(by: Magnitude(digits: other.digits))
    let all = quotient.digits
    var kept = Array(all.prefix(Self.quotientDigits))
    let cut = all.dropFirst(Self.quotientDigits)
    let half = [UInt8(ascii: "5")] + [UInt8](repeating: UInt8(ascii: "0"), count: cut.count - 1)
    let isOdd = kept[Self.quotientDigits - 1] % 2 == 1
    let isHalf = cut.elementsEqual(half)
    if isHalf ? isOdd || !remainder.isZero : half.lexicographicallyPrecedes(cut) {
      kept = (Magnitude(digits: kept) + Magnitude(digits: [UInt8(ascii: "1")])).digits
    }
    return (kept, cut.count - zeros)
  }

  /// Without zeros at the end of its digits.
  private var trimmed: ExactDecimal {
    var copy = self
    copy.digits = Array(digits.prefix(significantCount))
    copy.exponent = isZero ? 0 : exponent + digits.count - copy.digits.count
    return copy
  }

  /// With the zeros that an exponent stands for, where it is written without one.
  private var writtenOut: ExactDecimal {
    guard isPlain, exponent > 0, digits.count + exponent <= Self.maximumDigits else { return self }
    var copy = self
    copy.digits += [UInt8](repeating: UInt8(ascii: "0"), count: exponent)
    copy.exponent = 0
    return copy
  }
}
