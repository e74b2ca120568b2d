import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// A call that is not written as one: `o.cut` is `cut(o)` where the row has no such column.
@Suite(.enabled(if: TestServer.isAvailable), .timeLimit(.minutes(15)))
struct HiddenCallTests {
  private let workspace: Workspace
  private let database: Database

  init() throws {
    workspace = try Workspace()
    database = try Database(
      """
      CREATE TABLE orders (id int); INSERT INTO orders VALUES (1);
      CREATE FUNCTION cut(orders) RETURNS int LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_advisory_lock(7); RETURN 1; END';
      CREATE FUNCTION switch(orders) RETURNS int LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_switch_wal(); RETURN 1; END';
      CREATE FUNCTION id(orders) RETURNS int LANGUAGE sql AS 'SELECT 1';
      CREATE VIEW seen AS SELECT o.switch FROM orders o
      """)
  }

  private func write(_ sql: String, phase: String, trial: Bool = false) throws {
    let step = "    - id: look\n      sql: \(sql)\n\(trial ? "      trial: true\n" : "")"
    let section = { (name: String, own: String) in
      "\(name):\n\(phase == name && name != "recovery" && name != "safeguards" ? step : "")\(own)"
    }
    try workspace.write(
      """
      runbook: example
      connections:
        main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
      detection:
        - {id: d, sql: SELECT 1 AS n, confirms: "rows[0].n == 1"}
      recovery:
        - {id: r, sql: INSERT INTO orders VALUES (2)}
      \(section("verification", "    - {id: v, sql: SELECT 1 AS n}"))
      \(phase == "safeguards" ? "safeguards:\n\(step)" : "")
      """, to: "example.yaml")
  }

  private func run() async throws -> Workspace.Output {
    try await workspace.run(
      ["run", "example.yaml", "--approve", "recovery"], environment: database.environment)
  }

  @Test(arguments: [
    ("SELECT o.cut FROM orders AS o", "cut"), ("SELECT (o).cut FROM orders AS o", "cut"),
    ("SELECT public.orders.cut FROM public.orders", "cut"),
    ("SELECT (SELECT o FROM orders o LIMIT 1).switch", "switch"),
    ("SELECT 1 FROM orders o ORDER BY o.switch", "switch"),
    ("SELECT * FROM seen", "no transaction guards"),
  ])
  func asksBeforeASafeguardThatCallsSo(_ sql: String, _ word: String) async throws {
    try write(sql, phase: "safeguards")
    let output = try await run()
    #expect(output.status == 75, "\(output.all)")
    #expect(output.stdout.holds("Gate 'look'"), "\(output.all)")
    #expect(output.stdout.holds("effect not known"), "\(output.all)")
    #expect(output.stdout.holds(word), "\(output.all)")
  }

  /// A column goes before a function of its name.
  @Test(arguments: [
    "SELECT o.id FROM orders AS o", "SELECT t.one FROM (SELECT 1 AS one) AS t",
  ])
  func nothingIsAskedOfColumns(_ sql: String) async throws {
    try write(sql, phase: "safeguards")
    let output = try await run()
    #expect(output.status == 0, "\(output.all)")
    #expect(!output.stdout.holds("Gate 'look'"), "\(output.all)")
  }

  @Test(arguments: [
    ("SELECT o.switch FROM orders AS o", true), ("SELECT o.id FROM orders AS o", false),
  ])
  func aTrialOfItIsRefused(_ sql: String, _ isRefused: Bool) async throws {
    try write(sql, phase: "verification", trial: true)
    let output = try await run()
    #expect((output.status != 0) == isRefused, "\(output.all)")
    #expect(output.stdout.holds("a trial is rolled back") == isRefused, "\(output.all)")
  }
}
