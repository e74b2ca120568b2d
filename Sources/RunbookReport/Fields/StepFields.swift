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
      ($0.refusal?.actor ?? $0.word?.actor)?.displayName
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

extension PersonsWord {
  /// `by Ann: the file is there`.
  var phrase: Phrase { "by \(quote: actor.displayName): \(quote: reason)" }
}

extension StepFacts {
  /// What became of it, and what a person did to it besides.
  var statusWords: String {
    if isInapplicable { return "did not apply" }
    if isDenied { return "declared not done" }
    let own = refusal != nil && attempts == 0 ? Self.declined : leavingOut
    guard attempts > 0 || isTakenOut else { return own ?? words }
    let taken = isTakenOut ? "taken out of the runbook" : nil
    let base = attempts > 0 || own == nil ? [words] : []
    return (base + [own, taken].compactMap(\.self)).joined(separator: ", ")
  }

  private var words: String {
    status == .succeeded && record.phase.mayChange ? bearing.success : status.words
  }

  private static let declined = Phase.safeguards.verbOfLeavingOut(wasTried: false)

  /// Whose word stands for it, and why.
  var wordPhrase: Phrase? {
    if let refusal {
      return "by \(quote: refusal.actor.displayName), who refused its gate"
        + Phrase.why(refusal.payload.reason)
    }
    if let answer { return "(\(quote: answer.actor.displayName): \(quote: answer.text))" }
    guard isDenied, let denial else { return word?.phrase }
    var phrase = denial.phrase
    if let leavingOut, let word { phrase = phrase + "; \(words: leavingOut) \(word.phrase)" }
    return isTakenOut ? phrase + "; taken out of the runbook" : phrase
  }

  /// Whether all that tells how it stands is a person's word that it is not done.
  private var isDenied: Bool { denial != nil && [.pending, .notDone].contains(status) }
}
