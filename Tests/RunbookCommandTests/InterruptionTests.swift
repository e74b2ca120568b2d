import Foundation
import RunbookModel
import Testing

/// L10: Ctrl-C stops and holds.
@Suite(.timeLimit(.minutes(15)))
struct InterruptionTests {
  @Test func holdsWhenInterruptedInAShellStep() async throws {
    let workspace = try Workspace()
    let pipe = try workspace.makePipe("pipe")
    try workspace.write(
      Example.shell("sleep 600 &\necho $$ $! >\"$PIPE\"\nwait"), to: "shell.yaml")
    let program = try workspace.start(["run", "shell.yaml", "--set", "pipe=\(pipe)"])
    let children = await workspace.line(ofPipe: "pipe").pieces(separatedBy: " ").map(String.init)
    try #require(children.count == 2)
    program.signal(SIGINT)
    let output = try await program.output()
    #expect(output.status == 130, "\(output.all)")
    #expect(output.stdout.holds("Held"))
    for child in children { #expect(!isRunning(child), "\(child) is left") }
    let status = try await workspace.run(["status", "--json"])
    #expect(try status.objects().first?["state"] == "held")
  }

  /// What others noted while the step ran belongs to what the run leaves.
  @Test func holdsWhenOthersWroteMeanwhile() async throws {
    let workspace = try Workspace()
    let pipe = try workspace.makePipe("pipe")
    try workspace.write(Example.shell("echo here >\"$PIPE\"\nsleep 600"), to: "shell.yaml")
    let program = try workspace.start(["run", "shell.yaml", "--set", "pipe=\(pipe)"])
    #expect(await workspace.line(ofPipe: "pipe") == "here")
    let run = try #require(try await workspace.run(["status", "--json"]).objects().first?["run"])
    let id = try #require(run.stringValue)
    #expect(try await workspace.run(["note", id, "users are told"]).status == 0)
    program.signal(SIGINT)
    let output = try await program.output()
    #expect(output.status == 130, "\(output.all)")
    #expect(try await workspace.run(["verify-journal"]).status == 0)
    #expect(try await workspace.run(["report"]).stdout.holds("users are told"))
  }
}

/// Whether a process runs, by `/proc`: one that has ended and is not yet reaped does not.
func isRunning(_ pid: String) -> Bool {
  // No such file: no such process.
  guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else {
    return false
  }
  let state = text.pieces(separatedBy: ")").last?.pieces(separatedBy: " ").first
  return state != "Z" && state != "X"
}
