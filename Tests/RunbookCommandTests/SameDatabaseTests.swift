import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// What is done or looked at counts for the database that the run knows, whatever comes to stand in its place while
/// the run goes on.
@Suite(.enabled(if: TestServer.isAvailable), .timeLimit(.minutes(15)))
struct SameDatabaseTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// A runbook whose steps are written as YAML, phase by phase.
  private func write(
    detection: String = "", recovery: String = "", verification: String
  ) throws {
    try workspace.write(
      """
      runbook: example
      connections:
        main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
      detection:
        - {id: look, sql: SELECT 1 AS n, confirms: "rows[0].n == 1"}
      \(indented(detection))
      recovery:
        - {id: nothing, sql: SELECT 1}
      \(indented(recovery))
      verification:
      \(indented(verification))
      """, to: "example.yaml")
  }

  private func indented(_ text: String) -> String {
    text.pieces(separatedBy: "\n", omittingEmptySubsequences: false).map { "  \($0)" }
      .joined(separator: "\n")
  }

  /// A step that has a script of the test's own run.
  private func step(_ id: String, _ script: String, effect: String = "readOnly") throws -> String {
    let path = try workspace.write(script + "\n", to: "\(id).sh")
    return "- {id: \(id), shell: {script: sh '\(path)', leaves: running}, effect: \(effect)}"
  }

  private func run(_ arguments: [String], _ url: String) async throws -> Workspace.Output {
    try await workspace.run(arguments, environment: ["DATABASE_URL": url])
  }

  private func begin(_ url: String) async throws -> Workspace.Output {
    try await run(["run", "example.yaml", "--approve", "recovery"], url)
  }

  /// Nothing was made of what the other database says.
  private func expectAsked(
    _ output: Workspace.Output, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(output.status == 75, "\(output.all)", sourceLocation: sourceLocation)
    #expect(
      output.stdout.holds("Gate 'identity:main'"), "\(output.all)", sourceLocation: sourceLocation)
    #expect(!output.stdout.holds("Resolved"), "\(output.all)", sourceLocation: sourceLocation)
  }

  private static let good = "- {id: good, sql: SELECT ok FROM state, expect: \"rows[0].ok\"}"

  /// Where the connection is led elsewhere.
  enum Moment: CaseIterable, Sendable { case detection, recovery, verification }

  @Test(.enabled(if: TestPooler.isAvailable), arguments: Moment.allCases)
  func aPoolerThatComesToLeadElsewhereIsSeen(_ moment: Moment) async throws {
    let (damaged, whole) = (
      try Database("CREATE TABLE state AS SELECT false AS ok"),
      try Database("CREATE TABLE state AS SELECT true AS ok")
    )
    let server = try #require(TestServer.shared)
    let pooler = try #require(TestPooler(before: server, front: damaged.name))
    let switching = { (one: Moment) throws in
      one == moment ? try step("switch", pooler.leading(to: whole.name)) : ""
    }
    try write(
      detection: try switching(.detection) + "\n- {id: again, sql: SELECT 1}",
      recovery: try switching(.recovery),
      verification: "\(try switching(.verification))\n\(Self.good)")
    let output = try await begin(pooler.url(of: "front"))
    expectAsked(output)
    let done = try await run(
      ["resume", "--approve", "identity:main", "--approve", "recovery"], pooler.url(of: "front"))
    #expect(done.status == 0, "\(done.all)")
    #expect(try workspace.report().holds(whole.name))
  }

  @Test func aStandbyThatIsPromotedUnderARunIsSeen() async throws {
    let cluster = try #require(TestCluster())
    cluster.psql("CREATE TABLE state AS SELECT true AS ok")
    cluster.addStandby("two")
    cluster.await(
      "EXISTS (SELECT FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn())", on: "one"
    )
    let promote = cluster.script("pg_ctl -D two/data -w -s promote </dev/null >/dev/null")
    try write(
      detection: try step("promote", promote) + "\n- {id: again, sql: SELECT 1}",
      verification: Self.good)
    expectAsked(try await begin(cluster.url(of: ["two"])))
  }

  /// The same by all that it says of itself, but for when it was started.
  private func puttingBack(_ cluster: TestCluster) -> String {
    """
    \(cluster.stopping("one"))
    rm -r one/data
    cp -a one/copy one/data
    \(cluster.starting("one"))
    """
  }

  private func copied(_ cluster: TestCluster) {
    cluster.stop("one")
    cluster.run("rm -rf one/copy; cp -a one/data one/copy")
    cluster.start("one")
  }

  @Test func aDataFolderThatIsPutBackUnderARunIsSeen() async throws {
    let cluster = try #require(TestCluster())
    cluster.psql("CREATE TABLE state AS SELECT true AS ok")
    copied(cluster)
    try write(
      recovery: "- {id: mark, sql: UPDATE state SET ok = true WHERE ok}",
      verification: "\(try step("back", cluster.script(puttingBack(cluster))))\n\(Self.good)")
    let output = try await begin(cluster.url(of: ["one"]))
    expectAsked(output)
    #expect(output.stdout.holds("'mark'"), "\(output.all)")
  }

  @Test func aServerThatIsStartedAnewIsNot() async throws {
    let cluster = try #require(TestCluster())
    cluster.psql("CREATE TABLE state AS SELECT true AS ok")
    let anew = cluster.script("\(cluster.stopping("one"))\n\(cluster.starting("one"))")
    try write(
      detection: try step("first", anew) + "\n- {id: again, sql: SELECT 1}",
      recovery: [
        "- {id: mark, sql: UPDATE state SET ok = true WHERE ok}",
        try step("second", anew, effect: "mutating"),
        "- {id: more, sql: UPDATE state SET ok = true WHERE ok}",
      ].joined(separator: "\n"),
      verification: "\(try step("third", anew))\n\(Self.good)")
    let output = try await begin(cluster.url(of: ["one"]))
    #expect(output.status == 0, "\(output.all)")
  }

  /// What leaves no receipt is missed as well.
  @Test func whatLeavesNoReceiptIsMissedInAnOlderCopy() async throws {
    let cluster = try #require(TestCluster())
    cluster.psql("CREATE TABLE done (step text); CREATE TABLE allowed (step text)")
    let waits = { (step: String) in
      "INSERT INTO done SELECT '\(step)' WHERE 1 / (SELECT count(*) FROM allowed WHERE step = '\(step)') = 1"
    }
    let programs = TestServer.programs
    try write(
      recovery: """
        - {id: first, sql: INSERT INTO done VALUES ('first')}
        - {id: wait, sql: "\(waits("wait"))"}
        - {id: none, sql: {text: INSERT INTO done VALUES ('none'), transaction: none}}
        - id: script
          connection: main
          shell: \(programs)/psql -X -q -c "INSERT INTO done VALUES ('script')"
          effect: mutating
        - {id: stop, sql: "\(waits("stop"))"}
        """,
      verification: "- {id: check, sql: SELECT 1}")
    let url = cluster.url(of: ["one"])
    #expect(try await begin(url).status == 75)
    copied(cluster)
    cluster.psql("INSERT INTO allowed VALUES ('wait')")
    // It was started anew since this run's last process saw it.
    expectAsked(try await run(["retry"], url))
    let held = try await run(["resume", "--approve", "identity:main"], url)
    #expect(held.status == 75 && held.all.holds("step 'stop' failed"), "\(held.all)")
    #expect(
      cluster.psql("SELECT string_agg(step, ' ' ORDER BY step) FROM done")
        == "first none script wait")
    cluster.run(puttingBack(cluster))
    let asked = try await run(["retry"], url)
    expectAsked(asked)
    #expect(asked.stdout.holds("steps 'none', 'script', which leave no receipts"), "\(asked.all)")
    #expect(asked.stdout.holds("the receipt of step 'wait'"), "\(asked.all)")
    #expect(!asked.stdout.holds("'first', "), "\(asked.all)")
    cluster.psql("INSERT INTO allowed VALUES ('stop')")
    let done = try await run(
      ["resume", "--approve", "identity:main", "--approve", "recovery"], url)
    #expect(done.status == 79, "\(done.all)")
    #expect(
      cluster.psql("SELECT string_agg(step, ' ' ORDER BY step) FROM done") == "first stop")
  }

  /// A script connects by itself: that the run's own connection stands tells nothing.
  @Test(arguments: [true, false])
  func aScriptIsNotStartedWhereItWouldLeadElsewhere(changing: Bool) async throws {
    let (here, there) = (try #require(TestServer.shared), try #require(TestCluster()))
    let database = try Database("CREATE TABLE ledger (step text)")
    there.psql("CREATE DATABASE \(database.name)")
    let door = workspace.path("door")
    try FileManager.default.createSymbolicLink(atPath: door, withDestinationPath: here.folder)
    let url = (database.environment["DATABASE_URL"] ?? "").replacingAll(here.folder, with: door)
    // The other server has the same number.
    let other = workspace.path("other")
    try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: false)
    let socket = there.socket(of: "one")
    try FileManager.default.createSymbolicLink(
      atPath: "\(other)/.s.PGSQL.\(here.port)", withDestinationPath: socket)
    let move = try step("move", "ln -sfn '\(other)' '\(door)'")
    let script = workspace.path("was-run")
    let touch = """
      - {id: script, connection: main, shell: 'touch \(script)', effect: \(changing ? "mutating" : "readOnly")}
      """
    try write(
      detection: changing ? move : "", recovery: changing ? touch : "",
      verification: changing ? "- {id: check, sql: SELECT 1}" : "\(move)\n\(touch)")
    expectAsked(try await begin(url))
    #expect(!FileManager.default.fileExists(atPath: script))
  }
}
