import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// How a run ends, and what it tries before that.
struct RunEndTests {
  private static let failure = SimulatedOutcome.failure(StepFailure(.refused, "no", code: "exit 1"))

  @Test func aHealthySystemIsNotConfirmed() async throws {
    let simulation = Simulation([
      step("look", .detection) { $0.confirms = source("false") }, step("fix", .recovery),
    ])
    let state = try await simulation.run()
    #expect(state.endStatus == .notConfirmed)
    #expect(state.step("fix").status == .pending)
  }

  @Test func aDetectionThatCannotRunIsUndetermined() async throws {
    let simulation = Simulation(
      [step("look", .detection) { $0.confirms = source("true") }, step("fix", .recovery)],
      outcomes: ["look": [Self.failure]])
    let state = try await simulation.run()
    #expect(state.endStatus == .undetermined)
  }

  @Test func allVerificationStepsRunThoughTheFirstFails() async throws {
    let simulation = Simulation(
      [step("one", .verification), step("two", .verification), step("later", .safeguards)],
      outcomes: ["one": [Self.failure]])
    let state = try await simulation.run()
    #expect(state.endStatus == .failed)
    #expect(state.step("two").status == .succeeded)
    #expect(state.step("later").status == .pending)
  }

  @Test func safeguardsRunAfterVerificationPassed() async throws {
    let simulation = Simulation([step("check", .verification), step("guard", .safeguards)])
    let state = try await simulation.run()
    #expect(state.endStatus == .resolved)
    #expect(
      simulation.history == [
        "runStarted", "started check#1", "succeeded check#1", "started guard#1",
        "succeeded guard#1", "ended resolved",
      ])
  }

  @Test func aFailedRecoveryStepHolds() async throws {
    var simulation = Simulation(
      [confirmation(), step("fix", .recovery), step("next", .recovery)],
      outcomes: ["fix": [Self.failure]])
    simulation.options.approvals = ["recovery"]
    let state = try await simulation.run()
    #expect(
      state.hold
        == RunHeld(cause: .failedStep, subject: "fix", message: "step 'fix' failed: no"))
    #expect(state.step("next").status == .pending)
  }

  @Test func aFailedTimelineStepDoesNotStopTheRun() async throws {
    let simulation = Simulation(
      [step("log", .timeline), step("check", .verification)], outcomes: ["log": [Self.failure]])
    #expect(try await simulation.run().endStatus == .resolved)
  }

  @Test func aWhenInErrorFailsItsStepUnperformed() async throws {
    var simulation = Simulation([
      confirmation(), step("fix", .recovery) { $0.when = source("nothing") },
    ])
    simulation.options.approvals = ["recovery"]
    let state = try await simulation.run()
    #expect(state.hold?.subject == "fix")
    #expect(state.step("fix").failure?.cause == .invalid)
  }

  @Test func anUnmetExpectationFails() async throws {
    let simulation = Simulation(
      [step("check", .verification) { $0.expect = [source("stdout == 'ok'"), source("true")] }],
      outcomes: ["check": [.values(["stdout": "bad"])]])
    let state = try await simulation.run()
    #expect(state.step("check").failure?.message == "expected stdout == 'ok'")
    #expect(state.step("check").failure?.cause == .expectation)
  }

  /// What a program that could not do its work has printed meets conditions that it says nothing of.
  @Test(
    arguments: [
      ([], nil), (["stdout == 'ok'"], "where that is what is wanted, name `exit_code` in `expect`"),
      (
        ["stdout == 'ok'", "!stdout.contains('exit_code')"],
        "where that is what is wanted, name `exit_code` in `expect`"
      ),
    ] as [([String], String?)])
  func conditionsThatDoNotAskForItLeaveAPresumedFailure(
    _ conditions: [String], _ hint: String?
  ) async throws {
    let state = try await Self.judged(by: conditions)
    #expect(state.step("judged").failure?.message == "exit code 1")
    #expect(state.step("judged").failure?.hint == hint)
    #expect(state.endStatus != .resolved)
  }

  @Test func aConditionThatNamesItOverrulesAPresumedFailure() async throws {
    let state = try await Self.judged(by: ["stdout == 'ok'", "exit_code in [0, 1]"])
    #expect(state.step("judged").status == .succeeded)
  }

  /// What was cut off, or could not run, is none the better for meeting a condition that most other endings meet too.
  @Test(
    arguments: [
      (["exit_code != 3"], 137, true), (["exit_code >= 128"], 137, true),
      (["exit_code > 0"], 124, true), (["exit_code != 0 || stdout == 'ok'"], 127, true),
      (["exit_code == 137"], 137, false), (["exit_code in [0, 137]"], 137, false),
      (["exit_code != 3"], 1, true), (["exit_code == 1"], 1, false),
      (["exit_code != 127"], 1, true), (["exit_code >= 0"], 2, true),
      (["!(exit_code == 3)"], 1, true), (["!(exit_code in [2, 3])"], 1, true),
      (["exit_code != 0"], 1, false), (["exit_code > 0"], 1, false),
      (["exit_code in [0, 1]"], 1, false), (["exit_code <= 1"], 1, false),
      (["exit_code < 124"], 2, true), (["exit_code != 3", "exit_code < 2"], 1, false),
    ] as [([String], Int64, Bool)])
  func onlyAConditionThatNamesWhatEndedItOverrules(
    _ conditions: [String], _ code: Int64, _ isFailure: Bool
  ) async throws {
    for phase in [Phase.verification, .recovery] {
      var result = StepResult(
        values: ValueMap([("stdout", "ok"), ("exit_code", .int(code))]),
        presumedFailure: PresumedFailure(
          FailureRecord(cause: .refused, message: "ended", code: "exit \(code)"),
          toldBy: "exit_code"))
      result.isEffectOpen = code > 123
      let judged = step("judged", phase) { $0.expect = conditions.map { source($0) } }
      var simulation = Simulation(
        [confirmation(), judged, step("v", .verification)], outcomes: ["judged": [.result(result)]])
      simulation.effects = ["judged": phase.mayChange ? .mutating : .readOnly]
      simulation.options.approvals = ["recovery"]
      let state = try await simulation.run()
      #expect((state.step("judged").status == .succeeded) == !isFailure, "\(phase)")
      if isFailure, phase.mayChange, code > 123 { #expect(state.step("judged").status == .unknown) }
    }
  }

  /// An answer in the server's place meets a condition that leaves one status out.
  @Test(
    arguments: [
      ("status != 404", 503, true), ("!(status == 404)", 502, true),
      ("!(status in [404, 410])", 504, true), ("status < 600", 503, true),
      ("status > 0", 500, true), ("status >= 200", 404, true), ("status != 404", 429, true),
      ("status != 404", 401, true), ("status != 500", 404, true), ("status != 404", 302, true),
      ("status != 200", 503, true), ("status >= 400", 429, true),
      ("status != 404 && body == 'ok'", 503, true), ("!string(status).startsWith('4')", 502, true),
      ("status == 503", 503, false), ("status >= 500", 503, false),
      ("status / 100 == 5", 502, false),
      ("status in [200, 404]", 404, false), ("status != 200", 404, false),
      ("status >= 400", 403, false), ("status < 500", 404, true), ("status == 302", 302, false),
      ("status in [200, 429]", 429, false),
    ] as [(String, Int64, Bool)])
  func aConditionThatLeavesOneStatusOutLeavesAPresumedFailure(
    _ condition: String, _ status: Int64, _ isFailure: Bool
  ) async throws {
    var result = StepResult(
      values: ValueMap([("body", "ok"), ("status", .int(status))]),
      presumedFailure: PresumedFailure(
        FailureRecord(cause: .refused, message: "answered", code: "\(status)"), toldBy: "status"))
    result.isEffectOpen = status >= 500
    for phase in [Phase.detection, .verification] {
      let judged = step("judged", phase) { $0.expect = [source(condition)] }
      let state = try await Simulation(
        [confirmation(), judged, step("v", .verification)], outcomes: ["judged": [.result(result)]]
      ).run()
      #expect((state.step("judged").status == .succeeded) == !isFailure, "\(phase)")
      guard isFailure else { continue }
      #expect(
        state.step("judged").failure?.hint
          == "where that is what is wanted, name `status == \(status)` in `expect`")
    }
  }

  /// What detection hands on is judged by what reads it; a finding that hangs on such an answer is none.
  @Test(
    arguments: [
      (nil, 503, true), ("seen >= 500", 503, true), ("seen == 404", 503, false),
      ("status == 404", 404, true), ("seen == 503", 404, false),
      ("false && seen == 404", 503, true),
      ("status >= 500", 404, true),
    ] as [(String?, Int64, Bool)])
  func whatDetectionHandsOnIsAnAnswer(
    _ confirms: String?, _ status: Int64, _ isAnswer: Bool
  ) async throws {
    let result = StepResult(
      values: ValueMap([("status", .int(status))]),
      presumedFailure: PresumedFailure(
        FailureRecord(cause: .refused, message: "answered", code: "\(status)"), toldBy: "status"))
    let judged = step("judged", .detection) {
      $0.expect = [source("status < 600")]
      $0.captures = [capture("seen", "status")]
      $0.confirms = confirms.map { source($0) }
    }
    let state = try await Simulation(
      [judged, step("v", .verification)], outcomes: ["judged": [.result(result)]]
    ).run()
    #expect((state.step("judged").status == .succeeded) == isAnswer)
  }

  private static func judged(by conditions: [String]) async throws -> RunState {
    let presumed = StepResult(
      values: ValueMap([("stdout", "ok"), ("exit_code", 1)]),
      presumedFailure: PresumedFailure(
        FailureRecord(cause: .refused, message: "exit code 1"), toldBy: "exit_code"))
    let judged = step("judged", .verification) { $0.expect = conditions.map { source($0) } }
    let simulation = Simulation([judged], outcomes: ["judged": [.result(presumed)]])
    return try await simulation.run()
  }

  @Test func stepByStepHoldsWhereThePersonSaysNo() async throws {
    var simulation = Simulation([step("one", .detection), step("two", .detection)])
    simulation.options.asksBeforeEachStep = true
    simulation.person = SimulatedOperator(permissions: [true, false])
    let state = try await simulation.run()
    #expect(state.step("one").status == .succeeded)
    #expect(state.hold?.subject == "two")
    #expect(state.step("two").status == .pending)
  }
}
