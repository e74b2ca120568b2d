import ArgumentParser
import Foundation
import RunbookEngine
import RunbookModel
import RunbookReport
import RunbookSteps
import RunbookStore
import Synchronization

/// One run from the command line: its journal, its ports, its end.
struct RunSession {
  private let command: RunCommand
  private let plan: Plan
  private let surroundings: Surroundings
  private let console: Console
  private let clock = SystemClock()

  init(_ command: RunCommand, plan: Plan, surroundings: Surroundings, console: Console) {
    self.command = command
    self.plan = plan
    self.surroundings = surroundings
    self.console = console
  }

  func run() async throws {
    let store = RunStore(folder: surroundings.stateFolder(command.state.state))
    let run = RunID.new(at: clock.now())
    do {
      let journal = try store.create(run)
      let state = try await execute(run, journal, folder: store.folder(of: run))
      let report = await writeReport(journal)
      summarize(state, run, report)
      let status = ExitStatus(state)
      if status != .success { throw status.code }
    } catch let error as StoreError {
      console.printError("error: \(error.subject): \(error.message)")
      console.printError("  nothing more was performed; what is in the journal is kept")
      throw ExitStatus.cannotWrite.code
    }
  }

  private func execute(
    _ run: RunID, _ journal: SQLiteJournal, folder: String
  ) async throws -> RunState {
    let progress = command.json ? nil : ProgressObserver(console: console, clock: clock)
    let person = TerminalOperator(console: console, observer: progress)
    let clock = clock
    let gateway = PostgresGateway(now: { clock.now() })
    let secretVariables = plan.inputs.filter(\.declaration.isSecret).flatMap {
      ["RUNBOOK_INPUT_\($0.declaration.name)", "RUNBOOK_INPUT_\($0.declaration.name.uppercased())"]
    }
    let ports = EnginePorts(
      journal: journal,
      kinds: Composition.kinds(
        gateway: gateway, person: person, surroundings: surroundings,
        secretVariables: Set(secretVariables)),
      gateway: gateway, sandboxes: PostgresSandbox(environment: surroundings.environment),
      person: person, observer: progress ?? JSONObserver(console: console) as any RunObserver,
      clock: clock)
    var options = RunOptions(
      run: run, actor: surroundings.actor(as: command.actorName), host: surroundings.host,
      toolVersion: RunbookCommand.version, runFolder: folder, approvals: Set(command.approve),
      approvesAll: command.approveAll)
    options.asksBeforeEachStep = command.stepByStep
    let plan = plan
    let work = Task { [options] in
      var executor = Executor(plan: plan, ports: ports, options: options)
      try await executor.run()
      return executor.state
    }
    let signals = SignalWatch { work.cancel() }
    let ticker = Task {
      while !Task.isCancelled {
        progress?.tick()
        // A cancelled pause ends the loop.
        try? await Task.sleep(for: .milliseconds(120))
      }
    }
    defer {
      ticker.cancel()
      withExtendedLifetime(signals) {}
    }
    return try await work.value
  }

  private func writeReport(_ journal: SQLiteJournal) async -> String? {
    do {
      let report = try IncidentReport(entries: try await journal.entries())
      let folder = surroundings.absolute(command.reports)
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let path = "\(folder)/\(report.suggestedFileName)"
      try report.markdown().write(toFile: path, atomically: true, encoding: .utf8)
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

  private func summarize(_ state: RunState, _ run: RunID, _ report: String?) {
    guard !command.json else { return }
    console.print("")
    switch state.lifecycle {
    case .ended(let end):
      let isGood = end.status == .resolved || end.status == .notConfirmed
      console.print(
        console.style(end.status.title, isGood ? .green : .red) + ": \(end.reason)")
    case .held(let hold):
      console.print(console.style("Held", .yellow) + ": \(hold.message)")
      for line in advice(hold) { console.print("  \(line)") }
      console.print("To give the run up: runbook abandon \(run) --reason TEXT")
    case .notStarted, .running:
      break
    }
    console.print("Run \(run)")
    if let report { console.print("Report \(report)") }
  }

  private func advice(_ hold: RunHeld) -> [String] {
    switch hold.cause {
    case .gate:
      return [
        "To approve it ahead of time: runbook run \(plan.runbook.name) --approve \(hold.subject ?? "recovery")"
      ]
    case .failedStep, .unknownStep:
      return ["Nothing was rolled back beyond the step's own transaction."]
    case .privilege: return ["Let the owner run these statements, then run again."]
    case .refusal, .interruption: return ["Nothing was rolled back."]
    }
  }
}

extension RunEnded.Status {
  var title: String {
    switch self {
    case .resolved: "Resolved"
    case .notConfirmed: "Not confirmed"
    case .undetermined: "Undetermined"
    case .failed: "Failed"
    case .abandoned: "Abandoned"
    }
  }
}
