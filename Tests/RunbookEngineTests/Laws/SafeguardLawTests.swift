import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// What was checked before a safeguard changed something says nothing of how it is behind it.
struct SafeguardLawTests {
  /// A run whose recovery is verified by `v`, and whose safeguards follow.
  private func simulation(
    _ safeguards: [Step], effects: [StepID: Effect] = [:],
    checks: [SimulatedOutcome] = [.success, .success]
  ) -> Simulation {
    var simulation = Simulation(
      [confirmation(), step("fix", .recovery), step("v", .verification)] + safeguards,
      outcomes: ["v": checks])
    simulation.effects = effects.merging(["fix": .mutating]) { $1 }
    simulation.options.approvals = Set(["recovery"] + safeguards.map(\.id.rawValue))
    return simulation
  }

  private static let refused = SimulatedOutcome.failure(StepFailure(.expectation, "it is gone"))

  @Test func aCheckIsMadeAgainBehindTheLastSafeguard() async throws {
    let simulation = simulation(
      [step("one", .safeguards), step("two", .safeguards)],
      effects: ["one": .mutating, "two": .mutating])
    #expect(try await simulation.run().endStatus == .resolved)
    let order = simulation.history.filter { $0.holds("#") || $0.begins(with: "reopened") }
    #expect(
      order.filter { !$0.begins(with: "succeeded") }.suffix(5) == [
        "started v#1", "started one#1", "started two#1", "reopened v", "started v#2",
      ])
  }

  @Test func aSafeguardThatUndoesWhatWasVerifiedFailsTheRun() async throws {
    let simulation = simulation(
      [step("one", .safeguards)], effects: ["one": .mutating], checks: [.success, Self.refused])
    let state = try await simulation.run()
    let end = RunEnded(status: .failed, reason: "verification step 'v' failed")
    #expect(state.lifecycle == .ended(end))
  }

  /// A trial is taken back, and what only reads changes nothing.
  @Test(arguments: [true, false])
  func whatChangesNothingTakesNothingBack(_ isTrial: Bool) async throws {
    let simulation = simulation([step("one", .safeguards) { $0.isTrial = isTrial }])
    #expect(try await simulation.run().endStatus == .resolved)
    #expect(!simulation.history.contains("reopened v"))
  }

  @Test func aSafeguardThatIsDeclinedTakesNothingBack() async throws {
    var simulation = simulation([step("one", .safeguards)], effects: ["one": .mutating])
    simulation.options.approvals = ["recovery"]
    simulation.person = SimulatedOperator(decisions: ["one": [.refused]])
    #expect(try await simulation.run().endStatus == .resolved)
    #expect(!simulation.history.contains("reopened v"))
  }

  /// Between safeguards nothing is verified, and nobody says so.
  @Test func aRunThatIsHeldBehindASafeguardIsNotVerified() async throws {
    var simulation = simulation(
      [step("one", .safeguards), step("two", .safeguards)],
      effects: ["one": .mutating, "two": .mutating])
    simulation.options.approvals = ["recovery", "one"]
    let state = try await simulation.run()
    #expect(state.hold?.subject == "two")
    #expect(!state.isVerified)
  }

  /// Journals of before are read as they were written.
  @Test func aRunOfBeforeEndsAsItDid() async throws {
    let simulation = simulation([step("one", .safeguards)], effects: ["one": .mutating])
    try await simulation.run()
    let former = simulation.journal.stored.filter { entry in
      if case .stepReopened = entry.event { return false }
      switch entry.event {
      case .attemptStarted(let started): return started.step != "v" || started.attempt == 1
      case .attemptFinished(let finished): return finished.step != "v" || finished.attempt == 1
      default: return true
      }
    }
    var state = RunState()
    for entry in former {
      var event = entry.event
      if case .runStarted(let started) = event { event = .runStarted(started.asOf(version: 6)) }
      if case .runEnded(let end) = event { #expect(state.objection(to: end) == nil) }
      try state.apply(event, at: entry.recordedAt, by: entry.actor)
    }
  }
}

extension RunStarted {
  fileprivate func asOf(version: Int) -> RunStarted {
    RunStarted(
      formatVersion: version, toolVersion: toolVersion, run: run, runbook: runbook, inputs: inputs,
      constants: constants, connections: connections, planFingerprint: planFingerprint,
      isSandbox: isSandbox, isDrill: isDrill, host: host, approvals: approvals,
      secretCount: secretCount)
  }
}
