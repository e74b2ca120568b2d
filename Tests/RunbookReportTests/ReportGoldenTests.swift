import RunbookModel
import RunbookReport
import Testing

/// Whole reports, held to the byte.
@Suite struct ReportGoldenTests {
  @Test func writesAResolvedIncident() throws {
    var journal = Incident.begun()
    Incident.timeline(&journal)
    Incident.detection(&journal)
    Incident.recovery(&journal)
    Incident.verification(&journal)
    journal.attempt(
      "guard-env", work: [WorkItem(language: .shell, text: "alembic check", effect: .readOnly)],
      takes: .milliseconds(900), result: ["exit_code": 0])
    journal.wait(.milliseconds(5))
    journal.add(.runEnded(RunEnded(status: .resolved, reason: "every verification step passed")))
    journal.wait(.seconds(600))
    journal.add(
      .noteAdded(NoteAdded(text: "All users were told by mail.", at: .at("22:15:00"))),
      by: Actor(account: "ops", name: "Bob"))
    try expectGoldens(journal, "resolved")
  }

  /// The report in each format.
  private func expectGoldens(
    _ journal: JournalBuilder, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let report = try IncidentReport(entries: journal.entries)
    for (format, ending) in [(ReportFormat.markdown, "md"), (.html, "html"), (.json, "json")] {
      try expectGolden(
        try report.text(as: format), "\(name).\(ending)", sourceLocation: sourceLocation)
    }
  }

  @Test func writesThatNothingWasConfirmed() throws {
    var journal = Incident.begun()
    journal.attempt("migrations", work: [], result: ["culprits": []])
    journal.skip("ddl-in-server-log", .condition, "has(inputs.server_log)")
    journal.skip("app-errors", .condition, "has(inputs.app_log)")
    journal.attempt(
      "missing-tables", sql: "SELECT 1", result: ["rows": [], "row_count": 0],
      captures: ["missing": []], isConfirmed: false, evidence: [("rows of missing-tables", "rows")])
    journal.attempt("endpoint-fails", result: ["status": 200], isConfirmed: false)
    journal.attempt("users-columns", sql: "SELECT 1", result: ["row_count": 0], isConfirmed: false)
    journal.add(.runEnded(RunEnded(status: .notConfirmed, reason: "no finding was confirmed")))
    try expectGoldens(journal, "not-confirmed")
  }

  @Test func writesWhatIsStillToComeOfAHeldRun() throws {
    var journal = Incident.begun()
    Incident.timeline(&journal)
    Incident.detection(&journal)
    journal.wait(.seconds(3))
    journal.gate("recovery", steps: ["backup-now", "recreate-session"], approvedBy: nil)
    journal.add(
      .runHeld(
        RunHeld(
          cause: .gate, subject: "recovery",
          message: "approve it with: runbook approve k7m2p4 recovery")))
    try expectGoldens(journal, "held")
  }

  @Test func writesAVerificationThatFailed() throws {
    var journal = Incident.begun()
    Incident.timeline(&journal)
    Incident.detection(&journal)
    Incident.recovery(&journal)
    Incident.verification(&journal, endpointStatus: 500)
    journal.skip("guard-env", .decision, "safeguards run only after verification passed")
    journal.add(.runEnded(RunEnded(status: .failed, reason: "1 of 2 verification steps failed")))
    try expectGoldens(journal, "failed")
  }

  /// A recovery step, a verification and a safeguard on a person's word, and a check that could not run.
  @Test func writesWhatPeopleSaidAsTheirWord() throws {
    let bob = Actor(account: "ops", name: "Bob")
    var journal = Incident.begun()
    Incident.detection(&journal)
    journal.gate("recovery", steps: ["backup-now", "recreate-session"], approvedBy: bob)
    journal.begin("backup-now", work: [WorkItem(language: .shell, text: "dump", effect: .mutating)])
    journal.wait(.seconds(4))
    for (settlement, means, detail, actor) in [
      (.unknown, .none, "a person has to say", nil), (.done, .word, "the file is there", bob),
    ] as [(Settlement, AttemptSettled.Means, String, Actor?)] {
      journal.add(
        .attemptSettled(
          AttemptSettled(
            step: StepID("backup-now"), attempt: 1, settlement: settlement, means: means,
            detail: detail)), by: actor)
    }
    journal.attempt("recreate-session", sql: "CREATE TABLE session ()", hasReceipt: true)
    journal.skip("alter-users", .decision, "nobody uses it")
    journal.attempt(
      "tables-exist", sql: "SELECT 1", outcome: .failed,
      failure: FailureRecord(cause: .unreachable, message: "the connection was lost"))
    journal.skip("tables-exist", .decision, "the server is away")
    journal.attempt("session-endpoint", result: ["status": 200])
    journal.skip("guard-env", .decision, "not tonight")
    journal.add(
      .runEnded(
        RunEnded(
          status: .unverified,
          reason: "1 of 2 verification steps passed, 1 was skipped (reason: the server is away)")))
    try expectGoldens(journal, "unverified")
  }

  @Test func keepsHostileValuesInTheirPlaces() throws {
    let evil =
      "a|b `c` ```` <script>alert(1)</script> [x](http://evil) ![i](u)\n# head\n```\n| x |\n\u{1B}[31m"
    var journal = JournalBuilder(actor: Actor(account: "eve|x\n@all", name: "<b>Eve</b>"))
    journal.start(
      [
        StepRecord("look", evil, .detection, captures: ["found"]),
        StepRecord("mend", evil, .recovery), StepRecord("check", evil, .verification),
        StepRecord("migrations", evil, .timeline, "migrations"),
      ],
      report: [
        "summary": "Value: ${{ found }} and `${{ found }}`\n\n```text\n${{ found }}",
        "impact": "${{ nothing_here }} and ${{ 1 / 0 }}",
        "action_items": [["action": "Mend ${{ found }}", "owner": "a|b"]],
      ], name: "hostile|runbook", title: evil, owner: evil)
    journal.attempt(
      "migrations", work: [],
      result: [
        "culprits": [
          [
            "file": .string(evil), "revision": .string(evil),
            "drops": [["table": .string(evil), "text": .string(evil), "line": 3]],
          ]
        ]
      ])
    journal.attempt(
      "look", sql: evil, result: ["rows": [["c|d": .string(evil), "n": nil]], "row_count": 1],
      captures: ["found": .string(evil)], isConfirmed: true, evidence: [(evil, "rows")],
      timeline: [TimelineRow(at: .at("22:00:00"), text: evil, source: evil, isDamage: true)])
    journal.attempt(
      "mend",
      work: [
        WorkItem(
          language: .sql, text: evil,
          parameters: [WorkItem.Parameter(name: "p|q", value: .string(evil))], effect: .destructive)
      ], effect: .destructive, outcome: .failed,
      failure: FailureRecord(cause: .refused, message: evil, detail: evil))
    journal.skip("check", .decision, evil)
    journal.add(.noteAdded(NoteAdded(text: evil, at: nil)))
    journal.add(.runHeld(RunHeld(cause: .failedStep, subject: "mend", message: evil)))
    let report = try IncidentReport(entries: journal.entries)
    for format in ReportFormat.allCases {
      let text = try report.text(as: format)
      #expect(!text.holds("\u{1B}"))
    }
    try expectGoldens(journal, "hostile")
  }
}
