import RunbookModel
import RunbookStore

/// Looks out for a decision on a gate that somebody makes at another terminal.
struct GateWatch: Sendable {
  let journal: SQLiteJournal

  /// Waits until somebody has decided on a gate since now.
  ///
  /// - Returns: the decision's entry; nil once the task is cancelled, and where the journal cannot be read,
  ///   which the run meets by itself.
  func decision(on gate: GateOpened) async -> Entry? {
    guard var last = try? await journal.entries(after: nil).last else { return nil }
    while !Task.isCancelled {
      // A cancelled pause ends the loop. By the wall's clock, as it is people who write.
      try? await Task.sleep(for: .milliseconds(300))
      guard let news = try? await journal.entries(after: last) else { return nil }
      let decision = news.first {
        if case .gateDecided(let decided) = $0.event { decided.gate == gate.gate } else { false }
      }
      if let decision { return decision }
      last = news.last ?? last
    }
    return nil
  }
}
