import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookStore

/// A drill's journal, read as it grows: whoever writes to it.
struct JournalFollower {
  private let journal: SQLiteJournal
  private(set) var entries: [Entry] = []
  private(set) var state = DrillState()

  /// The last entry's number; 0 where there is none.
  var last: Int64 { entries.last?.sequence ?? 0 }

  init(_ journal: SQLiteJournal) { self.journal = journal }

  /// Takes in what has come since the last time.
  ///
  /// - Parameter each: is given each new entry, with the state that it led to.
  mutating func follow(
    _ each: (Entry, DrillState) -> Void = { _, _ in }
  ) async throws(StoreError) {
    for entry in try await journal.entries(after: entries.last) {
      try state.apply(entry)
      entries.append(entry)
      each(entry, state)
    }
  }
}
