import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// Who reads what a run prints may stop reading: the run goes on.
@Suite(.timeLimit(.minutes(15)))
struct OutputEndTests {
  private static let runbook = """
    runbook: example
    detection:
      - id: wait
        shell: "until [ -e gone ]; do sleep 0.01; done"
        effect: readOnly
        confirms: exit_code == 0
    recovery:
      - {id: one, shell: echo one >> ledger}
      - {id: two, shell: echo two >> ledger}
    verification:
      - {id: check, shell: "true", effect: readOnly}
    """

  /// What a script of bash prints, in which `$0` is the program.
  private func bash(_ script: String, _ workspace: Workspace) async -> String {
    let variables = workspace.environment([:]).map { "\($0.key)=\($0.value)" }
    return await workspace.text(
      ["/usr/bin/env", "-i", "--chdir=\(workspace.folder)"] + variables
        + ["/bin/bash", "-c", script, RunningProgram.path])
  }

  private func workspace() throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write(Self.runbook, to: "example.yaml")
    return workspace
  }

  /// The reader is gone before the run prints any more.
  @Test(arguments: [
    "\"$0\" run example.yaml --approve recovery 2>errors | { head -n 1 >first; exec <&-; : >gone; }",
    "\"$0\" run example.yaml --approve recovery --json 2>errors | { head -n 1 >first; exec <&-; : >gone; }",
    "\"$0\" run example.yaml --approve recovery 2>&1 | { head -n 1 >first; exec <&-; : >gone; }",
    "\(unread); : >gone; \"$0\" run example.yaml --approve recovery >&5 2>&5",
    ": >gone; \"$0\" run example.yaml --approve recovery >&- 2>&-",
    ": >gone; \"$0\" run example.yaml --approve recovery <&- >&- 2>&-",
  ])
  func aRunGoesOnInSilence(_ script: String) async throws {
    let workspace = try workspace()
    #expect(await bash(script + "; echo ${PIPESTATUS[0]}", workspace) == "0\n")
    let ledger = try String(contentsOfFile: workspace.path("ledger"), encoding: .utf8)
    #expect(ledger == "one\ntwo\n")
    let status = try await workspace.run(["status", "--json"]).objects().first
    #expect(status?["state"] == "resolved")
    #expect(try await workspace.run(["verify-journal"]).status == 0)
    // Nothing says that it could not be printed.
    let errors = try? String(contentsOfFile: workspace.path("errors"), encoding: .utf8)
    #expect(errors ?? "" == "")
  }

  /// What it starts is none the wiser: a program that writes to nobody ends.
  @Test func whatItStartsEndsWithItsReader() async throws {
    let workspace = try Workspace()
    try workspace.write(
      """
      runbook: example
      inputs:
        x: {type: string, from: {command: [sh, -c, "kill -PIPE $$; echo here"]}}
      detection:
        - {id: look, shell: "kill -PIPE $$; echo here", effect: readOnly}
      """, to: "example.yaml")
    let refused = try await workspace.run(["run", "example.yaml"])
    #expect(refused.status == 64, "\(refused.all)")
    let run = try await workspace.run(["run", "example.yaml", "--set", "x=1"])
    #expect(run.stdout.holds("signal 13"), "\(run.all)")
  }

  /// And does all of it where its output is lost on a full disk, which its end says.
  @Test func aRunGoesOnWithoutRoomForItsOutput() async throws {
    let workspace = try workspace()
    let script = ": >gone; \"$0\" run example.yaml --approve recovery >/dev/full; echo $?"
    #expect(await bash(script, workspace) == "74\n")
    let ledger = try String(contentsOfFile: workspace.path("ledger"), encoding: .utf8)
    #expect(ledger == "one\ntwo\n")
  }

  /// As `yes | head` does: 141 is the shell's word for SIGPIPE.
  @Test(arguments: [
    "schema", "eval 1", "runs", "list", "validate example.yaml", "show example.yaml",
    "explain",
  ])
  func whatOnlyPrintsEndsWithItsReader(_ command: String) async throws {
    let script = "\(Self.unread); \"$0\" \(command) >&5 2>errors; echo $?; cat errors"
    #expect(await bash(script, try workspace()) == "141\n")
  }

  /// A pipe that nobody reads, as number 5.
  private static let unread = "mkfifo p; exec 4<>p 5>p 4<&-"
}
