import Foundation
import RunbookEngine
import RunbookModel
import RunbookPostgres
import RunbookTestSupport
import Testing

/// Tables for receipts that somebody else made, or changed.
@Suite(.enabled(if: TestServer.isAvailable))
struct ReceiptTableTests {
  /// Fails where the program runs it, and not where it is put in place.
  private static let function = """
    CREATE FUNCTION public.evil() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN RAISE EXCEPTION ''evil''; END';
    CREATE FUNCTION public.seen(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS
      'BEGIN IF current_setting(''application_name'') LIKE ''runbook%'' THEN RAISE EXCEPTION ''evil'';
        END IF; RETURN $1; END';
    """

  struct Change: Sendable, CustomTestStringConvertible {
    let sql: String
    let fault: String
    var testDescription: String { sql }
  }

  static let changes = [
    Change(
      sql: "CREATE TRIGGER t BEFORE INSERT ON runbook.receipt FOR EACH ROW EXECUTE FUNCTION evil()",
      fault: "runbook.receipt has the trigger t"),
    Change(
      sql: "CREATE TRIGGER t BEFORE UPDATE ON runbook.lease FOR EACH ROW EXECUTE FUNCTION evil()",
      fault: "runbook.lease has the trigger t"),
    Change(
      sql: """
        CREATE CONSTRAINT TRIGGER t AFTER INSERT ON runbook.receipt DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION evil()
        """, fault: "runbook.receipt has the trigger t"),
    Change(
      sql: "CREATE RULE r AS ON INSERT TO runbook.receipt DO INSTEAD NOTHING",
      fault: "runbook.receipt has the rule r"),
    Change(
      sql: "CREATE RULE r AS ON UPDATE TO runbook.lease DO ALSO SELECT seen('x')",
      fault: "runbook.lease has the rule r"),
    Change(
      sql: "ALTER TABLE runbook.receipt ENABLE ROW LEVEL SECURITY",
      fault: "runbook.receipt has row security"),
    Change(
      sql: "CREATE TABLE child () INHERITS (runbook.receipt)",
      fault: "runbook.receipt is part of another table, or has parts"),
    Change(
      sql: "ALTER TABLE runbook.receipt ADD CONSTRAINT k CHECK (seen(actor) IS NOT NULL) NOT VALID",
      fault: "runbook.receipt has the constraint k"),
    Change(
      sql: "CREATE INDEX i ON runbook.receipt (seen(actor))",
      fault: "runbook.receipt has the index runbook.i"),
    Change(
      sql: "CREATE TABLE other (run text REFERENCES runbook.lease)",
      fault: "runbook.lease has the trigger RI_"),
    Change(
      sql: "ALTER TABLE runbook.receipt ADD COLUMN extra text DEFAULT seen('x')",
      fault: "runbook.receipt has other columns"),
    Change(
      sql: "CREATE DOMAIN d AS text; ALTER TABLE runbook.receipt ALTER actor TYPE d",
      fault: "runbook.receipt has other columns"),
    Change(
      sql: "ALTER TABLE runbook.receipt ALTER result SET DEFAULT seen('x')",
      fault: "runbook.receipt has other columns"),
    Change(
      sql: "ALTER TABLE runbook.lease DROP CONSTRAINT lease_pkey",
      fault: "runbook.lease has not the primary key"),
    Change(
      sql: "ALTER TABLE runbook.receipt SET UNLOGGED", fault: "runbook.receipt is no ordinary table"
    ),
    Change(
      sql: "GRANT USAGE ON SCHEMA runbook TO PUBLIC; GRANT INSERT ON runbook.receipt TO PUBLIC",
      fault: "runbook.receipt can be changed by everybody"),
    Change(
      sql: "GRANT USAGE ON SCHEMA runbook TO PUBLIC; GRANT DELETE ON runbook.lease TO pg_monitor",
      fault: "runbook.lease can be changed by pg_monitor"),
    Change(
      sql: "ALTER TABLE runbook.receipt OWNER TO pg_monitor",
      fault: "runbook.receipt belongs to pg_monitor"),
    Change(
      sql: "ALTER SCHEMA runbook OWNER TO pg_monitor",
      fault: "schema runbook belongs to pg_monitor"),
    Change(
      sql: "DROP TABLE runbook.receipt; CREATE VIEW runbook.receipt AS SELECT seen('x') AS run",
      fault: "runbook.receipt is no ordinary table"),
    Change(
      sql: "DROP TABLE runbook.lease; CREATE MATERIALIZED VIEW runbook.lease AS SELECT 1 AS run",
      fault: "runbook.lease is no ordinary table"),
    Change(
      sql: "DROP TABLE runbook.lease; CREATE SEQUENCE runbook.lease",
      fault: "runbook.lease is no ordinary table"),
    Change(
      sql: """
        DROP TABLE runbook.lease;
        CREATE TABLE runbook.lease (run text PRIMARY KEY, generation bigint NOT NULL)
          PARTITION BY HASH (run)
        """, fault: "runbook.lease is no ordinary table"),
  ]

  /// As whoever may not do what the tables' owner does.
  private func fixture() async throws -> SQLFixture {
    let fixture = try await SQLFixture()
    fixture.psql(Self.function)
    try await fixture.gateway.prepareReceipts("main")
    fixture.psql("CREATE TABLE t (a int)")
    return fixture
  }

  @Test(arguments: changes) func areRefusedBeforeTheGate(_ change: Change) async throws {
    let fixture = try await fixture()
    fixture.psql(change.sql)
    let checked = await failure { try await fixture.gateway.checkReceipts("main") }
    #expect(checked?.record.cause == .refused)
    #expect(checked?.record.message.holds(change.fault) == true, "\(checked?.record.message ?? "")")
    let prepared = await failure { try await fixture.gateway.prepareReceipts("main") }
    #expect(prepared?.record.message.holds(change.fault) == true)
  }

  /// Between the look before the gate and a step's own transaction.
  @Test(arguments: changes) func areRefusedInTheTransaction(_ change: Change) async throws {
    let fixture = try await fixture()
    try await fixture.perform("INSERT INTO t VALUES (1)", phase: .recovery, id: "first")
    fixture.psql(change.sql)
    let second = await failure {
      try await fixture.perform("INSERT INTO t VALUES (2)", phase: .recovery, id: "second")
    }
    #expect(second?.record.cause == .refused, "\(String(describing: second?.record))")
    #expect(second?.record.message.holds(change.fault) == true)
    #expect(fixture.psql("SELECT string_agg(a::text, ',') FROM t") == "1")
    let activity = try fixture.activity("INSERT INTO t VALUES (3)", phase: .recovery)
    let asked = await failure { _ = try await activity.receipt(in: fixture.context()) }
    #expect(asked?.record.message.holds(change.fault) == true)
  }

  @Test func areLookedThroughAgainWhereTheyWereChangedHarmlessly() async throws {
    let fixture = try await fixture()
    try await fixture.perform("INSERT INTO t VALUES (1)", phase: .recovery, id: "first")
    fixture.psql("GRANT SELECT ON runbook.receipt TO pg_monitor")
    let second = try await fixture.perform(
      "INSERT INTO t VALUES (2)", phase: .recovery, id: "second")
    #expect(second.hasReceipt)
  }

  /// In PostgreSQL before version 15 a role may make any other its member, and later whoever has CREATEROLE.
  @Test func aRoleThatMadeOursItsMemberOwnsNothingForUs() async throws {
    let fixture = try await SQLFixture()
    let name = UUID().uuidString.prefixOfScalars(8).lowercased()
    fixture.psql(
      """
      CREATE ROLE mallory_\(name) LOGIN; CREATE ROLE oncall_\(name) LOGIN;
      GRANT mallory_\(name) TO oncall_\(name);
      CREATE SCHEMA runbook AUTHORIZATION mallory_\(name);
      """)
    let failure = await failure {
      try await fixture.connect(as: "oncall_\(name)")
      try await fixture.gateway.checkReceipts("main")
    }
    #expect(failure?.record.message.holds("schema runbook belongs to mallory_\(name)") == true)
  }

  @Test func whoeverCanBeTheRoleMayOwnThem() async throws {
    let fixture = try await SQLFixture()
    let name = UUID().uuidString.prefixOfScalars(8).lowercased()
    fixture.psql(
      """
      CREATE ROLE person_\(name) LOGIN; CREATE ROLE oncall_\(name) LOGIN;
      GRANT oncall_\(name) TO person_\(name);
      GRANT CREATE ON DATABASE \(fixture.database) TO person_\(name);
      """)
    try await fixture.connect(as: "person_\(name)")
    try await fixture.gateway.prepareReceipts("main")
    fixture.psql(
      """
      GRANT USAGE ON SCHEMA runbook TO oncall_\(name);
      GRANT SELECT, INSERT ON runbook.receipt TO oncall_\(name);
      GRANT SELECT, INSERT, UPDATE ON runbook.lease TO oncall_\(name)
      """)
    try await fixture.connect(as: "oncall_\(name)")
    #expect(try await fixture.gateway.checkReceipts("main") == [])
  }

  /// What a default privilege gives in a schema that nobody else may use takes nothing away.
  @Test func defaultPrivilegesOfOthersDoNoHarm() async throws {
    let fixture = try await SQLFixture()
    fixture.psql("ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO pg_monitor")
    try await fixture.gateway.prepareReceipts("main")
    #expect(try await fixture.gateway.checkReceipts("main") == [])
  }

  struct Forgery: Sendable, CustomTestStringConvertible {
    let change: String
    let objection: String
    var testDescription: String { change }
  }

  static let forgeries = [
    Forgery(
      change: "statements_sha256 = repeat('0', 64)",
      objection: "it is of other statements than those of now"),
    Forgery(
      change: "attempt = 7",
      objection: "it is of attempt 7, which this run's journal has not begun"),
    Forgery(
      change: "attempt = 0",
      objection: "it is of attempt 0, which this run's journal has not begun"),
    Forgery(
      change: "actor = 'mallory'", objection: "it names mallory, and the journal tester"),
  ]

  @Test(arguments: forgeries) func aReceiptThatDoesNotFitProvesNothing(
    _ forgery: Forgery
  ) async throws {
    let fixture = try await fixture()
    let sql = "INSERT INTO t VALUES (1)"
    try await fixture.perform(sql, phase: .recovery)
    fixture.psql("DELETE FROM t; UPDATE runbook.receipt SET \(forgery.change)")
    let context = fixture.context(attempt: 2, actors: ["tester", "tester"])
    let activity = try fixture.activity(sql, phase: .recovery)
    let objections = try await activity.receipt(in: context)?.objections ?? []
    #expect(objections.first == forgery.objection)
    // Whoever may write there may have written it.
    #expect(objections.last?.holds("it says that ") == true, "\(objections)")
    #expect(objections.last?.holds("; these roles may write there: test") == true, "\(objections)")
    let failure = await failure { _ = try await activity.perform(in: context) }
    #expect(failure?.record.cause == .lost)
    #expect(failure?.record.detail == objections.joined(separator: "\n"))
    #expect(fixture.psql("SELECT count(*) FROM t") == "0")
  }

  /// Before its first attempt a step can have no receipt.
  @Test func aReceiptThatIsThereBeforehandProvesNothing() async throws {
    let fixture = try await fixture()
    fixture.psql(
      """
      INSERT INTO runbook.receipt
      VALUES ('run-1', 'step', 1, repeat('0', 64), 'tester', 1, 1, NULL, now())
      """)
    let failure = await failure {
      try await fixture.perform("INSERT INTO t VALUES (1)", phase: .recovery)
    }
    #expect(failure?.record.cause == .lost)
    #expect(failure?.record.detail?.holds("attempt 1, which has only just begun") == true)
    #expect(fixture.psql("SELECT count(*) FROM t") == "0")
  }

  /// The server is what it was when the connection was opened, in each transaction.
  @Test func theRoleIsAskedInEachTransaction() async throws {
    let fixture = try await fixture()
    let name = "role_\(UUID().uuidString.prefixOfScalars(8).lowercased())"
    fixture.psql("CREATE ROLE \(name) LOGIN; GRANT \(name) TO test; GRANT ALL ON t TO \(name)")
    fixture.psql(
      """
      GRANT USAGE ON SCHEMA runbook TO \(name); GRANT SELECT, INSERT ON runbook.receipt TO \(name);
      GRANT SELECT, INSERT, UPDATE ON runbook.lease TO \(name)
      """)
    try await fixture.connect(as: name)
    try await fixture.perform("INSERT INTO t VALUES (1)", phase: .recovery, id: "first")
    fixture.psql("ALTER ROLE \(name) SUPERUSER")
    let failure = await failure {
      try await fixture.perform("INSERT INTO t VALUES (2)", phase: .recovery, id: "second")
    }
    #expect(failure?.record.message.holds("superuser was no, and is yes") == true)
    #expect(fixture.psql("SELECT count(*) FROM t") == "1")
  }

  @Test func whatTheJournalCallsDoneHasToBeThere() async throws {
    let fixture = try await fixture()
    try await fixture.perform("INSERT INTO t VALUES (1)", phase: .recovery, id: "a")
    let proof = RunProof(generation: 1, receipts: [StepID("a")])
    func lost(_ proof: RunProof) async throws -> LostProof? {
      try await fixture.gateway.lost(of: proof, run: fixture.run, on: "main")
    }
    #expect(try await lost(proof) == nil)
    fixture.psql("UPDATE runbook.lease SET generation = 4")
    #expect(try await lost(RunProof(generation: 3, receipts: [StepID("a")])) == nil)
    fixture.psql("DELETE FROM runbook.receipt")
    #expect(try await lost(proof) == LostProof(isLeaseLost: false, receipts: [StepID("a")]))
    let failure = await failure {
      let activity = try fixture.activity("INSERT INTO t VALUES (2)", phase: .recovery, id: "b")
      _ = try await activity.perform(in: fixture.context(id: "b", generation: 4, proof: proof))
    }
    #expect(failure?.record.message.holds("the receipt of step 'a'") == true)
    #expect(fixture.psql("SELECT count(*) FROM t") == "1")
    fixture.psql("DELETE FROM runbook.lease")
    #expect(try await lost(proof) == LostProof(isLeaseLost: true, receipts: [StepID("a")]))
    fixture.psql("DROP SCHEMA runbook CASCADE")
    #expect(try await lost(proof) == LostProof(isLeaseLost: true, receipts: [StepID("a")]))
  }
}
