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

  /// A run of which nobody can tell whether it is a drill, or how it went.
  struct Unread {
    let run: RunID
    let reason: String

    /// Said beside the drills, so that a damaged one is not taken for one that never was.
    var notice: String { "run \(run) is left out: \(reason)" }
  }

  /// The oldest first.
  ///
  /// - Parameter name: of a runbook; nil is all.
  func items(of name: String? = nil) async -> (items: [Item], unread: [Unread]) {
    var items: [Item] = []
    var unread: [Unread] = []
    for run in store.runs().reversed() {
      do throws(StoreError) {
        guard let summary = try store.summary(of: run), summary.isDrill,
          name == nil || summary.runbook == name
        else { continue }
        let entries = try await store.open(run).entries()
        if let item = Item(summary, entries) {
          items.append(item)
        } else {
          unread.append(Unread(run: run, reason: "its entries make up no drill"))
        }
      } catch {
        unread.append(Unread(run: run, reason: error.message))
      }
    }
    return (items, unread)
  }

  /// The last drill of each runbook that people held to its end.
  ///
  /// Journals are read from the newest on, and no more of them than are needed: a drill in a sandbox
  /// writes much.
  func last() async -> (drills: [String: Item], unread: [Unread]) {
    var last: [String: Item] = [:]
    var unread: [Unread] = []
    for run in store.runs() {
      do throws(StoreError) {
        guard let glance = try store.glance(at: run), glance.isDrill, !glance.isCheck,
          last[glance.runbook] == nil
        else { continue }
        last[glance.runbook] = try await practice(run)
      } catch {
        unread.append(Unread(run: run, reason: error.message))
      }
    }
    return (last, unread)
  }

  /// A drill that people held to its end; nil where the run is none.
  func practice(_ run: RunID) async throws(StoreError) -> Item? {
    guard let summary = try store.summary(of: run),
      let item = Item(summary, try await store.open(run).entries()), item.counts
    else { return nil }
    return item
  }
}
