import ArgumentParser
import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookStore
import RunbookSyntax

struct DrillStartCommand: AsyncParsableCommand {
  enum Mode: String, ExpressibleByArgument, CaseIterable {
    case talk, simulate, sandbox

    var drillMode: DrillMode {
      switch self {
      case .talk: .talk
      case .simulate: .simulate
      case .sandbox: .sandbox
      }
    }
  }

  static let configuration = CommandConfiguration(
    commandName: "start", abstract: "Hold a drill of a runbook; 'start' may be left out.")

  @Argument(help: "The runbook's name or path.")
  var name: String?

  @Option(
    help: ArgumentHelp(
      """
      How it is held: talk, at the table; simulate, by outcomes from the drill's file; sandbox, on a \
      throwaway database that is really broken.
      """,
      valueName: "mode"))
  var mode = Mode.talk

  @Flag(
    help: "In a sandbox: it breaks at a time that nobody knows, and in a way that nobody knows.")
  var surprise = false

  @Flag(
    help:
      "Check every runbook: its sandbox is broken and recovered, unattended. Exits 1 when one does not."
  )
  var checkAll = false

  @Option(
    help: ArgumentHelp(
      "Who takes part, and in which role; may be repeated.", valueName: "name:role"))
  var participant: [String] = []

  @Option(help: "What all chance of the drill comes from: the same seed gives the same drill.")
  var seed: Int64?

  @Option(
    help: ArgumentHelp(
      "In a simulation, how much faster its clock runs than the wall's; 1 unless given.",
      valueName: "times"))
  var speed: Double?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "In a sandbox, an input's value, such as what breaks; may be repeated.",
      valueName: "name=value"))
  var settings: [String] = []

  @OptionGroup var execution: ExecutionOptions
  @OptionGroup var finder: FinderOptions
  @OptionGroup var state: StateOptions

  func validate() throws {
    if checkAll {
      guard name == nil, participant.isEmpty, settings.isEmpty, !surprise, speed == nil else {
        throw ValidationError(
          "--check-all checks every runbook as it is: it takes no name and no inputs")
      }
      return
    }
    guard name != nil else {
      throw ValidationError("name a runbook, or check them with --check-all")
    }
    try validateSimulation()
    let isRun =
      surprise || !settings.isEmpty || execution.approveAll || !execution.approve.isEmpty
      || execution.stepByStep || execution.json
    if mode == .talk, isRun {
      throw ValidationError(
        "in the mode talk nothing is carried out; that flag is for '--mode simulate' or 'sandbox'")
    }
  }

  private func validateSimulation() throws {
    if mode == .simulate, surprise || !settings.isEmpty {
      throw ValidationError(
        "in a simulation the drill's file gives inputs and outcomes; that flag is for '--mode sandbox'"
      )
    }
    guard let speed else { return }
    guard mode == .simulate else {
      throw ValidationError("--speed is for '--mode simulate'")
    }
    guard (0.01...10_000).contains(speed) else {
      throw ValidationError("--speed is a number from 0.01 to 10000")
    }
  }

  func run() async throws {
    let surroundings = mode == .talk && !checkAll ? Surroundings.current() : .current().confined()
    let library = Library(finder, surroundings, kinds: Composition.checkingKinds())
    try ReportsFolder.check(execution.reports, surroundings, library.console)
    if checkAll {
      return try await DrillCheck(
        library: library, surroundings: surroundings, options: execution, state: state.state,
        seed: seed ?? 1
      ).run()
    }
    let name = name ?? ""
    let runbook = try library.runbook(name, withDrill: true)
    guard let drill = runbook.drill else {
      try refuse(
        "'\(runbook.name)' has no drill", "write it as drill.yaml beside the runbook",
        library.console)
    }
    try GateNames(of: runbook).check(execution.approve, library.console)
    let started = try started(drill, library.console)
    switch mode {
    case .talk: try await sit(at: runbook, started, surroundings, library.console)
    case .sandbox, .simulate:
      // The drill is no part of what is carried out: a resumed run reads the runbook alone, too.
      let start = DrillRun(
        runbook: try library.runbook(name, isReadAgain: true), started: started,
        options: execution, state: state.state, surroundings: surroundings, console: library.console
      )
      try await start.begin(inputs: try inputs(started, library.console))
    }
  }

  private func started(_ drill: Drill, _ console: Console) throws -> DrillStarted {
    if surprise, drill.surprise == nil {
      try refuse(
        "the drill has no 'surprise'", "it says within which time it breaks, and by which inputs",
        console)
    }
    return DrillStarted(
      mode: mode.drillMode, drill: drill.held(in: mode.drillMode),
      participants: try participants(of: drill, console),
      seed: seed ?? Int64.random(in: 1...999_999), isSurprise: surprise,
      speedPercent: Int(((speed ?? 1) * 100).rounded()))
  }

  /// What was given, and what the seed picked.
  private func inputs(_ started: DrillStarted, _ console: Console) throws -> [String: String] {
    var inputs: [String: String]
    do {
      inputs = try InputGatherer.pairs(settings)
    } catch let failure as InputGatherer.Failure {
      try refuse(failure.message, nil, console)
    }
    if surprise, let surprise = started.drill.surprise, let input = surprise.input?.text,
      inputs[input] == nil
    {
      inputs[input] = DrillMachine.surpriseValue(surprise, seed: started.seed)
    }
    return inputs
  }

  private func sit(
    at runbook: Runbook, _ started: DrillStarted, _ surroundings: Surroundings, _ console: Console
  ) async throws {
    let store = surroundings.store(state.state)
    let clock = SystemClock()
    let run = RunID.new(at: clock.now())
    let status: ExitStatus
    do throws(StoreError) {
      let (journal, lease) = try store.create(
        run, holder: surroundings.leaseHolder(as: execution.actor.name))
      let actor = surroundings.actor(as: execution.actor.name)
      _ = try await journal.append(
        [
          .runStarted(
            .drill(
              of: runbook, run: run, toolVersion: RunbookCommand.version,
              host: surroundings.host)),
          .drill(.started(started)),
        ], by: actor, at: clock.now())
      var session = TalkSession(
        run: run, journal: journal, seat: .table(lease), actor: actor,
        reports: surroundings.absolute(execution.reportsFolder), console: console)
      status = try await session.begin()
    } catch {
      try console.fail(error)
    }
    if status != .success { throw status.code }
  }

  private func participants(
    of drill: Drill, _ console: Console
  ) throws -> [DrillParticipant] {
    var names: Set<String> = []
    return try participant.map { text in
      let parts = text.pieces(separatedBy: ":", maxSplits: 1, omittingEmptySubsequences: false)
        .map(String.init)
      guard let name = parts.first, !name.isEmpty else {
        throw ValidationError("'\(text)' names nobody")
      }
      guard names.insert(name.lowercased()).inserted else {
        throw ValidationError("'\(name)' takes part twice")
      }
      let role = parts.count > 1 ? parts[1] : nil
      if let role, !drill.roles.contains(where: { $0.id == role }) {
        try refuse(
          "the drill has no role '\(role)'",
          "there is \(drill.roles.map(\.id).joined(separator: ", "))", console)
      }
      return DrillParticipant(name: name, role: role)
    }
  }

  private func refuse(_ message: String, _ hint: String?, _ console: Console) throws -> Never {
    console.printError("error: \(message)")
    if let hint { console.printError("  \(hint)") }
    throw ExitStatus.usage.code
  }
}
