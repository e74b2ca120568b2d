import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// Laws L1, L3 and L9: what is durable when, and that nothing else is state.
struct DurabilityLawTests {
  private static let steps = [
    confirmation(), step("look", .detection), step("check", .verification),
    step("guard", .safeguards),
  ]

  @Test func l1IntentIsDurableBeforePerform() async throws {
    var simulation = Simulation(Self.steps)
    let journal = simulation.journal
    simulation.whilePerforming = { context in
      let intent = "started \(context.step)#\(context.attempt)"
      #expect(journal.stored.last?.event.summary == intent)
    }
    let state = try await simulation.run()
    #expect(state.endStatus == .resolved)
  }

  @Test func l3ReplayEqualsTheLiveState() async throws {
    let fix = step("fix", .recovery) { $0.captures = [capture("out", "stdout")] }
    let skipped = step("not", .recovery) { $0.when = source("false") }
    var simulation = Simulation(
      [confirmation(), fix, skipped, step("check", .verification)],
      outcomes: [
        "fix": [.values(["stdout": "done"])], "check": [.failure(StepFailure(.lost, "x"))],
      ]
    )
    simulation.options.approvals = ["recovery"]
    let live = try await simulation.run()
    let replayed = try RunState(replaying: try await simulation.journal.entries())
    let isSame = replayed == live
    #expect(isSame)
    #expect(replayed.steps == live.steps)
    #expect(replayed.captures == ["out": "done"])
    #expect(replayed.lifecycle == live.lifecycle)
  }

  @Test func oneAppendAStepOnTheStraightWay() async throws {
    let steps = (1...20).map { step("s\($0)", .verification) }
    let simulation = Simulation(steps)
    try await simulation.run()
    #expect(simulation.journal.appendCount == steps.count + 1)
  }

  @Test(arguments: 1...5) func l9NothingIsPerformedOnceTheJournalFails(_ append: Int) async throws {
    var simulation = Simulation(Self.steps)
    simulation.journal = MemoryJournal(failingAppend: append)
    let performed = RecordingObserver()
    simulation.whilePerforming = { performed.observe(progress: $0.step.rawValue) }
    await #expect(throws: StoreError.self) { try await simulation.run() }
    #expect(performed.progress.count == append - 1)
    #expect(simulation.journal.appendCount == append)
    #expect(simulation.gateway.calls.last == .close)
    let entries = simulation.journal.stored
    #expect(simulation.observer.entries == entries)
  }

  @Test func anOutcomeIsDurableBeforeAConnectionIsOpened() async throws {
    let simulation = Simulation(
      runbook(
        [step("first", .detection), step("second", .detection, kind: "sql")],
        connections: [connection()]))
    let state = try await simulation.run()
    #expect(state.endStatus == .unverified)
    // The first intent; its outcome; the identity with the second intent; its outcome, before it is looked over a new
    // connection; the end.
    #expect(simulation.journal.appendCount == 5)
  }

  @Test func showsNothingThatIsNotDurable() async throws {
    let simulation = Simulation(Self.steps)
    try await simulation.run()
    #expect(simulation.observer.entries == simulation.journal.stored)
  }
}
