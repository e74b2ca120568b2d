public import RunbookModel

/// The time of a drill's story: it stands still in pauses and extensions, and runs at its speed else.
public struct StoryClock: Sendable, Hashable {
  /// The story's time at `anchor`, from which on it goes.
  private var base: StoryTime = .start
  private var anchor: Timestamp
  public private(set) var isRunning = true
  private let speedPercent: Int64

  /// - Parameter speedPercent: 1...1,000,000; what is outside counts as the nearest.
  public init(startingAt time: Timestamp, speedPercent: Int = 100) {
    anchor = time
    self.speedPercent = min(max(1, Int64(speedPercent)), 1_000_000)
  }

  /// Never before what it was, unless it was set.
  public func time(at now: Timestamp) -> StoryTime {
    guard isRunning, now > anchor else { return base }
    let passed = StoryTime(now.since(anchor)).rawValue
    return StoryTime(rawValue: base.rawValue + passed * speedPercent / 100)
  }

  mutating func pause(at now: Timestamp) {
    base = time(at: now)
    anchor = max(anchor, now)
    isRunning = false
  }

  mutating func goOn(at now: Timestamp) {
    guard !isRunning else { return }
    anchor = now
    isRunning = true
  }

  /// The story begins only now, and stands still where it is paused.
  mutating func begin(at now: Timestamp, isRunning: Bool) {
    base = .start
    anchor = now
    self.isRunning = isRunning
  }

  mutating func set(to time: StoryTime, at now: Timestamp) {
    base = time
    anchor = now
  }

  /// It stands still for so much of the story.
  mutating func hold(for span: StoryTime, at now: Timestamp) {
    base = time(at: now)
    let wall = span.rawValue * 100 / speedPercent
    anchor = max(anchor, now).adding(.milliseconds(wall)) ?? now
  }
}
