import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres

/// A connection's `read_only_role`: what a step does to leave it.
@Suite(.enabled(if: TestServer.isAvailable))
struct RoleFenceTests {
  private func fixture() async throws -> SQLFixture {
    let server = try #require(TestServer.shared)
    let name = "reader_\(UUID().uuidString.prefixOfScalars(8).lowercased())"
    server.psql("CREATE ROLE \(name)", database: "postgres")
    let fixture = try await SQLFixture(readOnlyRole: name, keepsReceipts: false)
    fixture.psql(
      """
      CREATE TABLE secret (a int);
      CREATE FUNCTION leave() RETURNS int LANGUAGE plpgsql AS
        'BEGIN PERFORM set_config(''role'', ''none'', true); RETURN 1; END';
      CREATE FUNCTION reset() RETURNS int LANGUAGE plpgsql AS
        'BEGIN RESET ROLE; RETURN 1; END';
      CREATE FUNCTION another() RETURNS int LANGUAGE plpgsql AS
        'BEGIN SET SESSION AUTHORIZATION test; RETURN 1; END';
      """)
    return fixture
  }

  static let leaving = [
    "SELECT leave()", "SELECT reset()", "SELECT another()",
    "SELECT query_to_xml('select set_config(''role'', ''none'', true)', false, false, '')::text",
    "SELECT query_to_xml('select set_config(''ro'' || ''le'', ''none'', false)', true, true, '')::text",
    "WITH a AS MATERIALIZED (SELECT leave()) SELECT * FROM a",
  ]

  @Test(arguments: leaving) func whatLeavesTheRoleFails(_ sql: String) async throws {
    let fixture = try await fixture()
    for sql in [sql, "SELECT 1; \(sql)", "\(sql); SELECT 1 AS one"] {
      let failure = await failure { try await fixture.perform(sql) }
      #expect(failure?.record.message.holds("left the role 'reader_") == true, "\(sql)")
      #expect(failure?.record.message.holds("runbook.yaml:11:") == true)
    }
  }

  @Test(arguments: leaving) func theNextStatementHasTheRoleAgain(_ sql: String) async throws {
    let fixture = try await fixture()
    let failure = await failure { try await fixture.perform("\(sql); SELECT * FROM secret") }
    #expect(failure?.record.code == "42501")
  }

  @Test func whatStaysInItSucceeds() async throws {
    let fixture = try await fixture()
    for sql in [
      "SELECT current_user AS u", "SELECT 1; SELECT 'a\\b'; SELECT current_user AS u",
      "SET LOCAL search_path TO pg_catalog; SELECT current_user AS u",
    ] {
      let result = try await fixture.perform(sql)
      let user = result.values["rows"]?.listValue?.first?.mapValue?["u"]
      #expect(user == .string(fixture.connection.readOnlyRole ?? ""))
    }
  }
}
