import RunbookEngine
import RunbookModel
import Synchronization

/// Passes on what happens, and keeps the entries, so that a run's report need not read its journal.
final class EntryCollector: RunObserver {
  private let observer: any RunObserver
  private let collected: Mutex<[Entry]>
  /// What is being stored at this moment.
  private let storing = Mutex<[Event]>([])

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

  func observe(waiting gate: GateOpened) { observer.observe(waiting: gate) }

  func observe(storing events: [Event]) { storing.withLock { $0 = events } }

  func observe(unstored events: [Event]) { observer.observe(unstored: events) }

  /// Prints outcomes that are being stored, for a program that ends before that is over.
  func printUnstored() {
    let events = storing.withLock { $0 }.filter {
      switch $0 {
      case .attemptFinished, .attemptSettled: true
      default: false
      }
    }
    if !events.isEmpty { observer.observe(unstored: events) }
  }
}
