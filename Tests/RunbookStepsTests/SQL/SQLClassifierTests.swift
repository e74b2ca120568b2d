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

  /// Such rows show nothing but what the statement was given.
  @Test(arguments: [
    ("SELECT :a AS s", true), ("SELECT :a = 'yes' AS ok", true),
    ("SELECT lower(trim(:a)) AS s", true), ("SELECT CASE WHEN :a = 'x' THEN 1 ELSE 0 END", true),
    ("SELECT count(*) AS n FROM (VALUES (1)) x WHERE :a = 'yes'", true), ("VALUES (:a)", true),
    ("SELECT x.n FROM generate_series(1, 3) AS x (n) WHERE :a = 'yes'", true),
    ("WITH x AS (SELECT :a AS s) SELECT s FROM x", true),
    ("WITH x AS (SELECT :a AS s) SELECT s FROM x JOIN t USING (s)", false),
    ("WITH t AS (SELECT 1) SELECT * FROM public.t WHERE a = :a", false),
    ("SELECT f FROM f(:a)", false),
    ("SELECT * FROM t WHERE a = :a", false), ("SELECT (SELECT a FROM t) = :a", false),
    ("SELECT to_regclass(:a) IS NOT NULL", false), ("SELECT pg_size_pretty(f(:a))", false),
    ("INSERT INTO t VALUES (:a)", false), ("SHOW search_path", false),
  ])
  func tellsWhatIsMadeOfItsValuesAlone(sql: String, isOfValuesAlone: Bool) {
    let text = SQLText(.plain(sql), names: ["a"])
    #expect(text.statements.map(\.traits.isOfValuesAlone) == [isOfValuesAlone])
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
