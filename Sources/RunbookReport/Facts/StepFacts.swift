import RunbookModel

/// A step of the run as a table of the report shows it.
struct StepFacts: Sendable {
  let record: StepRecord
  let status: StepHistory.Status
  let attempts: Int
  let startedAt: Timestamp?
  let finishedAt: Timestamp?
  /// Of the last attempt; nil where a person decided in its place.
  let elapsed: Duration?
  /// Why it was skipped, declared done or failed.
  let reason: String?
  /// Who decided on it in place of what could be found out.
  let word: PersonsWord?
  /// Who said that it is not done, where nothing else tells.
  let denial: PersonsWord?
  /// What it found, or its `when`, rests on, in words; nil where that is nothing that people decided.
  let footing: String?
  /// What earlier attempts changed that stays, in words.
  let staying: String?
  /// Whether it did not apply by the runbook's own condition.
  let isInapplicable: Bool
  /// What a person did who left it out; nil where nobody did.
  let leavingOut: String?
  /// Whether a change took it out of the runbook.
  let isTakenOut: Bool
  /// Who refused its gate, where it was not performed since.
  var refusal: Stamped<GateDecided>?
  let hasReceipt: Bool
  let reference: Reference?
  /// What its last attempt makes of the world where it succeeds.
  let bearing: Bearing
  /// What a person answered, in a phase that changes things; nil where nobody was asked.
  let answer: (actor: Actor, text: String)?

  init(_ step: StepHistory) {
    record = step.record
    status = step.status
    attempts = step.attempts.count
    startedAt = step.attempts.first?.started.at
    let isOfLastAttempt = Self.tellsOfLastAttempt(step.status)
    finishedAt = step.skipped?.at ?? (isOfLastAttempt ? step.attempts.last?.finished?.at : nil)
    elapsed = isOfLastAttempt && step.status != .declared ? step.attempts.last?.elapsed : nil
    bearing = step.bearing
    answer =
      step.status == .attested && step.record.phase.mayChange
      ? step.answer.flatMap { finished in
        finished.payload.result.mapValue?.text("answer").map { (finished.actor, $0) }
      } : nil
    leavingOut = step.leavingOut
    isTakenOut = step.isTakenOut
    word = step.word
    denial = step.denial
    footing = step.footingWords
    staying = step.stayingWords
    isInapplicable = step.isInapplicable
    reason = step.skipped?.payload.reason ?? step.word?.reason ?? step.failureReason
    hasReceipt = step.attempts.last?.hasReceipt ?? false
    reference = step.lastReference
  }

  /// Whether what is said of a step is said of its last attempt.
  private static func tellsOfLastAttempt(_ status: StepHistory.Status) -> Bool {
    switch status {
    case .succeeded, .failed, .unknown, .missing, .attested, .resting, .declared, .couldNotRun: true
    case .pending, .notBegun, .inFlight, .notDone, .again, .outdated, .skipped: false
    }
  }
}

extension FailureRecord {
  /// What failed, and who held the lock if it was one.
  var reason: String {
    guard cause == .lock, let holder = detail?.pieces(separatedBy: "\n").first else {
      return message
    }
    return "\(message); \(holder)"
  }
}

extension StepHistory {
  /// The last thing that the journal says of the step.
  var lastReference: Reference? {
    if let skipped { return Reference(skipped.stamp) }
    guard let last = attempts.last else { return nil }
    return last.finished.map { Reference($0) } ?? Reference(last.started.stamp)
  }
}
