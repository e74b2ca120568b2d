import RunbookModel

extension RecoveryCommandFacts: Presented {
  static let fields: [Field<Self>] = [
    .flag("has_commands") { !$0.commands.isEmpty },
    .flag("has_preparation") { !$0.preparation.isEmpty },
    .texts("preparation") { $0.preparation.map { Markdown.work($0) } },
    .text("preparation_reference") { $0.preparationReference.map { Markdown.reference($0) } },
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
    .text("number") { String($0.number) },
    .text("id") { Markdown.code($0.command.step.id.rawValue) },
    .text("title") { Markdown.prose($0.command.step.title) },
    .text("attempt") { String($0.command.attempt.number) },
    .flag("is_retry") { $0.command.attempt.number > 1 },
    .text("outcome") { numbered in
      switch numbered.command.attempt.outcome {
      case .succeeded: "✅ succeeded"
      case .failed: "❌ failed"
      case .unknown: "❓ its effect is unknown"
      case .skipped: "⏭️ skipped"
      case nil: "⏳ no outcome in the journal"
      }
    },
    .text("elapsed") { $0.command.attempt.elapsed.map { Markdown.duration($0) } },
    .text("time") { Markdown.time($0.command.attempt.started.at) },
    .text("connection") { $0.command.attempt.started.payload.connection.map { Markdown.code($0) } },
    .text("effect") { $0.command.attempt.started.payload.effectText },
    .flag("has_receipt") { $0.command.attempt.finished?.payload.hasReceipt ?? false },
    .text("failure") {
      $0.command.attempt.finished?.payload.failure.map { Markdown.quote($0.message) }
    },
    .texts("work") { $0.command.work.map { Markdown.work($0) } },
    .text("reference") { Markdown.reference(Reference($0.command.attempt.started.stamp)) },
  ]
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
