import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookSQLite

/// What a file's schema does behind a statement counts in its effect, and is bound by its definition.
struct SQLiteCodeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let sql: String
    let schema: String
    let effect: Effect
    let bound: [String]
    init(_ sql: String, _ schema: String, _ effect: Effect, _ bound: [String] = []) {
      (self.sql, self.schema, self.effect, self.bound) = (sql, schema, effect, bound)
    }
    var testDescription: String { "\(sql), \(schema)" }
  }

  private static let update = "UPDATE item SET size = 1 WHERE id = 1"

  @Test(arguments: [
    Case(update, "", .mutating, ["table item"]),
    Case(
      update, "CREATE TRIGGER t AFTER UPDATE ON item BEGIN DELETE FROM log WHERE a = 1; END",
      .destructive, ["table item", "table log", "trigger t on item"]),
    Case(
      update, "CREATE TRIGGER t AFTER UPDATE ON item BEGIN UPDATE log SET a = 1; END",
      .destructive, ["table item", "table log", "trigger t on item"]),
    Case(
      update, "CREATE TRIGGER \"begin\" AFTER UPDATE ON item BEGIN UPDATE log SET a = 1; END",
      .destructive, ["table item", "table log", "trigger begin on item"]),
    Case(
      update, "CREATE TRIGGER t AFTER UPDATE ON item BEGIN INSERT INTO log VALUES (1); END",
      .mutating, ["table item", "table log", "trigger t on item"]),
    Case(
      update,
      "CREATE TRIGGER t AFTER UPDATE ON item BEGIN INSERT INTO log VALUES (1); END;;"
        + "CREATE TRIGGER u AFTER INSERT ON log BEGIN DELETE FROM far; END",
      .destructive,
      ["table far", "table item", "table log", "trigger t on item", "trigger u on log"]),
    Case(
      "INSERT INTO names VALUES ('a')",
      "CREATE VIEW names AS SELECT name FROM item;;"
        + "CREATE TRIGGER t INSTEAD OF INSERT ON names BEGIN DELETE FROM item; END",
      .destructive, ["table item", "trigger t on names", "view names"]),
    Case(
      "DELETE FROM names WHERE name = 'a'",
      "CREATE VIEW names AS SELECT name FROM item;;"
        + "CREATE TRIGGER t INSTEAD OF DELETE ON names BEGIN DELETE FROM item; END",
      .destructive, ["table item", "trigger t on names", "view names"]),
    Case(
      "DELETE FROM item WHERE id = 1",
      "CREATE TABLE part (item REFERENCES item ON DELETE CASCADE)", .destructive,
      ["table item", "table part"]),
    Case(
      "INSERT OR REPLACE INTO item VALUES (1, 'a', 1)",
      "CREATE TABLE part (item REFERENCES item ON DELETE CASCADE)", .destructive,
      ["table item", "table part"]),
    Case(
      update, "CREATE INDEX i ON item (abs(size))", .mutating, ["index i on item", "table item"]),
    Case(
      "CREATE TEMP TRIGGER x AFTER UPDATE ON item BEGIN DELETE FROM log; END; \(update)", "",
      .destructive, ["table item", "table log"]),
  ]) func whatTheSchemaDoesCounts(_ one: Case) async throws {
    let fixture = try await SQLiteFixture(
      """
      CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL, size);;
      CREATE TABLE log (a);; CREATE TABLE far (a);; \(one.schema)
      """)
    _ = try await fixture.gateway.identify("main")
    let activity = try await fixture.activity(one.sql, phase: .recovery).informed()
    #expect(activity.effect == one.effect)
    let firing = activity.manner.first { $0.name == "may fire" }?.value.stringValue
    let triggers = one.bound.filter { $0.begins(with: "trigger ") }
    #expect(firing == (triggers.isEmpty ? nil : triggers.joined(separator: ", ")))
  }

  /// Right under the lock it is looked at once more.
  @Test func whatWasAddedSinceItWasLookedAtIsRefused() async throws {
    let fixture = try await SQLiteFixture()
    _ = try await fixture.gateway.identify("main")
    try await fixture.gateway.prepareReceipts([ReceiptUser(connection: "main", role: "x")])
    _ = try await fixture.gateway.identify("main")
    let activity = try await fixture.activity(Self.update, phase: .recovery).informed()
    try fixture.sqlite("CREATE TRIGGER t AFTER UPDATE ON item BEGIN DELETE FROM item; END")
    await #expect(throws: StepFailure.self) {
      try await activity.perform(
        in: fixture.context(proof: RunProof(generation: 1)))
    }
    #expect(try fixture.sqlite("SELECT count(*) FROM runbook_receipt") == "0")
  }

  /// All of the schema is bound, whatever a statement touches; the tables for receipts are not.
  @Test(arguments: [
    ("CREATE TABLE more (a)", "tables"), ("CREATE INDEX i ON item (size)", "indexes"),
    ("CREATE VIEW v AS SELECT 1", "views"),
    ("CREATE TRIGGER t AFTER INSERT ON item BEGIN DELETE FROM item; END", "triggers"),
  ]) func eachTypeIsBoundAsAWhole(_ sql: String, _ type: String) async throws {
    let fixture = try await SQLiteFixture()
    _ = try await fixture.gateway.identify("main")
    let before = try #require(await fixture.gateway.code(of: "main"))
    try await fixture.gateway.prepareReceipts([ReceiptUser(connection: "main", role: "x")])
    #expect(await fixture.gateway.code(of: "main") == before)
    try fixture.sqlite(sql)
    let after = try #require(await fixture.gateway.code(of: "main"))
    let changed = zip(before, after).filter { $0.0 != $0.1 }
    #expect(changed.map(\.1.name) == [SealedPart.databaseCode + type])
    let counts = changed.map { ($0.1.group?.count ?? 0) - ($0.0.group?.count ?? 0) }
    #expect(counts == [1])
  }

  /// A name that SQLite keeps for itself can be given all the same, by who writes the schema.
  @Test func aTriggerIsBoundWhateverItsName() async throws {
    let fixture = try await SQLiteFixture()
    _ = try await fixture.gateway.identify("main")
    let before = try #require(await fixture.gateway.code(of: "main"))
    try fixture.sqlite(
      """
      PRAGMA writable_schema = 1;;
      INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES ('trigger', 'sqlite_tg', 'item', 0,
        'CREATE TRIGGER sqlite_tg BEFORE UPDATE ON item BEGIN DELETE FROM item; END')
      """)
    let after = try #require(await fixture.gateway.code(of: "main"))
    #expect(before != after)
    let activity = try await fixture.activity(Self.update, phase: .recovery).informed()
    #expect(activity.manner.first?.value == "trigger sqlite_tg on item")
    // In a schema of one's own no such trigger can be made, so that nobody can tell what it does.
    #expect(activity.effect == .undetermined)
  }

  /// How far the content went back is known before the run has left anything in it.
  @Test func contentIsToldByWhatOnlyGrows() async throws {
    let fixture = try await SQLiteFixture()
    let first = try await fixture.gateway.identify("main").identity
    try fixture.sqlite("INSERT INTO item VALUES (1, 'a', 1)")
    let used = try await fixture.gateway.identify("main").identity
    #expect(first.replacement(by: used) == nil)
    #expect(used.replacement(by: first)?.holds("the change counter was") == true)
    try fixture.sqlite("VACUUM")
    let vacuumed = try await fixture.gateway.identify("main").identity
    #expect(used.replacement(by: vacuumed) == nil)
    try fixture.sqlite("CREATE TABLE other (a)")
    let changed = try await fixture.gateway.identify("main").identity
    #expect(vacuumed.replacement(by: changed)?.holds("the schema was") == true)
    #expect(vacuumed.isSameDatabase(as: changed))
  }

  /// The tables for receipts are not among what tells.
  @Test func receiptsChangeNothingOfIt() async throws {
    let fixture = try await SQLiteFixture()
    let first = try await fixture.gateway.identify("main").identity
    try await fixture.gateway.prepareReceipts([ReceiptUser(connection: "main", role: "x")])
    let prepared = try await fixture.gateway.identify("main").identity
    #expect(first.replacement(by: prepared) == nil)
  }

  /// Receipts are prepared for a step, and wait for a lock as long as the step may.
  @Test(.timeLimit(.minutes(15))) func preparingWaitsNoLongerThanTheStep() async throws {
    let fixture = try await SQLiteFixture()
    _ = try await fixture.gateway.identify("main")
    let other = try SQLiteHandle(
      path: fixture.path, mayWrite: true, SQLiteWait(until: .now + .seconds(5)))
    try other.ask("BEGIN EXCLUSIVE")
    let user = ReceiptUser(connection: "main", role: "x", lockTimeout: .milliseconds(20))
    do throws(StepFailure) {
      try await fixture.gateway.prepareReceipts([user])
      Issue.record("the lock was to be had")
    } catch {
      #expect(error.record.cause == .lock)
    }
    other.rollBack()
  }
}
