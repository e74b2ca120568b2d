import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// What lies in the reports' folder, `status` and the index say of a run is as people have decided by now.
@Suite(.enabled(if: TestServer.isAvailable), .timeLimit(.minutes(15)))
struct ReportFreshnessTests {
  private let workspace: Workspace
  private let database: Database

  init() throws {
    workspace = try Workspace()
    database = try Database("CREATE TABLE pause (seconds int); INSERT INTO pause VALUES (0)")
    try workspace.write(
      """
      runbook: example
      connections:
        main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
      detection:
        - {id: look, sql: SELECT 1 AS n, confirms: "rows[0].n == 1"}
      recovery:
        - {id: fix, sql: "CREATE TABLE fixed (n int); SELECT pg_sleep(seconds) FROM pause"}
        - {id: drop, sql: DROP TABLE IF EXISTS leftover, gate: {approvals: 2}}
      verification:
        - {id: check, sql: SELECT 1}
        - {id: probe, shell: "true", effect: readOnly}
      """, to: "example.yaml")
  }

  private func run(_ arguments: String...) async throws -> Workspace.Output {
    try await workspace.run(arguments, environment: database.environment)
  }

  /// The only report in a folder.
  private func report(_ folder: String) throws -> (path: String, text: String) {
    let reports = try workspace.contents(of: folder).filter {
      $0.path.ends(with: ".md") && !$0.path.ends(with: "README.md")
    }
    try #require(reports.count == 1)
    let one = try #require(reports.first)
    return (one.path, String(decoding: one.data, as: UTF8.self))
  }

  private func index(_ folder: String) async throws -> String {
    let output = try await run("report", "index", "--reports", folder)
    #expect(output.status == 0, "\(output.all)")
    return try String(contentsOfFile: workspace.path("\(folder)/README.md"), encoding: .utf8)
  }

  private func heldRun() async throws -> String {
    #expect(try await run("run", "example.yaml", "--reports", "there").status == 75)
    return try #require(try await run("runs", "--json").objects().first?["run"]?.stringValue)
  }

  @Test func whoeverNotesOrEditsWritesItAgain() async throws {
    let id = try await heldRun()
    #expect(try await run("note", id, "Support reports failing sign-ins").status == 0)
    #expect(try report("there").text.holds("Support reports failing sign-ins"))
    #expect(try await run("report", "edit", id, "--set", "reported_by=The desk").status == 0)
    #expect(try report("there").text.holds("The desk"))
  }

  @Test func aGateOfTwoSaysSoFromTheFirstHoldOn() async throws {
    let id = try await heldRun()
    database.query("CREATE TABLE leftover (n int)")
    let held = try await run("resume", id, "--approve", "recovery")
    #expect(held.status == 75, "\(held.all)")
    #expect(
      held.stdout.holds("must be approved by 2 people, each from an account of their own"),
      "\(held.all)")
  }

  /// Nobody says again where the report lies.
  @Test func whoAbandonsARunWritesItsReportAgain() async throws {
    let id = try await heldRun()
    #expect(try report("there").text.holds("| **Status** | HELD |"))
    let output = try await run("abandon", id, "--reason", "a backup", "--yes", "--as", "Bob")
    #expect(output.status == 0, "\(output.all)")
    let text = try report("there").text
    #expect(text.holds("| **Status** | ABANDONED by Bob"))
    #expect(text.holds(": a backup"))
    #expect(!FileManager.default.fileExists(atPath: workspace.path("reports")))
    #expect(try await index("there").holds("| abandoned |"))
    #expect(try await run("status").stdout.holds("abandoned by Bob"))
    #expect(try await run("status").stdout.holds("Run abandoned by Bob"))
    let status = try await run("status", "--json").objects().first
    #expect(status?["ended_by"]?.stringValue?.holds("Bob") == true)
    let decision = status?["decisions"]?.listValue?.last?.mapValue
    #expect(decision?["reason"] == "a backup")
  }

  @Test func aRunThatIsAbandonedWhileItRanHasAReport() async throws {
    database.query("UPDATE pause SET seconds = 600")
    let program = try workspace.start(
      ["run", "example.yaml", "--approve", "recovery", "--reports", "there"],
      environment: database.environment)
    database.awaitStatement("%pg_sleep(seconds)%")
    kill(program.processIdentifier, SIGKILL)
    _ = try await program.output()
    let id = try #require(try await run("runs", "--json").objects().first?["run"]?.stringValue)
    let output = try await run("abandon", id, "--reason", "a backup", "--yes")
    #expect(output.status == 0, "\(output.all)")
    #expect(output.stdout.holds("Report \(workspace.path("there"))/"), "\(output.all)")
    #expect(try await index("there").holds("| abandoned |"))
  }

  @Test func theIndexHasTheJournalsWordAndNotAnOldReports() async throws {
    let id = try await heldRun()
    let old = try report("there")
    #expect(try await run("abandon", id, "--reason", "a backup", "--yes").status == 0)
    try old.text.write(toFile: old.path, atomically: false, encoding: .utf8)
    #expect(try await index("there").holds("| abandoned; this report says held |"))
    let away = try await workspace.run(
      ["report", "index", "--reports", "there", "--state", workspace.path("elsewhere")],
      environment: database.environment)
    #expect(away.status == 0)
    let text = try String(contentsOfFile: workspace.path("there/README.md"), encoding: .utf8)
    #expect(text.holds("| held |"))
  }

  @Test func statusAndPageOneSayHowAHoldStandsByNow() async throws {
    let id = try await heldRun()
    let refused = try await run(
      "approve", id, "recovery", "--refuse", "--yes", "--reason", "not yet", "--as", "Bob")
    #expect(refused.status == 0, "\(refused.all)")
    for text in [try await run("status").stdout, try report("there").text] {
      #expect(text.holds("the gate 'recovery' was refused by Bob"), "\(text)")
      #expect(text.holds(": not yet"), "\(text)")
    }
    let back = try await run("approve", id, "recovery", "--withdraw", "--reason", "now")
    #expect(back.status == 0, "\(back.all)")
    #expect(try await run("approve", id, "recovery", "--yes").status == 0)
    for text in [try await run("status").stdout, try report("there").text] {
      #expect(text.holds("the gate 'recovery' has been approved since by"), "\(text)")
    }
    let status = try await run("status").stdout
    #expect(status.holds("Refusal of gate recovery withdrawn by"), "\(status)")
  }

  /// What is another is named, and set as it was it goes on.
  @Test func namesTheSurroundingThatIsAnother() async throws {
    let id = try await heldRun()
    let other = ["DATABASE_URL": "postgresql://other@/elsewhere"]
    let output = try await workspace.run(["resume", id], environment: other)
    #expect(output.status == 65, "\(output.all)")
    #expect(
      output.stderr.holds(
        "connection 'main' (its url is ${{ env.DATABASE_URL }}) is not what the run began with"),
      "\(output.all)")
    #expect(output.stderr.holds("with it set as it was: "))
    #expect(!output.stderr.holds("the runbook's file"))
  }

  @Test func aDryRunShowsGatesAndWhatIsOnlyDeclared() async throws {
    let output = try await run("run", "example.yaml", "--dry-run")
    #expect(output.stdout.holds("Gate 'recovery': asks before the first of these steps"))
    #expect(output.stdout.holds("gate 'drop': asks before this step by itself; it takes 2 people"))
    #expect(output.stdout.holds("[read-only (declared, not enforced)]"), "\(output.all)")
  }

  @Test func runsNamesTheFolderInWhichThereAreNone() async throws {
    let output = try await run("runs", "--state", workspace.path("nobodys"))
    #expect(output.stdout.holds("There are no runs in \(workspace.path("nobodys")) yet"))
  }
}
