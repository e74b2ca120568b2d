import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// What a person left out, or said, makes no facts by what others read of it.
struct FootingTests {
  /// A run in which people leave something out before it begins, or where it fails.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let steps: [Step]
    /// Skipped before anything is carried out.
    var skipped: [StepID] = []
    /// Skipped where the run is held on it.
    var leftOut: [StepID] = []
    var outcomes: [String: [SimulatedOutcome]] = [:]
    let status: RunEnded.Status
    let reason: String
  }

  private static func skip(_ step: StepID) -> Event {
    .stepSkipped(StepSkipped(step: step, cause: .decision, reason: "no time"))
  }

  private static let look = step("look", .timeline) {
    $0.captures = [capture("broken", "size(stdout)", fallback: 0)]
  }

  private static func check(_ id: String, when: String) -> Step {
    step(id, .verification) { $0.when = source(when) }
  }

  private static let fix = step("fix", .recovery) {
    $0.captures = [capture("done_rows", "size(stdout)", fallback: 1)]
  }

  private static let no = SimulatedOutcome.failure(StepFailure(.refused, "no", code: "exit 1"))
  private static let skippedLook = "'look', which was left out (reason: no time)"
  private static let skippedFix = "'fix', which was left out (reason: no time)"
  private static let leftOutFix =
    "no recovery step is known to have succeeded: 1 was left out after it failed (reason: no time)"

  private static let leftOutCases = [
    Case(
      testDescription: "a finding that is not there by a default",
      steps: [look, step("d", .detection) { $0.confirms = source("broken > 0") }, fix],
      skipped: ["look"], status: .undetermined, reason: "detection step 'd' rests on \(skippedLook)"
    ),
    Case(
      testDescription: "a finding that is there by a default",
      steps: [look, step("d", .detection) { $0.confirms = source("broken == 0") }, fix],
      skipped: ["look"], status: .undetermined, reason: "detection step 'd' rests on \(skippedLook)"
    ),
    Case(
      testDescription: "a finding by a capture of a capture",
      steps: [
        look, step("copy", .timeline) { $0.captures = [capture("copied", "broken + 1")] },
        step("d", .detection) { $0.confirms = source("copied > 1") }, fix,
      ],
      skipped: ["look"], status: .undetermined, reason: "detection step 'd' rests on \(skippedLook)"
    ),
    Case(
      testDescription: "a finding by a `when` that is false by a default",
      steps: [look, step("d", .detection) { $0.when = source("broken > 0") }, fix],
      skipped: ["look"], status: .undetermined, reason: "detection step 'd' rests on \(skippedLook)"
    ),
    Case(
      testDescription: "a finding by what a default makes of the work",
      steps: [
        look,
        step("d", .detection, text: "find ${{ broken }}") { $0.confirms = source("stdout != ''") },
        fix,
      ],
      skipped: ["look"], outcomes: ["d": [.values(["stdout": ""])]], status: .undetermined,
      reason: "detection step 'd' rests on \(skippedLook)"),
    Case(
      testDescription: "a finding that a default takes no part in",
      steps: [
        look,
        step("d", .detection) { $0.confirms = source("stdout == 'bad' && broken > 0") }, fix,
      ],
      skipped: ["look"], outcomes: ["d": [.values(["stdout": "good"])]], status: .notConfirmed,
      reason: "detection found no incident"),
    Case(
      testDescription: "an author's own `when`",
      steps: [
        step("look", .timeline) {
          $0.when = source("false")
          $0.captures = [capture("broken", "size(stdout)", fallback: 0)]
        }, step("d", .detection) { $0.confirms = source("broken > 0") },
      ], status: .notConfirmed, reason: "detection found no incident"),
    Case(
      testDescription: "checks that a default leaves out",
      steps: [
        look, confirmation("d"), step("fix", .recovery) { $0.when = source("broken > 0") },
        check("v", when: "broken > 0"), step("w", .verification),
      ], skipped: ["look"], status: .unverified,
      reason: "1 of 2 verification steps passed, 1 rests on \(skippedLook); 'd' confirmed the "
        + "incident, and no recovery step was performed: 1 was left out by a `when` that rests on "
        + skippedLook),
    Case(
      testDescription: "a check of the outcome of what was left out",
      steps: [
        confirmation("d"), fix, check("v", when: "steps['fix'].outcome == 'succeeded'"),
        step("w", .verification),
      ], leftOut: ["fix"], outcomes: ["fix": [no]], status: .unverified,
      reason: "1 of 2 verification steps passed, 1 rests on \(skippedFix); \(leftOutFix)"),
    Case(
      testDescription: "a check that passes by a default",
      steps: [
        confirmation("d"), fix,
        step("v", .verification) { $0.expect = [source("done_rows == 1")] },
      ], leftOut: ["fix"], outcomes: ["fix": [no]], status: .unverified,
      reason: "nothing was verified: 0 of 1 verification step passed, 1 rests on \(skippedFix); "
        + leftOutFix),
    Case(
      testDescription: "a check that goes through all steps",
      steps: [
        confirmation("d"), fix,
        step("v", .verification) {
          $0.expect = [source("!steps.exists(s, steps[s].outcome == 'failed')")]
        },
      ], leftOut: ["fix"], outcomes: ["fix": [no]], status: .unverified,
      reason: "nothing was verified: 0 of 1 verification step passed, 1 rests on \(skippedFix); "
        + leftOutFix),
    Case(
      testDescription: "a check by the finding of what was skipped",
      steps: [
        step("look", .detection) { $0.confirms = source("true") }, confirmation("d"),
        check("v", when: "findings['look']"), step("w", .verification),
      ], skipped: ["look"], status: .unverified,
      reason: "1 of 2 verification steps passed, 1 rests on \(skippedLook)"),
    Case(
      testDescription: "a check that runs as something was left out",
      steps: [
        confirmation("d"), fix, check("v", when: "steps['fix'].outcome == 'skipped'"),
      ], leftOut: ["fix"], outcomes: ["fix": [no]], status: .resolved,
      reason: "every verification step passed; \(leftOutFix)"),
  ]

  private static func ask(_ phase: Phase) -> Step {
    step("ask", phase, kind: "manual") { $0.captures = [capture("said", "answer")] }
  }

  private static let answers: [String: [SimulatedOutcome]] = [
    "ask": [.values(["answer": "ok"])], "v": [.values(["stdout": "ok\n"])],
    "d": [.values(["stdout": "fine"])],
  ]
  private static let onWords =
    "nothing was verified: 0 of 2 verification steps passed, 2 rest on a person's word"
  private static let oneOnWords =
    "1 of 2 verification steps passed, 1 rests on a person's word"

  private static let answerCases = [
    Case(
      testDescription: "a check of an answer alone",
      steps: [
        ask(.verification), step("v", .verification) { $0.expect = [source("said == 'ok'")] },
      ], outcomes: answers, status: .unverified, reason: onWords),
    Case(
      testDescription: "a check of an answer by its step",
      steps: [
        ask(.verification),
        step("v", .verification) { $0.expect = [source("steps['ask'].answer == 'ok'")] },
      ], outcomes: answers, status: .unverified, reason: onWords),
    Case(
      testDescription: "a check that gives back the answer that it was given",
      steps: [
        ask(.verification),
        step("v", .verification, text: "echo ${{ said }}") {
          $0.expect = [source("stdout.trim() == 'ok'")]
        },
      ], outcomes: answers, status: .unverified, reason: onWords),
    Case(
      testDescription: "a check that an answer leaves out",
      steps: [ask(.verification), check("v", when: "said != 'ok'")],
      outcomes: answers, status: .unverified, reason: onWords),
    Case(
      testDescription: "a check of what was seen beside an answer",
      steps: [
        ask(.verification),
        step("v", .verification) { $0.expect = [source("stdout.contains(said)")] },
      ], outcomes: answers, status: .resolved, reason: oneOnWords),
    Case(
      testDescription: "a check of what a person said is to be looked at",
      steps: [
        ask(.verification),
        step("v", .verification, text: "ls ${{ said }}") {
          $0.expect = [source("stdout == 'there'")]
        },
      ],
      outcomes: ["ask": [.values(["answer": "ok"])], "v": [.values(["stdout": "there"])]],
      status: .unverified, reason: onWords),
    Case(
      testDescription: "a check by what a step captured that was given an answer",
      steps: [
        ask(.timeline),
        step("count", .timeline, text: "SELECT count(*) AS n FROM t WHERE '${{ said }}' = 'ok'") {
          $0.captures = [capture("n", "rows[0].n")]
        }, step("v", .verification) { $0.expect = [source("n > 0")] },
      ],
      outcomes: ["ask": answers["ask"] ?? [], "count": [.values(["rows": [["n": 3]]])]],
      status: .unverified,
      reason: "nothing was verified: 0 of 1 verification step passed, 1 rests on a person's word"),
    Case(
      testDescription: "a check that is given an answer by another step's capture",
      steps: [
        ask(.timeline),
        step("look", .timeline, text: "find ${{ said }}") {
          $0.captures = [capture("found", "stdout")]
        }, step("v", .verification, text: "ls ${{ found }}"), step("w", .verification),
      ],
      outcomes: ["ask": answers["ask"] ?? [], "look": [.values(["stdout": "x"])]],
      status: .resolved, reason: oneOnWords),
    Case(
      testDescription: "a finding by what a person said is to be looked at",
      steps: [
        ask(.detection),
        step("d", .detection, text: "find ${{ said }}") { $0.confirms = source("stdout == 'bad'") },
        fix,
      ], outcomes: answers, status: .undetermined,
      reason: "that detection found no incident rests on a person's word alone"),
    Case(
      testDescription: "a finding by an answer alone",
      steps: [
        ask(.detection), step("d", .detection) { $0.confirms = source("said == 'broken'") },
        step("fix", .recovery),
      ], outcomes: answers, status: .undetermined,
      reason: "that detection found no incident rests on a person's word alone"),
    Case(
      testDescription: "a finding by an answer, whatever was seen",
      steps: [
        ask(.detection),
        step("d", .detection) { $0.confirms = source("said == 'broken' && stdout == 'fine'") },
        step("fix", .recovery),
      ], outcomes: answers, status: .undetermined,
      reason: "that detection found no incident rests on a person's word alone"),
    Case(
      testDescription: "a finding by what was seen beside an answer",
      steps: [
        ask(.detection),
        step("d", .detection) { $0.confirms = source("said == 'ok' && stdout == 'bad'") },
        step("fix", .recovery),
      ], outcomes: answers, status: .notConfirmed, reason: "detection found no incident"),
  ]

  private static let unable = SimulatedOutcome.failure(
    StepFailure(.refused, "no such program", code: "exit 127"))
  private static let unableLook =
    "'look', which could not be carried out (reason: no such program)"
  private static let whenLooked = "steps['look'].outcome == 'succeeded'"
  private static let count = step("count", .timeline) {
    $0.when = source(whenLooked)
    $0.captures = [capture("broken", "size(stdout)", fallback: 0)]
  }

  /// What could not be carried out has seen nothing; what failed has, but for its finding.
  private static let unableCases = [
    Case(
      testDescription: "a finding by the outcome of what could not be carried out",
      steps: [
        step("look", .timeline), step("d", .detection) { $0.confirms = source(whenLooked) }, fix,
      ], outcomes: ["look": [unable]], status: .undetermined,
      reason: "detection step 'd' rests on \(unableLook)"),
    Case(
      testDescription: "a detection step that the outcome of such a step leaves out",
      steps: [
        step("look", .timeline),
        step("d", .detection) {
          $0.when = source(whenLooked)
          $0.confirms = source("true")
        }, fix,
      ], outcomes: ["look": [unable]], status: .undetermined,
      reason: "detection step 'd' rests on \(unableLook)"),
    Case(
      testDescription: "a finding by a default behind such a `when`",
      steps: [
        step("look", .timeline), count,
        step("d", .detection) { $0.confirms = source("broken > 0") }, fix,
      ], outcomes: ["look": [unable]], status: .undetermined,
      reason: "detection step 'd' rests on \(unableLook)"),
    Case(
      testDescription: "a finding by the outcome of what failed with an answer",
      steps: [
        step("look", .timeline), count,
        step("d", .detection) { $0.confirms = source("broken > 0") }, fix,
      ], outcomes: ["look": [no]], status: .notConfirmed, reason: "detection found no incident"),
    Case(
      testDescription: "another way that is tried where the first could not be",
      steps: [
        step("look", .timeline),
        step("other", .timeline) {
          $0.when = source("steps['look'].outcome == 'failed'")
          $0.captures = [capture("broken", "size(stdout)", fallback: 0)]
        }, step("d", .detection) { $0.confirms = source("broken > 3") }, fix,
      ], outcomes: ["look": [unable], "other": [.values(["stdout": "abc"])]],
      status: .notConfirmed, reason: "detection found no incident"),
    Case(
      testDescription: "a check that the outcome of such a step leaves out",
      steps: [
        step("look", .timeline), confirmation("d"), check("v", when: whenLooked),
        step("w", .verification),
      ], outcomes: ["look": [unable]], status: .unverified,
      reason: "1 of 2 verification steps passed, 1 rests on \(unableLook)"),
    Case(
      testDescription: "a safeguard that the outcome of such a step leaves out",
      steps: [
        step("look", .timeline), confirmation("d"), step("w", .verification),
        step("s", .safeguards) { $0.when = source(whenLooked) },
      ], outcomes: ["look": [unable]], status: .unverified,
      reason: "every verification step passed; no safeguard was carried out: 1 was left out by a "
        + "`when` that rests on \(unableLook)"),
    Case(
      testDescription: "a check by the finding of what failed",
      steps: [
        step("look", .detection) { $0.confirms = source("true") }, confirmation("d"),
        check("v", when: "findings['look']"), step("w", .verification),
      ], outcomes: ["look": [no]], status: .unverified,
      reason: "1 of 2 verification steps passed, 1 rests on 'look', which failed (reason: no); "
        + "detection step 'look' failed: no"),
    Case(
      testDescription: "a detection step that could not be carried out beside a finding",
      steps: [step("look", .detection), confirmation("d"), step("w", .verification)],
      outcomes: ["look": [unable]], status: .resolved,
      reason: "every verification step passed; detection step 'look' could not be carried out: "
        + "no such program"),
    Case(
      testDescription: "detection of which nothing could confirm",
      steps: [
        step("info", .detection),
        step("d", .detection) {
          $0.when = source("false")
          $0.confirms = source("true")
        }, fix,
      ], status: .undetermined,
      reason: "no detection step that can confirm the incident was carried out"),
    Case(
      testDescription: "an answer beside what could confirm nothing",
      steps: [
        step("info", .detection),
        step("ask", .detection, kind: "manual") { $0.confirms = source("answer == 'broken'") }, fix,
      ], outcomes: ["ask": [.values(["answer": "fine"])]], status: .undetermined,
      reason: "that detection found no incident rests on a person's word alone"),
    Case(
      testDescription: "a script of which nothing but its end tells, and that is given an answer",
      steps: [ask(.verification), step("v", .verification, text: "test ${{ said }} = ok")],
      outcomes: [
        "ask": [.values(["answer": "ok"])],
        "v": [.values(["exit_code": 0, "stdout": "", "stderr": ""])],
      ], status: .unverified, reason: onWords),
    Case(
      testDescription: "the same, by a condition on its code",
      steps: [
        ask(.verification),
        step("v", .verification, text: "test ${{ said }} = ok") {
          $0.captures = [capture("code", "exit_code")]
          $0.expect = [source("exit_code in [0, 1]")]
        },
      ],
      outcomes: [
        "ask": [.values(["answer": "ok"])], "v": [.values(["exit_code": 0, "stdout": "seen"])],
      ], status: .unverified, reason: onWords),
    Case(
      testDescription: "a script of whose output something is asked",
      steps: [
        ask(.verification),
        step("v", .verification, text: "look at ${{ said }}") {
          $0.expect = [source("exit_code == 0 && stdout == 'there'")]
        },
      ],
      outcomes: [
        "ask": [.values(["answer": "ok"])], "v": [.values(["exit_code": 0, "stdout": "there"])],
      ], status: .unverified, reason: onWords),
  ]

  @Test(arguments: leftOutCases + answerCases + unableCases) func endsByWhatWasSeen(_ example: Case)
    async throws
  {
    var simulation = Simulation(example.steps, outcomes: example.outcomes)
    simulation.options.approvals = ["recovery"]
    simulation.effects = ["fix": .mutating]
    try await simulation.run()
    if !example.skipped.isEmpty {
      // Held by hand, before anything.
      simulation = simulation.crashed(after: Array(simulation.journal.stored.prefix(1)))
      try await simulation.resume(decisions: example.skipped.map(Self.skip))
    }
    if !example.leftOut.isEmpty {
      simulation = simulation.crashed(after: simulation.journal.stored)
      try await simulation.resume(decisions: example.leftOut.map(Self.skip))
    }
    let state = try RunState(replaying: simulation.journal.stored)
    #expect(
      state.lifecycle == .ended(RunEnded(status: example.status, reason: example.reason)),
      "\(simulation.history)")
    if case .ended(let end) = state.lifecycle { #expect(state.objection(to: end) == nil) }
  }

  @Test func aCheckOfAStepThatWasDeclaredDoneRestsOnThat() async throws {
    var simulation = Simulation(
      [
        confirmation(), step("fix", .recovery),
        Self.check("v", when: "steps['fix'].outcome != 'succeeded'"), step("w", .verification),
      ], outcomes: ["fix": [.failure(StepFailure(.lost, "gone"))]])
    simulation.effects = ["fix": .mutating]
    simulation.options.approvals = ["recovery"]
    try await simulation.run()
    _ = try await simulation.journal.append(
      [
        .attemptSettled(
          AttemptSettled(
            step: "fix", attempt: 1, settlement: .done, means: .word, detail: "I looked"))
      ], by: Actor(account: "bob"), at: .epoch)
    let state = try await simulation.crashed(after: simulation.journal.stored).resume()
    #expect(
      state.lifecycle
        == .ended(
          RunEnded(
            status: .unverified,
            reason: "1 of 2 verification steps passed, 1 rests on 'fix', which was declared done "
              + "(reason: I looked); no recovery step is known to have succeeded: 1 was declared done "
              + "(reason: I looked)")))
  }

  /// What a change has captured rests on the same, whether it was seen to end or a receipt or a probe told of it.
  @Test(arguments: [true, false]) func whatIsSettledRestsOnWhatItWasMadeOf(
    byReceipt: Bool
  ) async throws {
    let fix = step("fix", .recovery, kind: byReceipt ? "sql" : "shell") {
      $0.captures = [capture("kept", "broken + size(stdout)")]
      if !byReceipt { $0.settle = settle(done: "stdout != ''", notDone: nil) }
    }
    let check = step("v", .verification) { $0.expect = [source("kept >= 0")] }
    var simulation = Simulation(
      runbook(
        [Self.look, confirmation(), fix, check], connections: byReceipt ? [connection()] : []))
    simulation.outcomes["fix"] = [.values(["stdout": "fixed"])]
    simulation.effects = ["fix": .mutating]
    simulation.options.approvals = ["recovery"]
    try await simulation.run()
    simulation = simulation.crashed(after: Array(simulation.journal.stored.prefix(1)))
    simulation.outcomes["fix"] = [.values(["stdout": "fixed"])]
    let seen = try await simulation.resume(decisions: [Self.skip("look")])
    #expect(seen.endStatus == .unverified)
    var killed = try simulation.crashed(during: "fix")
    if byReceipt {
      killed.settlements["fix"] = SimulatedSettlement(receipt: .of(["stdout": "fixed"]))
    } else {
      killed.probes["fix"] = [.values(["stdout": "fixed"])]
    }
    let state = try await killed.resume()
    #expect(killed.settlement(of: "fix")?.settlement == .done)
    #expect(state.step("fix").attempts == 1)
    #expect(state.step("fix").capturesRestOn == seen.step("fix").capturesRestOn)
    #expect(!state.step("fix").capturesRestOn.isEmpty)
    #expect(state.lifecycle == seen.lifecycle)
  }

  private static let notEstablished =
    "'fix' was carried out on a ground that is not established: it rests on "

  /// A change by the finding of what rests on a step that was left out, or made of a default.
  @Test(arguments: [
    ("findings['d']", "mend"), ("true", "mend ${{ broken }}"), ("findings['sure']", "mend"),
    ("findings['d'] || true", "mend"),
  ])
  func aChangeSaysWhatItsGroundIs(when: String, text: String) async throws {
    let fix = step("fix", .recovery, text: text) { $0.when = source(when) }
    let isEstablished = when != "findings['d']" && !text.holds("broken")
    let finding = step("d", .detection) { $0.confirms = source("broken == 0") }
    var simulation = try await begun(
      [Self.look, finding, confirmation("sure"), fix, step("w", .verification)])
    simulation.effects = ["fix": .mutating]
    simulation.options.approvals = ["recovery"]
    simulation.outcomes["fix"] = [.failure(StepFailure(.unreachable, "away")), .success]
    try await simulation.resume(decisions: [Self.skip("look")])
    simulation = simulation.crashed(after: simulation.journal.stored)
    let state = try await simulation.resume(
      decisions: [.retryRequested(RetryRequested(step: "fix", reason: nil))])
    let ground = isEstablished ? "" : "; \(Self.notEstablished)\(Self.skippedLook)"
    #expect(
      state.lifecycle
        == .ended(
          RunEnded(status: .resolved, reason: "every verification step passed\(ground)")),
      "\(simulation.history)")
    #expect(state.step("fix").unestablished == (isEstablished ? [] : [StandIn("look", .skipped)]))
  }

  /// A probe that is given an answer tells no more than that.
  @Test func aProbeThatIsGivenAnAnswerSaysNothing() async throws {
    let fix = step("fix", .recovery) {
      $0.settle = settle(done: "stdout == 'yes'", asking: "ask ${{ said }}")
    }
    var simulation = Simulation(
      [Self.ask(.timeline), confirmation(), fix], outcomes: Self.answers)
    simulation.outcomes["fix"] = [.failure(StepFailure(.lost, "gone"))]
    simulation.effects = ["fix": .mutating]
    simulation.probes["fix"] = [.values(["stdout": "yes"])]
    simulation.options.approvals = ["recovery"]
    let state = try await simulation.run()
    #expect(
      state.hold?.message
        == "it is not known whether step 'fix' took effect: the probe says nothing: it rests on "
        + "the answer to 'ask'")
  }

  private static let judged = step("d", .detection) { $0.confirms = source("broken > 0") }

  /// The run as it was begun, before anything was carried out.
  private func begun(_ steps: [Step]) async throws -> Simulation {
    let simulation = Simulation(steps)
    try await simulation.run()
    return simulation.crashed(after: Array(simulation.journal.stored.prefix(1)))
  }

  @Test func aStepThatAChangedWhenLeftOutShowsNothing() async throws {
    var simulation = try await begun([Self.look, Self.judged, Self.fix])
    let out = step("look", .timeline) {
      $0.captures = Self.look.options.captures
      $0.when = source("false")
    }
    simulation.runbook = runbook([out, Self.judged, Self.fix])
    let state = try await simulation.resume(
      change: PlanChange(to: simulation.plan, difference: "when"))
    #expect(
      state.lifecycle
        == .ended(
          RunEnded(
            status: .undetermined,
            reason: "detection step 'd' rests on 'look', which a changed `when` left out")))
  }

  @Test func aProbeThatJudgesByADefaultSaysNothing() async throws {
    let fix = step("fix", .recovery) { $0.settle = settle(done: "broken == 0") }
    var simulation = try await begun([Self.look, confirmation(), fix])
    simulation.outcomes["fix"] = [.failure(StepFailure(.lost, "gone"))]
    simulation.effects = ["fix": .mutating]
    simulation.probes["fix"] = [.values(["stdout": "yes"])]
    simulation.options.approvals = ["recovery"]
    let state = try await simulation.resume(decisions: [Self.skip("look")])
    #expect(
      state.hold?.message
        == "it is not known whether step 'fix' took effect: the probe says nothing: it rests on "
        + "'look', which was left out")
  }

  /// Journals of before have no word of it, and are what they were.
  @Test func aResolvedRunOfBeforeStaysResolved() throws {
    let old = #"{"step":"v","cause":"condition","reason":"broken > 0"}"#
    #expect(try StepSkipped.decoded(fromJSON: old).restsOn == nil)
  }
}
