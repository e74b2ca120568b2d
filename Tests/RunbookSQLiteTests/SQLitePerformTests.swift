import Foundation
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookSQLite

/// What a step brings back from a SQLite file, and what it may do there.
@Suite(.timeLimit(.minutes(15))) struct SQLitePerformTests {
  @Test func rowsAreTyped() async throws {
    let fixture = try await SQLiteFixture()
    let result = try await fixture.perform(
      """
      SELECT 9223372036854775807 AS big, 0.5 AS real, 'naïve' AS text, x'00ff41' AS bytes, NULL AS none,
        CAST(x'ff' AS TEXT) AS broken
      """)
    let row = try #require(result.values["rows"]?.listValue?.first?.mapValue)
    #expect(row["big"] == .int(.max))
    #expect(row["real"] == 0.5)
    #expect(row["text"] == "naïve")
    // A text that looks so would be another value: what reads it is an error.
    #expect(row["bytes"]?.incompletePart?.description.holds("a blob, of 3 bytes") == true)
    #expect(row["none"] == .null)
    #expect(row["broken"]?.incompletePart != nil)
    #expect(result.values["row_count"] == 1)
    #expect(result.values["columns"]?.listValue?.count == 6)
  }

  @Test func columnsOfOneNameAreRefused() async throws {
    let fixture = try await SQLiteFixture()
    await expect(.invalid, "more than one column of the rows is named 'a'") {
      try await fixture.perform("SELECT 1 AS a, 2 AS a")
    }
  }

  /// Whatever it holds, a value is one parameter, one name or one literal.
  @Test(arguments: [
    "plain", "it's", "\"quoted\"", "'; DROP TABLE item; --", "`a` [b] /* c */", "--", "é\u{301}",
    "",
  ])
  func valuesAreNeverSpliced(_ value: String) async throws {
    let fixture = try await SQLiteFixture()
    let result = try await fixture.perform(
      "SELECT :v AS bound, :'v' AS literal, 'a'||:'v'||'b' AS beside",
      values: ["v": .string(value)])
    let row = try #require(result.values["rows"]?.listValue?.first?.mapValue)
    #expect(row["bound"] == .string(value))
    #expect(row["literal"] == .string(value))
    #expect(row["beside"] == .string("a\(value)b"))
  }

  @Test func aQuotedNameIsOneName() async throws {
    let fixture = try await SQLiteFixture(#"CREATE TABLE "od""d; name" (a)"#)
    let result = try await fixture.perform(
      #"SELECT count(*) AS n FROM :"t""#, values: ["t": #"od"d; name"#])
    #expect(result.values["rows"] == [["n": 0]])
    // It is never taken for a text, as SQLite takes a name that it does not find.
    await expect(.refused, "no such column: gone") {
      try await fixture.perform(#"SELECT :"t" AS x"#, values: ["t": "gone"])
    }
  }

  @Test func listsAreJSON() async throws {
    let fixture = try await SQLiteFixture()
    let result = try await fixture.perform(
      "SELECT value AS v FROM json_each(:wanted) ORDER BY v", values: ["wanted": ["b", "a"]])
    #expect(result.values["rows"] == [["v": "a"], ["v": "b"]])
  }

  @Test(arguments: [
    "INSERT INTO item (name) VALUES ('a')", "DELETE FROM item", "DROP TABLE item",
    "CREATE TABLE other (a)", "CREATE TEMP TABLE other (a)", "UPDATE item SET name = 'b'",
    "PRAGMA user_version = 3", "PRAGMA journal_mode = wal", "PRAGMA query_only = 0",
    "ATTACH 'other.db' AS other", "VACUUM", "VACUUM INTO 'other.db'", "ANALYZE",
    "SELECT load_extension('x')", "COMMIT", "SAVEPOINT a",
  ])
  func aReadOnlyPhaseChangesNothing(_ sql: String) async throws {
    let fixture = try await SQLiteFixture()
    let before = try Data(contentsOf: URL(fileURLWithPath: fixture.path))
    await expect(.refused) { try await fixture.perform(sql) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: fixture.path)) == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder).count == 1)
  }

  @Test(arguments: [
    "ATTACH 'other.db' AS other", "VACUUM", "VACUUM INTO 'other.db'", "COMMIT", "ROLLBACK",
    "SAVEPOINT a",
    "SELECT load_extension('x')", "PRAGMA journal_mode = wal", "PRAGMA writable_schema = 1",
    "PRAGMA application_id = 7", "DROP TABLE runbook_receipt", "DELETE FROM runbook_lease",
    "INSERT INTO Runbook_Receipt SELECT * FROM runbook_receipt",
    "CREATE TRIGGER t AFTER INSERT ON runbook_receipt BEGIN SELECT 1; END",
    "CREATE TEMP TRIGGER t AFTER INSERT ON runbook_receipt BEGIN SELECT 1; END",
  ])
  func aChangeStaysInItsTransaction(_ sql: String) async throws {
    let fixture = try await SQLiteFixture()
    await expect(.refused) {
      try await fixture.perform("INSERT INTO item (name) VALUES ('a'); \(sql)", phase: .recovery)
    }
    #expect(try fixture.sqlite("SELECT count(*) FROM item") == "0")
    #expect(try fixture.sqlite("SELECT count(*) FROM runbook_receipt") == "0")
  }

  @Test func manyStatementsAreOneChange() async throws {
    let fixture = try await SQLiteFixture()
    let result = try await fixture.perform(
      """
      -- a trigger's body holds a ';'
      CREATE TRIGGER lower AFTER INSERT ON item BEGIN UPDATE item SET size = 1 WHERE id = new.id; END;
      INSERT INTO item (name) VALUES ('a'), (:b);
      PRAGMA user_version = 4;
      """, phase: .recovery, values: ["b": "b;"])
    #expect(result.hasReceipt)
    #expect(result.values["affected"] == 2)
    #expect(try fixture.sqlite("SELECT name, size FROM item") == "a|1\nb;|1")
    #expect(try fixture.sqlite("PRAGMA user_version") == "4")
  }

  @Test func aTrialIsRolledBack() async throws {
    let fixture = try await SQLiteFixture()
    let result = try await fixture.perform(
      "INSERT INTO item (name) VALUES ('a')", phase: .verification, trial: true)
    #expect(result.values["affected"] == 1)
    #expect(try fixture.sqlite("SELECT count(*) FROM item") == "0")
  }

  @Test func deferredKeysAreCheckedBeforeTheEnd() async throws {
    let fixture = try await SQLiteFixture(
      """
      CREATE TABLE a (id INTEGER PRIMARY KEY);;
      CREATE TABLE b (a REFERENCES a DEFERRABLE INITIALLY DEFERRED)
      """)
    for isTrial in [true, false] {
      await expect(.refused, "FOREIGN KEY constraint failed") {
        try await fixture.perform(
          "INSERT INTO b VALUES (1)", phase: isTrial ? .verification : .recovery, trial: isTrial)
      }
    }
  }

  @Test func manyRowsAreStreamedIntoAFile() async throws {
    let fixture = try await SQLiteFixture()
    let result = try await fixture.perform(
      """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
      SELECT i, printf('%0100d', i) AS text FROM n
      """)
    #expect(result.values["row_count"] == 20_000)
    #expect(result.evidence.count == 2)
    let file = try String(contentsOfFile: "\(fixture.folder)/evidence/rows.jsonl", encoding: .utf8)
    #expect(file.pieces(separatedBy: "\n").count == 20_000)
  }

  @Test func aTextWithAZoneIsATimelinesTime() async throws {
    let fixture = try await SQLiteFixture()
    let result = try await fixture.perform(
      """
      SELECT '2025-10-18T22:01:13Z' AS at, 'dropped' AS event
      UNION ALL SELECT '2025-10-18 22:01:13', 'no zone'
      """, phase: .timeline)
    #expect(result.timeline.map(\.text) == ["dropped"])
    #expect(result.notices.contains { $0.holds("1 row is not in the timeline") })
  }

  @Test func whatTakesTooLongIsStopped() async throws {
    let fixture = try await SQLiteFixture()
    await expect(.timeout, "it took too long") {
      try await fixture.perform(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        fields: [("statement_timeout", .duration(.milliseconds(50)))])
    }
  }

  @Test func aCancelledChangeIsRolledBack() async throws {
    let fixture = try await SQLiteFixture()
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await fixture.perform("INSERT INTO item (name) VALUES ('a')", phase: .recovery)
    }
    let failure = await #expect(throws: StepFailure.self) { _ = try await task.value }
    #expect(failure?.record.cause == .interrupted)
    #expect(try fixture.sqlite("SELECT count(*) FROM item") == "0")
  }

  private func expect(
    _ cause: FailureRecord.Cause, _ message: String = " ",
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> StepResult
  ) async {
    let failure = await #expect(throws: StepFailure.self, sourceLocation: sourceLocation) {
      _ = try await body()
    }
    #expect(failure?.record.cause == cause, "\(failure as Any)", sourceLocation: sourceLocation)
    #expect(
      failure?.record.message.holds(message) == true, "\(failure as Any)",
      sourceLocation: sourceLocation)
  }
}
