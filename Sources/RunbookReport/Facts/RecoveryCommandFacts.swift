import RunbookModel

/// Exactly what ran in recovery, in the order of the journal.
struct RecoveryCommandFacts: Sendable {
  struct Command: Sendable {
    let step: StepRecord
    let attempt: AttemptHistory

    var work: [WorkItem] { attempt.started.payload.work }
  }

  let commands: [Command]

  init(_ history: RunHistory) {
    commands = history.steps(of: .recovery)
      .flatMap { step in step.attempts.map { Command(step: step.record, attempt: $0) } }
      .sorted { $0.attempt.started.stamp.sequence < $1.attempt.started.stamp.sequence }
  }
}
