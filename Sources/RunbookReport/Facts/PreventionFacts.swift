import RunbookModel

/// The checklist, the lessons and the action items.
struct PreventionFacts: Sendable {
  struct CheckItem: Sendable {
    let text: AuthoredBlock
    /// Whether the run proved it.
    let isDone: Bool
  }

  struct Action: Sendable {
    let id: String
    let action: AuthoredText?
    let type: AuthoredText?
    let owner: AuthoredText?
    let priority: AuthoredText?
    let due: AuthoredText?
    let ticket: AuthoredText?
    let status: AuthoredText?
  }

  let checklist: [CheckItem]
  let wrong: [AuthoredBlock]
  let right: [AuthoredBlock]
  let lucky: [AuthoredBlock]
  let future: [AuthoredBlock]
  let actions: [Action]

  init(_ authored: AuthoredReport) {
    checklist = authored.entries("checklist").compactMap { entry in
      guard let map = entry.mapValue else {
        return authored.block(entry).map { CheckItem(text: $0, isDone: false) }
      }
      return authored.block(map["text"]).map {
        CheckItem(text: $0, isDone: authored.isTrue(map["done"]))
      }
    }
    func lessons(_ key: String) -> [AuthoredBlock] {
      authored.entries("lessons", key).compactMap { authored.block($0) }
    }
    wrong = lessons("wrong")
    right = lessons("right")
    lucky = lessons("lucky")
    future = lessons("future")
    actions = authored.entries("action_items").enumerated().map { index, entry in
      Self.action(entry, number: index + 1, authored)
    }
  }

  private static func action(_ entry: Value, number: Int, _ authored: AuthoredReport) -> Action {
    let map = entry.mapValue ?? ValueMap([("action", entry)])
    func text(_ key: String) -> AuthoredText? {
      guard let text = map.text(key), text.trimmed != "TODO" else { return nil }
      return AuthoredText(text, in: authored.scope)
    }
    return Action(
      id: map.text("id") ?? "A\(number)", action: text("action"), type: text("type"),
      owner: text("owner"), priority: text("priority"), due: text("due"), ticket: text("ticket"),
      status: text("status"))
  }
}
