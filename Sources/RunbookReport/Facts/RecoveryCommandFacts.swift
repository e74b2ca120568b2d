import RunbookModel

/// Exactly what ran in recovery, in the order of the journal.
struct RecoveryCommandFacts: Sendable {
  struct Command: Sendable {
    let step: StepRecord
    let attempt: AttemptHistory

    var work: [WorkItem] { attempt.started.payload.work }
  }

  let commands: [Command]
  /// What the engine was to run by itself, as an approved gate showed it.
  let preparation: [WorkItem]
  let preparationReference: Reference?

  init(_ history: RunHistory) {
    let gate = history.gates.first { gate in
      !gate.opened.payload.preparation.isEmpty
        && gate.decisions.contains { $0.payload.decision == .approved }
    }
    preparation = gate?.opened.payload.preparation ?? []
    preparationReference = gate.map { Reference($0.opened.stamp) }
    commands = history.steps(of: .recovery)
      .flatMap { step in step.attempts.map { Command(step: step.record, attempt: $0) } }
      .sorted { $0.attempt.started.stamp.sequence < $1.attempt.started.stamp.sequence }
  }
}
