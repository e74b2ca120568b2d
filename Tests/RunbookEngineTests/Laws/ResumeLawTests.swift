import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// Laws L2, L3, L4, L5 and L8, as they bear on a run that is taken up again.
struct ResumeLawTests {
  private static let steps = [confirmation(), step("fix", .recovery), step("v", .verification)]

  /// A run that waits for its recovery gate.
  private func held() async throws -> Simulation {
    let simulation = Simulation(Self.steps)
    try await simulation.run()
    return simulation
  }

  @Test func l2NothingThatIsThereChanges() async throws {
    let simulation = try await held()
    var resumed = simulation.crashed(after: simulation.journal.stored)
    resumed.options.approvals = ["recovery"]
    try await resumed.resume()
    let before = simulation.journal.stored
    #expect(Array(resumed.journal.stored.prefix(before.count)) == before)
    // The chain is checked over old and new entries.
    let entries = try await resumed.journal.entries()
    #expect(entries.last?.sequence == Int64(resumed.history.count))
  }

  @Test func l3TheResumedStateIsTheReplay() async throws {
    let simulation = try await held()
    var resumed = simulation.crashed(after: simulation.journal.stored)
    resumed.options.approvals = ["recovery"]
    let live = try await resumed.resume()
    let isSame = try RunState(replaying: resumed.journal.stored) == live
    #expect(isSame)
  }

  @Test(arguments: 2...9) func l3ForeignEntriesAreTakenIn(_ append: Int) async throws {
    var simulation = Simulation(Self.steps)
    simulation.options.approvals = ["recovery"]
    let journal = VisitedJournal(simulation.journal, before: append)
    var executor = Executor(
      plan: simulation.plan, ports: simulation.ports(over: journal), options: simulation.options)
    try await executor.run()
    let live = executor.state
    let isSame = try RunState(replaying: simulation.journal.stored) == live
    #expect(isSame)
    #expect(live.endStatus == .resolved)
    #expect(live.notes.count == (simulation.history.contains("noteAdded") ? 1 : 0))
  }

  @Test func l3AnApprovalFromElsewhereIsTakenInBetweenTwoAppends() async throws {
    var simulation = Simulation([
      confirmation(), step("fix", .recovery) { $0.gate = StepOptions.Gate(approvals: 2) },
    ])
    simulation.options.approvals = ["recovery", "fix"]
    #expect(try await simulation.run().hold?.subject == "fix")
    let opened = try #require(
      try RunState(replaying: simulation.journal.stored).gates["fix"]?.opened)
    let resumed = simulation.crashed(after: simulation.journal.stored)
    _ = try await resumed.journal.append(
      [
        .gateDecided(
          GateDecided(
            gate: "fix", decision: .approved, means: .approveCommand, digest: opened.digest))
      ], by: Actor(account: "bob"), at: .epoch)
    #expect(try await resumed.resume().endStatus == .unverified)
  }

  @Test func l4TheFirstEntryHoldsWhatWasToRun() async throws {
    let simulation = try await held()
    guard case .runStarted(let started)? = simulation.journal.stored.first?.event else {
      Issue.record("the first entry is no runStarted")
      return
    }
    #expect(started.runbook.sources.map(\.text) == ["runbook: example\n"])
    #expect(started.runbook.steps.map(\.id) == ["detect", "fix", "v"])
    #expect(started.planFingerprint == simulation.plan.fingerprint)
  }

  @Test func l4AnAcceptedChangeIsRecordedAndItsGatesAskedAnew() async throws {
    let simulation = try await held()
    var resumed = simulation.crashed(after: simulation.journal.stored)
    let gate = try #require(
      try RunState(replaying: resumed.journal.stored).gates["recovery"]?.opened)
    _ = try await resumed.journal.append(
      [
        .gateDecided(
          GateDecided(
            gate: "recovery", decision: .approved, means: .approveCommand, digest: gate.digest))
      ], by: Actor(account: "bob"), at: .epoch)
    resumed.runbook = runbook(
      [confirmation(), step("fix", .recovery, text: "another"), step("v", .verification)],
      text: "runbook: changed\n")
    let change = PlanChange(to: resumed.plan, difference: "-example\n+changed")
    let state = try await resumed.resume(change: change)
    #expect(state.hold?.subject == "recovery")
    #expect(state.planFingerprint == resumed.plan.fingerprint)
    #expect(state.runbook?.sources.map(\.text) == ["runbook: changed\n"])
    #expect(state.gates["recovery"]?.isApproved == false)
    #expect(state.gates["recovery"]?.opened.steps.first?.work.map(\.text) == ["another"])
    #expect(resumed.takenUp?.change == change)
    // The first entry still says what the run began with.
    #expect(state.started?.planFingerprint == simulation.plan.fingerprint)
  }

  @Test func l5WhoTakesTheRunUpIsRecorded() async throws {
    let simulation = try await held()
    var resumed = simulation.crashed(after: simulation.journal.stored)
    resumed.options.generation = 7
    resumed.options.actor = Actor(account: "ops", name: "Bo")
    try await resumed.resume(takenFrom: "ann, process 1 on host h")
    #expect(resumed.takenUp?.generation == 7)
    #expect(resumed.takenUp?.takenFrom == "ann, process 1 on host h")
    #expect(resumed.takenUp?.host == "host")
    #expect(resumed.journal.stored.last?.actor == Actor(account: "ops", name: "Bo"))
  }

  @Test func l5AttemptsKnowTheirGeneration() async throws {
    let simulation = try await held()
    var resumed = simulation.crashed(after: simulation.journal.stored)
    let performed = RecordingObserver()
    resumed.options.approvals = ["recovery"]
    resumed.whilePerforming = { performed.observe(progress: "\($0.step) \($0.generation)") }
    try await resumed.resume()
    #expect(performed.progress == ["fix 2", "v 2"])
  }

  @Test(arguments: 1...3) func l5NothingIsPerformedOnceTheLeaseIsLost(_ append: Int) async throws {
    let simulation = try await held()
    var resumed = simulation.crashed(after: simulation.journal.stored)
    resumed.options.approvals = ["recovery"]
    let performed = RecordingObserver()
    resumed.whilePerforming = { performed.observe(progress: $0.step.rawValue) }
    let journal = FencedJournal(resumed.journal, from: append)
    var executor = Executor(
      plan: resumed.plan, ports: resumed.ports(over: journal), options: resumed.options)
    do throws(StoreError) {
      try await executor.resume(from: resumed.journal.stored)
      Issue.record("a process without its lease went on")
    } catch {
      #expect(error.cause == .leaseLost)
    }
    #expect(performed.progress.count == append - 1)
  }

  /// Who refused is asked anew once that was taken back, and not before.
  @Test func l8ARefusalStandsForWhoResumesUntilItIsTakenBack() async throws {
    var simulation = Simulation(Self.steps)
    simulation.person = SimulatedOperator(decisions: ["recovery": [.refused]])
    let refused = try await simulation.run()
    #expect(refused.hold?.cause == .refusal)
    var resumed = simulation.crashed(after: simulation.journal.stored)
    resumed.person = SimulatedOperator(decisions: ["recovery": [.approved]])
    #expect(try await resumed.resume().hold?.cause == .refusal)
    #expect(resumed.person.gates.isEmpty)
    let gate = try #require(refused.gates["recovery"]?.opened)
    var again = resumed.crashed(after: resumed.journal.stored)
    _ = try await again.journal.append(
      [
        .gateDecided(
          GateDecided(
            gate: gate.gate, decision: .withdrawn, means: .approveCommand, digest: gate.digest))
      ], by: Actor(account: "ann"), at: .epoch)
    again.person = SimulatedOperator(decisions: ["recovery": [.approved]])
    #expect(try await again.resume().endStatus == .resolved)
    #expect(again.person.gates.map(\.gate) == ["recovery"])
  }

  @Test func theRunsDeadlineHoldsAndAResumeWaivesIt() async throws {
    var simulation = Simulation(runbook(Self.steps, deadline: .seconds(60)))
    simulation.options.approvals = ["recovery"]
    let clock = simulation.clock
    simulation.whilePerforming = { if $0.step == "detect" { clock.advance(by: .seconds(61)) } }
    let state = try await simulation.run()
    #expect(state.hold?.cause == .deadline)
    #expect(!simulation.history.contains("started fix#1"))
    let resumed = simulation.crashed(after: simulation.journal.stored)
    #expect(try await resumed.resume().endStatus == .resolved)
  }

  @Test func theRunsClockIsTheRuns() async throws {
    let simulation = Simulation(runbook(Self.steps, deadline: .seconds(60)))
    try await simulation.run()
    var resumed = simulation.crashed(after: simulation.journal.stored)
    resumed.clock = ManualClock(at: try #require(Timestamp(seconds: 61)))
    resumed.options.approvals = ["recovery"]
    #expect(try await resumed.resume().hold?.cause == .deadline)
  }
}
