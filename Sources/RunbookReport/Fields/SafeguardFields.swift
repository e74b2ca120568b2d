import RunbookModel

extension SafeguardFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("heading", .words) {
      $0.areImplemented ? "Safeguards Implemented" : "Safeguards"
    }.only(for: .people),
    .has("steps") { !$0.steps.isEmpty },
    .list("steps") { $0.steps },
    .has("any") { !$0.steps.isEmpty || !$0.authored.isEmpty },
    .flag("is_planned") { $0.reservation != nil },
    .text("reservation", .words, or: .nothing) { $0.reservation }.only(for: .people),
    .unfilled("todo") { _ in .missing }.only(for: .people),
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
    .text("number", .number) { $0.number },
    .text("title", .line) { $0.safeguard.title },
    .text("text", .block, or: .nothing) { $0.safeguard.text },
  ]
}
