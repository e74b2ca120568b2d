import RunbookModel

/// Who did what, and who decided on exactly which content.
struct ResponderFacts: Sendable {
  struct Responder: Sendable {
    let actor: Actor
    /// What the journal has of them, in order, each once.
    let deeds: [String]
    let first: Timestamp
    let last: Timestamp
  }

  struct Decision: Sendable {
    let gate: String
    let openedAt: Timestamp
    let stepCount: Int
    let approvals: Int
    let decided: Stamped<GateDecided>?
    let digest: Digest
    /// Whether what was decided on is what the gate showed.
    let isSameContent: Bool
    let reference: Reference
  }

  let responders: [Responder]
  let decisions: [Decision]
  let notes: [Stamped<NoteAdded>]

  init(_ history: RunHistory) {
    responders = Self.responders(history)
    decisions = history.gates.flatMap { Self.decisions(of: $0) }
    notes = history.notes
  }

  private static func decisions(of gate: GateHistory) -> [Decision] {
    let opened = gate.opened.payload
    let decided: [Stamped<GateDecided>?] = gate.decisions.isEmpty ? [nil] : gate.decisions
    return decided.map { decision in
      Decision(
        gate: opened.gate, openedAt: gate.opened.at,
        stepCount: opened.steps.count { $0.fate == .willRun || $0.fate == .undecided },
        approvals: opened.approvals, decided: decision,
        digest: decision?.payload.digest ?? opened.digest,
        isSameContent: decision.map { $0.payload.digest == opened.digest } ?? true,
        reference: Reference(decision?.stamp ?? gate.opened.stamp))
    }
  }

  private static func responders(_ history: RunHistory) -> [Responder] {
    var deeds: [(stamp: Stamp, deed: String)] = [(history.started.stamp, "started the run")]
    for gate in history.gates {
      for decision in gate.decisions {
        let deed =
          switch decision.payload.decision {
          case .approved: "approved a gate"
          case .refused: "refused a gate"
          case .withdrawn: "withdrew an approval"
          }
        deeds.append((decision.stamp, deed))
      }
    }
    deeds += history.resumptions.map { ($0.stamp, "resumed the run") }
    deeds += history.notes.map { ($0.stamp, "wrote notes") }
    for step in history.steps {
      for attempt in step.attempts {
        deeds += attempt.settlements.filter { $0.payload.means == .word }
          .map { ($0.stamp, "said whether a step was done") }
      }
      deeds += step.retries.map { ($0.stamp, "had a step tried again") }
      deeds += step.attempts.map { ($0.started.stamp, "ran steps") }
      if let skipped = step.skipped, skipped.payload.cause == .decision {
        deeds.append((skipped.stamp, step.attempts.isEmpty ? "skipped a step" : "left a step out"))
      }
    }
    deeds.sort { $0.stamp.sequence < $1.stamp.sequence }
    var actors: [Actor] = []
    for deed in deeds where !actors.contains(deed.stamp.actor) { actors.append(deed.stamp.actor) }
    return actors.compactMap { actor in
      let own = deeds.filter { $0.stamp.actor == actor }
      guard let first = own.first, let last = own.last else { return nil }
      var names: [String] = []
      for deed in own where !names.contains(deed.deed) { names.append(deed.deed) }
      return Responder(actor: actor, deeds: names, first: first.stamp.at, last: last.stamp.at)
    }
  }
}
