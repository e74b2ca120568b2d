import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres

/// One database of two systems, whose roles may not do what the other may.
@Suite(.enabled(if: TestServer.isAvailable))
struct TwoRoleTests {
  private struct World {
    let server: TestServer
    let gateway: PostgresGateway
    let users: [ReceiptUser]
    let database: String

    func psql(_ sql: String) -> String { server.psql(sql, database: database) }

    func perform(_ sql: String, on user: ReceiptUser) async throws -> StepResult {
      let place = Place(file: "runbook.yaml", line: 1, column: 1)
      let connection = Runbook.Connection(
        name: user.connection, place: place, kind: "postgres", url: .plain(""))
      let step = Step.sql(sql, phase: .recovery, id: user.connection)
      let context = BindingContext(
        scope: NoScope(), values: [:], connection: connection, folder: "/")
      let activity = try SQLKind(gateway: gateway).activity(step, context)
      return try await activity.perform(
        in: AttemptContext(
          run: RunID(rawValue: "run-1"), step: step.id, attempt: 1,
          actor: Actor(account: "tester"), timeout: nil, generation: 1,
          evidenceFolder: "/nowhere", output: { _ in }, now: testNow))
    }
  }

  /// - Parameter mayMake: which of the two may make a schema.
  private func world(mayMake: [Bool]) async throws -> World {
    let server = try #require(TestServer.shared)
    let database = server.makeDatabase()
    let name = UUID().uuidString.prefixOfScalars(8).lowercased()
    let gateway = PostgresGateway { testNow() }
    var users: [ReceiptUser] = []
    for (index, connection) in ["shop", "auth"].enumerated() {
      let role = "\(connection)_\(name)"
      server.psql("CREATE ROLE \(role) LOGIN", database: database)
      server.psql(
        "CREATE TABLE \(connection) (a int); ALTER TABLE \(connection) OWNER TO \(role)",
        database: database)
      if mayMake[index] {
        server.psql("GRANT CREATE ON DATABASE \(database) TO \(role)", database: database)
      }
      let place = Place(file: "runbook.yaml", line: 1, column: 1)
      try await gateway.configure(
        Runbook.Connection(name: connection, place: place, kind: "postgres", url: .plain("")),
        url: server.url(of: database).replacingAll("user=test", with: "user=\(role)"))
      users.append(ReceiptUser(connection: connection, role: role))
    }
    return World(server: server, gateway: gateway, users: users, database: database)
  }

  @Test(arguments: [[true, true], [true, false], [false, true]])
  func theOneThatMayMakesThemForBoth(_ mayMake: [Bool]) async throws {
    let world = try await world(mayMake: mayMake)
    let maker = world.users[mayMake[0] ? 0 : 1]
    let other = world.users[mayMake[0] ? 1 : 0]
    let statements = try await world.gateway.checkReceipts(world.users)
    #expect(
      statements == Receipts.statements + [
        "GRANT USAGE ON SCHEMA runbook TO \"\(other.role)\"",
        "GRANT SELECT, INSERT ON runbook.receipt TO \"\(other.role)\"",
        "GRANT SELECT, INSERT, UPDATE ON runbook.lease TO \"\(other.role)\"",
      ])
    #expect(world.psql("SELECT to_regnamespace('runbook') IS NULL") == "t")
    try await world.gateway.prepareReceipts(world.users)
    #expect(
      world.psql("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'runbook'")
        == maker.role)
    #expect(try await world.gateway.checkReceipts(world.users) == [])
    for user in world.users {
      try await world.gateway.prepareReceipts([user] + world.users.filter { $0 != user })
      let result = try await world.perform(
        "INSERT INTO \(user.connection) VALUES (1)", on: user)
      #expect(result.hasReceipt)
    }
    #expect(world.psql("SELECT count(*) FROM runbook.receipt") == "2")
  }

  /// Made for the first by an earlier run.
  @Test func theOwnerLetsTheOtherUseThem() async throws {
    let world = try await world(mayMake: [true, false])
    try await world.gateway.prepareReceipts([world.users[0]])
    let alone = await failure { _ = try await world.gateway.checkReceipts([world.users[1]]) }
    #expect(alone?.record.message.holds("belongs to") == true)
    let statements = try await world.gateway.checkReceipts(world.users)
    #expect(statements.count == 3 && statements.allSatisfy { $0.begins(with: "GRANT ") })
    try await world.gateway.prepareReceipts(world.users)
    #expect(try await world.gateway.checkReceipts(world.users) == [])
  }

  @Test func theOwnerIsToldAllThatBothNeed() async throws {
    let world = try await world(mayMake: [false, false])
    let failure = await failure { _ = try await world.gateway.checkReceipts(world.users) }
    #expect(failure?.record.code == "42501")
    let hint = try #require(failure?.record.hint)
    _ = world.psql(String(hint.dropping(prefix: "let the database's owner run: ")))
    #expect(try await world.gateway.checkReceipts(world.users) == [])
    for user in world.users {
      #expect(
        try await world.perform("INSERT INTO \(user.connection) VALUES (1)", on: user).hasReceipt)
    }
  }
}
