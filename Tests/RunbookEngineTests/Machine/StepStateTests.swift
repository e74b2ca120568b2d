import RunbookModel
import Testing

@testable import RunbookEngine

/// The table of `StepState`: every pair is in `followers`, or must be refused.
struct StepStateTests {
  private static let followers: [StepState.Status: [EventSample: StepState.Status]] = [
    .pending: [.attemptStarted: .running, .stepSkipped: .skipped, .stepDeclined: .skipped],
    .running: [
      .attemptStarted: .running, .attemptSucceeded: .succeeded, .attemptFailed: .failed,
      .attemptUnknown: .unknown, .settledDone: .succeeded, .settledNotDone: .pending,
      .settledUnknown: .unknown, .attemptUnable: .failed, .declaredDone: .succeeded,
      .declaredNotDone: .pending, .attemptRefused: .failed,
    ],
    .failed: [
      .attemptStarted: .running, .stepSkipped: .skipped, .settledDone: .succeeded,
      .settledNotDone: .failed, .settledUnknown: .unknown, .retryRequested: .failed,
      .stepDeclined: .skipped, .declaredDone: .succeeded, .declaredNotDone: .pending,
      .stepReopened: .pending,
    ],
    .unknown: [
      .attemptStarted: .running, .stepSkipped: .skipped, .settledDone: .succeeded,
      .settledNotDone: .failed, .settledUnknown: .unknown, .stepDeclined: .skipped,
      .declaredDone: .succeeded, .declaredNotDone: .pending,
    ],
    .succeeded: [.stepReopened: .pending],
    .skipped: [:],
  ]

  @Test(arguments: StepState.Status.allCases, EventSample.allCases)
  func followsItsTable(_ status: StepState.Status, _ sample: EventSample) {
    var state = StepState()
    state.status = status
    state.attempts = status == .pending ? 0 : 1
    let before = state
    let attempt = state.attempts + (sample == .attemptStarted ? 1 : 0)
    let isTaken = state.apply(sample.event(attempt: attempt), at: .epoch, by: Self.ann)
    let expected = Self.followers[status]?[sample]
    #expect(isTaken == (expected != nil))
    #expect(state.status == expected ?? status)
    if expected == nil { #expect(state == before) }
  }

  /// In a step whose second attempt is under way.
  @Test(arguments: [
    (EventSample.attemptStarted, 3), (.attemptSucceeded, 2), (.attemptFailed, 2),
    (.attemptUnknown, 2), (.settledDone, 2), (.settledNotDone, 2), (.settledUnknown, 2),
    (.attemptUnable, 2), (.attemptRefused, 2), (.declaredDone, 2), (.declaredNotDone, 2),
  ])
  func refusesAttemptsOutOfOrder(_ sample: EventSample, _ expected: Int) {
    for attempt in 0...4 {
      var state = StepState()
      state.status = .running
      state.attempts = 2
      let before = state
      let isTaken = state.apply(sample.event(attempt: attempt), at: .epoch, by: Self.ann)
      #expect(isTaken == (attempt == expected))
      #expect((state == before) == (attempt != expected))
    }
  }

  /// What was found out comes first, and then a person's word on it.
  @Test(arguments: EventSample.allCases)
  func aWordMayFollowWhatWasFoundNotDone(_ sample: EventSample) {
    var state = StepState()
    state.status = .pending
    state.attempts = 1
    guard [.settledNotDone, .declaredNotDone, .settledDone, .declaredDone].contains(sample) else {
      return
    }
    let isTaken = state.apply(sample.event(attempt: 1), at: .epoch, by: Self.ann)
    #expect(isTaken == [.settledNotDone, .declaredNotDone].contains(sample))
    #expect(state.status == .pending)
  }

  @Test func keepsTheTimeOfItsFirstAttempt() throws {
    var state = StepState()
    let later = try #require(Timestamp(seconds: 60))
    _ = state.apply(EventSample.attemptStarted.event(), at: .epoch, by: Self.ann)
    _ = state.apply(EventSample.attemptFailed.event(), at: .epoch, by: Self.ann)
    _ = state.apply(EventSample.attemptStarted.event(attempt: 2), at: later, by: Self.ann)
    #expect(state.firstStartedAt == .epoch)
    #expect(state.failure == nil)
  }

  /// What a step counts as: a person's word is never more than that.
  @Test(
    arguments: [
      ([.attemptStarted, .attemptSucceeded], .passed),
      ([.attemptStarted, .attemptFailed], .failed),
      ([.attemptStarted, .attemptUnable], .open),
      ([.stepSkipped], .notApplicable),
      ([.stepDeclined], .skipped(PersonsWord(actor: ann, reason: "not needed"))),
      (
        [.attemptStarted, .attemptUnable, .stepDeclined],
        .skipped(PersonsWord(actor: ann, reason: "not needed"))
      ),
      ([.attemptStarted, .attemptFailed, .stepDeclined], .failed),
      ([.attemptStarted, .declaredDone], .declared(PersonsWord(actor: ann, reason: "said so"))),
      ([.attemptStarted, .settledDone], .passed),
      ([.attemptStarted, .declaredNotDone], .open),
      ([.attemptStarted, .attemptUnknown], .open),
      ([], .open),
    ] as [([EventSample], VerificationTally.Fate)])
  func countsAs(_ samples: [EventSample], _ fate: VerificationTally.Fate) {
    var state = StepState()
    for sample in samples {
      let isTaken = state.apply(sample.event(), at: .epoch, by: Self.ann)
      #expect(isTaken)
    }
    #expect(state.fate == fate)
  }

  private static let ann = Actor(account: "ann")
}
