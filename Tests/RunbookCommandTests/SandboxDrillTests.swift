import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// Drills in which the runbook is really carried out, on a database that is really broken.
@Suite("Sandbox drills", .enabled(if: TestServer.isAvailable), .timeLimit(.minutes(15)))
struct SandboxDrillTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.write(Self.runbook(), to: "runbooks/gone/runbook.yaml")
    try workspace.write(Self.drill, to: "runbooks/gone/drill.yaml")
  }

  private static let drill = """
    title: A table is gone
    roles: [{id: lead, text: Leads}]
    injects:
      - {id: call, on: start, text: The shop is down.,
         choices: [{id: look, text: Look}, {id: guess, text: Guess}]}
      - {id: boss, on: {finding: look}, text: How long will it take?}
      - {id: talked, on: start, modes: talk, text: Only said.}
    expectations:
      - {id: found, title: Finds it, deadline: 5m, expect: findings.look}
      - {id: looked, title: Looks, points: 2, choice: {inject: call, is: look}}
      - {id: calm, title: Stays calm, facilitator: Was there shouting?}
      - {id: whole, title: All is there, points: 3, modes: sandbox,
         expect: comparison.done && comparison.missing == 0 && comparison.rows_lost == 0}
    surprise: {within: 1ms, input: how, values: [dropped, emptied]}
    """

  /// - Parameters:
  ///   - fill: how the rows are brought back.
  ///   - look: a step of detection besides.
  private static func runbook(
    fill: String = "INSERT INTO thing VALUES (1, 'one'), (2, 'two') ON CONFLICT DO NOTHING",
    look: String = ""
  ) -> String {
    """
    runbook: gone
    title: A table is gone
    inputs:
      how: {type: enum, values: [dropped, emptied], default: dropped}
      pipe: {type: string, default: ""}
    connections:
      main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
    detection:
      - id: look
        sql: SELECT count(*) AS n FROM pg_class WHERE relname = 'thing' AND pg_relation_size(oid) > 0
        confirms: rows[0].n == 0
    \(look)
    recovery:
      - {id: make, sql: "CREATE TABLE IF NOT EXISTS thing (id int PRIMARY KEY, name text)"}
      - {id: fill, sql: "\(fill)"}
    verification:
      - {id: there, sql: SELECT FROM thing}
    sandbox:
      fixture:
        - {id: table, sql: "CREATE TABLE thing (id int PRIMARY KEY, name text)"}
        - {id: rows, sql: "INSERT INTO thing VALUES (1, 'one'), (2, 'two')"}
      fault:
        - {id: drop, sql: DROP TABLE thing, when: inputs.how == 'dropped'}
        - {id: empty, sql: TRUNCATE thing, when: inputs.how == 'emptied'}
    """
  }

  private var start: [String] { ["drill", "gone", "--mode", "sandbox"] }

  private func entries() async throws -> [ValueMap] {
    try await workspace.run(["journal"]).objects().compactMap { $0["event"]?.mapValue ?? $0 }
  }

  private func afterAction() throws -> String {
    let all = try workspace.contents(of: "reports").filter { $0.path.holds("/DRILL-") }
    try #require(all.count == 1)
    return String(decoding: all[0].data, as: UTF8.self)
  }

  @Test func breaksRecoversAndComparesByItself() async throws {
    let output = try await workspace.run(start + ["--approve-all", "--participant", "Ada:lead"])
    #expect(output.status == 0, "\(output.all)")
    #expect(output.stdout.holds("DRILL: recovered"), "\(output.stdout)")
    #expect(output.stdout.holds("How long will it take?"))
    for hidden in ["Only said", "DROP TABLE thing", "broken by"] {
      #expect(!output.stdout.holds(hidden), "\(hidden)")
    }
    let report = try afterAction()
    #expect(report.holds("2 of 2 rows"), "\(report)")
    #expect(report.holds("DRILL: an exercise"))
    let last = try await workspace.run(["drill", "history", "--json"]).objects().last
    #expect(last?["mode"] == "sandbox")
    #expect(last?["points"] == 4)
    #expect(last?["recover_ms"]?.intValue != nil)
    #expect(try await workspace.run(["drill", "due"]).status == 0)
    let left = try FileManager.default.contentsOfDirectory(atPath: workspace.folder)
    #expect(!left.contains { $0.begins(with: "runbook-sandbox") })
  }

  @Test func believesTheDatabaseAndNotTheRunbook() async throws {
    try workspace.write(
      Self.runbook(fill: "INSERT INTO thing VALUES (1, 'one') ON CONFLICT DO NOTHING"),
      to: "runbooks/gone/runbook.yaml")
    let output = try await workspace.run(start + ["--approve-all"])
    #expect(output.status == 1, "\(output.all)")
    #expect(output.stdout.holds("Resolved"))
    #expect(output.stdout.holds("DRILL: not recovered"), "\(output.stdout)")
    #expect(output.stdout.holds("1 of 2 rows"))
    let last = try await workspace.run(["drill", "history", "--json"]).objects().last
    #expect(last?["recover_ms"] == .null)
  }

  @Test func checkOfAllFindsTheOneThatDoesNotRecover() async throws {
    let good = try await workspace.run(["drill", "--check-all"])
    #expect(good.status == 0, "\(good.all)")
    #expect(good.stdout.holds("gone: recovers its own fault"))
    // The other fault that the drill's surprise may bring.
    #expect(good.stdout.holds("gone, how=emptied: recovers its own fault"))
    #expect(good.stdout.holds("2 of 2 drills recovered"))
    // A check is no practice.
    #expect(try await workspace.run(["drill", "due"]).status == 1)

    try workspace.write(
      Self.runbook(fill: "SELECT 1").replacingAll("runbook: gone", with: "runbook: lost"),
      to: "runbooks/lost/runbook.yaml")
    let bad = try await workspace.run(["drill", "--check-all"])
    #expect(bad.status == 1, "\(bad.all)")
    #expect(bad.stdout.holds("gone: recovers its own fault"))
    #expect(bad.stdout.holds("lost: does NOT recover its own fault"), "\(bad.stdout)")
  }

  @Test func aCheckOfNothingDoesNotPass() async throws {
    try FileManager.default.removeItem(atPath: workspace.path("runbooks"))
    for command in [["drill", "--check-all"], ["drill", "due"]] {
      let output = try await workspace.run(command)
      #expect(output.status == 64, "\(output.all)")
      #expect(output.stderr.holds(workspace.path("runbooks")), "\(output.stderr)")
    }
  }

  /// As a URL, and as the words of a connection.
  @Test(arguments: ["postgresql://app@127.0.0.1:PORT/app", "host=127.0.0.1 port=PORT dbname=app"])
  func reachesNothingButItsOwnSandbox(_ url: String) async throws {
    let listener = try Listener()
    let port = "\(listener.port)"
    try workspace.write(
      Self.runbook(
        look: """
            - id: elsewhere
              shell: 'test -z "${DATABASE_URL:-}${PGHOSTADDR:-}${PGSERVICE:-}" && psql -c "SELECT 1"'
              effect: readOnly
              connection: main
            - id: alone
              shell: 'test -z "${DB_PASSWORD:-}" && psql "${DATABASE_URL:-}" -U postgres -c "SELECT 1"'
              effect: readOnly
          """), to: "runbooks/gone/runbook.yaml")
    let output = try await workspace.run(
      start + ["--approve-all"],
      environment: [
        "DATABASE_URL": url.replacingAll("PORT", with: port), "PGHOST": "127.0.0.1",
        "PGHOSTADDR": "127.0.0.1", "PGPORT": port, "PGSERVICE": "production",
        "DB_PASSWORD": "of production",
      ])
    #expect(output.status == 0, "\(output.all)")
    #expect(!listener.wasReached)
  }

  @Test func goesOnAfterItWasKilled() async throws {
    let pipe = try workspace.makePipe("pipe")
    try workspace.write(
      Self.runbook(
        look: """
            - id: wait
              shell:
                script: if mkdir "$PIPE.seen"; then echo $$ >"$PIPE"; exec sleep 600; fi
                env: {PIPE: "${{ inputs.pipe }}"}
              effect: readOnly
          """), to: "runbooks/gone/runbook.yaml")
    let program = try workspace.start(start + ["--approve-all", "--set", "pipe=\(pipe)"])
    let script = await workspace.line(ofPipe: "pipe")
    program.signal(SIGKILL)
    #expect(try await program.output().status == -SIGKILL)
    if let orphan = Int32(script) { kill(-orphan, SIGKILL) }

    let output = try await workspace.run(["drill", "resume", "--approve-all"])
    #expect(output.status == 0, "\(output.all)")
    #expect(output.stdout.holds("DRILL: recovered"), "\(output.stdout)")
    let report = try afterAction()
    #expect(report.holds("The story clock was set to"), "\(report)")
  }

  @Test func isKilledWhileNothingIsWrongYet() async throws {
    try workspace.write(
      Self.drill.replacingAll("within: 1ms", with: "within: 1000h"), to: "runbooks/gone/drill.yaml")
    let killed = try TerminalProgram(
      start + ["--surprise", "--approve-all"], in: workspace, environment: [:])
    try killed.await("You will be called.")
    killed.signal(SIGKILL)
    #expect(killed.end() == -SIGKILL)

    let program = try TerminalProgram(
      ["drill", "resume", "--approve-all"], in: workspace, environment: [:])
    try program.await("You will be called.")
    let lead = try await RunningProgram(
      ["drill", "lead"], in: workspace, environment: workspace.environment([:]),
      input: try workspace.write("jump +1000h\nquit\n", to: "lines")
    ).output()
    #expect(lead.status == 0, "\(lead.all)")
    try program.await("Press Enter to take it up")
    try program.type("\n")
    try program.await("The drill is over")
    try program.type("close\n")
    #expect(program.end() == 0, "\(program.shown)")
    #expect(try afterAction().holds("**Recovered**"))
  }

  @Test(arguments: [1, 2, 3, 4])
  func surpriseIsPickedByTheSeed(seed: Int) async throws {
    let flags = ["--surprise", "--approve-all", "--seed", "\(seed)", "--json"]
    let first = try await workspace.run(start + flags)
    let second = try await workspace.run(start + flags)
    #expect(first.status == 0, "\(first.all)")
    let pick = { (output: Workspace.Output) throws -> Value? in
      let inputs = try output.objects().first?["event"]?.mapValue?["inputs"]?.listValue
      return inputs?.compactMap(\.mapValue).first { $0["name"] == "how" }?["value"]
    }
    #expect(try pick(first) == pick(second))
    #expect(["dropped", "emptied"].contains(try #require(try pick(first)?.stringValue)))
  }

  @Test func peopleTakePartFromTheirOwnTerminals() async throws {
    let program = try TerminalProgram(
      start + ["--participant", "Ada:lead"], in: workspace, environment: [:])
    try program.await("The shop is down.")
    try program.await("Press Enter to take it up")
    let stranger = try await workspace.run(["drill", "join", "--as", "Eve"])
    #expect(stranger.status == 64, "\(stranger.all)")
    let input = try workspace.write("hint\nlook\ndecide We look first\nquit\n", to: "ada")
    let ada = try await RunningProgram(
      ["drill", "join", "--as", "ada"], in: workspace, environment: workspace.environment([:]),
      input: input
    ).output()
    #expect(ada.status == 0, "\(ada.all)")
    #expect(ada.stdout.holds("The shop is down."))
    #expect(ada.stdout.holds("only the facilitator does that"))
    try program.await("We look first")
    try program.type("\n")
    try program.await("DRILL Type 'yes' to approve 'recovery'")
    try program.type("yes\n")
    try program.await("The drill is over")
    try program.type("judge calm met Nobody shouted\n")
    try program.await("Judged 'calm'")
    try program.type("close\n")
    #expect(program.end() == 0, "\(program.shown)")
    #expect(program.shown.holds("7 of 7 points"), "\(program.shown)")
    let report = try afterAction()
    #expect(report.holds("Ada"))
  }

  @Test func isLedAndJudgedFromAnotherTerminal() async throws {
    let held = try await workspace.run(start)
    #expect(held.status == 75, "\(held.all)")
    let lines = "answer look\nnote Somebody phoned\nend\nquit\n"
    let lead = try await RunningProgram(
      ["drill", "lead"], in: workspace, environment: workspace.environment([:]),
      input: try workspace.write(lines, to: "lines")
    ).output()
    #expect(lead.status == 0, "\(lead.all)")
    #expect(lead.stdout.holds("the run goes on"))
    let output = try await workspace.run(["resume", "--approve", "recovery"])
    #expect(output.status == 0, "\(output.all)")
    #expect(output.stdout.holds("6 of 7 points"), "\(output.stdout)")
  }
}
