import RunbookEngine
import RunbookModel
import RunbookPostgres
import RunbookTestSupport
import Testing

/// What a transaction does not guard is open where the transaction failed: it is not called rolled back, and not
/// repeated.
@Suite(.enabled(if: TestServer.isAvailable))
struct UnguardedEffectTests {
  private static let objection = FailureRecord(
    cause: .expectation, message: "expected row_count == 7")

  private func prepared() async throws -> SQLFixture {
    let fixture = try await SQLFixture()
    try await fixture.gateway.prepareReceipts("main")
    fixture.psql(
      """
      CREATE EXTENSION dblink; CREATE TABLE ledger (n int); CREATE SEQUENCE numbers;
      CREATE FUNCTION plain() RETURNS int LANGUAGE sql AS 'INSERT INTO ledger VALUES (0) RETURNING 0'
      """)
    return fixture
  }

  /// Pays in another session.
  private func payment(_ fixture: SQLFixture) -> String {
    "dblink_exec('host=\(fixture.server.folder) port=\(fixture.server.port) user=test "
      + "dbname=\(fixture.database)', 'INSERT INTO ledger VALUES (1)')"
  }

  @Test func whatItsExpectRefusesIsOpen() async throws {
    let fixture = try await prepared()
    let doubled = payment(fixture).replacingAll("'", with: "''")
    for sql in [
      "SELECT \(payment(fixture))", "DO $$ BEGIN PERFORM \(payment(fixture)); END $$",
      "DO 'BEGIN EXECUTE ''SELECT \(doubled.replacingAll("'", with: "''"))''; END'",
      "COPY (SELECT 1) TO PROGRAM 'true'", "SELECT setval('numbers', 7)",
    ] {
      let activity = try fixture.activity(sql, phase: .recovery)
      #expect(!activity.unguarded.isEmpty, "\(sql)")
      let failure = await failure {
        _ = try await activity.perform(in: fixture.context(objection: { _ in Self.objection }))
      }
      #expect(failure?.partial?.isEffectOpen == true, "\(sql)")
      #expect(failure?.record.mayRetryHelp == false)
      #expect(failure?.record.message.holds("the change was rolled back") == false, "\(sql)")
      #expect(failure?.record.detail?.holds("no transaction guards what ") == true, "\(sql)")
    }
    #expect(fixture.psql("SELECT count(*) FROM ledger") == "3")
    #expect(fixture.psql("SELECT last_value FROM numbers") == "7")
    #expect(fixture.psql("SELECT count(*) FROM runbook.receipt") == "0")
  }

  @Test func isOpenOnceItWasReached() async throws {
    let fixture = try await prepared()
    for (sql, isOpen) in [
      ("SELECT setval('numbers', 7); SELECT 1/0", true),
      ("SELECT 1/0; SELECT setval('numbers', 8)", false),
      ("SELECT setval('numbers', 7), 1/0", true), ("SELECT 1/0", false),
    ] {
      let failure = await failure { try await fixture.perform(sql, phase: .recovery) }
      #expect(failure?.record.code == "22012", "\(sql)")
      #expect((failure?.partial?.isEffectOpen ?? false) == isOpen, "\(sql)")
    }
  }

  @Test func whatIsCutOffIsOpen() async throws {
    let fixture = try await prepared()
    let failure = await failure {
      try await fixture.perform(
        "SELECT \(payment(fixture)); SELECT pg_terminate_backend(pg_backend_pid())",
        phase: .recovery)
    }
    #expect(failure?.record.cause == .lost)
    #expect(failure?.record.message.holds("nothing of the work took effect") == false)
    #expect(fixture.psql("SELECT count(*) FROM ledger") == "1")
  }

  /// A user's function is taken for one that its transaction guards, and no more is said than that.
  @Test func ofAPlainFunctionOnlyWhatIsKnownIsSaid() async throws {
    let fixture = try await prepared()
    let activity = try fixture.activity("SELECT plain()", phase: .recovery)
    #expect(activity.unguarded.isEmpty)
    let failure = await failure {
      _ = try await activity.perform(in: fixture.context(objection: { _ in Self.objection }))
    }
    #expect(
      failure?.record.message
        == "expected row_count == 7; what its transaction guards of it was rolled back")
    #expect(failure?.partial?.isEffectOpen == false)
    #expect(fixture.psql("SELECT count(*) FROM ledger") == "0")
  }

  @Test func itsReceiptProvesItDone() async throws {
    let fixture = try await prepared()
    let activity = try fixture.activity("SELECT \(payment(fixture))", phase: .recovery)
    #expect(try await activity.perform(in: fixture.context()).hasReceipt)
    #expect(try await activity.receipt(in: fixture.context(generation: 2)) != nil)
  }

  @Test(arguments: [
    "lo_create(0)", "nextval('numbers')", "pg_notify('a', 'b')", "pg_advisory_lock(1)", "now()",
    "pg_export_snapshot()", "plain()", "http_status(1)",
  ])
  func aTransactionGuards(_ call: String) async throws {
    let fixture = try await SQLFixture()
    #expect(try fixture.activity("SELECT \(call)", phase: .recovery).unguarded.isEmpty)
  }

  @Test(arguments: [
    ("SELECT pg_terminate_backend(1)", "pg_terminate_backend()"),
    ("SELECT lo_export(1, '/f')", "lo_export()"), ("SELECT pg_switch_wal()", "pg_switch_wal()"),
    ("SELECT * FROM public.dblink('x', 'y') AS t (a int)", "public.dblink()"),
    ("SELECT \"pg_catalog\" . \"setval\"  ('s', 1)", "pg_catalog.setval()"),
    ("COPY t FROM PROGRAM 'cat'", "COPY FROM PROGRAM"),
    ("COPY t TO '/f'", "COPY TO a file of the server"),
    ("DO $$ BEGIN EXECUTE 'COPY t TO PROGRAM ''cat'''; END $$", "COPY with a PROGRAM"),
    ("SELECT :\"f\"('s', 1)", "setval()"),
    (
      "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT dblink_exec('') $$",
      "dblink_exec()"
    ),
  ])
  func noTransactionGuards(_ sql: String, _ words: String) async throws {
    let fixture = try await SQLFixture()
    let activity = try fixture.activity(sql, phase: .recovery, values: ["f": "setval"])
    #expect(activity.unguarded == [words])
  }

  @Test func rowsThatAreReadFromAFileAreGuarded() async throws {
    let fixture = try await SQLFixture()
    #expect(try fixture.activity("COPY t FROM '/f'", phase: .recovery).unguarded.isEmpty)
  }
}
