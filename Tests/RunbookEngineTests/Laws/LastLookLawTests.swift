import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// Before a run ends it is looked over a new session where its connections lead by then.
struct LastLookLawTests {
  private static let gate = "identity:main"
  private static let refused = SimulatedOutcome.failure(StepFailure(.expectation, "it is gone"))

  /// A run whose connection comes to lead to another database once it was identified, over a session that stays.
  private func simulation(
    confirms: Bool = true, check: SimulatedOutcome = .success
  ) -> Simulation {
    var simulation = Simulation(
      runbook(
        [
          step("look", .detection, kind: "sql") {
            $0.confirms = source(confirms ? "true" : "false")
          },
          step("fix", .recovery), step("v", .verification),
        ], connections: [connection()]),
      outcomes: ["v": [check, check]])
    simulation.effects = ["fix": .mutating]
    simulation.options.approvals = ["recovery"]
    simulation.gateway = SimulatedGateway(laterOID: 7)
    return simulation
  }

  @Test(
    arguments: [(true, .success), (true, refused), (false, .success)]
      as [(Bool, SimulatedOutcome)])
  func aConnectionThatLeadsElsewhereByTheEndOpensItsGate(
    _ confirms: Bool, _ check: SimulatedOutcome
  ) async throws {
    let state = try await simulation(confirms: confirms, check: check).run()
    #expect(state.endStatus == nil)
    #expect(state.hold?.subject == Self.gate)
  }

  @Test func eachEndIsLookedBeforeOverANewSession() async throws {
    var simulation = simulation()
    simulation.gateway = SimulatedGateway()
    #expect(try await simulation.run().endStatus == .resolved)
    let configured = simulation.gateway.calls.filter {
      if case .configure = $0 { true } else { false }
    }
    #expect(configured.count == 2)
  }

  /// A question may stand for days behind the look with which the run was taken up.
  @Test func aDecisionOnTheWayIsNoLook() async throws {
    var simulation = simulation()
    simulation.runbook = runbook(
      simulation.runbook.steps + [step("guard", .safeguards)], connections: [connection()])
    simulation.outcomes["guard"] = [.success]
    simulation.effects["guard"] = .mutating
    simulation.gateway = SimulatedGateway()
    #expect(try await simulation.run().hold?.subject == "guard")
    var again = simulation.crashed(after: simulation.journal.stored)
    again.gateway = SimulatedGateway(laterOID: 7)
    again.person = SimulatedOperator(decisions: ["guard": [.refused]])
    #expect(try await again.resume().hold?.subject == Self.gate)
  }
}
