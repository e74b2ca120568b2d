import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookStore
import RunbookSyntax

/// A drill in which the runbook is carried out: really, on a database made for it, or simulated.
struct DrillRun {
  let runbook: Runbook
  let started: DrillStarted
  let options: ExecutionOptions
  let state: String?
  let surroundings: Surroundings
  let console: Console

  /// Makes the run, and carries it out to its end, or until it is held.
  ///
  /// - Parameter inputs: by name.
  func begin(inputs: [String: String]) async throws {
    let world =
      started.mode == .simulate
      ? try SimulatedDrill(runbook: runbook, started: started, console: console).world() : nil
    let plan = try world?.plan ?? sandboxPlan(inputs)
    let store = surroundings.store(state)
    let run = RunID.new(at: SystemClock().now())
    let journal: SQLiteJournal
    let lease: Lease
    do throws(StoreError) {
      (journal, lease) = try store.create(
        run,
        holder: surroundings.leaseHolder(as: options.actor.name)
          .redacted(by: Redactor(secrets: plan.secrets)))
    } catch {
      try console.fail(error)
    }
    if !options.json { announce(surroundings.commands(for: run, in: store.folder)) }
    try await RunSession(
      run: run, plan: plan, journal: journal, lease: lease, folder: store.folder(of: run),
      options: options, surroundings: surroundings, console: console, drill: started,
      world: world
    ).carryOut(.start)
  }

  private func announce(_ commands: PrintedCommands) {
    console.print("\("DRILL", .yellow) \(started.drill.title, .bold) (run \(commands.run))")
    console.print("To lead it, in a second terminal: \(commands(.drillLead))")
    console.print("To take part: \(commands(.drillJoin, "--as NAME"))")
    if !started.participants.isEmpty, options.actor.name == nil {
      let name = surroundings.actor(as: nil).displayName
      console.print(
        "What is approved here is recorded as by \(name); --as NAME says who sits here.")
    }
    if let scenario = started.drill.scenario {
      console.print("\n\(block: scenario)")
    }
  }

  private func sandboxPlan(_ inputs: [String: String]) throws -> Plan {
    guard runbook.sandbox != nil else {
      console.printError("error: '\(runbook.name)' has no 'sandbox' section")
      console.printError("  a drill at the table needs none: --mode talk")
      throw ExitStatus.usage.code
    }
    return try PlanMaker(surroundings: surroundings).plan(
      runbook,
      {
        InputGatherer(
          surroundings: surroundings, console: console, flags: inputs, file: ValueMap(),
          sandboxInputs: Set(runbook.sandbox?.inputs.map(\.name) ?? []))
      }, isSandbox: true, console)
  }
}
