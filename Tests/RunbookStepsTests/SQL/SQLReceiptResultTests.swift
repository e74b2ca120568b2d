import Foundation
import RunbookEngine
import RunbookModel
import RunbookPostgres
import RunbookTestSupport
import Testing

/// What a receipt keeps of a result, and what is refused before it is written.
@Suite(.enabled(if: TestServer.isAvailable))
struct SQLReceiptResultTests {
  private func prepared() async throws -> SQLFixture {
    let fixture = try await SQLFixture()
    try await fixture.gateway.prepareReceipts("main")
    fixture.psql("CREATE TABLE t (a int, b text)")
    return fixture
  }

  /// Performs a change, and finds its receipt as another process would.
  private func performed(
    _ sql: String, in fixture: SQLFixture, keepsResult: Bool = true,
    redactor: Redactor = .none
  ) async throws -> (result: StepResult, receipt: StepResult) {
    let activity = try fixture.activity(sql, phase: .recovery)
    let result = try await activity.perform(
      in: fixture.context(redactor: redactor, keepsResult: keepsResult))
    let found = try await activity.receipt(in: fixture.context(generation: 2))
    return (result, try #require(found).result)
  }

  private static let typed = """
    INSERT INTO t VALUES (1, 'x') RETURNING a, b, a = 1 AS c, NULL::text AS d, 1.5::float8 AS e,
      '2025-10-18 22:01:13.123456+00'::timestamptz AS f, ARRAY[1, 2] AS g, '2 s'::interval AS h,
      9223372036854775807 AS i
    """

  @Test func rowsKeepTheirTypes() async throws {
    let fixture = try await prepared()
    let (result, receipt) = try await performed(Self.typed, in: fixture)
    #expect(receipt.values["rows"] == result.values["rows"])
    #expect(receipt.values["columns"] == result.values["columns"])
    #expect(receipt.values["row_count"] == 1)
    #expect(receipt.values["affected"] == 1)
    guard case .list(let rows)? = receipt.values["rows"], let row = rows.first?.mapValue else {
      Issue.record("no row")
      return
    }
    #expect(row["a"] == 1)
    #expect(row["c"] == true)
    #expect(row["d"] == .null)
    #expect(row["i"] == .int(.max))
  }

  /// Rows that are not known are not none: what reads them must fail, and not guess.
  @Test func rowsThatWereNotKeptAreUndefined() async throws {
    let fixture = try await prepared()
    let (_, receipt) = try await performed(Self.typed, in: fixture, keepsResult: false)
    #expect(fixture.psql("SELECT result IS NULL FROM runbook.receipt") == "t")
    #expect(receipt.values["rows"] == nil)
    #expect(receipt.values["columns"] == nil)
    #expect(receipt.values["row_count"] == 1)
    #expect(receipt.values["affected"] == 1)
  }

  @Test func aResultThatIsTooLongIsNotKept() async throws {
    let fixture = try await prepared()
    // The step keeps as many rows as fit; with their columns they are too long for a receipt.
    defer { try? FileManager.default.removeItem(atPath: fixture.evidence) }
    let sql = """
      INSERT INTO t SELECT n, 'x' FROM generate_series(1, 900) n
      RETURNING a, repeat('"', 140) AS b
      """
    let (result, receipt) = try await performed(sql, in: fixture)
    #expect(result.hasReceipt)
    #expect(fixture.psql("SELECT result IS NULL FROM runbook.receipt") == "t")
    #expect(receipt.values["rows"] == nil)
    #expect(receipt.values["row_count"] == 900)
    #expect(fixture.psql("SELECT count(*) FROM t") == "900")
  }

  @Test func noSecretIsInAReceipt() async throws {
    let fixture = try await prepared()
    let (result, receipt) = try await performed(
      "INSERT INTO t VALUES (1, 'hunter2') RETURNING b, 'hunter2' AS hunter2", in: fixture,
      redactor: Redactor(secrets: ["hunter2"]))
    #expect(result.values["rows"] == [["b": "hunter2", "hunter2": "hunter2"]])
    #expect(receipt.values["rows"] == [["b": "[redacted]", "[redacted]": "[redacted]"]])
    // No later step takes the mark for the value.
    #expect(receipt.incomplete["rows"] == .withoutSecrets)
    #expect(receipt.incomplete["row_count"] == nil)
    #expect(
      fixture.psql("SELECT count(*) FROM runbook.receipt WHERE receipt::text ~ 'hunter2'") == "0")
  }

  @Test(arguments: [true, false]) func anObjectionRollsTheChangeBack(
    _ keepsReceipts: Bool
  ) async throws {
    let fixture = try await SQLFixture(keepsReceipts: keepsReceipts)
    try await fixture.gateway.prepareReceipts("main")
    fixture.psql("CREATE TABLE t (a int)")
    let activity = try fixture.activity(
      "INSERT INTO t VALUES (1), (2); UPDATE t SET a = 3", phase: .recovery)
    let objection = FailureRecord(cause: .expectation, message: "expected affected == 2")
    let failure = await failure {
      _ = try await activity.perform(
        in: fixture.context(objection: { result in
          result.values["affected"] == 4 ? objection : nil
        }))
    }
    #expect(failure?.record.cause == .expectation)
    #expect(
      failure?.record.message == "expected affected == 2; the change was rolled back")
    #expect(failure?.partial?.values["affected"] == 4)
    #expect(failure?.partial?.hasReceipt == false)
    #expect(fixture.psql("SELECT count(*) FROM t") == "0")
    #expect(fixture.psql("SELECT count(*) FROM runbook.receipt") == "0")
    // The session is free: the next attempt is done.
    let result = try await activity.perform(in: fixture.context(attempt: 2))
    #expect(result.hasReceipt == keepsReceipts)
    #expect(fixture.psql("SELECT count(*) FROM t") == "2")
  }
}
