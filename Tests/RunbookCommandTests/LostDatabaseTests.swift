import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// A database that lost what the journal calls done.
@Suite(.enabled(if: TestServer.isAvailable), .timeLimit(.minutes(15)))
struct LostDatabaseTests {
  private static let runbook = """
    runbook: two-steps
    title: Two steps, of which the second one waits for a row
    connections:
      main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
    detection:
      - id: damage
        sql: SELECT 1 AS n
        confirms: rows[0].n == 1
    recovery:
      - id: first
        sql: INSERT INTO done VALUES ('first')
      - id: second
        sql: INSERT INTO done SELECT 'second' WHERE 1 / (SELECT count(*) FROM allowed) = 1
    verification:
      - {id: check, sql: SELECT 1}
    """

  private let workspace: Workspace
  private let cluster: TestCluster

  init() throws {
    workspace = try Workspace()
    cluster = try #require(TestCluster())
    try workspace.write(Self.runbook, to: "two-steps.yaml")
    cluster.psql("CREATE TABLE done (step text); CREATE TABLE allowed (a int)")
  }

  /// Does the first step, and is held by the second.
  private func runToTheSecond(_ environment: [String: String]) async throws {
    let output = try await workspace.run(
      ["run", "two-steps.yaml", "--approve", "recovery"], environment: environment)
    #expect(output.status == 75, "\(output.all)")
    #expect(cluster.psql("SELECT string_agg(step, ',') FROM done") == "first")
  }

  /// Takes the run up where the first step is gone, and goes on once a person says so.
  private func goOn(_ environment: [String: String], on server: String) async throws {
    cluster.psql("INSERT INTO allowed VALUES (1)", on: server)
    let held = try await workspace.run(["retry"], environment: environment)
    #expect(held.status == 75, "\(held.all)")
    #expect(held.stdout.holds("Gate 'identity:main'"), "\(held.all)")
    #expect(held.stdout.holds("the receipt of step 'first', which the journal calls done"))
    #expect(held.stdout.holds("older copy"))
    #expect(cluster.psql("SELECT count(*) FROM done", on: server) == "0")
    let done = try await workspace.run(
      ["resume", "--approve", "identity:main", "--approve", "recovery"], environment: environment)
    #expect(done.status == 79, "\(done.all)")
    #expect(done.stdout.holds("the database of 'main' has no record of what 'first' did"))
    let status = try await workspace.run(["status"], environment: environment)
    #expect(status.stdout.holds("succeeded, without a record in the present database"))
    #expect(cluster.psql("SELECT string_agg(step, ',') FROM done", on: server) == "second")
    #expect(try workspace.report().holds("the receipt of step 'first'"))
  }

  @Test func aStandbyThatDidNotGetAStepIsSeenAfterItsPromotion() async throws {
    cluster.addStandby("two")
    cluster.await(
      "EXISTS (SELECT FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn())", on: "one"
    )
    cluster.psql("ALTER SYSTEM SET primary_conninfo = ''", on: "two")
    cluster.psql("SELECT pg_reload_conf()", on: "two")
    cluster.await("NOT EXISTS (SELECT FROM pg_stat_replication)", on: "one")
    let environment = ["DATABASE_URL": cluster.url(of: ["one", "two"])]
    try await runToTheSecond(environment)
    cluster.stop("one", mode: "immediate")
    cluster.run("pg_ctl -D two/data -w -s promote")
    try await goOn(environment, on: "two")
  }

  /// The same server by all that it says of itself.
  @Test func anOlderCopyOfTheDataFolderIsSeen() async throws {
    cluster.stop("one")
    cluster.run("cp -a one/data one/copy")
    cluster.start("one")
    let environment = ["DATABASE_URL": cluster.url(of: ["one"])]
    try await runToTheSecond(environment)
    cluster.stop("one")
    cluster.run("rm -r one/data; mv one/copy one/data")
    cluster.start("one")
    try await goOn(environment, on: "one")
  }

  /// A runbook whose last steps use no connection, and its run, held by one of them.
  private func runToAScript(_ environment: [String: String]) async throws {
    try workspace.write(
      Self.runbook.replacingAll(
        "sql: INSERT INTO done SELECT 'second' WHERE 1 / (SELECT count(*) FROM allowed) = 1",
        with: "shell: test -e allowed\n    effect: mutating"
      ).replacingAll("sql: SELECT 1}", with: "shell: \"true\", effect: readOnly}"),
      to: "two-steps.yaml")
    try await runToTheSecond(environment)
    try workspace.write("", to: "allowed")
  }

  @Test(arguments: ["retry", "skip"])
  func anOlderCopyIsSeenThoughNoStepIsLeftThere(_ command: String) async throws {
    cluster.stop("one")
    cluster.run("cp -a one/data one/copy")
    cluster.start("one")
    let environment = ["DATABASE_URL": cluster.url(of: ["one"])]
    try await runToAScript(environment)
    cluster.stop("one")
    cluster.run("rm -r one/data; mv one/copy one/data")
    cluster.start("one")
    let arguments = [command] + (command == "skip" ? ["--reason", "by hand", "--yes"] : [])
    let held = try await workspace.run(arguments, environment: environment)
    #expect(held.status == 75, "\(held.all)")
    #expect(held.stdout.holds("Gate 'identity:main'"), "\(held.all)")
    #expect(held.stdout.holds("the receipt of step 'first', which the journal calls done"))
    // What is left is approved anew in the database as it is now.
    let again = command == "retry" ? ["--approve", "recovery"] : []
    let done = try await workspace.run(
      ["resume", "--approve", "identity:main"] + again, environment: environment)
    #expect(done.status == 79, "\(done.all)")
  }

  @Test func whatCannotBeLookedAtIsSaidAndTheRunUnverified() async throws {
    let environment = ["DATABASE_URL": cluster.url(of: ["one"])]
    try await runToAScript(environment)
    cluster.stop("one")
    let done = try await workspace.run(["retry"], environment: environment)
    #expect(done.status == 79, "\(done.all)")
    let words = "whether the database of 'main' still holds what the run did is not known"
    #expect(
      done.stdout.holds("Unverified: every verification step passed; \(words)"), "\(done.all)")
    #expect(try await workspace.run(["status"]).stdout.holds("Not looked at: \(words)"))
    #expect(try workspace.report().holds(words))
  }

  /// Somebody cancels the wait for a standby that does not answer: the step is done, here alone.
  @Test func aCommitThatWasNotReplicatedIsSaid() async throws {
    let environment = ["DATABASE_URL": cluster.url(of: ["one"])]
    // The tables for receipts are made beforehand: their commit would wait as well.
    try await runToTheSecond(environment)
    cluster.psql("TRUNCATE done")
    cluster.psql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    cluster.psql("SELECT pg_reload_conf()")
    let runs = try await workspace.run(["runs", "--json"])
    let id = try #require(runs.stdout.pieces(separatedBy: "\"").first { $0.begins(with: "202") })
    let program = try workspace.start(
      ["run", "two-steps.yaml", "--approve", "recovery", "--beside", String(id)],
      environment: environment)
    cluster.await("EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep')", on: "one")
    cluster.psql(
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
    let output = try await program.output()
    #expect(output.status == 75, "\(output.all)")
    #expect(output.all.holds("might not have been replicated"), "\(output.all)")
    #expect(cluster.psql("SELECT string_agg(step, ',') FROM done") == "first")
    let report = try await workspace.run(["report"])
    #expect(report.stdout.holds("might not have been replicated"), "\(report.all)")
  }
}
