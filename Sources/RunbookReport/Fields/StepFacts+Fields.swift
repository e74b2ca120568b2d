import RunbookModel

extension StepFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("id", .code) { $0.record.id.rawValue },
    .text("title", .prose) { $0.record.title },
    .text("phase", .words) { $0.record.phase.rawValue },
    .text("kind", .code) { $0.record.kind },
    .text("status", .status) { $0.status },
    .text("attempts", .number) { $0.attempts },
    .text("started", .time, or: .nothing) { $0.startedAt },
    .text("finished", .time, or: .nothing) { $0.finishedAt },
    .text("finished_clock", .words, or: .nothing) { $0.finishedAt?.clock }.only(for: .people),
    .text("elapsed", .duration, or: .nothing) { $0.elapsed },
    .text("reason", .quote, or: .nothing) { $0.reason },
    .flag("has_receipt") { $0.hasReceipt },
    .text("reference", .reference, or: .nothing) { $0.reference },
  ]
}
