import RunbookModel

extension ResolutionFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("text", .block, or: .nothing) { $0.resolution },
    .flag("has_started") { $0.hasStarted },
    .has("steps") { !$0.steps.isEmpty },
    .list("steps") { $0.steps },
    .has("deviations") { !$0.deviations.isEmpty },
    .list("deviations") { $0.deviations },
    .unfilled("permanence") { _ in .missing },
  ]
}

extension ResolutionFacts.Deviation: Presented {
  static let fields: [Field<Self>] = [
    .text("text", .phrase) { $0.text },
    .text("reference", .reference) { $0.reference },
  ]
}
