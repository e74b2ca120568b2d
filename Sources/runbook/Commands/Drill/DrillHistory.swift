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
    /// Whether nobody took part: the runbook was checked, and nobody has practised.
    let isCheck: Bool

    /// - Returns: nil when the entries are no drill's, or none that can be replayed.
    init?(_ summary: RunSummary, _ entries: [Entry]) {
      guard let state = try? DrillState(replaying: entries),
        let score = try? DrillScore(entries: entries), let started = state.started
      else { return nil }
      run = summary.run
      runbook = summary.runbook
      startedAt = summary.startedAt
      mode = started.mode
      self.score = score
      times = DrillTimes(state)
      isOver = state.lifecycle == .ended
      isCheck = started.isCheck == true
    }

    /// Whether people practised, to the end.
    var counts: Bool { isOver && !isCheck }

    /// Such as `sandbox`, `talk, not over`, `check`.
    var manner: String {
      (isCheck ? "check" : mode.rawValue) + (isOver ? "" : ", not over")
    }
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
        let entries = try? await store.open(run).entries(), let item = Item(summary, entries)
      else { continue }
      items.append(item)
    }
    return items
  }

  /// The last drill of each runbook that people held to its end.
  ///
  /// Journals are read from the newest on, and no more of them than are needed: a drill in a sandbox
  /// writes much.
  func last() async -> [String: Item] {
    var last: [String: Item] = [:]
    for run in store.runs() {
      guard let glance = try? store.glance(at: run), glance.isDrill, !glance.isCheck,
        last[glance.runbook] == nil
      else { continue }
      last[glance.runbook] = await practice(run)
    }
    return last
  }

  /// A drill that people held to its end; nil where the run is none.
  func practice(_ run: RunID) async -> Item? {
    guard let summary = try? store.summary(of: run),
      let entries = try? await store.open(run).entries(), let item = Item(summary, entries),
      item.counts
    else { return nil }
    return item
  }
}
