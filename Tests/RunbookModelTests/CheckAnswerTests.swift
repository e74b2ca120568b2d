import RunbookModel
import Testing

/// What a check found, and what kept it from finding anything.
@Suite struct CheckAnswerTests {
  @Test(
    arguments: [
      (.expectation, nil, true), (.refused, nil, false), (.refused, "exit 1", true),
      (.refused, "exit 2", true), (.refused, "exit 126", false), (.refused, "exit 127", false),
      (.refused, "signal 9", false), (.refused, "500", true), (.refused, "404", true),
      (.refused, "P0001", true), (.refused, "42P01", true), (.refused, "42883", true),
      // The backend was ended, the privilege is missing, memory is short, a row is contended for.
      (.refused, "57P01", false), (.refused, "42501", false), (.refused, "53200", false),
      (.refused, "40001", false), (.refused, "25006", false), (.refused, "XX000", false),
      (.refused, "not done", true), (.refused, "WRONG", true), (.refused, "no", true),
      (.unreachable, nil, false), (.timeout, "57014", false), (.lock, "55P03", false),
      (.interrupted, nil, false), (.unanswered, nil, false), (.invalid, nil, false),
      (.lost, nil, false),
    ] as [(FailureRecord.Cause, String?, Bool)])
  func tellsAnAnswerFromNone(_ cause: FailureRecord.Cause, _ code: String?, _ isAnswer: Bool) {
    let failure = FailureRecord(cause: cause, message: "m", code: code)
    #expect(failure.isAnswer == isAnswer)
    #expect(Self.finished(failure).isWithoutAnswer == !isAnswer)
  }

  @Test(
    arguments: [
      ([ExpectationRecord(expression: "a", isMet: false)], false),
      ([ExpectationRecord(expression: "a", isMet: false, error: "undefined")], true),
      (
        [
          ExpectationRecord(expression: "a", isMet: false, error: "undefined"),
          ExpectationRecord(expression: "b", isMet: false),
        ], false
      ),
      (
        [
          ExpectationRecord(expression: "a", isMet: true),
          ExpectationRecord(expression: "b", isMet: false, error: "undefined"),
        ], true
      ),
    ])
  func anExpectationThatCannotBeJudgedIsNoFinding(
    _ expectations: [ExpectationRecord], _ isWithoutAnswer: Bool
  ) {
    let failure = FailureRecord(cause: .expectation, message: "m")
    #expect(Self.finished(failure, expectations).isWithoutAnswer == isWithoutAnswer)
  }

  @Test func whatWasLostAndNotDoneIsSaidToBeNotDone() {
    let lost = FailureRecord(
      cause: .lost, message: "the connection was lost; whether the work took effect is not known")
    let settled = lost.settledAsNotDone("no receipt is there", wasUnknown: true)
    #expect(settled.message == "it did not take effect: no receipt is there")
    #expect(settled.cause == .lost)
    let failed = FailureRecord(cause: .refused, message: "exit 1")
      .settledAsNotDone("the probe says that it is not done", wasUnknown: false)
    #expect(failed.message == "exit 1; the probe says that it is not done")
  }

  private static func finished(
    _ failure: FailureRecord, _ expectations: [ExpectationRecord] = []
  ) -> AttemptFinished {
    AttemptFinished(
      step: StepID("v"), attempt: 1, outcome: .failed, result: .map(ValueMap()),
      expectations: expectations, failure: failure, elapsedMicroseconds: 0)
  }
}
