import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// Settlement within the process that performed the step: a lost connection, a retry, a decision.
struct LostConnectionTests {
  private static let lost = SimulatedOutcome.failure(StepFailure(.lost, "gone in the COMMIT"))
  private static let refused = SimulatedOutcome.failure(StepFailure(.refused, "no"))

  private func simulation(
    _ fix: Step, _ outcomes: [SimulatedOutcome]
  ) -> Simulation {
    var simulation = Simulation(
      runbook(
        [confirmation(), fix, step("v", .verification)],
        connections: fix.kind == "sql" ? [connection()] : []))
    simulation.outcomes["fix"] = outcomes
    simulation.effects = ["fix": .mutating]
    simulation.options.approvals = ["recovery"]
    return simulation
  }

  @Test func l6ALostCommitIsSettledAtOnceByItsReceipt() async throws {
    var simulation = simulation(step("fix", .recovery, kind: "sql"), [Self.lost, .success])
    simulation.settlements["fix"] = SimulatedSettlement(receipt: .of())
    let state = try await simulation.run()
    #expect(state.endStatus == .resolved)
    #expect(state.step("fix").attempts == 1)
    #expect(simulation.history.contains("settled fix#1 done by receipt"))
    #expect(!simulation.history.contains("held unknownStep fix"))
  }

  @Test func aLostAttemptThatWasNotDoneCountsAsFailed() async throws {
    let simulation = simulation(step("fix", .recovery, kind: "sql"), [Self.lost, .success])
    let state = try await simulation.run()
    #expect(state.hold?.cause == .failedStep)
    #expect(state.step("fix").status == .failed)
    #expect(simulation.history.contains("settled fix#1 notDone by receipt"))
  }

  @Test func aLostAttemptThatWasNotDoneIsRetried() async throws {
    let fix = step("fix", .recovery, kind: "sql") {
      $0.retry = StepOptions.Retry(every: .seconds(1), within: nil, attempts: 2)
    }
    let simulation = simulation(fix, [Self.lost, .success])
    let state = try await simulation.run()
    #expect(state.endStatus == .resolved)
    #expect(state.step("fix").attempts == 2)
  }

  @Test func aLostStepWithoutProofHolds() async throws {
    let simulation = simulation(step("fix", .recovery), [Self.lost, .success])
    let state = try await simulation.run()
    #expect(state.hold?.cause == .unknownStep)
    #expect(simulation.history.contains("settled fix#1 unknown by none"))
  }

  @Test(arguments: [("yes", 1), ("no", 2)])
  func aRetrySettlesFirst(_ answer: String, _ attempts: Int) async throws {
    let fix = step("fix", .recovery) {
      $0.retry = StepOptions.Retry(every: .seconds(1), within: nil, attempts: 2)
      $0.settle = settle(done: "stdout == 'yes'")
    }
    var simulation = simulation(fix, [Self.refused, .success])
    simulation.probes["fix"] = [.values(["stdout": .string(answer)])]
    let state = try await simulation.run()
    #expect(state.endStatus == .resolved)
    #expect(state.step("fix").attempts == attempts)
    let settled = simulation.history.firstIndex { $0.begins(with: "settled fix#1") }
    let again = simulation.history.firstIndex(of: "started fix#2") ?? .max
    #expect(try #require(settled) < again)
  }

  @Test func aRetryThatCannotBeSettledHolds() async throws {
    let fix = step("fix", .recovery) {
      $0.retry = StepOptions.Retry(every: .seconds(1), within: nil, attempts: 2)
      $0.settle = settle(done: "stdout == 'yes'", notDone: "stdout == 'no'")
    }
    var simulation = simulation(fix, [Self.refused, .success])
    simulation.probes["fix"] = [.values(["stdout": "maybe"])]
    #expect(try await simulation.run().hold?.cause == .unknownStep)
  }

  @Test func aPersonsRetryIsAnotherAttempt() async throws {
    let simulation = simulation(step("fix", .recovery), [Self.refused, .success])
    #expect(try await simulation.run().hold?.cause == .failedStep)
    let resumed = simulation.crashed(after: simulation.journal.stored)
    let state = try await resumed.resume(
      decisions: [.retryRequested(RetryRequested(step: "fix", reason: "granted"))])
    #expect(state.endStatus == .resolved)
    #expect(state.step("fix").attempts == 2)
  }

  @Test func withoutADecisionAFailedStepHoldsAgain() async throws {
    let simulation = simulation(step("fix", .recovery), [Self.refused, .success])
    try await simulation.run()
    let resumed = simulation.crashed(after: simulation.journal.stored)
    #expect(try await resumed.resume().hold?.cause == .failedStep)
    #expect(!resumed.history.contains("started fix#2"))
  }

  @Test func aPersonsSkipGoesOnBehindTheStep() async throws {
    let simulation = simulation(step("fix", .recovery), [Self.refused, .success])
    try await simulation.run()
    let resumed = simulation.crashed(after: simulation.journal.stored)
    let state = try await resumed.resume(
      decisions: [.stepSkipped(StepSkipped(step: "fix", cause: .decision, reason: "by hand"))])
    #expect(state.endStatus == .resolved)
    #expect(state.step("fix").status == .skipped)
    #expect(state.step("fix").skip?.word.reason == "by hand")
  }

  @Test func anAbandonedRunIsNotTakenUp() async throws {
    let simulation = simulation(step("fix", .recovery), [Self.refused, .success])
    try await simulation.run()
    let resumed = simulation.crashed(after: simulation.journal.stored)
    _ = try await resumed.journal.append(
      [.runEnded(RunEnded(status: .abandoned, reason: "restored"))], by: Actor(account: "bob"),
      at: .epoch)
    let count = resumed.history.count
    await #expect(throws: StoreError.self) { try await resumed.resume() }
    #expect(resumed.history.count == count)
  }
}
