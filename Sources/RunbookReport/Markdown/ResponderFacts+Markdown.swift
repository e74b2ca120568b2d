import RunbookModel

extension ResponderFacts: Presented {
  static let fields: [Field<Self>] = [
    .list("people") { $0.responders },
    .flag("has_decisions") { !$0.decisions.isEmpty },
    .list("decisions") { $0.decisions },
    .flag("has_notes") { !$0.notes.isEmpty },
    .list("notes") { $0.notes.map { Note(note: $0) } },
  ]
}

extension ResponderFacts.Responder: Presented {
  static let fields: [Field<Self>] = [
    .text("name") { Markdown.actor($0.actor) },
    .text("deeds") { $0.deeds.joined(separator: ", ") },
    .text("first") { Markdown.time($0.first) },
    .text("last") { Markdown.time($0.last) },
  ]
}

extension ResponderFacts.Decision: Presented {
  static let fields: [Field<Self>] = [
    .text("gate") { Markdown.code($0.gate) },
    .text("decision") { $0.decided?.payload.decision.rawValue ?? "open" },
    .text("by") { $0.decided.map { Markdown.actor($0.actor) } ?? "nobody yet" },
    .text("time") { Markdown.time($0.decided?.at ?? $0.openedAt) },
    .text("means") { $0.decided.map { means($0.payload.means) } ?? "" },
    .text("content") { facts in
      "\(facts.stepCount) \(facts.stepCount == 1 ? "step" : "steps"), SHA-256 "
        + Markdown.code(facts.digest.short) + (facts.isSameContent ? "" : " (another content)")
    },
    .text("approvals") { String($0.approvals) },
    .text("reference") { Markdown.reference($0.reference) },
  ]

  private static func means(_ means: GateDecided.Means) -> String {
    switch means {
    case .terminal: "at the terminal"
    case .flag: "ahead of time, by a flag"
    case .approveCommand: "by the approve command"
    case .sandbox: "all gates approved for a sandbox"
    }
  }
}

/// A note as the report quotes it.
struct Note: Sendable {
  let note: Stamped<NoteAdded>
}

extension Note: Presented {
  static let fields: [Field<Self>] = [
    .text("by") { Markdown.actor($0.note.actor) },
    .text("time") { Markdown.time($0.note.payload.at ?? $0.note.at) },
    .text("text") { Markdown.prose($0.note.payload.text) },
    .text("reference") { Markdown.reference(Reference($0.note.stamp)) },
  ]
}

extension Markdown {
  /// A name, with the account where they differ.
  static func actor(_ actor: Actor) -> String {
    guard let name = actor.name, name != actor.account else { return quote(actor.account) }
    return "\(quote(name)) (account \(code(actor.account)))"
  }
}
