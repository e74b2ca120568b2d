import RunbookModel

/// What a run has found out, and is to find out again. A step is reopened by an entry (`StepReopened`), so that every
/// reader of the journal has it.
///
/// | what happened                                          | what counts no more                              |
/// | ------------------------------------------------------ | ------------------------------------------------ |
/// | a change of the runbook was accepted                   | steps that have it otherwise than they were carried out |
/// | a connection leads elsewhere, and that was approved    | steps that were carried out on it, and checks without a connection |
/// | an attempt of a recovery step that changes something began | every verification step                      |
/// | an attempt of a safeguard that changes something began | every verification step, once no safeguard is left |
///
/// and with each of them every later step. All that only of steps that change nothing: what was changed was
/// changed. Detection is not looked into again for a change of the runbook once the run has changed something.
extension RunState {
  /// Why what a step has shown counts no more.
  struct Outdating: Sendable, Hashable {
    let cause: StepReopened.Cause
    let subject: String?
  }

  /// Where a step without a connection has looked, nobody knows.
  mutating func outdateWhatWasSeen(by found: ConnectionIdentified) {
    for step in seen(by: found) {
      outdated[step] = Outdating(cause: .elsewhere, subject: found.connection)
    }
  }

  /// Steps that change nothing, and whose outcome counts no more once a connection leads elsewhere. Where all that the
  /// run left is there, what was seen before its changes was seen before them there too: only the last checks are made
  /// again.
  func seen(by found: ConnectionIdentified) -> [StepID] {
    let hasChanged = self.hasChanged
    let connection = found.connection
    let isWhole = found.lost == nil && leadsToTheSame(found)
    return ((runbook?.steps ?? []) + formerSteps).filter { record in
      let used = step(record.id).connection
      if isWhole, record.phase != .verification { return false }
      return isRepeatable(record) && step(record.id).status.hasOutcome
        && (used == connection || used == nil && (record.phase == .verification || !hasChanged))
    }.map(\.id)
  }

  /// What was seen before a change says nothing of how it is behind it, whatever the change is for.
  mutating func noteLaterChange(_ started: AttemptStarted) {
    guard hasChecked, let phase = phases[started.step], phase.mayChange,
      step(started.step).isChange
    else { return }
    // Before version 7 safeguards were no reason to look again.
    guard phase == .recovery || (self.started?.formatVersion ?? 0) >= 7 else { return }
    let all = (runbook?.steps ?? []) + formerSteps
    for record in all where record.phase == .verification && step(record.id).status.hasOutcome {
      outdated[record.id] = Outdating(cause: .laterChange, subject: started.step.rawValue)
    }
  }

  /// Whether all that counts no more is what was checked before a safeguard. It is checked again behind the last of
  /// them, and not between them.
  var isOutdatedBySafeguardsAlone: Bool {
    outdated.values.allSatisfy { isSafeguard($0) }
  }

  private func isSafeguard(_ outdating: Outdating) -> Bool {
    outdating.cause == .laterChange
      && outdating.subject.map { phases[StepID($0)] == .safeguards } == true
  }

  /// Steps whose outcome counts no more, in order, the later ones that may rest on them included.
  var outdatedSteps: [StepReopened] {
    outdated.isEmpty ? [] : reopenings(of: outdated)
  }

  /// - Parameter causes: the steps whose outcome counts no more by itself.
  func reopenings(of causes: [StepID: Outdating]) -> [StepReopened] {
    guard !causes.isEmpty else { return [] }
    let hasChanged = self.hasChanged
    var first: StepID?
    var found: [StepReopened] = []
    for record in runbook?.steps ?? [] where mayBeReopened(record, hasChanged) {
      if let cause = causes[record.id] {
        // What comes behind the verification are the safeguards, which do not rest on it.
        if !isSafeguard(cause) { first = first ?? record.id }
        found.append(StepReopened(step: record.id, cause: cause.cause, subject: cause.subject))
      } else if let first {
        found.append(
          StepReopened(step: record.id, cause: .earlierStep, subject: first.rawValue))
      }
    }
    for record in formerSteps where mayBeReopened(record, hasChanged) {
      guard let cause = causes[record.id] else { continue }
      found.append(StepReopened(step: record.id, cause: cause.cause, subject: cause.subject))
    }
    return found
  }

  private func mayBeReopened(_ record: StepRecord, _ hasChanged: Bool) -> Bool {
    let step = step(record.id)
    switch step.status {
    case .succeeded, .failed: return isRepeatable(record)
    // What a `when` has left out was not carried out: it may be looked at again as long as its turn is not over.
    case .skipped: return step.skip?.cause == .condition && (!record.phase.mayChange || !hasChanged)
    case .pending, .running, .unknown: return false
    }
  }

  /// Whether it changes nothing, so that it may be carried out again.
  private func isRepeatable(_ record: StepRecord) -> Bool {
    !record.phase.mayChange || step(record.id).settledBy == .repeatable
  }

  /// Whether the run has changed something, or may have.
  public var hasChanged: Bool {
    ((runbook?.steps ?? []) + formerSteps).contains {
      $0.phase.mayChange && step($0.id).mayHaveChanged
    }
  }

  /// Whether what a step has shown may be had anew for a change of the runbook.
  func mayLookAgain(_ record: StepRecord, hasChanged: Bool) -> Bool {
    isRepeatable(record) && (record.phase >= .verification || !hasChanged)
  }
}
