import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// One database that two systems share, each with a role of its own.
@Suite(.enabled(if: TestServer.isAvailable), .timeLimit(.minutes(15)))
struct SharedDatabaseTests {
  private static let runbook = """
    runbook: shared
    title: Two systems in one database
    connections:
      shop: {kind: postgres, url: "${{ env.SHOP_URL }}"}
      auth: {kind: postgres, url: "${{ env.AUTH_URL }}"}
    detection:
      - id: damage
        connection: shop
        sql: SELECT 1 AS n
        confirms: rows[0].n == 1
    recovery:
      - id: mend-shop
        connection: shop
        sql: INSERT INTO shop VALUES (1)
      - id: mend-auth
        connection: auth
        sql: INSERT INTO auth VALUES (1)
    verification:
      - {id: check, connection: shop, sql: SELECT 1}
    """

  private struct World {
    let workspace: Workspace
    let database: Database
    let environment: [String: String]

    /// - Parameter mayMake: the system whose role may make a schema.
    init(mayMake: String?) throws {
      workspace = try Workspace()
      try workspace.write(SharedDatabaseTests.runbook, to: "shared.yaml")
      database = try Database()
      let mark = UUID().uuidString.prefixOfScalars(8).lowercased()
      var environment: [String: String] = [:]
      for system in ["shop", "auth"] {
        let role = "\(system)_\(mark)"
        database.query("CREATE ROLE \(role) LOGIN")
        database.query("CREATE TABLE \(system) (a int); ALTER TABLE \(system) OWNER TO \(role)")
        if mayMake == system {
          database.query("GRANT CREATE ON DATABASE \(database.name) TO \(role)")
        }
        let url = database.environment["DATABASE_URL"] ?? ""
        environment["\(system.uppercased())_URL"] =
          url.replacingAll("user=test", with: "user=\(role)")
      }
      self.environment = environment
    }
  }

  /// Whose tables they are is known to the process that goes on, too.
  @Test(arguments: ["shop", "auth"]) func anotherProcessGoesOnWithBoth(_ mayMake: String)
    async throws
  {
    let world = try World(mayMake: mayMake)
    let safeguards = """

      safeguards:
        - {id: guard-shop, connection: shop, sql: INSERT INTO shop VALUES (2)}
        - {id: guard-auth, connection: auth, sql: INSERT INTO auth VALUES (2)}
      """
    try world.workspace.write(Self.runbook + safeguards, to: "shared.yaml")
    let held = try await world.workspace.run(
      ["run", "shared.yaml", "--approve", "recovery"], environment: world.environment)
    #expect(held.status == 75, "\(held.all)")
    let done = try await world.workspace.run(
      ["resume", "--approve", "guard-shop", "--approve", "guard-auth"],
      environment: world.environment)
    #expect(done.status == 0, "\(done.all)")
    #expect(world.database.query("SELECT count(*) FROM runbook.receipt") == "4")
  }

  @Test(arguments: ["shop", "auth"]) func bothKeepReceipts(_ mayMake: String) async throws {
    let world = try World(mayMake: mayMake)
    let held = try await world.workspace.run(
      ["run", "shared.yaml"], environment: world.environment)
    #expect(held.status == 75, "\(held.all)")
    #expect(held.stdout.holds("GRANT SELECT, INSERT ON runbook.receipt TO"), "\(held.all)")
    #expect(!world.database.hasReceipts)
    let done = try await world.workspace.run(
      ["resume", "--approve", "recovery"], environment: world.environment)
    #expect(done.status == 0, "\(done.all)")
    #expect(world.database.query("SELECT count(*) FROM runbook.receipt") == "2")
  }

  @Test func nothingBeginsWhereNeitherMay() async throws {
    let world = try World(mayMake: nil)
    let held = try await world.workspace.run(
      ["run", "shared.yaml", "--approve", "recovery"], environment: world.environment)
    #expect(held.status == 75, "\(held.all)")
    #expect(held.stdout.holds("let the database's owner run"), "\(held.all)")
    #expect(world.database.query("SELECT count(*) FROM shop") == "0")
  }
}
