import RunbookModel

extension ImpactFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("text", .block, or: .missing) { $0.impact },
    .has("findings") { !$0.findings.isEmpty },
    .list("findings") { $0.findings },
    .has("unconfirmed") { !$0.unconfirmed.isEmpty },
    .list("unconfirmed") { $0.unconfirmed },
    .text("detection", .block, or: .missing) { $0.detection },
    .text("communications", .block, or: .missing) { $0.communications },
  ]
}

extension ImpactFacts.Finding: Presented {
  static let fields: [Field<Self>] = [
    .text("step", .code) { $0.step.rawValue },
    .text("title", .prose) { $0.title },
    .text("time", .time) { $0.at },
    .text("clock", .words) { $0.at.clock }.only(for: .people),
    .text("reference", .reference) { $0.reference },
    .text("found", .captures, or: .nothing) { facts in
      facts.captures.isEmpty
        ? nil : facts.captures.map { Content.Capture(name: $0.name, value: $0.value) }
    },
  ]
}
