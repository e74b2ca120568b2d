import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// Runs against the program's own throwaway PostgreSQL.
@Suite(.enabled(if: TestServer.isAvailable), .timeLimit(.minutes(15)))
struct SandboxTests {
  @Test func runsTheRunbookThatNewWrites() async throws {
    let workspace = try Workspace()
    #expect(try await workspace.run(["new", "first"]).status == 0)
    let valid = try await workspace.run(["validate", "first"])
    #expect(valid.status == 0, "\(valid.all)")
    let output = try await workspace.run(["run", "first", "--sandbox", "--approve-all"])
    #expect(output.status == 0, "\(output.all)")
    #expect(output.stdout.holds("SANDBOX"))
    #expect(output.stdout.holds("Resolved"))

    let runs = try await workspace.run(["runs", "--json"]).objects()
    #expect(runs.map { $0["state"] } == ["resolved"])
    let run = try #require(runs.first?["run"]?.stringValue)
    let status = try await workspace.run(["status", run])
    #expect(status.stdout.holds("recreate-table"))
    // The data of the sandbox went with its run.
    #expect(!FileManager.default.fileExists(atPath: workspace.path("runbook-sandbox-\(run)")))

    let written = try workspace.report()
    #expect(try await workspace.run(["report"]).stdout == written)
    let journal = try await workspace.run(["journal", run])
    #expect(journal.status == 0)
    try workspace.write(journal.stdout, to: "journal.txt")
    let again = try await workspace.run(
      ["report", "--journal", "journal.txt", "--output", "again.md"])
    #expect(again.status == 0, "\(again.all)")
    #expect(
      try String(contentsOfFile: workspace.path("again.md"), encoding: .utf8) == written)
    try workspace.write(journal.stdout.replacingAll("recreate", with: "Recreate"), to: "forged.txt")
    let forged = try await workspace.run(["report", "--journal", "forged.txt"])
    #expect(forged.status == 74)
  }

  @Test func keepsAHeldRunsSandboxUntilItIsAbandoned() async throws {
    let workspace = try Workspace()
    #expect(try await workspace.run(["new", "first"]).status == 0)
    let held = try await workspace.run(["run", "first", "--sandbox"])
    #expect(held.status == 75, "\(held.all)")
    let run = try #require(
      try await workspace.run(["runs", "--json"]).objects().first?["run"]?.stringValue)
    let sandbox = workspace.path("runbook-sandbox-\(run)")
    #expect(FileManager.default.fileExists(atPath: sandbox))

    let abandoned = try await workspace.run(["abandon", run, "--reason", "only a try", "--yes"])
    #expect(abandoned.status == 0, "\(abandoned.all)")
    #expect(!FileManager.default.fileExists(atPath: sandbox))
    let status = try await workspace.run(["status", run, "--json"]).objects()
    #expect(status.map { $0["state"] } == ["abandoned"])
    #expect(status.map { $0["reason"] } == ["only a try"])
    #expect(try await workspace.run(["abandon", run, "--reason", "again"]).status == 64)
  }

  @Test func leavesNoServerWhenItIsKilled() async throws {
    let workspace = try Workspace()
    let pipe = try workspace.makePipe("pipe")
    var text = Example.shell("echo $$ >\"$PIPE\"\nsleep 600")
    text += "\nsandbox: {}\nconnections:\n  main: {kind: postgres, url: \"x\"}\n"
    try workspace.write(text, to: "shell.yaml")
    let program = try workspace.start(
      ["run", "shell.yaml", "--sandbox", "--approve-all", "--set", "pipe=\(pipe)"])
    let script = await workspace.line(ofPipe: "pipe")
    let sandbox = try #require(
      FileManager.default.contentsOfDirectory(atPath: workspace.folder)
        .first { $0.begins(with: "runbook-sandbox-") })
    let lock = workspace.path("\(sandbox)/lock")
    let pids = try String(
      contentsOfFile: workspace.path("\(sandbox)/data/postmaster.pid"), encoding: .utf8)
    let server = String(try #require(pids.pieces(separatedBy: "\n").first))
    #expect(isRunning(server))
    program.signal(SIGKILL)
    #expect(try await program.output().status == -SIGKILL)
    try await awaitFree(lock)
    #expect(!isRunning(server))
    if let orphan = Int32(script) { kill(-orphan, SIGKILL) }

    let status = try await workspace.run(["status"])
    #expect(status.status == 0, "\(status.all)")
    #expect(status.stdout.holds("cut off: its process died"))
    #expect(try await workspace.run(["report"]).status == 0)
  }

  /// Returns when no process of the sandbox holds its lock any more.
  private func awaitFree(_ lock: String) async throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
    process.arguments = ["-w", "60", lock, "true"]
    let exit = AsyncStream<Int32>.makeStream()
    process.terminationHandler = { ended in
      exit.continuation.yield(ended.terminationStatus)
      exit.continuation.finish()
    }
    try process.run()
    for await status in exit.stream { #expect(status == 0, "the lock was not released") }
  }
}
