import RunbookModel
import Testing

@testable import RunbookEngine

/// A run in which something did not come back is not resolved, whatever its verification says.
struct RemainderEndTests {
  private static func state(_ result: Value) throws -> RunState {
    func record(_ id: StepID, _ phase: Phase) -> StepRecord {
      StepRecord(id: id, title: "t", phase: phase, kind: "sql", line: 1, captures: [])
    }
    var state = RunState()
    let start = RunStarted(
      toolVersion: "0", run: RunID(rawValue: "r1"),
      runbook: RunbookRecord(
        name: "n", title: "t", severity: .low, owner: nil,
        steps: [record("v", .verification), record("s", .safeguards)], report: .map(ValueMap()),
        folder: "/", fileName: "f", sources: []),
      inputs: [], constants: .map(ValueMap()), connections: [], planFingerprint: .zero,
      isSandbox: false, isDrill: false, host: "h", approvals: [], secretCount: 0)
    let finished = AttemptFinished(
      step: "s", attempt: 1, outcome: .succeeded, result: result, captures: .map(ValueMap()),
      elapsedMicroseconds: 0)
    for event in [
      .runStarted(start), EventSample.attemptStarted.event(about: "s"), .attemptFinished(finished),
      EventSample.attemptStarted.event(about: "v"), EventSample.attemptSucceeded.event(about: "v"),
    ] {
      try state.apply(event, at: .epoch, by: Actor(account: "ann"))
    }
    return state
  }

  private static let results: [(Value, RunEnded.Status)] = [
    (.map(ValueMap([("remains", .list([.string("t: 5 rows")]))])), .unverified),
    (.map(ValueMap([("left_to_do", .list([.string("t.c: 2 rows have no value")]))])), .resolved),
    (.map(ValueMap([("remains", .list([]))])), .resolved),
  ]

  @Test(arguments: results)
  func endsAsItWasLeft(_ result: Value, _ status: RunEnded.Status) throws {
    let state = try Self.state(result)
    let simulation = Simulation([step("v", .verification), step("s", .safeguards)])
    let plan = simulation.plan
    var machine = RunMachine(plan: plan, binder: Binder(plan: plan, kinds: simulation.kinds))
    let command = machine.decide(
      state, scope: RunScope(plan: plan, state: state), now: .epoch)
    #expect(command.summary == "end \(status.rawValue)")
    #expect(state.isVerified == (status == .resolved))
    let end = RunEnded(status: .resolved, reason: "every verification step passed")
    #expect((state.objection(to: end) == nil) == (status == .resolved))
  }
}
