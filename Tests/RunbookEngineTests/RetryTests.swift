import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

struct RetryTests {
  private static let failure = SimulatedOutcome.failure(StepFailure(.unreachable, "no"))

  private func simulation(
    _ retry: StepOptions.Retry, _ outcomes: [SimulatedOutcome]
  ) -> Simulation {
    Simulation([step("v", .verification) { $0.retry = retry }], outcomes: ["v": outcomes])
  }

  @Test func triesAgainAfterThePause() async throws {
    let simulation = simulation(
      StepOptions.Retry(every: .seconds(2), within: nil, attempts: 5),
      [Self.failure, Self.failure, .success])
    let state = try await simulation.run()
    #expect(state.endStatus == .resolved)
    #expect(state.step("v").attempts == 3)
    #expect(simulation.clock.sleeps == [.seconds(2), .seconds(2)])
  }

  @Test func stopsAfterTheMostAttempts() async throws {
    let simulation = simulation(
      StepOptions.Retry(every: .seconds(2), within: nil, attempts: 2),
      [Self.failure, Self.failure, .success])
    let state = try await simulation.run()
    #expect(state.endStatus == .failed)
    #expect(state.step("v").attempts == 2)
  }

  @Test func startsNoAttemptLaterThanItsTime() async throws {
    var simulation = simulation(
      StepOptions.Retry(every: .seconds(1), within: .seconds(5), attempts: nil),
      [Self.failure, Self.failure, Self.failure, .success])
    let clock = simulation.clock
    simulation.whilePerforming = { _ in clock.advance(by: .seconds(2)) }
    // Attempts start at 0 and 3 s; the next would start at 6 s.
    let state = try await simulation.run()
    #expect(state.step("v").attempts == 2)
    #expect(state.endStatus == .failed)
  }

  @Test func doesNotRetryWhatCannotHelp() async throws {
    let simulation = simulation(
      StepOptions.Retry(every: .seconds(1), within: nil, attempts: 3),
      [.failure(StepFailure(.invalid, "no such name")), .success])
    #expect(try await simulation.run().step("v").attempts == 1)
  }

  @Test func anInterruptedPauseHolds() async throws {
    var simulation = simulation(
      StepOptions.Retry(every: .seconds(1), within: nil, attempts: 3), [Self.failure, .success])
    simulation.whilePerforming = { _ in withUnsafeCurrentTask { $0?.cancel() } }
    let run = simulation
    let state = try await Task { try await run.run() }.value
    #expect(state.hold?.cause == .interruption)
    #expect(state.step("v").attempts == 1)
  }

  @Test(arguments: [
    (StepOptions.Retry(every: .seconds(1), within: nil, attempts: nil), 1, nil),
    (StepOptions.Retry(every: .seconds(1), within: nil, attempts: 2), 1, Int64(11)),
    (StepOptions.Retry(every: .seconds(1), within: nil, attempts: 2), 2, nil),
    (StepOptions.Retry(every: .seconds(1), within: .seconds(11), attempts: nil), 9, Int64(11)),
    (StepOptions.Retry(every: .seconds(1), within: .seconds(10), attempts: nil), 1, nil),
  ]) func knowsTheNextStart(_ retry: StepOptions.Retry, _ count: Int, _ seconds: Int64?) throws {
    let last = try #require(Timestamp(seconds: 10))
    let next = retry.nextStart(first: .epoch, last: last, after: count)
    #expect(next?.seconds == seconds)
  }
}
