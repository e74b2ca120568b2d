import Foundation
import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookPostgres
import RunbookSandbox
import RunbookStore
import RunbookSystem

/// A run that this process carries out: its ports, its signals, its end.
struct RunSession {
  let run: RunID
  let plan: Plan
  let journal: SQLiteJournal
  let lease: Lease
  /// The run's own folder.
  let folder: String
  let options: ExecutionOptions
  let surroundings: Surroundings
  let console: Console
  /// What is practised, where the run is a drill.
  let drill: DrillStarted?
  /// What the steps are carried out in, where nothing is really done; nil is the real world.
  let world: SimulatedWorld?
  let clock = SystemClock()

  init(
    run: RunID, plan: Plan, journal: SQLiteJournal, lease: Lease, folder: String,
    options: ExecutionOptions, surroundings: Surroundings, console: Console,
    drill: DrillStarted? = nil, world: SimulatedWorld? = nil
  ) {
    self.run = run
    self.plan = plan
    self.journal = journal
    self.lease = lease
    self.folder = folder
    self.options = options
    self.surroundings = surroundings
    self.console = console
    self.drill = drill
    self.world = world
  }

  /// How a run is begun, or gone on with.
  enum Beginning: Sendable {
    case start
    case resumption(Resumption)
  }

  /// What a person decided when taking a run up.
  struct Resumption: Sendable {
    let entries: [Entry]
    let state: RunState
    var decisions: [Event] = []
    var takenFrom: String?
    /// Why it is taken over.
    var reason: String?
    var change: PlanChange?
    var terminatesRemnants = false
    var fencesFormer = false
  }

  private var commands: PrintedCommands { surroundings.commands(for: run, in: store.folder) }

  /// Carries the steps out, writes the report, and ends with the status of what came of it.
  func carryOut(_ beginning: Beginning) async throws {
    guard !options.approveAll || plan.isSandbox || world != nil else {
      console.printError("error: --approve-all is only for a sandbox or a simulation")
      throw ExitStatus.usage.code
    }
    // What people add meanwhile goes through it too.
    journal.redact(with: Redactor(secrets: plan.secrets))
    RunReport(runFolder: folder, surroundings: surroundings, console: console)
      .keep(surroundings.absolute(options.reportsFolder))
    do {
      let (state, entries) = try await execute(beginning)
      lease.release()
      let report = await writeReport(of: entries)
      if !options.json {
        RunClosing(commands: commands, state: state, console: console).show(report: report)
      }
      var status = ExitStatus(state)
      if drill != nil, let ending = try await conclude(state) { status = ending }
      if status != .success { throw status.code }
    } catch let error as StoreError {
      console.printError("error: \(error.subject): \(error.message)")
      console.printError("  nothing more was performed; what is in the journal is kept")
      throw ExitStatus(error).code
    }
  }

  /// - Returns: how the run stands, and its journal's entries where all of them were seen here.
  private func execute(_ beginning: Beginning) async throws -> (RunState, [Entry]?) {
    let progress = options.json ? nil : ProgressObserver(console: console, clock: clock)
    await showPast(progress, beginning)
    var former: [Entry] = []
    if case .resumption(let resumption) = beginning {
      progress?.takeUp(resumption.state)
      former = resumption.entries
    }
    let collector = EntryCollector(
      former, passingOnTo: progress ?? JSONObserver(console: console) as any RunObserver)
    let companion = companion(progress)
    let ports = ports(progress, collector, companion)
    let runOptions = runOptions(beginning)
    let plan = plan
    let work = Task {
      var executor = Executor(plan: plan, ports: ports, options: runOptions)
      switch beginning {
      case .start: try await executor.run()
      case .resumption(let resumption):
        try await executor.resume(
          from: resumption.entries, decisions: resumption.decisions,
          takenFrom: resumption.takenFrom, reason: resumption.reason, change: resumption.change)
      }
      return executor.state
    }
    // What is being stored, and may not be any more, is printed before the program goes.
    let signals = SignalWatch(
      cancel: { work.cancel() }, beforeExit: { collector.printUnstored() })
    let lease = lease
    let ticker = Task {
      while !Task.isCancelled {
        progress?.tick()
        lease.beat()
        // A cancelled pause ends the loop.
        try? await Task.sleep(for: .milliseconds(120))
      }
    }
    let teller = companion.map { companion in
      Task {
        // The journal that cannot be read or written any more ends the run by itself.
        while !Task.isCancelled, (try? await companion.tell()) != nil {
          // A cancelled pause ends the loop.
          try? await Task.sleep(for: .milliseconds(300))
        }
      }
    }
    defer {
      teller?.cancel()
      ticker.cancel()
      withExtendedLifetime(signals) {}
    }
    let state = try await work.value
    teller?.cancel()
    await teller?.value
    // What has come due by now is told, however short the run was; what cannot be written the run has met.
    try? await companion?.tell()
    return (state, companion == nil ? collector.entries : nil)
  }

  /// Ends the drill that the run was: judgements and the hot wash at a terminal, and its report.
  ///
  /// - Returns: how the program ends; nil where that is as the run did.
  private func conclude(_ state: RunState) async throws(StoreError) -> ExitStatus? {
    guard case .ended = state.lifecycle else {
      if !options.json {
        console.print("It is a drill: '\(commands(.drillResume))' goes on as well.")
      }
      return nil
    }
    return try await DrillEnding(
      run: run, journal: journal, actor: surroundings.actor(as: options.actor.name),
      reports: surroundings.absolute(options.reportsFolder), isQuiet: options.json, console: console
    ).conclude()
  }

  private func writeReport(of entries: [Entry]?) async -> String? {
    let report = RunReport(runFolder: folder, surroundings: surroundings, console: console)
    do throws(StoreError) {
      let all: [Entry]
      if let entries { all = entries } else { all = try await journal.entries() }
      return await report.write(all, to: surroundings.absolute(options.reportsFolder))
    } catch {
      report.printFailure(error)
      return nil
    }
  }
}

extension Surroundings {
  /// This process, as the holder of a lease.
  func leaseHolder(as name: String?) -> LeaseHolder {
    LeaseHolder(
      host: host, pid: getpid(), processStart: KnownProcess.start(of: getpid()),
      actor: actor(as: name), takenAt: SystemClock().now())
  }
}

extension RunSession {
  /// Says what earlier runs tell, before the first step.
  ///
  /// - Parameter progress: nil where nothing is shown.
  private func showPast(_ progress: ProgressObserver?, _ beginning: Beginning) async {
    guard let progress else { return }
    // The run's folder is STATE/runs/RUN.
    let state = URL(filePath: folder).deletingLastPathComponent().deletingLastPathComponent()
    let past = await PastRuns(
      of: plan.runbook.name, in: RunStore(folder: state.path), before: run)
    progress.expect(past.usual)
    // In a sandbox people practise: when they last did does not matter to them.
    guard case .start = beginning, !plan.isSandbox, drill == nil else { return }
    console.print("\(past.drillLine(at: SystemClock().now()))")
  }
}

/// What a session's executor acts through, and how.
extension RunSession {
  private var sandboxes: PostgresSandbox {
    PostgresSandbox(environment: surroundings.environment)
  }

  /// What the run may reach; nil is everything.
  private var confinement: Confinement? {
    plan.isSandbox ? sandboxes.confinement(for: run) : nil
  }

  private func companion(_ progress: ProgressObserver?) -> DrillCompanion? {
    guard let drill else { return nil }
    return DrillCompanion(
      run: run, journal: journal, folder: folder,
      actor: surroundings.actor(as: options.actor.name), started: drill, confinement: confinement,
      console: console, progress: progress, clock: clock)
  }

  func ports(
    _ progress: ProgressObserver?, _ observer: some RunObserver, _ companion: DrillCompanion?
  ) -> EnginePorts {
    let mark = drill == nil ? "" : "DRILL "
    let person = TerminalOperator(
      console: console, observer: progress, mark: mark, aside: companion)
    if let world {
      return EnginePorts(
        journal: journal, kinds: world.kinds, gateway: world.gateway, sandboxes: world.sandboxes,
        person: person, observer: observer, clock: world.clock, witness: companion)
    }
    return Composition.ports(
      plan, run: run, journal: journal, person: person, observer: observer,
      surroundings: surroundings, confinement: confinement, witness: companion,
      neighbours: LocalNeighbours(store: store, run: run))
  }

  /// The run's folder is STATE/runs/RUN.
  var store: RunStore {
    RunStore(
      folder: URL(filePath: folder).deletingLastPathComponent().deletingLastPathComponent().path)
  }

  private func runOptions(_ beginning: Beginning) -> RunOptions {
    var runOptions = RunOptions(
      run: run, actor: surroundings.actor(as: options.actor.name), host: surroundings.host,
      toolVersion: RunbookCommand.version, runFolder: folder, approvals: approvals,
      approvesAll: options.approveAll, generation: lease.holder.generation)
    runOptions.key = RunStore.key(inRunFolder: folder)
    if let drill {
      runOptions.isDrill = true
      runOptions.opening = [.drill(.started(drill))]
    }
    runOptions.asksBeforeEachStep = options.stepByStep
    runOptions.besides = Set(options.beside)
    runOptions.isActorKnown = surroundings.responsible.isKnownToOthers
    if case .resumption(let resumption) = beginning {
      runOptions.terminatesRemnants = resumption.terminatesRemnants
      runOptions.fencesFormer = resumption.fencesFormer
    }
    return runOptions
  }

  /// In a simulation there is nothing that a gate would have to keep from being done.
  private var approvals: Set<String> {
    guard world != nil, options.approveAll else { return Set(options.approve) }
    return Set(["recovery"] + plan.runbook.steps.map(\.id.rawValue))
  }
}
