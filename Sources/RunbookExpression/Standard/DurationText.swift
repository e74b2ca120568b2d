import RunbookModel

/// Reads durations as CEL writes them: `1h30m`, `-1.5h`, `90s`, `250ms`, `0`.
struct DurationText {
  private let bytes: [UInt8]
  private var offset = 0

  /// - Throws: `Fault` when the text is not a duration, or its nanoseconds do not fit 64 bits.
  static func nanoseconds(_ text: String) throws(Fault) -> Int64 {
    var reader = DurationText(bytes: Array(text.utf8))
    return try reader.read()
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func read() throws(Fault) -> Int64 {
    var isNegative = false
    if let sign = current, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      isNegative = sign == UInt8(ascii: "-")
      offset += 1
    }
    if bytes[offset...].elementsEqual([UInt8(ascii: "0")]) { return 0 }
    guard current != nil else { throw Self.invalid }
    var total: Int64 = 0
    // Counted downwards, as there is one more number below zero than above it.
    while current != nil {
      let (sum, overflow) = total.subtractingReportingOverflow(try readPart())
      guard !overflow else { throw Arithmetic.overflow }
      total = sum
    }
    guard !isNegative else { return total }
    guard total != .min else { throw Arithmetic.overflow }
    return -total
  }

  private static let invalid = Fault(
    .invalid, "the string is not a duration such as `1h30m`, `90s` or `250ms`")

  private var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func readPart() throws(Fault) -> Int64 {
    let whole = readDigits()
    var fraction: ArraySlice<UInt8> = []
    if current == UInt8(ascii: ".") {
      offset += 1
      fraction = readDigits()
    }
    guard !whole.isEmpty || !fraction.isEmpty, let unit = readUnit() else { throw Self.invalid }
    let digits = whole.isEmpty ? "0" : String(decoding: whole, as: UTF8.self)
    guard let count = Int64(digits) else { throw Arithmetic.overflow }
    let (scaled, overflow) = count.multipliedReportingOverflow(by: unit)
    let (sum, carry) = scaled.addingReportingOverflow(Self.part(fraction, of: unit))
    guard !overflow, !carry else { throw Arithmetic.overflow }
    return sum
  }

  /// A decimal fraction of a unit, rounded towards zero.
  private static func part(_ digits: ArraySlice<UInt8>, of unit: Int64) -> Int64 {
    var numerator: Int64 = 0
    var denominator: Int64 = 1
    for digit in digits.prefix(15) {
      numerator = numerator * 10 + Int64(digit) - 0x30
      denominator *= 10
    }
    let (high, low) = unit.multipliedFullWidth(by: numerator)
    return denominator.dividingFullWidth((high, low)).quotient
  }

  private mutating func readDigits() -> ArraySlice<UInt8> {
    let start = offset
    while let byte = current, (0x30...0x39).contains(byte) { offset += 1 }
    return bytes[start..<offset]
  }

  private mutating func readUnit() -> Int64? {
    let start = offset
    while let byte = current, byte != UInt8(ascii: "."), !(0x30...0x39).contains(byte) {
      offset += 1
    }
    switch String(decoding: bytes[start..<offset], as: UTF8.self) {
    case "ns": return 1
    case "us", "µs", "μs": return 1000
    case "ms": return 1_000_000
    case "s": return 1_000_000_000
    case "m": return 60_000_000_000
    case "h": return 3_600_000_000_000
    default: return nil
    }
  }
}
