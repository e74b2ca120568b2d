import RunbookDrill
import RunbookEngine
import RunbookModel
import Synchronization

/// A journal of a process whose lease is taken from it.
final class FencedJournal: Journal {
  private let base: MemoryJournal
  private let first: Int
  private let count = Mutex(0)

  /// - Parameter first: the append, counted from 1, at which the lease is gone.
  init(_ base: MemoryJournal, from first: Int) {
    self.base = base
    self.first = first
  }

  func append(
    _ events: [Event], by actor: Actor, at time: Timestamp
  ) async throws(StoreError) -> [Entry] {
    let number = count.withLock { count in
      count += 1
      return count
    }
    guard number < first else {
      throw StoreError(.leaseLost, subject: "memory", "the run was taken over by another")
    }
    return try await base.append(events, by: actor, at: time)
  }

  func entries() async throws(StoreError) -> [Entry] { try await base.entries() }
}
