import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// A person's word lets a run go on, and makes no facts.
struct PersonsWordTests {
  private static func skip(_ step: StepID) -> Event {
    .stepSkipped(StepSkipped(step: step, cause: .decision, reason: "no time"))
  }

  /// Detection, recovery and two verification steps, of which the second could not be carried out.
  private func held(
    _ failure: SimulatedOutcome = .failure(StepFailure(.unreachable, "no server"))
  ) async throws -> Simulation {
    var simulation = Simulation(
      [confirmation(), step("fix", .recovery), step("v", .verification), step("w", .verification)],
      outcomes: ["w": [failure, .success]])
    simulation.options.approvals = ["recovery"]
    try await simulation.run()
    return simulation.crashed(after: simulation.journal.stored)
  }

  @Test func aVerificationThatCouldNotRunHoldsAndIsTriedAgain() async throws {
    let simulation = try await held()
    #expect(simulation.history.last == "held verification w")
    let state = try RunState(replaying: simulation.journal.stored)
    #expect(
      state.hold?.message == "verification step 'w' could not be carried out: no server")
    let resumed = try await simulation.resume()
    #expect(resumed.endStatus == .resolved)
    #expect(resumed.step("v").attempts == 1)
    #expect(resumed.step("w").attempts == 2)
  }

  @Test func aVerificationThatCouldNotRunIsRetriedByAPerson() async throws {
    let simulation = try await held()
    let state = try await simulation.resume(
      decisions: [.retryRequested(RetryRequested(step: "w", reason: nil))])
    #expect(state.endStatus == .resolved)
  }

  @Test func aSkippedVerificationLeavesTheRunUnverified() async throws {
    let simulation = try await held()
    let state = try await simulation.resume(decisions: [Self.skip("w")])
    #expect(
      state.lifecycle
        == .ended(
          RunEnded(
            status: .unverified,
            reason: "1 of 2 verification steps passed, 1 was skipped (reason: no time)")))
  }

  @Test(
    arguments: [
      (.refused, "57P01"), (.lost, nil), (.timeout, nil), (.lock, "55P03"), (.invalid, nil),
      (.unreachable, nil), (.refused, "42501"), (.refused, "exit 127"), (.refused, "signal 9"),
    ] as [(FailureRecord.Cause, String?)])
  func whateverKeepsAVerificationFromRunningHoldsIt(
    _ cause: FailureRecord.Cause, _ code: String?
  ) async throws {
    let simulation = try await held(.failure(StepFailure(cause, "m", code: code)))
    #expect(simulation.history.last == "held verification w")
  }

  @Test(
    arguments: [
      (.expectation, nil), (.refused, "exit 1"), (.refused, "42P01"), (.refused, "500"),
    ] as [(FailureRecord.Cause, String?)])
  func whatAVerificationFoundEndsTheRun(
    _ cause: FailureRecord.Cause, _ code: String?
  ) async throws {
    let simulation = try await held(.failure(StepFailure(cause, "m", code: code)))
    #expect(simulation.history.last == "ended failed")
  }

  @Test func aValueThatIsNotThereHoldsAVerification() async throws {
    var simulation = Simulation([
      confirmation(),
      step("fix", .recovery),
      step("v", .verification, text: "${{ steps['absent'].stdout }}"),
    ])
    simulation.options.approvals = ["recovery"]
    #expect(try await simulation.run().hold?.cause == .verification)
  }

  @Test func anExpectationThatCannotBeJudgedHoldsAVerification() async throws {
    let simulation = Simulation(
      [step("v", .verification) { $0.expect = [source("rows[0].n == 0")] }],
      outcomes: ["v": [.values(["rows": []])]])
    #expect(try await simulation.run().hold?.cause == .verification)
  }

  @Test func aRetryGoesBeforeTheHold() async throws {
    let simulation = Simulation(
      [
        step("v", .verification) {
          $0.retry = StepOptions.Retry(every: .seconds(1), within: nil, attempts: 2)
        }
      ], outcomes: ["v": [.failure(StepFailure(.unreachable, "not yet")), .success]])
    #expect(try await simulation.run().endStatus == .resolved)
  }

  @Test func aSkippedDetectionDoesNotSayThatThereIsNoIncident() async throws {
    let simulation = Simulation([
      step("look", .detection) { $0.confirms = source("false") }, step("fix", .recovery),
    ])
    try await simulation.run()
    // Held by hand, before its detection.
    let begun = simulation.crashed(after: Array(simulation.journal.stored.prefix(1)))
    let state = try await begun.resume(decisions: [Self.skip("look")])
    #expect(
      state.lifecycle
        == .ended(
          RunEnded(
            status: .undetermined,
            reason: "detection step 'look' was skipped (reason: no time)")))
  }

  @Test func aDetectionThatWasDeclaredDoneDoesNotSayThatThereIsNoIncident() async throws {
    let simulation = Simulation([
      step("look", .detection) { $0.confirms = source("true") }, step("fix", .recovery),
    ])
    try await simulation.run()
    let crashed = try simulation.crashed(during: "look")
    _ = try await crashed.journal.append(
      [Self.word(on: "look", .done)], by: Actor(account: "bob"), at: .epoch)
    #expect(try await crashed.resume().endStatus == .undetermined)
  }

  @Test func aVerificationThatWasDeclaredDoneVerifiesNothing() async throws {
    let simulation = Simulation([step("v", .verification), step("w", .verification)])
    try await simulation.run()
    let crashed = try simulation.crashed(during: "v")
    _ = try await crashed.journal.append(
      [Self.word(on: "v", .done)], by: Actor(account: "bob"), at: .epoch)
    let state = try await crashed.resume()
    #expect(state.endStatus == .unverified)
    #expect(
      state.step("v").declaration
        == PersonsWord(actor: Actor(account: "bob"), reason: "I looked"))
  }

  @Test func aStepThatAChangeTookOutStillCounts() async throws {
    let simulation = try await held()
    var changed = simulation
    changed.runbook = runbook([confirmation(), step("fix", .recovery), step("v", .verification)])
    let change = PlanChange(to: changed.plan, difference: "-w")
    let state = try await changed.resume(decisions: [Self.skip("w")], change: change)
    #expect(state.endStatus == .unverified)
  }

  private static let phases:
    [(Phase, SettlementWay?, StepState.Status, Bool, RunState.WordRefusal?)] =
      [
        (.detection, .repeatable, .running, false, .repeatable),
        (.verification, .repeatable, .running, false, .repeatable),
        (.timeline, nil, .running, false, .repeatable),
        (.recovery, .repeatable, .running, false, .repeatable),
        (.recovery, .receipt, .running, false, .notLookedFor(.receipt)),
        (.recovery, .receipt, .unknown, false, .notLookedFor(.receipt)),
        (.recovery, .receipt, .unknown, true, nil),
        (.safeguards, .probe, .running, false, .notLookedFor(.probe)),
        (.safeguards, .probe, .unknown, true, nil),
        (.recovery, nil, .running, false, .notLookedFor(nil)),
        (.recovery, nil, .unknown, true, nil),
        (.recovery, .word, .running, false, .notLookedFor(.word)),
        (.recovery, .word, .unknown, true, nil),
      ]

  /// A word is taken where nothing else can tell.
  @Test(arguments: phases)
  func takesAWordOnlyOfWhatCannotBeSettled(
    _ phase: Phase, _ way: SettlementWay?, _ status: StepState.Status, _ wasLookedFor: Bool,
    _ refusal: RunState.WordRefusal?
  ) throws {
    var state = RunState()
    let ann = Actor(account: "ann")
    try state.apply(EventSample.runStarted.event(), at: .epoch, by: ann)
    var events: [Event] = [
      .attemptStarted(
        AttemptStarted(
          step: "a", attempt: 1, effect: .mutating, isEffectDeclared: false, connection: nil,
          work: [], settledBy: way))
    ]
    if status == .unknown { events.append(EventSample.attemptUnknown.event(about: "a")) }
    if wasLookedFor { events.append(EventSample.settledUnknown.event(about: "a")) }
    for event in events { try state.apply(event, at: .epoch, by: ann) }
    let record = StepRecord(
      id: "a", title: "A", phase: phase, kind: "sql", line: 1, captures: [])
    #expect(state.refusal(ofWordOn: record) == refusal)
  }

  @Test func whatWasFoundOutBeforeTheRunWasTakenUpAgainIsAskedAnew() throws {
    var state = RunState()
    let ann = Actor(account: "ann")
    let events = [
      EventSample.runStarted.event(), EventSample.attemptStarted.event(about: "a"),
      EventSample.settledUnknown.event(about: "a"), EventSample.runResumed.event(),
    ]
    for event in events { try state.apply(event, at: .epoch, by: ann) }
    let record = StepRecord(
      id: "a", title: "A", phase: .recovery, kind: "sql", line: 1, captures: [])
    #expect(state.refusal(ofWordOn: record) == .notLookedFor(nil))
  }

  @Test func theHoldSaysWhatTheReceiptShowed() async throws {
    var simulation = Simulation(
      runbook([confirmation(), step("fix", .recovery, kind: "sql")], connections: [connection()]),
      outcomes: [
        "fix": [
          .failure(StepFailure(.lost, "lost; whether the work took effect is not known")), .success,
        ]
      ])
    simulation.effects = ["fix": .mutating]
    simulation.options.approvals = ["recovery"]
    let state = try await simulation.run()
    #expect(
      state.hold?.message
        == "step 'fix' failed: it did not take effect: no receipt is there, "
        + "and this run's lease keeps a late one from being written")
  }

  @Test(arguments: [(Settlement.done, "counts as done"), (.notDone, "counts as not done")])
  func aHoldSaysWhatAPersonHasDecided(_ settlement: Settlement, _ words: String) async throws {
    var simulation = Simulation(
      [confirmation(), step("fix", .recovery)],
      outcomes: ["fix": [.failure(StepFailure(.lost, "gone")), .success]])
    simulation.effects = ["fix": .mutating]
    simulation.options.approvals = ["recovery"]
    #expect(try await simulation.run().hold?.cause == .unknownStep)
    _ = try await simulation.journal.append(
      [Self.word(on: "fix", settlement)], by: Actor(account: "bob"), at: .epoch)
    let state = try RunState(replaying: simulation.journal.stored)
    #expect(state.hold?.cause == .decided)
    #expect(state.hold?.message == "step 'fix' \(words), on the word of bob: I looked")
  }

  @Test(
    arguments: [
      ([.stepDeclined], .resolved, true), ([.attemptStarted, .attemptSucceeded], .resolved, false),
      ([.stepDeclined], .unverified, false), ([.attemptStarted, .declaredDone], .resolved, true),
      ([.stepSkipped], .resolved, true), ([.attemptStarted, .attemptFailed], .resolved, true),
      ([.attemptStarted, .attemptSucceeded], .unverified, true),
      ([.attemptStarted, .attemptSucceeded], .failed, true),
      ([.attemptStarted, .attemptUnable], .failed, true), ([], .practised, true),
      ([], .abandoned, false),
    ] as [([EventSample], RunEnded.Status, Bool)])
  func anEndIsHeldAgainstTheEntriesBeforeIt(
    _ samples: [EventSample], _ status: RunEnded.Status, _ isObjectedTo: Bool
  ) throws {
    for (version, expected) in [(RunStarted.currentFormat, isObjectedTo), (4, false)] {
      var state = RunState()
      let start = Self.started([step("v", .verification)], version)
      try state.apply(.runStarted(start), at: .epoch, by: Actor(account: "ann"))
      for sample in samples {
        try state.apply(sample.event(about: "v"), at: .epoch, by: Actor(account: "ann"))
      }
      let objection = state.objection(to: RunEnded(status: status, reason: "r"))
      #expect((objection != nil) == expected, "version \(version): \(objection ?? "none")")
    }
  }

  private static func started(_ steps: [Step], _ version: Int) -> RunStarted {
    RunStarted(
      formatVersion: version, toolVersion: "0", run: RunID(rawValue: "r1"),
      runbook: RunbookRecord(
        name: "n", title: "t", severity: .low, owner: nil,
        steps: steps.map {
          StepRecord(
            id: $0.id, title: $0.title, phase: $0.phase, kind: $0.kind, line: 1, captures: [])
        }, report: .map(ValueMap()), folder: "/", fileName: "f", sources: []),
      inputs: [], constants: .map(ValueMap()), connections: [], planFingerprint: .zero,
      isSandbox: false, isDrill: false, host: "h", approvals: [], secretCount: 0)
  }

  private static func word(on step: StepID, _ settlement: Settlement) -> Event {
    .attemptSettled(
      AttemptSettled(
        step: step, attempt: 1, settlement: settlement, means: .word, detail: "I looked"))
  }
}
