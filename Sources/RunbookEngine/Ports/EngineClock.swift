public import RunbookModel

/// Time, as the engine is given it.
public protocol EngineClock: Sendable {
  /// The wall clock, UTC, for stamps.
  func now() -> Timestamp
  /// Time since some fixed point, for durations; never goes back.
  func uptime() -> Duration
  /// - Throws: `CancellationError` when the task is cancelled.
  func sleep(for duration: Duration) async throws
}
