import ArgumentParser
import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookStore

struct DrillStartCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "start", abstract: "Hold a drill of a runbook; 'start' may be left out.")

  @Argument(help: "The runbook's name or path.")
  var name: String

  @Option(help: ArgumentHelp("How it is held: talk.", valueName: "mode"))
  var mode = "talk"

  @Option(
    help: ArgumentHelp(
      "Who takes part, and in which role; may be repeated.", valueName: "name:role"))
  var participant: [String] = []

  @Option(help: "What all chance of the drill comes from: the same seed gives the same drill.")
  var seed: Int64?

  @OptionGroup var table: DrillTableOptions
  @OptionGroup var finder: FinderOptions
  @OptionGroup var state: StateOptions

  func validate() throws {
    guard mode == DrillMode.talk.rawValue else {
      throw ValidationError(
        DrillMode(rawValue: mode) == nil
          ? "there is no mode '\(mode)': it is talk"
          : "the mode '\(mode)' is not there yet; 'runbook run NAME --sandbox' practises on a "
            + "throwaway database")
    }
  }

  func run() async throws {
    let surroundings = Surroundings.current()
    let library = Library(finder, surroundings, kinds: Composition.checkingKinds())
    let runbook = try library.runbook(name, withDrill: true)
    guard let drill = runbook.drill else {
      library.console.printError("error: '\(runbook.name)' has no drill")
      library.console.printError("  write it as drill.yaml beside the runbook")
      throw ExitStatus.usage.code
    }
    let participants = try participants(of: drill, library.console)
    let store = RunStore(folder: surroundings.stateFolder(state.state))
    let clock = SystemClock()
    let run = RunID.new(at: clock.now())
    let status: ExitStatus
    do throws(StoreError) {
      let (journal, lease) = try store.create(
        run, holder: surroundings.leaseHolder(as: table.actor.name))
      let actor = surroundings.actor(as: table.actor.name)
      let started = DrillStarted(
        mode: .talk, drill: drill, participants: participants,
        seed: seed ?? Int64.random(in: 1...999_999))
      _ = try await journal.append(
        [
          .runStarted(
            .drill(
              of: runbook, run: run, toolVersion: RunbookCommand.version,
              host: surroundings.host)),
          .drill(.started(started)),
        ], by: actor, at: clock.now())
      status = try await TalkSession(
        run: run, journal: journal, lease: lease, actor: actor,
        reports: surroundings.absolute(table.reports), console: library.console
      ).begin()
    } catch {
      try library.console.fail(error)
    }
    if status != .success { throw status.code }
  }

  private func participants(
    of drill: Drill, _ console: Console
  ) throws -> [DrillParticipant] {
    try participant.map { text in
      let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
      guard let name = parts.first, !name.isEmpty else {
        throw ValidationError("'\(text)' names nobody")
      }
      let role = parts.count > 1 ? parts[1] : nil
      if let role, !drill.roles.contains(where: { $0.id == role }) {
        console.printError("error: the drill has no role '\(role)'")
        console.printError("  there is \(drill.roles.map(\.id).joined(separator: ", "))")
        throw ExitStatus.usage.code
      }
      return DrillParticipant(name: name, role: role)
    }
  }
}

/// What the commands take in which a facilitator leads a drill.
struct DrillTableOptions: ParsableArguments {
  @OptionGroup var actor: ActorOptions

  @Option(help: ArgumentHelp("The folder that the report is written to.", valueName: "folder"))
  var reports = "reports"
}

struct DrillResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Go on with a drill that was left or killed.")

  @Argument(help: "The run, by its id or the start of one; the newest when it is left out.")
  var run: String?

  @OptionGroup var table: DrillTableOptions
  @OptionGroup var state: StateOptions

  func run() async throws {
    let held = try await HeldRun.open(run, state)
    guard held.drillMode == .talk else {
      try held.refuse(
        "run \(held.id) is no drill of the mode talk",
        hints: ["to go on with a run: runbook resume \(held.id)"])
    }
    let (lease, _) = try held.takeLease(as: table.actor.name)
    let status: ExitStatus
    do throws(StoreError) {
      status = try await TalkSession(
        run: held.id, journal: held.journal, lease: lease,
        actor: held.surroundings.actor(as: table.actor.name),
        reports: held.surroundings.absolute(table.reports), console: held.console
      ).resume()
    } catch {
      try held.console.fail(error)
    }
    if status != .success { throw status.code }
  }
}
