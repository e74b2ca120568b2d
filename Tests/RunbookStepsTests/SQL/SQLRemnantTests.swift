import Foundation
import RunbookEngine
import RunbookModel
import RunbookPostgres
import RunbookTestSupport
import Testing

/// Sessions of the server in which a step's statements still run though their executor is gone.
@Suite(.enabled(if: TestServer.isAvailable))
struct SQLRemnantTests {
  /// A statement of this step, under way and with its lock, as a dead executor leaves it.
  private func orphan(
    _ id: String, locking table: String, in fixture: SQLFixture
  ) async throws -> Task<Void, any Error> {
    fixture.psql("CREATE TABLE \(table) (a int)")
    // With receipts, two steps of a run would wait for each other: both hold the lease's row.
    let other = try await SQLFixture(keepsReceipts: false, database: fixture.database)
    let task = Task {
      _ = try await other.perform(
        "LOCK TABLE \(table); SELECT pg_sleep(600)", phase: .recovery, id: id)
    }
    await fixture.waitUntil(
      "EXISTS (SELECT FROM sessions WHERE wait_event = 'PgSleep' "
        + "AND application_name = 'runbook run-1 \(id)')")
    return task
  }

  private func prepared() async throws -> SQLFixture {
    let fixture = try await SQLFixture()
    try await fixture.gateway.prepareReceipts("main")
    // Other tests use the same server.
    fixture.psql(
      "CREATE VIEW sessions AS SELECT * FROM pg_stat_activity WHERE datname = current_database()")
    return fixture
  }

  @Test func areFoundWithAgeAndLock() async throws {
    let fixture = try await prepared()
    let task = try await orphan("step", locking: "t", in: fixture)
    defer { task.cancel() }
    let activity = try fixture.activity("SELECT 1", phase: .recovery)
    let remnants = try await activity.remnants(in: fixture.context())
    let remnant = try #require(remnants.first)
    #expect(remnants.count == 1)
    #expect(
      fixture.psql("SELECT pid FROM sessions WHERE wait_event = 'PgSleep'")
        == "\(remnant.pid)")
    let since = try #require(remnant.since)
    #expect(testNow().since(since) < .seconds(600))
    #expect(remnant.summary.holds("since \(since)"))
    #expect(remnant.summary.holds("holds AccessExclusiveLock on public.t"))
    #expect(remnant.summary.holds("pg_sleep(600)"))
  }

  @Test func theOneWhoAsksIsNone() async throws {
    let fixture = try await prepared()
    let activity = try fixture.activity("CREATE TABLE t (a int)", phase: .recovery)
    _ = try await activity.perform(in: fixture.context())
    #expect(try await activity.remnants(in: fixture.context()) == [])
  }

  @Test func anotherStepsOrRunsIsNone() async throws {
    let fixture = try await prepared()
    let task = try await orphan("other", locking: "o", in: fixture)
    defer { task.cancel() }
    let activity = try fixture.activity("SELECT 1", phase: .recovery)
    #expect(try await activity.remnants(in: fixture.context()) == [])
  }

  @Test func sayWhoseLockTheyWaitFor() async throws {
    let fixture = try await prepared()
    let holder = try await orphan("other", locking: "t", in: fixture)
    defer { holder.cancel() }
    let other = try await SQLFixture(database: fixture.database)
    let waiter = Task {
      _ = try await other.perform(
        "ALTER TABLE t ADD b int", phase: .recovery,
        fields: [("lock_timeout", .duration(.seconds(600)))])
    }
    defer { waiter.cancel() }
    await fixture.waitUntil(
      "EXISTS (SELECT FROM sessions WHERE application_name = 'runbook run-1 step' "
        + "AND cardinality(pg_blocking_pids(pid)) > 0)")
    let activity = try fixture.activity("SELECT 1", phase: .recovery)
    let remnants = try await activity.remnants(in: fixture.context())
    let pid = fixture.psql("SELECT pid FROM sessions WHERE wait_event = 'PgSleep'")
    #expect(remnants.first?.summary.holds("waits for Lock: relation held by \(pid)") == true)
  }

  @Test func areEndedAndOthersLeftAlone() async throws {
    let fixture = try await prepared()
    let own = try await orphan("step", locking: "t", in: fixture)
    let foreign = try await orphan("other", locking: "o", in: fixture)
    defer { foreign.cancel() }
    let activity = try fixture.activity("SELECT 1", phase: .recovery)
    let found = try await activity.remnants(in: fixture.context())
    // The number of another's session, as if it had been given anew meanwhile.
    let other = try #require(
      Int64(
        fixture.psql(
          "SELECT pid FROM sessions WHERE wait_event = 'PgSleep' "
            + "AND application_name = 'runbook run-1 other'")))
    _ = try await activity.end(
      found + [Remnant(pid: other, summary: "", since: nil)], in: fixture.context())
    await #expect(throws: StepFailure.self) { try await own.value }
    await fixture.waitUntil(
      "NOT EXISTS (SELECT FROM sessions "
        + "WHERE application_name = 'runbook run-1 step' AND pid <> pg_backend_pid())")
    #expect(try await activity.remnants(in: fixture.context()) == [])
    #expect(
      fixture.psql("SELECT count(*) FROM sessions WHERE pid = \(other)") == "1")
    // What they did is rolled back, their lock is free.
    fixture.psql("LOCK TABLE t NOWAIT")
  }
}
