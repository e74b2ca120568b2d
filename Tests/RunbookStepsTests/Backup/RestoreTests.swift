import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookLogs
@testable import RunbookPostgres
@testable import RunbookRecovery

/// Real losses, brought back from a real backup.
///
/// One after the other: each blocks a thread now and then that others need.
@Suite(.serialized, .enabled(if: TestServer.isAvailable))
struct RestoreTests {
  struct Loss: Sendable, CustomTestStringConvertible {
    let sql: String
    var testDescription: String { sql }
  }

  /// After each of these everything is exactly as it was, rows included.
  static let losses = [
    #"DROP TABLE token, session, "user" CASCADE"#, #"DROP TABLE "user" CASCADE"#,
    "DROP TABLE session CASCADE", "DROP TABLE token", #"TRUNCATE "user" CASCADE"#,
    "DELETE FROM token", "ALTER TABLE token RENAME TO old_token",
    """
    ALTER TABLE token RENAME TO old; ALTER TABLE old RENAME CONSTRAINT token_pkey TO old_pkey;
    ALTER INDEX token_note_idx RENAME TO old_note; ALTER TRIGGER touch ON old RENAME TO old_touch
    """,
    "CREATE SCHEMA attic; ALTER TABLE session SET SCHEMA attic", "DROP VIEW open_sessions CASCADE",
    "DROP TRIGGER touch ON token; DROP INDEX token_note_idx",
    "DROP TABLE token; DROP FUNCTION touch()",
    "DROP POLICY own ON session; DROP STATISTICS session_stats",
    "ALTER TABLE session DROP CONSTRAINT session_token_check",
    #"REVOKE SELECT ON "user" FROM reader; REVOKE USAGE ON SEQUENCE session_id_seq FROM reader"#,
  ].map(Loss.init)

  @Test(arguments: losses) func bringsEverythingBack(_ loss: Loss) async throws {
    let database = try await AuthDatabase()
    defer { database.remove() }
    let before = try await database.snapshot()
    let rows = content(of: database)
    database.sql.psql(loss.sql)
    let comparison = try await database.comparison(with: before)
    try #require(comparison.isDamaged)
    let result = try await database.restore(comparison)
    #expect(result.hasReceipt && result.values["set_aside"] == 0)
    let after = try await database.comparison(with: before, names: nil)
    #expect(after.findings.filter { $0.fate != .intact }.map(\.detail) == [])
    #expect(after.equalCount == before.objects.count)
    #expect(content(of: database) == rows)
  }

  /// All rows of all tables, and where the next number comes from.
  private func content(of database: AuthDatabase) -> String {
    database.sql.psql(
      """
      SELECT 'user', u::text FROM "user" u UNION ALL SELECT 'session', s::text FROM session s
      UNION ALL SELECT 'token', t::text FROM token t UNION ALL SELECT 'users', u::text FROM users u
      ORDER BY 1, 2
      """)
  }

  @Test func countsOnAsBefore() async throws {
    let database = try await AuthDatabase()
    defer { database.remove() }
    let before = try await database.snapshot()
    database.sql.psql(#"DROP TABLE token, session, "user" CASCADE"#)
    try await database.restore(try await database.comparison(with: before))
    database.sql.psql(#"INSERT INTO session ("userId", token) VALUES ('u1', 'fresh')"#)
    #expect(database.sql.psql("SELECT max(id) FROM session") == "51")
  }

  @Test func setsRowsAsideWhoseParentIsGone() async throws {
    let database = try await AuthDatabase()
    defer { database.remove() }
    let before = try await database.snapshot()
    // Two sessions of u7, their tokens, and the tokens that came of these.
    database.sql.psql(
      #"DROP TABLE token, session CASCADE; DELETE FROM users; DELETE FROM "user" WHERE id = 'u7'"#)
    let result = try await database.restore(try await database.comparison(with: before))
    let tables = result.values["tables"]?.listValue?.compactMap(\.mapValue) ?? []
    let session = tables.first { $0["table"] == "session" }
    let token = tables.first { $0["table"] == "token" }
    #expect(session?["at_backup"] == 50 && session?["set_aside"] == 3)
    let aside = token?["set_aside"]?.intValue ?? 0
    #expect(aside >= 3)
    #expect(database.sql.psql("SELECT count(*) FROM session") == "47")
    #expect(database.sql.psql("SELECT count(*) FROM token") == "\(60 - aside)")
    let file = try #require(
      result.evidence.compactMap { draft -> String? in
        if case .file(let name) = draft.content, name.holds("session") { name } else { nil }
      }.first)
    let lines = try String(
      contentsOfFile: "\(database.sql.evidence)/\(file)", encoding: .utf8
    ).pieces(separatedBy: "\n")
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { $0.holds(#""userId":"u7""#) })
  }

  /// Whoever brings them back by hand must not take the mark for the value.
  @Test func tellsThatASecretWasTakenOutOfRowsThatAreSetAside() async throws {
    let database = try await AuthDatabase()
    defer { database.remove() }
    let before = try await database.snapshot()
    let secret = database.sql.psql(#"SELECT token FROM session WHERE "userId" = 'u7' LIMIT 1"#)
    database.sql.psql(
      #"DROP TABLE token, session CASCADE; DELETE FROM users; DELETE FROM "user" WHERE id = 'u7'"#)
    let result = try await database.restore(
      try await database.comparison(with: before), redactor: Redactor(secrets: [secret]))
    let what = result.evidence.map(\.what).filter { $0.holds("session set aside") }
    #expect(what.count == 1)
    #expect(
      what.first?.ends(
        with: "; in 1 of them [redacted] stands for a secret, which only the archive has") == true)
  }

  @Test func leavesRowsThatAreThereAsTheyAre() async throws {
    let database = try await AuthDatabase()
    defer { database.remove() }
    let before = try await database.snapshot()
    database.sql.psql("TRUNCATE token")
    let comparison = try await database.comparison(with: before)
    // Written after the loss: one with a key of the backup, one without.
    database.sql.psql(
      """
      INSERT INTO token (id, note) OVERRIDING SYSTEM VALUE VALUES (5, 'newer'), (900, 'new')
      """)
    let result = try await database.restore(comparison)
    let token = result.values["tables"]?.listValue?.first?.mapValue
    #expect(token?["already_there"] == 1 && token?["restored"] == 59)
    #expect(database.sql.psql("SELECT count(*) FROM token") == "61")
    #expect(database.sql.psql("SELECT note FROM token WHERE id = 5") == "newer")
  }

  @Test func putsLostColumnsBackByPrimaryKey() async throws {
    let database = try await AuthDatabase()
    defer { database.remove() }
    let before = try await database.snapshot()
    let rows = database.sql.psql("SELECT id, token FROM session ORDER BY id")
    database.sql.psql("ALTER TABLE session DROP COLUMN token")
    let comparison = try await database.comparison(with: before)
    try await database.restore(comparison)
    #expect(database.sql.psql("SELECT id, token FROM session ORDER BY id") == rows)
    let after = try await database.comparison(with: before)
    // It is the last column now: that alone cannot be undone.
    #expect(after.findings.filter(\.fate.isDamage).map(\.detail) == [])
    #expect(
      after.findings(.changed).map(\.object.identity) == [
        "public.session.seen", "public.session.token",
      ])
  }

  /// Triggers stamp, count and refuse; one always fires, one never does.
  @Test(arguments: ["ALTER TABLE token DROP COLUMN note", "TRUNCATE token"])
  func letsNoTriggerChangeWhatComesBack(_ loss: String) async throws {
    let database = try await AuthDatabase()
    defer { database.remove() }
    database.sql.psql(
      """
      CREATE TABLE audit (what text);
      CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN NEW.session := 1; RETURN NEW; END $$;
      CREATE FUNCTION note_it() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO audit VALUES (TG_OP); RETURN NULL; END $$;
      CREATE TRIGGER "a Stamp" BEFORE INSERT OR UPDATE ON token
        FOR EACH ROW EXECUTE FUNCTION stamp();
      CREATE TRIGGER noted AFTER INSERT OR UPDATE ON token
        FOR EACH STATEMENT EXECUTE FUNCTION note_it();
      CREATE TRIGGER off BEFORE INSERT ON token FOR EACH ROW EXECUTE FUNCTION stamp();
      ALTER TABLE token ENABLE ALWAYS TRIGGER noted;
      ALTER TABLE token DISABLE TRIGGER off;
      ALTER TABLE token ALTER CONSTRAINT token_session_fkey DEFERRABLE INITIALLY DEFERRED;
      """)
    let modes =
      "SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'token'::regclass ORDER BY 1"
    let (triggers, before) = (database.sql.psql(modes), try await database.snapshot())
    let rows = "SELECT id, session, parent, note FROM token ORDER BY id"
    let content = database.sql.psql(rows)
    database.sql.psql(loss)
    try await database.restore(try await database.comparison(with: before))
    #expect(database.sql.psql(rows) == content)
    #expect(database.sql.psql("SELECT count(*) FROM audit") == "0")
    #expect(database.sql.psql(modes) == triggers)
    database.sql.psql("INSERT INTO token (note) VALUES ('fires again')")
    #expect(database.sql.psql("SELECT what FROM audit") == "INSERT")
  }

  @Test func forbidsNoNullsWhereNewerRowsHaveSome() async throws {
    let database = try await AuthDatabase()
    defer { database.remove() }
    let before = try await database.snapshot()
    database.sql.psql(
      #"ALTER TABLE "user" DROP COLUMN email CASCADE; INSERT INTO "user" (id) VALUES ('later')"#)
    let result = try await database.restore(try await database.comparison(with: before))
    #expect(result.values["unfilled"] == [["table": "user", "column": "email", "rows": 1]])
    #expect(database.sql.psql(#"SELECT count(email) FROM "user""#) == "20")
    #expect(database.sql.psql("SELECT count(*) FROM open_sessions") == "50")
  }

  static let shownLosses = [
    #"DROP TABLE token, session, "user" CASCADE"#, #"TRUNCATE "user" CASCADE"#,
    #"ALTER TABLE "user" DROP COLUMN email CASCADE; INSERT INTO "user" (id) VALUES ('later')"#,
    #"DROP TABLE "user" CASCADE; UPDATE users SET auth = 'later' WHERE id < 4"#,
    #"DROP TABLE token, session CASCADE; DELETE FROM users; DELETE FROM "user" WHERE id = 'u7'"#,
    "ALTER TABLE token RENAME TO old_token", "ALTER TABLE token DROP COLUMN note",
  ].map(Loss.init)

  /// By the server's own log: what was planned, less what is recorded as left out.
  @Test(arguments: shownLosses) func sendsWhatIsShownAndRecorded(_ loss: Loss) async throws {
    let database = try await AuthDatabase()
    defer { database.remove() }
    let before = try await database.snapshot()
    database.sql.psql(loss.sql)
    let way = try await database.way(try await database.comparison(with: before))
    let work = database.activity(way).work
    let log = try ServerLog(of: database.sql)
    let result = try await database.restore(way)
    let done = try #require(result.workDone)
    #expect(done.map(\.item) == Array(0..<work.count(where: { $0.language == .sql })))
    let recorded = done.flatMap { one in
      Array(
        repeating: one.sent ?? work[one.item].text,
        count: one.fate == .sent ? one.times ?? 1 : 0)
    }
    let sent = try await log.statements(
      from: work[0].text, before: SessionSettings.guardCommand(isLocal: true).text)
    #expect(sent.sorted() == recorded.sorted())
    #expect(done.allSatisfy { $0.fate == .sent || $0.fate == .leftOut })
  }

  @Test func saysHowFarItCame() async throws {
    let database = try await AuthDatabase()
    defer { database.remove() }
    let before = try await database.snapshot()
    database.sql.psql("DROP TABLE token")
    let way = try await database.way(try await database.comparison(with: before))
    database.sql.psql("CREATE TABLE token (id int)")
    let failure = await failure { try await database.restore(way) }
    let fates = try #require(failure?.partial?.workDone).map(\.fate)
    let end = try #require(fates.firstIndex(of: .failed))
    #expect(end > 0)
    #expect(fates[..<end].allSatisfy { $0 == .sent })
    #expect(!fates[(end + 1)...].isEmpty && fates[(end + 1)...].allSatisfy { $0 == .notReached })
  }

  @Test func refusesOtherTriggersThanThoseShown() async throws {
    let database = try await AuthDatabase()
    defer { database.remove() }
    let before = try await database.snapshot()
    database.sql.psql("TRUNCATE token")
    let way = try await database.way(try await database.comparison(with: before))
    database.sql.psql(
      "CREATE TRIGGER other BEFORE INSERT ON token FOR EACH ROW EXECUTE FUNCTION touch()")
    let failure = await failure { try await database.restore(way) }
    #expect(failure?.record.message.holds("the triggers of token are others") == true)
    #expect(database.sql.psql("SELECT count(*) FROM token") == "0")
  }

  @Test func saysWhichRowsReferToLostOnes() async throws {
    let database = try await AuthDatabase()
    defer { database.remove() }
    let before = try await database.snapshot()
    database.sql.psql(
      #"DROP TABLE "user" CASCADE; UPDATE users SET auth = 'later' WHERE id < 4"#)
    let result = try await database.restore(try await database.comparison(with: before))
    #expect(
      result.values["orphans"] == [
        [
          "table": "users", "constraint": "users_auth_fkey", "referenced": "user", "rows": 3,
        ]
      ])
    #expect(database.sql.psql("SELECT count(*) FROM users WHERE auth = 'later'") == "3")
    #expect(
      database.sql.psql("SELECT convalidated FROM pg_constraint WHERE conname = 'users_auth_fkey'")
        == "f")
  }

  @Test func changesNothingWhenALockIsHeld() async throws {
    let database = try await AuthDatabase()
    defer { database.remove() }
    let before = try await database.snapshot()
    database.sql.psql("DROP TABLE \"user\" CASCADE")
    let comparison = try await database.comparison(with: before)
    let way = try await database.way(comparison)
    let holder = try await SQLFixture(database: database.sql.database)
    let lost = try await database.snapshot().fingerprint
    // A writer of `users` is in the way of the reference that has to be made on it.
    let reading = Task {
      try await holder.perform(
        "UPDATE users SET name = name; SELECT pg_sleep(600)", phase: .verification, id: "writer",
        trial: true, fields: [("statement_timeout", .duration(.seconds(600)))])
    }
    await database.sql.waitUntil(
      "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid() AND wait_event = 'PgSleep')"
    )
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await database.restore(way)
    }
    #expect(failure?.record.cause == .lock)
    #expect(failure?.record.detail?.holds("the lock is held by") == true)
    #expect(try await database.snapshot().fingerprint == lost)
    reading.cancel()
    _ = await reading.result
    try await database.restore(way, id: "again")
    #expect(try await database.snapshot().fingerprint == before.fingerprint)
  }

  @Test func isDoneOnce() async throws {
    let database = try await AuthDatabase()
    defer { database.remove() }
    let before = try await database.snapshot()
    database.sql.psql("DROP TABLE token")
    let way = try await database.way(try await database.comparison(with: before))
    try await database.restore(way)
    let again = try await database.restore(way, attempt: 2)
    #expect(again.isFormer && again.hasReceipt)
    let found = try await database.activity(way).receipt(in: database.sql.context(id: "restore"))
    #expect(found?.objections == [])
    #expect(database.sql.psql("SELECT count(*) FROM token") == "60")
  }

  @Test func refusesABackupThatIsAnotherNow() async throws {
    let database = try await AuthDatabase()
    defer { database.remove() }
    let before = try await database.snapshot()
    database.sql.psql("DROP TABLE token")
    let way = try await database.way(try await database.comparison(with: before))
    let handle = try #require(FileHandle(forWritingAtPath: database.archive))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("x".utf8))
    try handle.close()
    let failure = await #expect(throws: StepFailure.self) { _ = try await database.restore(way) }
    #expect(failure?.record.cause == .refused)
    #expect(database.sql.psql("SELECT to_regclass('token') IS NULL") == "t")
  }

  @Test func takesNothingThatIsNoArchive() async throws {
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await Archive.open("/etc/passwd", environment: [:])
    }
    #expect(failure?.record.cause == .invalid)
    let missing = await #expect(throws: StepFailure.self) {
      _ = try await Archive.open("/nonexistent", environment: [:])
    }
    #expect(missing?.record.cause == .unreachable)
  }

  @Test func refusesRowsAsInserts() async throws {
    let database = try await AuthDatabase()
    defer { database.remove() }
    let before = try await database.snapshot()
    let dump = try #require(
      SpawnedProgram([
        "\(TestServer.programs)/pg_dump", "-Fc", "--inserts", "-f", database.archive, "-d",
        database.sql.server.url(of: database.sql.database),
      ]))
    try #require(dump.text() == "")
    database.sql.psql("DROP TABLE token")
    let comparison = try await database.comparison(with: before)
    let activity = WaysActivity(
      gateway: database.sql.gateway, environment: [:], source: "main",
      damage: CatalogDamage(comparison), archive: database.archive, alembic: nil, revision: nil,
      runbookTables: ["token"], preferred: .archive)
    let result = try await activity.perform(in: database.sql.context(id: "ways"))
    #expect(result.values["way"] == "runbook")
    #expect(result.notices == ["the way 'archive' is not open"])
    #expect("\(result.values["closed"] ?? .null)".holds("INSERT statements"))
  }
}
