import ArgumentParser
import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookStore

/// What the commands take in which a facilitator leads a drill.
struct DrillTableOptions: ParsableArguments {
  @OptionGroup var actor: ActorOptions

  @Option(
    help: ArgumentHelp(
      "The folder that the report is written to; 'reports' unless given.", valueName: "folder"))
  var reports: String?
}

struct DrillResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Go on with a drill that was left, held or killed.")

  @Argument(help: "The run, by its id or the start of one; the newest when it is left out.")
  var run: String?

  @OptionGroup var options: ResumptionOptions

  func run() async throws {
    let held = try await HeldRun.open(run, options.state, mayHaveEnded: true)
    if case .ended = held.state.lifecycle { return try await conclude(held) }
    switch held.drillMode {
    case nil:
      try held.refuse(
        "run \(held.id) is no drill", hints: ["to go on with a run: \(held.commands(.resume))"])
    case .talk: try await sit(at: held)
    case .simulate, .sandbox: try await RunTakeUp(held: held, options: options).go()
    }
  }

  /// The run ended, and the drill was left or killed before it was judged and reported.
  private func conclude(_ held: HeldRun) async throws {
    guard let drill = held.drill, drill.started?.mode != .talk else {
      do throws(StoreError) {
        return try HeldRun.refuseEnded(held.id, held.state)
      } catch {
        try held.console.fail(error)
      }
    }
    let execution = options.execution
    try ReportsFolder.check(execution.reports, held.surroundings, held.console)
    let status: ExitStatus?
    do throws(StoreError) {
      status = try await DrillEnding(
        run: held.id, journal: held.journal,
        actor: held.surroundings.actor(as: execution.actor.name),
        reports: held.surroundings.absolute(execution.reportsFolder), isQuiet: execution.json,
        console: held.console
      ).conclude()
    } catch {
      try held.console.fail(error)
    }
    if let status { throw status.code }
  }

  private func sit(at held: HeldRun) async throws {
    try ReportsFolder.check(options.execution.reports, held.surroundings, held.console)
    let name = options.execution.actor.name
    let (lease, _) = try held.takeLease(as: name)
    var session = TalkSession(
      run: held.id, journal: held.journal, seat: .table(lease),
      actor: held.surroundings.actor(as: name),
      reports: held.surroundings.absolute(options.execution.reportsFolder), console: held.console)
    let status: ExitStatus
    do throws(StoreError) {
      status = try await session.resume()
    } catch {
      try held.console.fail(error)
    }
    if status != .success { throw status.code }
  }
}
