/// An instant, in UTC, to the nanosecond; CEL's range: 0001-01-01T00:00:00Z to
/// 9999-12-31T23:59:59.999999999Z.
public struct Timestamp: Sendable, Hashable {
  /// Seconds since 1970-01-01T00:00:00Z, rounded towards the past.
  public let seconds: Int64
  /// 0 to 999,999,999, always counted forwards from `seconds`.
  public let nanoseconds: Int32

  public static let secondsRange: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

  /// - Returns: nil outside of the range of years 1 to 9999, or when `nanoseconds` is not 0 to
  ///   999,999,999.
  public init?(seconds: Int64, nanoseconds: Int32 = 0) {
    guard Self.secondsRange.contains(seconds), (0...999_999_999).contains(nanoseconds) else {
      return nil
    }
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  public static let epoch = Timestamp(unchecked: 0, 0)

  private init(unchecked seconds: Int64, _ nanoseconds: Int32) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }
}

extension Timestamp: Comparable {
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }
}

extension Timestamp {
  /// - Returns: nil when the sum lies outside of the range.
  public func adding(_ duration: Duration) -> Timestamp? {
    let parts = duration.components
    let (sum, overflow) = seconds.addingReportingOverflow(parts.seconds)
    guard !overflow else { return nil }
    var nanoseconds = Int64(self.nanoseconds) + parts.attoseconds / 1_000_000_000
    var carried = sum
    if nanoseconds >= 1_000_000_000 {
      nanoseconds -= 1_000_000_000
      carried += 1
    } else if nanoseconds < 0 {
      nanoseconds += 1_000_000_000
      carried -= 1
    }
    return Timestamp(seconds: carried, nanoseconds: Int32(nanoseconds))
  }

  /// The second that it is in: nobody reads a fraction of when something began hours ago.
  public var wholeSecond: Timestamp { Timestamp(unchecked: seconds, 0) }

  /// The time from `earlier` to this one; negative when this one is the earlier.
  public func since(_ earlier: Timestamp) -> Duration {
    .seconds(seconds - earlier.seconds) + .nanoseconds(nanoseconds - earlier.nanoseconds)
  }
}

extension Timestamp {
  /// The fields of an instant in the Gregorian calendar, UTC.
  public struct Components: Sendable, Hashable {
    public let year: Int
    /// 1 to 12.
    public let month: Int
    /// 1 to 31.
    public let day: Int
    public let hour: Int
    public let minute: Int
    public let second: Int
    public let nanosecond: Int
    /// 0 is Sunday.
    public let weekday: Int
    /// 0 is the first of January.
    public let dayOfYear: Int
  }

  public var components: Components {
    let days = seconds.floorDivided(by: 86_400)
    let rest = Int(seconds - days * 86_400)
    let (year, month, day) = Self.civil(fromDays: days)
    let newYear = Self.days(year: year, month: 1, day: 1)
    return Components(
      year: year, month: month, day: day, hour: rest / 3600, minute: rest / 60 % 60,
      second: rest % 60, nanosecond: Int(nanoseconds),
      weekday: Int((days + 4) - (days + 4).floorDivided(by: 7) * 7),
      dayOfYear: Int(days - newYear))
  }

  /// - Returns: nil when a field is out of its range or the month has no such day.
  public init?(
    year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0,
    nanosecond: Int = 0, offsetSeconds: Int = 0
  ) {
    guard (1...9999).contains(year), (1...12).contains(month),
      (1...Self.daysIn(month: month, of: year)).contains(day), (0...23).contains(hour),
      (0...59).contains(minute), (0...59).contains(second),
      (-86_400...86_400).contains(offsetSeconds),
      (0...999_999_999).contains(nanosecond)
    else { return nil }
    let days = Self.days(year: year, month: month, day: day)
    let time = hour * 3600 + minute * 60 + second - offsetSeconds
    self.init(seconds: days * 86_400 + Int64(time), nanoseconds: Int32(nanosecond))
  }

  public static func daysIn(month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970-01-01 of a day in the proleptic Gregorian calendar.
  ///
  /// Years are counted from March, so that a leap day is the last of its year, in eras of 400 years.
  static func days(year: Int, month: Int, day: Int) -> Int64 {
    let shifted = Int64(month <= 2 ? year - 1 : year)
    let era = shifted.floorDivided(by: 400)
    let yearOfEra = shifted - era * 400
    let monthFromMarch = Int64((month + 9) % 12)
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + Int64(day) - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  private static func civil(fromDays days: Int64) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted.floorDivided(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    let month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
    return (Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0), month, day)
  }
}

extension Int64 {
  /// Division rounded down; the divisor must be positive.
  func floorDivided(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}

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

/// Stored as RFC 3339 text.
extension Timestamp: Codable {
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let timestamp = Timestamp(rfc3339: text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not an RFC 3339 time: \(text)"))
    }
    self = timestamp
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
