import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// What is said of a held run, and of a step, is as people have decided by now, with who it was.
struct DecidedHoldTests {
  private static let ann = Actor(account: "ann")
  private static let bob = Actor(account: "bob")

  private static func state(
    held cause: RunHeld.Cause, approvals: Int = 2,
    by decisions: [(Actor, GateDecided.Decision, String?)]
  ) throws -> RunState {
    var state = RunState()
    let hold = RunHeld(cause: cause, subject: "fix", message: "as it was held")
    let events: [Event] = [
      EventSample.runStarted.event(),
      .gateOpened(EventSample.gate("fix", approvals: approvals)), .runHeld(hold),
    ]
    for event in events { try state.apply(event, at: .epoch, by: ann) }
    for (actor, decision, reason) in decisions {
      try state.apply(
        .gateDecided(
          GateDecided(
            gate: "fix", decision: decision, means: .approveCommand, digest: .zero, reason: reason)),
        at: .epoch, by: actor)
    }
    return state
  }

  @Test(
    arguments: [
      ([], "as it was held"),
      (
        [(ann, .approved, nil)],
        "the gate 'fix' needs the approval of one more person; approved by ann"
      ),
      (
        [(ann, .approved, nil), (bob, .approved, nil)],
        "the gate 'fix' has been approved since by ann, bob: 'resume' goes on"
      ),
      (
        [(ann, .approved, nil), (bob, .approved, nil), (bob, .withdrawn, "no")],
        "the gate 'fix' needs the approval of one more person; approved by ann"
      ),
      ([(bob, .refused, "not now")], "the gate 'fix' was refused by bob: not now"),
      (
        [(bob, .refused, "not now"), (bob, .withdrawn, "now")],
        "the gate 'fix' must be approved by 2 people, each from an account of their own"
      ),
    ] as [([(Actor, GateDecided.Decision, String?)], String)])
  func aHoldSaysHowItsGateStandsByNow(
    _ decisions: [(Actor, GateDecided.Decision, String?)], _ message: String
  ) throws {
    for cause in [RunHeld.Cause.gate, .refusal] {
      #expect(try Self.state(held: cause, by: decisions).hold?.message == message)
    }
  }

  @Test func whatAGateIsDecidedToChangesNoOtherHold() throws {
    let state = try Self.state(held: .failedStep, by: [(Self.ann, .approved, nil)])
    #expect(state.hold?.message == "as it was held")
  }

  @Test func knowsWhoGaveTheRunUp() throws {
    var state = try Self.state(held: .gate, by: [])
    #expect(state.giver == nil)
    try state.apply(EventSample.runEnded.event(), at: .epoch, by: Self.bob)
    #expect(state.giver == Self.bob)
  }

  /// Proof that it is not done stays proof, whoever says so too.
  @Test(
    arguments: [
      ([EventSample.declaredNotDone], true), ([.settledUnknown, .declaredNotDone], true),
      ([.settledNotDone], false), ([.settledNotDone, .declaredNotDone], false),
      ([.declaredNotDone, .attemptStarted], false), ([.settledUnknown, .declaredDone], false),
    ] as [([EventSample], Bool)])
  func aStepIsDeniedOnAWordAlone(_ samples: [EventSample], _ isDenied: Bool) throws {
    var state = RunState()
    let start = [EventSample.runStarted.event(), EventSample.attemptStarted.event()]
    for event in start { try state.apply(event, at: .epoch, by: Self.ann) }
    for sample in samples {
      let attempt = sample == .attemptStarted ? 2 : 1
      try state.apply(sample.event(attempt: attempt), at: .epoch, by: Self.bob)
    }
    let word = PersonsWord(actor: Self.bob, reason: "said so")
    #expect(state.step("a").denial == (isDenied ? word : nil))
  }

  /// Whoever carries the run out has decided nothing.
  @Test func aSafeguardIsDeclinedByWhoRefusedIt() async throws {
    var simulation = Simulation([
      confirmation(), step("fix", .recovery), step("v", .verification), step("s", .safeguards),
    ])
    simulation.effects = ["s": .mutating]
    simulation.options.approvals = ["recovery"]
    let held = try await simulation.run()
    let gate = try #require(held.gates["s"]?.opened)
    let resumed = simulation.crashed(after: simulation.journal.stored)
    _ = try await resumed.journal.append(
      [
        .gateDecided(
          GateDecided(
            gate: "s", decision: .refused, means: .approveCommand, digest: gate.digest,
            reason: "too risky"))
      ], by: Self.bob, at: .epoch)
    let state = try await resumed.resume()
    #expect(
      state.step("s").skip?.word
        == PersonsWord(actor: Self.bob, reason: "its gate was refused: too risky"))
    let stored = try RunState(replaying: resumed.journal.stored)
    #expect(stored.step("s").skip?.word.actor == Self.bob)
  }
}
