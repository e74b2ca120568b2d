import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// What a run says at its end is what can be seen at its end.
@Suite(.enabled(if: TestServer.isAvailable), .timeLimit(.minutes(15)))
struct LastLookTests {
  private let workspace: Workspace
  private let database: Database

  init() throws {
    workspace = try Workspace()
    database = try Database("CREATE TABLE done (n int)")
  }

  private func write(recovery: String? = nil, verification: String) throws {
    try workspace.write(
      """
      runbook: example
      connections:
        main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
      detection:
        - {id: look, sql: SELECT 1 AS n, confirms: "rows[0].n == 1"}
      recovery:
        - \(recovery ?? "{id: fix, sql: INSERT INTO done VALUES (1)}")
      verification:
        - \(verification)
      """, to: "example.yaml")
  }

  private func run(
    _ arguments: String..., environment: [String: String]? = nil
  ) async throws -> Workspace.Output {
    try await workspace.run(arguments, environment: environment ?? database.environment)
  }

  /// The session of the run stays, and its tables go, while the last check is made.
  @Test(arguments: ["DROP SCHEMA runbook CASCADE", "DELETE FROM runbook.receipt"])
  func whatIsPutBackWhileTheLastCheckIsMadeIsSeen(_ sql: String) async throws {
    let script = try workspace.write(
      "exec psql -X -q -c '\(sql)' \"$DATABASE_URL\"\n", to: "back.sh")
    try write(verification: "{id: back, shell: sh '\(script)', effect: readOnly}")
    let output = try await run("run", "example.yaml", "--approve", "recovery")
    #expect(output.status == 75, "\(output.all)")
    #expect(output.stdout.holds("Gate 'identity:main'"), "\(output.all)")
    #expect(!output.stdout.holds("Resolved"), "\(output.all)")
  }

  private func held() async throws {
    try write(verification: "{id: ask, manual: \"Is it so?\"}")
    #expect(try await run("run", "example.yaml", "--approve", "recovery").status == 75)
  }

  private func abandon(
    _ environment: [String: String]? = nil
  ) async throws -> Workspace.Output {
    try await run("abandon", "--reason", "enough", "--yes", environment: environment)
  }

  @Test func whoAbandonsARunIsToldWhatIsMissing() async throws {
    try await held()
    database.query("DROP SCHEMA runbook CASCADE; DELETE FROM done")
    let output = try await abandon()
    #expect(output.status == 0, "\(output.all)")
    #expect(output.stdout.holds("the receipt of step 'fix', which the journal calls done"))
    #expect(try workspace.report().holds("succeeded, without a record in the present database"))
    #expect(try await run("status").stdout.holds("without a record in the present database"))
    #expect(try await run("verify-journal").status == 0)
  }

  @Test func whatCannotBeLookedAtWhenARunIsAbandonedIsSaid() async throws {
    try await held()
    let output = try await abandon(["DATABASE_URL": "postgresql://postgres@127.0.0.1:9/none"])
    #expect(output.status == 0, "\(output.all)")
    #expect(output.stdout.holds("Not looked at:"), "\(output.all)")
    #expect(try workspace.report().holds("is not known, as it could not be looked at"))
  }

  @Test func whatEndedWellByItselfStays() async throws {
    try write(
      recovery: """
        {id: fix, sql: {text: INSERT INTO done VALUES (1) RETURNING n, transaction: none}, \
        expect: "rows[0].n == 2", retry: {every: 1s, attempts: 3}}
        """, verification: "{id: check, sql: SELECT 1}")
    let output = try await run("run", "example.yaml", "--approve", "recovery")
    #expect(output.status == 75, "\(output.all)")
    #expect(output.stdout.holds("and what it changed stays"), "\(output.all)")
    #expect(!output.stdout.holds("not known"), "\(output.all)")
    let skipped = try await run("skip", "--reason", "mended by hand", "--yes")
    #expect(
      skipped.stdout.holds(
        "no recovery step is known to have succeeded: 1 was left out after it failed, and what it changed stays"
      ), "\(skipped.all)")
    #expect(database.query("SELECT count(*) FROM done") == "1")
    let again = try await run("retry", "--step", "fix")
    #expect(!again.stderr.holds("has not failed: it is failed"), "\(again.all)")
  }

  private func reports() throws -> [String] {
    try workspace.contents(of: "reports").map(\.path)
  }

  @Test func whatAPersonWroteIntoAReportIsKept() async throws {
    try await held()
    let path = try #require(try reports().first { $0.ends(with: ".md") })
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try (text + "\nAsk Sue about the backup.\n").write(
      toFile: path, atomically: false, encoding: .utf8)
    let output = try await abandon()
    #expect(output.status == 0, "\(output.all)")
    #expect(output.stderr.holds("is kept beside it, in "), "\(output.all)")
    let kept = try #require(try reports().first { $0.holds(".md.edited-") })
    #expect(try String(contentsOfFile: kept, encoding: .utf8).holds("Ask Sue about the backup."))
    #expect(try String(contentsOfFile: path, encoding: .utf8).holds("ABANDONED"))
  }

  @Test func whatNobodyChangedIsReplaced() async throws {
    try await held()
    #expect(try await abandon().status == 0)
    #expect(try reports().count == 1)
  }

  @Test func aReportIsNotWrittenThroughALink() async throws {
    try await held()
    let path = try #require(try reports().first { $0.ends(with: ".md") })
    let victim = try workspace.write("precious", to: "victim")
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: victim)
    let output = try await abandon()
    #expect(output.status == 0, "\(output.all)")
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "precious")
    #expect(try String(contentsOfFile: path, encoding: .utf8).holds("ABANDONED"))
  }

  @Test func whoSkipsIsToldThatTheRunFails() async throws {
    try write(
      verification: """
        {id: first, sql: SELECT 1 AS n, expect: "rows[0].n == 2"}
          - {id: second, sql: SELECT pg_sleep(3), timeout: 200ms}
        safeguards:
          - {id: guard, sql: INSERT INTO done VALUES (99)}
        """)
    #expect(try await run("run", "example.yaml", "--approve", "recovery").status == 75)
    let output = try await run("skip", "--reason", "slow", "--yes")
    #expect(output.stdout.holds("The run ends failed"), "\(output.all)")
    #expect(!output.stdout.holds("safeguards  guard"), "\(output.all)")
    #expect(output.status == 1, "\(output.all)")
  }
}
