import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// Law L8: gates.
struct GateLawTests {
  private static let steps = [confirmation(), step("fix", .recovery), step("v", .verification)]

  @Test func l8WithoutATerminalTheRunIsHeld() async throws {
    let simulation = Simulation(Self.steps)
    let state = try await simulation.run()
    #expect(state.hold?.cause == .gate)
    #expect(state.hold?.subject == "recovery")
    #expect(simulation.history.suffix(2) == ["opened recovery", "held gate recovery"])
    #expect(state.step("fix").status == .pending)
  }

  @Test func aFlagApproves() async throws {
    var simulation = Simulation(Self.steps)
    simulation.options.approvals = ["recovery"]
    let state = try await simulation.run()
    #expect(state.endStatus == .resolved)
    #expect(simulation.person.gates.isEmpty)
  }

  @Test func aPersonApproves() async throws {
    var simulation = Simulation(Self.steps)
    simulation.person = SimulatedOperator(decisions: ["recovery": [.approved]])
    let state = try await simulation.run()
    #expect(state.endStatus == .resolved)
    #expect(simulation.person.gates.map(\.gate) == ["recovery"])
    #expect(simulation.person.gates.first?.steps.map(\.step) == ["fix"])
  }

  @Test func aRefusalHolds() async throws {
    var simulation = Simulation(Self.steps)
    simulation.person = SimulatedOperator(decisions: ["recovery": [.refused]])
    let state = try await simulation.run()
    #expect(state.hold?.cause == .refusal)
    #expect(state.step("fix").status == .pending)
  }

  @Test func aDestructiveStepAsksAgain() async throws {
    var simulation = Simulation(Self.steps)
    simulation.effects = ["fix": .destructive]
    simulation.options.approvals = ["recovery"]
    let state = try await simulation.run()
    #expect(
      state.hold
        == RunHeld(
          cause: .gate, subject: "fix", message: "the gate 'fix' must be approved by a person"))
    simulation.journal = MemoryJournal()
    simulation.options.approvals = ["recovery", "fix"]
    #expect(try await simulation.run().endStatus == .resolved)
  }

  @Test func twoApprovalsNeedTwoPeople() async throws {
    var simulation = Simulation([
      confirmation(), step("fix", .recovery) { $0.gate = StepOptions.Gate(approvals: 2) },
    ])
    simulation.options.approvals = ["recovery", "fix"]
    let state = try await simulation.run()
    #expect(state.hold?.cause == .gate)
    #expect(
      state.hold?.message == "the gate 'fix' needs the approval of one more person; approved by ann"
    )
    #expect(state.gates["fix"]?.missingApprovals == 1)
  }

  @Test func oneGateShowsTheWholeRecovery() async throws {
    let main = connection()
    var simulation = Simulation(
      runbook(
        [
          confirmation(), step("one", .recovery, kind: "sql", text: "DROP x"),
          step("two", .recovery) { $0.when = source("false") },
          step("three", .recovery, text: "${{ steps['one'].stdout }}"),
        ], connections: [main]))
    simulation.person = SimulatedOperator(decisions: ["recovery": [.refused]])
    try await simulation.run()
    let gate = try #require(simulation.person.gates.first)
    #expect(gate.steps.map(\.fate) == [.willRun, .willBeSkipped, .undecided])
    #expect(gate.steps.first?.work.map(\.text) == ["DROP x"])
    #expect(gate.steps.last?.work.map(\.text) == ["${{ steps['one'].stdout }}"])
    #expect(gate.identities.map(\.connection) == ["main"])
    #expect(gate.preparation.map(\.text) == simulation.gateway.receiptStatements)
  }

  @Test func nothingIsWrittenBeforeTheGateIsApproved() async throws {
    let main = connection()
    var simulation = Simulation(
      runbook([confirmation(), step("fix", .recovery, kind: "sql")], connections: [main]))
    try await simulation.run()
    #expect(
      simulation.gateway.calls == [
        .configure("main", url: main.url.text), .identify("main"), .checkReceipts("main"), .close,
      ])
    simulation.journal = MemoryJournal()
    simulation.gateway = SimulatedGateway()
    simulation.options.approvals = ["recovery"]
    try await simulation.run()
    #expect(
      simulation.gateway.calls.suffix(4) == [
        .prepareReceipts("main"), .configure("main", url: main.url.text), .identify("main"), .close,
      ])
  }

  @Test(arguments: [
    (FailureRecord.Cause.refused, RunHeld.Cause.privilege),
    (.interrupted, .interruption), (.unreachable, .obstacle),
  ])
  func holdsWhereReceiptsCannotBeKept(
    _ cause: FailureRecord.Cause, _ hold: RunHeld.Cause
  ) async throws {
    var simulation = Simulation(
      runbook([confirmation(), step("fix", .recovery, kind: "sql")], connections: [connection()]))
    simulation.gateway = SimulatedGateway(
      failures: [.checkReceipts("main"): StepFailure(cause, "no", hint: "GRANT")])
    let state = try await simulation.run()
    #expect(state.hold?.cause == hold)
  }

  @Test func approveAllIsForSandboxesOnly() async throws {
    var simulation = Simulation(Self.steps)
    simulation.options.approvesAll = true
    #expect(try await simulation.run().hold?.cause == .gate)
  }
}
