import RunbookModel

extension PreventionFacts: Presented {
  static let fields: [Field<Self>] = [
    .has("checklist") { !$0.checklist.isEmpty },
    .text("checklist", .any) { .checklist($0.checklist) }.only(for: .people),
    .list("checklist") { $0.checklist }.only(for: .tools),
    .text("wrong", .lessons("❌ "), or: .missing) { $0.wrong.nonEmpty },
    .text("right", .lessons("✅ "), or: .missing) { $0.right.nonEmpty },
    .text("lucky", .lessons("🍀 "), or: .missing) { $0.lucky.nonEmpty },
    .text("future", .lessons(""), or: .missing) { $0.future.nonEmpty },
    .has("actions") { !$0.actions.isEmpty },
    .list("actions") { $0.actions },
    .unfilled("todo") { _ in .missing }.only(for: .people),
  ]
}

extension PreventionFacts.CheckItem: Presented {
  static let fields: [Field<Self>] = [
    .text("text", .block) { $0.text },
    .flag("is_done") { $0.isDone },
  ]
}

extension PreventionFacts.Action: Presented {
  static let fields: [Field<Self>] = [
    .text("id", .prose) { $0.id },
    .text("action", .cell, or: .todoWord) { $0.action },
    .text("type", .cell, or: .todoWord) { $0.type },
    .text("owner", .cell, or: .todoWord) { $0.owner },
    .text("priority", .cell, or: .todoWord) { $0.priority },
    .text("due", .cell, or: .todoWord) { $0.due },
    .text("ticket", .cell, or: .todoWord) { $0.ticket },
    .text("status", .cell, or: .todoWord) { $0.status },
  ]
}

extension Collection {
  var nonEmpty: Self? { isEmpty ? nil : self }
}
