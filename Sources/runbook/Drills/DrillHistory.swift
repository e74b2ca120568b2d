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
    /// Said beside the drills, so that a damaged one is not taken for one that never was.
    let notice: String
    /// What it is a run of; nil where that is not known either.
    let runbook: String?

    init(run: RunID, of runbook: String? = nil, reason: String) {
      notice = "run \(run) is left out: \(reason)"
      self.runbook = runbook
    }

    /// Of the state folder as a whole.
    init(_ error: StoreError) {
      notice = "no run can be read: \(error.message)"
      runbook = nil
    }
  }

  /// The last drill of each runbook.
  struct Last {
    fileprivate(set) var drills: [String: Item] = [:]
    fileprivate(set) var unread: [Unread] = []

    /// Whether a runbook without a drill may have had one all the same.
    func isUnknown(_ runbook: String) -> Bool {
      drills[runbook] == nil
        && unread.contains { $0.runbook == nil || $0.runbook == runbook }
    }
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
  func last() async -> Last {
    var last = Last()
    do throws(StoreError) {
      try store.check()
    } catch {
      last.unread.append(Unread(error))
      return last
    }
    for run in store.runs() {
      var runbook: String?
      do throws(StoreError) {
        guard let glance = try store.glance(at: run), glance.isDrill, !glance.isCheck,
          last.drills[glance.runbook] == nil
        else { continue }
        runbook = glance.runbook
        last.drills[glance.runbook] = try await practice(run)
      } catch {
        last.unread.append(Unread(run: run, of: runbook, reason: error.message))
      }
    }
    return last
  }

  /// A drill that people held to its end; nil where the run is none.
  func practice(_ run: RunID) async throws(StoreError) -> Item? {
    guard let summary = try store.summary(of: run) else { return nil }
    let entries = try await store.open(run).entries()
    if let item = Item(summary, entries) { return item.counts ? item : nil }
    // One that was killed before it had begun was held by nobody. What cannot be replayed is told below.
    if let state = try? DrillState(replaying: entries), state.started == nil { return nil }
    throw StoreError(.cannotRead, subject: run.rawValue, "its entries make up no drill")
  }
}
