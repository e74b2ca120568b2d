import RunbookModel
import RunbookTestSupport
import Testing

/// What is shown and asked at a terminal.
@Suite(.enabled(if: TestServer.isAvailable), .timeLimit(.minutes(15)))
struct TerminalTests {
  private static let question = "Type 'yes' to approve 'recovery'"

  let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.write(Example.greeting, to: "greeting.yaml")
  }

  private func start(
    _ arguments: [String], on database: Database, _ environment: [String: String] = [:]
  ) throws -> TerminalProgram {
    try TerminalProgram(
      arguments, in: workspace,
      environment: database.environment.merging(environment) { $1 })
  }

  @Test func l8ARefusalAtTheGateWritesNothing() async throws {
    let database = try Database()
    let before = database.writes()
    let program = try start(["run", "greeting.yaml"], on: database)
    try program.await("CREATE TABLE public.greeting")
    try program.await(Self.question)
    try program.type("no\n")
    #expect(program.end() == 77, "\(program.shown)")
    #expect(program.shown.holds("refused"))
    #expect(database.writes() == before)
    #expect(!database.hasReceipts)
    let status = try await workspace.run(["status", "--json"])
    #expect(try status.objects().first?["state"] == "held")
  }

  @Test func l10CtrlCAtTheGateHoldsAndDecidesNothing() async throws {
    let database = try Database()
    let program = try start(["run", "greeting.yaml"], on: database)
    try program.await(Self.question)
    try program.type(TerminalProgram.interrupt)
    #expect(program.end() == 130, "\(program.shown)")
    let status = try await workspace.run(["status", "--json"])
    let state = try #require(try status.objects().first)
    #expect(state["state"] == "held")
    #expect(state["reason"] == "the run was interrupted")
    let resumed = try start(["resume"], on: database)
    try resumed.await(Self.question)
    try resumed.type("yes\n")
    #expect(resumed.end() == 0, "\(resumed.shown)")
  }

  @Test func goesOnWhenAPersonSaysYes() throws {
    let database = try Database()
    let program = try start(["run", "greeting.yaml"], on: database)
    try program.await(Self.question)
    try program.type("yes\n")
    #expect(program.end() == 0, "\(program.shown)")
    #expect(database.query("SELECT count(*) FROM greeting") == "0")
  }

  @Test func l10CtrlCEndsARunningStatementAndHolds() async throws {
    let database = try Database()
    let slow = Example.greeting.replacingAll(
      "SELECT to_regclass('public.greeting') IS NULL AS gone",
      with: "SELECT true AS gone FROM pg_sleep(600)")
    try workspace.write(slow, to: "slow.yaml")
    let program = try start(["run", "slow.yaml"], on: database)
    try program.await("missing-table")
    database.awaitStatement("%pg_sleep(600)%")
    try program.type(TerminalProgram.interrupt)
    #expect(program.end() == 130, "\(program.shown)")
    #expect(database.statements(like: "%pg_sleep(600)%") == "0")
    let journal = try await workspace.run(["status", "--json"])
    let state = try #require(try journal.objects().first)
    #expect(state["state"] == "held")
    #expect(state["reason"] == "the run was interrupted")
  }

  @Test(arguments: [
    (["TERM": "xterm"], true), (["TERM": "xterm", "NO_COLOR": "1"], false),
    (["TERM": "dumb"], false),
  ])
  func colorsOnlyWhereTheyAreWanted(_ environment: [String: String], _ isColored: Bool) throws {
    let database = try Database("CREATE TABLE greeting (id int)")
    let program = try start(["run", "greeting.yaml"], on: database, environment)
    #expect(program.end() == 0, "\(program.shown)")
    #expect(program.shown.contains(#/\u{1B}\[[0-9;]*m/#) == isColored)
  }

  @Test func hasNoColorWithoutATerminal() async throws {
    let database = try Database("CREATE TABLE greeting (id int)")
    let output = try await workspace.run(
      ["run", "greeting.yaml"],
      environment: database.environment.merging(["TERM": "xterm"]) { $1 })
    #expect(!output.all.holds("\u{1B}"))
  }
}
