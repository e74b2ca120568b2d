import RunbookModel
import Testing

@testable import RunbookEngine

/// The table of `RunState`: what is not in `accepted` must be refused.
struct RunStateTests {
  enum Stage: String, CaseIterable {
    case notStarted, running, held, ended

    /// In each but the first, step `a` runs, step `b` is pending, and the gate `recovery` is open.
    var events: [Event] {
      let started = [
        EventSample.runStarted.event(), EventSample.attemptStarted.event(about: "a"),
        EventSample.gateOpened.event(),
      ]
      switch self {
      case .notStarted: return []
      case .running: return started
      case .held: return started + [EventSample.runHeld.event()]
      case .ended: return started + [EventSample.runEnded.event()]
      }
    }

    var accepted: Set<EventSample> {
      switch self {
      case .notStarted: [.runStarted]
      case .running:
        Set(EventSample.allCases).subtracting([
          .runStarted, .attemptSkipped, .retryRequested, .stepReopened,
        ])
      case .held:
        [
          .noteAdded, .reportEdited, .runResumed, .gateDecided, .stepSkipped, .runEnded,
          .settledDone, .settledNotDone, .settledUnknown, .stepDeclined, .declaredDone,
          .declaredNotDone, .connectionIdentified, .otherIdentified,
        ]
      case .ended: [.noteAdded, .reportEdited, .gateDecided]
      }
    }
  }

  @Test(arguments: Stage.allCases, EventSample.allCases)
  func followsItsTable(_ stage: Stage, _ sample: EventSample) throws {
    var state = RunState()
    let actor = Actor(account: "ann")
    for event in stage.events { try state.apply(event, at: .epoch, by: actor) }
    let isAboutPending = [.attemptStarted, .stepSkipped, .stepDeclined].contains(sample)
    let event = sample.event(about: isAboutPending ? "b" : "a")
    if stage.accepted.contains(sample) {
      try state.apply(event, at: .epoch, by: actor)
    } else {
      #expect(throws: StoreError.self) { try state.apply(event, at: .epoch, by: actor) }
    }
  }

  /// Nobody holds back whoever approves while the run ends: the journal must stay readable.
  @Test func aDecisionThatComesTooLateChangesNothing() throws {
    let actor = Actor(account: "ann")
    var state = RunState()
    for event in Stage.ended.events { try state.apply(event, at: .epoch, by: actor) }
    let before = state
    try state.apply(EventSample.gateDecided.event(), at: .epoch, by: actor)
    #expect(state.gates == before.gates)
    #expect(state.lifecycle == before.lifecycle)
  }

  @Test(arguments: [Stage.running, .held])
  func refusesADecisionOnAGateThatWasNeverOpened(_ stage: Stage) throws {
    var state = RunState()
    let actor = Actor(account: "ann")
    for event in stage.events { try state.apply(event, at: .epoch, by: actor) }
    #expect(throws: StoreError.self) {
      try state.apply(EventSample.gateDecided.event(gate: "fix"), at: .epoch, by: actor)
    }
    #expect(state.gates["fix"] == nil)
  }

  @Test func toleratesADecisionThatComesAfterItsGateWasClosed() throws {
    var state = RunState()
    let actor = Actor(account: "ann")
    let events =
      Stage.running.events + [
        EventSample.runHeld.event(), EventSample.runResumed.event(),
        EventSample.gateDecided.event(),
      ]
    for event in events { try state.apply(event, at: .epoch, by: actor) }
    #expect(state.gates["recovery"] == nil)
  }

  /// A name that an account typed is that account's word.
  @Test func countsAnAccountOnce() throws {
    var gate = GateState(opened: EventSample.gate("recovery", approvals: 2), at: .epoch)
    let approval = GateDecided(
      gate: "recovery", decision: .approved, means: .terminal, digest: .zero)
    gate.take(approval, by: Actor(account: "ann"))
    gate.take(approval, by: Actor(account: "ann", name: "ann"))
    gate.take(approval, by: Actor(account: "ann", name: "bob"))
    #expect(!gate.isApproved)
    #expect(gate.missingApprovals == 1)
    gate.take(approval, by: Actor(account: "bob"))
    #expect(gate.isApproved)
  }

  @Test func ignoresADecisionOnOtherContent() {
    var gate = GateState(opened: EventSample.gate("recovery"), at: .epoch)
    let other = Digest.sha256(of: "other")
    gate.take(
      GateDecided(gate: "recovery", decision: .approved, means: .terminal, digest: other),
      by: Actor(account: "ann"))
    #expect(!gate.isApproved)
  }
}
