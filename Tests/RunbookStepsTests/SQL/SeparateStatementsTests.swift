import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres

/// `transaction: none`: each statement takes effect by itself.
@Suite(.enabled(if: TestServer.isAvailable))
struct SeparateStatementsTests {
  private func perform(_ sql: String, in fixture: SQLFixture) async throws -> StepResult {
    try await fixture.perform(
      sql, phase: .recovery, fields: [("transaction", .text(.plain("none")))])
  }

  private func fixture() async throws -> SQLFixture {
    let fixture = try await SQLFixture(keepsReceipts: false)
    fixture.psql("CREATE TABLE t (a int)")
    return fixture
  }

  @Test func changeWhereTransactionsAreReadOnlyByDefault() async throws {
    let fixture = try await fixture()
    fixture.psql("ALTER DATABASE \(fixture.database) SET default_transaction_read_only = on")
    for _ in 1...2 {
      let result = try await perform("INSERT INTO t VALUES (1); VACUUM t", in: fixture)
      #expect(result.values["affected"] == 1)
    }
    let failure = await failure {
      try await perform(
        "SET default_transaction_read_only = on; INSERT INTO t VALUES (1)", in: fixture)
    }
    #expect(failure?.record.code == "25006")
    #expect(failure?.record.hint?.holds("made its session read-only") == true)
    #expect(failure?.record.detail?.holds("1 of 2 statements had taken effect") == true)
  }

  @Test(arguments: [
    "INSERT INTO t VALUES (1) RETURNING a, a",
    "INSERT INTO t VALUES (1) RETURNING a AS x, a + 1 AS x",
    "WITH n AS (INSERT INTO t VALUES (1) RETURNING a) SELECT a, a FROM n",
  ])
  func columnsOfOneNameAreRefusedBeforeTheEffect(_ sql: String) async throws {
    let fixture = try await fixture()
    let refusal = await failure { try await perform(sql, in: fixture) }
    #expect(refusal?.record.message.begins(with: "more than one column") == true)
    #expect(refusal?.record.message.holds("runbook.yaml:11:") == true)
    #expect(fixture.psql("SELECT count(*) FROM t") == "0")
    let later = await failure { try await perform("INSERT INTO t VALUES (2); \(sql)", in: fixture) }
    #expect(later?.record.detail?.holds("1 of 2 statements had taken effect") == true)
    #expect(fixture.psql("SELECT string_agg(a::text, ',') FROM t") == "2")
  }

  /// The rows of an earlier statement are not the step's.
  @Test func onlyTheLastRowsCount() async throws {
    let fixture = try await fixture()
    let result = try await perform("SELECT 1 AS a, 2 AS a; SELECT 3 AS b; VACUUM t", in: fixture)
    #expect(result.values["rows"] == [["b": 3]])
  }

  /// What a failure leaves of a step is open once something may have stayed: law 6 of `Activity`.
  @Test(arguments: [
    ("INSERT INTO nowhere VALUES (1)", false), ("SELECT 1; INSERT INTO nowhere VALUES (1)", false),
    ("SET work_mem = '8MB'; INSERT INTO nowhere VALUES (1)", false),
    ("INSERT INTO t VALUES (1); INSERT INTO nowhere VALUES (1)", true),
    ("INSERT INTO t VALUES (1); SELECT 1/0", true), ("VACUUM nowhere", true),
    ("CREATE INDEX CONCURRENTLY ON nowhere (a)", true), ("CALL breaks()", true),
    ("DO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; PERFORM 1/0; END $$", true),
    ("CREATE INDEX i ON nowhere (a)", false), ("CLUSTER nowhere", true),
    ("REINDEX TABLE nowhere", true), ("REINDEX INDEX nowhere", true),
    ("ANALYZE t, nowhere", true), ("REFRESH MATERIALIZED VIEW nowhere", false),
  ])
  func tellsWhetherItsEffectIsOpen(_ sql: String, _ isOpen: Bool) async throws {
    let fixture = try await fixture()
    fixture.psql("CREATE PROCEDURE breaks() LANGUAGE plpgsql AS 'BEGIN PERFORM 1/0; END'")
    let failure = await failure { try await perform(sql, in: fixture) }
    #expect(failure?.partial?.isEffectOpen == isOpen)
    #expect(failure?.record.mayRetryHelp == false)
  }

  /// Where an `expect` refuses them, they stay, and are not to be repeated.
  @Test func changesThatTookEffectStay() async throws {
    let fixture = try await fixture()
    let change = try await perform("INSERT INTO t VALUES (1) RETURNING a", in: fixture)
    #expect(change.completion?.words == "every statement was carried out by itself")
    #expect(change.completion?.isRepeatable == false && !change.isEffectOpen)
    #expect(try await perform("SELECT 1; SHOW work_mem", in: fixture).completion == nil)
  }

  @Test func anInvalidIndexIsNamedAndTakenForNone() async throws {
    let fixture = try await fixture()
    fixture.psql("INSERT INTO t VALUES (1), (1); CREATE TABLE u (a int)")
    let sql = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS only_one ON t (a)"
    let activity = try fixture.activity(
      sql, phase: .recovery, fields: [("transaction", .text(.plain("none")))])
    #expect(await activity.traces(in: fixture.context()) == ["no index of the database is invalid"])
    let first = await failure { try await perform(sql, in: fixture) }
    #expect(first?.record.code == "23505")
    #expect(first?.partial?.isEffectOpen == true)
    let trace = "the index public.only_one of public.t is there, and invalid"
    #expect(await activity.traces(in: fixture.context()) == [trace])
    // The server would take it for the one that is wanted, and so would a step that is tried again.
    let again = await failure { try await perform(sql, in: fixture) }
    #expect(again?.record.message == trace)
    #expect(again?.partial?.isEffectOpen == true)
    // Of another table, and of another name, it is no matter.
    let other = "CREATE INDEX CONCURRENTLY IF NOT EXISTS another ON u (a)"
    _ = try await perform(other, in: fixture)
  }

  @Test func whatCannotBeKnownBeforeIsSaidAfterwards() async throws {
    let fixture = try await fixture()
    fixture.psql(
      "CREATE PROCEDURE p() LANGUAGE sql AS 'INSERT INTO t VALUES (1)'")
    let failure = await failure {
      try await perform(
        "INSERT INTO t VALUES (1) RETURNING a AS x, a AS x; CALL p()", in: fixture)
    }
    #expect(failure?.record.detail == "2 of 2 statements had taken effect")
  }
}
