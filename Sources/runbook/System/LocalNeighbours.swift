import RunbookEngine
import RunbookModel
import RunbookStore

/// The other runs of this state folder, for whoever is about to change a database beside them.
struct LocalNeighbours: RunNeighbours {
  let store: RunStore
  let run: RunID

  /// How many of the newest runs are looked at: a person waits for it.
  private static let lookedAtRuns = 100

  func look(
    on identities: [ConnectionIdentified], since start: Timestamp?
  ) async -> RunsBeside {
    var found = RunsBeside()
    for other in store.runs().filter({ $0 != run }).prefix(Self.lookedAtRuns) {
      do throws(StoreError) {
        guard let summary = try store.summary(of: other), !summary.isSandbox, !summary.isDrill
        else { continue }
        let hasEnded = if case .runEnded = summary.lastChange { true } else { false }
        if hasEnded, start.map({ summary.lastChangeAt < $0 }) ?? true {
          found.over.insert(other)
        } else if let one = try await look(at: other, summary, identities) {
          found.atWork.append(one)
        } else if hasEnded {
          found.over.insert(other)
        }
      } catch {
        // A journal that cannot be read tells nothing; `runs` lists it as damaged. What its process does to the
        // database shows there.
        continue
      }
    }
    return found
  }

  private func look(
    at other: RunID, _ summary: RunSummary, _ identities: [ConnectionIdentified]
  ) async throws(StoreError) -> OtherRun? {
    let journal = try store.open(other)
    let state = try RunState(replaying: try await journal.entries())
    let isBeside = state.identities.values.contains { known in
      identities.contains { $0.identity.isSameDatabase(as: known.identity) }
    }
    guard isBeside else { return nil }
    let name = "run \(other) (\(summary.runbook))"
    if let living = try journal.leaseState().living {
      return OtherRun(
        run: other, summary: "\(name) is carried out by \(living.description)",
        since: living.holder?.takenAt)
    }
    let hasBegun = (state.runbook?.steps ?? []).contains {
      $0.phase.mayChange && state.step($0.id).attempts > 0
    }
    guard hasBegun, let last = state.lastEntryAt else { return nil }
    let how =
      switch state.lifecycle {
      case .held(let hold): "has begun to change it, and is held since \(last): \(hold.message)"
      case .ended: "has changed it, and ended at \(summary.lastChangeAt), since this run began"
      case .running, .notStarted: "has begun to change it, and was cut off at \(last)"
      }
    let hasEnded = if case .ended = state.lifecycle { true } else { false }
    return OtherRun(
      run: other, summary: "\(name) \(how)", since: last, hasEnded: hasEnded ? true : nil)
  }
}
