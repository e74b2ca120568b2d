import RunbookModel

extension ResponderFacts: Presented {
  static let fields: [Field<Self>] = [
    .list("people") { $0.responders },
    .has("decisions") { !$0.decisions.isEmpty },
    .list("decisions") { $0.decisions },
    .has("other_decisions") { !$0.others.isEmpty },
    .list("other_decisions") { $0.others },
    .has("notes") { !$0.notes.isEmpty },
    .list("notes") { $0.notes.map { Note(note: $0) } },
  ]
}

extension ResponderFacts.Responder: Presented {
  static let fields: [Field<Self>] = [
    .text("name", .actor) { $0.actor },
    .text("deeds", .words) { $0.deeds },
    .text("first", .time) { $0.first },
    .text("last", .time) { $0.last },
  ]
}

extension ResponderFacts.Decision: Presented {
  static let fields: [Field<Self>] = [
    .text("gate", .code) { $0.gate },
    .text("decision", .phrase) { $0.words }.only(for: .people),
    .text("decision", .words) { $0.decided?.payload.decision.rawValue ?? "open" }
      .only(for: .tools),
    .text("words", .phrase) { $0.words }.only(for: .tools),
    .text("by", .actor, or: .words("nobody yet")) { $0.decided?.actor },
    .text("time", .time) { $0.decided?.at ?? $0.openedAt },
    .text("means", .any, or: .nothing) { facts in
      facts.decided.map {
        .label(means($0.payload.means), raw: $0.payload.means.rawValue.snakeCased)
      }
    },
    .text("content", .phrase) { facts in
      let steps = "\(facts.stepCount) \(facts.stepCount == 1 ? "step" : "steps")"
      return "\(words: steps), SHA-256 \(name: facts.digest.short)"
        + (facts.isSameContent ? "" : " (another content)")
    }.only(for: .people),
    .text("step_count", .number) { $0.stepCount }.only(for: .tools),
    .text("sha256", .digest) { $0.digest }.only(for: .tools),
    .text("reason", .quote, or: .nothing) { $0.decided?.payload.reason },
    .flag("is_same_content") { $0.isSameContent },
    .text("approvals", .number) { $0.approvals },
    .text("reference", .reference) { $0.reference },
  ]

  private static func means(_ means: GateDecided.Means) -> String {
    switch means {
    case .terminal: "at the terminal"
    case .flag: "ahead of time, by --approve, whatever the gate was to show"
    case .approveCommand: "by the approve command"
    case .sandbox: "all gates approved for a sandbox"
    }
  }
}

extension PersonsAct: Presented {
  static let fields: [Field<Self>] = [
    .text("decision", .phrase) { $0.decision },
    .text("about", .any) { act in
      switch act.subject {
      case .run: .words("the run")
      case .report: .words("the report")
      case .step(let step): .code(step.rawValue)
      case .gate(let gate): .code(gate)
      }
    },
    .text("by", .actor) { $0.actor },
    .text("time", .time) { $0.stamp.at },
    .text("reason", .quote, or: .nothing) { $0.reason },
    .text("reference", .reference) { Reference($0.stamp) },
  ]
}

/// A note as the report quotes it.
struct Note: Sendable {
  let note: Stamped<NoteAdded>
}

extension Note: Presented {
  static let fields: [Field<Self>] = [
    .text("by", .actor) { $0.note.actor },
    .text("time", .time) { $0.note.payload.at ?? $0.note.at },
    .text("text", .prose) { $0.note.payload.text },
    .text("reference", .reference) { Reference($0.note.stamp) },
  ]
}
