import Foundation
import RunbookEngine
import RunbookModel
import RunbookPostgres
import RunbookTestSupport
import Synchronization
import Testing

/// Law 6 of `Activity`: what an earlier process has not finished takes no effect any more (law L5).
@Suite(.enabled(if: TestServer.isAvailable))
struct SQLFenceTests {
  private static let loss = FailureRecord(
    cause: .refused, message: "another process has taken over this run")

  /// The sorts of changes.
  enum Sort: CaseIterable, Sendable {
    case receipt, withoutReceipt, separate

    var fields: [(String, FieldValue)] {
      self == .separate ? [("transaction", .text(.plain("none")))] : []
    }
  }

  private func prepared(_ sort: Sort) async throws -> SQLFixture {
    let fixture = try await SQLFixture(keepsReceipts: sort != .withoutReceipt)
    if sort == .receipt { try await fixture.gateway.prepareReceipts("main") }
    fixture.psql("CREATE TABLE t (a int)")
    return fixture
  }

  /// Performs a change in a process that loses its lease once it was asked about it this often.
  private func perform(
    _ sql: String, _ sort: Sort, losingAfter count: Int, in fixture: SQLFixture
  ) async -> StepFailure? {
    let asked = Mutex(0)
    return await failure {
      let activity = try fixture.activity(sql, phase: .recovery, fields: sort.fields)
      let context = fixture.context(
        leaseLoss: {
          asked.withLock { asked in
            asked += 1
            return asked > count ? Self.loss : nil
          }
        })
      _ = try await activity.perform(in: context)
    }
  }

  @Test(arguments: Sort.allCases)
  func nothingIsRunOnceTheLeaseIsLost(_ sort: Sort) async throws {
    let fixture = try await prepared(sort)
    let failure = await perform("INSERT INTO t VALUES (1)", sort, losingAfter: 0, in: fixture)
    #expect(failure?.record == Self.loss)
    #expect(fixture.psql("SELECT count(*) FROM t") == "0")
  }

  /// The generation is read right before COMMIT, and before each statement outside of a transaction.
  @Test(arguments: Sort.allCases)
  func nothingMoreTakesEffectWhereItIsLostMeanwhile(_ sort: Sort) async throws {
    let fixture = try await prepared(sort)
    let sql = "INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)"
    let failure = await perform(sql, sort, losingAfter: 1, in: fixture)
    #expect(failure?.record.message == Self.loss.message)
    #expect(fixture.psql("SELECT count(*) FROM t") == (sort == .separate ? "1" : "0"))
    // Nothing of it is left: the lock is free.
    let activity = try fixture.activity(sql, phase: .recovery, fields: sort.fields)
    try await activity.awaitLock(in: fixture.context())
  }

  /// Each sort holds the lock from before its first statement to its end.
  @Test(arguments: Sort.allCases)
  func theStepsLockIsWaitedFor(_ sort: Sort) async throws {
    let fixture = try await prepared(sort)
    let sql = "INSERT INTO t VALUES (1); SELECT pg_sleep(0.5); INSERT INTO t VALUES (2)"
    let slow = Task {
      try await fixture.perform(sql, phase: .recovery, fields: sort.fields)
    }
    await fixture.waitUntil(Self.isAtWork)
    let other = try await SQLFixture(
      keepsReceipts: sort != .withoutReceipt, database: fixture.database)
    let activity = try other.activity(sql, phase: .recovery, fields: sort.fields)
    #expect(activity.isFenced)
    try await activity.awaitLock(in: other.context(generation: 2))
    #expect(fixture.psql("SELECT count(*) FROM t") == "2")
    _ = try await slow.value
  }

  private static let isAtWork = """
    EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
      AND application_name = 'runbook run-1 step' AND query LIKE '%pg_sleep(%'
      AND pid <> pg_backend_pid() AND state = 'active')
    """

  /// What ends with its session is ended; what would stay half done is not.
  @Test(arguments: [(Sort.receipt, true), (.withoutReceipt, true), (.separate, false)])
  func anUnfinishedTransactionIsEnded(_ sort: Sort, _ isEnded: Bool) async throws {
    let fixture = try await prepared(sort)
    let slow = Task {
      try await fixture.perform(
        "INSERT INTO t VALUES (1); SELECT pg_sleep(\(isEnded ? 600 : 1))", phase: .recovery,
        fields: sort.fields)
    }
    await fixture.waitUntil(Self.isAtWork)
    let other = try await SQLFixture(
      keepsReceipts: sort != .withoutReceipt, database: fixture.database)
    let activity = try other.activity(
      "INSERT INTO t VALUES (1)", phase: .recovery, fields: sort.fields)
    _ = try await activity.endUnfinished(in: other.context(generation: 2))
    if isEnded {
      #expect(fixture.psql("SELECT \(Self.isAtWork)") == "f")
      await #expect(throws: StepFailure.self) { try await slow.value }
    } else {
      _ = try await slow.value
    }
    #expect(fixture.psql("SELECT count(*) FROM t") == (isEnded ? "0" : "1"))
  }

  /// What a session calls itself, the step's own statements can change.
  @Test func anUnfinishedTransactionIsEndedWhateverItCallsItself() async throws {
    let fixture = try await prepared(.receipt)
    let slow = Task {
      try await fixture.perform(
        "INSERT INTO t VALUES (1); SET application_name = 'other'; SELECT pg_sleep(600)",
        phase: .recovery)
    }
    let isAtWork = Self.isAtWork.replacingAll("runbook run-1 step", with: "other")
    await fixture.waitUntil(isAtWork)
    let other = try await SQLFixture(database: fixture.database)
    let activity = try other.activity("INSERT INTO t VALUES (1)", phase: .recovery)
    #expect(try await activity.remnants(in: other.context(generation: 2)).count == 1)
    _ = try await activity.endUnfinished(in: other.context(generation: 2))
    #expect(fixture.psql("SELECT \(isAtWork)") == "f")
    await #expect(throws: StepFailure.self) { try await slow.value }
    #expect(fixture.psql("SELECT count(*) FROM t") == "0")
  }

  /// The name alone is anybody's to take.
  @Test func aSessionWithTheNameAloneIsLeftAlone() async throws {
    let fixture = try await prepared(.receipt)
    let stranger = Task {
      fixture.psql("SET application_name = 'runbook run-1 step'; SELECT pg_sleep(2), 'untouched'")
    }
    await fixture.waitUntil(Self.isAtWork)
    let activity = try fixture.activity("INSERT INTO t VALUES (1)", phase: .recovery)
    _ = try await activity.endUnfinished(in: fixture.context(generation: 2))
    #expect(await stranger.value == "|untouched")
  }

  /// A transaction has the lease's row to its end: who raises it in the database waits for that.
  @Test func raisingTheLeaseWaitsForTheTransactionThatHasIt() async throws {
    let fixture = try await prepared(.receipt)
    let slow = Task {
      try await fixture.perform("INSERT INTO t VALUES (1); SELECT pg_sleep(600)", phase: .recovery)
    }
    await fixture.waitUntil(Self.isAtWork)
    let raise = """
      INSERT INTO runbook.lease AS l VALUES ('run-1', 2)
      ON CONFLICT (run) DO UPDATE SET generation = greatest(l.generation, 2);
      SELECT count(*) FROM runbook.receipt
      """
    #expect(fixture.psql("SET lock_timeout = '50ms'; \(raise)") == "")
    slow.cancel()
    await #expect(throws: StepFailure.self) { try await slow.value }
    #expect(fixture.psql(raise) == "0")
  }
}
