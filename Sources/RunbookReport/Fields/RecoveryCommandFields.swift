import RunbookModel

extension RecoveryCommandFacts: Presented {
  static let fields: [Field<Self>] = [
    .has("commands") { !$0.commands.isEmpty },
    .has("preparation") { !$0.preparation.isEmpty },
    .texts("preparation", .work) { $0.preparation.map { .work($0) } },
    .text("preparation_reference", .reference, or: .nothing) { $0.preparationReference },
    .list("commands") { facts in
      facts.commands.enumerated().map { NumberedCommand(number: $0 + 1, command: $1) }
    },
  ]
}

/// A recovery attempt with its number in the appendix.
struct NumberedCommand: Sendable {
  let number: Int
  let command: RecoveryCommandFacts.Command
}

extension NumberedCommand: Presented {
  static let fields: [Field<Self>] = [
    .text("number", .number) { $0.number },
    .text("id", .code) { $0.command.step.id.rawValue },
    .text("title", .prose) { $0.command.step.title },
    .text("attempt", .number) { $0.command.attempt.number },
    .flag("is_retry") { $0.command.attempt.number > 1 },
    .text("outcome", .outcome) { $0.command },
    .text("word", .phrase, or: .nothing) { word(of: $0.command.attempt) }.only(for: .people),
    .text("left_out", .phrase, or: .nothing) {
      ($0.command.leavingOut).map { "left out " + $0.phrase }
    },
    .text("elapsed", .duration, or: .nothing) { $0.command.attempt.elapsed },
    .text("time", .time) { $0.command.attempt.started.at },
    .text("connection", .code, or: .nothing) { $0.command.attempt.started.payload.connection },
    .text("effect", .any) {
      let started = $0.command.attempt.started.payload
      return .label(started.effectText, raw: started.effect.rawValue.snakeCased)
    },
    .flag("is_effect_declared") { $0.command.attempt.started.payload.isEffectDeclared },
    .flag("has_receipt") { $0.command.attempt.hasReceipt },
    .text("failure", .quote, or: .nothing) { $0.command.attempt.failure?.message },
    .texts("work", .work) { $0.command.work.map { .work($0.item, became: $0.became) } },
    .flag("is_extent_unknown") { $0.command.isExtentUnknown },
    .text("reference", .reference) { Reference($0.command.attempt.started.stamp) },
  ]
}

extension NumberedCommand {
  /// Who said how it stands, or what showed that it is not done.
  private static func word(of attempt: AttemptHistory) -> Phrase? {
    if let said = attempt.declaration ?? attempt.denial { return PersonsWord(said).phrase }
    guard attempt.wasCutOff, let settled = attempt.settlements.last else { return nil }
    return "(\(quote: settled.payload.detail))"
  }
}

extension Form where Value == RecoveryCommandFacts.Command {
  /// What became of one attempt.
  fileprivate static var outcome: Form {
    Form(.status) { command in
      let attempt = command.attempt
      if attempt.declaration != nil { return .status(.declared, "declared done") }
      if attempt.denial != nil { return .status(.notDone, "declared not done") }
      return switch attempt.outcome {
      case .succeeded where attempt.loss != nil: .status(.missing, StepStanding.missing.words)
      case .succeeded where attempt.finished?.payload.isWord == true:
        .status(.attested, StepStanding.attested.words)
      case .succeeded: .status(.succeeded, StepStanding.succeeded.words)
      case .failed: .status(.failed, "failed")
      case .unknown: .status(.unknown, "its effect is unknown")
      case .skipped: .status(.skipped, "skipped")
      case nil where attempt.wasCutOff: .status(.notDone, StepStanding.notDone.words)
      case nil where command.isOver: .status(.unknown, "unknown: no outcome in the journal")
      case nil: .status(.inFlight, "no outcome in the journal")
      }
    }
  }
}

extension AttemptStarted {
  fileprivate var effectText: String {
    let word =
      switch effect {
      case .readOnly: "read-only"
      case .mutating: "changes data"
      case .destructive: "destructive"
      case .undetermined: "effect not determined"
      }
    return isEffectDeclared ? word + " (declared, not enforced)" : word
  }
}
