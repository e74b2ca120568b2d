import ArgumentParser
import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookStore

struct DrillReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Print a drill's after-action report, from its journal, at any time.",
    discussion: """
      The report goes to standard output, or to --output FILE. The same journal gives the same bytes.
      """)

  @Argument(help: "The run, by its id or the start of one; the newest when it is left out.")
  var run: String?

  @Option(
    help: "What to write: markdown, html (one file, with a picture) or json (for tools).",
    transform: Self.format(named:))
  var format = DrillReportFormat.markdown

  @OptionGroup var output: OutputOptions

  @OptionGroup var state: StateOptions

  func run() async throws {
    let held = try await HeldRun.open(run, state, mayHaveEnded: true)
    do throws(StoreError) {
      let report = try AfterActionReport(entries: held.entries)
      let text = try report.text(as: format)
      held.console.warnOfSecrets(in: text, output.file ?? "the report")
      try PageFile.write(text, to: output.file, held.surroundings, held.console)
    } catch {
      try held.console.fail(error)
    }
  }

  private static func format(named name: String) throws -> DrillReportFormat {
    guard let format = DrillReportFormat(rawValue: name) else {
      let names = DrillReportFormat.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("there is no format '\(name)': \(names)")
    }
    return format
  }
}
