import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// What a step does outside of its transaction is neither repeated nor called undone, with the built program.
@Suite(.enabled(if: TestServer.isAvailable), .timeLimit(.minutes(15)))
struct UnguardedStepTests {
  private let workspace: Workspace
  private let database: Database

  init() throws {
    workspace = try Workspace()
    database = try Database("CREATE EXTENSION dblink; CREATE TABLE ledger (n int)")
  }

  /// - Parameter more: of the step that pays by another session.
  private func write(_ rest: String = "", _ more: String) throws {
    let server = try #require(TestServer.shared)
    let place = "host=\(server.folder) port=\(server.port) user=test dbname=\(database.name)"
    try workspace.write(
      """
      runbook: pay
      connections:
        main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
      detection:
        - {id: unpaid, sql: SELECT 1 AS n, confirms: "rows[0].n == 1"}
      recovery:
        - id: pay
          sql: |
            SELECT dblink_exec('\(place)', 'INSERT INTO ledger VALUES (1)')\(rest)
          \(more)
      verification:
        - {id: checked, sql: SELECT 1}
      """, to: "pay.yaml")
  }

  private func run(_ arguments: String...) async throws -> Workspace.Output {
    try await workspace.run(arguments, environment: database.environment)
  }

  private var payments: String { database.query("SELECT count(*) FROM ledger") }

  @Test func noRetryRepeatsIt() async throws {
    try write("", "expect: row_count == 7\n    retry: {every: 10ms, attempts: 3}")
    let output = try await run("run", "pay.yaml", "--approve", "recovery")
    #expect(output.status == 75, "\(output.all)")
    #expect(payments == "1")
    #expect(output.stdout.holds("no transaction guards: \"dblink_exec()\""), "\(output.all)")
    #expect(output.stdout.holds("it is not known whether step 'pay' took effect"), "\(output.all)")
    #expect(!output.all.holds("the change was rolled back"), "\(output.all)")
    // Nor does whoever goes on.
    #expect(try await run("resume").status == 75)
    #expect(payments == "1")
    let report = try await run("report").stdout
    #expect(report.holds("no transaction guards what dblink_exec() does"))
    #expect(!report.holds("the change was rolled back"))
  }

  @Test func whoeverIsKilledInItsMidstDoesNotRepeatIt() async throws {
    try write(", pg_sleep(600)", "title: Pay")
    let program = try workspace.start(
      ["run", "pay.yaml", "--approve", "recovery"], environment: database.environment)
    database.query(
      """
      DO $$ BEGIN
        WHILE NOT EXISTS (SELECT FROM ledger) LOOP PERFORM pg_sleep(0.01); END LOOP;
      END $$
      """)
    program.signal(SIGKILL)
    _ = try await program.output()
    let held = try await run("resume", "--terminate")
    #expect(held.status == 75, "\(held.all)")
    #expect(payments == "1")
    #expect(held.stdout.holds("whether that is done is not known"), "\(held.all)")
    let runs = try await run("runs", "--json").objects()
    let id = try #require(runs.first?["run"]?.stringValue)
    let word = try await run("resolve", id, "pay", "--done", "--reason", "I looked")
    #expect(word.status == 0, "\(word.all)")
    _ = try await run("resume")
    #expect(payments == "1")
  }

  /// What a request does is known by its method before its address is.
  @Test func aRequestThatOnlyReadsIsShownSoBeforeItsAddressIsKnown() async throws {
    try workspace.write(
      """
      runbook: look
      detection:
        - {id: unpaid, shell: "true", effect: readOnly, confirms: "true"}
      recovery:
        - {id: first, shell: echo a, effect: mutating, capture: {path: stdout.trim()}}
        - {id: second, http: {get: "http://127.0.0.1:1/${{ path }}"}}
      verification:
        - {id: checked, shell: "true", effect: readOnly}
      """, to: "look.yaml")
    let output = try await run("run", "look.yaml")
    #expect(output.status == 75)
    let line = output.stdout.pieces(separatedBy: "\n").first { $0.holds("- second: ") }
    #expect(line?.holds("[read-only") == true, "\(output.all)")
  }
}
