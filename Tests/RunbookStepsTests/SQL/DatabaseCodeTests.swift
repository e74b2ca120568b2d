import RunbookEngine
import RunbookModel
import RunbookPostgres
import RunbookTestSupport
import Testing

/// What of a database's own code an approval of a step binds.
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
    CREATE DOMAIN word AS text CHECK (named(VALUE)); CREATE DOMAIN title AS word;
    CREATE TYPE pair AS (a title, b int);
    CREATE FUNCTION number(pair) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE CAST (pair AS int) WITH FUNCTION number(pair);
    CREATE TABLE t (
      a int DEFAULT given(), b int CHECK (ok(b)), c pair[], d int GENERATED ALWAYS AS (more(b)) STORED,
      e int CHECK (e @@@ 1), f timestamptz DEFAULT now());
    CREATE INDEX t_key ON t (key(a)); CREATE INDEX t_own ON t (b own);
    CREATE POLICY p ON t USING (may(a));
    CREATE TABLE other (a int)
    """

  private func parts(_ sql: String, _ change: String = "") async throws -> [String: String] {
    let fixture = try await SQLFixture()
    fixture.psql(Self.made)
    if !change.isEmpty { fixture.psql(change) }
    let activity = try fixture.activity(sql, phase: .recovery)
    let informed = try #require(await activity.informed() as? SQLActivity)
    return Dictionary(
      try #require(informed.code.parts).map { ($0.name, $0.definition) }, uniquingKeysWith: { $1 })
  }

  @Test func whatATablesOwnPartsCallIsBound() async throws {
    let names = Set(try await parts("INSERT INTO t (b) VALUES (1)").keys)
    #expect(
      names == [
        "constraint t_b_check of public.t", "constraint t_e_check of public.t",
        "constraint word_check of domain public.word", "default of public.t.a",
        "default of public.t.d", "index public.t_key", "index public.t_own", "policy p of public.t",
        "function public.cmp(integer,integer)", "function public.deep()",
        "function public.given()", "function public.key(integer)",
        "function public.like_it(integer,integer)", "function public.may(integer)",
        "function public.more(integer)", "function public.named(text)",
        "function public.number(public.pair)", "function public.ok(integer)",
      ])
  }

  @Test(
    arguments: [
      ("UPDATE other SET a = 1", ["function public.number(public.pair)"]),
      (
        "DELETE FROM other WHERE a ~~~~ 1",
        ["function public.asked(integer,integer)", "function public.number(public.pair)"]
      ),
      (
        "INSERT INTO other SELECT given()",
        [
          "function public.deep()", "function public.given()",
          "function public.number(public.pair)",
        ]
      ),
      (
        "INSERT INTO other SELECT 1 FROM (SELECT 'x'::title) AS s",
        [
          "constraint word_check of domain public.word", "function public.named(text)",
          "function public.number(public.pair)",
        ]
      ),
    ] as [(String, Set<String>)])
  func whatTheTextUsesIsBound(_ sql: String, _ names: Set<String>) async throws {
    #expect(Set(try await parts(sql).keys) == names)
  }

  @Test(
    arguments: [
      (
        "CREATE OR REPLACE FUNCTION deep() RETURNS int LANGUAGE sql AS 'SELECT 2'",
        "function public.deep()"
      ),
      ("ALTER TABLE t ALTER a SET DEFAULT more(1)", "default of public.t.a"),
      (
        "ALTER TABLE t ALTER f SET DEFAULT pg_catalog.to_timestamp(given())",
        "default of public.t.f"
      ),
      ("ALTER POLICY p ON t USING (NOT may(a))", "policy p of public.t"),
      (
        "CREATE OR REPLACE FUNCTION named(text) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT false'",
        "function public.named(text)"
      ),
    ])
  func aChangeOfItShows(_ change: String, _ name: String) async throws {
    let sql = "INSERT INTO t (b) VALUES (1)"
    let (before, after) = (try await parts(sql), try await parts(sql, change))
    #expect(before[name] != after[name])
  }
}
