import RunbookModel

/// How a run ends.
extension RunMachine {
  /// The command that ends the run before a phase, or when no step is left; nil when it goes on.
  func ending(before next: Phase?, _ state: RunState) -> Command? {
    let isPast = { (phase: Phase) in next.map { $0 > phase } ?? true }
    if isPast(.detection), state.findings.isEmpty, !state.goesOnUnconfirmed,
      let end = endOfDetection(state)
    {
      return holdUnconfirmed(end, state) ?? .end(end)
    }
    guard isPast(.verification) else { return nil }
    let verification = verification(state)
    return verification.failed.isEmpty ? nil : .end(end(by: verification, state))
  }

  /// The hold where the incident is not confirmed any more, and recovery was approved or has begun when it was.
  private func holdUnconfirmed(_ end: RunEnded, _ state: RunState) -> Command? {
    let steps = plan.runbook.steps(in: .recovery)
    let hasBegun = state.hasChanged || steps.contains { state.step($0.id).attempts > 0 }
    guard hasBegun || state.gates[Self.recoveryGateName]?.isApproved == true else { return nil }
    return .hold(
      RunHeld(
        cause: .unconfirmed, subject: nil,
        message: "the incident is not confirmed any more, and recovery "
          + "\(hasBegun ? "has begun" : "was approved"): \(end.reason)"))
  }

  func verification(_ state: RunState) -> VerificationTally {
    state.verification(of: plan.runbook.steps.filter { $0.phase == .verification }.map(\.id))
  }

  /// Of what happened alone: what a person said in place of a step verifies nothing.
  func end(by verification: VerificationTally, _ state: RunState) -> RunEnded {
    guard verification.failed.isEmpty else {
      let reason = [
        verification.words, state.lossWords, wordsOfDetection(state), state.wordsOfUnestablished,
      ].compactMap(\.self)
      return RunEnded(status: .failed, reason: reason.joined(separator: "; "))
    }
    let reason: [String?] = [
      verification.words, state.lossWords, wordsOfDetection(state), wordsOfRecovery(state),
      state.changes(in: .safeguards).wordsOfSafeguards,
      state.wordsOfUnestablished, state.wordsOfStaying, state.losses.words, state.remainder.words,
      state.goesOnUnconfirmed
        ? "detection did not confirm the incident any more, and a person let the run go on" : nil,
    ]
    let unseen = state.unseenWork.map(\.words)
    let isWhole =
      state.losses.isEmpty && state.unseenWork.isEmpty && state.remainder.missing.isEmpty
      && !state.changes(in: .safeguards).hasResting
    return RunEnded(
      status: verification.isVerified && isWhole ? .resolved : .unverified,
      reason: (reason.compactMap(\.self) + unseen).joined(separator: "; "))
  }

  /// What was found is named where the runbook had nothing to do about it.
  private func wordsOfRecovery(_ state: RunState) -> String? {
    let recovery = state.changes(in: .recovery)
    guard recovery.hadNothingToDo, !state.findings.isEmpty else { return recovery.wordsOfRecovery }
    let findings = state.findings.map { "'\($0)'" }.joined(separator: ", ")
    return recovery.wordsOfRecovery.map { "\(findings) confirmed the incident, and \($0)" }
  }

  /// Whether anything may be done only once detection has confirmed an incident.
  private func needsConfirmation(_ state: RunState) -> Bool {
    plan.runbook.steps.contains { $0.options.confirms != nil || $0.phase == .recovery }
      || state.formerSteps.contains {
        $0.phase == .recovery || $0.phase == .detection && state.step($0.id).fate == .removed
      }
  }

  /// How a detection without a finding ends the run; nil when the run goes on.
  private func endOfDetection(_ state: RunState) -> RunEnded? {
    if let failed = firstFailure(in: .detection, state) {
      let current = state.step(failed.id)
      let verb = current.status == .failed && !current.isWithoutAnswer ? "failed" : "could not run"
      let message = current.failure?.message ?? "no reason is known"
      return undetermined("detection step '\(failed.id)' \(verb): \(message)")
    }
    guard needsConfirmation(state) else { return nil }
    let steps = plan.runbook.steps.filter { $0.phase == .detection }.map(\.id)
    let former = state.formerSteps.filter { $0.phase == .detection }.map(\.id)
    for step in steps + former {
      switch state.fate(of: step) {
      case .skipped(let word):
        return undetermined("detection step '\(step)' was skipped (reason: \(word.reason))")
      case .declared(let word):
        return undetermined(
          "detection step '\(step)' was declared done, and found nothing (reason: \(word.reason))"
        )
      case .failed:
        return undetermined("detection step '\(step)' failed, and was left out since")
      case .removed:
        return undetermined(
          "detection step '\(step)' was taken out of the runbook"
            + (state.step(step).reopened == nil
              ? " before it was carried out" : ", and what it had shown counts no more"))
      case .resting(let words):
        return undetermined("detection step '\(step)' rests on \(words)")
      case .ruledOut:
        return undetermined("detection step '\(step)' was left out by a `when` that was changed")
      case .passed, .attested, .notApplicable, .open: continue
      }
    }
    if let gap = gapOfDetection(steps, state) { return undetermined(gap) }
    return RunEnded(status: .notConfirmed, reason: "detection found no incident")
  }

  /// Why nobody has looked for the incident, though no step failed; nil where a step has: one that can confirm it.
  private func gapOfDetection(_ steps: [StepID], _ state: RunState) -> String? {
    let looked = steps.filter { state.step($0).hasLooked }
    guard !looked.contains(where: { state.step($0).fate == .passed }) else { return nil }
    if looked.contains(where: { state.step($0).fate == .attested }) {
      return "that detection found no incident rests on a person's word alone"
    }
    if steps.isEmpty { return "the runbook has no detection steps" }
    let wasCarriedOut = steps.contains { state.step($0).status == .succeeded }
    return wasCarriedOut
      ? "no detection step that can confirm the incident was carried out"
      : "no detection step was carried out: the `when` of each was false"
  }

  /// What detection did not bring, though the incident was confirmed: whoever reads the end knows what nobody saw.
  private func wordsOfDetection(_ state: RunState) -> String? {
    let words = plan.runbook.steps(in: .detection).compactMap { step -> String? in
      let current = state.step(step.id)
      guard current.status == .failed else { return nil }
      let verb = current.isWithoutAnswer ? "could not be carried out" : "failed"
      return "detection step '\(step.id)' \(verb): "
        + (current.failure?.message ?? "no reason is known")
    }
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }

  private func undetermined(_ reason: String) -> RunEnded {
    RunEnded(status: .undetermined, reason: reason)
  }

  private func firstFailure(in phase: Phase, _ state: RunState) -> Step? {
    plan.runbook.steps.first {
      $0.phase == phase && [.failed, .unknown].contains(state.step($0.id).status)
    }
  }
}
