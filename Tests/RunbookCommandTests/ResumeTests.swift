import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// A run that was held or cut off goes on with the built program, in a process of its own.
@Suite(.enabled(if: TestServer.isAvailable), .timeLimit(.minutes(15)))
struct ResumeTests {
  private let workspace: Workspace
  private let database: Database

  init() throws {
    workspace = try Workspace()
    database = try Database("CREATE TABLE ledger (step text, at timestamptz DEFAULT now())")
  }

  /// - Parameter recovery: its steps, as YAML.
  private func write(_ recovery: String, detection: String = "") throws {
    try workspace.write(
      """
      runbook: example
      connections:
        main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
      detection:
        - id: look
          sql: SELECT 41 AS n
          capture: {n: "rows[0].n"}
          confirms: n == 41
      \(detection)
      recovery:
      \(recovery)
      verification:
        - {id: check, sql: SELECT 1}
      """, to: "example.yaml")
  }

  private func run(
    _ arguments: String..., environment: [String: String] = [:]
  ) async throws -> Workspace.Output {
    try await workspace.run(
      arguments, environment: database.environment.merging(environment) { $1 })
  }

  private var ledger: String {
    database.query("SELECT string_agg(step, ' ' ORDER BY at, step) FROM ledger")
  }

  private func id() async throws -> String {
    let runs = try await run("runs", "--json")
    return try #require(try runs.objects().first?["run"]?.stringValue)
  }

  @Test func goesOnAfterAKillWithItsCapturesAndDoesNothingTwice() async throws {
    let pipe = try workspace.makePipe("pipe")
    try write(
      """
        - id: first
          sql: INSERT INTO ledger VALUES ('first') RETURNING 7 AS k
          capture: {k: "rows[0].k"}
        - id: wait
          shell: echo $$ >"$PIPE"; sleep 600
          effect: readOnly
        - id: last
          sql: INSERT INTO ledger VALUES ('last ' || (:n::int + :k::int))
      """)
    let program = try workspace.start(
      ["run", "example.yaml", "--approve", "recovery"],
      environment: database.environment.merging(["PIPE": pipe]) { $1 })
    let script = await workspace.line(ofPipe: "pipe")
    let alive = try await run("status")
    #expect(alive.stdout.holds("running"))
    #expect(alive.stdout.holds("step 'wait' is in flight; it changes nothing"))
    let second = try await run("resume")
    #expect(second.status == 75)
    #expect(second.stderr.holds("is being carried out by"))
    #expect(second.stderr.holds("process \(program.processIdentifier)"))
    program.signal(SIGKILL)
    _ = try await program.output()
    if let script = Int32(script) { kill(-script, SIGKILL) }
    let cut = try await run("status", "--json")
    #expect(try cut.objects().first?["alive"] == false)

    // The script finds no reader for its pipe now, but a file.
    try FileManager.default.removeItem(atPath: pipe)
    let yaml = try String(contentsOfFile: workspace.path("example.yaml"), encoding: .utf8)
    try workspace.write(yaml.replacingAll("; sleep 600", with: ""), to: "example.yaml")
    let changed = try await run("resume")
    #expect(changed.status == 65)
    #expect(changed.stderr.holds("-    shell: echo $$ >\"$PIPE\"; sleep 600"))
    #expect(changed.stderr.holds("+    shell: echo $$ >\"$PIPE\""))
    let output = try await run(
      "resume", "--accept-changes", "--approve", "recovery", environment: ["PIPE": pipe])
    #expect(output.status == 0, "\(output.all)")
    #expect(ledger == "first last 48")
    #expect(try workspace.report().holds("the change accepted by"))
    #expect(try await run("verify-journal").stdout.holds("fit the chain"))
  }

  @Test func offersRetryAndSkipForAFailedStep() async throws {
    try write(
      """
        - {id: first, sql: INSERT INTO ledger VALUES ('first')}
        - {id: broken, sql: INSERT INTO absent VALUES (1)}
        - {id: last, sql: INSERT INTO ledger VALUES ('last')}
      """)
    let held = try await run("run", "example.yaml", "--approve", "recovery")
    #expect(held.status == 75)
    let id = try await id()
    for command in ["runbook retry \(id)", "runbook skip \(id)", "runbook abandon \(id)"] {
      #expect(held.stdout.holds(command))
    }
    let resumed = try await run("resume")
    #expect(resumed.status == 75 && resumed.stderr.holds("runbook retry \(id)"))
    let again = try await run("retry", "--reason", "perhaps now")
    #expect(again.status == 75 && again.stdout.holds("broken (attempt 2)"))
    let unasked = try await run("skip", "--reason", "not needed")
    #expect(unasked.status == 64 && unasked.stdout.holds("recovery  last  last"))
    let output = try await run("skip", "--reason", "not needed", "--yes", "--as", "Ann")
    #expect(output.status == 0, "\(output.all)")
    #expect(ledger == "first last")
    let report = try workspace.report()
    #expect(report.holds("`broken` was left out by Ann (account \(Workspace.account)): not needed"))
    #expect(report.holds("perhaps now"))
    #expect(try await run("resume").stderr.holds("has ended: resolved"))
  }

  @Test func aRetryFindsWhatWasMissing() async throws {
    try write("  - {id: fill, sql: INSERT INTO absent VALUES (1)}")
    #expect(try await run("run", "example.yaml", "--approve", "recovery").status == 75)
    database.query("CREATE TABLE absent (n int)")
    // The database is another than the one of which the gate was approved.
    let asked = try await run("retry")
    #expect(asked.status == 75 && asked.stdout.holds("changed last: public.absent"), "\(asked.all)")
    #expect(try await run("resume", "--approve", "recovery").status == 0)
    #expect(database.query("SELECT count(*) FROM absent") == "1")
  }

  @Test func holdsForAPersonsWordWhereNothingCanTell() async throws {
    let pipe = try workspace.makePipe("pipe")
    try write(
      """
        - id: scripted
          shell: echo $$ >"$PIPE"; sleep 600
          effect: mutating
        - {id: last, sql: INSERT INTO ledger VALUES ('last')}
      """)
    let program = try workspace.start(
      ["run", "example.yaml", "--approve", "recovery"],
      environment: database.environment.merging(["PIPE": pipe]) { $1 })
    _ = await workspace.line(ofPipe: "pipe")
    program.signal(SIGKILL)
    _ = try await program.output()
    let held = try await run("resume", "--terminate", environment: ["PIPE": pipe])
    #expect(held.status == 75, "\(held.all)")
    #expect(!held.stdout.holds("Still there"))
    #expect(held.stdout.holds("(sleep 600)") && held.stdout.holds(", by SIGTERM"))
    let id = try await id()
    #expect(held.stdout.holds("runbook resolve \(id) scripted --done --reason TEXT"))
    #expect(try await run("resolve", id, "scripted", "--reason", "x").status == 64)
    #expect(try await run("resolve", id, "nothing", "--done", "--reason", "x").status == 64)
    let word = try await run(
      "resolve", id, "scripted", "--done", "--reason", "I looked", "--as", "Ann")
    #expect(word.status == 0, "\(word.all)")
    #expect(try await run("resume").status == 0)
    #expect(ledger == "last")
    #expect(
      try workspace.report().holds(
        "`scripted`, attempt 1, was declared done by Ann (account \(Workspace.account)): I looked"))
  }

  @Test func asksTheStepsProbe() async throws {
    let pipe = try workspace.makePipe("pipe")
    try write(
      """
        - id: scripted
          connection: main
          shell: psql -qc "INSERT INTO ledger VALUES ('scripted')"; echo $$ >"$PIPE"; sleep 600
          effect: mutating
          settle:
            sql: SELECT count(*) AS n FROM ledger WHERE step = 'scripted'
            done: rows[0].n == 1
        - {id: last, sql: INSERT INTO ledger VALUES ('tail')}
      """)
    let program = try workspace.start(
      ["run", "example.yaml", "--approve", "recovery"],
      environment: database.environment.merging(["PIPE": pipe]) { $1 })
    _ = await workspace.line(ofPipe: "pipe")
    program.signal(SIGKILL)
    _ = try await program.output()
    let output = try await run("resume", "--terminate")
    #expect(output.status == 0, "\(output.all)")
    #expect(output.stdout.holds("the probe says that it is done"))
    #expect(ledger == "scripted tail")
  }

  @Test func takesARunFromAProcessThatHangs() async throws {
    try write(
      """
        - {id: slow, sql: "INSERT INTO ledger VALUES ('slow'); SELECT pg_sleep(600)"}
        - {id: last, sql: INSERT INTO ledger VALUES ('tail')}
      """)
    let program = try workspace.start(
      ["run", "example.yaml", "--approve", "recovery"], environment: database.environment)
    database.query(
      """
      DO $$ BEGIN
        WHILE NOT EXISTS (SELECT FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event = 'PgSleep') LOOP
          PERFORM pg_stat_clear_snapshot();
        END LOOP;
      END $$
      """)
    program.signal(SIGSTOP)
    let yaml = try String(contentsOfFile: workspace.path("example.yaml"), encoding: .utf8)
    try workspace.write(yaml.replacingAll("; SELECT pg_sleep(600)", with: ""), to: "example.yaml")
    let output = try await run(
      "takeover", try await id(), "--terminate", "--accept-changes", "--approve", "recovery",
      "--as", "Bob")
    #expect(output.status == 0, "\(output.all)")
    #expect(output.stderr.holds("The run was taken from"))
    program.signal(SIGCONT)
    let former = try await program.output()
    #expect(former.status == 75, "\(former.all)")
    #expect(former.stderr.holds("the run was taken over by Bob (account \(Workspace.account))"))
    #expect(ledger == "slow tail")
  }

  @Test func namesThatOneAccountTypedAreOnePerson() async throws {
    try write(
      """
        - id: change
          sql: INSERT INTO ledger VALUES ('done')
          gate: {approvals: 2}
      """)
    #expect(
      try await run("run", "example.yaml", "--approve", "recovery", "--as", "Ann").status == 75)
    let id = try await id()
    #expect(try await run("approve", id, "nothing", "--yes").status == 64)
    #expect(try await run("approve", id, "change", "--yes", "--as", "Ann").status == 0)
    for name in ["Ann", "Bob"] {
      let twice = try await run("approve", id, "change", "--yes", "--as", name)
      #expect(twice.status == 64 && twice.stderr.holds("it takes another account"))
    }
    #expect(try await run("resume", "--as", "Bob").status == 75)
    #expect(ledger == "")
  }

  @Test func keepsNotesWithTheirTimes() async throws {
    try write("  - {id: change, sql: INSERT INTO ledger VALUES ('done')}")
    #expect(try await run("run", "example.yaml").status == 75)
    let id = try await id()
    #expect(try await run("note", id, " ").status == 64)
    #expect(try await run("note", id, "Called", "--at", "yesterday").status == 64)
    let time = "2025-10-18T22:04:00Z"
    #expect(
      try await run("note", id, "Support called", "--at", time, "--as", "Ann").status == 0)
    #expect(try await run("resume", "--approve", "recovery").status == 0)
    #expect(try await run("note", id, "All is well").status == 0)
    let report = try await run("report")
    #expect(
      report.stdout.holds("22:04:00** Note by Ann (account \(Workspace.account)): Support called"))
    #expect(report.stdout.holds("All is well"))
  }

  @Test func noticesAnotherDatabaseAndAsks() async throws {
    try write("  - {id: change, sql: INSERT INTO ledger VALUES ('done')}")
    #expect(try await run("run", "example.yaml").status == 75)
    let other = try Database("CREATE TABLE ledger (step text, at timestamptz DEFAULT now())")
    let refused = try await run("resume", environment: other.environment)
    #expect(refused.status == 65 && refused.stderr.holds("connection main"))
    let asked = try await run("resume", "--accept-changes", environment: other.environment)
    #expect(asked.status == 75)
    #expect(asked.stdout.holds("Gate 'identity:main'"))
    let output = try await run(
      "resume", "--approve", "identity:main", "--approve", "recovery",
      environment: other.environment)
    #expect(output.status == 0, "\(output.all)")
    #expect(ledger == "")
    #expect(other.query("SELECT step FROM ledger") == "done")
  }

  @Test func namesTheFirstEntryThatDoesNotFit() async throws {
    try write("  - {id: change, sql: INSERT INTO ledger VALUES ('done')}")
    _ = try await run("run", "example.yaml", "--approve", "recovery")
    var lines = try await run("journal").stdout.pieces(separatedBy: "\n").map(String.init)
    lines[3] = lines[3].replacingAll("\"sequence\":4", with: "\"sequence\":4 ")
    try workspace.write(lines.joined(separator: "\n"), to: "tampered.journal")
    let output = try await run("verify-journal", "--journal", "tampered.journal")
    #expect(output.status == 74)
    #expect(output.stderr.holds("entry 4 does not fit the chain"))
  }
}
