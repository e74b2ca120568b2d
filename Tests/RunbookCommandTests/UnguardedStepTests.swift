import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// What a step does outside of its transaction is neither repeated nor called undone, with the built program.
@Suite(.enabled(if: TestServer.isAvailable), .timeLimit(.minutes(15)))
struct UnguardedStepTests {
  private let workspace: Workspace
  private let database: Database

  init() throws {
    workspace = try Workspace()
    database = try Database("CREATE EXTENSION dblink; CREATE TABLE ledger (n int)")
  }

  /// - Parameter more: of the step that pays by another session.
  private func write(_ rest: String = "", _ more: String) throws {
    let server = try #require(TestServer.shared)
    let place = "host=\(server.folder) port=\(server.port) user=test dbname=\(database.name)"
    try workspace.write(
      """
      runbook: pay
      connections:
        main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
      detection:
        - {id: unpaid, sql: SELECT 1 AS n, confirms: "rows[0].n == 1"}
      recovery:
        - id: pay
          sql: |
            SELECT dblink_exec('\(place)', 'INSERT INTO ledger VALUES (1)')\(rest)
          \(more)
      verification:
        - {id: checked, sql: SELECT 1}
      """, to: "pay.yaml")
  }

  private func run(_ arguments: String...) async throws -> Workspace.Output {
    try await workspace.run(arguments, environment: database.environment)
  }

  private var payments: String { database.query("SELECT count(*) FROM ledger") }

  @Test func noRetryRepeatsIt() async throws {
    try write("", "expect: row_count == 7\n    retry: {every: 10ms, attempts: 3}")
    let output = try await run("run", "pay.yaml", "--approve", "recovery")
    #expect(output.status == 75, "\(output.all)")
    #expect(payments == "1")
    #expect(output.stdout.holds("no transaction guards: \"dblink_exec()\""), "\(output.all)")
    #expect(output.stdout.holds("it is not known whether step 'pay' took effect"), "\(output.all)")
    #expect(!output.all.holds("the change was rolled back"), "\(output.all)")
    // Nor does whoever goes on.
    #expect(try await run("resume").status == 75)
    #expect(payments == "1")
    let report = try await run("report").stdout
    #expect(report.holds("no transaction guards what dblink_exec() does"))
    #expect(!report.holds("the change was rolled back"))
  }

  /// Phases that only read ask as well: their transaction keeps nobody from it.
  @Test(arguments: ["SELECT sly()", "SELECT x FROM v"])
  func aPhaseThatOnlyReadsAsksToo(_ sql: String) async throws {
    let server = try #require(TestServer.shared)
    let place = "host=\(server.folder) port=\(server.port) user=test dbname=\(database.name)"
    _ = database.query(
      """
      CREATE FUNCTION sly() RETURNS text LANGUAGE sql AS $$
        SELECT dblink_exec('\(place)', 'INSERT INTO ledger VALUES (1)') $$;
      CREATE FUNCTION plain() RETURNS int LANGUAGE sql AS 'SELECT 1';
      CREATE VIEW v AS SELECT sly() AS x
      """)
    try workspace.write(
      """
      runbook: look
      connections:
        main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
      detection:
        - {id: harmless, sql: SELECT plain()}
        - {id: unpaid, sql: \(sql), confirms: "true"}
      verification:
        - {id: checked, sql: \(sql)}
      """, to: "look.yaml")
    let first = try await run("run", "look.yaml")
    #expect(first.status == 75, "\(first.all)")
    #expect(first.stdout.holds("unpaid"), "\(first.all)")
    #expect(payments == "0")
    let runs = try await run("runs", "--json").objects()
    let id = try #require(runs.first?["run"]?.stringValue)
    #expect(try await run("approve", id, "unpaid", "--yes").status == 0)
    let second = try await run("resume")
    #expect(second.status == 75, "\(second.all)")
    #expect(payments == "1")
    #expect(try await run("approve", id, "checked", "--yes").status == 0)
    let last = try await run("resume")
    #expect(last.status == 0, "\(last.all)")
    #expect(payments == "2")
    #expect(try await run("verify-journal", id).status == 0)
  }

  private static let behind = """
    CREATE EXTENSION postgres_fdw;
    CREATE TABLE plain (n int); CREATE TABLE told (n int); CREATE TABLE "Rule d" (n int);
    CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
      $$BEGIN PERFORM dblink_exec('', 'INSERT INTO ledger VALUES (1)'); RETURN NEW; END$$;
    CREATE TRIGGER tells BEFORE INSERT ON told FOR EACH ROW EXECUTE FUNCTION tell();
    CREATE VIEW seen AS SELECT * FROM told;
    CREATE RULE also AS ON INSERT TO "Rule d" DO ALSO INSERT INTO told VALUES (NEW.n);
    CREATE FUNCTION pay() RETURNS int LANGUAGE sql AS 'INSERT INTO seen VALUES (1) RETURNING 1';
    CREATE TABLE given (n int DEFAULT pay(), m int);
    CREATE TABLE parent (n int PRIMARY KEY); INSERT INTO parent VALUES (1);
    CREATE TABLE child (n int REFERENCES parent ON DELETE CASCADE);
    CREATE TRIGGER gone BEFORE DELETE ON child FOR EACH ROW EXECUTE FUNCTION tell();
    CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;
    CREATE TABLE whole (n int) PARTITION BY RANGE (n);
    CREATE FOREIGN TABLE part PARTITION OF whole FOR VALUES FROM (0) TO (9) SERVER far;
    CREATE VIEW wide AS SELECT * FROM whole;
    CREATE SCHEMA remote; CREATE FOREIGN TABLE remote.plain (n int) SERVER far
    """
  private static let trigger = "the function public.tell(), which has dblink_exec"
  private static let foreign = "foreign table public.part (postgres_fdw)"

  /// What stands behind the things that a statement names shows at the gate, and is no transaction's.
  @Test(arguments: [
    ("INSERT INTO plain VALUES (1)", nil), ("INSERT INTO told VALUES (1)", trigger),
    ("INSERT INTO public.seen VALUES (1)", trigger), (#"INSERT INTO "Rule d" VALUES (1)"#, trigger),
    ("SELECT pay()", trigger), ("INSERT INTO given (m) VALUES (1)", trigger),
    ("DELETE FROM parent WHERE n = 1", trigger), ("UPDATE plain SET n = 2 WHERE n = 1", nil),
    ("DO $$BEGIN EXECUTE 'INSERT INTO told VALUES (1)'; END$$", trigger),
    ("INSERT INTO whole VALUES (1)", foreign), ("UPDATE wide SET n = 2 WHERE n = 1", foreign),
    ("INSERT INTO plain SELECT n FROM whole", nil),
    ("INSERT INTO remote.plain VALUES (1)", "foreign table remote.plain (postgres_fdw)"),
  ])
  func whatStandsBehindATableIsLookedFor(_ statement: String, _ found: String?) async throws {
    database.query(Self.behind)
    try workspace.write(
      """
      runbook: behind
      connections:
        main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
      detection:
        - {id: look, sql: SELECT 1 AS n, confirms: "rows[0].n == 1"}
      recovery:
        - id: fix
          sql: |
            \(statement)
      verification:
        - {id: checked, sql: SELECT 1}
      """, to: "behind.yaml")
    let held = try await run("run", "behind.yaml")
    #expect(held.status == 75, "\(held.all)")
    #expect(held.stdout.holds("no transaction guards") == (found != nil), "\(held.all)")
    if let found { #expect(held.stdout.holds(found), "\(held.all)") }
    #expect(!held.stdout.holds("not known: "), "\(held.all)")
  }

  /// What fails there is not called rolled back, and a trigger that came since it was approved is asked about.
  @Test func aTriggerThatLeavesTheTransactionIsNoReceiptsMatter() async throws {
    database.query(Self.behind)
    database.query("DROP TRIGGER tells ON told")
    try workspace.write(
      """
      runbook: behind
      connections:
        main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
      detection:
        - {id: look, sql: SELECT 1 AS n, confirms: "rows[0].n == 1"}
      recovery:
        - {id: fix, sql: INSERT INTO told VALUES (1), expect: affected == 7}
      verification:
        - {id: tried, trial: true, sql: INSERT INTO told VALUES (1)}
      """, to: "behind.yaml")
    #expect(try await run("run", "behind.yaml").status == 75)
    let id = try #require(try await run("runs", "--json").objects().first?["run"]?.stringValue)
    #expect(try await run("approve", id, "recovery", "--yes").status == 0)
    database.query(
      "CREATE TRIGGER tells BEFORE INSERT ON told FOR EACH ROW EXECUTE FUNCTION tell()")
    let held = try await run("resume", id)
    #expect(held.status == 75, "\(held.all)")
    #expect(held.stdout.holds("fix: what no transaction guards: \(Self.trigger) is new"))
    let failed = try await run("resume", id, "--approve", "recovery")
    #expect(failed.status == 75, "\(failed.all)")
    #expect(failed.stdout.holds("it is not known whether step 'fix' took effect"), "\(failed.all)")
    #expect(!failed.all.holds("the change was rolled back"), "\(failed.all)")
    let tried = try await run("skip", "--reason", "I looked", "--yes")
    #expect(
      tried.all.holds("a trial is rolled back, and no transaction guards what"), "\(tried.all)")
  }

  @Test func whoeverIsKilledInItsMidstDoesNotRepeatIt() async throws {
    try write(", pg_sleep(600)", "title: Pay")
    let program = try workspace.start(
      ["run", "pay.yaml", "--approve", "recovery"], environment: database.environment)
    database.query(
      """
      DO $$ BEGIN
        WHILE NOT EXISTS (SELECT FROM ledger) LOOP PERFORM pg_sleep(0.01); END LOOP;
      END $$
      """)
    program.signal(SIGKILL)
    _ = try await program.output()
    let held = try await run("resume", "--terminate")
    #expect(held.status == 75, "\(held.all)")
    #expect(payments == "1")
    #expect(held.stdout.holds("whether that is done is not known"), "\(held.all)")
    let runs = try await run("runs", "--json").objects()
    let id = try #require(runs.first?["run"]?.stringValue)
    let word = try await run("resolve", id, "pay", "--done", "--reason", "I looked")
    #expect(word.status == 0, "\(word.all)")
    _ = try await run("resume")
    #expect(payments == "1")
  }

  /// What a request does is known by its method before its address is.
  @Test func aRequestThatOnlyReadsIsShownSoBeforeItsAddressIsKnown() async throws {
    try workspace.write(
      """
      runbook: look
      detection:
        - {id: unpaid, shell: "true", effect: readOnly, confirms: "true"}
      recovery:
        - {id: first, shell: echo a, effect: mutating, capture: {path: stdout.trim()}}
        - {id: second, http: {get: "http://127.0.0.1:1/${{ path }}"}}
      verification:
        - {id: checked, shell: "true", effect: readOnly}
      """, to: "look.yaml")
    let output = try await run("run", "look.yaml")
    #expect(output.status == 75)
    let line = output.stdout.pieces(separatedBy: "\n").first { $0.holds("- second: ") }
    #expect(line?.holds("[read-only") == true, "\(output.all)")
  }
}
