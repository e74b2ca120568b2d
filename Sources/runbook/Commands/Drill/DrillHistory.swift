import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookStore

/// The drills of the state folder.
struct DrillHistory {
  struct Item {
    let run: RunID
    let runbook: String
    let startedAt: Timestamp
    let mode: DrillMode
    let score: DrillScore
    let times: DrillTimes
    let isOver: Bool
    /// Whether nobody took part.
    let isCheck: Bool
  }

  let store: RunStore

  /// The oldest first; a journal that cannot be read is left out: `runbook runs` names it.
  ///
  /// - Parameter name: of a runbook; nil is all.
  func items(of name: String? = nil) async -> [Item] {
    var items: [Item] = []
    for run in store.runs().reversed() {
      guard let summary = try? store.summary(of: run), summary.isDrill,
        name == nil || summary.runbook == name,
        let entries = try? await store.open(run).entries(),
        let state = try? DrillState(replaying: entries),
        let score = try? DrillScore(entries: entries), let started = state.started
      else { continue }
      items.append(
        Item(
          run: run, runbook: summary.runbook, startedAt: summary.startedAt, mode: started.mode,
          score: score, times: DrillTimes(state), isOver: state.lifecycle == .ended,
          isCheck: started.isCheck == true))
    }
    return items
  }

  /// The last drill of each runbook that was held to its end, with people.
  func last() async -> [String: Item] {
    Dictionary(
      await items().filter { $0.isOver && !$0.isCheck }.map { ($0.runbook, $0) },
      uniquingKeysWith: { $1 })
  }
}
