import RunbookDrill
import RunbookModel
import Synchronization
import Testing

@testable import RunbookEngine

/// A wall clock that is set back makes nothing longer than it is.
struct ClockLawTests {
  private static let hour = Duration.seconds(3600)

  /// A journal during one of whose appends, counted from 1, or during each, the clock is set back by an hour.
  private final class TurningJournal: Journal {
    private let base: MemoryJournal
    private let clock: ManualClock
    private let turn: Int?
    private let count = Mutex(0)

    init(_ base: MemoryJournal, _ clock: ManualClock, at turn: Int?) {
      self.base = base
      self.clock = clock
      self.turn = turn
    }

    func append(
      _ events: [Event], by actor: Actor, at time: Timestamp
    ) async throws(StoreError) -> [Entry] {
      let number = count.withLock { count in
        count += 1
        return count
      }
      if turn ?? number == number { clock.setBack(by: ClockLawTests.hour) }
      return try await base.append(events, by: actor, at: time)
    }

    func entries() async throws(StoreError) -> [Entry] { try await base.entries() }
  }

  private func simulation(_ change: (inout StepOptions) -> Void) -> Simulation {
    var simulation = Simulation(
      [step("v", .verification, change)],
      outcomes: ["v": Array(repeating: .failure(StepFailure(.refused, "no")), count: 50)])
    let start = Timestamp(rfc3339: "2025-10-18T12:00:00Z") ?? .epoch
    simulation.clock = ManualClock(at: start)
    let clock = simulation.clock
    simulation.whilePerforming = { _ in clock.advance(by: .seconds(1)) }
    return simulation
  }

  private func run(_ simulation: Simulation, at turn: Int? = nil) async throws -> RunState {
    let journal = TurningJournal(simulation.journal, simulation.clock, at: turn)
    var executor = Executor(
      plan: simulation.plan, ports: simulation.ports(over: journal), options: simulation.options)
    try await executor.run()
    return executor.state
  }

  @Test func aPauseIsNoLongerThanItself() async throws {
    let simulation = simulation {
      $0.retry = StepOptions.Retry(every: .seconds(5), within: nil, attempts: 3)
    }
    let state = try await run(simulation)
    #expect(state.step("v").attempts == 3)
    #expect(simulation.clock.sleeps == [.seconds(5), .seconds(5)])
    #expect(
      simulation.observer.progress.filter { $0.begins(with: "Waiting") } == [
        "Waiting 5s before attempt 2 of step 'v'", "Waiting 5s before attempt 3 of step 'v'",
      ])
  }

  /// Attempts of a second, and pauses of two: the third ends after seven. Set back within an attempt the clock
  /// changes nothing; within a pause, that pause does not count.
  @Test(arguments: [(1, 3), (3, 3), (5, 3), (2, 4), (4, 4)])
  func aRetryEndsInItsTime(_ turn: Int, _ attempts: Int) async throws {
    let within = simulation {
      $0.retry = StepOptions.Retry(every: .seconds(2), within: .seconds(7), attempts: nil)
    }
    #expect(try await run(within, at: turn).step("v").attempts == attempts)
    let deadline = simulation {
      $0.retry = StepOptions.Retry(every: .seconds(2), within: nil, attempts: 50)
      $0.deadline = .seconds(7)
    }
    #expect(try await run(deadline, at: turn).step("v").attempts == attempts)
  }

  @Test func aRunsDeadlineStaysWhereItIs() async throws {
    let steps = (1...9).map { step("v\($0)", .verification) }
    var simulation = Simulation(runbook(steps, deadline: .seconds(5)))
    let clock = simulation.clock
    simulation.whilePerforming = { _ in clock.advance(by: .seconds(2)) }
    let state = try await run(simulation)
    #expect(state.hold?.cause == .deadline)
    #expect(state.steps.values.count { $0.status == .succeeded } == 3)
  }
}
