import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// Law L6 within the process that performed the step: what was cut off, or ended in its midst, is unknown.
struct OpenEffectLawTests {
  /// An attempt whose effect is open, by the way in which it failed.
  struct Way: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let outcome: SimulatedOutcome
    var expects = false
  }

  private static func open(_ change: (inout StepResult) -> Void = { _ in }) -> StepResult {
    var result = StepResult(values: ValueMap([("stdout", "begun")]))
    result.isEffectOpen = true
    change(&result)
    return result
  }

  private static let killed = PresumedFailure(
    FailureRecord(cause: .refused, message: "ended", code: "signal 9"), toldBy: "signal")

  static let ways = [
    Way(
      testDescription: "a timeout",
      outcome: .failure(StepFailure(.timeout, "too long", mayRetryHelp: true, partial: open()))),
    Way(
      testDescription: "a signal",
      outcome: .result(
        open {
          $0.presumedFailure = killed
        })),
    Way(
      testDescription: "a signal, and an expect that does not ask for it",
      outcome: .result(
        open {
          $0.values = ValueMap([("stdout", "done")])
          $0.presumedFailure = killed
        }), expects: true),
    Way(testDescription: "an expect", outcome: .result(open()), expects: true),
    Way(
      testDescription: "a lost connection", outcome: .failure(StepFailure(.lost, "gone"))),
  ]

  private func simulation(
    _ way: Way, phase: Phase = .recovery, _ change: (inout StepOptions) -> Void = { _ in }
  ) -> Simulation {
    let fix = step("fix", phase) {
      $0.retry = StepOptions.Retry(every: .seconds(1), within: nil, attempts: 3)
      if way.expects { $0.expect = [source("stdout == 'done'")] }
      change(&$0)
    }
    var simulation = Simulation(
      [confirmation(), fix, step("v", .verification)],
      outcomes: ["fix": [way.outcome, .values(["stdout": "done"])]])
    if phase.mayChange { simulation.effects = ["fix": .mutating] }
    simulation.options.approvals = ["recovery"]
    return simulation
  }

  @Test(arguments: ways) func l6NoRetryRepeatsIt(_ way: Way) async throws {
    let simulation = simulation(way)
    let state = try await simulation.run()
    #expect(state.hold?.cause == .unknownStep)
    #expect(state.step("fix").attempts == 1)
    #expect(simulation.history.contains("unknown fix#1"))
    #expect(simulation.clock.sleeps.isEmpty)
  }

  @Test(arguments: ways) func l6AProbeThatSaysThatItIsDoneEndsIt(_ way: Way) async throws {
    var simulation = simulation(way) { $0.settle = settle(done: "stdout == 'yes'") }
    simulation.probes["fix"] = [.values(["stdout": "yes"])]
    let state = try await simulation.run()
    #expect(state.endStatus == .resolved)
    #expect(state.step("fix").attempts == 1)
  }

  @Test(arguments: ways) func aProbeThatSaysThatItIsNotDoneLetsTheRetryGoOn(_ way: Way) async throws
  {
    var simulation = simulation(way) { $0.settle = settle(done: "stdout == 'yes'") }
    simulation.probes["fix"] = [.values(["stdout": "no"])]
    let state = try await simulation.run()
    #expect(state.endStatus == .resolved)
    #expect(state.step("fix").attempts == 2)
    #expect(simulation.history.contains("settled fix#1 notDone by probe"))
  }

  @Test(arguments: ways) func whatOnlyReadsHasFailed(_ way: Way) async throws {
    let simulation = simulation(way, phase: .verification)
    let state = try await simulation.run()
    #expect(state.endStatus == .resolved)
    #expect(simulation.history.contains("failed fix#1"))
    #expect(state.step("fix").attempts == 2)
  }

  /// What an author expects is known.
  @Test func anExpectMayAcceptIt() async throws {
    let way = Way(testDescription: "", outcome: .result(Self.open()))
    let simulation = simulation(way) { $0.expect = [source("stdout == 'begun'")] }
    #expect(try await simulation.run().endStatus == .resolved)
  }

  /// A failure of which it is known that the work had ended is the author's to try again.
  @Test func whatEndedByItselfIsRetried() async throws {
    let way = Way(
      testDescription: "", outcome: .failure(StepFailure(.refused, "no", code: "exit 3")))
    let state = try await simulation(way).run()
    #expect(state.endStatus == .resolved)
    #expect(state.step("fix").attempts == 2)
  }

  @Test func whatCanBeSeenOfItIsTold() async throws {
    var simulation = simulation(Self.ways[0])
    simulation.settlements["fix"] = SimulatedSettlement(traces: ["a trace is there"])
    let state = try await simulation.run()
    #expect(state.hold?.message.ends(with: "; a trace is there") == true)
  }
}
