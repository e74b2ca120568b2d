public import RunbookEngine
public import RunbookModel
private import Synchronization

/// A clock that stands still but for sleeps, which pass at once.
public final class ManualClock: EngineClock {
  private struct State {
    var now: Timestamp
    var uptime = Duration.zero
    var sleeps: [Duration] = []
  }

  private let state: Mutex<State>

  public init(at start: Timestamp = .epoch) { state = Mutex(State(now: start)) }

  public func now() -> Timestamp { state.withLock(\.now) }
  public func uptime() -> Duration { state.withLock(\.uptime) }

  /// What was slept, in order.
  public var sleeps: [Duration] { state.withLock(\.sleeps) }

  public func sleep(for duration: Duration) async throws {
    try Task.checkCancellation()
    state.withLock { $0.sleeps.append(duration) }
    advance(by: duration)
  }

  /// Sets the wall clock back, as an administrator does.
  public func setBack(by duration: Duration) {
    state.withLock { $0.now = $0.now.adding(.zero - duration) ?? $0.now }
  }

  /// Lets time pass; beyond the year 9999 the wall clock stands still.
  public func advance(by duration: Duration) {
    state.withLock { state in
      state.now = state.now.adding(duration) ?? state.now
      state.uptime += duration
    }
  }
}
