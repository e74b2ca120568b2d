import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookSQLite

/// What a statement does is SQLite's own word, by the file's schema.
struct SQLiteEffectTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let sql: String
    let effect: Effect
    init(_ sql: String, _ effect: Effect) { (self.sql, self.effect) = (sql, effect) }
    var testDescription: String { sql }
  }

  @Test(arguments: [
    Case("SELECT * FROM item", .readOnly), Case("PRAGMA table_info(item)", .readOnly),
    Case("SELECT * FROM json_each('[1]')", .readOnly),
    Case("INSERT INTO item (name) VALUES ('a')", .mutating),
    Case("INSERT INTO item VALUES (1, 'a', 1) ON CONFLICT (id) DO UPDATE SET size = 1", .mutating),
    Case("UPDATE item SET size = 1 WHERE id = 1", .mutating),
    Case("DELETE FROM item RETURNING id", .destructive),
    Case("UPDATE item SET size = 1 RETURNING *", .destructive),
    Case("UPDATE item SET size = 1 FROM (SELECT 1 WHERE true)", .destructive),
    Case("WITH x AS (SELECT 1 WHERE true) DELETE FROM item RETURNING id", .destructive),
    Case("UPDATE item SET size = 1 WHERE id = 1 RETURNING id", .mutating),
    Case("DELETE FROM item WHERE 1", .destructive),
    Case("DELETE FROM item WHERE 'a' = 'a' AND NOT 0 OR X'00' IS NULL", .destructive),
    Case("DELETE FROM item WHERE EXISTS (SELECT 1 FROM part)", .destructive),
    Case("DELETE FROM item WHERE (SELECT count(*) FROM part) >= 0", .destructive),
    Case("DELETE FROM item WHERE 'all' = 'all' RETURNING id", .destructive),
    Case("DELETE FROM item WHERE abs(-1) = 1", .destructive),
    Case("UPDATE item SET size = id WHERE true", .destructive),
    Case("UPDATE item SET size = part.item FROM part WHERE part.item = 1", .destructive),
    Case("DELETE FROM item WHERE EXISTS (SELECT id FROM item WHERE item.id > 1)", .destructive),
    Case("UPDATE item SET size = 1 WHERE abs(id) = 1", .mutating),
    Case("UPDATE item SET size = 1 WHERE \"id\" = 1", .mutating),
    Case("UPDATE item AS z SET size = 1 WHERE z.id IN (SELECT item FROM part)", .mutating),
    Case("UPDATE main.item SET size = 1 WHERE main.item.id = 1", .mutating),
    Case(
      "UPDATE item SET size = 1 WHERE EXISTS (SELECT 1 FROM part WHERE part.item = item.id)",
      .mutating),
    Case("UPDATE OR IGNORE item SET size = 1 WHERE (id = 1)", .mutating),
    Case("UPDATE item SET size = 1 FROM part WHERE part.item = item.id", .mutating),
    Case("DELETE FROM part WHERE item = 1 RETURNING item", .mutating),
    // Its trigger, and its key that cascades, delete rows besides.
    Case("DELETE FROM item WHERE id = 1 RETURNING id", .destructive),
    Case("UPDATE item SET size = 1", .destructive), Case("DELETE FROM item", .destructive),
    Case("DELETE FROM item WHERE id = 1", .destructive),
    Case("DELETE FROM part WHERE item = 1", .mutating), Case("DELETE FROM part", .destructive),
    Case("CREATE TABLE other (a)", .mutating), Case("DROP TABLE item", .destructive),
    Case("DROP INDEX by_name", .destructive), Case("DROP VIEW names", .destructive),
    Case("DROP TRIGGER gone", .destructive),
    Case("ALTER TABLE item DROP COLUMN size", .destructive),
    Case("ALTER TABLE item RENAME COLUMN size TO weight", .mutating),
    Case("ALTER TABLE item ADD COLUMN more", .mutating),
    Case("CREATE TABLE other (a); DROP TABLE other", .destructive),
    Case("CREATE TABLE other (a); INSERT INTO other VALUES (1)", .mutating),
    Case("INSERT INTO missing VALUES (1)", .undetermined),
    Case("DROP TABLE missing", .undetermined),
    Case("PRAGMA user_version = 3", .mutating),
  ]) func effectsAreToldBySQLite(_ one: Case) async throws {
    let fixture = try await SQLiteFixture(
      """
      CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL, size);;
      CREATE TABLE part (item REFERENCES item ON DELETE CASCADE);;
      CREATE INDEX by_name ON item (name);;
      CREATE VIEW names AS SELECT name FROM item;;
      CREATE TRIGGER gone AFTER DELETE ON item BEGIN DELETE FROM part; END
      """)
    #expect(try fixture.activity(one.sql, phase: .recovery).effect == .undetermined)
    _ = try await fixture.gateway.identify("main")
    #expect(try fixture.activity(one.sql, phase: .recovery).effect == one.effect)
    #expect(try fixture.activity(one.sql, phase: .detection).effect == .readOnly)
    #expect(
      try fixture.activity(one.sql, phase: .recovery, effect: .destructive).effect == .destructive)
  }

  /// By the rule that PostgreSQL's are told by (`RowCondition`).
  @Test(
    arguments: [
      ("a = 1", Effect.mutating, false), ("part.a = :x", .mutating, false),
      ("a IN (1, 2) AND b", .mutating, false), ("a LIKE 'x%'", .mutating, false),
      ("a BETWEEN 1 AND 5 OR b = 2", .mutating, false), ("a > 5 AND a < 10", .mutating, false),
      ("a IS NULL", .mutating, false), ("lower(a) == 'x'", .mutating, false),
      ("rowid IN (SELECT id FROM item)", .mutating, false), ("NOT b", .mutating, false),
      ("a IS NOT 5", .mutating, false), ("a NOT IN (1)", .mutating, false),
      ("a = a", .destructive, false), ("part.a = \"a\"", .destructive, false),
      ("1 < 2", .destructive, false), ("a <> a OR true", .destructive, false),
      ("a IS NULL OR a IS NOT NULL", .destructive, false),
      ("a ISNULL OR a NOTNULL", .destructive, false),
      ("a = 1 OR a != 1", .destructive, false), ("a < 5 OR NOT (a < 5)", .destructive, false),
      ("a = 1 OR 'x' = 'x'", .destructive, false), ("a IN (a)", .destructive, false),
      ("rowid IN (SELECT rowid FROM part)", .destructive, false),
      ("length(a) >= 0", .mutating, true), ("a IS NOT NULL", .mutating, true),
      ("a LIKE '%'", .mutating, true), ("a < 5 OR a > 3", .mutating, true),
      ("a >= a - 1", .mutating, true), ("coalesce(a, 1) = 1", .mutating, true),
      ("a ->> '$.x' > 0", .mutating, true), ("CASE WHEN a THEN 1 ELSE 1 END", .mutating, true),
    ] as [(String, Effect, Bool)])
  func tellsWhetherAConditionChoosesRows(
    condition: String, effect: Effect, mayTakeEvery: Bool
  ) async throws {
    let fixture = try await SQLiteFixture(
      "CREATE TABLE item (id INTEGER PRIMARY KEY);; CREATE TABLE part (a, b)")
    _ = try await fixture.gateway.identify("main")
    for head in ["DELETE FROM part", "UPDATE part SET b = 1"] {
      let sql = "\(head) WHERE \(condition.replacingAll(":x", with: "7"))"
      let activity = try fixture.activity(sql, phase: .recovery)
      #expect(activity.effect == effect, "\(sql)")
      #expect(!activity.manner.isEmpty == mayTakeEvery, "\(sql)")
    }
  }

  @Test func whatIsRefusedIsSaidBefore() async throws {
    let fixture = try await SQLiteFixture()
    _ = try await fixture.gateway.identify("main")
    let activity = try fixture.activity("ATTACH 'x' AS y", phase: .recovery)
    #expect(activity.manner.map(\.name) == ["will be refused"])
  }

  @Test func aRecoveryStepThatReadsNeedsNoReceipt() async throws {
    let fixture = try await SQLiteFixture()
    _ = try await fixture.gateway.identify("main")
    let activity = try fixture.activity("SELECT 1 AS a", phase: .recovery)
    #expect(activity.settlingMeans == .repeatable)
    #expect(try fixture.activity("DELETE FROM item", phase: .recovery).settlingMeans == .receipt)
  }
}
