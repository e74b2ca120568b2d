import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// Law L4: a changed runbook does not do again what is done, under whatever name.
struct PlanDoubtTests {
  /// A run that did `a`, in which `b` failed and `c` is to come.
  private func held() async throws -> (Simulation, RunState) {
    var simulation = Simulation(
      [confirmation()] + Self.recovery + [step("v", .verification)],
      outcomes: ["b": [.failure(StepFailure(.refused, "no", code: "exit 1"))]])
    simulation.effects = Dictionary(
      uniqueKeysWithValues: ["a", "b", "c", "a2", "n", "v2"].map { ($0, .mutating) })
    simulation.options.approvals = ["recovery"]
    try await simulation.run()
    return (simulation, try RunState(replaying: simulation.journal.stored))
  }

  private static let recovery = [
    step("a", .recovery, text: "pay one\npay two"), step("b", .recovery, text: "mend"),
    step("c", .recovery, text: "tidy"),
  ]

  private func doubts(_ steps: [Step]) async throws -> [String] {
    var (simulation, state) = try await held()
    simulation.runbook = runbook([confirmation()] + steps + [step("v", .verification)])
    return simulation.plan.doubts(about: state, kinds: simulation.kinds).map(\.why)
  }

  @Test func nothingIsSaidOfWhatIsAsItWas() async throws {
    #expect(try await doubts(Self.recovery) == [])
  }

  @Test func aStepThatDidNothingIsMendedFreely() async throws {
    let mended = [
      Self.recovery[0], step("b", .recovery, text: "mend it well"),
      step("n", .recovery, text: "more"), Self.recovery[2],
    ]
    #expect(try await doubts(mended) == [])
  }

  /// What was looked at cannot be looked at again once the run has changed something.
  @Test func whatDetectionLookedAtStaysOnceSomethingIsChanged() async throws {
    var (simulation, state) = try await held()
    simulation.runbook = runbook(
      [step("detect", .detection, text: "another") { $0.confirms = source("true") }]
        + Self.recovery + [step("v", .verification, text: "another")])
    let doubts = simulation.plan.doubts(about: state, kinds: simulation.kinds)
    #expect(doubts.map(\.step) == ["detect"])
    #expect(doubts.first?.why.holds("cannot look again") == true)
    #expect(doubts.first?.mayBeNamed == false)
  }

  @Test func aDoneStepUnderAnotherNameIsOneToBeNamed() async throws {
    let renamed = [step("a2", .recovery, text: "pay  one\npay two;")] + Self.recovery.dropFirst()
    #expect(try await doubts(Array(renamed)) == ["step 'a2' does what 'a' has done"])
  }

  /// What its work did stays, though its result was refused: under another name it is the same work.
  @Test(arguments: [false, true])
  func aStepWhoseResultWasRefusedIsDone(_ isSkipped: Bool) async throws {
    var simulation = Simulation([confirmation()] + Self.recovery + [step("v", .verification)])
    simulation.effects = ["a": .mutating, "b": .mutating, "c": .mutating, "a2": .mutating]
    simulation.options.approvals = ["recovery"]
    try await simulation.run()
    var state = RunState()
    for entry in simulation.journal.stored {
      if case .attemptFinished(let finished) = entry.event, finished.step == "a" { break }
      try state.apply(entry.event, at: entry.recordedAt, by: entry.actor)
    }
    let refused = AttemptFinished(
      step: "a", attempt: 1, outcome: .failed, result: .null,
      failure: FailureRecord(cause: .expectation, message: "expect was false"),
      elapsedMicroseconds: 1, isEffectDone: true)
    try state.apply(.attemptFinished(refused), at: .epoch, by: Actor(account: "ann"))
    if isSkipped {
      try state.apply(
        .stepSkipped(StepSkipped(step: "a", cause: .decision, reason: "it is paid")),
        at: .epoch, by: Actor(account: "ann"))
    }
    simulation.runbook = runbook(
      [confirmation(), step("a2", .recovery, text: "pay one\npay two")]
        + Self.recovery.dropFirst() + [step("v", .verification)])
    #expect(
      simulation.plan.doubts(about: state, kinds: simulation.kinds).map(\.why)
        == ["step 'a2' does what 'a' has done"])
  }

  @Test func aDoneStepThatWasRenamedAndEditedIsOneToBeNamed() async throws {
    let renamed = [step("a2", .recovery, text: "pay both")] + Self.recovery.dropFirst()
    #expect(
      try await doubts(Array(renamed)) == [
        "step 'a2' is new, and 'a', which is done, is not in the runbook any more: it may be the same work"
      ])
  }

  @Test func aDoneStepThatWasSplitIsGivenBackAndItsRestNamed() async throws {
    let split = [
      step("a", .recovery, text: "pay one"), Self.recovery[1],
      step("n", .recovery, text: "pay two"), Self.recovery[2],
    ]
    #expect(
      try await doubts(split) == [
        "step 'a' is done, and is not as it was carried out: put it back as it was, with the constants "
          + "and files that it names, and give what is new another id",
        "step 'n' is new, and 'a', which is done, does something else now: it may be the same work",
      ])
  }

  @Test func aDoneStepsWorkInAStepThatIsToComeIsOneToBeNamed() async throws {
    let moved = [
      Self.recovery[0], Self.recovery[1], step("c", .recovery, text: "pay one\npay two"),
    ]
    #expect(try await doubts(moved) == ["step 'c' does what 'a' has done"])
  }

  @Test func aStepThatIsPutBeforeADoneOneIsOneToBeNamed() async throws {
    let reordered = [Self.recovery[2], Self.recovery[0], Self.recovery[1]]
    #expect(
      try await doubts(reordered) == [
        "step 'c' stands before 'a', which is done: it would be performed after it"
      ])
  }

  @Test func anIdStaysInItsPhaseAndADoneOneOfItsKind() async throws {
    var (simulation, state) = try await held()
    simulation.runbook = runbook([
      confirmation(), step("a", .recovery, kind: "sql", text: "pay one\npay two"),
      step("b", .recovery, text: "mend"), step("v", .recovery), step("c", .verification),
    ])
    let doubts = simulation.plan.doubts(about: state, kinds: simulation.kinds)
    #expect(doubts.map(\.step) == ["a", "v", "c"])
    #expect(doubts.allSatisfy { !$0.mayBeNamed })
  }

  @Test func anEarlierChangeIsNotForgotten() async throws {
    let (simulation, _) = try await held()
    var changed = simulation.crashed(after: simulation.journal.stored)
    changed.runbook = runbook([confirmation(), Self.recovery[1], step("v", .verification)])
    changed.options.approvals = []
    try await changed.resume(change: PlanChange(to: changed.plan, difference: "-a"))
    let state = try RunState(replaying: changed.journal.stored)
    changed.runbook = runbook([
      confirmation(), Self.recovery[1], step("a2", .recovery, text: "pay both"),
      step("v", .verification),
    ])
    #expect(changed.plan.doubts(about: state, kinds: changed.kinds).map(\.step) == ["a2"])
  }
}
