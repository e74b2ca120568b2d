import RunbookDrill
import RunbookEngine
import RunbookModel
import Synchronization

/// A journal to which somebody else adds a note just before one of the run's own appends.
final class VisitedJournal: Journal {
  private let base: MemoryJournal
  private let visited: Int
  private let count = Mutex(0)

  /// - Parameter visited: the append, counted from 1.
  init(_ base: MemoryJournal, before visited: Int) {
    self.base = base
    self.visited = visited
  }

  func append(
    _ events: [Event], by actor: Actor, at time: Timestamp
  ) async throws(StoreError) -> [Entry] {
    let number = count.withLock { count in
      count += 1
      return count
    }
    if number == visited {
      _ = try await base.append(
        [.noteAdded(NoteAdded(text: "hello", at: nil))], by: Actor(account: "visitor"), at: time)
    }
    return try await base.append(events, by: actor, at: time)
  }

  func entries() async throws(StoreError) -> [Entry] { try await base.entries() }
}
