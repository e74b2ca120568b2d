import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// Law L10: a cancellation stops the run and holds it.
struct CancellationLawTests {
  /// Cancels the run while a step is performed, which then fails as it is told.
  private func runCancelled(
    _ steps: [Step], during id: StepID, _ failure: StepFailure,
    _ change: (inout Simulation) -> Void = { _ in }
  ) async throws -> (RunState, Simulation) {
    let (beginnings, continuation) = AsyncStream.makeStream(of: StepID.self)
    var simulation = Simulation(steps)
    simulation.outcomes[id] = [.untilCancelled(failure)]
    simulation.whilePerforming = { continuation.yield($0.step) }
    simulation.options.approvals = ["recovery"]
    change(&simulation)
    let run = simulation
    let task = Task { try await run.run() }
    for await step in beginnings where step == id { break }
    task.cancel()
    return (try await task.value, simulation)
  }

  @Test func l10ACheckIsInterruptedAndTheRunHeld() async throws {
    let (state, simulation) = try await runCancelled(
      [step("look", .detection), step("next", .detection)], during: "look",
      StepFailure(.interrupted, "stopped"))
    #expect(state.hold?.cause == .interruption)
    #expect(state.step("look").status == .failed)
    #expect(
      simulation.history.suffix(3) == ["started look#1", "failed look#1", "held interruption -"])
    #expect(simulation.gateway.calls.last == .close)
  }

  @Test func anInterruptedChangeOfWhichTheEffectIsKnownFailed() async throws {
    let (state, _) = try await runCancelled(
      [confirmation(), step("fix", .recovery)], during: "fix",
      StepFailure(.interrupted, "rolled back")
    ) { $0.effects = ["fix": .mutating] }
    #expect(state.step("fix").status == .failed)
    #expect(state.hold?.cause == .interruption)
  }

  @Test func aLostChangeIsUnknown() async throws {
    let (state, _) = try await runCancelled(
      [confirmation(), step("fix", .recovery)], during: "fix", StepFailure(.lost, "gone")
    ) { $0.effects = ["fix": .mutating] }
    #expect(state.step("fix").status == .unknown)
    #expect(state.hold != nil)
  }

  @Test func nothingBeginsInACancelledRun() async throws {
    let simulation = Simulation([step("look", .detection)])
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await simulation.run()
    }
    let state = try await task.value
    #expect(state.hold?.cause == .interruption)
    #expect(simulation.history == ["runStarted", "held interruption -"])
  }

  @Test func aConnectionThatIsCutOffHolds() async throws {
    var simulation = Simulation(
      runbook([step("look", .detection, kind: "sql")], connections: [connection()]))
    simulation.gateway = SimulatedGateway(
      failures: [.identify("main"): StepFailure(.interrupted, "stopped")])
    let state = try await simulation.run()
    #expect(state.hold?.cause == .interruption)
  }
}
