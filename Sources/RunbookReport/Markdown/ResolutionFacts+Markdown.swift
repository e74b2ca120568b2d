import RunbookModel

extension ResolutionFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("text") { $0.resolution.map { Markdown.block($0) } },
    .flag("has_started") { $0.hasStarted },
    .flag("has_steps") { !$0.steps.isEmpty },
    .list("steps") { $0.steps },
    .flag("has_deviations") { !$0.deviations.isEmpty },
    .list("deviations") { $0.deviations },
    .text("permanence") { _ in Mark.missing },
  ]
}

extension ResolutionFacts.Deviation: Presented {
  static let fields: [Field<Self>] = [
    .text("text") { Markdown.phrase($0.text) },
    .text("reference") { Markdown.reference($0.reference) },
  ]
}
