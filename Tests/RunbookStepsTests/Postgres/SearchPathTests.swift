import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres
@testable import RunbookRecovery

/// A session whose `search_path` leads to a schema that answers in PostgreSQL's place: what the program
/// asks for itself is not looked up there, what a step says is.
@Suite(.enabled(if: TestServer.isAvailable))
struct SearchPathTests {
  /// - Parameter database: nil is a new one with the hostile schema.
  private func hostile(
    database: String? = nil, keepsReceipts: Bool = true, readOnlyRole: String? = nil
  ) async throws -> SQLFixture {
    let fixture = try await SQLFixture(
      readOnlyRole: readOnlyRole, keepsReceipts: keepsReceipts, database: database)
    if database == nil {
      fixture.psql(HostileSchema.sql)
      try #require(fixture.psql(HostileSchema.count) == "t")
    }
    try await fixture.gateway.configure(
      fixture.connection,
      url: fixture.server.url(of: fixture.database)
        + " options='-c search_path=\(HostileSchema.path)'")
    return fixture
  }

  private func snapshot(
    _ fixture: SQLFixture, _ counting: CatalogSnapshot.Counting
  ) async throws -> CatalogSnapshot {
    try await fixture.gateway.snapshot(of: "main", counting: counting, in: fixture.context())
  }

  /// Without this the other tests would prove nothing.
  @Test(arguments: [
    "SELECT current_database()", "SELECT 1 OPERATOR(evil.=) 1", "SELECT 1 = 1",
    "SELECT pg_backend_pid()", "SELECT set_config('a.b', 'c', true)", "SELECT '1'::text",
  ])
  func theSchemaAnswersForTheServer(_ sql: String) async throws {
    let fixture = try await hostile()
    #expect(await failure { try await fixture.perform(sql) } != nil)
  }

  @Test func theServerItselfSaysWhoItIs() async throws {
    let plain = try await SQLFixture()
    let fixture = try await hostile()
    let identity = try await fixture.gateway.identify("main").identity
    let other = try await plain.gateway.identify("main").identity
    #expect(identity.database == fixture.database)
    #expect(identity.role == "test" && identity.isSuperuser && !identity.isReplica)
    #expect(identity.systemIdentifier == other.systemIdentifier && identity.timelineID == 1)
    #expect(identity.serverVersion == other.serverVersion)
  }

  @Test func receiptsAreKeptAndFound() async throws {
    let fixture = try await hostile()
    fixture.psql("CREATE TABLE public.t (a int)")
    try await fixture.gateway.checkReceipts("main")
    try await fixture.gateway.prepareReceipts("main")
    let sql = "INSERT INTO t VALUES (1)"
    #expect(try await fixture.perform(sql, phase: .recovery).hasReceipt)
    #expect(try await fixture.perform(sql, phase: .recovery, attempt: 2).isFormer)
    #expect(fixture.psql("SELECT count(*) FROM t") == "1")
    let activity = try fixture.activity(sql, phase: .recovery)
    #expect(try await activity.receipt(in: fixture.context()) != nil)
    let types = fixture.psql(
      """
      SELECT DISTINCT typnamespace::regnamespace FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
      WHERE a.attrelid IN ('runbook.receipt'::regclass, 'runbook.lease'::regclass)
      """)
    #expect(types == "pg_catalog")
  }

  @Test func catalogueAndRowsAreWhatTheyAre() async throws {
    let fixture = try await hostile()
    fixture.psql(
      """
      DROP SCHEMA evil CASCADE;
      CREATE TABLE public.t (a int PRIMARY KEY, b text DEFAULT 'x', c numeric(9,2));
      INSERT INTO public.t SELECT n, n::text, n FROM generate_series(1, 10) n;
      CREATE VIEW public.v AS SELECT a, b FROM public.t WHERE a = 1;
      CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
      """)
    var truth: [CatalogSnapshot] = []
    for counting in [CatalogSnapshot.Counting.exact, .keys, .contents] {
      truth.append(try await snapshot(fixture, counting))
    }
    fixture.psql(HostileSchema.sql)
    for (counting, known) in zip([CatalogSnapshot.Counting.exact, .keys, .contents], truth) {
      let found = try await snapshot(fixture, counting)
      #expect(found.objects.filter { !$0.identity.holds("evil") } == known.objects)
      #expect(found.rows["public.t"] == known.rows["public.t"])
      #expect(known.rows["public.t"]?.count == 10)
    }
  }

  @Test func remnantsAreFoundAndEnded() async throws {
    let fixture = try await hostile()
    fixture.psql("CREATE TABLE public.t (a int)")
    let other = try await SQLFixture(keepsReceipts: false, database: fixture.database)
    let task = Task {
      await failure {
        try await other.perform("LOCK TABLE t; SELECT pg_sleep(600)", phase: .recovery)
      }
    }
    await fixture.waitUntil(
      """
      EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'
        AND application_name = 'runbook run-1 step' AND datname = current_database())
      """)
    let activity = try fixture.activity("SELECT 1", phase: .recovery)
    let remnants = try await activity.remnants(in: fixture.context())
    #expect(remnants.count == 1)
    #expect(remnants.first?.summary.holds("AccessExclusiveLock on public.t") == true)
    _ = try await activity.end(remnants, in: fixture.context())
    #expect(await task.value != nil)
  }

  @Test func whoHoldsALockIsTold() async throws {
    let fixture = try await hostile(keepsReceipts: false)
    fixture.psql("CREATE TABLE public.t (a int)")
    let other = try await SQLFixture(keepsReceipts: false, database: fixture.database)
    let task = Task {
      await failure {
        try await other.perform(
          "LOCK TABLE t; SELECT pg_sleep(600)", phase: .recovery, id: "holder")
      }
    }
    await fixture.waitUntil(
      """
      EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'
        AND application_name = 'runbook run-1 holder' AND datname = current_database())
      """)
    let blocked = await failure {
      try await fixture.perform(
        "LOCK TABLE t", phase: .recovery, fields: [("lock_timeout", .duration(.seconds(2)))])
    }
    #expect(blocked?.record.cause == .lock)
    #expect(blocked?.record.detail?.holds("application runbook run-1 holder") == true)
    task.cancel()
    _ = await task.value
  }

  struct Mode: Sendable, CustomTestStringConvertible {
    let phase: Phase
    var isTrial = false
    var fields: [(String, String)] = []
    var testDescription: String { "\(phase) \(isTrial) \(fields)" }
  }

  static let modes = [
    Mode(phase: .detection), Mode(phase: .verification, isTrial: true), Mode(phase: .recovery),
    Mode(phase: .recovery, fields: [("transaction", "none")]),
  ]

  /// A step's statements find what they always found, whatever came before them in the session.
  @Test(arguments: modes) func aStepHasTheSessionsOwnPath(_ mode: Mode) async throws {
    let fixture = try await hostile()
    try await fixture.gateway.prepareReceipts("main")
    func value(_ sql: String, _ column: String, id: String) async throws -> Value? {
      let result = try await fixture.perform(
        sql, phase: mode.phase, id: id, trial: mode.isTrial,
        fields: mode.fields.map { ($0.0, .text(.plain($0.1))) })
      return result.values["rows"]?.listValue?.first?.mapValue?[column]
    }
    for round in 1...2 {
      #expect(try await value("SELECT place()", "place", id: "a\(round)") == "the session's own")
      #expect(
        try await value("SHOW search_path", "search_path", id: "b\(round)")
          == .string(HostileSchema.path))
      #expect(
        try await value(
          "SET search_path TO public; SHOW search_path", "search_path", id: "c\(round)")
          == "public")
      #expect(
        try await value(
          "SET search_path TO public; RESET search_path; SHOW search_path", "search_path",
          id: "d\(round)") == .string(HostileSchema.path))
    }
  }

  /// What waits for the commit runs where the statements left off.
  @Test func aDeferredTriggerHasTheStepsPath() async throws {
    let fixture = try await hostile()
    try await fixture.gateway.prepareReceipts("main")
    fixture.psql(
      """
      CREATE TABLE public.t (a int); CREATE TABLE public.seen (path text);
      CREATE FUNCTION public.look() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN INSERT INTO public.seen VALUES (pg_catalog.current_setting(''search_path''));
          RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER look AFTER INSERT ON public.t DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION public.look();
      """)
    try await fixture.perform("INSERT INTO public.t VALUES (1)", phase: .recovery, id: "one")
    try await fixture.perform(
      "SET search_path TO public; INSERT INTO t VALUES (1)", phase: .recovery, id: "two")
    #expect(
      fixture.psql("SELECT string_agg(path, ';') FROM public.seen")
        == "evil,pg_catalog,public;public")
  }
}
