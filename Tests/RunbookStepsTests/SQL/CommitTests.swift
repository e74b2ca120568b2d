import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres

/// What happens in a change's commit.
@Suite(.enabled(if: TestServer.isAvailable))
struct CommitTests {
  /// - Parameter body: of a trigger that waits for the commit.
  private func fixture(deferred body: String, keepsReceipts: Bool = true) async throws -> SQLFixture
  {
    let fixture = try await SQLFixture(keepsReceipts: keepsReceipts)
    if keepsReceipts { try await fixture.gateway.prepareReceipts("main") }
    fixture.psql(
      """
      CREATE TABLE t (a int);
      CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN \(body); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER later AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION later()
      """)
    return fixture
  }

  @Test(arguments: [true, false]) func itsNoticesAreKept(_ keepsReceipts: Bool) async throws {
    let fixture = try await fixture(
      deferred: "RAISE WARNING 'might not have been replicated' USING DETAIL = 'more'",
      keepsReceipts: keepsReceipts)
    let result = try await fixture.perform("INSERT INTO t VALUES (1)", phase: .recovery)
    #expect(result.notices == ["WARNING: might not have been replicated (more)"])
    #expect(fixture.lines.texts == result.notices)
  }

  /// A commit itself knows no limit: what waits for it is done before it, within the step's time.
  @Test(
    arguments: [
      (true, [("statement_timeout", FieldValue.duration(.seconds(1)))], nil),
      (false, [("statement_timeout", FieldValue.duration(.seconds(1)))], nil),
      (true, [], Duration.seconds(5)), (false, [], Duration.seconds(5)),
    ] as [(Bool, [(String, FieldValue)], Duration?)])
  func whatWaitsForItIsBoundByTheStepsTime(
    _ keepsReceipts: Bool, _ fields: [(String, FieldValue)], _ timeout: Duration?
  ) async throws {
    let fixture = try await fixture(
      deferred: "PERFORM pg_sleep(600)", keepsReceipts: keepsReceipts)
    let failure = await failure {
      try await fixture.perform(
        "INSERT INTO t VALUES (1)", phase: .recovery, fields: fields, timeout: timeout)
    }
    #expect(failure?.record.cause == .timeout)
    #expect(failure?.record.code == "57014")
    #expect(failure?.partial?.isEffectOpen != true)
    #expect(fixture.psql("SELECT count(*) FROM t") == "0")
    if keepsReceipts { #expect(fixture.psql("SELECT count(*) FROM runbook.receipt") == "0") }
  }

  @Test func aWarningOfTheCommitCannotBeTurnedOff() async throws {
    let fixture = try await fixture(deferred: "RAISE WARNING 'look here'")
    let result = try await fixture.perform(
      "SET client_min_messages = error; INSERT INTO t VALUES (1)", phase: .recovery)
    #expect(result.notices == ["WARNING: look here"])
  }

  /// A database's owner may set it for all who connect.
  @Test(arguments: [Phase.detection, .recovery])
  func aWarningIsHeardWhateverTheDatabaseSays(_ phase: Phase) async throws {
    let fixture = try await SQLFixture(keepsReceipts: false)
    fixture.psql("ALTER DATABASE \(fixture.database) SET client_min_messages = error")
    let result = try await fixture.perform(
      "DO $$ BEGIN RAISE WARNING 'look here'; RAISE NOTICE 'not asked for'; END $$; SELECT 1",
      phase: phase)
    #expect(result.notices == ["WARNING: look here"])
  }

  @Test(arguments: [
    ("SELECT 1/0", Phase.recovery, false), ("SELECT 1/0", .detection, false),
    ("SELECT 1/0", .verification, true),
  ])
  func theNoticesOfWhatFailedAreKept(
    _ sql: String, _ phase: Phase, _ isTrial: Bool
  ) async throws {
    let fixture = try await fixture(deferred: "NULL")
    let failure = await failure {
      try await fixture.perform(
        "DO $$ BEGIN RAISE NOTICE 'before'; END $$; \(sql)", phase: phase, trial: isTrial)
    }
    #expect(failure?.partial?.notices == ["NOTICE: before"])
  }

  @Test(arguments: [
    (Duration.seconds(1), Duration.seconds(75)), (.seconds(3600), .seconds(3615)),
    (.zero, .seconds(86_415)),
  ])
  func isGivenUpOnlyAfterTheServerWouldHave(_ timeout: Duration, _ deadline: Duration) async throws
  {
    let fixture = try await SQLFixture()
    let step = Step.sql("SELECT 1", fields: [("statement_timeout", .duration(timeout))])
    let settings = SQLSettings(step, fixture.context(), usual: .seconds(60), statements: 1)
    #expect(settings.commitDeadline == deadline)
  }
}
