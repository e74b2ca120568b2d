/// A time of a drill's story, or a span of it: milliseconds of the story clock, which stands still
/// while the drill is paused and may run faster than the wall's.
public struct StoryTime: RawRepresentable, Sendable, Hashable, Codable, Comparable {
  /// Milliseconds since the story began.
  public let rawValue: Int64

  public init(rawValue: Int64) { self.rawValue = rawValue }

  /// Rounded towards zero.
  public init(_ duration: Duration) {
    let parts = duration.components
    rawValue = parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000
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
