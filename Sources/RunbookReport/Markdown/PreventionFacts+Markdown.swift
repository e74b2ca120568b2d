import RunbookModel

extension PreventionFacts: Presented {
  static let fields: [Field<Self>] = [
    .flag("has_checklist") { !$0.checklist.isEmpty },
    .text("checklist") { facts in
      facts.checklist.map { item in
        Markdown.item(Markdown.block(item.text), marker: item.isDone ? "- [x]" : "- [ ]")
      }
      .joined(separator: "\n")
    },
    .text("wrong") { lessons($0.wrong, mark: "❌ ") },
    .text("right") { lessons($0.right, mark: "✅ ") },
    .text("lucky") { lessons($0.lucky, mark: "🍀 ") },
    .text("future") { lessons($0.future, mark: "") },
    .flag("has_actions") { !$0.actions.isEmpty },
    .list("actions") { $0.actions },
    .text("todo") { _ in Mark.missing },
  ]

  private static func lessons(_ blocks: [AuthoredBlock], mark: String) -> String {
    guard !blocks.isEmpty else { return Mark.missing }
    return blocks.enumerated().map { index, block in
      Markdown.item(mark + Markdown.block(block), marker: "\(index + 1).")
    }
    .joined(separator: "\n")
  }
}

extension PreventionFacts.Action: Presented {
  static let fields: [Field<Self>] = [
    .text("id") { Markdown.prose($0.id) },
    .text("action") { cell($0.action) },
    .text("type") { cell($0.type) },
    .text("owner") { cell($0.owner) },
    .text("priority") { cell($0.priority) },
    .text("due") { cell($0.due) },
    .text("ticket") { cell($0.ticket) },
    .text("status") { cell($0.status) },
  ]

  private static func cell(_ text: AuthoredText?) -> String {
    text.map { Markdown.cell($0) } ?? Mark.counted + "TODO"
  }
}
