import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres
@testable import RunbookRecovery

/// Through PgBouncer, which gives the sessions of the server to whoever has a transaction.
@Suite(.enabled(if: TestPooler.isAvailable))
struct PoolerTests {
  private struct World {
    let fixture: SQLFixture
    let pooler: TestPooler

    /// What an application finds in the session that a step had.
    var settings: String {
      pooler.psql(
        """
        SELECT concat_ws(';', current_setting('search_path'), current_setting('statement_timeout'),
          current_setting('lock_timeout'), current_setting('application_name'),
          current_setting('DateStyle'), current_setting('synchronous_commit'),
          (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database =
            (SELECT oid FROM pg_database WHERE datname = current_database())), to_regclass('pg_temp.leftover'),
          (SELECT count(*) FROM pg_listening_channels()), (SELECT count(*) FROM pg_cursors))
        """, database: fixture.database)
    }
  }

  private func world(
    mode: String = "transaction", keepsReceipts: Bool = true
  ) async throws -> World {
    let fixture = try await SQLFixture(keepsReceipts: keepsReceipts)
    let pooler = try #require(TestPooler(before: fixture.server, mode: mode))
    fixture.psql("CREATE TABLE t (a int)")
    try await fixture.gateway.configure(fixture.connection, url: pooler.url(of: fixture.database))
    if keepsReceipts { try await fixture.gateway.prepareReceipts("main") }
    return World(fixture: fixture, pooler: pooler)
  }

  @Test(arguments: ["transaction", "session"]) func isSeen(_ mode: String) async throws {
    let world = try await world(mode: mode)
    #expect(try await world.fixture.gateway.identify("main").identity.isPooled == true)
    let direct = try await SQLFixture(database: world.fixture.database)
    #expect(try await direct.gateway.identify("main").identity.isPooled == nil)
  }

  /// What another client leaves in the server's session is no part of what was approved.
  @Test func whatAnotherClientHasSetReachesNoStep() async throws {
    let world = try await world()
    let fixture = world.fixture
    fixture.psql(
      """
      CREATE TABLE p (a int PRIMARY KEY); CREATE TABLE c (a int REFERENCES p ON DELETE CASCADE);
      INSERT INTO p VALUES (1); INSERT INTO c VALUES (1);
      CREATE TABLE found (hour int, is_second bool, amount text)
      """)
    _ = try await fixture.gateway.identify("main")
    _ = world.pooler.psql(
      """
      SET session_replication_role = replica; SET timezone = 'Asia/Tokyo'; SET datestyle = 'ISO, DMY';
      SET row_security = off; SET lc_monetary = 'C'; SET default_text_search_config = 'pg_catalog.german'
      """, database: fixture.database)
    try await fixture.perform(
      """
      DELETE FROM p;
      INSERT INTO found SELECT extract(hour FROM '2026-01-01 00:00+00'::timestamptz),
        '01/02/2026'::date = '2026-01-02', current_setting('default_text_search_config')
      """, phase: .recovery)
    #expect(fixture.psql("SELECT count(*) FROM c") == "0")
    #expect(
      fixture.psql("SELECT * FROM found")
        == fixture.psql(
          """
          SELECT extract(hour FROM '2026-01-01 00:00+00'::timestamptz),
            '01/02/2026'::date = '2026-01-02', current_setting('default_text_search_config')
          """))
  }

  @Test(arguments: [true, false])
  func transactionsWorkAndLeaveNothingBehind(_ keepsReceipts: Bool) async throws {
    let world = try await world(keepsReceipts: keepsReceipts)
    let fixture = world.fixture
    let before = world.settings
    let result = try await fixture.perform(
      """
      SET search_path = pg_catalog; SET statement_timeout = '7s'; SET application_name = 'x';
      SET synchronous_commit = off; LISTEN channel; CREATE TEMP TABLE leftover (a int);
      DECLARE c CURSOR WITH HOLD FOR SELECT 1; INSERT INTO public.t VALUES (1)
      """, phase: .recovery)
    #expect(result.hasReceipt == keepsReceipts)
    #expect(world.settings == before)
    #expect(fixture.psql("SELECT count(*) FROM t") == "1")
    try await fixture.perform("SELECT a FROM t")
    try await fixture.perform("INSERT INTO t VALUES (2)", phase: .verification, trial: true)
    let failure = await failure {
      try await fixture.perform(
        "SET lock_timeout = '9s'; SELECT 1/0", phase: .recovery, id: "failing")
    }
    #expect(failure?.record.code == "22012")
    _ = try await fixture.gateway.snapshot(of: "main", counting: .exact, in: fixture.context())
    #expect(world.settings == before)
    #expect(before.begins(with: "\"$user\", public;0;0;"))
  }

  /// A database with a row, and the pooler led from it to another one with none.
  private func ledElsewhere() async throws -> (SQLFixture, other: SQLFixture, TestPooler) {
    let (fixture, other) = (try await SQLFixture(), try await SQLFixture())
    for one in [fixture, other] { one.psql("CREATE TABLE t (a serial)") }
    let pooler = try #require(TestPooler(before: fixture.server, front: fixture.database))
    try await fixture.gateway.configure(fixture.connection, url: pooler.url(of: "front"))
    try await fixture.gateway.prepareReceipts("main")
    _ = try await fixture.perform("SELECT 1")
    pooler.lead(to: other.database)
    return (fixture, other, pooler)
  }

  /// What a run sends on a connection.
  enum Request: CaseIterable, Sendable {
    case look, trial, snapshot, change, receipt, lock, proof, note, others

    func send(_ fixture: SQLFixture) async throws {
      let change = try fixture.activity("INSERT INTO t DEFAULT VALUES", phase: .recovery)
      switch self {
      case .look: try await fixture.perform("SELECT count(*) FROM t")
      case .trial:
        try await fixture.perform(
          "INSERT INTO t DEFAULT VALUES", phase: .verification, trial: true)
      case .snapshot:
        _ = try await fixture.gateway.snapshot(
          of: "main", counting: .exact, in: fixture.context())
      case .change: _ = try await change.perform(in: fixture.context())
      case .receipt: _ = try await change.receipt(in: fixture.context())
      case .lock: try await change.awaitLock(in: fixture.context())
      case .proof:
        _ = try await fixture.gateway.lost(
          of: RunProof(generation: 1), run: fixture.run, on: "main")
      case .note:
        try await fixture.gateway.note(1, of: fixture.run, beside: RunProof(), on: "main")
      case .others:
        _ = try await fixture.gateway.othersAtWork(
          on: "main", besides: fixture.run, lookingAtReceipts: true, since: nil, now: .epoch)
      }
    }
  }

  @Test(arguments: Request.allCases)
  func nothingIsSentToADatabaseThatAPoolerHasComeToLeadTo(_ request: Request) async throws {
    let (fixture, other, pooler) = try await ledElsewhere()
    let failure = await failure { try await request.send(fixture) }
    withExtendedLifetime(pooler) {}
    #expect(failure?.record.cause == .elsewhere, "\(String(describing: failure))")
    #expect(failure?.record.message.holds("does not lead where it led") == true)
    #expect(other.psql("SELECT is_called FROM t_a_seq") == "f")
    #expect(other.psql("SELECT to_regnamespace('runbook') IS NULL") == "t")
  }

  /// The pooler's session bears the name of the run that had it last, for as long as nobody else comes.
  @Test func aRunThatHasEndedIsNotAtWorkByTheNameThatItLeft() async throws {
    let fixture = try await SQLFixture()
    try await fixture.gateway.prepareReceipts("main")
    let pooler = try #require(TestPooler(before: fixture.server))
    let ended = RunID(rawValue: "20261130-190532-nj7v")
    let former = PostgresGateway(now: testNow, run: ended)
    try await former.configure(
      fixture.connection, url: pooler.url(of: fixture.database))
    _ = try await former.identify("main")
    await former.close()
    func atWork() async throws -> [OtherRun] {
      try await fixture.gateway.othersAtWork(
        on: "main", besides: fixture.run, lookingAtReceipts: true, since: nil, now: testNow())
    }
    let before = try await atWork()
    #expect(before.map(\.run) == [ended])
    // What the journal of this account says decides over it.
    #expect(before.allSatisfy { $0.isByTrace })
    try await fixture.gateway.noteEnd(of: ended, on: "main")
    #expect(try await atWork().isEmpty)
    withExtendedLifetime(pooler) {}
  }

  @Test func aReceiptIsFound() async throws {
    let world = try await world()
    let sql = "INSERT INTO t VALUES (1)"
    try await world.fixture.perform(sql, phase: .recovery)
    let again = try await world.fixture.perform(sql, phase: .recovery, attempt: 2)
    #expect(again.isFormer)
    let activity = try world.fixture.activity(sql, phase: .recovery)
    #expect(try await activity.receipt(in: world.fixture.context(attempt: 2))?.objections == [])
    #expect(world.fixture.psql("SELECT count(*) FROM t") == "1")
  }

  @Test(arguments: [
    ("VACUUM t", "`transaction: none`"), ("SELECT pg_advisory_lock(1)", "pg_advisory_lock"),
    ("SELECT pg_catalog.pg_try_advisory_lock(1)", "pg_catalog.pg_try_advisory_lock"),
    ("PREPARE p AS SELECT 1", "PREPARE"),
  ])
  func whatNeedsASessionIsRefused(_ sql: String, _ need: String) async throws {
    let world = try await world()
    let before = world.settings
    let fields: [(String, FieldValue)] =
      sql.begins(with: "VACUUM") ? [("transaction", .text(.plain("none")))] : []
    let failure = await failure {
      try await world.fixture.perform(sql, phase: .recovery, fields: fields)
    }
    #expect(failure?.record.cause == .refused)
    #expect(failure?.record.message.begins(with: "\(need) needs a session") == true)
    #expect(world.settings == before)
  }
}
