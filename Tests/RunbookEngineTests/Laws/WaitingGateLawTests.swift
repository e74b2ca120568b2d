import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// Law L8: a gate that waits is shown as it is now, and an attempt that a person wants is approved by itself.
struct WaitingGateLawTests {
  private static let declaration = input("target", isSecret: true)
  private static let fix = step("fix", .recovery, text: "deploy ${{ inputs.target }}") {
    $0.gate = StepOptions.Gate(approvals: 2)
  }

  private func give(_ target: String, to simulation: inout Simulation) {
    simulation.inputs = [
      ResolvedInput(
        declaration: Self.declaration, value: .string(target), origin: .environment)
    ]
  }

  private func approve(_ simulation: Simulation, by account: String) async throws {
    let state = try RunState(replaying: simulation.journal.stored)
    let gate = try #require(state.gates["fix"]?.opened)
    _ = try await simulation.journal.append(
      [
        .gateDecided(
          GateDecided(
            gate: "fix", decision: .approved, means: .approveCommand, digest: gate.digest))
      ], by: Actor(account: account), at: .epoch)
  }

  /// A run that waits for the second of two people, and is taken up by another process.
  private func waiting() async throws -> Simulation {
    var simulation = Simulation(
      runbook(
        [confirmation(), Self.fix, step("v", .verification)], inputs: [Self.declaration]))
    simulation.effects = ["fix": .mutating]
    simulation.options.approvals = ["recovery"]
    give("staging", to: &simulation)
    #expect(try await simulation.run().hold?.subject == "fix")
    try await approve(simulation, by: "bob")
    return simulation.crashed(after: simulation.journal.stored)
  }

  @Test func whatIsAsItWasIsShownAndNotOpenedAgain() async throws {
    var simulation = try await waiting()
    simulation.person = SimulatedOperator(decisions: ["fix": [.approved]])
    #expect(try await simulation.resume().endStatus == .resolved)
    #expect(simulation.history.count { $0 == "opened fix" } == 1)
    #expect(simulation.observer.waiting.map(\.gate) == ["fix"])
  }

  @Test func whatIsAnotherIsOpenedAgainBeforeAnybodyIsAsked() async throws {
    var simulation = try await waiting()
    give("production", to: &simulation)
    simulation.person = SimulatedOperator(decisions: ["fix": [.approved, .approved]])
    let state = try await simulation.resume()
    #expect(state.hold?.subject == "fix")
    #expect(simulation.observer.waiting.isEmpty)
    let opened = try #require(state.gates["fix"]?.opened)
    #expect(opened.changes == ["fix: the script is another"])
    #expect(opened.lapsed == ["bob"])
    #expect(opened.lapsedWords == "the approval of bob does not count any more")
    // One of two by now: what bob approved was something else.
    #expect(state.gates["fix"]?.missingApprovals == 1)
    #expect(simulation.person.gates.map(\.digest) == [opened.digest])
    try await approve(simulation, by: "bob")
    let again = simulation.crashed(after: simulation.journal.stored)
    #expect(try await again.resume().endStatus == .resolved)
  }

  /// It stays said who had approved it, until it is approved as it is now.
  @Test func whoHadApprovedItStaysSaid() async throws {
    var simulation = try await waiting()
    give("production", to: &simulation)
    try await simulation.resume()
    let again = simulation.crashed(after: simulation.journal.stored)
    let state = try await again.resume()
    #expect(state.gates["fix"]?.opened.lapsed == ["bob"])
    #expect(state.lapsedApprovals["fix"] == ["bob"])
  }

  /// A run whose step was approved by two, and that failed.
  private func failed() async throws -> Simulation {
    var simulation = try await waiting()
    simulation.outcomes["fix"] = [.failure(StepFailure(.refused, "no")), .success]
    try await approve(simulation, by: "cid")
    #expect(try await simulation.resume().hold?.cause == .failedStep)
    return simulation.crashed(after: simulation.journal.stored)
  }

  @Test func anAttemptThatAPersonWantsIsApprovedAnew() async throws {
    var simulation = try await failed()
    simulation.person = SimulatedOperator(decisions: ["fix": [.approved]])
    let state = try await simulation.resume(
      decisions: [.retryRequested(RetryRequested(step: "fix", reason: nil))])
    #expect(state.hold?.subject == "fix")
    #expect(state.step("fix").attempts == 1)
    let opened = try #require(state.gates["fix"]?.opened)
    #expect(
      opened.changes == ["fix: it is to be performed once more, as ann wants (attempt 2)"])
    #expect(opened.lapsed == ["bob", "cid"])
    #expect(state.gates["fix"]?.missingApprovals == 1)
    try await approve(simulation, by: "bob")
    let again = simulation.crashed(after: simulation.journal.stored)
    #expect(try await again.resume().endStatus == .resolved)
  }

  /// The author's own `retry:` is part of what was approved.
  @Test func anAttemptByItselfRestsOnTheApproval() async throws {
    var simulation = Simulation([
      confirmation(),
      step("fix", .recovery) {
        $0.gate = StepOptions.Gate(approvals: 1)
        $0.retry = StepOptions.Retry(every: .seconds(1), within: nil, attempts: 2)
      }, step("v", .verification),
    ])
    simulation.effects = ["fix": .mutating]
    simulation.outcomes["fix"] = [.failure(StepFailure(.refused, "no")), .success]
    simulation.options.approvals = ["recovery", "fix"]
    #expect(try await simulation.run().endStatus == .resolved)
    #expect(simulation.history.count { $0 == "opened fix" } == 1)
  }

  @Test func whatAPersonCallsNotDoneIsApprovedAnew() async throws {
    var simulation = try await waiting()
    try await approve(simulation, by: "cid")
    try await simulation.resume()
    let crashed = try simulation.crashed(during: "fix")
    #expect(try await crashed.resume().hold?.cause == .unknownStep)
    _ = try await crashed.journal.append(
      [
        .attemptSettled(
          AttemptSettled(
            step: "fix", attempt: 1, settlement: .notDone, means: .word, detail: "looked"))
      ], by: Actor(account: "ann"), at: .epoch)
    simulation = crashed.crashed(after: crashed.journal.stored)
    let state = try await simulation.resume()
    #expect(state.hold?.subject == "fix")
    #expect(state.gates["fix"]?.opened.lapsed == ["bob", "cid"])
    #expect(state.step("fix").attempts == 1)
  }
}
