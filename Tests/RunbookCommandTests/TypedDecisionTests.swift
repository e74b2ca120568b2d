import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// What people type at gates and at commands, and how long it stands.
@Suite(.timeLimit(.minutes(15)))
struct TypedDecisionTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.write(
      """
      runbook: example
      detection:
        - {id: look, shell: "true", effect: readOnly, confirms: "true"}
      recovery:
        - {id: fix, shell: "true", effect: mutating}
      verification:
        - {id: check, shell: "true", effect: readOnly}
      safeguards:
        - {id: guard, shell: "true", effect: mutating}
      """, to: "example.yaml")
  }

  private func run(_ arguments: String...) async throws -> Workspace.Output {
    try await workspace.run(arguments)
  }

  private func id() async throws -> String {
    try #require(try await run("runs", "--json").objects().first?["run"]?.stringValue)
  }

  private func held() async throws -> String {
    #expect(try await run("run", "example.yaml").status == 75)
    return try await id()
  }

  private func terminal(_ arguments: String...) throws -> TerminalProgram {
    try TerminalProgram(arguments, in: workspace, environment: [:])
  }

  /// It stands for who refused as well, and nothing but a word of theirs takes it back.
  @Test func aRefusalOfOnesOwnStands() async throws {
    let id = try await held()
    let refused = try await run(
      "approve", id, "recovery", "--refuse", "--yes", "--reason", "not before the backup")
    #expect(refused.status == 0, "\(refused.all)")
    #expect(refused.stdout.holds("Not begun, and does not begin: 'fix'."), "\(refused.all)")
    for arguments in [["resume", id], ["resume", id, "--approve", "recovery"]] {
      let output = try await workspace.run(arguments)
      #expect(output.status == 77, "\(output.all)")
      #expect(output.all.holds("not before the backup") && output.all.holds("--withdraw"))
    }
    let status = try await run("status", id)
    #expect(status.stdout.holds("is refused by"), "\(status.all)")
    let approved = try await run("approve", id, "recovery", "--yes")
    #expect(approved.status == 64 && approved.stderr.holds("--withdraw"), "\(approved.all)")
    let back = try await run("approve", id, "recovery", "--withdraw", "--reason", "it is there")
    #expect(back.status == 0, "\(back.all)")
    let resumed = try await run("resume", id, "--approve", "recovery", "--approve", "guard")
    #expect(resumed.status == 0, "\(resumed.all)")
  }

  /// At a terminal it is told what the approval takes back.
  @Test func whoRefusedMayApproveOnceAsked() async throws {
    let id = try await held()
    _ = try await run("approve", id, "recovery", "--refuse", "--yes", "--reason", "too early")
    let program = try terminal("approve", id, "recovery")
    try program.await("You have refused it: too early")
    try program.await("Type 'yes' to approve it")
    try program.type("yes\n")
    #expect(program.end() == 0, "\(program.shown)")
    let resumed = try await run("resume", id, "--approve", "guard")
    #expect(resumed.status == 0, "\(resumed.all)")
  }

  @Test func aRefusedSafeguardIsDeclinedWhoeverRefused() async throws {
    let output = try await run("run", "example.yaml", "--approve", "recovery")
    #expect(output.status == 75, "\(output.all)")
    let id = try await id()
    _ = try await run("approve", id, "guard", "--refuse", "--yes", "--reason", "later")
    let resumed = try await run("resume", id)
    #expect(resumed.status == 0 && resumed.all.holds("declined"), "\(resumed.all)")
  }

  @Test func whatIsMistypedAtAGateIsAskedAgain() async throws {
    let program = try terminal("run", "example.yaml")
    for typed in ["", "yess", "nope"] {
      try program.await("Type 'yes' to approve 'recovery', 'no' to refuse it")
      try program.type("\(typed)\n")
      try program.await("it takes 'yes' or 'no'")
    }
    try program.await("Type 'yes' to approve 'recovery'")
    // The end of input decides nothing.
    try program.type("\u{4}")
    #expect(program.end() == 75, "\(program.shown)")
    #expect(!(try await run("journal", try await id()).stdout.holds("gateDecided")))
  }

  @Test(arguments: [
    (["approve", "recovery"], "yes", "approve it"),
    (["approve", "recovery", "--refuse"], "refuse", "refuse it"),
    (["skip", "--step", "fix", "--reason", "by hand"], "yes", "skip step 'fix'"),
    (["abandon", "--reason", "by hand"], "abandon", "abandon it for good"),
  ])
  func whatIsMistypedAtACommandIsAskedAgain(
    _ arguments: [String], _ word: String, _ what: String
  ) async throws {
    let id = try await held()
    let program = try TerminalProgram(
      [arguments[0], id] + arguments.dropFirst(), in: workspace, environment: [:])
    try program.await("Type '\(word)' to \(what)")
    try program.type("yees\n")
    try program.await("'yees' was typed: it takes '\(word)' or 'no'.")
    try program.await("Type '\(word)' to \(what)")
    try program.type("no\n")
    #expect(program.end() == 64, "\(program.shown)")
    #expect(!program.shown.holds("--yes"), "\(program.shown)")
    #expect(!(try await run("journal", id).stdout.holds("gateDecided")))
  }

  /// The question that stands at the run's own terminal takes up what is decided elsewhere.
  @Test func aDecisionFromElsewhereEndsTheQuestion() async throws {
    let program = try terminal("run", "example.yaml", "--approve", "guard")
    try program.await("Type 'yes' to approve 'recovery'")
    let id = try await id()
    let status = try await run("status", id)
    #expect(status.stdout.holds("waits for a decision on the gate 'recovery'"), "\(status.all)")
    let approved = try await run("approve", id, "recovery", "--yes")
    #expect(approved.stdout.holds("which takes it up"), "\(approved.all)")
    #expect(program.end() == 0, "\(program.shown)")
  }
}
