import RunbookModel
import RunbookReport
import Testing

/// What a report says is so in this run.
struct SoTests {
  private static let steps = [
    StepRecord("look", "Look", .detection), StepRecord("mend", "Mend", .recovery),
    StepRecord("check", "Check", .verification, captures: ["lost"]),
    StepRecord("guard", "Guard", .safeguards),
  ]

  private static func begun(report: Value = [:], isSandbox: Bool = false) -> JournalBuilder {
    var journal = JournalBuilder()
    journal.start(steps, report: report, isSandbox: isSandbox)
    return journal
  }

  private static func text(_ journal: JournalBuilder) throws -> String {
    try IncidentReport(entries: journal.entries).markdown()
  }

  /// A condition that is false leaves no line, no bullet, and no second mark.
  @Test(arguments: [
    ("a ${{ 1 > 2 ? 'x' : '' }} b", "a b"), ("a\n${{ '' }}\nb", "a\nb"), ("${{ '' }} a", "a"),
    ("a\n\n${{ '' }}\nb", "a\n\nb"), ("a${{ '' }}b", "ab"),
    ("${{ nope }}${{ nope }} a", "TODO (undefined: nope) a"),
  ])
  func leavesNoTraceOfWhatIsNotSo(_ authored: String, _ shown: String) throws {
    var journal = Self.begun(report: ["impact": .string(authored)])
    journal.attempt("look", sql: "SELECT 1", isConfirmed: true)
    let text = try Self.text(journal)
    #expect(text.holds("## Impact\n\n\(shown)\n"), "\(text)")
  }

  @Test func leavesNoEmptyBullet() throws {
    var journal = Self.begun(report: [
      "lessons": ["wrong": ["${{ 1 > 2 ? 'never' : '' }}", "always"], "lucky": ["${{ '' }}"]]
    ])
    journal.attempt("look", sql: "SELECT 1", isConfirmed: true)
    let text = try Self.text(journal)
    #expect(text.holds("### What Went Wrong\n\n1. ❌ always\n\n"), "\(text)")
    #expect(!text.holds("🍀 \n") && text.holds("### Where We Got Lucky\n\nTODO (owner: platform)"))
  }

  /// Only what happened to a sandbox is counted, and nothing is declared before it was broken.
  @Test func tellsOfASandboxAsItWas() throws {
    var journal = Self.begun(isSandbox: true)
    func part(_ part: PreparationRecord.Part, _ id: String, _ outcome: Outcome) -> PreparationRecord
    {
      PreparationRecord(
        part: part, id: StepID(id), title: id, kind: "sql", outcome: outcome, reason: nil,
        startedAt: .at("22:08:00"), finishedAt: .at("22:08:05"), work: [], result: [:])
    }
    journal.wait(.seconds(10))
    journal.add(
      .sandboxPrepared(
        SandboxPrepared(
          serverVersion: "15",
          steps: [
            part(.fixture, "a", .succeeded), part(.fixture, "b", .skipped),
            part(.fault, "c", .skipped), part(.fault, "d", .succeeded),
          ], inputs: [], connections: [])))
    journal.attempt("look", sql: "SELECT 1", isConfirmed: true)
    let text = try Self.text(journal)
    #expect(text.holds("prepared by 1 fixture and 1 fault steps"), "\(text)")
    #expect(text.holds("| Declared | 2025-10-18 22:08:10 UTC |"), "\(text)")
  }

  @Test func saysHowLongPeopleWereWaitedFor() throws {
    var journal = Self.begun()
    journal.attempt("look", sql: "SELECT 1", isConfirmed: true)
    journal.gate("recovery", steps: ["mend"], approvedBy: Actor(account: "ann"))
    journal.attempt("mend", sql: "UPDATE t SET a = 1")
    journal.attempt("check", sql: "SELECT 1")
    journal.add(.runEnded(RunEnded(status: .resolved, reason: "every verification step passed")))
    let text = try Self.text(journal)
    #expect(text.holds("| Of that, waiting for decisions | 25 s |"), "\(text)")
  }

  /// A time before the one that it comes after makes no duration.
  @Test func makesNoDurationOfTimesThatContradictOneAnother() throws {
    var journal = Self.begun()
    let row = TimelineRow(at: .at("22:00:00"), text: "DROP TABLE t", source: "log", isDamage: true)
    journal.attempt("look", sql: "SELECT 1", isConfirmed: true, timeline: [row])
    let before = try IncidentReport(entries: journal.entries)
    #expect(before.contradictions.isEmpty)
    journal.add(
      .reportEdited(
        ReportEdited(edits: [
          .init(field: "detected", operation: .set, text: "2024-10-18T22:04:00Z")
        ])))
    let after = try IncidentReport(entries: journal.entries)
    #expect(after.contradictions == ["detected − incident start: the one lies before the other"])
    let text = try after.markdown()
    #expect(text.holds("| Time to detect | not known: the times contradict one another |"))
  }

  /// What every run with such a safeguard does is no deviation of its own for each check.
  @Test func tellsOfChecksBehindASafeguardInALine() throws {
    var journal = Self.begun()
    journal.attempt("look", sql: "SELECT 1", isConfirmed: true)
    journal.attempt("mend", sql: "UPDATE t SET a = 1")
    journal.attempt("check", sql: "SELECT 1")
    journal.attempt("guard", sql: "CREATE EVENT TRIGGER g")
    journal.add(
      .stepReopened(StepReopened(step: StepID("check"), cause: .laterChange, subject: "guard")))
    journal.attempt("check", 2, sql: "SELECT 1")
    let text = try Self.text(journal)
    #expect(
      text.holds(
        "- the verification step was carried out again behind `guard`, as always behind a "
          + "safeguard that changes something [J"), "\(text)")
    #expect(!text.holds("was tried again") && !text.holds("counted no more"))
  }

  /// A check that failed when it was made again is said as any that failed.
  @Test func tellsOfACheckThatFailedBehindASafeguard() throws {
    var journal = Self.begun()
    journal.attempt("look", sql: "SELECT 1", isConfirmed: true)
    journal.attempt("mend", sql: "UPDATE t SET a = 1")
    journal.attempt("check", sql: "SELECT 1")
    journal.attempt("guard", sql: "CREATE EVENT TRIGGER g")
    journal.add(
      .stepReopened(StepReopened(step: StepID("check"), cause: .laterChange, subject: "guard")))
    journal.attempt(
      "check", 2, sql: "SELECT 1", outcome: .failed,
      failure: FailureRecord(cause: .expectation, message: "expected row_count == 0"))
    #expect(try Self.text(journal).holds("`check`, attempt 2, failed"))
  }

  /// What a kind counted is what came, and not how long one of its lists is.
  @Test func actualIsWhatWasCounted() throws {
    var journal = Self.begun()
    journal.attempt("look", sql: "SELECT 1", isConfirmed: true)
    journal.attempt(
      "check",
      result: [
        "damaged": false, "equal_count": 208, "rows": [["table": "a"], ["table": "b"]],
        "recoverable": [], "way": "archive",
      ],
      expectations: [ExpectationRecord(expression: "size(recoverable) == 0", isMet: true)])
    let text = try Self.text(journal)
    #expect(
      text.holds(
        "| damaged = false, equal_count = 208, recoverable: 0, way = archive | ✅ |"), "\(text)")
  }

  /// The reason of an end has what is lost for good.
  @Test func saysWhatIsLostForGood() {
    #expect(
      Remainder.lossWords([["lost_for_good": ["172 rows"]], ["lost_for_good": ["3 objects"]]])
        == "lost for good: 172 rows; 3 objects")
    #expect(Remainder.lossWords([["rows": 1], .null]) == nil)
  }
}
