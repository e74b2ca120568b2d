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
    #expect(state.hold?.cause == .verification)
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
    #expect(state.hold?.cause == .verification)
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
    let next = retry.nextStart(
      last: last, spent: .seconds(10), after: count, key: "r1 a")
    #expect(next?.seconds == seconds)
  }

  @Test(arguments: [(1, 1.0), (2, 2.0), (3, 4.0), (4, 5.0), (200, 5.0)])
  func doublesThePauseUpToTheLongest(_ count: Int, _ seconds: Double) throws {
    let retry = StepOptions.Retry(
      every: .seconds(1), within: .seconds(86_400), attempts: nil, isExponential: true,
      longestPause: .seconds(5))
    let next = try #require(retry.nextStart(last: .epoch, spent: .zero, after: count, key: ""))
    #expect(next.since(.epoch) == .seconds(seconds))
  }

  @Test func shortensAPauseByTheSameShareEachTimeItIsAsked() throws {
    let retry = StepOptions.Retry(
      every: .seconds(10), within: nil, attempts: 100, jitterPercent: 50)
    let pauses = try (1...50).map { count in
      try #require(retry.nextStart(last: .epoch, spent: .zero, after: count, key: "r1 a"))
        .since(.epoch)
    }
    #expect(pauses.allSatisfy { (Duration.seconds(5)...Duration.seconds(10)).contains($0) })
    #expect(Set(pauses).count > 40)
    let again = retry.nextStart(last: .epoch, spent: .zero, after: 7, key: "r1 a")
    #expect(again?.since(.epoch) == pauses[6])
  }

  @Test(arguments: [
    ("exit 3", true), ("exit 4", false), ("40001", true), ("40P01", true), ("42P01", false),
    ("57014", true), ("503", true), ("404", false),
  ]) func triesOnlyTheNamedFailuresAgain(_ code: String, _ isTriedAgain: Bool) async throws {
    let condition = StepOptions.RetryCondition(
      exitCodes: [3], sqlStates: ["40", "57014"], statuses: [503])
    var simulation = Simulation(
      [
        step("v", .verification) {
          $0.retry = StepOptions.Retry(
            every: .seconds(1), within: nil, attempts: 2, condition: condition)
        }
      ], outcomes: ["v": [.failure(StepFailure(.refused, "no", code: code)), .success]])
    simulation.clock = ManualClock()
    let state = try await simulation.run()
    #expect(state.step("v").attempts == (isTriedAgain ? 2 : 1))
  }

  @Test func asksAnExpressionWhetherToTryAgain() async throws {
    let condition = StepOptions.RetryCondition(
      expression: source("failure.cause == 'lock' && failure.message.contains('busy')"))
    let simulation = Simulation(
      [
        step("v", .verification) {
          $0.retry = StepOptions.Retry(
            every: .seconds(1), within: nil, attempts: 5, condition: condition)
        }
      ],
      outcomes: [
        "v": [
          .failure(StepFailure(.lock, "busy")), .failure(StepFailure(.lock, "broken")), .success,
        ]
      ])
    let state = try await simulation.run()
    #expect(state.step("v").attempts == 2)
  }

  @Test func beginsNoAttemptAfterTheStepsDeadline() async throws {
    let simulation = Simulation(
      [
        step("v", .verification) {
          $0.retry = StepOptions.Retry(every: .seconds(10), within: nil, attempts: 100)
          $0.deadline = .seconds(25)
        }
      ],
      outcomes: ["v": Array(repeating: .failure(StepFailure(.refused, "no")), count: 100)])
    let state = try await simulation.run()
    #expect(state.step("v").attempts == 3)
  }
}
