import ArgumentParser
import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookStore

struct DrillReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Print a drill's after-action report, from its journal, at any time.")

  @Argument(help: "The run, by its id or the start of one; the newest when it is left out.")
  var run: String?

  @OptionGroup var state: StateOptions

  func run() async throws {
    let held = try await HeldRun.open(run, state, mayHaveEnded: true)
    do throws(StoreError) {
      let report = try AfterActionReport(entries: held.entries)
      held.console.print(try report.markdown(), terminator: "")
    } catch {
      try held.console.fail(error)
    }
  }
}
