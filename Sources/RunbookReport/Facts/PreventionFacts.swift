import RunbookModel

/// The checklist, the lessons and the action items.
struct PreventionFacts: Sendable {
  struct CheckItem: Sendable {
    let text: AuthoredBlock
    /// Whether the run proved it.
    let isDone: Bool
  }

  let checklist: [CheckItem]
  let wrong: [AuthoredBlock]
  let right: [AuthoredBlock]
  let lucky: [AuthoredBlock]
  let future: [AuthoredBlock]
  let actions: [ActionItem]

  init(_ history: RunHistory, _ authored: AuthoredReport) {
    checklist = authored.entries("checklist").compactMap { entry in
      guard let map = entry.mapValue else {
        return authored.block(entry).map { CheckItem(text: $0, isDone: false) }
      }
      return authored.block(map["text"]).map {
        CheckItem(text: $0, isDone: authored.isTrue(map["done"]))
      }
    }
    func lessons(_ key: String) -> [AuthoredBlock] {
      authored.block("lessons", key)?.items ?? []
    }
    wrong = lessons("wrong")
    right = lessons("right")
    lucky = lessons("lucky")
    future = lessons("future")
    let own = authored.entries("action_items").enumerated().map { index, entry in
      Self.action(entry, number: index + 1, authored)
    }
    let left = Self.left(by: history)
    actions = authored.edits.applied(
      to: own
        + left.enumerated().map { index, text in
          var item = ActionItem(id: "A\(own.count + index + 1)")
          item[.action] = AuthoredText(segments: [.value(text)])
          item[.status] = AuthoredText(segments: [.value("open")])
          return item
        })
  }

  /// What the steps that changed things say that they left.
  private static func left(by history: RunHistory) -> [String] {
    history.steps.filter { $0.record.phase.mayChange && $0.success != nil }.flatMap { step in
      let results =
        step.settledAsDone.map(\.result) + [step.answer?.payload.result].compactMap(\.self)
      let remainder = results.map { Remainder($0) }.first { !$0.isEmpty }
      return (remainder?.missing ?? []).map { "Bring back what did not come back: \($0)" }
        + (remainder?.leftToDo ?? [])
    }
  }

  private static func action(_ entry: Value, number: Int, _ authored: AuthoredReport) -> ActionItem
  {
    let map = entry.mapValue ?? ValueMap([("action", entry)])
    func text(_ key: String) -> AuthoredText? {
      guard let text = map.text(key), text.trimmed != "TODO" else { return nil }
      return AuthoredText(text, in: authored.scope)
    }
    var item = ActionItem(id: map.text("id") ?? "A\(number)")
    for cell in ActionItem.Cell.allCases { item[cell] = text(cell.rawValue) }
    return item
  }
}
