/// A number by its decimal digits, however many they are: what neither 64 bits nor a double keep.
///
/// Trailing zeros are kept as they were written, as is whether there is an exponent, and neither counts:
/// `1.50` equals `1.5`, and `0.00000001` is `1e-8`.
public struct ExactDecimal: Sendable {
  /// More than PostgreSQL's `numeric` has.
  public static let maximumDigits = 150_000
  /// How far the point may be from the digits.
  public static let maximumExponent = 1_000_000

  let isNegative: Bool
  /// In ASCII, without zeros at the start; zero has none.
  var digits: [UInt8]
  /// The power of ten of the last digit; of zero, of the last one written.
  var exponent: Int
  /// Whether it was written without an exponent.
  let isPlain: Bool

  /// Reads a number as JSON, YAML and SQL write it: `-12.50`, `.5`, `+1e-30`.
  ///
  /// - Returns: nil for anything else, for more than `maximumDigits` significant digits, and for an
  ///   exponent beyond `maximumExponent`.
  public init?(_ text: some StringProtocol) {
    var scanner = DecimalScanner(bytes: Array(text.utf8))
    guard let parts = scanner.read() else { return nil }
    self.init(
      isNegative: parts.isNegative, digits: parts.digits, exponent: parts.exponent,
      isPlain: parts.isPlain)
  }

  init?(isNegative: Bool, digits: [UInt8], exponent: Int, isPlain: Bool) {
    var digits = digits
    var exponent = exponent
    if digits.count > Self.maximumDigits || exponent < -Self.maximumExponent {
      while digits.last == UInt8(ascii: "0") {
        digits.removeLast()
        exponent += 1
      }
    }
    if digits.isEmpty { exponent = max(-Self.maximumDigits, min(0, exponent)) }
    guard digits.count <= Self.maximumDigits, abs(exponent) <= Self.maximumExponent else {
      return nil
    }
    self.isNegative = isNegative && !digits.isEmpty
    self.digits = digits
    self.exponent = exponent
    self.isPlain = isPlain
  }

  public init(_ number: Int64) {
    isNegative = number < 0
    digits = number == 0 ? [] : Array(String(number.magnitude).utf8)
    exponent = 0
    isPlain = true
  }

  /// The number that the double was read from: the shortest that reads back as it.
  ///
  /// - Returns: nil for infinities and what is not a number.
  public init?(_ number: Double) {
    guard number.isFinite else { return nil }
    self.init(number.description)
  }

  /// As it was written, or nearly so: `12.50`, `1.5e400`. What had an exponent has one where its point is not
  /// near its digits.
  public var text: String {
    let sign = isNegative ? "-" : ""
    guard !digits.isEmpty else {
      return isPlain && exponent < 0 ? "0." + String(repeating: "0", count: -exponent) : "0"
    }
    let point = pointOffset
    if exponent <= 0, isPlain || point > -6 {
      return sign + Self.layOut(digits, point)
    }
    return sign + Self.layOut(digits, 1) + "e\(point - 1)"
  }

  /// Digits with a point after `point` of them.
  private static func layOut(_ digits: [UInt8], _ point: Int) -> String {
    func text(_ part: ArraySlice<UInt8>) -> String { String(decoding: part, as: UTF8.self) }
    if point >= digits.count { return text(digits[...]) }
    if point > 0 { return text(digits[..<point]) + "." + text(digits[point...]) }
    return "0." + String(repeating: "0", count: -point) + text(digits[...])
  }

  /// How many digits stand before the point; below zero, how many zeros follow it.
  private var pointOffset: Int { digits.count + exponent }

  /// What doubles can tell apart has fewer digits; one more stands for whether any follows that is no zero.
  private static let mostDigitsOfDouble = 800

  /// The nearest double, which may be infinite.
  public var double: Double {
    guard !isZero else { return 0 }
    var kept = digits
    if digits.count > Self.mostDigitsOfDouble {
      let hasMore = digits.dropFirst(Self.mostDigitsOfDouble).contains { $0 != UInt8(ascii: "0") }
      kept = digits.prefix(Self.mostDigitsOfDouble) + [UInt8(ascii: hasMore ? "1" : "0")]
    }
    let power = exponent + digits.count - kept.count
    let sign = isNegative ? "-" : ""
    return Double("\(sign)\(String(decoding: kept, as: UTF8.self))e\(power)") ?? .nan
  }

  /// The number as an int when it is whole and fits.
  public var int64: Int64? {
    guard !digits.isEmpty else { return 0 }
    guard (1...19).contains(pointOffset) else { return nil }
    let whole = digits.prefix(pointOffset)
    guard digits.dropFirst(pointOffset).allSatisfy({ $0 == UInt8(ascii: "0") }) else { return nil }
    let zeros = String(repeating: "0", count: pointOffset - whole.count)
    return Int64((isNegative ? "-" : "") + String(decoding: whole, as: UTF8.self) + zeros)
  }

  /// The number without its fraction; nil where 64 bits do not hold it.
  public var truncated: Int64? {
    guard pointOffset > 0 else { return 0 }
    var whole = self
    whole.digits = Array(digits.prefix(pointOffset))
    whole.exponent = max(0, exponent)
    return whole.int64
  }

  /// How many digits it is made of, which is what comparing or writing it costs.
  public var digitCount: Int { isPlain ? max(digits.count, -exponent) : digits.count }

  /// How many digits lie between the highest and the lowest of two numbers.
  public func spread(with other: ExactDecimal) -> Int {
    max(pointOffset, other.pointOffset) - min(exponent, other.exponent)
  }

  public var isZero: Bool { digits.isEmpty }

  public static prefix func - (number: ExactDecimal) -> ExactDecimal {
    ExactDecimal(negating: number)
  }

  private init(negating other: ExactDecimal) {
    isNegative = !other.isNegative && !other.isZero
    digits = other.digits
    exponent = other.exponent
    isPlain = other.isPlain
  }

  /// Whether a double keeps the number for certain, having few digits and being of middling size; nil where
  /// that must be tried. The shortest text of a double has at most 17 digits.
  fileprivate var survivesAsDouble: Bool? {
    let count = significantCount
    if count > 17 { return false }
    return count <= 15 && abs(pointOffset) <= 290 ? true : nil
  }

  /// Whether a double is written as this was, to the letter; nil where that must be tried. What has an exponent
  /// is a double's by that.
  fileprivate var isWrittenAsDouble: Bool? {
    guard isPlain else { return true }
    guard let last = digits.last, last != UInt8(ascii: "0") else { return false }
    return exponent < 0 && digits.count <= 15 && (-3...15).contains(pointOffset) ? true : nil
  }

  /// How many digits there are without zeros at the end.
  var significantCount: Int {
    var count = digits.count
    while count > 0, digits[count - 1] == UInt8(ascii: "0") { count -= 1 }
    return count
  }
}

extension ExactDecimal: Hashable, Comparable {
  public static func == (left: ExactDecimal, right: ExactDecimal) -> Bool {
    left.compare(right) == 0
  }

  public static func < (left: ExactDecimal, right: ExactDecimal) -> Bool {
    left.compare(right) < 0
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(isNegative)
    hasher.combine(isZero ? 0 : pointOffset)
    hasher.combine(digits.prefix(significantCount))
  }

  private func compare(_ other: ExactDecimal) -> Int {
    guard isNegative == other.isNegative else { return isNegative ? -1 : 1 }
    let order = compareMagnitude(other)
    return isNegative ? -order : order
  }

  /// Digit by digit from the first, so that nothing is written out that an exponent stands for.
  private func compareMagnitude(_ other: ExactDecimal) -> Int {
    if isZero || other.isZero { return (isZero ? 0 : 1) - (other.isZero ? 0 : 1) }
    if pointOffset != other.pointOffset { return pointOffset < other.pointOffset ? -1 : 1 }
    let zero = UInt8(ascii: "0")
    for index in 0..<max(digits.count, other.digits.count) {
      let mine = index < digits.count ? digits[index] : zero
      let theirs = index < other.digits.count ? other.digits[index] : zero
      if mine != theirs { return mine < theirs ? -1 : 1 }
    }
    return 0
  }
}

extension ExactDecimal: CustomStringConvertible {
  public var description: String { text }
}

/// Takes a number's text apart.
private struct DecimalScanner {
  let bytes: [UInt8]
  private var index = 0
  private var digits: [UInt8] = []

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// - Returns: nil when the text is not a number.
  mutating func read() -> (isNegative: Bool, digits: [UInt8], exponent: Int, isPlain: Bool)? {
    let isNegative = skip("-")
    if !isNegative { _ = skip("+") }
    digits.reserveCapacity(bytes.count)
    let whole = readDigits()
    var exponent = 0
    if skip(".") { exponent = -readDigits() }
    guard whole - exponent > 0 else { return nil }
    let isPlain = !(skip("e") || skip("E"))
    if !isPlain {
      guard let power = readExponent() else { return nil }
      exponent += power
    }
    return index == bytes.count ? (isNegative, digits, exponent, isPlain) : nil
  }

  private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
    guard index < bytes.count, bytes[index] == UInt8(ascii: scalar) else { return false }
    index += 1
    return true
  }

  /// - Returns: how many there are, zeros at the number's start included.
  private mutating func readDigits() -> Int {
    let start = index
    while index < bytes.count, (0x30...0x39).contains(bytes[index]) {
      if bytes[index] != 0x30 || !digits.isEmpty { digits.append(bytes[index]) }
      index += 1
    }
    return index - start
  }

  /// An exponent too large for anything is as good as the largest.
  private mutating func readExponent() -> Int? {
    let isNegative = skip("-")
    if !isNegative { _ = skip("+") }
    let start = index
    var power = 0
    while index < bytes.count, (0x30...0x39).contains(bytes[index]) {
      power = min(power * 10 + Int(bytes[index]) - 0x30, 1_000_000_000)
      index += 1
    }
    guard index > start else { return nil }
    return isNegative ? -power : power
  }
}

extension Value {
  /// The number that a text says, and no other, so that it is written as it was. Written whole it is an int
  /// where 64 bits hold it, else a decimal. Written with a point it is a double where the double's own text is
  /// the same (`0.1`), written with an exponent where that is the same number (`1e20`); else a decimal (`3.00`,
  /// `0.10000000000000000001`), or the int that it is.
  ///
  /// - Returns: nil for what is not a number or beyond the limits of `ExactDecimal`.
  public static func number(_ text: some StringProtocol) -> Value? {
    if let whole = Int64(text) { return .int(whole) }
    guard let exact = ExactDecimal(text) else { return nil }
    let isWhole = text.utf8.allSatisfy { byte in
      byte != UInt8(ascii: ".") && byte | 0x20 != UInt8(ascii: "e")
    }
    if isWhole, !exact.isZero { return .decimal(exact) }
    if let double = exact.doubleWrittenSo(text) { return .double(double) }
    // As `5360101284833656331e0`, which is written without the exponent.
    return Int64(exact.text).map(Value.int) ?? .decimal(exact)
  }

}

extension ExactDecimal {
  /// The double whose shortest text is the same number; nil where there is none.
  public var exactDouble: Double? {
    guard let survives = survivesAsDouble else {
      let double = double
      return ExactDecimal(double) == self ? double : nil
    }
    return survives || isZero ? double : nil
  }

  fileprivate func doubleWrittenSo(_ text: some StringProtocol) -> Double? {
    // The negative zero, which no decimal is.
    if isZero, isPlain { return text.isIdentical(to: "-0.0") ? -0.0 : nil }
    guard isWrittenAsDouble != false, let double = exactDouble else { return nil }
    return isWrittenAsDouble == true || self.text.isIdentical(to: double.shortestText)
      ? double : nil
  }
}

extension Double {
  /// The shortest text that reads back the same, as PostgreSQL writes it: without a fraction where there is
  /// none (`7`), with an exponent below 1e-4 and from 1e15 on. Finite numbers only.
  ///
  /// https://github.com/postgres/postgres/blob/REL_15_STABLE/src/common/d2s.c, `to_chars`.
  public var shortestText: String {
    let text = description.dropping(suffix: ".0")
    guard magnitude >= 1e15, !text.holds("e") else { return String(text) }
    let parts = text.dropping(prefix: "-").pieces(separatedBy: ".")
    let digits = parts.joined().utf8.reversed().drop { $0 == UInt8(ascii: "0") }.reversed()
    let all = String(decoding: Array(digits), as: UTF8.self)
    return (self < 0 ? "-" : "") + all.prefixOfScalars(1)
      + (all.utf8.count > 1 ? "." + all.dropFirstScalars() : "")
      + "e+\((parts.first?.utf8.count ?? 1) - 1)"
  }
}
