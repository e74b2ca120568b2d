import RunbookModel

extension StepFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("id") { Markdown.code($0.record.id.rawValue) },
    .text("title") { Markdown.prose($0.record.title) },
    .text("kind") { Markdown.code($0.record.kind) },
    .text("status") { Markdown.status($0.status) },
    .text("attempts") { String($0.attempts) },
    .text("started") { $0.startedAt.map { Markdown.time($0) } },
    .text("finished") { $0.finishedAt.map { Markdown.time($0) } },
    .text("finished_clock") { $0.finishedAt?.clock },
    .text("elapsed") { $0.elapsed.map { Markdown.duration($0) } },
    .text("reason") { $0.reason.map { Markdown.quote($0) } },
    .flag("has_receipt") { $0.hasReceipt },
    .text("reference") { $0.reference.map { Markdown.reference($0) } },
  ]
}
