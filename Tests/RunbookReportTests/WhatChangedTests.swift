import RunbookModel
import RunbookReport
import RunbookTestSupport
import Testing

/// What the report calls done is what changed something: not what only looks, what is taken back, or what a person says.
struct WhatChangedTests {
  /// A run that is resolved, with these attempts.
  private func report(
    _ recovery: (inout JournalBuilder) -> Void = { $0.attempt("mend", sql: "UPDATE t SET a = 1") },
    safeguard: (inout JournalBuilder) -> Void = { _ in }
  ) throws -> String {
    var journal = JournalBuilder()
    journal.start(
      [
        StepRecord("look", "Look", .detection), StepRecord("mend", "Mend", .recovery),
        StepRecord("check", "Check", .verification),
        StepRecord("guard", "A trigger guards it", .safeguards),
      ], report: ["safeguards": [["title": "Guard", "text": "The guard was made."]]])
    journal.attempt("look", sql: "SELECT 1", isConfirmed: true)
    recovery(&journal)
    journal.attempt("check", sql: "SELECT 1")
    safeguard(&journal)
    journal.add(.runEnded(RunEnded(status: .resolved, reason: "every verification step passed")))
    return try IncidentReport(entries: journal.entries).markdown()
  }

  @Test func aSafeguardThatIsTakenBackIsNotImplemented() throws {
    let text = try report(safeguard: {
      $0.attempt("guard", sql: "CREATE TABLE guard ()", isTrial: true)
    })
    #expect(!text.holds("with safeguards implemented") && !text.holds("Safeguards Implemented"))
    #expect(text.holds("succeeded as a trial, and was taken back"))
    #expect(text.holds("no step of this run is known to have carried it out"))
  }

  @Test func aSafeguardThatOnlyReadsIsNotImplemented() throws {
    let text = try report(safeguard: { $0.attempt("guard", sql: "SELECT 1", effect: .readOnly) })
    #expect(!text.holds("with safeguards implemented") && !text.holds("Safeguards Implemented"))
    #expect(text.holds("succeeded, and changes nothing"))
  }

  @Test func aPersonsAnswerIsShownAsAWord() throws {
    let text = try report(safeguard: {
      $0.attempt("guard", effect: .undetermined, result: ["answer": "done"], isWord: true)
    })
    #expect(!text.holds("with safeguards implemented") && !text.holds("Safeguards Implemented"))
    #expect(text.holds("✋ answered by a person (alice: done)"))
    #expect(text.holds("Safeguard `guard` (A trigger guards it) was answered by a person: done"))
  }

  @Test func whatChangedSomethingIsImplemented() throws {
    let text = try report(safeguard: { $0.attempt("guard", sql: "CREATE TABLE guard ()") })
    #expect(text.holds("RESOLVED with safeguards implemented"))
  }

  @Test(
    arguments: [
      ("word", "recovery rests on a person's word"),
      ("read", "no recovery step that succeeded is to change anything"),
      ("failed", "no recovery step is known to have succeeded"),
      ("change", "the end of the last recovery step that succeeded, `mend`"),
    ])
  func mitigatedIsTheEndOfAChange(_ what: String, _ basis: String) throws {
    let text = try report { journal in
      switch what {
      case "word":
        journal.attempt("mend", effect: .undetermined, result: ["answer": "done"], isWord: true)
      case "read": journal.attempt("mend", sql: "SELECT 1", effect: .readOnly)
      case "failed":
        journal.attempt(
          "mend", sql: "INSERT INTO t VALUES (1)", outcome: .failed,
          failure: FailureRecord(cause: .expectation, message: "not so"))
        journal.skip("mend", .decision, "by hand")
      default: journal.attempt("mend", sql: "UPDATE t SET a = 1")
      }
    }
    let row = try #require(
      text.pieces(separatedBy: "\n").first { $0.begins(with: "| Mitigated") })
    #expect(row.holds(basis), "\(row)")
  }

  /// The incident is not longer for what is checked again behind the safeguards.
  @Test func resolvedIsWhenTheChecksPassedFirst() throws {
    var journal = JournalBuilder()
    journal.start([
      StepRecord("look", "Look", .detection), StepRecord("mend", "Mend", .recovery),
      StepRecord("check", "Check", .verification), StepRecord("guard", "Guard", .safeguards),
    ])
    journal.attempt("look", sql: "SELECT 1", isConfirmed: true)
    journal.attempt("mend", sql: "UPDATE t SET a = 1")
    journal.attempt("check", sql: "SELECT 1")
    journal.wait(.seconds(86_400))
    journal.attempt("guard", sql: "CREATE TABLE guard ()")
    journal.add(
      .stepReopened(StepReopened(step: StepID("check"), cause: .laterChange, subject: "guard")))
    journal.attempt("check", 2, sql: "SELECT 1")
    journal.add(.runEnded(RunEnded(status: .resolved, reason: "every verification step passed")))
    let text = try IncidentReport(entries: journal.entries).markdown()
    let row = try #require(text.pieces(separatedBy: "\n").first { $0.begins(with: "| Resolved") })
    #expect(row.holds("2025-10-18"), "\(row)")
    #expect(row.holds("passed again behind them"), "\(row)")
  }

  /// What an attempt did not bring is not what the one before it had brought.
  @Test func aFormerAttemptsResultIsNoneOfTheLast() throws {
    var journal = JournalBuilder()
    journal.start([
      StepRecord("look", "Look", .detection), StepRecord("mend", "Mend", .recovery),
      StepRecord("check", "Check", .verification), StepRecord("more", "More", .verification),
    ])
    journal.attempt("look", sql: "SELECT 1", isConfirmed: true)
    for step in ["check", "more"] {
      journal.attempt(
        step, sql: "SELECT 2", result: ["rows": [["n": 2]]],
        expectations: [.init(expression: "rows[0].n == 2", isMet: true)])
    }
    journal.attempt("mend", sql: "UPDATE t SET a = 1")
    for step in ["check", "more"] {
      journal.add(
        .stepReopened(StepReopened(step: StepID(step), cause: .laterChange, subject: "mend")))
    }
    journal.begin("check", 2, sql: "SELECT 2")
    journal.add(.runEnded(RunEnded(status: .abandoned, reason: "enough")))
    let text = try IncidentReport(entries: journal.entries).markdown()
    #expect(!text.holds("n = 2"))
    #expect(text.holds("cut off: the journal holds no outcome"))
    #expect(!text.holds("was not carried out again in"))
    #expect(!text.holds("Not known whether it took effect"))
  }

  private func notConfirmed(_ change: (inout JournalBuilder) -> Void) throws -> String {
    var journal = JournalBuilder()
    journal.start([
      StepRecord("look", "Look", .detection), StepRecord("mend", "Mend", .recovery),
    ])
    change(&journal)
    journal.add(.runEnded(RunEnded(status: .notConfirmed, reason: "detection found no incident")))
    return try IncidentReport(entries: journal.entries).markdown()
  }

  @Test func ofWhatIsDeclaredReadOnlyNobodyKnows() throws {
    let text = try notConfirmed {
      $0.attempt("look", sql: "true", isConfirmed: false, isEffectDeclared: true)
    }
    #expect(!text.holds("nothing was changed."))
    #expect(text.holds("declared to be read-only, which nothing enforces"))
    #expect(text.holds("is not known: `look`."))
    let other = try notConfirmed { $0.attempt("look", sql: "SELECT 1", isConfirmed: false) }
    #expect(other.holds("so recovery was not offered and nothing was changed."))
  }

  @Test func recoveryThatAGateHasShownWasOffered() throws {
    let text = try notConfirmed { journal in
      journal.attempt("look", sql: "SELECT 1", isConfirmed: true)
      journal.gate("recovery", steps: ["mend"], approvedBy: nil)
      journal.add(.stepReopened(StepReopened(step: StepID("look"), cause: .changed)))
      journal.attempt("look", 2, sql: "SELECT 1", isConfirmed: false)
    }
    #expect(!text.holds("recovery was not offered"))
    #expect(text.holds("recovery, which a gate had shown before, was not begun"))
  }

  /// Nobody is asked about what is missing when a run is given up: it is missing all the same.
  @Test func whatIsMissingWhenARunIsGivenUpIsNotTicked() throws {
    var journal = JournalBuilder()
    journal.start([
      StepRecord("look", "Look", .detection), StepRecord("mend", "Mend", .recovery),
    ])
    journal.identify()
    journal.attempt("look", sql: "SELECT 1", isConfirmed: true)
    journal.attempt("mend", sql: "UPDATE t SET a = 1", hasReceipt: true)
    journal.add(.runHeld(RunHeld(cause: .interruption, subject: nil, message: "interrupted")))
    let identity = ConnectionIdentity(
      systemIdentifier: "7433219870012345678", timelineID: 1, database: "akleao",
      databaseOID: 16_384, role: "akleao", isSuperuser: false, serverVersion: "15.18",
      isReplica: false, address: "db1:5432")
    journal.add(
      .connectionIdentified(
        ConnectionIdentified(
          connection: "main", identity: identity,
          lost: LostProof(isLeaseLost: true, receipts: [StepID("mend")]))))
    journal.add(.runEnded(RunEnded(status: .abandoned, reason: "enough")))
    let text = try IncidentReport(entries: journal.entries).markdown()
    #expect(text.holds("⚠️ succeeded, without a record in the present database"))
    #expect(!text.holds("✅ succeeded"))
    #expect(text.holds("it has no record of what `mend` did"))
  }
}
