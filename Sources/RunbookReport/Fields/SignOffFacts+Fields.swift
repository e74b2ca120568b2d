import RunbookModel

extension SignOffFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("handled_by", .actors) { $0.handledBy },
    .unfilled("reported_by") { _ in .todo },
    .unfilled("reviewed_by") { _ in .todo },
    .text("date", .any) { .label($0.date.longDay, raw: $0.date.day) },
    .text("status", .any) { .status(of: $0.status) },
    .text("confidence", .headline, or: .missing) { $0.confidence },
    .text("risk", .headline, or: .missing) { $0.risk },
  ]
}
