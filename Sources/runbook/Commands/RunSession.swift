import Foundation
import RunbookEngine
import RunbookModel
import RunbookReport
import RunbookSteps
import RunbookStore

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
  private let clock = SystemClock()

  init(
    run: RunID, plan: Plan, journal: SQLiteJournal, lease: Lease, folder: String,
    options: ExecutionOptions, surroundings: Surroundings, console: Console
  ) {
    self.run = run
    self.plan = plan
    self.journal = journal
    self.lease = lease
    self.folder = folder
    self.options = options
    self.surroundings = surroundings
    self.console = console
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
    var change: PlanChange?
    var terminatesRemnants = false
  }

  /// Carries the steps out, writes the report, and ends with the status of what came of it.
  func carryOut(_ beginning: Beginning) async throws {
    guard !options.approveAll || plan.isSandbox else {
      console.printError("error: --approve-all is only for a sandbox")
      throw ExitStatus.usage.code
    }
    do {
      let (state, entries) = try await execute(beginning)
      lease.release()
      let report = await writeReport(of: entries)
      if !options.json {
        RunClosing(run: run, plan: plan, state: state, console: console).show(report: report)
      }
      let status = ExitStatus(state)
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
    var former: [Entry] = []
    if case .resumption(let resumption) = beginning {
      progress?.takeUp(resumption.state)
      former = resumption.entries
    }
    let collector = EntryCollector(
      former, passingOnTo: progress ?? JSONObserver(console: console) as any RunObserver)
    let ports = ports(progress, collector)
    let runOptions = runOptions(beginning)
    let plan = plan
    let work = Task {
      var executor = Executor(plan: plan, ports: ports, options: runOptions)
      switch beginning {
      case .start: try await executor.run()
      case .resumption(let resumption):
        try await executor.resume(
          from: resumption.entries, decisions: resumption.decisions,
          takenFrom: resumption.takenFrom, change: resumption.change)
      }
      return executor.state
    }
    let signals = SignalWatch { work.cancel() }
    let lease = lease
    let ticker = Task {
      while !Task.isCancelled {
        progress?.tick()
        lease.beat()
        // A cancelled pause ends the loop.
        try? await Task.sleep(for: .milliseconds(120))
      }
    }
    defer {
      ticker.cancel()
      withExtendedLifetime(signals) {}
    }
    return (try await work.value, collector.entries)
  }

  private func ports(
    _ progress: ProgressObserver?, _ observer: some RunObserver
  ) -> EnginePorts {
    let person = TerminalOperator(console: console, observer: progress)
    let clock = clock
    let gateway = PostgresGateway(now: { clock.now() })
    let secretVariables = plan.inputs.filter(\.declaration.isSecret).flatMap {
      ["RUNBOOK_INPUT_\($0.declaration.name)", "RUNBOOK_INPUT_\($0.declaration.name.uppercased())"]
    }
    return EnginePorts(
      journal: journal,
      kinds: Composition.kinds(
        gateway: gateway, person: person, surroundings: surroundings,
        secretVariables: Set(secretVariables)),
      gateway: gateway, sandboxes: PostgresSandbox(environment: surroundings.environment),
      person: person, observer: observer, clock: clock)
  }

  private func runOptions(_ beginning: Beginning) -> RunOptions {
    var runOptions = RunOptions(
      run: run, actor: surroundings.actor(as: options.actor.name), host: surroundings.host,
      toolVersion: RunbookCommand.version, runFolder: folder, approvals: Set(options.approve),
      approvesAll: options.approveAll, generation: lease.holder.generation)
    runOptions.asksBeforeEachStep = options.stepByStep
    if case .resumption(let resumption) = beginning {
      runOptions.terminatesRemnants = resumption.terminatesRemnants
    }
    return runOptions
  }

  private func writeReport(of entries: [Entry]?) async -> String? {
    do {
      let report: IncidentReport
      if let entries {
        report = try IncidentReport(entries: entries)
      } else {
        report = try IncidentReport(entries: try await journal.entries())
      }
      let folder = surroundings.absolute(options.reports)
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let path = "\(folder)/\(report.suggestedFileName)"
      let text = try report.markdown()
      let notices = try ReportFile(report: report, runFolder: self.folder).write(text, to: path)
      for notice in notices { console.printError("  \(notice)") }
      console.warnOfSecrets(in: text, path)
      return path
    } catch {
      console.printError("The report was not written: \(reason(error))")
      console.printError("  'runbook report' writes it at any time")
      return nil
    }
  }

  /// Facts in words, where an error has them.
  private func reason(_ error: any Error) -> String {
    if let error = error as? StoreError { return error.message }
    return error is ReportError ? "\(error)" : error.localizedDescription
  }
}

extension Surroundings {
  /// This process, as the holder of a lease.
  func leaseHolder(as name: String?) -> LeaseHolder {
    LeaseHolder(host: host, pid: getpid(), actor: actor(as: name), takenAt: SystemClock().now())
  }
}
