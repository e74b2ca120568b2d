import RunbookModel

extension StepFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("id", .code) { $0.record.id.rawValue },
    .text("title", .prose) { $0.record.title },
    .text("phase", .words) { $0.record.phase.rawValue },
    .text("kind", .code) { $0.record.kind },
    .text("status", Form(.status) { $0 }) { .status($0.status, $0.statusWords) },
    .text("word", .phrase, or: .nothing) { $0.wordPhrase }.only(for: .people),
    .text("decided_by", .quote, or: .nothing) {
      ($0.word?.actor ?? $0.refusal?.actor)?.displayName
    },
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

extension StepFacts {
  /// What became of it; a safeguard that a person left out was declined.
  fileprivate var statusWords: String {
    if record.phase == .safeguards, refusal != nil || (status == .skipped && word != nil) {
      return "declined"
    }
    return isInapplicable ? "did not apply" : status.words
  }

  /// Whose word stands for it, and why.
  var wordPhrase: Phrase? {
    if let word { return "by \(quote: word.actor.displayName): \(quote: word.reason)" }
    return refusal.map { "\(quote: $0.actor.displayName) refused its gate" }
  }
}
