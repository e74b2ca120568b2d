import RunbookEngine
import RunbookModel
import Synchronization

/// Passes on what happens, and keeps the entries, so that a run's report need not read its journal.
final class EntryCollector: RunObserver {
  private let observer: any RunObserver
  private let collected: Mutex<[Entry]>

  /// - Parameter entries: what the journal holds already.
  init(_ entries: [Entry], passingOnTo observer: any RunObserver) {
    collected = Mutex(entries)
    self.observer = observer
  }

  /// All entries of the journal; nil where others wrote some that were not seen here.
  var entries: [Entry]? {
    collected.withLock { entries in
      let isWhole = entries.enumerated().allSatisfy { $0.element.sequence == Int64($0.offset + 1) }
      return isWhole ? entries : nil
    }
  }

  func observe(_ entry: Entry) {
    collected.withLock { $0.append(entry) }
    observer.observe(entry)
  }

  func observe(_ line: OutputLine, of step: StepID) { observer.observe(line, of: step) }

  func observe(progress: String) { observer.observe(progress: progress) }

  func observe(unstored events: [Event]) { observer.observe(unstored: events) }
}
