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
    let before = state
    let isTaken = state.apply(sample.event(), at: .epoch)
    let expected = Self.followers[status]?[sample]
    #expect(isTaken == (expected != nil))
    #expect(state.status == expected ?? status)
    if expected == nil { #expect(state == before) }
  }

  @Test func keepsTheTimeOfItsFirstAttempt() throws {
    var state = StepState()
    let later = try #require(Timestamp(seconds: 60))
    _ = state.apply(EventSample.attemptStarted.event(), at: .epoch)
    _ = state.apply(EventSample.attemptFailed.event(), at: .epoch)
    _ = state.apply(EventSample.attemptStarted.event(), at: later)
    #expect(state.firstStartedAt == .epoch)
    #expect(state.failure == nil)
  }
}
