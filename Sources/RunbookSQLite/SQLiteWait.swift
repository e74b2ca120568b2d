import Glibc
import Synchronization

/// How long a request waits, for locks and in all, and what has it stop.
final class SQLiteWait: Sendable {
  enum Stop: Sendable, Hashable {
    /// Another process held the lock for too long.
    case lock
    case deadline
    case interrupted
  }

  let deadline: ContinuousClock.Instant
  /// How long for one lock; nil is to the deadline.
  let lockTimeout: Duration?
  /// Said once for each lock that is waited for.
  private let onLock: @Sendable () -> Void
  private let isInterrupted = Atomic<Bool>(false)
  private let state = Mutex<
    (stop: Stop?, since: ContinuousClock.Instant?, statementEnd: ContinuousClock.Instant?)
  >(
    (nil, nil, nil))

  init(
    until deadline: ContinuousClock.Instant, lockTimeout: Duration? = nil,
    onLock: @escaping @Sendable () -> Void = {}
  ) {
    self.deadline = deadline
    self.lockTimeout = lockTimeout
    self.onLock = onLock
  }

  func interrupt() { isInterrupted.store(true, ordering: .releasing) }

  var wasInterrupted: Bool { isInterrupted.load(ordering: .acquiring) }

  /// Why it was stopped since this was asked last.
  func takeStop() -> Stop? {
    state.withLock { state in
      defer { state.stop = nil }
      return state.stop
    }
  }

  /// No statement from here on may take longer than that, until it is said otherwise.
  func limitStatement(to end: ContinuousClock.Instant?) {
    state.withLock { $0.statementEnd = end }
  }

  /// Whether a statement that runs has to stop.
  func mustStop() -> Bool {
    let now = ContinuousClock.now
    return state.withLock { state in
      if wasInterrupted {
        state.stop = .interrupted
      } else if now >= min(deadline, state.statementEnd ?? deadline) {
        state.stop = .deadline
      } else {
        return false
      }
      return true
    }
  }

  /// Waits a moment for a lock.
  ///
  /// - Parameter count: how often it has been tried for this one.
  /// - Returns: whether it is to be tried again.
  func mayTryLockAgain(_ count: Int32) -> Bool {
    let now = ContinuousClock.now
    let isFirst = count == 0
    let mayTry = state.withLock { state in
      if isFirst { state.since = now }
      if wasInterrupted {
        state.stop = .interrupted
      } else if let lockTimeout, now - (state.since ?? now) >= lockTimeout {
        state.stop = .lock
      } else if now >= deadline {
        state.stop = lockTimeout == nil ? .lock : .deadline
      } else {
        return true
      }
      return false
    }
    guard mayTry else { return false }
    if isFirst { onLock() }
    usleep(min(1 << UInt32(min(count, 4)), 10) * 1000)
    return true
  }
}
