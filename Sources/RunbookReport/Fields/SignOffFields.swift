import RunbookModel

extension SignOffFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("handled_by", .actors) { $0.handledBy },
    .text("also_handled_by", .headline, or: .nothing) { $0.alsoHandledBy },
    .text("reported_by", .headline, or: .todo) { $0.reportedBy },
    .text("reviewed_by", .headline, or: .todo) { $0.reviewedBy },
    .text("date", .any) { .label($0.date.longDay, raw: $0.date.day) },
    .text("status", .any) { .status(of: $0.status) },
    .text("confidence", .headline, or: .missing) { $0.confidence },
    .text("risk", .headline, or: .missing) { $0.risk },
  ]
}
