import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres

/// Finding out by its receipt whether a change took effect.
@Suite(.enabled(if: TestServer.isAvailable))
struct SQLSettlementTests {
  private static let change = "INSERT INTO t VALUES (1), (2)"

  private func prepared() async throws -> SQLFixture {
    let fixture = try await SQLFixture()
    try await fixture.gateway.prepareReceipts("main")
    fixture.psql("CREATE TABLE t (a int)")
    return fixture
  }

  /// As another process would ask that has taken the run up.
  private func receipt(
    _ sql: String, generation: Int64 = 2, in fixture: SQLFixture
  ) async throws -> ReceiptFound? {
    let other = try await SQLFixture(database: fixture.database)
    return try await other.activity(sql, phase: .recovery)
      .receipt(in: other.context(generation: generation, attempt: 2))
  }

  @Test func aReceiptIsFound() async throws {
    let fixture = try await prepared()
    try await fixture.perform(Self.change, phase: .recovery)
    let found = try #require(try await receipt(Self.change, in: fixture))
    #expect(found.attempt == 1)
    #expect(found.objections == [])
    #expect(found.result.hasReceipt)
    #expect(found.result.values["affected"] == 2)
    let recordedAt = try #require(found.recordedAt)
    #expect(testNow().since(recordedAt) < .seconds(600))
    #expect(fixture.psql("SELECT count(*) FROM t") == "2")
  }

  @Test func aReceiptOfOtherStatementsIsNoProof() async throws {
    let fixture = try await prepared()
    try await fixture.perform(Self.change, phase: .recovery)
    let found = try await receipt("INSERT INTO t VALUES (3)", in: fixture)
    #expect(found?.objections.first == "it is of other statements than those of now")
    #expect(found?.attempt == 1)
  }

  @Test func whatWasNeverDoneOrRolledBackHasNone() async throws {
    let fixture = try await prepared()
    #expect(try await receipt(Self.change, in: fixture) == nil)
    await #expect(throws: StepFailure.self) {
      try await fixture.perform("INSERT INTO t VALUES (1); SELECT 1/0", phase: .recovery)
    }
    #expect(try await receipt(Self.change, in: fixture) == nil)
  }

  /// An attempt of a dead executor whose statements arrive only after the run was settled.
  @Test func anEarlierGenerationThatComesLaterIsFencedOff() async throws {
    let fixture = try await prepared()
    #expect(try await receipt(Self.change, generation: 2, in: fixture) == nil)
    let early = await failure {
      try await fixture.perform(Self.change, phase: .recovery, generation: 1)
    }
    #expect(early?.record.cause == .refused)
    #expect(early?.record.message == "another process has taken over this run")
    #expect(fixture.psql("SELECT count(*) FROM t") == "0")
    // Nor may it settle anything.
    let late = await failure { _ = try await receipt(Self.change, generation: 1, in: fixture) }
    #expect(late?.record.cause == .refused)
    // Whoever settled goes on.
    try await fixture.perform(Self.change, phase: .recovery, generation: 2, attempt: 2)
    #expect(fixture.psql("SELECT count(*) FROM t") == "2")
  }

  @Test func waitsForTheStepsOwnLock() async throws {
    let fixture = try await prepared()
    let sql = Self.change + "; SELECT pg_sleep(0.5)"
    let slow = Task { try await fixture.perform(sql, phase: .recovery) }
    await fixture.waitUntil(
      "EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = "
        + "(SELECT oid FROM pg_database WHERE datname = current_database()))")
    let found = try await receipt(sql, in: fixture)
    #expect(found?.attempt == 1)
    _ = try await slow.value
    #expect(fixture.psql("SELECT count(*) FROM t") == "2")
  }

  @Test func saysThatTheTablesAreMissing() async throws {
    let fixture = try await SQLFixture()
    let failure = await failure { _ = try await receipt("SELECT 1", in: fixture) }
    #expect(failure?.record.cause == .invalid)
    #expect(failure?.record.message == "the tables for receipts are not there")
  }

  /// Law 5 of `Activity`.
  @Test func law5AskingChangesNothingButTheLease() async throws {
    let fixture = try await prepared()
    try await fixture.perform(Self.change, phase: .recovery)
    let question =
      "SELECT (SELECT count(*) FROM t), (SELECT string_agg(r::text, ' ') FROM runbook.receipt r)"
    let before = fixture.psql(question)
    for _ in 1...2 { _ = try await receipt(Self.change, generation: 3, in: fixture) }
    let activity = try fixture.activity(Self.change, phase: .recovery)
    #expect(try await activity.remnants(in: fixture.context()) == [])
    #expect(fixture.psql(question) == before)
    #expect(fixture.psql("SELECT run, generation FROM runbook.lease") == "run-1|3")
  }

  @Test func isTheSessionAsItWas() async throws {
    let fixture = try await prepared()
    let activity = try fixture.activity(Self.change, phase: .recovery)
    _ = try await activity.receipt(in: fixture.context())
    let result = try await fixture.perform(
      "SELECT current_setting('lock_timeout') AS l, current_setting('transaction_read_only') AS r")
    #expect(result.values["rows"] == [["l": "5s", "r": "on"]])
  }
}
