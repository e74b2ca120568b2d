import ArgumentParser
import RunbookEngine
import RunbookModel
import RunbookSteps
import RunbookStore

struct AbandonCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abandon",
    abstract: "End a run that is held or was cut off, for good; its sandbox goes.",
    discussion: """
      Nothing is rolled back. The reason is kept in the journal and stands in the report. A process that \
      still carries the run out can write nothing more to its journal from then on.
      """)

  @Argument(help: "The run, by its id or the start of one; the newest when it is left out.")
  var run: String?

  @Option(help: ArgumentHelp("Why it is given up.", valueName: "text"))
  var reason: String

  @Option(
    name: .customLong("as"),
    help: ArgumentHelp("Who you are, where people share an account.", valueName: "name"))
  var actorName: String?

  @OptionGroup var state: StateOptions

  func run() async throws {
    let surroundings = Surroundings.current()
    let console = Console.current(surroundings)
    do {
      let store = RunStore(folder: surroundings.stateFolder(state.state))
      let id = try store.resolve(run)
      let journal = try store.open(id)
      let state = try RunState(replaying: try await journal.entries())
      if case .ended(let end) = state.lifecycle {
        console.printError("error: run \(id) has ended: \(end.status.title.lowercased())")
        throw ExitStatus.usage.code
      }
      if let folder = state.sandboxFolder {
        try await PostgresSandbox(environment: surroundings.environment).remove(folder: folder)
      }
      try journal.takeLease(as: surroundings.host)
      _ = try await journal.append(
        [.runEnded(RunEnded(status: .abandoned, reason: reason))],
        by: surroundings.actor(as: actorName), at: SystemClock().now())
      console.print("Run \(id) is abandoned; nothing was rolled back.")
    } catch let error as StoreError {
      try console.fail(error)
    } catch let failure as StepFailure {
      console.printError("error: the sandbox cannot be removed: \(failure.record.message)")
      if let hint = failure.record.hint { console.printError("  \(hint)") }
      throw ExitStatus.failed.code
    }
  }
}
