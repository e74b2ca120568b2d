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
    .text("outcome", .outcome) { $0.command.attempt },
    .text("word", .phrase, or: .nothing) {
      $0.command.attempt.declaration.map {
        "by \(quote: $0.actor.displayName): \(quote: $0.payload.detail)"
      }
    }.only(for: .people),
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

extension Form where Value == AttemptHistory {
  /// What became of one attempt.
  fileprivate static var outcome: Form {
    Form(.status) { attempt in
      if attempt.declaration != nil { return .status(.declared, "declared done") }
      return switch attempt.outcome {
      case .succeeded where attempt.loss != nil: .status(.missing, StepStanding.missing.words)
      case .succeeded: .status(.succeeded, "succeeded")
      case .failed: .status(.failed, "failed")
      case .unknown: .status(.unknown, "its effect is unknown")
      case .skipped: .status(.skipped, "skipped")
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
