import RunbookEngine
import RunbookModel
import RunbookPostgres
import RunbookTestSupport
import Testing

/// All of a database's own code is bound by an approval, kind by kind.
@Suite(.enabled(if: TestServer.isAvailable))
struct DatabaseCodeTests {
  private static let made = """
    CREATE FUNCTION deep() RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION given() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN public . "deep" (); END';
    CREATE FUNCTION ok(int) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT $1 > 0';
    CREATE FUNCTION named(text) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT true';
    CREATE FUNCTION more(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 + 1';
    CREATE FUNCTION key(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
    CREATE FUNCTION may(int) RETURNS bool LANGUAGE sql AS 'SELECT true';
    CREATE FUNCTION like_it(int, int) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT true';
    CREATE FUNCTION cmp(int, int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 0';
    CREATE FUNCTION asked(int, int) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT true';
    CREATE OPERATOR @@@ (leftarg = int, rightarg = int, function = like_it);
    CREATE OPERATOR ~~~~ (leftarg = int, rightarg = int, function = asked);
    CREATE OPERATOR CLASS own FOR TYPE int USING btree AS
      OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 cmp(int, int);
    CREATE DOMAIN lone AS text; CREATE DOMAIN word AS text CHECK (named(VALUE)); CREATE DOMAIN title AS word;
    CREATE TYPE pair AS (a title, b int);
    CREATE FUNCTION number(pair) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE CAST (pair AS int) WITH FUNCTION number(pair);
    CREATE TABLE t (
      a int DEFAULT given(), b int CHECK (ok(b)), c pair[], d int GENERATED ALWAYS AS (more(b)) STORED,
      e int CHECK (e @@@ 1), f timestamptz DEFAULT now());
    CREATE INDEX t_key ON t (key(a)); CREATE INDEX t_own ON t (b own);
    CREATE POLICY p ON t USING (may(a));
    CREATE TABLE other (a int); CREATE TABLE twin (a int);
    CREATE TABLE keyed (a int PRIMARY KEY); CREATE TABLE keys (a int REFERENCES keyed);
    CREATE TYPE color AS ENUM ('red', 'blue');
    CREATE TEXT SEARCH CONFIGURATION words (copy = simple)
    """

  /// Which kinds are others behind a change, whatever a step names.
  private func changed(by sql: String) async throws -> [String] {
    let fixture = try await SQLFixture()
    fixture.psql(Self.made)
    let gateway = fixture.gateway
    let before = try #require(await gateway.code(of: "main"))
    fixture.psql(sql)
    let after = try #require(await gateway.code(of: "main"))
    #expect(before.map(\.name) == after.map(\.name))
    return zip(before, after).filter { $0.0.content != $0.1.content }.map {
      String($0.1.name.dropping(prefix: SealedPart.databaseCode))
    }
  }

  @Test(arguments: [
    ("CREATE OR REPLACE FUNCTION deep() RETURNS int LANGUAGE sql AS 'SELECT 2'", ["functions"]),
    ("ALTER FUNCTION deep() SECURITY DEFINER", ["functions"]),
    ("ALTER FUNCTION deep() SET search_path = pg_temp", ["functions"]),
    ("CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int)", ["functions"]),
    (
      "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
        + "CREATE TRIGGER g BEFORE INSERT ON other FOR EACH ROW EXECUTE FUNCTION f()",
      ["functions", "triggers"]
    ),
    ("CREATE VIEW v AS SELECT * FROM other", ["views and rules", "tables and sequences"]),
    ("CREATE RULE r AS ON INSERT TO other DO INSTEAD NOTHING", ["views and rules"]),
    ("ALTER POLICY p ON t USING (NOT may(a))", ["policies"]),
    ("ALTER TABLE t ENABLE ROW LEVEL SECURITY", ["tables and sequences"]),
    ("ALTER TABLE t ALTER a SET DEFAULT more(1)", ["defaults and generated columns"]),
    ("ALTER TABLE t ADD CHECK (a > 0)", ["checks and foreign keys"]),
    (
      "ALTER TABLE other ADD UNIQUE (a); ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES other (a)",
      ["triggers", "checks and foreign keys", "unique indexes and those with expressions"]
    ),
    ("CREATE INDEX ON t (more(b))", ["unique indexes and those with expressions"]),
    ("CREATE DOMAIN small AS int", ["types and domains"]),
    ("ALTER DOMAIN lone ADD CHECK (VALUE <> '')", ["checks and foreign keys"]),
    ("CREATE CAST (int AS pair) WITH INOUT", ["operators and casts"]),
    (
      "CREATE OPERATOR !!! (leftarg = int, rightarg = int, function = asked)",
      ["operators and casts"]
    ),
    (
      "CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
        + "CREATE EVENT TRIGGER ev ON ddl_command_start EXECUTE FUNCTION e()",
      ["functions", "event triggers"]
    ),
    (
      "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'a');"
        + "CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (user 'b')",
      ["foreign servers and tables"]
    ),
    ("CREATE SCHEMA test; CREATE SEQUENCE test.numbers", ["tables and sequences"]),
    (
      "CREATE OR REPLACE FUNCTION pg_catalog.lower(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1'",
      ["functions and views of PostgreSQL itself"]
    ),
    ("CREATE TABLE more_of_it (a int)", ["tables and sequences"]),
    (
      "ALTER TABLE t RENAME a TO x; ALTER TABLE t RENAME b TO a; ALTER TABLE t RENAME x TO b",
      ["tables and sequences", "defaults and generated columns"]
    ),
    (
      "ALTER TABLE twin RENAME TO x; ALTER TABLE other RENAME TO twin; ALTER TABLE x RENAME TO other",
      ["tables and sequences"]
    ),
    ("CREATE UNIQUE INDEX ON other (a)", ["unique indexes and those with expressions"]),
    (
      "ALTER TYPE color RENAME VALUE 'red' TO 'x'; ALTER TYPE color RENAME VALUE 'blue' TO 'red';"
        + "ALTER TYPE color RENAME VALUE 'x' TO 'blue'", ["types and domains"]
    ),
    ("ALTER TYPE pair RENAME ATTRIBUTE b TO c", ["types and domains"]),
    ("ALTER TEXT SEARCH CONFIGURATION words DROP MAPPING FOR word", ["operators and casts"]),
    (
      "CREATE COLLATION loose (provider = icu, locale = 'und', deterministic = false)",
      ["operators and casts"]
    ),
  ]) func aChangeOfAnyKindShows(_ sql: String, _ kinds: [String]) async throws {
    let found = try await changed(by: sql)
    #expect(Set(found).isSuperset(of: Set(kinds).subtracting(["triggers"])))
    #expect(Set(found).isSubset(of: kinds))
  }

  /// What is done all the time, and decides nothing.
  @Test(arguments: [
    "INSERT INTO other VALUES (1); ANALYZE other; VACUUM FULL other",
    "GRANT SELECT ON other TO PUBLIC", "GRANT EXECUTE ON FUNCTION deep() TO PUBLIC",
    "CREATE TEMP TABLE x (a int); CREATE TEMP VIEW y AS SELECT 1", "REINDEX TABLE t",
    "REINDEX TABLE CONCURRENTLY keyed",
    "CREATE INDEX ON other (a)", "COMMENT ON TABLE other IS 'x'",
    "ALTER TABLE other SET (fillfactor = 90)",
  ]) func whatDecidesNothingDoesNotShow(_ sql: String) async throws {
    #expect(try await changed(by: sql).isEmpty)
  }

  /// The program's own tables for receipts are looked at where they are used.
  @Test func receiptsAreNotAmongIt() async throws {
    let fixture = try await SQLFixture()
    let before = try #require(await fixture.gateway.code(of: "main"))
    try await fixture.gateway.prepareReceipts([ReceiptUser(connection: "main", role: "test")])
    let after = try #require(await fixture.gateway.code(of: "main"))
    #expect(before.map(\.content) == after.map(\.content))
  }
}
