import RunbookModel

/// Something that is to be done after the incident.
struct ActionItem: Sendable {
  /// What is said of one, by its name in `report edit`.
  enum Cell: String, Sendable, CaseIterable {
    case action, type, owner, priority, due, ticket, status
  }

  let id: String
  private var cells: [Cell: AuthoredText] = [:]

  init(id: String) { self.id = id }

  subscript(_ cell: Cell) -> AuthoredText? {
    get { cells[cell] }
    set { cells[cell] = newValue }
  }

  /// Whether its status says that nothing is left to do.
  var isDone: Bool { self[.status].map { Self.saysDone($0.plainText) } ?? false }

  /// Whether a status says so.
  static func saysDone(_ status: String) -> Bool {
    let words = ["done", "closed", "completed", "resolved", "dropped", "cancelled", "won't do"]
    return words.contains(status.lowercased().trimmed)
  }
}
