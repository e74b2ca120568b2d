import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// What was approved is done on the server that the gate has shown, and with the settings that it had then.
@Suite(.enabled(if: TestServer.isAvailable), .timeLimit(.minutes(15)))
struct ApprovedServerTests {
  private static let runbook = """
    runbook: two-steps
    connections:
      main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
    detection:
      - {id: damage, sql: SELECT 1 AS n, confirms: "rows[0].n == 1"}
    recovery:
      - {id: first, sql: INSERT INTO done VALUES ('first')}
      - id: second
        sql: INSERT INTO done SELECT 'second' WHERE 1 / (SELECT count(*) FROM allowed) = 1
    verification:
      - {id: check, sql: SELECT 1}
    """

  private let workspace: Workspace
  private let cluster: TestCluster

  init() throws {
    workspace = try Workspace()
    cluster = try #require(TestCluster())
    try workspace.write(Self.runbook, to: "two-steps.yaml")
    cluster.psql(
      """
      CREATE TABLE done (step text); CREATE TABLE allowed (a int);
      CREATE ROLE plain LOGIN; GRANT ALL ON done, allowed TO plain;
      GRANT CREATE ON DATABASE postgres TO plain
      """)
  }

  /// One place, whichever server it leads to.
  private func environment(as role: String = "test") -> [String: String] {
    let url = cluster.url(of: ["link"]).replacingAll("user=test", with: "user=\(role)")
    return ["DATABASE_URL": url]
  }

  private func lead(to server: String) { cluster.run("ln -sfn \(server) link") }

  private func copy() {
    cluster.stop("one")
    cluster.run("mkdir two; cp -a one/data two/data; chmod 700 two/data")
    cluster.start("one")
    cluster.start("two")
  }

  /// By all that it says of itself a physical copy is the same server.
  @Test(arguments: ["test", "plain"]) func aCopyIsAskedAbout(_ role: String) async throws {
    copy()
    lead(to: "one")
    let environment = environment(as: role)
    #expect(
      try await workspace.run(["run", "two-steps.yaml"], environment: environment).status == 75)
    let runs = try await workspace.run(["runs", "--json"])
    let id = try #require(try runs.objects().first?["run"]?.stringValue)
    #expect(try await workspace.run(["approve", id, "recovery", "--yes"]).status == 0)
    lead(to: "two")
    let held = try await workspace.run(["resume"], environment: environment)
    #expect(held.status == 75, "\(held.all)")
    #expect(held.stdout.holds("the server was started anew at "), "\(held.all)")
    #expect(held.stdout.holds(", or is a copy"))
    if role == "test" { #expect(held.stdout.holds("the server's data folder was "), "\(held.all)") }
    for server in ["one", "two"] {
      #expect(cluster.psql("SELECT count(*) FROM done", on: server) == "0")
      #expect(cluster.psql("SELECT to_regnamespace('runbook') IS NULL", on: server) == "t")
    }
  }

  /// Before the run has left anything there, nothing tells a server that was started anew from a copy of it: not its
  /// place, its data folder and a log that goes on, which a copy has too.
  @Test(arguments: [false, true]) func whatWasStartedAnewIsAskedAbout(isCopy: Bool) async throws {
    cluster.stop("one")
    cluster.run("cp -a one/data before")
    cluster.start("one")
    lead(to: "one")
    #expect(
      try await workspace.run(["run", "two-steps.yaml"], environment: environment()).status == 75)
    let runs = try await workspace.run(["runs", "--json"])
    let id = try #require(try runs.objects().first?["run"]?.stringValue)
    #expect(try await workspace.run(["approve", id, "recovery", "--yes"]).status == 0)
    cluster.stop("one")
    if isCopy { cluster.run("mv one/data one/other; mv before one/data") }
    cluster.start("one")
    cluster.psql("CREATE TABLE filler AS SELECT n FROM generate_series(1, 100000) n")
    cluster.psql("INSERT INTO allowed VALUES (1)")
    let held = try await workspace.run(["resume"], environment: environment())
    #expect(held.status == 75, "\(held.all)")
    #expect(held.stdout.holds(", or is a copy"), "\(held.all)")
    #expect(cluster.psql("SELECT count(*) FROM done") == "0")
    // A person may say that it is the one.
    let words = ["resume", "--approve", "recovery"]
    let done = try await workspace.run(words, environment: environment())
    #expect(done.status == 0, "\(done.all)")
  }

  /// A folder that was put back to what it was has less in its log than the run has seen.
  @Test func aFolderThatWasPutBackIsAskedAbout() async throws {
    cluster.stop("one")
    cluster.run("cp -a one/data before")
    cluster.start("one")
    cluster.psql("CREATE TABLE filler AS SELECT n FROM generate_series(1, 100000) n")
    lead(to: "one")
    #expect(
      try await workspace.run(["run", "two-steps.yaml"], environment: environment()).status == 75)
    let runs = try await workspace.run(["runs", "--json"])
    let id = try #require(try runs.objects().first?["run"]?.stringValue)
    #expect(try await workspace.run(["approve", id, "recovery", "--yes"]).status == 0)
    cluster.stop("one")
    cluster.run("rm -rf one/data; mv before one/data")
    cluster.start("one")
    let held = try await workspace.run(["resume"], environment: environment())
    #expect(held.status == 75, "\(held.all)")
    #expect(held.stdout.holds(", or is a copy"), "\(held.all)")
    #expect(cluster.psql("SELECT count(*) FROM done") == "0")
  }

  /// What a session acts as it can take off again.
  @Test func whoLoggedInIsShownAndBound() async throws {
    lead(to: "one")
    cluster.psql("ALTER DATABASE postgres SET role = plain")
    // Who it is that connects is not told by the URL.
    let url = cluster.url(of: ["link"]).replacingAll("user=test", with: "connect_timeout=10")
    let environment = { (role: String) in ["DATABASE_URL": url, "PGUSER": role] }
    let held = try await workspace.run(["run", "two-steps.yaml"], environment: environment("test"))
    #expect(held.status == 75, "\(held.all)")
    let words = "logged in as test, a superuser, acting as plain, PostgreSQL"
    #expect(held.stdout.pieces(separatedBy: words).count == 3, "\(held.all)")
    #expect(try workspace.report().holds("logged in as `test` (superuser), acting as `plain`"))
    let runs = try await workspace.run(["runs", "--json"])
    let id = try #require(try runs.objects().first?["run"]?.stringValue)
    #expect(try await workspace.run(["approve", id, "recovery", "--yes"]).status == 0)
    let other = try await workspace.run(["resume"], environment: environment("plain"))
    #expect(other.status == 75, "\(other.all)")
    let why = "the role that it logged in as was test, a superuser, and is plain"
    #expect(other.stdout.holds(why), "\(other.all)")
    #expect(cluster.psql("SELECT count(*) FROM done") == "0")
  }

  /// A statement's text is not all of what it does: what else may run is said where it is approved.
  @Test(
    arguments: [
      ("SELECT fix()", ["functions (2)"]),
      ("INSERT INTO done VALUES ('x')", ["functions (2)", "triggers (1)"]),
      ("INSERT INTO seen VALUES ('x')", ["views and rules (1)"]),
    ] as [(String, [String])])
  func theDatabasesOwnCodeIsNamedAtTheGate(sql: String, names: [String]) async throws {
    lead(to: "one")
    cluster.psql(
      """
      CREATE FUNCTION fix() RETURNS void LANGUAGE sql AS 'INSERT INTO done VALUES (''f'')';
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER note BEFORE INSERT ON done FOR EACH ROW EXECUTE FUNCTION note();
      CREATE VIEW seen AS SELECT step FROM done
      """)
    try workspace.write(
      """
      runbook: example
      connections:
        main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
      detection:
        - {id: damage, sql: SELECT 1 AS n, confirms: "rows[0].n == 1"}
      recovery:
        - {id: first, sql: "\(sql)"}
      verification:
        - {id: check, sql: SELECT 1}
      """, to: "example.yaml")
    let held = try await workspace.run(["run", "example.yaml"], environment: environment())
    #expect(held.status == 75, "\(held.all)")
    #expect(held.stdout.holds("the approval binds of the database: "), "\(held.all)")
    for name in names { #expect(held.stdout.holds(name), "\(name): \(held.all)") }
  }

  /// What the run has left there is in a copy, too, that was made since: a new process asks about a server that was
  /// started anew, and of the recovery nothing else is asked again.
  @Test(arguments: [false, true]) func aRestartBehindAReceiptIsAskedAbout(isCopy: Bool)
    async throws
  {
    lead(to: "one")
    let held = try await workspace.run(
      ["run", "two-steps.yaml", "--approve", "recovery"], environment: environment())
    #expect(held.status == 75, "\(held.all)")
    cluster.psql("INSERT INTO allowed VALUES (1)")
    if isCopy {
      cluster.addStandby("two")
      cluster.run("pg_ctl -D two/data -w -s -m fast stop; rm two/data/standby.signal")
      cluster.start("two")
      lead(to: "two")
    } else {
      cluster.stop("one")
      cluster.start("one")
    }
    let asked = try await workspace.run(["retry"], environment: environment())
    #expect(asked.status == 75, "\(asked.all)")
    let why = "it holds what this run left, and a copy made since would too"
    #expect(asked.stdout.holds(why), "\(asked.all)")
    for server in isCopy ? ["one", "two"] : ["one"] {
      #expect(cluster.psql("SELECT string_agg(step, ',') FROM done", on: server) == "first")
    }
    let words =
      ["resume", "--approve", "identity:main"]
      + (isCopy ? ["--approve", "recovery"] : [])
    let done = try await workspace.run(words, environment: environment())
    #expect(done.status == 0, "\(done.all)")
    let server = isCopy ? "two" : "one"
    #expect(
      cluster.psql("SELECT string_agg(step, ',' ORDER BY step) FROM done", on: server)
        == "first,second")
  }

  /// Whatever sets it, and wherever.
  @Test(arguments: [
    "ALTER ROLE ALL SET timezone = 'Asia/Tokyo'", "ALTER SYSTEM SET timezone = 'Asia/Tokyo'",
  ])
  func anotherSettingIsAskedAbout(_ sql: String) async throws {
    lead(to: "one")
    #expect(
      try await workspace.run(["run", "two-steps.yaml"], environment: environment()).status == 75)
    let runs = try await workspace.run(["runs", "--json"])
    let id = try #require(try runs.objects().first?["run"]?.stringValue)
    #expect(try await workspace.run(["approve", id, "recovery", "--yes"]).status == 0)
    cluster.psql(sql)
    cluster.psql("SELECT pg_reload_conf()")
    let held = try await workspace.run(["resume"], environment: environment())
    #expect(held.status == 75, "\(held.all)")
    #expect(held.stdout.holds("the setting TimeZone is another"), "\(held.all)")
    #expect(cluster.psql("SELECT count(*) FROM done") == "0")
  }

  private static let ownCode = """
    runbook: example
    connections:
      main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
    detection:
      - {id: damage, sql: SELECT 1 AS n, confirms: "rows[0].n == 1"}
    recovery:
      - id: prepare
        sql: |
          CREATE OR REPLACE FUNCTION fix() RETURNS void LANGUAGE sql
            AS 'INSERT INTO done VALUES (''own'')';
          CREATE OR REPLACE FUNCTION note() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN NEW.step := NEW.step || ''!''; RETURN NEW; END'
      - {id: apply, sql: SELECT fix()}
      - {id: more, sql: INSERT INTO done VALUES ('more')}
    verification:
      - {id: check, sql: SELECT 1}
    """

  private func makeCode() {
    cluster.psql(
      """
      CREATE FUNCTION fix() RETURNS void LANGUAGE sql AS 'INSERT INTO done VALUES (''f'')';
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER note BEFORE INSERT ON done FOR EACH ROW EXECUTE FUNCTION note();
      CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int);
      CREATE VIEW seen AS SELECT step FROM done;
      CREATE MATERIALIZED VIEW kept AS SELECT 1 AS n;
      CREATE TABLE plain (n int DEFAULT 1 CHECK (n > 0));
      ALTER TABLE plain ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON plain USING (n = 1);
      CREATE DOMAIN few AS int CHECK (VALUE < 9);
      CREATE FUNCTION watched() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
      CREATE EXTENSION postgres_fdw;
      CREATE SERVER away FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'h', dbname 'staging');
      CREATE USER MAPPING FOR test SERVER away;
      CREATE FOREIGN TABLE there (n int) SERVER away
      """)
  }

  /// What a step of the run itself has made otherwise asks nobody again.
  @Test(arguments: [
    ("main: {kind", "main: {kind"), ("main: {kind", "main: {receipts: none, kind"),
    ("SELECT fix()}", "{text: SELECT fix(), transaction: none}}"),
  ])
  func whatTheRunHasChangedOfTheDatabasesCodeAsksNothing(_ old: String, _ new: String) async throws
  {
    lead(to: "one")
    makeCode()
    try workspace.write(Self.ownCode.replacingAll(old, with: new), to: "example.yaml")
    let done = try await workspace.run(
      ["run", "example.yaml", "--approve", "recovery"], environment: environment())
    #expect(done.status == 0, "\(done.all)")
    #expect(cluster.psql("SELECT string_agg(step, ',') FROM done") == "own!,more!")
  }

  /// What anybody else has made otherwise since the approval does, kind by kind, whatever the statements name.
  @Test(
    arguments: [
      (
        "CREATE OR REPLACE FUNCTION fix() RETURNS void LANGUAGE sql AS 'DELETE FROM done'",
        "functions are not what they were: changed last: public.fix()"
      ),
      ("ALTER FUNCTION note() SECURITY DEFINER", "changed last: public.note()"),
      (
        "CREATE OR REPLACE AGGREGATE total(int) (sfunc = int4mul, stype = int)",
        "functions are not what they were: changed last: public.total(integer)"
      ),
      (
        "CREATE TRIGGER more AFTER INSERT ON done EXECUTE FUNCTION note()",
        "triggers are not what they were (1 then, 2 now): changed last: trigger more of public.done"
      ),
      (
        "ALTER TABLE done DISABLE TRIGGER note",
        "triggers are not what they were: changed last: trigger note of public.done"
      ),
      ("DROP TRIGGER note ON done", "triggers are not what they were (1 then, 0 now)"),
      (
        "CREATE RULE swallow AS ON INSERT TO done DO INSTEAD NOTHING",
        "changed last: rule swallow of public.done"
      ),
      (
        "CREATE OR REPLACE VIEW seen AS SELECT step || '?' AS step FROM done",
        "views and rules are not what they were: changed last: view public.seen"
      ),
      (
        "DROP MATERIALIZED VIEW kept; CREATE MATERIALIZED VIEW kept AS SELECT 2 AS n",
        "changed last: view public.kept"
      ),
      ("ALTER POLICY mine ON plain USING (true)", "changed last: policy mine of public.plain"),
      (
        "ALTER TABLE plain DISABLE ROW LEVEL SECURITY",
        "the database's tables and sequences are not what they were"
      ),
      (
        "ALTER TABLE plain ALTER n SET DEFAULT 9",
        "defaults and generated columns are not what they were: changed last: column n of public.plain"
      ),
      (
        "ALTER TABLE plain ADD CHECK (n > 1)",
        "checks and foreign keys are not what they were (2 then, 3 now)"
      ),
      (
        "ALTER DOMAIN few ADD CHECK (VALUE > 1)",
        "changed last: constraint few_check1 of public.few"
      ),
      (
        "CREATE INDEX odd ON plain ((n + 1))",
        "unique indexes and those with expressions are not what they were (0 then, 1 now)"
      ),
      (
        "CREATE OPERATOR public.@+@ (FUNCTION = int4pl, LEFTARG = int, RIGHTARG = int)",
        "operators and casts are not what they were (0 then, 1 now)"
      ),
      (
        "CREATE CAST (text AS few) WITH INOUT", "operators and casts are not what they were"
      ),
      (
        "CREATE TYPE public.span AS RANGE (subtype = int)",
        "types and domains are not what they were (1 then, 2 now): changed last: type public.span"
      ),
      (
        "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION watched()",
        "event triggers are not what they were (0 then, 1 now): changed last: event trigger e"
      ),
      ("ALTER SERVER away OPTIONS (SET dbname 'prod')", "changed last: server away"),
      (
        "ALTER USER MAPPING FOR test SERVER away OPTIONS (ADD user 'root')",
        "foreign servers and tables are not what they were"
      ),
      (
        "ALTER FOREIGN TABLE there OPTIONS (ADD table_name 'other')",
        "foreign servers and tables are not what they were: changed last: foreign table public.there"
      ),
      ("CREATE EXTENSION dblink", "changed last: extension dblink"),
      (
        "ALTER TABLE plain RENAME TO former; CREATE VIEW plain AS SELECT 1 AS n",
        "the database's tables and sequences are not what they were"
      ),
    ])
  func otherCodeOfTheDatabaseIsAskedAbout(_ sql: String, _ words: String) async throws {
    lead(to: "one")
    makeCode()
    let yaml = Self.ownCode.replacingAll("- id: prepare", with: "- id: prepare\n    when: 'false'")
    try workspace.write(yaml, to: "example.yaml")
    let held = try await workspace.run(["run", "example.yaml"], environment: environment())
    #expect(held.status == 75, "\(held.all)")
    let runs = try await workspace.run(["runs", "--json"])
    let id = try #require(try runs.objects().first?["run"]?.stringValue)
    #expect(try await workspace.run(["approve", id, "recovery", "--yes"]).status == 0)
    cluster.psql(sql)
    let other = try await workspace.run(["resume"], environment: environment())
    #expect(other.status == 75, "\(other.all)")
    #expect(other.stdout.holds(words), "\(other.all)")
    #expect(cluster.psql("SELECT count(*) FROM done WHERE step LIKE 'more%'") == "0")
  }

  /// What fires is not of the table that the text names alone.
  @Test(
    arguments: [
      ("UPDATE seen SET n = 3 WHERE n = 1", "after update on base"),
      ("INSERT INTO whole VALUES (1)", "after insert on part"),
      ("DELETE FROM parent WHERE n = 1", "after delete on child"),
    ])
  func triggersBehindViewsPartitionsAndKeysAreBound(_ sql: String, _ when: String) async throws {
    lead(to: "one")
    cluster.psql(
      """
      CREATE TABLE base (n int); CREATE VIEW seen AS SELECT n FROM base; INSERT INTO base VALUES (1);
      CREATE TABLE whole (n int) PARTITION BY RANGE (n);
      CREATE TABLE part PARTITION OF whole FOR VALUES FROM (0) TO (9);
      CREATE TABLE parent (n int PRIMARY KEY);
      CREATE TABLE child (n int REFERENCES parent ON DELETE CASCADE);
      INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1);
      CREATE FUNCTION fired() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN INSERT INTO done VALUES (''good''); RETURN NULL; END';
      CREATE TRIGGER fired \(when) FOR EACH ROW EXECUTE FUNCTION fired()
      """)
    let yaml = Self.ownCode.replacingAll("- {id: apply, sql: SELECT fix()}", with: "")
      .replacingAll("INSERT INTO done VALUES ('more')", with: sql)
      .replacingAll("- id: prepare", with: "- id: prepare\n    when: 'false'")
    try workspace.write(yaml, to: "example.yaml")
    let held = try await workspace.run(["run", "example.yaml"], environment: environment())
    #expect(held.status == 75, "\(held.all)")
    let runs = try await workspace.run(["runs", "--json"])
    let id = try #require(try runs.objects().first?["run"]?.stringValue)
    #expect(try await workspace.run(["approve", id, "recovery", "--yes"]).status == 0)
    cluster.psql(
      """
      CREATE OR REPLACE FUNCTION fired() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN INSERT INTO done VALUES (''other''); RETURN NULL; END'
      """)
    let other = try await workspace.run(["resume"], environment: environment())
    #expect(other.status == 75, "\(other.all)")
    #expect(other.stdout.holds("changed last: public.fired()"), "\(other.all)")
    #expect(cluster.psql("SELECT count(*) FROM done") == "0")
  }

  /// What files of the server hold is not seen from here.
  @Test(arguments: [
    ("COPY done FROM '/srv/data.csv'", "the server's file '/srv/data.csv'"),
    ("COPY done FROM PROGRAM '/srv/make'", "the server's program '/srv/make'"),
    (
      "INSERT INTO done SELECT pg_read_file('/srv/data')",
      "the server's file '/srv/data' (pg_read_file)"
    ),
    ("DO 'BEGIN PERFORM lo_import(''/srv/data''); END'", "files of the server (lo_import)"),
    (
      "INSERT INTO done SELECT n::text FROM there",
      "foreign table public.there (postgres_fdw at dbname=staging host=h)"
    ),
  ])
  func whatIsElsewhereIsSaidNotToBeBound(_ sql: String, _ words: String) async throws {
    lead(to: "one")
    makeCode()
    let yaml = Self.ownCode.replacingAll("INSERT INTO done VALUES ('more')", with: "\"\(sql)\"")
    try workspace.write(yaml, to: "example.yaml")
    let held = try await workspace.run(["run", "example.yaml"], environment: environment())
    #expect(held.status == 75, "\(held.all)")
    #expect(held.stdout.holds("runs or reads what is not bound: \(words)"), "\(held.all)")
  }
}
