import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// Whatever a run has done in a database is looked for when it is taken up, and before it ends, also where no step is
/// left that uses the connection.
struct TakeUpLawTests {
  private static let gate = "identity:main"

  private static func result(hasReceipt: Bool) -> SimulatedOutcome {
    var result = StepResult()
    result.hasReceipt = hasReceipt
    return .result(result)
  }

  /// A run that did `a` in the database 1, and is held by a step that uses no connection.
  private func held(hasReceipt: Bool = true) async throws -> Simulation {
    var simulation = Simulation(
      runbook(
        [
          confirmation(), step("a", .recovery, kind: "sql"), step("b", .recovery),
          step("v", .verification),
        ], connections: [connection()]),
      outcomes: [
        "a": [Self.result(hasReceipt: hasReceipt)],
        "b": [.failure(StepFailure(.refused, "no")), .success],
      ])
    simulation.effects = ["a": .mutating, "b": .mutating]
    simulation.gateway = SimulatedGateway(databaseOID: 1)
    simulation.options.approvals = ["recovery"]
    let state = try await simulation.run()
    #expect(state.hold?.subject == "b")
    return simulation.crashed(after: simulation.journal.stored)
  }

  private static let decisions: [(String, Event)] = [
    ("retry", .retryRequested(RetryRequested(step: "b", reason: nil))),
    ("skip", .stepSkipped(StepSkipped(step: "b", cause: .decision, reason: "by hand"))),
  ]

  @Test(arguments: [0, 1])
  func aDatabaseThatLostAStepIsSeenThoughNoStepIsLeftThere(_ decision: Int) async throws {
    var simulation = try await held()
    simulation.gateway = SimulatedGateway(
      databaseOID: 1, lost: LostProof(isLeaseLost: true, receipts: [StepID("a")]))
    let state = try await simulation.resume(decisions: [Self.decisions[decision].1])
    #expect(state.hold?.subject == Self.gate)
    #expect(!simulation.history.contains("started b#2"))
    var approved = simulation.crashed(after: simulation.journal.stored)
    approved.gateway = simulation.gateway
    approved.person = SimulatedOperator(decisions: [Self.gate: [.approved]])
    #expect(try await approved.resume().endStatus == .unverified)
  }

  /// Without a receipt or a mark it is not known whether what was done is in another database; nobody calls it done there.
  @Test func whatLeavesNoRecordIsNotKnownInAnotherDatabase() async throws {
    var simulation = try await held(hasReceipt: false)
    simulation.gateway = SimulatedGateway(databaseOID: 2)
    simulation.person = SimulatedOperator(decisions: [Self.gate: [.approved]])
    let state = try await simulation.resume(decisions: [Self.decisions[0].1])
    let question = try #require(simulation.person.gates.first?.question)
    #expect(question.holds("leads elsewhere than before"))
    #expect(question.holds("Whether what 'a' did is there is not known."))
    #expect(!question.holds("not done there"))
    #expect(state.endStatus == .unverified)
    #expect(state.losses.words?.holds("'a' was carried out in another database") == true)
    #expect(state.step("a").standing(isOver: true) == .missing)
  }

  @Test func whatCannotBeLookedAtIsUnknownAndTheRunUnverified() async throws {
    var simulation = try await held()
    simulation.gateway = SimulatedGateway(
      failures: [.identify("main"): StepFailure(.unreachable, "no route to it")])
    let state = try await simulation.resume(decisions: [Self.decisions[0].1])
    #expect(state.endStatus == .unverified)
    #expect(!state.isVerified)
    guard case .ended(let end) = state.lifecycle else { return }
    #expect(end.reason.holds("the database of 'main' still holds what the run did is not known"))
    #expect(end.reason.holds("no route to it"))
    #expect(state.objection(to: end) == nil)
    #expect(state.objection(to: RunEnded(status: .resolved, reason: "r")) != nil)
    // Once for the same reason.
    #expect(simulation.history.count { $0 == "connectionUnseen" } == 1)
  }

  /// What detection alone has read is no work of the run, and nothing rests on it any more.
  @Test func whatDetectionAloneReadHoldsUpNothing() async throws {
    var simulation = Simulation(
      runbook(
        [
          step("d", .detection, kind: "sql") { $0.confirms = source("true") },
          step("b", .recovery), step("v", .verification),
        ], connections: [connection()]),
      outcomes: ["b": [.failure(StepFailure(.refused, "no")), .success]])
    simulation.effects = ["b": .mutating]
    simulation.options.approvals = ["recovery"]
    try await simulation.run()
    var again = simulation.crashed(after: simulation.journal.stored)
    again.gateway = SimulatedGateway(
      failures: [.identify("main"): StepFailure(.unreachable, "away")])
    #expect(try await again.resume(decisions: [Self.decisions[0].1]).endStatus == .resolved)
    #expect(again.history.contains("connectionUnseen"))
  }

  @Test func whatIsAsItWasIsLookedAtAndNotTold() async throws {
    var simulation = try await held()
    simulation.gateway = SimulatedGateway(databaseOID: 1)
    let count = simulation.history.count
    let state = try await simulation.resume(decisions: [Self.decisions[0].1])
    #expect(state.endStatus == .resolved)
    #expect(simulation.gateway.calls.contains(.identify("main")))
    #expect(!simulation.history(after: count).contains("identified main"))
  }

  /// A check that passed in another database than the run is in says nothing of that.
  @Test func aCheckIsMadeAgainInAnotherDatabase() async throws {
    var simulation = Simulation(
      runbook(
        [
          confirmation(), step("b", .recovery),
          step("look", .verification, kind: "sql"), step("w", .verification),
        ], connections: [connection()]),
      outcomes: [
        "look": [.success, .success], "w": [.failure(StepFailure(.unreachable, "no")), .success],
      ])
    simulation.effects = ["b": .mutating]
    simulation.gateway = SimulatedGateway(databaseOID: 1)
    simulation.options.approvals = ["recovery"]
    #expect(try await simulation.run().hold?.subject == "w")
    var moved = simulation.crashed(after: simulation.journal.stored)
    moved.gateway = SimulatedGateway(databaseOID: 2)
    moved.person = SimulatedOperator(decisions: [Self.gate: [.approved]])
    let state = try await moved.resume()
    #expect(moved.person.gates.first?.question?.holds("makes these checks again: 'look'") == true)
    #expect(state.endStatus == .resolved)
    #expect(state.step("look").attempts == 2)
  }
}
