public import RunbookEngine
public import RunbookModel

/// A clock on which waiting takes less time, or more, than it says.
///
/// Stamps are the base's own, so that a journal's times are true and never go back from one process to
/// the next; `StoryClock` makes the story's time of them by the same speed. Durations and pauses are
/// the story's.
public struct ScaledClock: EngineClock {
  private let base: any EngineClock
  private let speedPercent: Int

  /// - Parameter speedPercent: seconds of the story for each of the base's, in percent: 100 is as
  ///   fast, and what is below 1 counts as 1.
  public init(_ base: any EngineClock, speedPercent: Int) {
    self.base = base
    self.speedPercent = max(1, speedPercent)
  }

  public func now() -> Timestamp { base.now() }

  public func uptime() -> Duration { base.uptime() * speedPercent / 100 }

  public func sleep(for duration: Duration) async throws {
    try await base.sleep(for: duration * 100 / speedPercent)
  }
}
