import ArgumentParser
import RunbookModel

/// What every command takes that carries a run's steps out.
struct ExecutionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A gate approved ahead of time: 'recovery', or a step that asks by itself; may be repeated.",
      valueName: "gate"))
  var approve: [String] = []

  @Option(
    help: ArgumentHelp(
      "Another run that is at work on the same database, beside which this one may go on; its whole id; may be "
        + "repeated.", valueName: "run"), transform: NamedRun.parse)
  var beside: [String] = []

  @Flag(help: "Approve every gate. Only in a sandbox.")
  var approveAll = false

  @Flag(help: "Ask before each step.")
  var stepByStep = false

  @OptionGroup var actor: ActorOptions

  @Option(
    help: ArgumentHelp(
      "The folder that the report is written to; 'reports' unless given.", valueName: "folder"))
  var reports: String?

  @Flag(help: "One JSON object a line: the journal's entries as they are written.")
  var json = false

  var reportsFolder: String { reports ?? ReportsFolder.usual }
}

/// A run that a gate shows, by its whole id.
enum NamedRun {
  static func parse(_ text: String) throws -> String {
    guard RunID(rawValue: text).isWhole else {
      throw ValidationError(
        "'\(text)' is no run's whole id, as the gate shows it: 20251018-220113-abc")
    }
    return text
  }
}

/// What the commands take besides that take a run up again.
struct ResumptionOptions: ParsableArguments {
  @Flag(
    help: "Go on although the runbook or a connection was changed; the journal keeps the change.")
  var acceptChanges = false

  @Option(
    help: ArgumentHelp(
      "With --accept-changes: a step that may do again what is done, or comes before it, and is to be performed "
        + "all the same; may be repeated.", valueName: "id"))
  var perform: [String] = []

  @Flag(
    help: "End statements and processes that a dead executor left, instead of waiting for them.")
  var terminate = false

  @OptionGroup var execution: ExecutionOptions
  @OptionGroup var state: StateOptions

  func validate() throws {
    guard acceptChanges || perform.isEmpty else {
      throw ValidationError("--perform is only for --accept-changes")
    }
  }
}

/// Who somebody is, where people share an account.
struct ActorOptions: ParsableArguments {
  @Option(
    name: .customLong("as"),
    help: ArgumentHelp(
      "Who you are, where people share an account; that account is shown beside it.",
      valueName: "name"))
  var name: String?

  func validate() throws {
    guard let name, let problem = PersonName.problem(with: name) else { return }
    throw ValidationError("--as wants a person's name: this one \(problem)")
  }
}
