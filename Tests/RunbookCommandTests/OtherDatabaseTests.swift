import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// Runs against a database that is not the program's own, without a terminal.
@Suite(.enabled(if: TestServer.isAvailable), .timeLimit(.minutes(15)))
struct OtherDatabaseTests {
  let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.write(Example.greeting, to: "greeting.yaml")
    try workspace.write(Example.destructive, to: "destructive.yaml")
  }

  @Test func holdsAtTheGateAndShowsWhatWouldRun() async throws {
    let database = try Database()
    let output = try await workspace.run(
      ["run", "greeting.yaml"], environment: database.environment)
    #expect(output.status == 75, "\(output.all)")
    #expect(
      output.stdout.holds(
        "CREATE TABLE public.greeting (id integer PRIMARY KEY, words text NOT NULL)"))
    #expect(output.stdout.holds("database \(database.name) (OID "))
    #expect(output.stdout.holds("role test, a superuser, PostgreSQL 1"))
    #expect(output.stdout.holds("--approve recovery"))
    #expect(!database.hasReceipts)
    #expect(database.query("SELECT to_regclass('greeting') IS NULL") == "t")
  }

  @Test func goesOnWhenTheGateWasApproved() async throws {
    let database = try Database()
    let output = try await workspace.run(
      ["run", "greeting.yaml", "--approve", "recovery", "--as", "Robin"],
      environment: database.environment)
    #expect(output.status == 0, "\(output.all)")
    #expect(database.query("SELECT count(*) FROM greeting") == "0")
    #expect(database.query("SELECT count(*) FROM runbook.receipt") == "1")
    #expect(try workspace.report().holds("Robin"))
  }

  @Test func asksAgainBeforeAnythingDestructive() async throws {
    let database = try Database("CREATE TABLE leftover (id int)")
    let held = try await workspace.run(
      ["run", "destructive.yaml", "--approve", "recovery"], environment: database.environment)
    #expect(held.status == 75, "\(held.all)")
    #expect(held.stdout.holds("--approve drop-leftover"))
    #expect(database.query("SELECT to_regclass('leftover') IS NULL") == "f")

    // The one that waits is told of to the next, which would have to say that it goes on beside it.
    let runs = try await workspace.run(["runs", "--json"]).objects()
    let id = try #require(runs.first?["run"]?.stringValue)
    #expect(
      try await workspace.run(
        ["abandon", id, "--reason", "begun anew", "--yes"], environment: database.environment
      ).status == 0)
    database.query("DROP TABLE IF EXISTS greeting")
    let done = try await workspace.run(
      ["run", "destructive.yaml", "--approve", "recovery", "--approve", "drop-leftover"],
      environment: database.environment)
    #expect(done.status == 0, "\(done.all)")
    #expect(database.query("SELECT to_regclass('leftover') IS NULL") == "t")
  }

  @Test func writesNothingToAHealthyDatabase() async throws {
    let database = try Database("CREATE TABLE greeting (id int)")
    let before = database.writes()
    try #require(!before.isEmpty)
    let output = try await workspace.run(
      ["run", "greeting.yaml", "--approve", "recovery"], environment: database.environment)
    #expect(output.status == 0, "\(output.all)")
    #expect(output.stdout.holds("Not confirmed"))
    #expect(database.writes() == before)
    #expect(!database.hasReceipts)
    #expect(try workspace.report().localizedCaseInsensitiveContains("not confirmed"))
  }

  @Test func letsTheServerRefuseWhatValidationCannotSee() async throws {
    let database = try Database(
      """
      CREATE TABLE rows AS SELECT 1 AS id;
      CREATE FUNCTION wipe() RETURNS bool LANGUAGE sql AS 'DELETE FROM rows; SELECT true'
      """)
    let text = Example.greeting.replacingAll(
      "SELECT to_regclass('public.greeting') IS NULL AS gone", with: "SELECT wipe() AS gone")
    try workspace.write(text, to: "wipe.yaml")
    let output = try await workspace.run(
      ["run", "wipe.yaml", "--approve", "recovery"], environment: database.environment)
    #expect(output.status == 1, "\(output.all)")
    #expect(output.stdout.holds("read-only transaction"))
    #expect(output.stdout.holds("Undetermined"))
    #expect(database.query("SELECT count(*) FROM rows") == "1")
    #expect(!database.hasReceipts)
  }

  @Test func holdsWhenARecoveryStepFails() async throws {
    let database = try Database()
    let text = Example.greeting.replacingAll("words text", with: "words no_such_type")
    try workspace.write(text, to: "failing.yaml")
    let output = try await workspace.run(
      ["run", "failing.yaml", "--approve", "recovery"], environment: database.environment)
    #expect(output.status == 75, "\(output.all)")
    #expect(output.stdout.holds("no_such_type"))
    let status = try await workspace.run(["status", "--json"])
    let object = try #require(try status.objects().first)
    #expect(object["state"] == "held")
    #expect(object["steps"]?.listValue?[1].mapValue?["status"] == "failed")
  }

  @Test func failsWhenVerificationFails() async throws {
    let database = try Database()
    let text = Example.greeting.replacingAll("rows[0].n == 0", with: "rows[0].n == 1")
    try workspace.write(text, to: "unverified.yaml")
    let output = try await workspace.run(
      ["run", "unverified.yaml", "--approve", "recovery"], environment: database.environment)
    #expect(output.status == 1, "\(output.all)")
    #expect(output.stdout.holds("Failed"))
  }

  @Test func printsOneJSONObjectALine() async throws {
    let database = try Database()
    let output = try await workspace.run(
      ["run", "greeting.yaml", "--json", "--approve", "recovery"],
      environment: database.environment)
    #expect(output.status == 0, "\(output.all)")
    #expect(try output.objects().count > 5)
  }

  @Test func asksBeforeSafeguardsThatNoGateShowed() async throws {
    let database = try Database("CREATE TABLE greeting (id int)")
    let text = """
      runbook: guarded
      title: Only safeguards
      connections:
        main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
      verification:
        - id: fine
          sql: SELECT 1
      safeguards:
        - id: guard
          sql: CREATE TABLE guard (id int)
      """
    try workspace.write(text, to: "guarded.yaml")
    let output = try await workspace.run(
      ["run", "guarded.yaml"], environment: database.environment)
    #expect(output.status == 75, "\(output.all)")
    #expect(output.stdout.holds("CREATE TABLE guard"))
    #expect(database.query("SELECT to_regclass('guard') IS NULL") == "t")
    #expect(!database.hasReceipts)
  }
}
