extension Timestamp: CustomStringConvertible {
  /// RFC 3339 in UTC, with as many digits of the second as are needed: none, 3, 6 or 9.
  public var description: String {
    let fields = components
    var text = "\(padded(fields.year, 4))-\(padded(fields.month, 2))-\(padded(fields.day, 2))"
    text += "T\(padded(fields.hour, 2)):\(padded(fields.minute, 2)):\(padded(fields.second, 2))"
    switch nanoseconds {
    case 0: break
    case let value where value % 1_000_000 == 0: text += ".\(padded(Int(value) / 1_000_000, 3))"
    case let value where value % 1000 == 0: text += ".\(padded(Int(value) / 1000, 6))"
    default: text += ".\(padded(Int(nanoseconds), 9))"
    }
    return text + "Z"
  }

  /// Reads RFC 3339 (`2025-10-18T22:01:13Z`, `2025-10-18T22:01:13.5+02:00`).
  ///
  /// - Returns: nil for anything else, a leap second and a time out of range included.
  public init?(rfc3339 text: String) {
    var scanner = DigitScanner(text)
    guard let year = scanner.digits(4), scanner.skip("-"), let month = scanner.digits(2),
      scanner.skip("-"), let day = scanner.digits(2), scanner.skip("T") || scanner.skip("t"),
      let hour = scanner.digits(2), scanner.skip(":"), let minute = scanner.digits(2),
      scanner.skip(":"), let second = scanner.digits(2), let nanosecond = scanner.fraction(),
      let offset = scanner.offset(), scanner.isAtEnd
    else { return nil }
    self.init(
      year: year, month: month, day: day, hour: hour, minute: minute, second: second,
      nanosecond: nanosecond, offsetSeconds: offset)
  }
}

private func padded(_ number: Int, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

/// Reads fixed-width fields from the front of a text.
private struct DigitScanner {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = Substring(text).utf8 }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard let first = rest.first, first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  mutating func digits(_ count: Int) -> Int? {
    var number = 0
    for _ in 0..<count {
      guard let digit = nextDigit() else { return nil }
      number = number * 10 + digit
    }
    return number
  }

  /// Nanoseconds after a point; 0 where there is none; nil when the point has no digit or over nine.
  mutating func fraction() -> Int? {
    guard skip(".") else { return 0 }
    var nanoseconds = 0
    var count = 0
    while let digit = nextDigit() {
      guard count < 9 else { return nil }
      nanoseconds = nanoseconds * 10 + digit
      count += 1
    }
    guard count > 0 else { return nil }
    for _ in count..<9 { nanoseconds *= 10 }
    return nanoseconds
  }

  /// Seconds east of UTC.
  mutating func offset() -> Int? {
    if skip("Z") || skip("z") { return 0 }
    let sign: Int
    if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
    guard let hours = digits(2), skip(":"), let minutes = digits(2), hours < 24, minutes < 60 else {
      return nil
    }
    return sign * (hours * 3600 + minutes * 60)
  }

  private mutating func nextDigit() -> Int? {
    guard let first = rest.first, (48...57).contains(first) else { return nil }
    rest.removeFirst()
    return Int(first) - 48
  }
}
