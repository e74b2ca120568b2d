import Foundation
import RunbookModel
import RunbookStore
import RunbookTestSupport
import Testing

/// Drills at the table, by the built program.
@Suite("Drills")
struct DrillTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.write(
      """
      runbook: fire
      connections:
        main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
      detection:
        - {id: probe, sql: SELECT 1, confirms: "true"}
      verification:
        - {id: check, sql: SELECT 1}
      """, to: "runbooks/fire/runbook.yaml")
    try workspace.write(
      """
      title: Fire
      roles: [{id: lead, text: Leads}]
      injects:
        - {id: smoke, on: start, text: You smell smoke., hints: [Look up], expected: Shout,
           choices: [{id: out, text: Get out}, {id: stay, text: Stay}]}
        - {id: bell, at: 1h, text: The bell rings.}
      expectations:
        - {id: left, title: Gets out, points: 2, choice: {inject: smoke, is: out}}
        - {id: calm, title: Stays calm, facilitator: Was there shouting?}
      """, to: "runbooks/fire/drill.yaml")
  }

  private func drill(
    _ arguments: [String], _ lines: [String], environment: [String: String] = [:]
  ) async throws -> Workspace.Output {
    let input = try workspace.write(
      lines.map { $0 + "\n" }.joined(), to: "input-\(UUID().uuidString)")
    return try await RunningProgram(
      ["drill"] + arguments, in: workspace, environment: workspace.environment(environment),
      input: input
    ).output()
  }

  @Test func isHeldToItsEndAndReported() async throws {
    let output = try await drill(
      ["fire", "--participant", "Ada:lead"],
      ["answer @Ada out", "next", "end", "judge calm met Nobody shouted", "close"])
    #expect(output.status == 0, "\(output.all)")
    #expect(output.stdout.holds("3 of 3 points"))
    let report = try workspace.report()
    #expect(report.holds("Ada at 00:00: Get out"))
    #expect(report.components(separatedBy: "DRILL: an exercise").count > 4)
    let runs = try await workspace.run(["runs", "--json"]).objects()
    #expect(runs.first?["drill"] == true)
    let history = try await workspace.run(["drill", "history", "fire", "--json"]).objects()
    #expect(history.first?["points"] == 3)
    #expect(try await workspace.run(["drill", "due"]).status == 0)
    #expect(try await workspace.run(["drill", "due", "--max-age", "1ms"]).status == 1)
  }

  /// What is typed is repeated where nobody sees it: without the secrets in it.
  @Test func repeatsNoSecret() async throws {
    let output = try await drill(
      ["fire", "--participant", "Ada:lead"],
      ["note it is hunter2-4711", "hunter2-4711", "end", "judge calm met Fine", "close"],
      environment: ["PGPASSWORD": "hunter2-4711"])
    #expect(output.all.holds("> note it is [redacted]"), "\(output.all)")
    #expect(!output.all.holds("hunter2-4711"), "\(output.all)")
  }

  @Test func aParticipantsNameMayHaveBlanks() async throws {
    let output = try await drill(
      ["fire", "--participant", "Ada", "--participant", "Ada Byron"],
      ["answer @ada byron out", "answer @Ada stay", "decide @Ada Byronic words", "end", "close"])
    #expect(output.status == 0, "\(output.all)")
    let report = try workspace.report()
    #expect(report.holds("Ada Byron at 00:00: Get out"))
    #expect(report.holds("Ada at 00:00: Stay"))
    #expect(report.holds("Byronic words") && !report.holds("Ada Byronic"))
  }

  @Test func goesOnAfterItWasLeft() async throws {
    let left = try await drill(["fire"], ["answer out"])
    #expect(left.status == 75, "\(left.all)")
    #expect(try await workspace.run(["drill", "due"]).status == 1)
    let output = try await drill(["resume"], ["end", "close"])
    #expect(output.status == 0, "\(output.all)")
    #expect(output.stdout.holds("2 of 3 points"))
  }

  /// Each has all that is theirs in the journal, whoever else writes between a look and a word.
  @Test func manyWriteAtOnce() async throws {
    let names = ["Ada", "Bo", "Cy"]
    _ = try await drill(["fire"] + names.flatMap { ["--participant", $0] }, [])
    let outputs = try await withThrowingTaskGroup(of: Workspace.Output.self) { group in
      for name in names {
        group.addTask {
          try await drill(["join", "--as", name], ["answer out", "note \(name) has shouted"])
        }
      }
      group.addTask { try await drill(["resume"], ["extend smoke 1m", "jump +1m", "note onward"]) }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    for output in outputs { #expect([0, 75].contains(output.status), "\(output.all)") }
    let end = try await drill(["resume"], ["end", "close"])
    #expect(end.status == 0, "\(end.all)")
    let report = try workspace.report()
    for name in names {
      #expect(report.holds("\(name) has shouted"))
      #expect(report.components(separatedBy: "\(name) at 00:0").count == 2, "\(report)")
    }
  }

  @Test func joiningWhatIsOverChangesNothing() async throws {
    _ = try await drill(["fire", "--participant", "Ada"], ["answer @Ada out", "end"])
    let history = { try await workspace.run(["drill", "history", "--json"]).stdout }
    let before = try await history()
    #expect(before.holds(#""points":2"#), "\(before)")
    let output = try await drill(["join", "--as", "Ada"], ["answer stay"])
    #expect(output.status == 0, "\(output.all)")
    #expect(output.stdout.holds("the drill is over"), "\(output.all)")
    #expect(try await history() == before)
  }

  @Test func isNeverCarriedOutForReal() async throws {
    _ = try await drill(["fire"], ["answer out"])
    for command in [["resume"], ["retry"], ["skip", "--reason", "x"]] {
      let output = try await workspace.run(
        command, environment: ["DATABASE_URL": "postgresql://127.0.0.1:1/x"])
      #expect(output.status == 64, "\(command): \(output.all)")
    }
  }

  /// A drill that cannot be read is not taken for the real thing.
  @Test func aDamagedDrillOpensNoRun() async throws {
    _ = try await drill(["fire"], ["answer out"])
    let run = try #require(
      try await workspace.run(["runs", "--json"]).objects().first?["run"]?.stringValue)
    // An entry that no drill writes here, in a chain that is whole.
    let journal = try RunStore(folder: workspace.stateFolder).open(RunID(rawValue: run))
    _ = try await journal.append(
      [.drill(.continued), .drill(.continued)], by: Actor(account: "nobody"), at: .epoch)
    for command in [
      ["resume", "--accept-changes"], ["retry"], ["drill", "resume"], ["drill", "join"],
    ] {
      let output = try await workspace.run(command)
      #expect(output.status == 74, "\(command): \(output.all)")
      #expect(output.stderr.holds("cannot follow"), "\(output.stderr)")
    }
  }

  @Test func sendsNothingToADatabase() async throws {
    let listener = try Listener()
    let url = "postgresql://127.0.0.1:\(listener.port)/app"
    let output = try await drill(
      ["fire"], ["answer out", "end", "close"], environment: ["DATABASE_URL": url])
    #expect(output.status == 0, "\(output.all)")
    #expect(!listener.wasReached)
  }

  @Test func showsParticipantsNothingOfTheFacilitators() async throws {
    _ = try await drill(["fire"], ["answer out"])
    let watch = try await workspace.run(["drill", "watch", "--once"])
    #expect(watch.stdout.holds("You smell smoke."), "\(watch.all)")
    let handout = try await workspace.run(["drill", "handout", "fire"])
    let book = try await workspace.run(["drill", "handout", "fire", "--facilitator"])
    for hidden in ["Look up", "Shout", "bell", "Gets out"] {
      #expect(!watch.stdout.holds(hidden))
      #expect(!handout.stdout.holds(hidden))
      #expect(book.stdout.holds(hidden))
    }
  }

  @Test func mistakeInTheDrillKeepsNoRealRunFromItsStart() async throws {
    try workspace.write("title: [", to: "runbooks/fire/drill.yaml")
    #expect(try await workspace.run(["validate", "fire"]).status == 65)
    let plan = try await workspace.run(["run", "fire", "--dry-run"])
    #expect(plan.status == 0, "\(plan.all)")
  }
}
