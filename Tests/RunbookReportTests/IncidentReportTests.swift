import RunbookModel
import RunbookReport
import Testing

@Suite struct IncidentReportTests {
  private func markdown(_ journal: JournalBuilder) throws -> String {
    try IncidentReport(entries: journal.entries).markdown()
  }

  @Test func refusesWhatIsNoJournal() {
    #expect(throws: ReportError.emptyJournal) { try IncidentReport(entries: []) }
    var journal = JournalBuilder()
    journal.skip("a", .condition, "false")
    #expect(
      throws: ReportError.damagedJournal(
        sequence: 1, reason: "the first entry starts no run")
    ) { try IncidentReport(entries: journal.entries) }
  }

  @Test func refusesAnOutcomeWithoutAnIntent() {
    var journal = JournalBuilder()
    journal.start([StepRecord("a", "A", .detection)])
    journal.skip("b", .condition, "false")
    #expect(
      throws: ReportError.damagedJournal(
        sequence: 2, reason: "nothing of step 'b' can follow here")
    ) { try IncidentReport(entries: journal.entries) }
  }

  @Test func saysWhatBecameOfEachCommand() throws {
    var journal = JournalBuilder()
    journal.start([StepRecord("fix", "Fix", .recovery)])
    let work = ["A", "B", "C", "D", "E"].map {
      WorkItem(language: .sql, text: $0, effect: .mutating)
    }
    journal.attempt(
      "fix", work: work, effect: .mutating, outcome: .failed,
      workDone: [
        WorkDone(item: 0, .sent, times: 2, affected: 1),
        WorkDone(item: 1, .leftOut, reason: "3 rows have none"),
        WorkDone(item: 2, .sent, sent: "C NOT VALID", reason: "3 rows refer to nothing"),
        WorkDone(item: 3, .failed), WorkDone(item: 4, .notReached),
      ])
    let report = try markdown(journal)
    for (text, became) in [
      ("A", "Sent 2 times, 1 row."), ("B", "Left out: 3 rows have none."),
      ("C", "Sent as `C NOT VALID`: 3 rows refer to nothing."), ("D", "This one failed."),
      ("E", "Not sent."),
    ] { #expect(report.holds("```sql\n\(text)\n```\n\n\(became)\n"), "\(text)") }
    #expect(!report.holds("before it ended is not recorded"))
  }

  @Test func saysWhereNothingTellsHowFarAnAttemptCame() throws {
    let unknown = "How many of these were sent before it ended is not recorded."
    let work = ["A", "B"].map { WorkItem(language: .sql, text: $0, effect: .mutating) }
    for (outcome, isUnknown) in [(Outcome.failed, true), (.unknown, true), (.succeeded, false)] {
      var journal = JournalBuilder()
      journal.start([StepRecord("fix", "Fix", .recovery)])
      journal.attempt("fix", work: work, effect: .mutating, outcome: outcome)
      #expect(try markdown(journal).holds(unknown) == isUnknown, "\(outcome)")
    }
  }

  @Test func namesItsFileByDayRunbookAndRun() throws {
    var journal = JournalBuilder()
    journal.start([], name: "../a b")
    let report = try IncidentReport(entries: journal.entries)
    #expect(report.title == "Database Incident Report - October 18, 2025")
    #expect(report.suggestedFileName == "2025-10-18-..-a-b-k7m2p4.md")
  }

  @Test func statesByHowMuchTimesWereCorrected() throws {
    var journal = Incident.begun()
    journal.attempt(
      "app-errors", result: ["lines": "x"],
      timeline: [("22:04:05", 1_500_000), ("22:04:06", 1_500_000), ("22:04:07", nil)].map {
        TimelineRow(
          at: .at($0.0), text: "x", source: "application log",
          clockOffsetMicroseconds: $0.1)
      })
    let report = try markdown(journal)
    #expect(
      report.holds(
        """

        Times of these sources are corrected by their clocks' offset:

        - application log: 1.5 s [J4]

        """), "\(report)")
  }

  @Test func writesTheSameBytesAgain() throws {
    var journal = Incident.begun()
    Incident.timeline(&journal)
    Incident.detection(&journal)
    #expect(try markdown(journal) == markdown(journal))
  }

  @Test func countsTheTodosThatItPrints() throws {
    var journal = Incident.begun()
    Incident.detection(&journal)
    let text = try markdown(journal)
    let stated = text.firstMatch(of: /draft, (\d+) fields/).flatMap { Int($0.1) }
    let cells = text.ranges(of: "| TODO ").count { range in
      text[range.upperBound...].begins(with: "|")
    }
    #expect(stated == text.ranges(of: "TODO (").count + cells)
  }

  @Test func writesAnUndefinedNameAsTodo() throws {
    var journal = JournalBuilder()
    journal.start(
      [StepRecord("a", "A", .detection)],
      report: [
        "trigger": "${{ inputs.backup }} of ${{ steps['b'].status }} and ${{ x_y }}; ${{ run.id }}"
      ],
      inputs: [
        InputRecord(name: "backup", type: "path", value: nil, origin: .none, isSecret: false)
      ])
    journal.attempt("a", isConfirmed: true)
    let text = try markdown(journal)
    #expect(
      text.holds(
        "TODO (undefined: inputs.backup) of TODO (undefined: steps\\['b'\\]) and "
          + "TODO (undefined: x_y); k7m2p4"))
  }

  /// A process died before it wrote the outcome, and the probe said that the work was done.
  @Test func readsTheCapturesOfWhatWasFoundDone() throws {
    var journal = JournalBuilder()
    journal.start(
      [StepRecord("a", "A", .detection), StepRecord("b", "B", .recovery)],
      report: ["trigger": "${{ is_in }} by ${{ steps['b'].exit_code }}"])
    journal.attempt("a", isConfirmed: true)
    journal.begin("b")
    journal.add(
      .attemptSettled(
        AttemptSettled(
          step: StepID("b"), attempt: 1, settlement: .done, means: .probe,
          detail: "the probe says so",
          result: ["exit_code": 0], captures: ["is_in": true])))
    #expect(try markdown(journal).holds("true by 0"))
  }

  @Test func marksASandboxWhereNobodyCanMissIt() throws {
    var journal = JournalBuilder()
    journal.start(
      [StepRecord("a", "A", .detection)],
      inputs: [InputRecord(name: "log", type: "path", value: nil, origin: .none, isSecret: false)],
      isSandbox: true)
    journal.add(
      .sandboxPrepared(
        SandboxPrepared(
          serverVersion: "15.18",
          steps: [
            PreparationRecord(
              part: .fault, id: StepID("drop"), title: "Alembic drops the tables", kind: "shell",
              outcome: .succeeded, startedAt: .at("22:08:00"), finishedAt: .at("22:08:01"),
              work: [], result: [:])
          ],
          inputs: [
            InputRecord(
              name: "log", type: "path", value: "/tmp/x.log", origin: .sandbox, isSecret: false)
          ], connections: [ConnectionRecord(name: "main", kind: "postgres", target: "sandbox")])))
    let text = try markdown(journal)
    #expect(text.begins(with: "# Database Incident Report - October 18, 2025 - SANDBOX\n"))
    #expect(text.holds("**SANDBOX. This run worked on a throwaway database"))
    #expect(text.holds("Sandbox: Fault `drop` (Alembic drops the tables) succeeded [J2]"))
    #expect(text.holds("PostgreSQL 15.18, prepared by 0 fixture and 1 fault steps"))
  }

  @Test func saysWhichAttemptHasNoOutcome() throws {
    var journal = JournalBuilder()
    journal.start([StepRecord("a", "Mend it", .recovery)])
    journal.begin("a", sql: "DROP TABLE x", effect: .destructive)
    let text = try markdown(journal)
    #expect(text.holds("**Without an outcome in the journal**:\n\n- `a`: Mend it (recovery)"))
    #expect(text.holds("Step `a` (Mend it) began; the journal holds no outcome [J2]"))
    #expect(
      text.holds("destructive: ⏳ no outcome in the journal [J2]\n\n```sql\nDROP TABLE x\n```"))
  }

  @Test func saysThatDetectionCouldNotBeCarriedOut() throws {
    var journal = Incident.begun()
    journal.attempt(
      "missing-tables", sql: "SELECT 1", outcome: .failed,
      failure: FailureRecord(cause: .unreachable, message: "connection refused"))
    journal.add(.runEnded(RunEnded(status: .undetermined, reason: "detection could not run")))
    let text = try markdown(journal)
    #expect(text.holds("- **Status**: UNDETERMINED: detection could not run"))
    #expect(text.holds("it is not known whether there is an incident"))
    #expect(
      text.holds(
        "Detection step `missing-tables`, attempt 1, could not be carried out: connection refused"))
    #expect(!text.holds("Architecture Issue"))
  }

  @Test func cutsLongEvidenceAndSaysSo() throws {
    var journal = JournalBuilder()
    journal.start([StepRecord("a", "A", .detection)])
    let lines = (1...100).map { "line \($0)" }.joined(separator: "\n")
    journal.attempt(
      "a", result: ["stdout": .string(lines)], evidence: [("output of a", "stdout")],
      withheld: ["token"])
    let text = try markdown(journal)
    #expect(text.holds("line 40\n```\n\nCut: the first 40 of 100 lines"))
    #expect(!text.holds("line 41"))
    #expect(text.holds("| **Not stored, as it held a secret** | `token` of step `a` |"))
  }

  @Test func tellsAttemptsThatFailedAlikeInOneRow() throws {
    var journal = JournalBuilder()
    journal.start([StepRecord("a", "Answers", .verification, "http")])
    for number in 1...5 {
      journal.attempt(
        "a", number, outcome: .failed,
        failure: FailureRecord(cause: .unreachable, message: "connection refused"))
      journal.wait(.seconds(1))
    }
    journal.attempt("a", 6)
    let text = try markdown(journal)
    let words = "could not be carried out: connection refused [J11]"
    #expect(text.holds("Verification `a`, attempts 1 to 5, \(words)"))
    #expect(text.holds("- `a`, attempts 1 to 5, \(words)"))
    #expect(text.holds("- `a` was tried again: attempt 6 succeeded [J13]"))
  }

  @Test func claimsNoResolutionBeforeThereIsOne() throws {
    var journal = Incident.begun()
    Incident.detection(&journal)
    let text = try markdown(journal)
    #expect(!text.holds("Tables recreated"))
    #expect(!text.holds("Multiple safeguards prevent recurrence"))
    #expect(text.holds("this run has not resolved the incident.\n\n### 1. SQLAlchemy models"))
  }

  @Test func readsDefaultsOfCapturesOfSkippedSteps() throws {
    var journal = JournalBuilder()
    journal.start(
      [
        StepRecord(
          id: StepID("a"), title: "A", phase: .timeline, kind: "log", line: 1, captures: ["n"],
          fallbacks: ["n": 0]), StepRecord("b", "B", .detection),
      ], report: ["trigger": "counted${{ n == 0 ? ': ' : '' }}${{ n }}"])
    journal.skip("a", .condition, "has(inputs.log)")
    journal.attempt("b", isConfirmed: true)
    #expect(try markdown(journal).holds("### Trigger\n\ncounted: 0\n"))
  }

  @Test func groupsWhatCameAfterTheRun() throws {
    var journal = Incident.begun()
    Incident.timeline(&journal)
    Incident.detection(&journal)
    journal.add(.runEnded(RunEnded(status: .abandoned, reason: "by hand")))
    journal.wait(.seconds(60))
    journal.add(
      .noteAdded(NoteAdded(text: "All is well", at: .at("00:10:00", day: "2025-10-19"))))
    let text = try markdown(journal)
    #expect(
      text.holds(
        """
        ### 2025-10-19 00:10:00 UTC - Afterwards

        - **2025-10-19 00:10:00** Note by alice: All is well (a person's word)
        """))
  }

  @Test func ticksOnlyWhatTheRunProved() throws {
    var journal = JournalBuilder()
    journal.start(
      [StepRecord("a", "A", .detection)],
      report: [
        "checklist": [
          ["text": "proved", "done": "steps['a'].outcome == 'succeeded'"],
          ["text": "in marks", "done": "${{ findings['a'] }}"],
          ["text": "undefined", "done": "nothing"], ["text": "not an expression", "done": "((("],
        ]
      ])
    journal.attempt("a", isConfirmed: true)
    let text = try markdown(journal)
    #expect(
      text.holds("- [x] proved\n- [x] in marks\n- [ ] undefined\n- [ ] not an expression\n"))
  }

  /// An id of a journal that came from elsewhere leads to no other place.
  @Test(arguments: ["../../x", "/etc/passwd", "..", "E1/../..", "E\u{301}/"])
  func namesEvidenceByItsOwnFolderAlone(_ id: String) throws {
    var journal = JournalBuilder()
    journal.start([StepRecord("say", "Say", .detection, "shell")])
    let text = (0..<50).map { "line \($0)" }.joined(separator: "\n")
    journal.attempt("say", result: ["stdout": .string(text)], evidence: [("output", "stdout")])
    let entries = journal.entries.map { entry in
      guard case .attemptFinished(let finished) = entry.event else { return entry }
      let records = finished.evidence.map {
        EvidenceRecord(
          id: id, what: $0.what, source: $0.source, capturedAt: $0.capturedAt, size: $0.size,
          digest: $0.digest, content: $0.content, isCut: $0.isCut)
      }
      return Entry(
        sequence: entry.sequence, recordedAt: entry.recordedAt, actor: entry.actor,
        event: .attemptFinished(
          AttemptFinished(
            step: finished.step, attempt: finished.attempt, outcome: finished.outcome,
            result: finished.result, evidence: records,
            elapsedMicroseconds: finished.elapsedMicroseconds)),
        body: entry.body, hash: entry.hash)
    }
    let files = try IncidentReport(entries: entries).evidenceFiles
    #expect(files.count == 1)
    for file in files {
      #expect(!file.name.holds("/") && !file.name.begins(with: ".") && file.name.ends(with: ".txt"))
      #expect(!file.folder.holds("/") && file.folder.ends(with: ".evidence"))
    }
  }
}
