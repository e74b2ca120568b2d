import RunbookModel

/// A person's word that was taken though nobody could look is held against what is found once somebody can: the receipt
/// is the fact (law L6).
///
/// | the word            | the receipt is there       | no receipt is there                        |
/// | ------------------- | -------------------------- | ------------------------------------------ |
/// | it is done          | done, by its receipt       | unknown: a person decides                  |
/// | it is left out      | done; the run is held once | left out                                   |
/// | it is not done      | found as it is performed   | performed                                  |
struct WordCheck {
  private let setup: RunSetup
  private let record: RunRecord
  private let settler: Settler

  init(_ setup: RunSetup, _ record: RunRecord, _ settler: Settler) {
    self.setup = setup
    self.record = record
    self.settler = settler
  }

  /// To be called when the run is taken up. What cannot be looked for yet is looked for by the next process.
  func lookBehindWords() async throws(StoreError) {
    guard !setup.plan.isSandbox else { return }
    for step in setup.plan.runbook.steps where record.state.step(step.id).isWordUnlooked {
      guard case .running = record.state.lifecycle else { return }
      try await record.flush()
      do throws(StepFailure) {
        try await hold(wordOn: step)
      } catch {
        if case .interrupted = error.record.cause { return try record.holdInterrupted() }
        tell(step, error)
      }
    }
  }

  private func hold(wordOn step: Step) async throws(StepFailure) {
    let left = record.state.step(step.id).skip?.word
    guard let settled = try await settlement(ofWordOn: step) else { return }
    try record.queueOrFail(.attemptSettled(settled))
    guard let left else { return }
    try record.queueOrFail(
      .runHeld(
        RunHeld(
          cause: .decided, subject: step.id.rawValue,
          message:
            "step '\(step.id)' was left out by \(left.actor.displayName): \(left.reason), and "
            + "is done: \(settled.detail)")))
  }

  /// Looks behind all of them before a person gives the run up; nothing is stored.
  func lookBeforeAbandonment() async {
    for step in setup.plan.runbook.steps where record.state.step(step.id).isWordUnlooked {
      do throws(StepFailure) {
        if let settled = try await settlement(ofWordOn: step) {
          try record.queueOrFail(.attemptSettled(settled))
        }
      } catch {
        tell(step, error)
      }
    }
  }

  /// What is to be recorded behind a person's word, by what is found; nil where the word stands.
  private func settlement(ofWordOn step: Step) async throws(StepFailure) -> AttemptSettled? {
    let finding = try await settler.findOut(about: step)
    let known = record.state.step(step.id)
    guard finding.means == .receipt || finding.means == .probe else {
      tell(step, finding.detail)
      return nil
    }
    switch (known.status, finding.settlement) {
    case (.succeeded, .done): return settler.event(step, finding)
    case (.succeeded, .notDone), (.succeeded, .unknown):
      return settler.event(step, finding.denied(by: known.declaration))
    case (.skipped, .done) where finding.means == .receipt: return settler.event(step, finding)
    case (.skipped, _), (.pending, _), (.running, _), (.failed, _), (.unknown, _): return nil
    }
  }

  private func tell(_ step: Step, _ failure: StepFailure) {
    tell(step, setup.redactor.redact(failure.record).text)
  }

  private func tell(_ step: Step, _ why: String) {
    setup.tell(
      "How step '\(step.id)' stands is a person's word alone, and cannot be looked at: \(why)")
  }
}
