import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// What a dead executor left is waited for, ended on a person's word, and never raced.
struct RemnantLawTests {
  private static let orphan = Remnant(pid: 42, summary: "process 42 (ALTER TABLE)", since: nil)

  /// A run that died while `fix` was performed, something of which is still there.
  private func died(
    _ looks: [[Remnant]], _ person: SimulatedOperator = SimulatedOperator()
  ) async throws -> (Simulation, SimulatedRemnants) {
    let remnants = SimulatedRemnants(looks)
    var simulation = Simulation(
      runbook(
        [confirmation(), step("fix", .recovery, kind: "sql")], connections: [connection()]),
      outcomes: ["fix": [.success, .success]])
    simulation.effects = ["fix": .mutating]
    simulation.options.approvals = ["recovery"]
    try await simulation.run()
    var crashed = try simulation.crashed(during: "fix")
    crashed.settlements["fix"] = SimulatedSettlement(remnants: remnants)
    crashed.person = person
    return (crashed, remnants)
  }

  @Test func areWaitedForWhereNobodyCanBeAsked() async throws {
    let (simulation, remnants) = try await died([[Self.orphan], [Self.orphan], []])
    let state = try await simulation.resume()
    #expect(state.endStatus == .unverified)
    #expect(remnants.ended.isEmpty)
    #expect(!simulation.clock.sleeps.isEmpty)
    #expect(simulation.observer.progress.contains("Still there: process 42 (ALTER TABLE)"))
  }

  @Test func areWaitedForOnAPersonsWord() async throws {
    let (simulation, remnants) = try await died(
      [[Self.orphan], []], SimulatedOperator(remnantDecision: .wait))
    #expect(try await simulation.resume().endStatus == .unverified)
    #expect(remnants.ended.isEmpty)
  }

  @Test func areEndedOnAPersonsWord() async throws {
    let (simulation, remnants) = try await died(
      [[Self.orphan]], SimulatedOperator(remnantDecision: .terminate))
    #expect(try await simulation.resume().endStatus == .unverified)
    #expect(remnants.ended == [42])
    #expect(simulation.clock.sleeps.isEmpty)
  }

  @Test func areEndedWithoutAskingWhereTheCommandLineSaysSo() async throws {
    var (simulation, remnants) = try await died(
      [[Self.orphan]], SimulatedOperator(remnantDecision: .hold))
    simulation.options.terminatesRemnants = true
    #expect(try await simulation.resume().endStatus == .unverified)
    #expect(remnants.ended == [42])
  }

  @Test func holdTheRunOnAPersonsWord() async throws {
    let (simulation, remnants) = try await died(
      [[Self.orphan]], SimulatedOperator(remnantDecision: .hold))
    let state = try await simulation.resume()
    #expect(state.hold?.cause == .unknownStep)
    #expect(remnants.ended.isEmpty)
    #expect(simulation.settlement(of: "fix")?.remnants == [Self.orphan])
    #expect(!simulation.history.contains("started fix#2"))
  }

  @Test func holdTheRunOncePatienceIsOver() async throws {
    let (simulation, _) = try await died([[Self.orphan]])
    let state = try await simulation.resume()
    #expect(state.hold?.cause == .unknownStep)
    #expect(state.hold?.message.holds("process 42") == true)
    #expect(simulation.clock.uptime() >= simulation.options.remnantPatience)
    #expect(simulation.clock.uptime() < simulation.options.remnantPatience + .seconds(1))
    #expect(!simulation.history.contains("started fix#2"))
  }

  @Test func anInterruptedWaitHolds() async throws {
    let (run, _) = try await died([[Self.orphan]])
    let ports = EnginePorts(
      journal: run.journal, kinds: run.kinds, gateway: run.gateway, sandboxes: run.sandboxes,
      person: CancellingOperator(), observer: run.observer, clock: run.clock)
    let (plan, options, entries) = (run.plan, run.options, run.journal.stored)
    let task = Task {
      var executor = Executor(plan: plan, ports: ports, options: options)
      try await executor.resume(from: entries)
      return executor.state
    }
    let state = try await task.value
    #expect(state.hold?.cause == .interruption)
    #expect(state.step("fix").status == .running)
  }

  /// Stops the run while it asks about remnants.
  private struct CancellingOperator: Operator {
    func decide(on gate: GateOpened) async -> OperatorDecision { .unavailable }
    func answer(_ question: ManualQuestion) async -> String? { nil }
    func decide(on remnants: [Remnant], of step: StepID) async -> RemnantDecision {
      withUnsafeCurrentTask { $0?.cancel() }
      return .wait
    }
  }
}
