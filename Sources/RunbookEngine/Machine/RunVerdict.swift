public import RunbookModel

extension RunState {
  /// What the verification steps showed by now; a step that a change took out of the runbook counts as
  /// it stood.
  public var verification: VerificationTally {
    verification(of: (runbook?.steps ?? []).filter { $0.phase == .verification }.map(\.id))
  }

  /// - Parameter present: the verification steps of the runbook as it is.
  func verification(of present: [StepID]) -> VerificationTally {
    let former = formerSteps.filter { $0.phase == .verification }.map(\.id)
    return VerificationTally((present + former).map { (step: $0, fate: fate(of: $0)) })
  }

  /// What became of a check, with what people said where it rests on what they left out.
  func fate(of id: StepID) -> VerificationTally.Fate {
    let fate = step(id).fate
    guard case .resting = fate else { return fate }
    return .resting(wordsOfFooting(of: id))
  }

  /// What a step rests on that shows nothing, and why, in words.
  private func wordsOfFooting(of id: StepID) -> String { words(of: step(id).restsOn.leftOut) }

  private func words(of leftOut: [StandIn]) -> String {
    let reasons = leftOut.compactMap { one in reason(of: one).map { (one, $0) } }
    return leftOut.words(reasons: Dictionary(reasons) { first, _ in first })
  }

  private func reason(of one: StandIn) -> String? {
    let state = step(one.step)
    switch one.cause {
    case .skipped, .declared: return (state.declaration ?? state.skip?.word)?.reason
    case .couldNotRun, .unknown, .failed: return state.failure?.message
    case .answered, .ruledOut: return nil
    }
  }

  /// Steps that are done by the journal, and of which a database has no record any more.
  public var losses: RecordLossTally {
    let ids = ((runbook?.steps ?? []) + formerSteps).map(\.id)
    return RecordLossTally(ids.compactMap { id in step(id).loss.map { (step: id, loss: $0) } })
  }

  /// Databases of which it is not known whether they hold what the run did, or what its verification saw.
  public var unseenWork: [ConnectionUnseen] {
    let records = ((runbook?.steps ?? []) + formerSteps).filter { $0.phase > .detection }
    let used = Set(
      records.map { step($0.id) }.filter { $0.attempts > 0 }.compactMap(\.connection))
    return unseen.values.filter { used.contains($0.connection) }
      .sorted { $0.connection < $1.connection }
  }

  /// What the steps that changed things left; a step that was performed again counts as it did last.
  public var remainder: Remainder {
    let records = ((runbook?.steps ?? []) + formerSteps).filter(\.phase.mayChange)
    return Remainder(
      records.map { step($0.id) }.filter { $0.status == .succeeded }.map { Remainder($0.result) })
  }

  /// What verification found to be lost for good; nil where it does not know.
  public var lossWords: String? {
    let checks = (runbook?.steps ?? []).filter { $0.phase == .verification }
    return Remainder.lossWords(
      checks.map { step($0.id) }.filter { [.succeeded, .failed].contains($0.status) }.map(\.result))
  }

  /// Whether verification has passed, and what was done and seen is there as far as is known.
  public var isVerified: Bool {
    verification.isVerified && losses.isEmpty && unseenWork.isEmpty && contested.isEmpty
      && outdatedSteps.isEmpty
      && remainder.missing.isEmpty && !changes(in: .safeguards).hasResting
  }

  /// What became of the steps of a phase that changes things, those that were taken out among them.
  public func changes(in phase: Phase) -> ChangeTally {
    let records = ((runbook?.steps ?? []) + formerSteps).filter { $0.phase == phase }
    return ChangeTally(
      records.map { record in
        let fate = step(record.id).changeFate(of: record.id)
        guard case .resting = fate else { return fate }
        return .resting(wordsOfFooting(of: record.id))
      })
  }

  /// What attempts changed that stays beside what later ones of their steps came to; nil where there is none. Of steps that
  /// people left out their tally says it.
  var wordsOfStaying: String? {
    let records = ((runbook?.steps ?? []) + formerSteps).filter(\.phase.mayChange)
    let words = records.compactMap { record in
      step(record.id).status == .skipped
        ? nil : step(record.id).wordsOfStaying.map { "of '\(record.id)' \($0)" }
    }
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }

  /// Changes that were carried out on what nobody had seen; nil where there is none.
  var wordsOfUnestablished: String? {
    let records = ((runbook?.steps ?? []) + formerSteps).filter(\.phase.mayChange)
    let words = records.compactMap { record -> String? in
      let grounds = step(record.id).unestablished
      guard !grounds.isEmpty else { return nil }
      return "'\(record.id)' was carried out on a ground that is not established: it rests on "
        + self.words(of: grounds)
    }
    return words.isEmpty ? nil : words.joined(separator: "; ")
  }

  /// Whether a step is still carried out where the run goes on as it stands.
  ///
  /// - Parameter endsBehindVerification: whether a check has found what ends the run.
  public func isToCome(_ record: StepRecord, endsBehindVerification: Bool) -> Bool {
    let one = step(record.id)
    if endsBehindVerification, record.phase > .verification { return false }
    switch one.status {
    case .succeeded, .skipped: return false
    case .pending, .running: return true
    case .unknown: return record.phase.mayChange
    // A check that has answered is not asked again.
    case .failed:
      return record.phase.mayChange || record.phase == .verification && one.isWithoutAnswer
    }
  }

  /// Whether nothing can happen to its steps any more.
  public var isOver: Bool { if case .ended = lifecycle { true } else { false } }

  /// What speaks against an end that a journal gives; nil where its entries bear it out. Before version 5
  /// a run was called resolved whatever became of its verification, and nothing is said.
  public func objection(to end: RunEnded) -> String? {
    guard let started, started.formatVersion >= 5 else { return nil }
    switch end.status {
    case .resolved where !verification.isVerified:
      return "the run is called resolved, and is not: \(verification.words)"
    case .resolved where !losses.isEmpty:
      return "the run is called resolved, and is not: \(losses.words ?? "")"
    case .resolved where !unseenWork.isEmpty:
      return "the run is called resolved, and is not: "
        + unseenWork.map(\.words).joined(separator: "; ")
    case .resolved where !remainder.missing.isEmpty:
      return "the run is called resolved, and is not: \(remainder.words ?? "")"
    case .resolved
    where started.formatVersion >= 8 && changes(in: .safeguards).hasResting:
      return "the run is called resolved, and is not: "
        + (changes(in: .safeguards).wordsOfSafeguards ?? "")
    case .resolved where started.formatVersion >= 6 && !outdatedSteps.isEmpty:
      let list = outdatedSteps.map { "'\($0.step)'" }.joined(separator: ", ")
      return "the run is called resolved, and what these steps have shown counts no more: \(list)"
    case .notConfirmed where !findings.isEmpty:
      return "the run is called not confirmed, and a step has confirmed the incident"
    case .notConfirmed:
      let records = (runbook?.steps ?? []) + formerSteps
      let detection = records.filter { $0.phase == .detection }.map(\.id)
      guard !detection.contains(where: { step($0).fate == .removed }) else {
        return "the run is called not confirmed, and a detection step was taken out of the runbook"
      }
      // What was looked at without a `confirms` confirms nothing.
      let wasLookedFor = detection.contains {
        step($0).fate == .passed && (step($0).hasLooked || started.formatVersion < 8)
      }
      let isWordOnly = detection.contains { step($0).isWordOnly }
      return wasLookedFor && !isWordOnly
        ? nil : "the run is called not confirmed, and was not looked into"
    case .unverified where isVerified || !verification.failed.isEmpty,
      .failed where verification.failed.isEmpty:
      return "the run is called \(end.status.rawValue), and is not: \(verification.words)"
    case .practised where !started.isDrill:
      return "the run is called practised, and is no drill"
    case .resolved, .unverified, .undetermined, .failed, .abandoned, .practised: return nil
    }
  }

  /// Why a person's word on what became of a step is not taken: what can be found out is found out.
  public enum WordRefusal: Sendable, Hashable {
    /// It is known how the step stands.
    case known(StepState.Status)
    /// A person's word says already that it is done.
    case declared(PersonsWord)
    /// The same, and the run has gone on from there: that step was begun since.
    case goneOn(PersonsWord, since: StepID)
    /// It changes nothing, and runs again.
    case repeatable
    /// Its receipt, its probe or what it left was not looked for since the attempt was cut off; nil in
    /// journals of before it was kept what there is to look for.
    case notLookedFor(SettlementWay?)
  }

  /// - Parameter settlement: what the word says.
  /// - Returns: nil where the word is taken.
  public func refusal(
    ofWordOn record: StepRecord, saying settlement: Settlement = .done
  ) -> WordRefusal? {
    let step = step(record.id)
    if step.status == .succeeded, let declaration = step.declaration {
      guard settlement == .notDone else { return .declared(declaration) }
      // Performed now, it would come behind what was done on the word that it was done.
      return begunBehind(record.id).map { .goneOn(declaration, since: $0) }
    }
    if step.status.isSettled { return .known(step.status) }
    guard record.phase.mayChange, step.settledBy != .repeatable else { return .repeatable }
    guard step.status == .unknown || step.status == .running else { return .known(step.status) }
    let wasLookedFor = step.status == .unknown && step.settlement?.settlement == .unknown
    return wasLookedFor ? nil : .notLookedFor(step.settledBy)
  }
}

extension StepState {
  /// Whether it is over on a person's word alone.
  var isWordOnly: Bool {
    switch fate {
    case .skipped, .declared, .resting: true
    case .passed, .attested, .failed, .notApplicable, .removed, .ruledOut, .open: false
    }
  }
}

extension RunState {
  /// The first step behind another one, in the runbook's order, that was begun.
  private func begunBehind(_ id: StepID) -> StepID? {
    let later = (runbook?.steps ?? []).drop { $0.id != id }.dropFirst()
    return later.first { step($0.id).attempts > 0 }?.id
  }
}
