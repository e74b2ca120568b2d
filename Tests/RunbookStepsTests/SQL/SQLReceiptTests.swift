import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres

@Suite(.enabled(if: TestServer.isAvailable))
struct SQLReceiptTests {
  @Test func performsAChangeOnce() async throws {
    let fixture = try await prepared()
    let first = try await fixture.perform("INSERT INTO t VALUES (1), (2)", phase: .recovery)
    #expect(first.hasReceipt && first.values["affected"] == 2)
    let second = try await fixture.perform(
      "INSERT INTO t VALUES (1), (2)", phase: .recovery, attempt: 2)
    #expect(second.hasReceipt && second.values["affected"] == 2)
    #expect(second.notices == ["already done by attempt 1: nothing was run again"])
    #expect(fixture.psql("SELECT count(*) FROM t") == "2")
    #expect(
      fixture.psql(
        "SELECT run, step, attempt, actor, length(statements_sha256) FROM runbook.receipt")
        == "run-1|step|1|tester|64")
  }

  @Test func leavesNoReceiptOfWhatFailed() async throws {
    let fixture = try await prepared()
    let failure = await failure {
      try await fixture.perform("INSERT INTO t VALUES (1); SELECT 1/0", phase: .recovery)
    }
    #expect(failure?.record.code == "22012")
    #expect(fixture.psql("SELECT count(*) FROM t") == "0")
    #expect(fixture.psql("SELECT count(*) FROM runbook.receipt") == "0")
    try await fixture.perform("INSERT INTO t VALUES (1)", phase: .recovery, attempt: 2)
    #expect(fixture.psql("SELECT attempt FROM runbook.receipt") == "2")
  }

  @Test func refusesAnEarlierGeneration() async throws {
    let fixture = try await prepared()
    try await fixture.perform("INSERT INTO t VALUES (1)", phase: .recovery, id: "a", generation: 2)
    let failure = await failure {
      try await fixture.perform(
        "INSERT INTO t VALUES (2)", phase: .recovery, id: "b", generation: 1)
    }
    #expect(failure?.record.cause == .refused)
    #expect(failure?.record.message == "another process has taken over this run")
    #expect(fixture.psql("SELECT count(*) FROM t") == "1")
  }

  @Test func keepsTheReceiptWhateverTheStepSets() async throws {
    let fixture = try await prepared()
    let result = try await fixture.perform(
      """
      SELECT set_config('search_path', '', false);
      SET synchronous_commit = off; SET lock_timeout = 0; SET statement_timeout = 0;
      INSERT INTO public.t VALUES (1)
      """, phase: .recovery)
    #expect(result.hasReceipt)
    #expect(fixture.psql("SELECT count(*) FROM runbook.receipt") == "1")
  }

  @Test func refusesACommitThatADeferredConstraintRefuses() async throws {
    let fixture = try await prepared()
    fixture.psql(
      """
      CREATE TABLE p (a int PRIMARY KEY);
      CREATE TABLE c (a int REFERENCES p DEFERRABLE INITIALLY DEFERRED)
      """)
    let failure = await failure {
      try await fixture.perform("INSERT INTO c VALUES (1)", phase: .recovery)
    }
    #expect(failure?.record.cause == .refused)
    #expect(failure?.record.code == "23503")
    #expect(fixture.psql("SELECT count(*) FROM runbook.receipt") == "0")
  }

  @Test func saysThatItDoesNotKnowWhenTheConnectionIsLostInTheCommit() async throws {
    let fixture = try await prepared()
    fixture.psql(
      """
      CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER die AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION die()
      """)
    let failure = await failure {
      try await fixture.perform("INSERT INTO t VALUES (1)", phase: .recovery)
    }
    #expect(failure?.record.cause == .lost)
    fixture.psql("DROP TRIGGER die ON t")
    let result = try await fixture.perform("INSERT INTO t VALUES (1)", phase: .recovery, attempt: 2)
    #expect(result.hasReceipt && result.notices.isEmpty)
    #expect(fixture.psql("SELECT count(*) FROM t") == "1")
  }

  @Test func saysThatTheTablesAreMissing() async throws {
    let fixture = try await SQLFixture()
    let failure = await failure {
      try await fixture.perform("CREATE TABLE t (a int)", phase: .recovery)
    }
    #expect(failure?.record.cause == .invalid)
    #expect(fixture.psql("SELECT to_regclass('t') IS NULL") == "t")
  }

  @Test func makesTheTablesAlsoWhenRacing() async throws {
    let first = try await SQLFixture()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        let other = try await SQLFixture(database: first.database)
        group.addTask { try await other.gateway.prepareReceipts("main") }
      }
      try await group.waitForAll()
    }
    #expect(first.psql("SELECT count(*) FROM pg_tables WHERE schemaname = 'runbook'") == "2")
    try await first.gateway.checkReceipts("main")
  }

  @Test func checksThatTheRoleMayMakeTheTables() async throws {
    let server = try #require(TestServer.shared)
    let database = server.makeDatabase()
    let role = "limited_\(UUID().uuidString.prefixOfScalars(8).lowercased())"
    server.psql("CREATE ROLE \(role) LOGIN", database: "postgres")
    let fixture = try await SQLFixture(database: database)
    let url = server.url(of: database).replacingAll("user=test", with: "user=\(role)")
    try await fixture.gateway.configure(fixture.connection, url: url)
    let failure = await failure { try await fixture.gateway.checkReceipts("main") }
    #expect(failure?.record.cause == .refused)
    let hint = try #require(failure?.record.hint)
    #expect(fixture.psql("SELECT to_regnamespace('runbook') IS NULL") == "t")
    server.psql(String(hint.dropping(prefix: "let the database's owner run: ")), database: database)
    try await fixture.gateway.checkReceipts("main")
    fixture.psql("CREATE TABLE t (a int); GRANT INSERT ON t TO \(role)")
    let result = try await fixture.perform("INSERT INTO t VALUES (1)", phase: .recovery)
    #expect(result.hasReceipt)
  }

  @Test func waitsOutAnotherProcessOnTheSameStep() async throws {
    let fixture = try await prepared()
    let other = try await SQLFixture(database: fixture.database)
    let sql = "INSERT INTO t VALUES (1); SELECT pg_sleep(0.3)"
    let slow = Task { try await fixture.perform(sql, phase: .recovery) }
    await fixture.waitUntil(
      "EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = "
        + "(SELECT oid FROM pg_database WHERE datname = current_database()))")
    let second = try await other.perform(sql, phase: .recovery, attempt: 2)
    let results = [try await slow.value, second]
    #expect(results.filter { $0.notices.isEmpty }.count == 1)
    #expect(fixture.psql("SELECT count(*) FROM t") == "1")
  }

  /// Anybody may take an advisory lock: who has it is said, and nothing is claimed of what they do.
  @Test func saysWhoHoldsTheLock() async throws {
    let fixture = try await SQLFixture(keepsReceipts: false)
    let key = SQLLock.key(fixture.context())
    let holder = try await SQLFixture(keepsReceipts: false, database: fixture.database)
    let held = Task {
      try await holder.perform(
        "SELECT pg_advisory_lock(\(key)), pg_sleep(3600)", phase: .recovery, id: "h",
        effect: .mutating)
    }
    await fixture.waitUntil(
      "EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND "
        + "(classid::bigint << 32) | objid::bigint = \(key))")
    let session = try fixture.gateway.session(of: "main")
    let failure = await failure {
      try await session.use(until: .now + .seconds(600)) { (link) throws(StepFailure) in
        try SQLLock.takeForSession(key, on: link, within: .milliseconds(1), .none)
      }
    }
    #expect(failure?.record.message == "another session holds this step's lock")
    #expect(failure?.record.detail?.holds("user test, application runbook run-1 h") == true)
    fixture.psql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '% h'")
    _ = try? await held.value
  }

  /// Whoever knows the run's id does not know the lock.
  @Test func theLockIsOfTheRunsOwnKey() {
    let keys = [
      nil, RunKey(Array(repeating: 1, count: 32)), RunKey(Array(repeating: 2, count: 32)),
    ]
    .map { key in
      SQLLock.key(
        AttemptContext(
          run: RunID(rawValue: "run-1"), step: StepID("step"), attempt: 1,
          actor: Actor(account: "tester"), timeout: nil, generation: 1, evidenceFolder: "/",
          output: { _ in }, now: testNow, key: key))
    }
    #expect(Set(keys).count == 3)
  }

  private func prepared() async throws -> SQLFixture {
    let fixture = try await SQLFixture()
    try await fixture.gateway.checkReceipts("main")
    #expect(fixture.psql("SELECT to_regnamespace('runbook') IS NULL") == "t")
    try await fixture.gateway.prepareReceipts("main")
    try await fixture.gateway.prepareReceipts("main")
    fixture.psql("CREATE TABLE t (a int)")
    return fixture
  }
}
