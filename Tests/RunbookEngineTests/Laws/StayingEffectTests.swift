import RunbookDrill
import RunbookModel
import RunbookReport
import Testing

@testable import RunbookEngine

/// What an attempt changed stays said, whatever became of the attempts behind it.
struct StayingEffectTests {
  private static let paid = SimulatedOutcome.result(
    {
      var result = StepResult(values: ValueMap([("stdout", "answer 7")]))
      result.completion = Completion("the script ended with exit 0")
      return result
    }())

  private func simulation(_ second: SimulatedOutcome, _ phase: Phase) -> Simulation {
    let pay = step("pay", phase) { $0.expect = [source("stdout == 'answer 8'")] }
    var simulation = Simulation(
      [confirmation(), step("v", .verification), pay], outcomes: ["pay": [Self.paid, second]])
    simulation.runbook = runbook(
      [confirmation(), pay, step("v", .verification)].sorted {
        $0.phase < $1.phase
      })
    simulation.effects = ["pay": .mutating]
    simulation.options.approvals = ["recovery", "pay"]
    return simulation
  }

  private func resumed(_ simulation: Simulation, _ decision: Event) async throws -> Simulation {
    let next = simulation.crashed(after: simulation.journal.stored)
    try await next.resume(decisions: [decision])
    return next
  }

  private static let skip = Event.stepSkipped(
    StepSkipped(step: "pay", cause: .decision, reason: "leave it"))
  private static let retry = Event.retryRequested(RetryRequested(step: "pay", reason: nil))
  private static let notDone = Event.attemptSettled(
    AttemptSettled(
      step: "pay", attempt: 2, settlement: .notDone, means: .word, detail: "I looked"))
  private static let leftOut =
    "1 was left out after it failed, and what it changed stays (reason: leave it)"

  @Test(
    arguments: [
      (Phase.recovery, .failure(StepFailure(.refused, "no", code: "exit 1")), false),
      (.safeguards, .failure(StepFailure(.refused, "no", code: "exit 1")), false),
      (.recovery, .failure(StepFailure(.lost, "gone")), true),
    ] as [(Phase, SimulatedOutcome, Bool)])
  func aLaterAttemptThatDidNothingTakesNothingBack(
    _ phase: Phase, _ second: SimulatedOutcome, _ isDenied: Bool
  ) async throws {
    var simulation = simulation(second, phase)
    try await simulation.run()
    simulation = try await resumed(simulation, Self.retry)
    if isDenied {
      _ = try await simulation.journal.append(
        [Self.notDone], by: Actor(account: "bob"), at: .epoch)
    }
    simulation = try await resumed(simulation, Self.skip)
    let state = try RunState(replaying: simulation.journal.stored)
    guard case .ended(let end) = state.lifecycle else {
      Issue.record("\(simulation.history)")
      return
    }
    #expect(end.reason.holds(Self.leftOut), "\(end.reason)")
    #expect(state.step("pay").wordsOfStaying == "what attempt 1 changed stays")
    let report = try IncidentReport(entries: simulation.journal.stored).markdown()
    #expect(report.holds("what attempt 1 changed stays"))
  }

  @Test func aLaterAttemptThatSucceededComesOnTopOfIt() async throws {
    var simulation = simulation(.values(["stdout": "answer 8"]), .recovery)
    try await simulation.run()
    simulation = try await resumed(simulation, Self.retry)
    let state = try RunState(replaying: simulation.journal.stored)
    #expect(
      state.lifecycle
        == .ended(
          RunEnded(
            status: .resolved,
            reason: "every verification step passed; of 'pay' what attempt 1 changed stays")))
  }

  @Test func whatAProbeFoundNotDoneStaysNowhere() throws {
    var state = StepState()
    let events = [EventSample.attemptStarted, .attemptRefused, .settledNotDone]
    for event in events {
      let isTaken = state.apply(event.event(about: "a"), at: .epoch, by: Actor(account: "ann"))
      #expect(isTaken)
    }
    #expect(state.stayingAttempts.isEmpty)
  }
}
