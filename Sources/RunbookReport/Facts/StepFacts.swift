import RunbookModel

/// A step of the run as a table of the report shows it.
struct StepFacts: Sendable {
  let record: StepRecord
  let status: StepHistory.Status
  let attempts: Int
  let startedAt: Timestamp?
  let finishedAt: Timestamp?
  /// Of the last attempt.
  let elapsed: Duration?
  /// Why it was skipped or failed.
  let reason: String?
  let hasReceipt: Bool
  let reference: Reference?

  init(_ step: StepHistory) {
    record = step.record
    status = step.status
    attempts = step.attempts.count
    startedAt = step.attempts.first?.started.at
    finishedAt = step.skipped?.at ?? step.attempts.last?.finished?.at
    elapsed = step.attempts.last?.elapsed
    reason = step.skipped?.payload.reason ?? step.lastFinished?.payload.failure?.reason
    hasReceipt = step.lastFinished?.payload.hasReceipt ?? false
    reference = step.lastReference
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
