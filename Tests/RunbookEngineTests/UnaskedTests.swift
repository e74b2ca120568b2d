import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// What nobody has answered is judged by a condition that calls its code by itself, and by no other.
struct UnaskedTests {
  private static let codes = Set<Int64>([124, 125, 126, 127] + Array(128...192))
  private static let statuses = Set<Int64>(
    Array(300...399) + [401, 403, 407, 408, 425, 429] + Array(500...599))

  /// Conditions that are true of a value, and whether each calls it.
  private static func conditions(_ name: String, _ value: Int64) -> [(String, Bool)] {
    [
      ("\(name) == \(value)", true), ("\(value) == \(name)", true),
      ("\(name) in [0, \(value)]", true), ("\(name) == \(value - 1) + 1", true),
      ("body == 'no' || \(name) == \(value)", true),
      ("body == 'ok' && \(name) in [\(value)]", true),
      ("true ? \(name) == \(value) : false", true), ("\(name) != \(value + 1)", false),
      ("\(name) >= \(value)", false), ("\(name) < \(value + 1)", false),
      ("!(\(name) == \(value + 1))", false), ("!(\(name) != \(value))", false),
      ("\(name) == \(name)", false), ("body == 'ok'", false), ("\(name) == 0 || true", false),
      ("[\(value)].exists(x, \(name) == x)", false), ("(\(name) == \(value)) == true", false),
      ("\(name) == \(value) ? true : false", false), ("!(\(name) in [0])", false),
      // What the answer itself says names nothing, by whatever way it goes.
      ("\(name) == json.code", false), ("json.code == \(name)", false),
      ("\(name) in [json.code]", false), ("\(name) in {json.code: 1}", false),
      ("\(name) == int(body.replace('ok', '\(value)'))", false),
      ("\(name) == size(body) * 0 + \(value)", false),
      ("\(name) in [json.code].filter(x, x > 0)", false),
      ("\(name) == [json.code].map(x, x)[0]", false),
      ("[json.code].all(x, \(name) == x)", false),
      ("\(name) == (body == 'ok' ? \(value) : 0)", false),
      ("\(name) == [1, \(value)].filter(x, x > 1)[0]", value > 1),
    ]
  }

  private static func result(_ name: String, _ value: Int64) -> StepResult {
    StepResult(
      values: ValueMap([
        (name, .int(value)), ("body", "ok"), ("json", .map(ValueMap([("code", .int(value))]))),
      ]),
      presumedFailure: PresumedFailure(
        FailureRecord(
          cause: .refused, message: "no",
          code: name == "status" ? "\(value)" : "exit \(value)"), toldBy: name))
  }

  private static func verdict(
    _ result: StepResult, _ phase: Phase, expect: [String], confirms: String? = nil,
    captures: [StepOptions.Capture] = []
  ) -> AttemptJudge.Verdict {
    let judged = step("judged", phase) {
      $0.captures = captures
      $0.expect = expect.map { source($0) }
      $0.confirms = confirms.map { source($0) }
    }
    let simulation = Simulation([judged])
    let plan = simulation.plan
    return AttemptJudge(binder: Binder(plan: plan, kinds: simulation.kinds)).judge(
      judged, result, in: RunScope(plan: plan, state: RunState()))
  }

  private static let every: [(String, Int64)] =
    (1...255).map { ("exit_code", $0) } + (300...599).map { ("status", $0) }

  @Test func onlyTheCodeItselfIsJudged() {
    for (name, value) in Self.every {
      let isUnasked = (name == "status" ? Self.statuses : Self.codes).contains(value)
      #expect(Unasked.isTold(by: name, value) == isUnasked, "\(name) \(value)")
      guard isUnasked else { continue }
      let result = Self.result(name, value)
      for phase in [Phase.detection, .recovery] {
        for (condition, calls) in Self.conditions(name, value) {
          let verdict = Self.verdict(result, phase, expect: [condition])
          #expect(verdict.isUnasked == !calls, "\(condition) of \(value)")
          #expect((verdict.failure == nil) == calls, "\(condition) of \(value)")
        }
      }
    }
  }

  /// A condition that it does not meet makes no finding of it either.
  @Test func whatMissesIsNoFinding() {
    for (name, value) in Self.every where Unasked.isTold(by: name, value) {
      let result = Self.result(name, value)
      for condition in ["\(name) == 0", "body == 'no'", "\(name) != \(value)"] {
        #expect(Self.verdict(result, .verification, expect: [condition]).isUnasked)
      }
      #expect(Self.verdict(result, .detection, expect: [], confirms: "body == 'ok'").isUnasked)
      let named = Self.verdict(
        result, .detection, expect: [], confirms: "\(name) == \(value) && body == 'ok'")
      #expect(named.failure == nil && named.isConfirmed == true)
      // What is called and asked for besides is a finding.
      let missed = Self.verdict(
        result, .verification, expect: ["\(name) == \(value)", "body == 'no'"])
      #expect(!missed.isUnasked && missed.failure?.cause == .expectation)
    }
  }

  /// What the step itself captures comes with the answer as the rest of it does.
  @Test(arguments: ["exit_code == told", "exit_code in [told]", "told == exit_code"])
  func aCodeThatACaptureTellsIsNotNamed(_ confirms: String) {
    for code in Self.codes {
      let verdict = Self.verdict(
        Self.result("exit_code", code), .detection, expect: [], confirms: confirms,
        captures: [capture("told", "json.code")])
      #expect(verdict.isUnasked, "\(code)")
    }
  }

  /// Any other failure is an answer: what it misses is a finding.
  @Test func whatWasAnsweredIsAFinding() {
    for (name, value) in Self.every where !Unasked.isTold(by: name, value) {
      let verdict = Self.verdict(Self.result(name, value), .verification, expect: ["body == 'no'"])
      #expect(!verdict.isUnasked && verdict.failure?.cause == .expectation)
    }
  }

  /// What is not there where a redirect led to is not what was asked for.
  @Test func anotherPagesAnswerIsNone() {
    var result = Self.result("status", 404)
    result.presumedFailure?.isOfAnother = true
    #expect(Self.verdict(result, .verification, expect: ["status < 500"]).isUnasked)
    #expect(!Self.verdict(result, .verification, expect: ["status == 404"]).isUnasked)
  }

  /// What another place answers counts where a condition says that it may end there, whatever the status.
  @Test(
    arguments: [
      ("url == 'http://b/login'", true), ("url in ['http://b/login', 'http://a/']", true),
      ("url.startsWith('http://b/')", true), ("body == 'ok' && url.startsWith('http://b')", true),
      ("body == 'ok'", false), ("status == 200", false), ("status < 500", false),
      ("url != ''", false), ("url.startsWith('http')", false), ("url.startsWith('http://')", false),
      ("url.contains('login')", false), ("!url.startsWith('http://c/')", false),
      ("url == json.url", false), ("url.startsWith(json.url)", false), ("url == url", false),
    ])
  func anotherPlacesAnswerIsNone(_ condition: String, _ isNamed: Bool) {
    var presumed = PresumedFailure(
      FailureRecord(cause: .refused, message: "elsewhere"), toldBy: "url")
    presumed.isOfAnother = true
    let result = StepResult(
      values: ValueMap([
        ("status", 200), ("url", "http://b/login"), ("body", "ok"),
        ("json", .map(ValueMap([("url", "http://b/login")]))),
      ]), presumedFailure: presumed)
    for phase in [Phase.detection, .verification] {
      let verdict = Self.verdict(result, phase, expect: [condition])
      #expect(verdict.isUnasked == !isNamed)
      #expect((verdict.failure == nil) == isNamed)
    }
    var missing = result
    missing.values["status"] = 405
    presumed = PresumedFailure(
      FailureRecord(cause: .refused, message: "status 405"), toldBy: "status")
    presumed.isOfAnother = true
    missing.presumedFailure = presumed
    #expect(Self.verdict(missing, .verification, expect: [condition]).failure != nil)
    #expect(Self.verdict(missing, .verification, expect: [condition]).isUnasked == !isNamed)
  }

  @Test func aCheckThatNobodyAnsweredHoldsTheRun() async throws {
    let check = step("v", .verification) { $0.expect = [source("exit_code == 0")] }
    let state = try await Simulation(
      [confirmation(), check], outcomes: ["v": [.result(Self.result("exit_code", 124))]]
    ).run()
    #expect(state.hold?.cause == .verification)
    #expect(state.step("v").isWithoutAnswer)
  }

  @Test(
    arguments: [
      ("status == 200", "status", 302, Settlement.unknown),
      ("status == 200", "status", 503, .unknown), ("status == 503", "status", 503, .done),
      ("status == json.code", "status", 503, .unknown),
      ("status == 200", "status", 404, .notDone), ("exit_code == 0", "exit_code", 127, .unknown),
      ("exit_code < 1", "exit_code", 2, .unknown), ("exit_code == 0", "exit_code", 1, .notDone),
    ] as [(String, String, Int64, Settlement)])
  func aProbeThatNobodyAnsweredSaysNothing(
    _ done: String, _ name: String, _ value: Int64, _ settlement: Settlement
  ) async throws {
    let fix = step("fix", .recovery) { $0.settle = settle(done: done) }
    var simulation = Simulation(
      [confirmation(), fix], outcomes: ["fix": [.failure(StepFailure(.lost, "gone"))]])
    simulation.effects = ["fix": .mutating]
    simulation.probes["fix"] = [.result(Self.result(name, value))]
    simulation.options.approvals = ["recovery"]
    let state = try await simulation.run()
    #expect(state.step("fix").settlement?.settlement == settlement)
  }
}
