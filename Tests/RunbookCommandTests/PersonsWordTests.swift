import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// What people say of a run is a word in every place where it shows, and proves nothing.
@Suite(.enabled(if: TestServer.isAvailable), .timeLimit(.minutes(15)))
struct PersonsWordTests {
  private let workspace: Workspace
  private let database: Database

  init() throws {
    workspace = try Workspace()
    database = try Database("CREATE TABLE pause (seconds int); INSERT INTO pause VALUES (0)")
  }

  /// - Parameter rest: of the file, from the recovery on.
  private func write(_ rest: String) throws {
    try workspace.write(
      """
      runbook: example
      connections:
        main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
      detection:
        - {id: look, sql: SELECT 1 AS n, confirms: "rows[0].n == 1"}
      \(rest)
      """, to: "example.yaml")
  }

  private static let checked = """
    recovery:
      - {id: fix, sql: CREATE TABLE fixed (n int)}
    verification:
      - {id: first, sql: SELECT 1 AS n, expect: "rows[0].n == 1"}
      - id: second
        title: The second check
        sql: SELECT seconds AS n FROM pause, pg_sleep(seconds)
        expect: rows[0].n >= 0
    safeguards:
      - {id: guard, title: The guard, sql: CREATE TABLE guard (n int)}
    report:
      safeguards: [{title: The guard table, text: Nobody drops it.}]
      checklist: [{text: The guard is there, done: "steps['guard'].outcome == 'succeeded'"}]
    """

  private func run(_ arguments: String...) async throws -> Workspace.Output {
    try await workspace.run(arguments, environment: database.environment)
  }

  private func id() async throws -> String {
    let runs = try await run("runs", "--json")
    return try #require(try runs.objects().first?["run"]?.stringValue)
  }

  /// A run whose second verification had its session ended.
  private func held() async throws -> (Workspace.Output, id: String) {
    try write(Self.checked)
    database.query("UPDATE pause SET seconds = 600")
    let program = try workspace.start(
      ["run", "example.yaml", "--approve", "recovery"], environment: database.environment)
    database.awaitStatement("SELECT seconds%")
    database.query(
      """
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE query LIKE 'SELECT seconds%' AND pid <> pg_backend_pid()
      """)
    let output = try await program.output()
    database.query("UPDATE pause SET seconds = 0")
    return (output, try await id())
  }

  @Test func aVerificationWhoseSessionWasEndedHoldsAndIsTriedAgain() async throws {
    let (output, id) = try await held()
    #expect(output.status == 75, "\(output.all)")
    #expect(output.stdout.holds("verification step 'second' could not be carried out"))
    #expect(
      output.stdout.holds(
        "runbook skip \(id) --reason TEXT --state \(workspace.stateFolder)  (the run then"))
    let report = try workspace.report()
    #expect(report.holds("could not be carried out"))
    #expect(!report.holds("❌"))
    let resumed = try await run("resume", "--approve", "guard")
    #expect(resumed.status == 0, "\(resumed.all)")
    #expect(try workspace.report().holds("RESOLVED with safeguards implemented"))
  }

  @Test func aRunWhoseVerificationWasSkippedIsUnverifiedInEveryPlace() async throws {
    let (_, id) = try await held()
    let output = try await run(
      "skip", "--reason", "the log is gone", "--yes", "--as", "Ann", "--approve", "guard")
    #expect(output.status == 79, "\(output.all)")
    let reason = "1 of 2 verification steps passed, 1 was skipped (reason: the log is gone)"
    #expect(output.stdout.holds("Unverified: \(reason)"))
    let status = try await run("status", "--json").objects().first
    #expect(status?["state"] == "unverified")
    #expect(status?["reason"] == .string(reason))
    #expect(try await run("runs").stdout.holds("unverified"))
    #expect(
      try await run("status").stdout.holds(
        "left out by Ann (account \(Workspace.account)): the log is gone"))
    let report = try workspace.report()
    #expect(report.holds("| **Status** | UNVERIFIED |"))
    #expect(report.holds("- **Status**: UNVERIFIED: \(reason)"))
    #expect(report.holds("it is not shown that the incident is over"))
    #expect(report.holds("left out by Ann (account \(Workspace.account)): the log is gone"))
    #expect(!report.holds("RESOLVED"))
    let json = try await run("report", "--format", "json").wholeObject()
    #expect(json["head"]?.mapValue?["status"] == "unverified")
    #expect(try await run("report", "index").status == 0)
    let index = try String(contentsOfFile: workspace.path("reports/README.md"), encoding: .utf8)
    #expect(index.holds("| unverified |"))
    let entries = try await run("journal", id)
    #expect(entries.stdout.holds(#""status":"unverified""#))
    #expect(try await run("verify-journal").status == 0)
    #expect(try await run("resume").stderr.holds("has ended: unverified"))
  }

  @Test func aRunbookWithoutVerificationLeavesItsRunsUnverified() async throws {
    try write("recovery: [{id: fix, sql: CREATE TABLE fixed (n int)}]")
    let output = try await run("run", "example.yaml", "--approve", "recovery")
    #expect(output.status == 79, "\(output.all)")
    #expect(
      output.stdout.holds(
        "Unverified: nothing was verified: the runbook has no verification steps"))
  }

  @Test func aSafeguardThatWasRefusedAndLeftOutIsListedAsDeclined() async throws {
    try write(Self.checked)
    #expect(try await run("run", "example.yaml", "--approve", "recovery").status == 75)
    let id = try await id()
    #expect(try await run("approve", id, "guard", "--refuse", "--yes", "--as", "Bob").status == 0)
    #expect(
      try await run("report").stdout.holds(
        "declined by Bob (account \(Workspace.account)), who refused its gate"))
    let output = try await run(
      "skip", "--step", "guard", "--reason", "not now", "--yes", "--as", "Ann")
    #expect(output.status == 0, "\(output.all)")
    let report = try workspace.report()
    #expect(report.holds("| **Status** | RESOLVED |"))
    #expect(report.holds("- **Status**: RESOLVED: every verification step passed"))
    #expect(
      report.holds(
        "| `guard` | The guard | ⏭️ declined by Ann (account \(Workspace.account)): not now |"))
    #expect(report.holds("## Safeguards\n"))
    #expect(report.holds("no step of this run is known to have carried it out"))
    #expect(report.holds("- [ ] The guard is there"))
    #expect(!report.holds("mplemented"))
    #expect(
      try await run("status").stdout.holds(
        "declined by Ann (account \(Workspace.account)): not now"))
  }

  @Test func aWordIsTakenOnlyOfWhatNothingElseCanTell() async throws {
    let (_, id) = try await held()
    for step in ["second", "look"] {
      let output = try await run("resolve", id, step, "--done", "--reason", "it passed")
      #expect(output.status == 64, "\(step): \(output.all)")
    }
    #expect(
      try await run("resolve", id, "second", "--done", "--reason", "it passed").stderr.holds(
        "changes nothing: nobody's word is needed, as it runs again"))
  }

  @Test func aWordWaitsUntilTheReceiptWasLookedFor() async throws {
    try write(
      """
      recovery:
        - {id: fix, sql: "CREATE TABLE fixed AS SELECT seconds FROM pause, pg_sleep(seconds)"}
      verification:
        - {id: first, sql: SELECT 1}
      """)
    database.query("UPDATE pause SET seconds = 600")
    let program = try workspace.start(
      ["run", "example.yaml", "--approve", "recovery"], environment: database.environment)
    database.awaitStatement("CREATE TABLE fixed%")
    program.signal(SIGKILL)
    _ = try await program.output()
    database.query(
      """
      UPDATE pause SET seconds = 0;
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE query LIKE 'CREATE TABLE fixed%' AND pid <> pg_backend_pid()
      """)
    let id = try await id()
    let output = try await run("resolve", id, "fix", "--done", "--reason", "I saw it")
    #expect(output.status == 64)
    #expect(output.stderr.holds("step 'fix' was cut off, and its receipt was not looked for since"))
    #expect(output.stderr.holds("that comes first: runbook resume \(id)"))
    let resumed = try await run("resume")
    #expect(resumed.status == 0, "\(resumed.all)")
    #expect(database.query("SELECT count(*) FROM fixed") == "1")
  }

  @Test(arguments: ["", "  ", "\t\n", "\u{200B}", "\u{3164}", "\u{2060} \u{FEFF}", ".", "?!"])
  func aReasonThatSaysNothingIsRefused(_ reason: String) async throws {
    let (_, id) = try await held()
    let before = try await run("journal", id).stdout
    for command in [
      ["skip", id, "--yes", "--reason", reason], ["abandon", id, "--reason", reason],
      ["resolve", id, "second", "--done", "--reason", reason], ["retry", id, "--reason", reason],
      ["note", id, reason],
    ] {
      let output = try await workspace.run(command, environment: database.environment)
      #expect(output.status == 64, "\(command): \(output.all)")
      #expect(output.stderr.holds("it says nothing: give words"))
    }
    #expect(try await run("journal", id).stdout == before)
  }
}

extension Workspace.Output {
  /// Standard output as one JSON object.
  fileprivate func wholeObject() throws -> ValueMap {
    try #require(try Value(json: stdout).mapValue)
  }
}
