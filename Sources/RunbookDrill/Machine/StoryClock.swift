public import RunbookModel

/// The time of a drill's story: it stands still in pauses and extensions, and runs at its speed else.
public struct StoryClock: Sendable, Hashable {
  /// The story's time at `anchor`, from which on it goes once `held` has passed.
  private var base: StoryTime = .start
  private var anchor: Timestamp
  /// How long it still stands, on the wall's clock: pauses and jumps do not shorten an extension.
  private var held: StoryTime = .start
  /// Whether it is not paused; it may be held nevertheless.
  public private(set) var isRunning = true
  private let speedPercent: Int64

  /// - Parameter speedPercent: 1...1,000,000; what is outside counts as the nearest.
  public init(startingAt time: Timestamp, speedPercent: Int = 100) {
    anchor = time
    self.speedPercent = min(max(1, Int64(speedPercent)), 1_000_000)
  }

  /// Never before what it was, unless it was set.
  public func time(at now: Timestamp) -> StoryTime {
    let passed = max(0, wall(until: now).rawValue - held.rawValue)
    return StoryTime(rawValue: base.rawValue + passed * speedPercent / 100)
  }

  /// How long it has not been paused since `anchor`.
  private func wall(until now: Timestamp) -> StoryTime {
    isRunning && now > anchor ? StoryTime(now.since(anchor)) : .start
  }

  /// The same clock, told from now on.
  private mutating func settle(at now: Timestamp) {
    let (time, left) = (time(at: now), held.rawValue - wall(until: now).rawValue)
    base = time
    held = StoryTime(rawValue: max(0, left))
    anchor = max(anchor, now)
  }

  mutating func pause(at now: Timestamp) {
    settle(at: now)
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
    held = .start
    anchor = now
    self.isRunning = isRunning
  }

  mutating func set(to time: StoryTime, at now: Timestamp) {
    settle(at: now)
    base = time
    anchor = now
  }

  /// It stands still for so much of the story, and longer where it stands already.
  mutating func hold(for span: StoryTime, at now: Timestamp) {
    settle(at: now)
    held = held + StoryTime(rawValue: span.rawValue * 100 / speedPercent)
  }
}
