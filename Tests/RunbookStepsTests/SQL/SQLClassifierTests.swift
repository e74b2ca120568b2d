import RunbookModel
import Testing

@testable import RunbookPostgres

struct SQLClassifierTests {
  @Test(arguments: [
    ("SELECT 1", Effect.readOnly), ("TABLE t", .readOnly), ("DROP TABLE t", .destructive),
    ("TRUNCATE t", .destructive), ("DELETE FROM t", .destructive),
    ("DELETE FROM t WHERE a = 1", .mutating), ("UPDATE t SET a = 1", .destructive),
    ("UPDATE t SET a = 1 WHERE b", .mutating), ("ALTER TABLE t DROP COLUMN a", .destructive),
    ("ALTER TABLE t ADD COLUMN a int, DROP COLUMN b", .destructive),
    ("ALTER TABLE t ADD COLUMN a int", .mutating), ("DROP SCHEMA s CASCADE", .destructive),
    ("INSERT INTO t VALUES (1)", .mutating), ("CREATE TABLE t (a int)", .mutating),
    ("WITH x AS (UPDATE t SET a = 1 RETURNING 1) SELECT * FROM x", .destructive),
    ("WITH x AS (DELETE FROM t RETURNING *) INSERT INTO u SELECT * FROM x", .destructive),
    ("EXPLAIN (ANALYZE) DELETE FROM t", .destructive), ("EXPLAIN DELETE FROM t", .readOnly),
    ("DO $$ BEGIN END $$", .undetermined), ("GRANT SELECT ON t TO x", .mutating),
    ("CREATE TABLE x AS SELECT 1", .mutating), ("SET LOCAL search_path = ''", .readOnly),
    ("CREATE OR REPLACE VIEW v AS SELECT 1", .mutating), ("LOCK TABLE t", .mutating),
    ("SELECT 'DROP TABLE x'", .readOnly), ("DROP OWNED BY x", .destructive),
  ])
  func tellsTheEffect(sql: String, effect: Effect) {
    let text = SQLText(.plain(sql), names: [])
    #expect(text.diagnostics.isEmpty)
    #expect(text.statements.map(\.traits.effect) == [effect])
  }

  /// A condition chooses among rows where it compares a column of theirs with something else.
  @Test(
    arguments: [
      ("id = 1", Effect.mutating, false), ("t.id = :a", .mutating, false),
      ("a IN (1, 2)", .mutating, false), ("a NOT IN (1, 2)", .mutating, false),
      ("a LIKE 'x%'", .mutating, false), ("a BETWEEN 1 AND 5", .mutating, false),
      ("a > 5 AND a < 10", .mutating, false), ("a IS NULL", .mutating, false),
      ("is_stale", .mutating, false), ("NOT is_stale", .mutating, false),
      ("lower(email) = 'x'", .mutating, false), ("a = 1 OR a = 2", .mutating, false),
      ("a = 1 AND :b = 'yes'", .mutating, false),
      ("at < now() - interval '1 day'", .mutating, false),
      ("id IN (SELECT t_id FROM u)", .mutating, false),
      ("EXISTS (SELECT 1 FROM u WHERE u.id = t.id)", .mutating, false),
      ("id IN (SELECT id FROM t WHERE a = 1)", .mutating, false),
      ("id IN (SELECT id FROM t LIMIT 5)", .mutating, false),
      ("(a, b) = (1, 2)", .mutating, false), ("id = ANY(:a::int[])", .mutating, false),
      ("a < 5 OR b IS NULL", .mutating, false),
      ("a = a", .destructive, false), ("t.a = a", .destructive, false),
      ("true", .destructive, false), ("1 = 1", .destructive, false),
      ("1 < 2", .destructive, false), (":a = 'all'", .destructive, false),
      ("id = 1 OR :a = 'all'", .destructive, false), ("a <> a OR true", .destructive, false),
      ("a IS NULL OR a IS NOT NULL", .destructive, false),
      ("a = 1 OR a <> 1", .destructive, false), ("a < 5 OR a >= 5", .destructive, false),
      ("NOT (a = 1 AND b = 2) OR b = 2", .destructive, false),
      ("5 > a OR NOT (a < 5)", .destructive, false),
      ("EXISTS (SELECT 1 FROM u)", .destructive, false),
      ("(SELECT count(*) FROM u) >= 0", .destructive, false),
      ("id IN (SELECT id FROM t)", .destructive, false), ("id IN (id)", .destructive, false),
      ("(a = 1) IS NOT NULL OR true", .destructive, false),
      ("length(a) >= 0", .mutating, true), ("a IS NOT NULL", .mutating, true),
      ("a LIKE '%'", .mutating, true), ("a < 5 OR a > 3", .mutating, true),
      ("a <> 1 OR a <> 2", .mutating, true), ("a >= a - 1", .mutating, true),
      ("coalesce(a, 1) = 1", .mutating, true), ("a - a = 0", .mutating, true),
      ("EXISTS (SELECT 1 FROM u WHERE user_id = id)", .mutating, true),
      ("id IN (SELECT t.id FROM t JOIN u ON true)", .mutating, true),
      ("id IN (SELECT id FROM t UNION SELECT 1)", .mutating, true),
      ("id IN (SELECT z.id FROM t AS z)", .destructive, false), ("f(a)", .mutating, true),
      ("length(a) >= 0 AND b = 1", .mutating, false),
    ] as [(String, Effect, Bool)])
  func tellsWhetherAConditionChoosesRows(condition: String, effect: Effect, mayTakeEvery: Bool) {
    for head in ["DELETE FROM t", "UPDATE t SET c = 1", "UPDATE s.x AS t SET c = 1"] {
      if head.begins(with: "UPDATE s"), condition.holds("FROM t") { continue }
      let sql = "\(head) WHERE \(condition)"
      let text = SQLText(.plain(sql), names: ["a", "b"])
      #expect(text.diagnostics.isEmpty, "\(sql)")
      #expect(text.statements.map(\.traits.effect) == [effect], "\(sql)")
      #expect(text.statements.map(\.traits.mayTakeEveryRow) == [mayTakeEvery], "\(sql)")
    }
  }

  @Test(arguments: [
    ("DELETE FROM t USING u WHERE t.id = u.id", Effect.mutating, false),
    ("DELETE FROM t USING u WHERE u.a = 1", .destructive, false),
    ("DELETE FROM t USING u WHERE a = 1", .mutating, true),
    ("UPDATE t SET a = u.a FROM u WHERE u.id = t.id", .mutating, false),
    ("MERGE INTO t USING u ON t.id = u.id WHEN MATCHED THEN DELETE", .mutating, false),
    ("MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE", .destructive, false),
    ("MERGE INTO t USING u ON true WHEN NOT MATCHED THEN INSERT VALUES (1)", .mutating, false),
    ("WITH x AS (DELETE FROM t WHERE a = a RETURNING 1) SELECT 1 FROM x", .destructive, false),
    ("EXPLAIN DELETE FROM t WHERE true", .readOnly, false),
    ("CREATE RULE r AS ON INSERT TO t DO ALSO DELETE FROM u WHERE true", .mutating, false),
  ])
  func tellsItOfOtherTables(sql: String, effect: Effect, mayTakeEvery: Bool) {
    let text = SQLText(.plain(sql), names: [])
    #expect(text.diagnostics.isEmpty)
    #expect(text.statements.map(\.traits.effect) == [effect])
    #expect(text.statements.map(\.traits.mayTakeEveryRow) == [mayTakeEvery])
  }

  @Test(arguments: [
    "VACUUM", "CREATE INDEX CONCURRENTLY i ON t (a)", "DROP INDEX CONCURRENTLY i",
    "REINDEX TABLE CONCURRENTLY t", "REINDEX DATABASE d", "CREATE DATABASE d", "DROP DATABASE d",
    "ALTER SYSTEM SET a = 1", "CLUSTER", "CREATE TABLESPACE t LOCATION '/x'", "DISCARD ALL",
    "ALTER TABLE t DETACH PARTITION p CONCURRENTLY",
  ])
  func knowsWhatCannotRunInATransaction(sql: String) {
    #expect(SQLText(.plain(sql), names: []).statements.map(\.traits.needsNoTransaction) == [true])
  }

  @Test(arguments: ["ANALYZE t", "CREATE INDEX i ON t (a)", "REINDEX TABLE t", "CLUSTER t"])
  func knowsWhatCanRunInATransaction(sql: String) {
    #expect(SQLText(.plain(sql), names: []).statements.map(\.traits.needsNoTransaction) == [false])
  }

  @Test func readsManyStatementsInOneGo() {
    let sql = String(repeating: "INSERT INTO t VALUES (1, :a);\n", count: 5_000)
    let text = SQLText(
      SourceText(
        sql, at: Place(file: "f", line: 1, column: 1), layout: .block(firstLine: 1, indent: 0)),
      names: ["a"])
    #expect(text.statements.count == 5_000)
    #expect(text.statements.last?.references.count == 1)
  }

  @Test func keepsSemicolonsInsideOfAStatement() {
    let sql = "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2)"
    let text = SQLText(.plain(sql), names: [])
    #expect(text.statements.map(\.range) == [0..<sql.utf8.count])
  }

  @Test func splitsStatements() {
    let text = SQLText(
      .plain(" -- a\nSELECT ';' ; /* b */ SELECT $$;$$;\n;SELECT 3 -- c\n"), names: [])
    let pieces = text.statements.map { String(decoding: text.bytes[$0.range], as: UTF8.self) }
    #expect(pieces == ["SELECT ';'", "SELECT $$;$$", "SELECT 3"])
  }
}
