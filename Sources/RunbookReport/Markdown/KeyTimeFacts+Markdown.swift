import RunbookModel

extension KeyTimeFacts: Presented {
  static let fields: [Field<Self>] = [
    .list("times") { $0.times },
    .list("measures") { $0.measures },
  ]
}

extension KeyTimeFacts.Time: Presented {
  static let fields: [Field<Self>] = [
    .text("name") { $0.name },
    .text("at") { time in
      time.at.map { Markdown.time($0) } ?? (time.isRunsOwn ? "not reached" : Mark.missing)
    },
    .text("basis") { Markdown.phrase($0.basis) },
    .text("reference") { $0.reference.map { Markdown.reference($0) } },
  ]
}

extension KeyTimeFacts.Measure: Presented {
  static let fields: [Field<Self>] = [
    .text("name") { $0.name },
    .text("duration") { $0.duration.map { Markdown.duration($0) } ?? "not known" },
    .text("formula") { $0.formula },
  ]
}
