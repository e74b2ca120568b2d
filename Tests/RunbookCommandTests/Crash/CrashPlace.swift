import Foundation
import RunbookEngine
import RunbookModel
import RunbookPostgres
import RunbookSQLite
import RunbookSandbox
import RunbookStore
import Testing

@testable import runbook

/// Where a run that dies is: enough for another process to carry it out or go on with it.
struct CrashPlace: Codable, Sendable {
  let folder: String
  let url: String

  var file: String { "\(folder)/matrix.yaml" }
  var ledger: String { "\(folder)/ledger" }
  var socket: String { "\(folder)/counter" }

  private var surroundings: Surroundings {
    Surroundings(
      environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "DATABASE_URL": url],
      workingDirectory: folder, programFolder: folder)
  }

  private var store: RunStore { RunStore(folder: "\(folder)/state") }
  /// Of this place alone: processes are known by their run, and other tests have theirs.
  private var run: RunID {
    RunID(rawValue: "20251018-220113-\((folder as NSString).lastPathComponent.lowercased())")
  }

  /// Answers what is asked, and what is left over is waited for.
  private struct Person: Operator {
    func decide(on gate: GateOpened) async -> OperatorDecision { .approved }
    func answer(_ question: ManualQuestion) async -> String? { "done" }
  }

  private struct Silence: RunObserver {
    func observe(_ entry: Entry) {}
    func observe(_ line: OutputLine, of step: StepID) {}
    func observe(progress: String) {}
    func observe(unstored events: [Event]) {}
  }

  /// Begins the run, and gives how it stands at its end.
  func begin(_ wrap: (any Journal) -> any Journal) async throws -> RunState {
    let (journal, lease) = try store.create(run, holder: holder("first"))
    defer { lease.release() }
    let plan = try plan()
    var executor = Executor(
      plan: plan, ports: ports(wrap(journal)), options: options("first", lease))
    try await executor.run()
    return executor.state
  }

  /// Goes on with the run as another process does.
  func goOn(
    as name: String = "second", force: Bool = false, _ decisions: [Event] = []
  ) async throws -> RunState {
    let journal = try store.open(run)
    let (lease, _) = try journal.takeLease(as: holder(name), force: force)
    defer { lease.release() }
    let plan = try plan()
    var executor = Executor(plan: plan, ports: ports(journal), options: options(name, lease))
    try await executor.resume(from: try await journal.entries(), decisions: decisions)
    return executor.state
  }

  /// What is stored; nil where the run has not begun.
  func stored() async throws -> RunState? {
    let entries = try await entries()
    return entries.isEmpty ? nil : try RunState(replaying: entries)
  }

  func entries() async throws -> [Entry] { try await store.open(run).entries() }

  /// Removes a run that died before its first entry: it is begun anew.
  func forget() throws { try FileManager.default.removeItem(atPath: store.folder) }

  private func holder(_ name: String) -> LeaseHolder {
    LeaseHolder(host: "here", pid: getpid(), actor: actor(name), takenAt: .epoch)
  }

  private func actor(_ name: String) -> Actor { Actor(account: "tester", name: name) }

  private func options(_ name: String, _ lease: Lease) -> RunOptions {
    var options = RunOptions(
      run: run, actor: actor(name), host: "here", toolVersion: "0",
      runFolder: store.folder(of: run), generation: lease.holder.generation)
    options.remnantPatience = .milliseconds(300)
    return options
  }

  private func plan() throws -> Plan {
    let library = Library([], surroundings, kinds: Composition.checkingKinds())
    let (runbook, diagnostics, _) = library.attempt(file)
    return try PlanMaker(surroundings: surroundings).plan(
      try #require(runbook, "\(diagnostics)"), inputs: [], isSandbox: false)
  }

  private func ports(_ journal: any Journal) -> EnginePorts {
    let clock = SystemClock()
    let connections = Composition.Connections(
      PostgresGateway(now: { clock.now() }), sqlite: SQLiteGateway())
    return EnginePorts(
      journal: journal,
      kinds: Composition.kinds(
        connections: connections, person: Person(), surroundings: surroundings,
        secretVariables: []),
      gateway: connections.gateway,
      sandboxes: PostgresSandbox(environment: surroundings.environment),
      person: Person(), observer: Silence(), clock: clock)
  }
}
