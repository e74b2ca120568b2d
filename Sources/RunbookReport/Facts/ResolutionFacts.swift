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
      + history.unseen.map { unseen in
        Deviation(
          text: "\(quote: unseen.payload.words)", reference: Reference(unseen.stamp))
      }
      + history.endings.flatMap { Self.deviations(of: $0) }
      + history.steps.flatMap { Self.deviations(of: $0, RoutineChecks(history)) }
      + RoutineChecks(history).summary
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
    let start: Phrase =
      loss.gate.map { "gate \(name: $0) was approved by \(quote: who), and the run went on in " }
      ?? "the run ended, and connection \(name: loss.connection) led by then to "
    if !loss.isProofLost, loss.move == nil, loss.steps.isEmpty {
      return Deviation(
        text: """
          \(start)the database of a server that was started anew since the run last saw it: it holds what the run \
          left, as a copy that was made since would
          """, reference: loss.reference)
    }
    let what: Phrase =
      loss.steps.isEmpty
      ? "the lease that the run wrote there last is missing"
      : "it has no record of what \(name: steps) did"
    let lack: Phrase =
      "a database that is an older copy, did not get all that was done, or lacks the run's record: "
      + what
    guard let move = loss.move else {
      return Deviation(text: start + lack, reference: loss.reference)
    }
    return Deviation(
      text: start + words(of: move) + (loss.isProofLost ? "; it is " + lack : ""),
      reference: loss.reference)
  }

  private static func words(of move: AcceptedLoss.Move) -> Phrase {
    let before = move.before.map(\.rawValue).joined(separator: ", ")
    let unproven = move.unproven.map(\.rawValue).joined(separator: ", ")
    let text: Phrase = """
      another database: \(words(of: move.to, beside: move.from)), \
      and before in \(words(of: move.from, beside: move.to))
      """
    let former: Phrase =
      move.before.isEmpty ? "" : "; carried out in the former one by then: \(name: before)"
    let lost: Phrase =
      move.unproven.isEmpty
      ? "" : "; what these changed left no record, and may be there alone: \(name: unproven)"
    return text + former + lost
  }

  private static func words(
    of database: ConnectionIdentity, beside other: ConnectionIdentity
  ) -> Phrase {
    if database.kind != nil {
      let facts: [Phrase] = (database.key ?? []).filter { !(other.key ?? []).contains($0) }.map {
        "\(words: $0.label) \(name: $0.value)"
      }
      return facts.reduce("\(name: database.database) at \(quote: database.address)") {
        $0 + ", " + $1
      }
    }
    var text: Phrase =
      "\(name: database.database) (OID \(words: String(database.databaseOID))) at \(quote: database.address)"
    if let system = database.systemIdentifier, system != other.systemIdentifier {
      text = text + ", system \(name: system)"
    }
    if let timeline = database.timelineID, timeline != other.timelineID {
      text = text + ", timeline \(words: String(timeline))"
    }
    return text
  }

  private static func deviations(of ending: Stamped<ProcessesEnded>) -> [Deviation] {
    ending.payload.ended.map { one in
      let whose: Phrase =
        ending.payload.step.map { "what \(name: $0) had left" } ?? "a process of the run"
      return Deviation(
        text: whose + " was ended by \(quote: ending.actor.displayName): \(quote: one.words)",
        reference: Reference(ending.stamp))
    }
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

  private static func deviations(
    of step: StepHistory, _ routine: RoutineChecks
  ) -> [Deviation] {
    var deviations: [Deviation] = []
    for episode in step.episodes {
      if routine.contains(episode, of: step) { continue }
      if let deviation = deviation(of: episode, in: step) { deviations.append(deviation) }
      deviations += episode.last.settlements.map { Self.deviation(of: $0) }
    }
    let grounds = step.attempts.flatMap { $0.started.payload.restsOn ?? [] }
    if let first = step.attempts.first(where: { $0.started.payload.restsOn?.isEmpty == false }) {
      deviations.append(
        Deviation(
          text: """
            \(name: step.id) was carried out on a ground that is not established: it rests on \
            \(words: [StandIn]().joined(with: grounds).words())
            """, reference: Reference(first.started.stamp)))
    }
    for reopened in step.reopenings where !routine.contains(reopened) {
      deviations.append(
        Deviation(
          text: "what \(name: step.id) had shown counted no more: \(quote: reopened.payload.words)",
          reference: Reference(reopened.stamp)))
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
