import RunbookModel
import Testing

@testable import RunbookMigrations
@testable import RunbookSystem

struct SQLJudgeTests {
  /// `ACTION KIND SCHEMA.TABLE NAME @LINE` for each loss.
  private static func losses(_ sql: String) -> [String] {
    SQLJudge.read(sql, line: 1).losses.map { loss in
      let schema = loss.schema.map { "\($0)." } ?? ""
      return "\(loss.action.rawValue) \(loss.kind) \(schema)\(loss.table ?? "-")"
        + " \(loss.name ?? "-")" + (loss.target.map { " to \($0)" } ?? "") + " @\(loss.line)"
    }
  }

  @Test(
    arguments: [
      ("DROP TABLE IF EXISTS a.b, \"C d\" CASCADE", ["table a.b b", "table C d C d"]),
      ("DROP TABLE U&\"d\\0061ta\"", ["table data data"]),
      ("DROP INDEX CONCURRENTLY a.i", ["index a.- i"]),
      ("DROP VIEW v", ["view - v"]), ("DROP MATERIALIZED VIEW m", ["materialized view - m"]),
      ("DROP SEQUENCE s", ["sequence - s"]), ("DROP TYPE a.t", ["type a.- t"]),
      ("DROP DOMAIN d", ["domain - d"]), ("DROP SCHEMA s CASCADE", ["schema - s"]),
      ("DROP FUNCTION a.f(int), g", ["function a.- f", "function - g"]),
      ("DROP TRIGGER t ON a.b", ["trigger a.b t"]), ("DROP POLICY p ON b", ["policy b p"]),
      ("DROP RULE r ON b", ["rule b r"]), ("DROP EXTENSION pgcrypto", ["extension - pgcrypto"]),
      ("DROP FOREIGN TABLE f", ["foreign table f f"]), ("DROP OWNED BY a, b", ["owned - a, b"]),
      ("DROP STATISTICS s", ["statistics - s"]), ("DROP DATABASE d", ["database - d"]),
      ("DROP ROLE r", ["role - r"]), ("DROP SERVER s CASCADE", ["foreign server - s"]),
      (
        "ALTER TABLE ONLY a.t DROP COLUMN IF EXISTS x, DROP CONSTRAINT y",
        ["column a.t x", "constraint a.t y"]
      ),
      ("ALTER TABLE t DROP x", ["column t x"]),
      ("ALTER TYPE t DROP ATTRIBUTE a", ["attribute t a"]),
    ] as [(String, [String])])
  func findsWhatIsDropped(sql: String, expected: [String]) {
    #expect(Self.losses(sql) == expected.map { "drop \($0) @1" })
  }

  @Test(
    arguments: [
      ("TRUNCATE a, ONLY b.c CASCADE", ["truncate rows a - @1", "truncate rows b.c - @1"]),
      ("DELETE FROM a.b", ["delete rows a.b - @1"]),
      ("DELETE FROM t WHERE true", ["delete rows t - @1"]),
      ("DELETE FROM t WHERE 1 = 1", ["delete rows t - @1"]),
      ("DELETE FROM t WHERE 'a' = 'a' AND NOT false", ["delete rows t - @1"]),
      ("DELETE FROM t WHERE id = 1 OR true", ["delete rows t - @1"]),
      (
        "ALTER TABLE a.t DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY",
        ["disable row security a.t - @1", "disable row security a.t - @1"]
      ),
      ("GRANT ALL ON a.t TO reader, PUBLIC", ["grant privileges a.t reader, PUBLIC @1"]),
      ("GRANT ALL ON ALL TABLES IN SCHEMA a TO reader", ["grant privileges - reader @1"]),
      (
        "WITH d AS (DELETE FROM q RETURNING *)\nINSERT INTO p SELECT * FROM d",
        ["delete rows q - @1"]
      ),
      ("EXPLAIN ANALYZE DELETE FROM q", ["delete rows q - @1"]),
      ("ALTER TABLE a.t RENAME TO u", ["rename table a.t t to u @1"]),
      ("ALTER TABLE t RENAME x TO y", ["rename column t x to y @1"]),
      ("ALTER SCHEMA s RENAME TO r", ["rename schema - s to r @1"]),
      ("ALTER TABLE t SET SCHEMA z", ["move table t t to z @1"]),
      ("ALTER TABLE t DETACH PARTITION p", ["detach partition t p @1"]),
      (
        "SELECT 1;\n\n-- here\nDROP TABLE t;\nDROP TABLE u",
        ["drop table t t @4", "drop table u u @5"]
      ),
    ] as [(String, [String])])
  func findsWhatIsEmptiedOrPutElsewhere(sql: String, expected: [String]) {
    #expect(Self.losses(sql) == expected)
  }

  @Test(arguments: [
    "-- DROP TABLE a\n/* /* DROP TABLE b; */ DROP TABLE c; */ SELECT 'DROP TABLE d', E'\\'DROP TABLE e'",
    "SELECT $x$ DROP TABLE a; $$ TRUNCATE b $$ $x$",
    "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE a; END $$",
    "CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC DELETE FROM a; END",
    "CREATE PROCEDURE p() LANGUAGE sql AS 'TRUNCATE a'",
    "CREATE RULE r AS ON DELETE TO v DO INSTEAD DELETE FROM t",
    "ALTER TABLE t ALTER COLUMN a DROP DEFAULT, ALTER b DROP NOT NULL, DISABLE TRIGGER ALL",
    "ALTER INDEX i RENAME TO j", "ALTER TABLE t RENAME CONSTRAINT a TO b",
    "DELETE FROM t WHERE id = 1", "DELETE FROM t WHERE 1 = 2", "DELETE FROM t WHERE id = id",
    "DELETE FROM t WHERE NOT true AND 1 = 1", "GRANT SELECT ON t TO reader",
    "REVOKE ALL ON t FROM r",
    "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
    "UPDATE t SET a = 1", "EXPLAIN DELETE FROM t", "", ";;",
    "DO $$ BEGIN PERFORM 'DROP TABLE a'; RAISE NOTICE 'TRUNCATE b'; END $$",
    "DO $$ BEGIN CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DROP TABLE a'; END $$",
  ])
  func takesNothingForALossThatIsNone(sql: String) {
    let reading = SQLJudge.read(sql)
    #expect(reading.losses == [])
    #expect(reading.undetermined == [] && reading.unreadable == [])
  }

  @Test(
    arguments: [
      ("DO $$\nBEGIN\n  DROP TABLE a;\nEND $$", ["drop table a a @3"]),
      ("DO 'BEGIN DROP TABLE a; END'", ["drop table a a @1"]),
      ("DO $x$ BEGIN EXECUTE 'DROP TABLE \"it''s\"'; END $x$", ["drop table it's it's @1"]),
      ("DO $x$ BEGIN EXECUTE 'DROP TABLE ' || 'a' USING 1; END $x$", ["drop table a a @1"]),
      ("DO $x$ BEGIN EXECUTE $y$TRUNCATE a$y$; END $x$", ["truncate rows a - @1"]),
      (
        "DO $$ DECLARE n int; BEGIN IF n > 1 THEN DROP TABLE a; ELSE TRUNCATE b; END IF; END $$",
        ["drop table a a @1", "truncate rows b - @1"]
      ),
      (
        "DO $$ BEGIN FOR r IN DELETE FROM a RETURNING * LOOP DROP VIEW v; END LOOP; END $$",
        ["delete rows a - @1", "drop view - v @1"]
      ),
      (
        "DO $$ BEGIN IF CASE WHEN true THEN true END THEN DROP TABLE a; END IF; END $$",
        ["drop table a a @1"]
      ),
      (
        "DO $$ BEGIN DELETE FROM a RETURNING id INTO n; EXCEPTION WHEN others THEN DROP TABLE b; END $$",
        ["delete rows a - @1", "drop table b b @1"]
      ),
      ("DO $x$ BEGIN EXECUTE 'DO $y$ BEGIN DROP TABLE a; END $y$'; END $x$", ["drop table a a @1"]),
      (
        "DO $$ BEGIN WITH d AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM d; END $$",
        ["delete rows a - @1"]
      ),
      (
        "DO $$ BEGIN IF EXISTS (SELECT 1 FROM t FOR UPDATE) THEN DROP TABLE a; END IF; END $$",
        ["drop table a a @1"]
      ),
      (
        "DO $$ BEGIN FOR r IN SELECT 1 LOOP DROP TABLE a; END LOOP; OPEN c FOR SELECT 1; END $$",
        ["drop table a a @1"]
      ),
      (
        "DO $$ BEGIN SELECT CASE WHEN a THEN b ELSE c END INTO d; TRUNCATE a; END $$",
        ["truncate rows a - @1"]
      ),
      (
        "DO $$ << label >> DECLARE x int := 1; BEGIN LOOP DELETE FROM a; EXIT; END LOOP; END $$",
        ["delete rows a - @1"]
      ),
    ] as [(String, [String])])
  func readsTheBodyOfABlock(sql: String, expected: [String]) {
    #expect(Self.losses(sql) == expected)
  }

  @Test(arguments: [
    "DO $$ BEGIN EXECUTE x; END $$",
    "DO $$ BEGIN EXECUTE format('DROP TABLE %I', x); END $$",
    "DO $$ BEGIN EXECUTE 'DROP TABLE ' || quote_ident(x) INTO y; END $$",
    "DO LANGUAGE plpython3u $$ plpy.execute('DROP TABLE a') $$", "CALL p()", "EXECUTE p",
  ])
  func doesNotGuess(sql: String) {
    let reading = SQLJudge.read("\n" + sql, line: 1)
    #expect(reading.losses == [])
    #expect(reading.undetermined.map(\.line) == [2])
  }

  @Test(
    arguments: [
      ("DROP TABLE", 1, []), ("SELECT 1;\nDROP TABEL a;\nDROP TABLE b", 2, ["drop table b b @3"]),
      ("DROP TABLE \"a", 1, []), ("SELECT '\u{0}'", 1, []),
      ("DO $$ BEGIN\nDROP TABEL a; DROP TABLE b; END $$", 2, ["drop table b b @2"]),
    ] as [(String, Int, [String])])
  func saysWhatTheParserRefuses(sql: String, line: Int, expected: [String]) {
    let reading = SQLJudge.read(sql, line: 1)
    #expect(reading.unreadable.map(\.line) == [line])
    #expect(Self.losses(sql) == expected)
  }

  /// What stands behind a bracket that nothing closes, or that closes none, is not passed over.
  @Test(arguments: [
    ("ALTER TABLE a ADD CONSTRAINT c CHECK (x > 0;\nDROP TABLE session;", 1),
    ("DROP TABLE session nonsense (;", 1), ("SELECT 1;\nSELECT (1;\nSELECT 2;", 2),
    ("SELECT 1);\nDROP TABLE session;", 1), ("SELECT (1", 1), ("SELECT 1;\n)", 2),
  ])
  func refusesWhatABracketLeavesOpen(sql: String, line: Int) {
    #expect(SQLJudge.read(sql, line: 1).unreadable.first?.line == line)
  }

  @Test func takesValuesThatAreBoundWhenItRuns() {
    let reading = SQLJudge.read(
      "DELETE FROM a WHERE b = :b_1 AND c::text = '\\:x'; UPDATE t SET a = a[1\\:2]; TRUNCATE :t")
    #expect(reading.losses == [])
    #expect(reading.unreadable.count == 1)
  }

  @Test(arguments: [
    String(repeating: "(", count: 60_000), "SELECT " + String(repeating: "1+", count: 30_000) + "1",
    "DELETE FROM a WHERE " + String(repeating: "NOT ", count: 2_000) + "true",
    String(repeating: "DO $$ BEGIN EXECUTE '", count: 1), "DO $$ EXECUTE $$", "DO $$ ; EXECUTE",
    String(repeating: "DROP TABLE a;", count: 20_000), String(repeating: "/*", count: 30_000),
    "DO $$ " + String(repeating: "BEGIN ", count: 10_000) + " $$", "DO $$ )))) DROP $$", "$$", ":",
    "\\:",
  ])
  func survivesHostileTexts(sql: String) { _ = SQLJudge.read(sql) }

  /// Wherever a text is cut off, it is read or refused.
  @Test func survivesEveryPrefix() {
    let text = """
      DO $x$ BEGIN EXECUTE 'DROP TABLE "it''s"' || U&'d\\0061'; IF a THEN DROP VIEW b; END IF; END $x$;
      /* a /* b */ c */ ALTER TABLE "é".t DROP COLUMN x, RENAME TO y; DELETE FROM t WHERE a = :b;
      WITH d AS (DELETE FROM q RETURNING *) SELECT E'\\'' FROM d; DROP FUNCTION f(int), g;
      """
    for end in text.indices {
      for part in [text[..<end], text[end...]] { _ = SQLJudge.read(String(part)) }
    }
  }

  @Test func endsWithTextsInTexts() {
    var sql = "DROP TABLE a"
    for level in 0..<12 {
      sql = "DO $a\(level)$ BEGIN EXECUTE $b\(level)$ \(sql) $b\(level)$; END $a\(level)$"
    }
    #expect(SQLJudge.read(sql).undetermined.count == 1)
  }
}
