import RunbookModel

/// A person's word that was taken though nobody could look is held against what is found once somebody can: the receipt
/// is the fact (law L6).
///
/// | the word            | the receipt is there       | no receipt is there                        |
/// | ------------------- | -------------------------- | ------------------------------------------ |
/// | it is done          | done, by its receipt       | unknown: a person decides                  |
/// | it is left out      | done; the run is held once | left out                                   |
/// | it is not done      | found as it is performed   | performed                                  |
extension Executor {
  /// To be called when the run is taken up. What cannot be looked for yet is looked for by the next process.
  mutating func lookBehindWords() async throws(StoreError) {
    guard !plan.isSandbox else { return }
    for step in plan.runbook.steps where state.step(step.id).isWordUnlooked {
      guard case .running = state.lifecycle else { return }
      try await flush()
      do throws(StepFailure) {
        try await holdWord(on: step)
      } catch {
        if case .interrupted = error.record.cause { return try queue(.runHeld(interruption)) }
        tell(step, Self.text(of: redactor.redact(error.record)))
      }
    }
  }

  private mutating func holdWord(on step: Step) async throws(StepFailure) {
    let left = state.step(step.id).skip?.word
    guard let settled = try await settlement(ofWordOn: step) else { return }
    try queueOrFail(.attemptSettled(settled))
    guard let left else { return }
    try queueOrFail(
      .runHeld(
        RunHeld(
          cause: .decided, subject: step.id.rawValue,
          message:
            "step '\(step.id)' was left out by \(left.actor.displayName): \(left.reason), and "
            + "is done: \(settled.detail)")))
  }

  /// What is to be recorded behind a person's word, by what is found; nil where the word stands.
  mutating func settlement(
    ofWordOn step: Step
  ) async throws(StepFailure) -> AttemptSettled? {
    let finding = try await findOut(about: step)
    let known = state.step(step.id)
    guard finding.means == .receipt || finding.means == .probe else {
      tell(step, finding.detail)
      return nil
    }
    switch (known.status, finding.settlement) {
    case (.succeeded, .done): return event(step, finding)
    case (.succeeded, .notDone), (.succeeded, .unknown):
      return event(step, denied(finding, by: known.declaration))
    case (.skipped, .done) where finding.means == .receipt: return event(step, finding)
    case (.skipped, _), (.pending, _), (.running, _), (.failed, _), (.unknown, _): return nil
    }
  }

  func tell(_ step: Step, _ why: String) {
    ports.observer.observe(
      progress:
        "How step '\(step.id)' stands is a person's word alone, and cannot be looked at: \(why)")
  }

  /// What was found, where it is not what a person's word says.
  func denied(_ finding: Finding, by word: PersonsWord?) -> Finding {
    guard let word, finding.settlement != .done else { return finding }
    return Finding(
      .unknown, finding.means,
      "it was declared done by \(word.actor.displayName) (\(word.reason)), and that is not so by what is "
        + "found: \(finding.detail)", isOver: finding.isOver, remnants: finding.remnants)
  }
}
