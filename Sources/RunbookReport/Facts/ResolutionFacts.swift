import RunbookModel

/// What recovery did, and where it left the runbook.
struct ResolutionFacts: Sendable {
  struct Deviation: Sendable {
    let text: Phrase
    let reference: Reference
  }

  let resolution: AuthoredBlock?
  let steps: [StepFacts]
  let deviations: [Deviation]
  let hasStarted: Bool

  init(_ history: RunHistory, _ authored: AuthoredReport) {
    resolution = authored.block("resolution")
    let recovery = history.steps(of: .recovery)
    let isTold = history.isConfirmed || history.ended == nil
    steps = isTold ? recovery.map { StepFacts($0) } : []
    hasStarted = recovery.contains(where: \.isTouched)
    deviations =
      history.resumptions.compactMap { Self.deviation(of: $0) }
      + history.losses.map { Self.deviation(of: $0) }
      + history.steps.flatMap { Self.deviations(of: $0) }
  }

  private static func deviation(of resumption: Stamped<RunResumed>) -> Deviation? {
    let who = resumption.actor.displayName
    if let change = resumption.payload.change {
      let again = (change.performs ?? []).map(\.rawValue).joined(separator: ", ")
      let named: Phrase =
        again.isEmpty
        ? "" : "; performed all the same, though it may do again what was done: \(name: again)"
      return Deviation(
        text: "the runbook was changed during the run, and the change accepted by \(quote: who)"
          + named,
        reference: Reference(resumption.stamp))
    }
    guard let holder = resumption.payload.takenFrom else { return nil }
    return Deviation(
      text: "the run was taken over by \(quote: who) from \(quote: holder)"
        + Phrase.why(resumption.payload.reason),
      reference: Reference(resumption.stamp))
  }

  private static func deviation(of loss: AcceptedLoss) -> Deviation {
    let who = loss.approvers.map(\.displayName).joined(separator: ", ")
    let steps = loss.steps.map(\.rawValue).joined(separator: ", ")
    let what: Phrase =
      loss.steps.isEmpty
      ? "the lease that the run wrote there last is missing"
      : "it has no record of what \(name: steps) did"
    return Deviation(
      text: """
        gate \(name: loss.gate) was approved by \(quote: who), and the run went on in a database \
        that is an older copy, or did not get all that was done: 
        """ + what, reference: loss.reference)
  }

  private static func deviation(of settled: Stamped<AttemptSettled>) -> Deviation {
    let payload = settled.payload
    let what: Phrase =
      payload.means == .word
      ? "was declared \(words: payload.settlement.words) by \(quote: settled.actor.displayName): "
      : "was settled as \(words: payload.settlement.words): "
    return Deviation(
      text: "\(name: payload.step), attempt \(payload.attempt), \(what)\(quote: payload.detail)",
      reference: Reference(settled.stamp))
  }

  private static func deviations(of step: StepHistory) -> [Deviation] {
    var deviations: [Deviation] = []
    for episode in step.episodes {
      if let deviation = deviation(of: episode, in: step) { deviations.append(deviation) }
      deviations += episode.last.settlements.map { Self.deviation(of: $0) }
    }
    for retry in step.retries {
      deviations.append(
        Deviation(
          text:
            "another attempt of \(name: step.id) was wanted by \(quote: retry.actor.displayName)"
            + Phrase.why(retry.payload.reason), reference: Reference(retry.stamp)))
    }
    if let skipped = step.skipped, let verb = step.leavingOut {
      deviations.append(
        Deviation(
          text: """
            \(name: step.id) was \(words: verb) by \(quote: skipped.actor.displayName): \
            \(quote: skipped.payload.reason)
            """, reference: Reference(skipped.stamp)))
    }
    return deviations
  }

  private static func deviation(of episode: Episode, in step: StepHistory) -> Deviation? {
    let attempt = episode.last
    guard let finished = attempt.finished else {
      guard attempt.settlements.isEmpty else {
        return Deviation(
          text:
            "\(name: step.id), attempt \(attempt.number), was cut off: its process stored no outcome",
          reference: Reference(attempt.started.stamp))
      }
      return Deviation(
        text: "\(name: step.id), attempt \(attempt.number), has no outcome in the journal",
        reference: Reference(attempt.started.stamp))
    }
    switch finished.payload.outcome {
    case .unknown:
      return Deviation(
        text: "\(name: step.id), attempt \(attempt.number), ended with its effect unknown",
        reference: Reference(finished.stamp))
    case .failed:
      let reason = finished.payload.failure?.reason ?? "no reason recorded"
      let isNoFinding = finished.payload.isWithoutAnswer && !step.record.phase.mayChange
      let verb = isNoFinding ? "could not be carried out" : "failed"
      return Deviation(
        text: "\(name: step.id), \(words: episode.numbers), \(words: verb): \(quote: reason)",
        reference: Reference(finished.stamp))
    case .succeeded where attempt.number > 1:
      return Deviation(
        text: "\(name: step.id) was tried again: attempt \(attempt.number) succeeded",
        reference: Reference(finished.stamp))
    case .succeeded, .skipped: return nil
    }
  }
}
