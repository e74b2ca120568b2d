import RunbookDrill
import RunbookModel
import Synchronization
import Testing

@testable import RunbookEngine

/// Promise 2: wherever the process dies, the run comes to the same end, and nothing happens twice.
struct CrashLawTests {
  /// What was really done, counted outside of journal and receipts.
  private final class Ledger: Sendable {
    private let attempts = Mutex<[StepID: [Int]]>([:])

    func record(_ context: AttemptContext) {
      attempts.withLock { $0[context.step, default: []].append(context.attempt) }
    }

    subscript(step: StepID) -> [Int] { attempts.withLock { $0[step] ?? [] } }
  }

  private static let effects: [StepID: Effect] = [
    "receipt": .mutating, "probe": .mutating, "retried": .mutating, "guard": .mutating,
  ]

  private static var steps: [Step] {
    let twice = StepOptions.Retry(every: .seconds(1), within: nil, attempts: 5)
    return [
      step("log", .timeline) { $0.captures = [capture("lines", "stdout")] },
      step("detect", .detection) {
        $0.captures = [capture("missing", "stdout")]
        $0.confirms = source("missing == 'detect'")
      },
      step("flaky", .detection) { $0.retry = twice },
      step("receipt", .recovery, kind: "sql", text: "make ${{ missing }}") {
        $0.captures = [capture("made", "stdout")]
      },
      step("left", .recovery) { $0.when = source("missing == 'other'") },
      step("probe", .recovery, text: "start ${{ made }}") {
        $0.captures = [capture("began", "stdout")]
        $0.settle = settle(done: "stdout == 'probe'", notDone: "stdout == ''")
      },
      step("retried", .recovery, kind: "sql") {
        $0.retry = twice
        $0.when = source("began == 'probe'")
      },
      step("check", .verification) { $0.expect = [source("stdout == 'check'")] },
      step("guard", .safeguards, kind: "sql"),
    ]
  }

  private func simulation(_ ledger: Ledger) -> Simulation {
    var simulation = Simulation(runbook(Self.steps, connections: [connection()]))
    for step in Self.steps {
      simulation.outcomes[step.id] = Array(
        repeating: .values(["stdout": .string(step.id.rawValue)]), count: 6)
    }
    for id in ["flaky", "retried"] as [StepID] {
      simulation.outcomes[id]?[0] = .failure(StepFailure(.unreachable, "not yet"))
    }
    simulation.effects = Self.effects
    simulation.options.approvals = ["recovery", "guard", "probe", "retried"]
    simulation.whilePerforming = { ledger.record($0) }
    return simulation
  }

  /// What the world says of the attempt in flight.
  private func world(
    of simulation: Simulation, _ step: StepID, _ attempt: Int, isDone: Bool
  ) -> Simulation {
    var simulation = simulation
    let stdout = Value.string(step.rawValue)
    simulation.settlements[step] = SimulatedSettlement(
      receipt: isDone ? .of(["stdout": stdout], attempt: attempt) : nil)
    simulation.probes[step] = Array(
      repeating: .values(["stdout": isDone ? stdout : ""]), count: 6)
    return simulation
  }

  /// What must be the same, however often the process died.
  private struct Ending: Equatable {
    let lifecycle: RunState.Lifecycle
    let statuses: [StepID: StepState.Status]
    let results: [StepID: Value]
    let captures: [String: Value]
    let findings: [StepID]
    let approved: [String]

    init(_ state: RunState) {
      lifecycle = state.lifecycle
      statuses = state.steps.mapValues(\.status)
      results = state.steps.mapValues(\.result)
      captures = state.captures
      findings = state.findings
      approved = state.gates.filter(\.value.isApproved).keys.sorted()
    }
  }

  /// Takes the run up after each number of entries, in each way that the world may be by then.
  private func resumeEverywhere(
    _ simulation: Simulation, from first: Int,
    _ body: (_ resumed: Simulation, _ before: RunState, _ after: RunState, Ledger, Bool)
      async throws -> Void
  ) async throws {
    let entries = simulation.journal.stored
    for count in first..<entries.count {
      let before = try RunState(replaying: Array(entries.prefix(count)))
      let inFlight = before.steps.first { $0.value.status == .running }
      let isChange = inFlight.map { Self.effects[$0.key] != nil } ?? false
      for isDone in isChange ? [true, false] : [false] {
        let ledger = Ledger()
        var resumed = simulation.crashed(after: Array(entries.prefix(count)))
        resumed.whilePerforming = { ledger.record($0) }
        if let inFlight {
          resumed = world(of: resumed, inFlight.key, inFlight.value.attempts, isDone: isDone)
        }
        try await body(resumed, before, try await resumed.resume(), ledger, isDone)
      }
    }
  }

  private func check(
    _ before: RunState, _ after: RunState, _ ledger: Ledger, isDone: Bool, as ending: Ending
  ) {
    let place = "died after entry of \(before.steps.mapValues(\.status)), done: \(isDone)"
    #expect(Ending(after) == ending, "\(place)")
    for (id, state) in before.steps {
      let performed = ledger[id]
      switch state.status {
      // Behind the safeguard it is checked again.
      case .succeeded where id == "check":
        #expect(performed.allSatisfy { $0 == state.attempts + 1 }, "\(id) again, \(place)")
      case .succeeded, .skipped: #expect(performed.isEmpty, "\(id) again, \(place)")
      case .running where isDone: #expect(performed.isEmpty, "\(id) twice, \(place)")
      case .running, .failed, .pending, .unknown:
        #expect(performed.first ?? 1 == state.attempts + 1, "\(id) misnumbered, \(place)")
      }
    }
    for id in Self.effects.keys where before.steps[id] == nil {
      #expect(ledger[id].count == after.step(id).attempts, "\(id), \(place)")
    }
  }

  @Test func l6ACrashAfterAnyEntryChangesNothing() async throws {
    let simulation = simulation(Ledger())
    let ending = Ending(try await simulation.run())
    #expect(ending.captures.count == 4)
    var cases = 0
    try await resumeEverywhere(simulation, from: 1) { _, before, after, ledger, isDone in
      cases += 1
      check(before, after, ledger, isDone: isDone, as: ending)
    }
    #expect(cases > simulation.history.count)
  }

  @Test func l6ASecondCrashWhileItIsTakenUpChangesNothing() async throws {
    let simulation = simulation(Ledger())
    let ending = Ending(try await simulation.run())
    for intent in ["started receipt#1", "started probe#1", "started retried#2"] {
      let count = try #require(simulation.history.firstIndex(of: intent)) + 1
      let entries = Array(simulation.journal.stored.prefix(count))
      let step = try #require(
        try RunState(replaying: entries).steps.first {
          $0.value.status == .running
        })
      let first = world(
        of: simulation.crashed(after: entries), step.key, step.value.attempts, isDone: true)
      try await first.resume()
      try await resumeEverywhere(first, from: count) { _, before, after, ledger, isDone in
        // The first step's effect is there for good.
        if before.steps[step.key]?.status == .running, !isDone { return }
        check(before, after, ledger, isDone: isDone, as: ending)
      }
    }
  }
}
