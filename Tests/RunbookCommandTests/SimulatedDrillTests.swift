import Foundation
import RunbookModel
import Testing

/// Drills in which the runbook is carried out by what the drill's file says of its steps.
@Suite("Simulated drills", .timeLimit(.minutes(15)))
struct SimulatedDrillTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.write(Self.runbook, to: "runbooks/gone/runbook.yaml")
    try workspace.write(Self.drill(), to: "runbooks/gone/drill.yaml")
  }

  private static let runbook = """
    runbook: gone
    title: A table is gone
    connections:
      main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
    detection:
      - id: look
        sql: SELECT name FROM thing
        confirms: row_count == 0
      - {id: ask, http: {get: "${{ env.SITE_URL }}"}, expect: status == 500}
    recovery:
      - id: make
        sql: CREATE TABLE thing (name text)
        retry: {every: 1ms, attempts: 2, on: {sqlstates: ["55P03"]}}
      - {id: tidy, sql: DROP TABLE left_over}
      - id: script
        shell: psql -c 'SELECT 1' || touch ran
    verification:
      - {id: there, sql: SELECT FROM thing, expect: row_count == 1}
    """

  private static func drill(there: String = "there: {rows: [{}]}") -> String {
    """
    title: A table is gone
    injects: [{id: call, on: start, text: The shop is down.}]
    expectations:
      - {id: found, title: Finds it, deadline: 1000h, expect: findings.look}
    simulate:
      steps:
        look: {rows: [], delay: 2s}
        ask: {status: 500}
        make: [{fail: canceling statement due to lock timeout, code: 55P03}, {}]
        tidy: {}
        script: {output: simulated line}
        \(there)
    """
  }

  private var start: [String] { ["drill", "gone", "--mode", "simulate", "--speed", "1000"] }

  @Test func endsAsItsOutcomesSayAndReachesNothing() async throws {
    let listener = try Listener()
    let port = "\(listener.port)"
    let output = try await workspace.run(
      start + ["--approve-all"],
      environment: [
        "DATABASE_URL": "postgresql://app@127.0.0.1:\(port)/app", "PGHOST": "127.0.0.1",
        "PGPORT": port, "SITE_URL": "http://127.0.0.1:\(port)/",
      ])
    #expect(output.status == 0, "\(output.all)")
    #expect(output.stdout.holds("The shop is down."))
    #expect(output.stdout.holds("simulated line"))
    #expect(output.stdout.holds("canceling statement due to lock timeout"))
    #expect(output.stdout.holds("DRILL: recovered, as simulated"), "\(output.stdout)")
    #expect(!listener.wasReached)
    #expect(!FileManager.default.fileExists(atPath: workspace.path("runbooks/gone/ran")))
    let reports = try workspace.contents(of: "reports").map {
      String(decoding: $0.data, as: UTF8.self)
    }
    #expect(reports.count == 2)
    for item in try workspace.contents(of: "reports") {
      let attributes = try FileManager.default.attributesOfItem(atPath: item.path)
      #expect(attributes[.posixPermissions] as? Int == 0o600, "\(item.path)")
    }
    let run = try await workspace.run(["runs", "--json"]).objects().first
    #expect(run?["state"] == "resolved", "its last entries are the drill's")
    #expect(reports.allSatisfy { $0.holds("DRILL") })
    #expect(reports.contains { $0.holds("**Recovered, as simulated**") })
    #expect(reports.contains { $0.holds("a simulation: nothing was really done") })
    let last = try await workspace.run(["drill", "history", "--json"]).objects().last
    #expect(last?["mode"] == "simulate")
    #expect(last?["points"] == 1)
  }

  @Test func asksAtTheGatesThatARealRunHasAndGoesOn() async throws {
    var output = try await workspace.run(start + ["--json"])
    #expect(output.status == 75, "\(output.all)")
    // Nothing but entries is there.
    let lines = output.stdout.pieces(separatedBy: "\n")
    #expect(try output.objects().count == lines.count && lines.allSatisfy { $0.begins(with: "{") })
    let run = try #require(try await workspace.run(["runs", "--json"]).objects().first)
    let note = try await workspace.run(["note", try #require(run["run"]?.stringValue), "we wait"])
    #expect(note.status == 0, "\(note.all)")
    #expect(try await workspace.run(["runs", "--json"]).objects().first?["state"] == "held")
    output = try await workspace.run(["drill", "resume", "--approve", "recovery"])
    // What is destructive has a gate of its own, as in a real run.
    #expect(output.status == 75, "\(output.all)")
    #expect(output.stdout.holds("Gate 'tidy'"), "\(output.stdout)")
    output = try await workspace.run(["drill", "resume", "--approve", "tidy"])
    #expect(output.status == 0, "\(output.all)")
    #expect(output.stdout.holds("DRILL: recovered"), "\(output.stdout)")
  }

  @Test func thePersonAtTheGateSpeaksToTheDrillToo() async throws {
    try workspace.write(
      Self.drill().replacingAll(
        "injects: [{id: call, on: start, text: The shop is down.}]",
        with: """
          injects:
            - id: call
              on: start
              text: The shop is down.
              choices: [{id: look, text: Look first}, {id: wait, text: Wait a while}]
              hints: [Is there a runbook?]
          """), to: "runbooks/gone/drill.yaml")
    let program = try TerminalProgram(
      start + ["--participant", "Ada", "--as", "ada"], in: workspace, environment: [:])
    try program.await("2. wait: Wait a while")
    try program.await("Press Enter to take it up")
    // A number is no Enter, and at a gate it is no refusal.
    try program.type("1\n")
    try program.await("Ada: Look first")
    try program.await("Press Enter to take it up")
    try program.type("\n")
    try program.await("' to approve 'recovery'")
    try program.type("2\n")
    try program.await("Ada: Wait a while")
    try program.await("' to approve 'recovery'")
    for (line, answer) in [
      ("/look", "Ada: Look first"), ("/hint", "Hint: Is there a runbook?"),
      ("/decide We make it anew", "Ada decided: We make it anew"),
      ("/decide @Bob no", "nobody called 'Bob' takes part"),
      ("/note it is dark", "Noted."), ("/unheard-of", "Anything without a slash"),
    ] {
      try program.type(line + "\n")
      try program.await(answer)
      try program.await("' to approve 'recovery'")
    }
    let code = try #require(program.shown.firstMatch(of: /DRILL Type '(approve [0-9a-f]{4})'/)).1
    try program.type("\(code)\n")
    try program.await("' to approve 'tidy'")
    try program.type("3\n")
    try program.await("' to approve 'tidy'")
    try program.type("no\n")
    try program.await("Gate 'tidy' refused")
    #expect(program.end() == 77, "\(program.shown)")
  }

  @Test func doesNotBeginWithoutEveryOutcome() async throws {
    try workspace.write(Self.drill(there: ""), to: "runbooks/gone/drill.yaml")
    let validation = try await workspace.run(["validate", "gone"])
    #expect(validation.status == 0, "\(validation.all)")
    #expect(validation.all.holds("nothing is simulated for the step 'there'"))
    let output = try await workspace.run(start)
    #expect(output.status == 65, "\(output.all)")
    #expect(output.stderr.holds("error[RB808]"), "\(output.stderr)")
    #expect(!output.stderr.holds("warning[RB808]"), "\(output.stderr)")
    #expect(output.stderr.holds("drill.yaml:5:1"), "\(output.stderr)")
    #expect(try await workspace.run(["runs"]).stdout.holds("gone") == false)
  }

  @Test func saysThatADrillHasNoSimulation() async throws {
    try workspace.write(
      "title: t\ninjects: [{id: a, on: start, text: x}]", to: "runbooks/gone/drill.yaml")
    let output = try await workspace.run(start)
    #expect(output.status == 64, "\(output.all)")
    #expect(output.stderr.holds("has no 'simulate'"))
  }

  @Test(arguments: [
    ["--speed", "2"], ["--mode", "simulate", "--surprise"], ["--mode", "simulate", "--set", "a=b"],
    ["--mode", "simulate", "--speed", "0"], ["--participant", ":lead"],
    ["--participant", "Ada:nobody"],
    ["--participant", "Ada", "--participant", "ada"],
  ])
  func refusesFlagsThatDoNotBelongTogether(_ flags: [String]) async throws {
    #expect(try await workspace.run(["drill", "gone"] + flags).status == 64)
  }
}
