import RunbookModel

extension SignOffFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("handled_by") { $0.handledBy.map { Markdown.actor($0) }.joined(separator: ", ") },
    .text("reported_by") { _ in Mark.todo },
    .text("reviewed_by") { _ in Mark.todo },
    .text("date") { $0.date.longDay },
    .text("status") { $0.status.title },
    .text("confidence") { $0.confidence.map { Markdown.headline($0) } ?? Mark.missing },
    .text("risk") { $0.risk.map { Markdown.headline($0) } ?? Mark.missing },
  ]
}
