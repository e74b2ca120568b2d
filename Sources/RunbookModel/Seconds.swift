extension Duration {
  /// Whole nanoseconds, rounded towards zero; nil beyond 64 bits (about 292 years).
  public var wholeNanoseconds: Int64? {
    let parts = components
    let (scaled, overflow) = parts.seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return nil }
    let (sum, carry) = scaled.addingReportingOverflow(parts.attoseconds / 1_000_000_000)
    return carry ? nil : sum
  }

  /// Whole microseconds, rounded towards zero; nil beyond 64 bits of nanoseconds.
  package var microseconds: Int64? { wholeNanoseconds.map { $0 / 1000 } }

  /// Seconds as a decimal with the unit, as CEL and protobuf's JSON write it: `90s`, `-1.5s`.
  public var secondsText: String {
    let parts = components
    let nanoseconds = (parts.attoseconds / 1_000_000_000).magnitude
    let sign = parts.seconds < 0 || parts.attoseconds < 0 ? "-" : ""
    var text = "\(sign)\(parts.seconds.magnitude)"
    if nanoseconds != 0 {
      var digits = String(nanoseconds)
      digits = String(repeating: "0", count: 9 - digits.unicodeScalars.count) + digits
      while digits.ends(with: "0") { digits.unicodeScalars.removeLast() }
      text += "." + digits
    }
    return text + "s"
  }
}
