import ArgumentParser
import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookStore

struct DrillWatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Show the participants' view of a drill, as it goes on: nothing is given away.")

  @Argument(help: "The run, by its id or the start of one; the newest when it is left out.")
  var run: String?

  @Flag(help: "Show what was told until now, and end.")
  var once = false

  @OptionGroup var state: StateOptions

  func run() async throws {
    let held = try await HeldRun.open(run, state, mayHaveEnded: true)
    guard held.drillMode != nil else { try held.refuse("run \(held.id) is no drill") }
    var shown = 0
    while true {
      do throws(StoreError) {
        let entries = try await held.journal.entries()
        shown = try show(entries, from: shown, held.console)
      } catch {
        try held.console.fail(error)
      }
      if once || shown < 0 { return }
      try await Task.sleep(for: .milliseconds(400))
    }
  }

  /// - Returns: how many entries were seen; below 0 once the run has ended.
  private func show(
    _ entries: [Entry], from first: Int, _ console: Console
  ) throws(StoreError) -> Int {
    var state = DrillState()
    var hasEnded = false
    for (offset, entry) in entries.enumerated() {
      try state.apply(entry)
      if case .runEnded = entry.event { hasEnded = true }
      guard offset >= first, case .drill(let event) = entry.event else { continue }
      for line in ParticipantsView.lines(of: event, state, at: entry.recordedAt) {
        console.print(Console.printable(line))
      }
    }
    return hasEnded ? -1 : entries.count
  }
}
