import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// A connection that leads elsewhere than it did is asked about before anything is done there.
struct IdentityLawTests {
  private static let gate = "identity:main"

  /// A run that died while a step was performed on the database 1, and is taken up where the
  /// connection leads to another.
  private func diedAndMoved(
    to databaseOID: Int64 = 2, during step: StepID = "fix"
  ) async throws -> Simulation {
    var simulation = Simulation(
      runbook(
        [
          confirmation(), RunbookEngineTests.step("fix", .recovery, kind: "sql"),
          RunbookEngineTests.step("look", .verification, kind: "sql"),
        ], connections: [connection()]),
      outcomes: ["fix": [.success, .success], "look": [.success, .success]])
    simulation.effects = ["fix": .mutating]
    simulation.gateway = SimulatedGateway(databaseOID: 1)
    simulation.options.approvals = ["recovery"]
    try await simulation.run()
    return moved(try simulation.crashed(during: step), to: databaseOID)
  }

  private func moved(_ simulation: Simulation, to databaseOID: Int64) -> Simulation {
    var moved = simulation.crashed(after: simulation.journal.stored)
    moved.gateway = SimulatedGateway(databaseOID: databaseOID)
    return moved
  }

  @Test func holdsUntilAPersonSaysSo() async throws {
    let simulation = try await diedAndMoved()
    let count = simulation.history.count
    let state = try await simulation.resume()
    #expect(state.hold?.cause == .gate)
    #expect(state.hold?.subject == Self.gate)
    #expect(
      simulation.history(after: count) == [
        "runResumed", "identified main", "opened identity:main", "held gate identity:main",
      ])
    let shown = state.gates[Self.gate]?.opened.identities.map(\.identity.databaseOID)
    #expect(shown == [1, 2])
  }

  /// What was in flight in a database that this one does not come from, only that one can show.
  @Test func whatWasInFlightElsewhereAPersonSettles() async throws {
    var simulation = try await diedAndMoved()
    simulation.person = SimulatedOperator(decisions: [Self.gate: [.approved]])
    let state = try await simulation.resume()
    #expect(state.hold?.cause == .unknownStep)
    #expect(state.identities["main"]?.identity.databaseOID == 2)
    #expect(state.contested.isEmpty)
    #expect(state.step("fix").attempts == 1)
    let question = try #require(simulation.person.gates.first?.question)
    #expect(question.holds("What became of the attempts of 'fix' in the former one cannot be seen"))
    let detail = try #require(state.step("fix").settlement?.detail)
    #expect(
      detail.holds("attempt 1 was made in another database than connection 'main' leads to now"))
    // Once a person has said that it is not done, it is performed here.
    let settled = AttemptSettled(
      step: "fix", attempt: 1, settlement: .notDone, means: .word, detail: "looked there")
    _ = try await simulation.journal.append(
      [.attemptSettled(settled)], by: Actor(account: "ann"), at: .epoch)
    var again = moved(simulation, to: 2)
    again.options.approvals = ["recovery", "fix"]
    #expect(try await again.resume().step("fix").attempts == 2)
  }

  @Test func goesOnThereOnceApproved() async throws {
    var simulation = try await diedAndMoved(during: "look")
    simulation.person = SimulatedOperator(decisions: [Self.gate: [.approved]])
    let state = try await simulation.resume()
    #expect(state.endStatus == .unverified)
    #expect(state.identities["main"]?.identity.databaseOID == 2)
    #expect(state.contested.isEmpty)
    #expect(state.step("look").attempts == 2)
    #expect(state.step("fix").attempts == 1)
  }

  @Test func holdsWhenRefused() async throws {
    var simulation = try await diedAndMoved()
    simulation.person = SimulatedOperator(decisions: [Self.gate: [.refused]])
    let state = try await simulation.resume()
    #expect(state.hold?.cause == .refusal)
    #expect(state.identities["main"]?.identity.databaseOID == 1)
    #expect(!simulation.history.contains("started fix#2"))
  }

  @Test func anApprovalFromElsewhereCounts() async throws {
    let simulation = try await diedAndMoved(during: "look")
    let held = try await simulation.resume()
    let again = moved(simulation, to: 2)
    let gate = try #require(held.gates[Self.gate]?.opened)
    _ = try await again.journal.append(
      [
        .gateDecided(
          GateDecided(
            gate: gate.gate, decision: .approved, means: .approveCommand, digest: gate.digest))
      ], by: Actor(account: "bob"), at: .epoch)
    #expect(try await again.resume().endStatus == .unverified)
    #expect(again.person.gates.isEmpty)
  }

  @Test(arguments: [[OperatorDecision.refused], []])
  func asksNothingOnceItLeadsBack(_ decisions: [OperatorDecision]) async throws {
    var simulation = try await diedAndMoved()
    simulation.person = SimulatedOperator(decisions: [Self.gate: decisions])
    try await simulation.resume()
    let back = moved(simulation, to: 1)
    let state = try await back.resume()
    #expect(state.endStatus == .resolved)
    #expect(back.person.gates.isEmpty)
  }

  /// A step of any phase that finds itself elsewhere: it is no finding and no pass, and is performed once a person has
  /// decided.
  @Test(arguments: [Phase.timeline, .detection, .recovery, .verification, .safeguards])
  func whatAnotherDatabaseSaidIsNoAnswer(_ phase: Phase) async throws {
    var simulation = Simulation(
      runbook(
        [step("look", phase, kind: "sql"), confirmation(), step("fine", .verification)].sorted {
          $0.phase < $1.phase
        }, connections: [connection()]),
      outcomes: [
        "look": [.failure(StepFailure(.elsewhere, "another database")), .success],
        "detect": [.success, .success], "fine": [.success, .success, .success],
      ])
    simulation.gateway = SimulatedGateway(databaseOID: 1, laterOID: 2)
    simulation.options.approvals = ["recovery"]
    let held = try await simulation.run()
    #expect(held.hold?.subject == Self.gate)
    #expect(held.step("look").isWithoutAnswer)
    var again = moved(simulation, to: 2)
    again.person = SimulatedOperator(decisions: [Self.gate: [.approved]])
    let state = try await again.resume()
    #expect(state.endStatus == .resolved)
    #expect(state.step("look").attempts == 2)
  }

  @Test func asksAnewAboutAThirdDatabase() async throws {
    let simulation = try await diedAndMoved(during: "look")
    try await simulation.resume()
    var third = moved(simulation, to: 3)
    third.person = SimulatedOperator(decisions: [Self.gate: [.approved]])
    let state = try await third.resume()
    #expect(state.endStatus == .unverified)
    #expect(third.person.gates.map { $0.identities.map(\.identity.databaseOID) } == [[1, 3]])
  }

  /// Whoever approved of going elsewhere has not approved of coming back.
  @Test func asksAnewWhenItLeadsBackAfterAnApproval() async throws {
    var simulation = try await diedAndMoved(during: "look")
    simulation.person = SimulatedOperator(decisions: [Self.gate: [.approved]])
    try await simulation.resume()
    let intent = try #require(simulation.history.firstIndex(of: "started look#2"))
    let crashed = simulation.crashed(after: Array(simulation.journal.stored[...intent]))
    let back = moved(crashed, to: 1)
    let state = try await back.resume()
    #expect(state.hold?.subject == Self.gate)
    #expect(state.gates[Self.gate]?.opened.identities.map(\.identity.databaseOID) == [2, 1])
  }
}
