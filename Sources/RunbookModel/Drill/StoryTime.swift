/// A time of a drill's story, or a span of it: milliseconds of the story clock, which stands still
/// while the drill is paused and may run faster than the wall's.
public struct StoryTime: RawRepresentable, Sendable, Hashable, Codable, Comparable {
  /// Milliseconds since the story began.
  public let rawValue: Int64

  /// As far as a duration in a runbook reaches, about 292 years: times are added, and multiplied by
  /// percents, without a thought of overflow.
  private static let limit = Int64.max / 1_000_000

  /// - Parameter rawValue: what is further off than about 292 years counts as that.
  public init(rawValue: Int64) { self.rawValue = min(max(rawValue, -Self.limit), Self.limit) }

  /// Rounded towards zero.
  public init(_ duration: Duration) {
    let parts = duration.components
    let seconds = min(max(parts.seconds, -Self.limit / 1000), Self.limit / 1000)
    self.init(rawValue: seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000)
  }

  public static let start = StoryTime(rawValue: 0)

  public var duration: Duration { .milliseconds(rawValue) }

  public static func < (left: StoryTime, right: StoryTime) -> Bool {
    left.rawValue < right.rawValue
  }

  public static func + (left: StoryTime, right: StoryTime) -> StoryTime {
    StoryTime(rawValue: left.rawValue + right.rawValue)
  }
}

extension StoryTime: CustomStringConvertible {
  /// As people read a clock: `05:30`, `1:02:00`.
  public var description: String {
    let seconds = rawValue.magnitude / 1000
    let digits = { (number: UInt64) in number < 10 ? "0\(number)" : "\(number)" }
    let tail = "\(digits(seconds / 60 % 60)):\(digits(seconds % 60))"
    return (rawValue < 0 ? "-" : "") + (seconds >= 3600 ? "\(seconds / 3600):\(tail)" : tail)
  }
}
