public import RunbookModel

/// What the journal says of one step.
///
/// | status        | attemptStarted | attemptFinished          | stepSkipped |
/// | ------------- | -------------- | ------------------------ | ----------- |
/// | pending       | running        | –                        | skipped     |
/// | running       | running        | succeeded/failed/unknown | –           |
/// | failed        | running        | –                        | skipped     |
/// | unknown       | running        | –                        | skipped     |
/// | succeeded     | –              | –                        | –           |
/// | skipped       | –              | –                        | –           |
///
/// A dash is an entry that no run writes; replaying one is refused.
public struct StepState: Sendable, Hashable {
  public enum Status: String, Sendable, Hashable, CaseIterable {
    case pending, running, succeeded, failed, unknown, skipped

    /// Whether nothing more happens to the step by itself.
    public var isSettled: Bool { self == .succeeded || self == .skipped }
  }

  public internal(set) var status: Status = .pending
  /// Attempts that were started.
  public internal(set) var attempts = 0
  public internal(set) var firstStartedAt: Timestamp?
  public internal(set) var finishedAt: Timestamp?
  public internal(set) var result: Value = .map(ValueMap())
  public internal(set) var failure: FailureRecord?
  public internal(set) var skipReason: String?
  public internal(set) var connection: String?

  mutating func apply(_ event: Event, at time: Timestamp) -> Bool {
    switch (status, event) {
    case (.pending, .attemptStarted(let started)), (.failed, .attemptStarted(let started)),
      (.unknown, .attemptStarted(let started)), (.running, .attemptStarted(let started)):
      status = .running
      attempts = started.attempt
      firstStartedAt = firstStartedAt ?? time
      connection = started.connection
      failure = nil
    case (.running, .attemptFinished(let finished)) where finished.outcome != .skipped:
      status = Status(finished.outcome)
      finishedAt = time
      result = finished.result
      failure = finished.failure
    case (.pending, .stepSkipped(let skipped)), (.failed, .stepSkipped(let skipped)),
      (.unknown, .stepSkipped(let skipped)):
      status = .skipped
      skipReason = skipped.reason
      finishedAt = time
    default:
      return false
    }
    return true
  }
}

extension StepState.Status {
  init(_ outcome: Outcome) {
    switch outcome {
    case .succeeded: self = .succeeded
    case .failed: self = .failed
    case .skipped: self = .skipped
    case .unknown: self = .unknown
    }
  }
}
