import Foundation
import RunbookEngine
import RunbookModel
import RunbookPostgres
import RunbookTestSupport
import Testing

@Suite(.enabled(if: TestServer.isAvailable))
struct PostgresSessionTests {
  @Test func saysWhereItIs() async throws {
    let fixture = try await SQLFixture()
    let identified = try await fixture.gateway.identify("main")
    let identity = identified.identity
    #expect(identity.database == fixture.database)
    #expect(identity.role == "test" && identity.isSuperuser && !identity.isReplica)
    #expect(identity.systemIdentifier?.isEmpty == false && identity.timelineID == 1)
    #expect(identity.databaseOID > 0)
    #expect(identity.address.begins(with: fixture.server.folder))
    #expect(abs(identified.clockOffsetMicroseconds ?? .max) < 1_000_000)
  }

  @Test func refusesAnotherDatabaseAtReconnect() async throws {
    let fixture = try await SQLFixture()
    _ = try await fixture.gateway.identify("main")
    let moved = fixture.database + "_moved"
    await fixture.endSessions()
    fixture.server.psql(
      "ALTER DATABASE \(fixture.database) RENAME TO \(moved)", database: "postgres")
    fixture.server.psql("CREATE DATABASE \(fixture.database)", database: "postgres")
    let failure = await failure { try await fixture.perform("SELECT 1") }
    #expect(failure?.record.cause == .elsewhere)
    #expect(failure?.record.message.holds("another database") == true)
  }

  @Test func connectsAgainAfterTheConnectionWasLost() async throws {
    let fixture = try await SQLFixture()
    try await fixture.perform("SELECT 1")
    await fixture.endSessions()
    try await fixture.perform("SELECT 1")
  }

  @Test func saysThatNothingTookEffectWhenTheConnectionWasLostBeforeTheCommit() async throws {
    let fixture = try await SQLFixture(keepsReceipts: false)
    fixture.psql(
      """
      CREATE FUNCTION die() RETURNS bool LANGUAGE sql AS
        'SELECT pg_terminate_backend(pg_backend_pid())'
      """)
    let failure = await failure {
      try await fixture.perform("CREATE TABLE t (a int); SELECT die()", phase: .recovery)
    }
    #expect(failure?.record.cause == .unreachable)
    #expect(
      failure?.record.message.holds("nothing that its transaction guards took effect") == true)
    #expect(fixture.psql("SELECT to_regclass('t') IS NULL") == "t")
  }

  @Test func saysThatItCannotBeReached() async throws {
    let fixture = try await SQLFixture()
    try await fixture.gateway.configure(
      fixture.connection, url: "host=/nowhere user=x password=hunter2 dbname=y")
    let failure = await failure { try await fixture.gateway.identify("main") }
    #expect(failure?.record.cause == .unreachable)
    #expect(failure?.record.detail?.holds("hunter2") == false)
  }

  @Test(arguments: [Phase.detection, .recovery])
  func cancelsTheStatement(phase: Phase) async throws {
    let fixture = try await SQLFixture(keepsReceipts: false)
    _ = try await fixture.gateway.identify("main")
    let task = Task {
      await failure { try await fixture.perform("SELECT pg_sleep(60)", phase: phase) }
    }
    await fixture.waitUntil(
      """
      1 = (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND state = 'active' AND wait_event = 'PgSleep' AND query LIKE 'SELECT pg_sleep%')
      """)
    task.cancel()
    #expect(await task.value?.record.cause == .interrupted)
    #expect(fixture.runningSleeps == "0")
    try await fixture.perform("SELECT 1")
  }

  @Test func startsNothingInACancelledTask() async throws {
    let fixture = try await SQLFixture(keepsReceipts: false)
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return await failure { try await fixture.perform("CREATE TABLE t (a int)", phase: .recovery) }
    }
    #expect(await task.value?.record.cause == .interrupted)
    #expect(fixture.psql("SELECT to_regclass('t') IS NULL") == "t")
  }

  @Test func endsWithTheStepsTimeout() async throws {
    let fixture = try await SQLFixture()
    let failure = await failure {
      try await fixture.perform("SELECT pg_sleep(60)", timeout: .milliseconds(100))
    }
    #expect(failure?.record.cause == .timeout)
    #expect(fixture.runningSleeps == "0")
  }

  @Test func endsWithTheStatementTimeout() async throws {
    let fixture = try await SQLFixture()
    let failure = await failure {
      try await fixture.perform(
        "SELECT pg_sleep(60)", fields: [("statement_timeout", .duration(.milliseconds(50)))])
    }
    #expect(failure?.record.cause == .timeout)
    #expect(failure?.record.code == "57014")
  }

  @Test func tellsWhoHoldsTheLock() async throws {
    let fixture = try await SQLFixture(keepsReceipts: false)
    fixture.psql("CREATE TABLE t (a int)")
    let holder = try await SQLFixture(keepsReceipts: false, database: fixture.database)
    let holding = Task {
      _ = try? await holder.perform(
        "LOCK TABLE t; SELECT pg_sleep(900)", phase: .recovery, id: "holder",
        fields: [("statement_timeout", .duration(.seconds(900)))])
    }
    await fixture.waitUntil(
      """
      1 = (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND state = 'active' AND wait_event = 'PgSleep' AND query LIKE 'SELECT pg_sleep%')
      """)
    let failure = await failure {
      try await fixture.perform(
        "ALTER TABLE t ADD COLUMN b int", phase: .recovery,
        fields: [("lock_timeout", .duration(.seconds(2)))])
    }
    #expect(failure?.record.cause == .lock)
    #expect(failure?.record.code == "55P03")
    let detail = try #require(failure?.record.detail)
    #expect(
      detail.holds("user test, application runbook run-1 holder, active, transaction since"))
    #expect(detail.holds("SELECT pg_sleep(900)"))
    #expect(fixture.lines.texts.first?.begins(with: "waiting for a lock held by pid") == true)
    holding.cancel()
    await holding.value
  }
}

extension SQLFixture {
  fileprivate func endSessions() async {
    let ended = """
      SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '\(database)'
      """
    while server.psql(ended, database: "postgres") != "0" { await Task.yield() }
  }

  /// How many statements with `pg_sleep` run in the database.
  fileprivate var runningSleeps: String {
    psql(
      """
      SELECT count(*) FROM pg_stat_activity
      WHERE datname = current_database() AND state = 'active' AND query LIKE 'SELECT pg_sleep%'
      """)
  }
}
