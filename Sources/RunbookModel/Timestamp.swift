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
