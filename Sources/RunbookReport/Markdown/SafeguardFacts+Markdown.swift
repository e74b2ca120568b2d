import RunbookModel

extension SafeguardFacts: Presented {
  static let fields: [Field<Self>] = [
    .flag("has_steps") { !$0.steps.isEmpty },
    .list("steps") { $0.steps },
    .flag("has_any") { !$0.steps.isEmpty || !$0.authored.isEmpty },
    .flag("is_planned") { !$0.isResolved && !$0.authored.isEmpty },
    .text("todo") { _ in Mark.missing },
    .list("authored") { facts in
      facts.authored.enumerated().map { NumberedSafeguard(number: $0 + 1, safeguard: $1) }
    },
  ]
}

/// An authored safeguard with its number in the report.
struct NumberedSafeguard: Sendable {
  let number: Int
  let safeguard: SafeguardFacts.Authored
}

extension NumberedSafeguard: Presented {
  static let fields: [Field<Self>] = [
    .text("number") { String($0.number) },
    .text("title") { Markdown.authored($0.safeguard.title).lines.joined(separator: " ") },
    .text("text") { $0.safeguard.text.map { Markdown.block($0) } },
  ]
}
