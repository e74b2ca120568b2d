import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// What is done to a server of the program's own is done to no other, wherever libpq's variables lead.
@Suite(.enabled(if: TestServer.isAvailable), .timeLimit(.minutes(5)))
struct OwnServerTests {
  private static let roles = """
    SELECT string_agg(rolname || rolsuper || rolcanlogin, ' ' ORDER BY rolname)
    FROM pg_roles WHERE rolname !~ '^pg_'
    """

  /// Another server that is there over TCP, with a database and a superuser of the same names.
  @Test func readsAnArchiveInItsOwnServer() async throws {
    let workspace = try Workspace()
    let cluster = try #require(TestCluster(settings: ["listen_addresses = '127.0.0.1'"]))
    cluster.psql("CREATE ROLE postgres SUPERUSER LOGIN")
    cluster.psql("CREATE DATABASE sandbox")
    cluster.psql("CREATE TABLE item (id int PRIMARY KEY, name text); INSERT INTO item VALUES (1)")
    let roles = cluster.psql(Self.roles)
    try #require(roles.holds("postgrestruetrue"))
    let dump = SpawnedProgram([
      "\(TestServer.programs)/pg_dump", "-Fc", "-f", workspace.path("a.dump"), "-d",
      cluster.url(of: ["one"]),
    ])
    try #require(dump?.text() == "")
    cluster.psql("ALTER TABLE item DROP COLUMN name")
    try workspace.write(
      """
      runbook: example
      connections:
        main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
      detection:
        - id: compare
          compare: {with: "\(workspace.path("a.dump"))"}
          expect: damaged && size(columns_lost) == 1
          confirms: damaged
      """, to: "example.yaml")
    let port = "54322"
    try workspace.write(
      "[real]\nhostaddr=127.0.0.1\nport=\(port)\ndbname=postgres\nuser=test\nreplication=false\n",
      to: "services")
    let main = "host=127.0.0.1 port=\(port) user=test dbname=postgres"
    for variables in [
      ["PGHOSTADDR": "127.0.0.1", "PGPORT": port, "PGUSER": "test", "PGDATABASE": "postgres"],
      ["PGSERVICE": "real", "PGSERVICEFILE": workspace.path("services"), "PGTZ": "Europe/Berlin"],
      ["PGHOST": "127.0.0.1", "PGPORT": port, "PGOPTIONS": "-c search_path=elsewhere"],
    ] {
      let output = try await workspace.run(
        ["run", "example.yaml"],
        environment: variables.merging(["DATABASE_URL": main]) { $1 })
      #expect(output.stdout.holds("✔ compare"), "\(variables): \(output.all)")
      #expect(cluster.psql(Self.roles) == roles, "\(variables)")
    }
  }
}
