import RunbookModel

/// One try of a step: its intent and, once there is one, its outcome.
struct AttemptHistory: Sendable {
  let started: Stamped<AttemptStarted>
  var finished: Stamped<AttemptFinished>?
  /// What was found out about it where it had no outcome, or an unknown one; in order.
  var settlements: [Stamped<AttemptSettled>] = []

  var number: Int { started.payload.attempt }
  /// Nil while it is in flight, and when it was cut off and had no effect.
  var outcome: Outcome? {
    switch settlements.last?.payload.settlement {
    case .done: .succeeded
    case .unknown: .unknown
    case .notDone: finished.map { $0.payload.outcome == .unknown ? .failed : $0.payload.outcome }
    case nil: finished?.payload.outcome
    }
  }

  /// Whether its process died before it had an outcome, and it is known that it had no effect.
  var wasCutOff: Bool {
    finished == nil && settlements.last?.payload.settlement == .notDone
  }
  var elapsed: Duration? { finished.map { .microseconds($0.payload.elapsedMicroseconds) } }
}

/// An attempt, or several that failed one after another for the same reason.
struct Episode: Sendable {
  let first: AttemptHistory
  var last: AttemptHistory

  /// `attempt 2`, or `attempts 2 to 9`.
  var numbers: String {
    first.number == last.number
      ? "attempt \(first.number)" : "attempts \(first.number) to \(last.number)"
  }

  fileprivate func goesOn(with next: AttemptHistory) -> Bool {
    guard let ended = last.finished?.payload, let other = next.finished?.payload else {
      return false
    }
    return ended.outcome == .failed && other.outcome == .failed && ended.failure == other.failure
  }
}

/// All that the journal says of one step.
struct StepHistory: Sendable {
  enum Status: String, Sendable, Hashable {
    case pending, inFlight, succeeded, failed, unknown, skipped
  }

  private(set) var record: StepRecord
  private(set) var attempts: [AttemptHistory] = []
  private(set) var skipped: Stamped<StepSkipped>?
  private(set) var retries: [Stamped<RetryRequested>] = []

  init(record: StepRecord) { self.record = record }

  var id: StepID { record.id }

  var status: Status {
    if skipped != nil { return .skipped }
    guard let last = attempts.last else { return .pending }
    switch last.outcome {
    case nil: return last.wasCutOff ? .pending : .inFlight
    case .succeeded: return .succeeded
    case .failed: return .failed
    case .skipped: return .skipped
    case .unknown: return .unknown
    }
  }

  var lastFinished: Stamped<AttemptFinished>? { attempts.last { $0.finished != nil }?.finished }

  /// What was found done after a crash: the receipt's or the probe's word stands for the outcome.
  var settledAsDone: [AttemptSettled] {
    attempts.flatMap(\.settlements).map(\.payload).filter { $0.settlement == .done }
  }

  var evidence: [EvidenceRecord] {
    attempts.flatMap { $0.finished?.payload.evidence ?? [] }
  }

  var episodes: [Episode] {
    attempts.reduce(into: []) { episodes, attempt in
      if let last = episodes.last, last.goesOn(with: attempt) {
        episodes[episodes.count - 1].last = attempt
      } else {
        episodes.append(Episode(first: attempt, last: attempt))
      }
    }
  }

  /// The same history under the record of a changed runbook.
  func renewed(with record: StepRecord) -> StepHistory {
    var copy = self
    copy.record = record
    return copy
  }

  /// - Returns: whether the entry can follow what is there.
  mutating func apply(_ entry: Entry) -> Bool {
    let stamp = Stamp(entry)
    switch entry.event {
    case .attemptStarted(let payload):
      attempts.append(AttemptHistory(started: Stamped(stamp: stamp, payload: payload)))
    case .attemptFinished(let payload):
      guard let index = attempts.indices.last, attempts[index].finished == nil else { return false }
      attempts[index].finished = Stamped(stamp: stamp, payload: payload)
    case .attemptSettled(let payload):
      guard let index = attempts.indices.last else { return false }
      attempts[index].settlements.append(Stamped(stamp: stamp, payload: payload))
    case .retryRequested(let payload):
      retries.append(Stamped(stamp: stamp, payload: payload))
    case .stepSkipped(let payload):
      skipped = Stamped(stamp: stamp, payload: payload)
    default:
      return false
    }
    return true
  }
}

/// A gate as it was opened, and what was decided.
struct GateHistory: Sendable {
  let opened: Stamped<GateOpened>
  var decisions: [Stamped<GateDecided>] = []

  var name: String { opened.payload.gate }
}
