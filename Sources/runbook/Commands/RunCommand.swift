import ArgumentParser
import Foundation
import RunbookEngine
import RunbookModel
import RunbookPostgres
import RunbookReport
import RunbookStore
import RunbookSyntax

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Carry a runbook out, step by step, and write the incident report.",
    discussion: """
      Detection and verification do not write. Before recovery the run shows exactly what it will run, \
      on which database, and asks; it asks again before anything destructive. Without a terminal a gate \
      that was not approved with --approve holds the run (exit status 75).

        runbook run auth-tables-dropped --sandbox
        runbook run auth-tables-dropped --dry-run
        DATABASE_URL=postgresql://app@db/app runbook run auth-tables-dropped \\
          --set auth_url=https://app.example/api/auth/get-session
      """)

  @Argument(help: "The runbook's name or path.")
  var name: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "An input's value; may be repeated. Secrets are never taken from flags.",
      valueName: "name=value"))
  var settings: [String] = []

  @Option(help: ArgumentHelp("A YAML or JSON file of inputs.", valueName: "file"))
  var inputs: String?

  @Flag(help: "Run against a throwaway PostgreSQL that is really broken first.")
  var sandbox = false

  @Flag(
    help: "Show the plan: every statement and script, each step's effect. Nothing is performed.")
  var dryRun = false

  @OptionGroup var execution: ExecutionOptions
  @OptionGroup var finder: FinderOptions
  @OptionGroup var state: StateOptions

  func validate() throws {
    if execution.approveAll, !sandbox {
      throw ValidationError("--approve-all is only for --sandbox")
    }
  }

  func run() async throws {
    let surroundings = sandbox ? Surroundings.current().confined() : .current()
    let library = Library(finder, surroundings, kinds: Composition.checkingKinds())
    let (runbook, path) = try library.located(name)
    try GateNames(of: runbook).check(execution.approve, library.console)
    if !execution.json { library.console.print("The runbook is \(path)") }
    if sandbox, runbook.sandbox == nil {
      library.console.printError("error: '\(runbook.name)' has no 'sandbox' section")
      throw ExitStatus.usage.code
    }
    let plan = try plan(runbook, surroundings, library.console)
    if dryRun { return DryRun(plan: plan, kinds: library.kinds, console: library.console).show() }
    try await start(plan, surroundings, library.console)
  }

  private func start(_ plan: Plan, _ surroundings: Surroundings, _ console: Console) async throws {
    try ReportsFolder.check(execution.reports, surroundings, console)
    let store = surroundings.store(state.state)
    let run = RunID.new(at: SystemClock().now())
    let journal: SQLiteJournal
    let lease: Lease
    do throws(StoreError) {
      (journal, lease) = try store.create(
        run,
        holder: surroundings.leaseHolder(as: execution.actor.name)
          .redacted(by: Redactor(secrets: plan.secrets)))
    } catch {
      console.printError("error: \(error.subject): \(error.message)")
      console.printError("  nothing was performed")
      throw ExitStatus(error).code
    }
    try await RunSession(
      run: run, plan: plan, journal: journal, lease: lease, folder: store.folder(of: run),
      options: execution, surroundings: surroundings, console: console
    ).carryOut(.start)
  }

  private func plan(
    _ runbook: Runbook, _ surroundings: Surroundings, _ console: Console
  ) throws -> Plan {
    try PlanMaker(surroundings: surroundings).plan(
      runbook,
      {
        InputGatherer(
          surroundings: surroundings, console: console, flags: try InputGatherer.pairs(settings),
          file: try inputFile(surroundings),
          sandboxInputs: sandbox ? Set(runbook.sandbox?.inputs.map(\.name) ?? []) : [])
      }, isSandbox: sandbox, mayLack: dryRun, console)
  }

  private func inputFile(_ surroundings: Surroundings) throws -> ValueMap {
    guard let inputs else { return ValueMap() }
    let data: [UInt8]
    do throws(BoundedFile.Problem) {
      data = try BoundedFile.bytes(of: surroundings.absolute(inputs))
    } catch {
      throw InputGatherer.Failure(message: "the file of inputs, \(inputs), \(error.message)")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw InputGatherer.Failure(message: "\(inputs) is not UTF-8")
    }
    let value = try YAMLDocument.value(of: text, file: inputs, isSecret: true)
    guard let map = value.mapValue else {
      throw InputGatherer.Failure(message: "\(inputs) must hold a mapping of inputs")
    }
    return map
  }
}
