import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// The main job: `runbook run auth-tables-dropped` recovers a really broken PostgreSQL.
@Suite(.enabled(if: TestServer.isAvailable), .timeLimit(.minutes(10)))
struct AuthTablesDroppedTests {
  private static let tables = [
    "user", "session", "account", "verification", "accounts", "sessions", "verification_tokens",
    "pinned_stocks", "user_api_keys", "openai_usage",
  ]

  /// The runbooks of the package.
  private var runbooks: String { PackageFolder.path + "/runbooks" }

  @Test func recoversTheSandbox() async throws {
    let workspace = try Workspace()
    let output = try await workspace.run(
      [
        "run", "auth-tables-dropped", "--path", runbooks, "--sandbox", "--approve-all", "--as",
        "On-call engineer", "--set", "guard=models",
      ])
    #expect(output.status == 0, "\(output.all)")
    #expect(output.stdout.holds("Resolved"))
    let status = try await workspace.run(["status", "--json"])
    let object = try #require(try status.objects().first)
    #expect(object["state"] == "resolved")
    let steps = (object["steps"]?.listValue ?? []).compactMap(\.mapValue)
    // That all is back as it was is what these steps proved by the catalogue.
    for id in [
      "bring-back", "tables-are-back", "structure-is-right", "everything-is-back", "rows-lost",
      "sign-in-works", "endpoint-answers", "write-guard", "autogenerate-proposes-no-drop",
      "refuse-drops", "drop-is-refused",
    ] {
      let step = steps.first { $0["id"]?.stringValue == id }
      #expect(step?["status"] == "succeeded", "\(id)")
    }
    let report = try workspace.report()
    checkFacts(of: report)
    let example = try String(
      contentsOfFile: PackageFolder.path + "/reports/example-auth-tables-dropped.md",
      encoding: .utf8)
    let difference = NormalizedReport(report).lines.difference(
      from: NormalizedReport(example).lines)
    #expect(difference.isEmpty, "\(difference)")
    #expect(try await workspace.run(["report"]).stdout == report)
  }

  private func checkFacts(of report: String) {
    let file = report.firstMatch(of: /([0-9a-f]{12})_[a-z_]+\.py/)
    #expect(file != nil, "no revision file")
    #expect(report.holds("- **Revision**: `\(file?.output.1 ?? "")`"))
    for table in Self.tables {
      #expect(report.holds("op.drop_table('\(table)')"), "\(table)")
    }
    let proposed = report.firstMatch(
      of: /without the guard: ([0-9]+) drops and .*; with it: 0 drops and 0 other operations\./)
    // Ten tables and three columns, at least: the same question does not always say none.
    #expect(proposed.flatMap { Int($0.output.1) } ?? 0 >= 13)
    #expect(report.holds("Statements that were tried, refused, and rolled back: 13."))
    for heading in ["Timeline", "Root Cause Analysis", "Testing Verification"] {
      #expect(report.holds("## \(heading)\n"))
    }
    #expect(report.holds("## Appendix A: Recovery Commands Used\n"))
    // The measure of the design: every object, every row of the backup, the loss to the row.
    #expect(report.holds("208 of 208"))
    #expect(report.holds("Rows lost for good: 172."))
    // Page one: what is lost, and what is back.
    #expect(report.holds("Lost for good: 172 rows."))
    #expect(report.holds("every verification step passed; lost for good: 172 rows"))
    #expect(report.holds("those of people who had signed out since included"))
    #expect(!report.holds("all users have to sign in again"))
    #expect(report.holds("Tell the users what is lost: what was written after the backup of "))
    #expect(report.holds("| session | 675 | 600 | 600 | 0 | 600 | 80 |"))
    #expect(report.holds("5 that were not there then came with the backup"))
    #expect(report.holds("The sign-in endpoint answered 500 when detection asked it."))
  }

  /// The guard that is the default; the example's run has the one that the source incident chose.
  @Test func leavesTheTablesToTheirOwnerByARule() async throws {
    let workspace = try Workspace()
    let output = try await workspace.run([
      "run", "auth-tables-dropped", "--path", runbooks, "--sandbox", "--approve-all",
    ])
    #expect(output.status == 0, "\(output.all)")
    let report = try workspace.report()
    #expect(report.holds("include_object=runbook_guard.include_object"))
    #expect(report.holds("; with it: 0 drops and 0 other operations."))
  }

  /// What one safeguard cannot do is said, and the other is put in place all the same.
  @Test func hasTheDatabaseRefuseDropsWithoutAProject() async throws {
    let workspace = try Workspace()
    let database = try Database(
      "CREATE TABLE users (id serial PRIMARY KEY, email text); CREATE TABLE notes (id int, old int)"
    )
    let output = try await workspace.run(
      [
        "run", "auth-tables-dropped", "--path", runbooks, "--approve", "recovery", "--approve",
        "refuse-drops", "--set", "dump_folder=\(workspace.path("dumps"))",
      ], environment: database.environment)
    #expect(output.status == 0, "\(output.all)")
    let report = try workspace.report()
    #expect(report.holds("Not put in place by this run: no Alembic project was given."))
    #expect(report.holds("Put in place: the event trigger runbook_refuse_drops"))

    let isThere = { (table: String) in
      database.query("SELECT to_regclass('public.\(table)') IS NOT NULL") == "t"
    }
    for statement in [
      "DROP TABLE session", "DROP TABLE \"user\" CASCADE", "DROP SCHEMA public CASCADE",
      "ALTER TABLE users DROP COLUMN image",
      "SET session_replication_role = replica; DROP TABLE session",
      "SET LOCAL runbook_guard.allow_drop = 'account'; DROP TABLE session",
    ] {
      database.query(statement)
      #expect(isThere("session") && isThere("user"), "\(statement)")
    }
    #expect(database.query("SELECT count(image) FROM users") == "0")
    // A migration of the backend's own goes through, and so does what the owner allows.
    database.query("ALTER TABLE notes DROP COLUMN old, ADD COLUMN new int")
    #expect(database.query("SELECT count(new) FROM notes") == "0")
    database.query("DROP TABLE notes")
    #expect(!isThere("notes"))
    database.query("SET LOCAL runbook_guard.allow_drop = 'session'; DROP TABLE session")
    #expect(!isThere("session") && isThere("user"))
  }

  @Test func leavesAHealthyDatabaseAsItIs() async throws {
    let workspace = try Workspace()
    let database = try Database("CREATE TABLE users (id serial PRIMARY KEY, email text)")
    for table in ["shared"] + Self.tables + ["access"] {
      let ddl = try String(
        contentsOfFile: "\(runbooks)/auth-tables-dropped/ddl/\(table).sql", encoding: .utf8)
      database.query(ddl)
    }
    try #require(database.query("SELECT to_regclass('openai_usage') IS NOT NULL") == "t")
    let before = database.writes()
    let output = try await workspace.run(
      ["run", "auth-tables-dropped", "--path", runbooks, "--approve", "recovery"],
      environment: database.environment)
    #expect(output.status == 0, "\(output.all)")
    #expect(output.stdout.holds("Not confirmed"))
    #expect(database.writes() == before)
    #expect(!database.hasReceipts)
  }

  @Test func holdsAtTheGateOfABrokenDatabase() async throws {
    let workspace = try Workspace()
    let database = try Database("CREATE TABLE users (id serial PRIMARY KEY, email text)")
    let output = try await workspace.run(
      ["run", "auth-tables-dropped", "--path", runbooks], environment: database.environment)
    #expect(output.status == 75, "\(output.all)")
    for table in Self.tables {
      #expect(output.stdout.holds("CREATE TABLE"), "\(table)")
      #expect(output.stdout.holds(table), "\(table)")
    }
    #expect(output.stdout.holds("database \(database.name) (OID "))
    #expect(!database.hasReceipts)
  }
}
