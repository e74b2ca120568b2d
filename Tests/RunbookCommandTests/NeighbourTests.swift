import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// Two runs on one database at the same time: who begins the second is told of the first.
@Suite(.enabled(if: TestServer.isAvailable), .timeLimit(.minutes(15)))
struct NeighbourTests {
  private let workspace: Workspace
  private let database: Database

  init() throws {
    workspace = try Workspace()
    database = try Database("CREATE TABLE ledger (step text)")
    try workspace.write(
      """
      runbook: example
      connections:
        main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
      detection:
        - {id: look, sql: SELECT 1 AS n, confirms: "rows[0].n == 1"}
      recovery:
        - {id: fix, sql: INSERT INTO ledger VALUES ('fix')}
        - {id: wait, shell: 'echo ready >"$PIPE"; sleep 600', effect: mutating}
      """, to: "slow.yaml")
    try workspace.write(
      """
      runbook: other
      connections:
        main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
      detection:
        - {id: look, sql: SELECT 1 AS n, confirms: "rows[0].n == 1"}
      recovery:
        - {id: mend, sql: INSERT INTO ledger VALUES ('mend')}
      verification:
        - {id: check, sql: SELECT 1}
      """, to: "other.yaml")
  }

  private func run(_ arguments: [String], state: String = "state") async throws -> Workspace.Output
  {
    try await workspace.run(
      arguments,
      environment: database.environment.merging(["RUNBOOK_STATE": workspace.path(state)]) { $1 })
  }

  private func id(state: String = "state") async throws -> String {
    try #require(
      try await run(["runs", "--json"], state: state).objects().first?["run"]?.stringValue)
  }

  /// A run that is in the midst of its recovery.
  private func atWork() async throws -> (RunningProgram, id: String) {
    let pipe = try workspace.makePipe("pipe")
    let program = try workspace.start(
      ["run", "slow.yaml", "--approve", "recovery", "--approve", "wait", "--as", "Ann"],
      environment: database.environment.merging(["PIPE": pipe]) { $1 })
    _ = await workspace.line(ofPipe: "pipe")
    return (program, try await id())
  }

  private func end(_ program: RunningProgram) async throws {
    program.signal(SIGINT)
    _ = try await program.output()
  }

  /// Of the same state folder, and of another, which has the server's sessions and the receipts alone.
  @Test(arguments: [
    ("state", "is carried out by Ann"), ("elsewhere", "a session of role test bears its name"),
  ])
  func theSecondIsToldAndMustSaySo(state: String, words: String) async throws {
    let (program, first) = try await atWork()
    let held = try await run(["run", "other.yaml", "--approve", "recovery"], state: state)
    #expect(held.status == 75, "\(held.all)")
    #expect(held.stdout.holds("At work beside it: run \(first)"), "\(held.all)")
    #expect(held.stdout.holds(words), "\(held.all)")
    #expect(held.stdout.holds("--beside \(first)"))
    #expect(database.query("SELECT step FROM ledger") == "fix")
    let second = try await id(state: state)
    let unsaid = try await run(["approve", second, "recovery", "--yes"], state: state)
    #expect(unsaid.status == 64 && unsaid.stderr.holds("--beside \(first)"), "\(unsaid.all)")
    let output = try await run(
      ["resume", second, "--approve", "recovery", "--beside", first], state: state)
    #expect(output.status == 0, "\(output.all)")
    #expect(database.query("SELECT step FROM ledger") == "fix\nmend")
    let journal = try await run(["journal", second], state: state)
    #expect(journal.stdout.holds("\"others\":[{"))
    try await end(program)
  }

  /// It is half done, whether or not somebody is at it now.
  @Test func aRunThatIsHeldInItsRecoveryIsToldOfAndOneThatHasEndedIsNot() async throws {
    let (program, first) = try await atWork()
    try await end(program)
    let held = try await run(["run", "other.yaml", "--approve", "recovery"])
    #expect(held.status == 75, "\(held.all)")
    #expect(held.stdout.holds("run \(first) (example) has begun to change it, and is held since"))
    #expect(try await run(["abandon", first, "--reason", "done by hand", "--yes"]).status == 0)
    let output = try await run(["run", "other.yaml", "--approve", "recovery"])
    // Nor is the second, which waits at its gate and has changed nothing.
    #expect(output.status == 0 && !output.stdout.holds("At work beside it"), "\(output.all)")
  }

  /// Its approval knew of nobody; until it is resumed another run has recovered, and has ended.
  @Test(arguments: ["state", "elsewhere"])
  func whatWasApprovedBeforeAnotherRunRecoveredIsAskedAnew(state: String) async throws {
    #expect(try await run(["run", "other.yaml"]).status == 75)
    let first = try await id()
    #expect(try await run(["approve", first, "recovery", "--yes"]).status == 0)
    let recovered = try await run(["run", "other.yaml", "--approve", "recovery"], state: state)
    #expect(recovered.status == 0, "\(recovered.all)")
    let second = try await id(state: state)
    let held = try await run(["resume", first])
    #expect(held.status == 75, "\(held.all)")
    #expect(held.stdout.holds("run \(second) was not known of when it was approved"), "\(held.all)")
    #expect(held.stdout.holds("t work beside it: run \(second)"), "\(held.all)")
    #expect(held.all.holds("--beside \(second)"))
    #expect(database.query("SELECT step FROM ledger") == "mend")
    let output = try await run(["resume", first, "--approve", "recovery", "--beside", second])
    #expect(output.status == 0, "\(output.all)")
    #expect(database.query("SELECT step FROM ledger") == "mend\nmend")
  }

  /// Of another state folder it is known by the mark of its end in the database: of those that were over before a run
  /// began nobody need be told.
  @Test(arguments: [false, true])
  func aRunOfAnotherFolderThatHasEndedIsNotAskedAbout(abandoned: Bool) async throws {
    if abandoned {
      let (program, first) = try await atWork()
      try await end(program)
      let words = ["abandon", first, "--reason", "done by hand", "--yes"]
      #expect(try await run(words).status == 0)
    } else {
      #expect(try await run(["run", "other.yaml", "--approve", "recovery"]).status == 0)
    }
    let output = try await run(
      ["run", "other.yaml", "--approve", "recovery"], state: "elsewhere")
    #expect(output.status == 0 && !output.stdout.holds("t work beside it"), "\(output.all)")
  }

  /// The command that is printed is whole, and a name that is none of theirs is said.
  @Test func thePrintedCommandNamesWhoIsAtWork() async throws {
    let (program, first) = try await atWork()
    let held = try await run(["run", "other.yaml", "--approve", "recovery"])
    #expect(held.stdout.holds("--approve recovery --beside \(first) --state"), "\(held.all)")
    let second = try await id()
    let misspelt = try await run(["resume", second, "--approve", "recovery", "--beside", "x"])
    #expect(misspelt.status == 64 && misspelt.stderr.holds("whole id"), "\(misspelt.all)")
    let strange = "20250101-000000-abc"
    let other = try await run(["resume", second, "--approve", "recovery", "--beside", strange])
    #expect(other.status == 75 && other.stdout.holds("--beside \(strange): no such run"))
    let words = ["approve", second, "recovery", "--yes", "--beside", first, "--beside", strange]
    let refused = try await run(words)
    #expect(refused.status == 64 && refused.stderr.holds("shows no such run"), "\(refused.all)")
    try await end(program)
  }

  /// Where only receipts tell of it, it may be over.
  @Test func aRunOfAnotherHostIsToldOfByItsReceipts() async throws {
    let (program, first) = try await atWork()
    try await end(program)
    let held = try await run(["run", "other.yaml", "--approve", "recovery"], state: "elsewhere")
    #expect(held.status == 75, "\(held.all)")
    #expect(
      held.stdout.holds("run \(first) of Ann (account \(Workspace.account)) last changed it at"),
      "\(held.all)")
  }
}
