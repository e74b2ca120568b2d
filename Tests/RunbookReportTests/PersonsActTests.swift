import RunbookModel
import RunbookReport
import Testing

/// What a person decided stands with who it was, and why, wherever the report speaks of it.
@Suite struct PersonsActTests {
  private static let bob = Actor(account: "bob")
  private static let steps = [
    StepRecord("look", "Look", .detection), StepRecord("mend", "Mend", .recovery),
    StepRecord("notify", "Notify", .recovery, "shell"),
    StepRecord("check", "Check", .verification), StepRecord("guard", "Guard", .safeguards),
  ]

  private static func begun() -> JournalBuilder {
    var journal = JournalBuilder()
    journal.start(steps)
    journal.attempt("look", isConfirmed: true)
    return journal
  }

  private func markdown(_ journal: JournalBuilder) throws -> String {
    try IncidentReport(entries: journal.entries).markdown()
  }

  /// One decision of each sort, by Bob, and what the report says of it.
  struct Case: Sendable, CustomTestStringConvertible {
    let events: [Event]
    let row: String
    let decision: String
    let deed: String
    var why = "WHY"

    var testDescription: String { row }
  }

  private static let digest = Digest.sha256(of: "gate mend")

  private static func decided(_ decision: GateDecided.Decision, _ reason: String? = nil) -> Event {
    .gateDecided(
      GateDecided(
        gate: "mend", decision: decision, means: .approveCommand, digest: digest, reason: reason))
  }

  private static func settled(
    _ settlement: Settlement, _ means: AttemptSettled.Means, _ detail: String
  ) -> Event {
    .attemptSettled(
      AttemptSettled(
        step: StepID("notify"), attempt: 1, settlement: settlement, means: means, detail: detail))
  }

  private static func resumed(takenFrom: String? = nil, isChanged: Bool = false) -> Event {
    let change = PlanChange(
      difference: "-a\n+b",
      runbook: RunbookRecord(
        name: "r", title: "R", severity: .low, owner: nil, steps: steps, report: [:],
        folder: "/srv", fileName: "runbook.yaml", sources: []), connections: [],
      planFingerprint: digest)
    return .runResumed(
      RunResumed(
        host: "ops2", approvals: [], takenFrom: takenFrom, reason: takenFrom == nil ? nil : "WHY",
        change: isChanged ? change : nil))
  }

  static let cases = [
    Case(
      events: [decided(.refused, "WHY")], row: "Gate `mend` refused by bob: WHY",
      decision: "| `mend` | refused | bob | WHY |", deed: "refused a gate"),
    Case(
      events: [decided(.refused), decided(.withdrawn, "WHY")],
      row: "Refusal of gate `mend` withdrawn by bob: WHY",
      decision: "| `mend` | refusal withdrawn | bob | WHY |", deed: "withdrew a refusal"),
    Case(
      events: [decided(.approved), decided(.withdrawn, "WHY")],
      row: "Approval of gate `mend` withdrawn by bob: WHY",
      decision: "| `mend` | approval withdrawn | bob | WHY |", deed: "withdrew an approval"),
    Case(
      events: [.stepSkipped(StepSkipped(step: StepID("mend"), cause: .decision, reason: "WHY"))],
      row: "Step `mend` skipped by bob: WHY", decision: "| `mend` | skipped | bob | WHY |",
      deed: "skipped a step"),
    Case(
      events: [.stepSkipped(StepSkipped(step: StepID("notify"), cause: .decision, reason: "WHY"))],
      row: "Step `notify` left out by bob: WHY", decision: "| `notify` | left out | bob | WHY |",
      deed: "left a step out"),
    Case(
      events: [.stepSkipped(StepSkipped(step: StepID("guard"), cause: .decision, reason: "WHY"))],
      row: "Step `guard` declined by bob: WHY", decision: "| `guard` | declined | bob | WHY |",
      deed: "declined a safeguard"),
    Case(
      events: [settled(.done, .word, "WHY")],
      row: "Step `notify`, attempt 1, declared done by bob: WHY",
      decision: "| `notify` | declared done | bob | WHY |", deed: "said whether a step was done"),
    Case(
      events: [settled(.notDone, .word, "WHY")],
      row: "Step `notify`, attempt 1, declared not done by bob: WHY",
      decision: "| `notify` | declared not done | bob | WHY |",
      deed: "said whether a step was done"),
    Case(
      events: [.retryRequested(RetryRequested(step: StepID("notify"), reason: "WHY"))],
      row: "Step `notify` wanted again by bob: WHY",
      decision: "| `notify` | to be tried again | bob | WHY |", deed: "had a step tried again"),
    Case(
      events: [resumed(takenFrom: "process 7 of alice")],
      row: "Run taken over by bob on host ops2, from process 7 of alice: WHY",
      decision: "| the run | taken over, from process 7 of alice | bob | WHY |",
      deed: "took the run over"),
    Case(
      events: [resumed(isChanged: true)],
      row: "Run resumed by bob on host ops2, with the runbook as it was changed",
      decision: "| the run | resumed, with the runbook as it was changed | bob |  |",
      deed: "accepted a change of the runbook", why: ""),
    Case(
      events: [.runEnded(RunEnded(status: .abandoned, reason: "WHY"))],
      row: "Run abandoned by bob: WHY", decision: "| the run | abandoned | bob | WHY |",
      deed: "abandoned the run"),
    Case(
      events: [
        .reportEdited(
          ReportEdited(edits: [.init(field: "reported_by", operation: .set, text: "Sue")]))
      ], row: "Report edited (`reported_by`) by bob",
      decision: "| the report | edited: `reported_by` | bob |  |", deed: "edited the report",
      why: ""),
  ]

  @Test(arguments: cases)
  func namesWhoDecidedAndWhy(_ one: Case) throws {
    var journal = Self.begun()
    journal.gate("mend", steps: ["mend"], approvedBy: nil)
    journal.begin(
      "notify", work: [WorkItem(language: .shell, text: "send", effect: .mutating)],
      effect: .mutating)
    for event in one.events { journal.add(event, by: Self.bob) }
    let report = try IncidentReport(entries: journal.entries)
    let text = try report.markdown()
    #expect(text.holds("** \(one.row) ["), "\(text)")
    #expect(text.holds(one.decision), "\(text)")
    let people =
      text.pieces(separatedBy: "\n").first { $0.begins(with: "| bob |") }.map(String.init) ?? ""
    #expect(people.holds(one.deed), "\(people)")
    let page = try report.text(as: .html)
    #expect(page.holds("<h3>Other Decisions</h3>") || page.holds("<h3>Decisions at Gates</h3>"))
    #expect(one.why.isEmpty || page.holds(one.why))
    let json = try report.text(as: .json)
    #expect(one.why.isEmpty || json.holds("\"reason\": \"\(one.why)\""))
  }

  @Test func saysOnPageOneWhoGaveTheRunUpAndWhatIsUnknown() throws {
    var journal = Self.begun()
    journal.begin(
      "notify", work: [WorkItem(language: .shell, text: "send", effect: .mutating)],
      effect: .mutating)
    journal.add(.runEnded(RunEnded(status: .abandoned, reason: "a backup")), by: Self.bob)
    let text = try markdown(journal)
    #expect(text.holds("| **Status** | ABANDONED by bob |"))
    #expect(text.holds("- **Status**: ABANDONED by bob: a backup\n"))
    #expect(
      text.holds("**Not known whether it took effect**:\n\n- `notify`: Notify (recovery)\n"))
    #expect(!text.holds("**Without an outcome in the journal**"))
  }

  /// What an attempt without a stored outcome is called in Appendix A, by what was found out or said of it since.
  @Test(
    arguments: [
      ([], false, "⏳ no outcome in the journal"),
      ([], true, "❓ unknown: no outcome in the journal"),
      (
        [settled(.notDone, .receipt, "no receipt is there")], false,
        "⏭️ \(StepStanding.notDone.words) (no receipt is there)"
      ),
      ([settled(.notDone, .word, "WHY")], false, "⏭️ declared not done by bob: WHY"),
      (
        [settled(.unknown, .none, "a person has to say"), settled(.notDone, .word, "WHY")], true,
        "⏭️ declared not done by bob: WHY"
      ),
      (
        [settled(.notDone, .probe, "the probe says so"), settled(.notDone, .word, "WHY")], false,
        "⏭️ \(StepStanding.notDone.words) (WHY)"
      ),
      (
        [
          settled(.notDone, .word, "WHY"),
          .stepSkipped(StepSkipped(step: StepID("notify"), cause: .decision, reason: "by hand")),
        ], false, "⏭️ declared not done by bob: WHY; left out by bob: by hand"
      ),
    ] as [([Event], Bool, String)])
  func saysInTheAppendixWhatBecameOfAnAttempt(
    _ events: [Event], _ isEnded: Bool, _ words: String
  ) throws {
    var journal = Self.begun()
    journal.begin(
      "notify", work: [WorkItem(language: .shell, text: "send", effect: .mutating)],
      effect: .mutating)
    for event in events { journal.add(event, by: Self.bob) }
    if isEnded { journal.add(.runEnded(RunEnded(status: .abandoned, reason: "a backup"))) }
    let text = try markdown(journal)
    #expect(text.holds("changes data: \(words) ["), "\(text)")
  }

  /// The step's own row, where all that tells is a person's word.
  @Test func callsNothingWithoutEffectOnAPersonsWord() throws {
    var journal = Self.begun()
    journal.begin(
      "notify", work: [WorkItem(language: .shell, text: "send", effect: .mutating)],
      effect: .mutating)
    journal.add(Self.settled(.notDone, .word, "the queue is empty"), by: Self.bob)
    journal.skip("notify", .decision, "by hand")
    let words = "declared not done by bob: the queue is empty; left out by alice: by hand"
    #expect(try markdown(journal).holds("| `notify` | Notify | ⏭️ \(words) |"))
  }

  @Test func saysWhoRefusedTheGateOfADeclinedSafeguard() throws {
    var journal = Self.begun()
    journal.gate("guard", steps: ["guard"], approvedBy: nil)
    journal.add(
      .gateDecided(
        GateDecided(
          gate: "guard", decision: .refused, means: .approveCommand,
          digest: Digest.sha256(of: "gate guard"), reason: "too risky")), by: Self.bob)
    #expect(
      try markdown(journal).holds(
        "⏭️ declined by bob, who refused its gate: too risky |"))
  }

  /// How many recovery steps are done, how the check went, and how the run ended.
  @Test(
    arguments: [
      (1, nil, nil, "recovery step `notify`: not run"),
      (1, nil, .abandoned, "recovery step `notify`: not begun"),
      (2, false, .failed, "verification step `check` failed"),
      (2, true, .unverified, nil), (2, nil, nil, nil), (1, true, .resolved, nil),
    ] as [(Int, Bool?, RunEnded.Status?, String?)])
  func callsARunMitigatedOnceItsRecoveryIsDone(
    _ done: Int, _ passed: Bool?, _ status: RunEnded.Status?, _ obstacle: String?
  ) throws {
    var journal = Self.begun()
    journal.attempt("mend", sql: "A", effect: .mutating)
    if done > 1 { journal.attempt("notify", effect: .mutating) }
    if done == 1, passed != nil { journal.skip("notify", .decision, "by hand") }
    if let passed {
      journal.attempt(
        "check", outcome: passed ? .succeeded : .failed,
        failure: passed ? nil : FailureRecord(cause: .expectation, message: "not so"))
    }
    if let status { journal.add(.runEnded(RunEnded(status: status, reason: "so"))) }
    let text = try markdown(journal)
    if let obstacle {
      #expect(text.holds("| Mitigated | not reached | \(obstacle) |"), "\(text)")
      #expect(text.holds("| Recovery with this runbook | not reached |"))
    } else {
      #expect(text.holds("the end of the last recovery step that succeeded"), "\(text)")
    }
  }

  /// It belongs to what it interrupts, and discovers nothing.
  @Test func keepsAGateThatOpensAnewWithTheRecovery() throws {
    var journal = Self.begun()
    journal.gate("recovery", steps: ["mend"], approvedBy: Actor(account: "alice"))
    journal.attempt("mend", sql: "A", effect: .mutating)
    journal.wait(.seconds(60))
    journal.gate("recovery", steps: ["notify"], approvedBy: Actor(account: "alice"))
    let text = try markdown(journal)
    #expect(text.ranges(of: " - Impact Discovered").count == 1, "\(text)")
    #expect(text.ranges(of: " - Resolution").count == 1)
  }
}
