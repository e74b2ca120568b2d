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
    var follower = JournalFollower(held.journal)
    let console = held.console
    while true {
      do throws(StoreError) {
        try await follower.follow { entry, state in
          for line in ParticipantsView.lines(of: entry, state) {
            console.print("\(block: line)")
          }
        }
      } catch {
        try console.fail(error)
      }
      if once || follower.state.isOver { return }
      try await Task.sleep(for: .milliseconds(400))
    }
  }
}
