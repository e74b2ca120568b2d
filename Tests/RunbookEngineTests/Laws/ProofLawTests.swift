import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// What the journal calls done has to be in the database when a run is taken up: else it is an older copy,
/// or a standby that did not get everything, and a person decides.
struct ProofLawTests {
  private static let gate = "identity:main"
  private static let lost = LostProof(isLeaseLost: true, receipts: [StepID("a")])

  /// A run that did `a` and `b`, each with a receipt, and died in `c`.
  private func died(lost: LostProof?) async throws -> Simulation {
    var receipt = StepResult()
    receipt.hasReceipt = true
    let steps = ["a", "b", "c"].map { step($0, .recovery, kind: "sql") }
    var simulation = Simulation(
      runbook([confirmation()] + steps + [step("v", .verification)], connections: [connection()]),
      outcomes: [
        "a": [.result(receipt)], "b": [.result(receipt)], "c": [.success, .success, .success],
      ])
    simulation.effects = ["a": .mutating, "b": .mutating, "c": .mutating]
    simulation.options.approvals = ["recovery"]
    try await simulation.run()
    var crashed = try simulation.crashed(during: "c")
    crashed.gateway = SimulatedGateway(lost: lost)
    return crashed
  }

  @Test func nothingIsAskedWhereAllIsThere() async throws {
    let simulation = try await died(lost: nil)
    #expect(try await simulation.resume().endStatus == .resolved)
    #expect(!simulation.history.contains("opened \(Self.gate)"))
  }

  @Test func whatIsMissingOpensTheIdentityGateAndIsNamed() async throws {
    let simulation = try await died(lost: Self.lost)
    let state = try await simulation.resume()
    #expect(state.hold?.subject == Self.gate)
    let opened = try #require(state.gates[Self.gate]?.opened)
    #expect(opened.question?.holds("the receipt of step 'a', which the journal calls done") == true)
    #expect(opened.question?.holds("same server and database") == true)
    #expect(opened.identities.last?.lost == Self.lost)
    #expect(!simulation.history.contains("started c#2"))
  }

  /// A run whose third step finds in its own transaction that it is elsewhere.
  private func finding(_ gateway: SimulatedGateway) -> Simulation {
    var receipt = StepResult()
    receipt.hasReceipt = true
    let steps = ["a", "b", "c"].map { step($0, .recovery, kind: "sql") }
    var simulation = Simulation(
      runbook([confirmation()] + steps + [step("v", .verification)], connections: [connection()]),
      outcomes: [
        "a": [.result(receipt)], "b": [.result(receipt)],
        "c": [.failure(StepFailure(.elsewhere, "an older copy")), .success],
      ])
    simulation.effects = ["a": .mutating, "b": .mutating, "c": .mutating]
    simulation.options.approvals = ["recovery"]
    simulation.gateway = gateway
    return simulation
  }

  @Test func whatAStepFindsMissingIsAskedAboutAndTheStepIsPerformedThen() async throws {
    let simulation = finding(SimulatedGateway(lost: Self.lost))
    let state = try await simulation.run()
    #expect(state.hold?.subject == Self.gate)
    #expect(state.gates[Self.gate]?.opened.question?.holds("'a'") == true)
    #expect(state.step("c").attempts == 1)
    var again = simulation.crashed(after: simulation.journal.stored)
    again.gateway = SimulatedGateway(lost: Self.lost)
    again.person = SimulatedOperator(decisions: [Self.gate: [.approved]])
    let end = try await again.resume()
    #expect(end.endStatus == .unverified)
    #expect(end.step("c").attempts == 2)
  }

  /// Else it would be performed again and again.
  @Test func whatNothingShowsHasFailed() async throws {
    let state = try await finding(SimulatedGateway()).run()
    #expect(state.hold?.cause == .failedStep)
    #expect(state.step("c").attempts == 1)
    #expect(state.step("c").failure?.cause == .refused)
  }

  @Test func goesOnOnceApprovedAndAsksNoMore() async throws {
    var simulation = try await died(lost: Self.lost)
    simulation.person = SimulatedOperator(decisions: [Self.gate: [.approved]])
    let state = try await simulation.resume()
    #expect(state.endStatus == .unverified)
    #expect(state.step("a").attempts == 1)
    #expect(state.proof(on: "main").receipts == [StepID("b")])
    let crashed = try simulation.crashed(during: "c", attempt: 2)
    let again = try await crashed.resume()
    #expect(again.endStatus == .unverified)
    #expect(crashed.person.gates.isEmpty)
  }

  /// Nobody knows that what is gone was not needed: verification asks only what its author thought of.
  @Test func whatWasLostIsSaidAtTheEndAndOfTheStep() async throws {
    var simulation = try await died(lost: Self.lost)
    simulation.person = SimulatedOperator(decisions: [Self.gate: [.approved]])
    let state = try await simulation.resume()
    guard case .ended(let end) = state.lifecycle else {
      Issue.record("it has not ended")
      return
    }
    let words = "the database of 'main' has no record of what 'a' did (approved by "
    #expect(end.status == .unverified)
    #expect(end.reason.begins(with: "every verification step passed; \(words)"))
    #expect(!state.isVerified)
    #expect(state.step("a").standing(isOver: true) == .missing)
    #expect(state.step("b").standing(isOver: true) == .succeeded)
    #expect(state.objection(to: end) == nil)
    let objection = state.objection(to: RunEnded(status: .resolved, reason: "r"))
    #expect(objection?.holds(words) == true)
  }

  /// Whoever approved of a loss has not approved of another.
  @Test func asksAnewWhereMoreIsLost() async throws {
    let simulation = try await died(lost: Self.lost)
    try await simulation.resume()
    var worse = simulation.crashed(after: simulation.journal.stored)
    worse.gateway = SimulatedGateway(
      lost: LostProof(isLeaseLost: true, receipts: [StepID("a"), StepID("b")]))
    worse.person = SimulatedOperator(decisions: [Self.gate: [.approved]])
    #expect(try await worse.resume().endStatus == .unverified)
    #expect(worse.person.gates.map { $0.identities.last?.lost?.receipts.count } == [2])
  }

  /// What leaves no receipt is expected by what was noted when it began.
  @Test func whatWasNotedIsExpected() throws {
    var state = RunState()
    func apply(_ event: Event) throws {
      try state.apply(event, at: .epoch, by: Actor(account: "ann"))
    }
    func started(_ step: String, _ attempt: Int, on connection: String, noted: Int64?) -> Event {
      .attemptStarted(
        AttemptStarted(
          step: StepID(step), attempt: attempt, effect: .mutating, isEffectDeclared: true,
          connection: connection, work: [], settledBy: .word, noted: noted))
    }
    try apply(EventSample.runStarted.event())
    try apply(started("a", 1, on: "main", noted: 1))
    try apply(started("b", 1, on: "main", noted: 2))
    try apply(started("c", 1, on: "other", noted: nil))
    try apply(started("a", 2, on: "main", noted: 4))
    #expect(state.proof(on: "main").begun.map(\.step) == ["b", "a"])
    #expect(state.proof(on: "main").begun.map(\.attempt) == [2, 4])
    #expect(state.proof(on: "other").isEmpty)
  }

  @Test func holdsWhenRefused() async throws {
    var simulation = try await died(lost: Self.lost)
    simulation.person = SimulatedOperator(decisions: [Self.gate: [.refused]])
    #expect(try await simulation.resume().hold?.cause == .refusal)
  }

  /// The lease that a settlement raised has to be there as well.
  @Test func theGenerationIsTheOneThatWroteLast() async throws {
    let simulation = try await died(lost: nil)
    let state = try await simulation.resume()
    #expect(state.proof(on: "main").generation != nil)
    #expect(state.proof(on: "main").receipts.contains(StepID("a")))
    #expect(state.proof(on: "elsewhere").isEmpty)
  }
}
