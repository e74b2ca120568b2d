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
    /// What was decided, in words.
    let words: Phrase
  }

  let responders: [Responder]
  /// At gates, with what those showed.
  let decisions: [Decision]
  /// On steps, on the run, and on its report.
  var others: [PersonsAct] { acts.filter { $0.isDecision && !$0.isAtGate } }
  let acts: [PersonsAct]
  let notes: [Stamped<NoteAdded>]

  init(_ history: RunHistory) {
    responders = Self.responders(history)
    let acts = history.acts
    decisions = history.gates.flatMap { gate in Self.decisions(of: gate, acts) }
    self.acts = acts
    notes = history.notes
  }

  private static func decisions(of gate: GateHistory, _ acts: [PersonsAct]) -> [Decision] {
    let opened = gate.opened.payload
    let decided: [Stamped<GateDecided>?] = gate.decisions.isEmpty ? [nil] : gate.decisions
    return decided.map { decision in
      Decision(
        gate: opened.gate, openedAt: gate.opened.at,
        stepCount: opened.steps.count { $0.fate == .willRun || $0.fate == .undecided },
        approvals: opened.approvals, decided: decision,
        digest: decision?.payload.digest ?? opened.digest,
        isSameContent: decision.map { $0.payload.digest == opened.digest } ?? true,
        reference: Reference(decision?.stamp ?? gate.opened.stamp),
        words: acts.first { $0.stamp == decision?.stamp }?.decision ?? "open")
    }
  }

  private static func responders(_ history: RunHistory) -> [Responder] {
    let started = history.started.stamp
    var deeds: [(stamp: Stamp, actor: Actor, deed: String)] = [
      (started, started.actor, "started the run")
    ]
    deeds += history.acts.map { ($0.stamp, $0.actor, $0.deed) }
    deeds += history.notes.map { ($0.stamp, $0.actor, "wrote notes") }
    deeds += history.steps.flatMap { step in
      step.attempts.map { ($0.started.stamp, $0.started.actor, "ran steps") }
    }
    deeds.sort { $0.stamp.sequence < $1.stamp.sequence }
    var actors: [Actor] = []
    for deed in deeds where !actors.contains(deed.actor) { actors.append(deed.actor) }
    return actors.compactMap { actor in
      let own = deeds.filter { $0.actor == actor }
      guard let first = own.first, let last = own.last else { return nil }
      var names: [String] = []
      for deed in own where !names.contains(deed.deed) { names.append(deed.deed) }
      return Responder(actor: actor, deeds: names, first: first.stamp.at, last: last.stamp.at)
    }
  }
}
