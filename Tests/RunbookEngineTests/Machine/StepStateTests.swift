import RunbookModel
import Testing

@testable import RunbookEngine

/// The table of `StepState`: every pair is in `followers`, or must be refused.
struct StepStateTests {
  private static let followers: [StepState.Status: [EventSample: StepState.Status]] = [
    .pending: [.attemptStarted: .running, .stepSkipped: .skipped],
    .running: [
      .attemptStarted: .running, .attemptSucceeded: .succeeded, .attemptFailed: .failed,
      .attemptUnknown: .unknown, .settledDone: .succeeded, .settledNotDone: .pending,
      .settledUnknown: .unknown,
    ],
    .failed: [
      .attemptStarted: .running, .stepSkipped: .skipped, .settledDone: .succeeded,
      .settledNotDone: .failed, .settledUnknown: .unknown, .retryRequested: .failed,
    ],
    .unknown: [
      .attemptStarted: .running, .stepSkipped: .skipped, .settledDone: .succeeded,
      .settledNotDone: .failed, .settledUnknown: .unknown,
    ],
    .succeeded: [:],
    .skipped: [:],
  ]

  @Test(arguments: StepState.Status.allCases, EventSample.allCases)
  func followsItsTable(_ status: StepState.Status, _ sample: EventSample) {
    var state = StepState()
    state.status = status
    state.attempts = status == .pending ? 0 : 1
    let before = state
    let attempt = state.attempts + (sample == .attemptStarted ? 1 : 0)
    let isTaken = state.apply(sample.event(attempt: attempt), at: .epoch)
    let expected = Self.followers[status]?[sample]
    #expect(isTaken == (expected != nil))
    #expect(state.status == expected ?? status)
    if expected == nil { #expect(state == before) }
  }

  /// In a step whose second attempt is under way.
  @Test(arguments: [
    (EventSample.attemptStarted, 3), (.attemptSucceeded, 2), (.attemptFailed, 2),
    (.attemptUnknown, 2), (.settledDone, 2), (.settledNotDone, 2), (.settledUnknown, 2),
  ])
  func refusesAttemptsOutOfOrder(_ sample: EventSample, _ expected: Int) {
    for attempt in 0...4 {
      var state = StepState()
      state.status = .running
      state.attempts = 2
      let before = state
      #expect(state.apply(sample.event(attempt: attempt), at: .epoch) == (attempt == expected))
      #expect((state == before) == (attempt != expected))
    }
  }

  @Test func keepsTheTimeOfItsFirstAttempt() throws {
    var state = StepState()
    let later = try #require(Timestamp(seconds: 60))
    _ = state.apply(EventSample.attemptStarted.event(), at: .epoch)
    _ = state.apply(EventSample.attemptFailed.event(), at: .epoch)
    _ = state.apply(EventSample.attemptStarted.event(attempt: 2), at: later)
    #expect(state.firstStartedAt == .epoch)
    #expect(state.failure == nil)
  }
}
