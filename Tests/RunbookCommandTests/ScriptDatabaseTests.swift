import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// A script with a `connection:` works in the database that its gate names, and in no other.
@Suite(.enabled(if: TestServer.isAvailable), .timeLimit(.minutes(15)))
struct ScriptDatabaseTests {
  private let workspace: Workspace
  private let staging: Database
  private let production: Database
  private let server: TestServer

  init() throws {
    workspace = try Workspace()
    server = try #require(TestServer.shared)
    let made = "CREATE TABLE orders (id int); INSERT INTO orders VALUES (1), (2)"
    (staging, production) = (try Database(made), try Database(made))
    try workspace.write(
      """
      [prod]
      dbname=\(production.name)
      host=\(server.folder)
      port=\(server.port)
      user=test
      options=-c default_transaction_read_only=off
      """, to: "services")
  }

  private func write(_ variables: String = "", verification: String? = nil) throws {
    try workspace.write(
      """
      runbook: example
      connections:
        main: {kind: postgres, url: "${{ env.MAIN }}"}
      detection:
        - {id: d, sql: SELECT count(*) AS n FROM orders, confirms: "rows[0].n == 2"}
      recovery:
        - id: clean
          connection: main
          effect: destructive
          shell:
            script: psql -qAtXc 'DELETE FROM orders WHERE id = 2'
            env: {\(variables)}
      verification:
        - id: v
          effect: readOnly
          connection: main
          shell: \(verification ?? "psql -qAtXc 'SELECT current_database()'")
          expect: stdout.startsWith('\(staging.name)')
      """, to: "example.yaml")
  }

  private func run(_ environment: [String: String]) async throws -> Workspace.Output {
    try await workspace.run(
      ["run", "example.yaml", "--approve", "recovery", "--approve", "clean"],
      environment: ["PATH": "\(TestServer.programs):/usr/bin:/bin"].merging(environment) { $1 })
  }

  private var rows: [String] {
    [staging, production].map { $0.query("SELECT count(*) FROM orders") }
  }

  private var url: String {
    "host=\(server.folder) port=\(server.port) user=test dbname=\(staging.name)"
  }

  /// libpq asks a service before it asks its other variables.
  @Test(arguments: [false, true]) func aServiceLeadsNoScriptElsewhere(isInURL: Bool) async throws {
    try write()
    var environment = ["PGSERVICEFILE": workspace.path("services"), "MAIN": url]
    if isInURL {
      environment["MAIN"] = "service=prod dbname=\(staging.name)"
    } else {
      environment["PGSERVICE"] = "prod"
    }
    let output = try await run(environment)
    #expect(output.status == 0, "\(output.all)")
    #expect(rows == ["1", "2"])
  }

  /// Which file has a service leads nowhere: a script that names one by itself finds it.
  @Test(arguments: ["psql service=prod", "PGSERVICE=prod psql"])
  func aScriptFindsTheServiceThatItNames(_ psql: String) async throws {
    let asks = "-qAtXc 'SELECT current_database()'"
    try write(verification: "psql \(asks); \(psql) \(asks)")
    let output = try await run(["PGSERVICEFILE": workspace.path("services"), "MAIN": url])
    #expect(output.status == 0, "\(output.all)")
    #expect(output.all.holds(production.name), "\(output.all)")
  }

  /// What the URL does not say is what the run's own session has.
  @Test func whatAServiceSaysLeadsTheScriptToo() async throws {
    try write()
    let output = try await run([
      "PGSERVICEFILE": workspace.path("services"), "PGHOST": "/nonexistent", "PGPORT": "1",
      "MAIN": "service=prod dbname=\(staging.name)",
    ])
    #expect(output.status == 0, "\(output.all)")
    #expect(rows == ["1", "2"])
  }

  /// Where the step's own variables lead elsewhere, nothing of it is started.
  @Test(arguments: ["PGDATABASE: \"${{ env.OTHER }}\"", "PGSERVICE: prod"])
  func itsOwnVariablesMayNotLeadElsewhere(_ variable: String) async throws {
    try write(variable)
    let output = try await run([
      "PGSERVICEFILE": workspace.path("services"), "MAIN": url, "OTHER": production.name,
    ])
    #expect(output.status == 75, "\(output.all)")
    #expect(output.stdout.holds("connection 'main'"), "\(output.all)")
    #expect(rows == ["2", "2"])
  }

  /// Whatever a service or the step's own `env:` has for `PGOPTIONS`.
  @Test func aScriptThatOnlyReadsIsKeptFromWriting() async throws {
    try write(
      verification:
        "psql -qAtXc 'INSERT INTO orders VALUES (3)'; psql -qAtXc 'SELECT current_database()'")
    let output = try await run([
      "PGSERVICEFILE": workspace.path("services"), "MAIN": "service=prod dbname=\(staging.name)",
    ])
    #expect(output.status != 0)
    #expect(output.all.holds("read-only transaction"), "\(output.all)")
    #expect(rows == ["1", "2"])
  }
}
