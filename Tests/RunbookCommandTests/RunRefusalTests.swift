import Foundation
import RunbookModel
import Testing

/// Runs that end before a database is reached.
struct RunRefusalTests {
  let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.write(Example.greeting, to: "greeting.yaml")
  }

  @Test func approvesAllOnlyInTheSandbox() async throws {
    let output = try await workspace.run(["run", "greeting.yaml", "--approve-all"])
    #expect(output.status == 64)
    #expect(output.stderr.holds("--sandbox"))
  }

  @Test func namesTheVariableThatIsMissing() async throws {
    let output = try await workspace.run(["run", "greeting.yaml"])
    #expect(output.status == 64)
    #expect(output.stderr.holds("set DATABASE_URL"))
  }

  @Test func isUndeterminedWhenTheDatabaseCannotBeReached() async throws {
    let output = try await workspace.run(
      ["run", "greeting.yaml"], environment: ["DATABASE_URL": "host=\(workspace.folder)/none"])
    #expect(output.status == 69, "\(output.all)")
    #expect(output.stdout.holds("Undetermined"))
  }

  @Test func performsNothingInADryRun() async throws {
    let output = try await workspace.run(
      ["run", "greeting.yaml", "--dry-run"],
      environment: ["DATABASE_URL": "host=\(workspace.folder)/none dbname=app"])
    #expect(output.status == 0, "\(output.all)")
    #expect(output.stdout.holds("CREATE TABLE public.greeting"))
    #expect(output.stdout.holds("[mutating]"))
    #expect(output.stdout.holds("[read-only]"))
    #expect(output.stdout.holds("Nothing was performed."))
    #expect(!FileManager.default.fileExists(atPath: workspace.stateFolder))
  }

  /// A report that cannot be written is known before anything runs.
  @Test(arguments: ["file", "file/below", "missing/../file"])
  func refusesAFolderForReportsThatIsNone(_ folder: String) async throws {
    try workspace.write("kept", to: "file")
    try workspace.write("", to: "missing/x")
    try workspace.write(
      """
      runbook: scripted
      detection:
        - {id: look, shell: "true", effect: readOnly, confirms: "true"}
      recovery:
        - {id: fix, shell: "test -e ran && exit 0; echo >ran; exit 1", effect: mutating}
      verification:
        - {id: check, shell: "true", effect: readOnly}
      """, to: "scripted.yaml")
    let output = try await workspace.run(
      ["run", "scripted.yaml", "--approve", "recovery", "--reports", folder])
    #expect(output.status == 74, "\(output.all)")
    #expect(output.stderr.holds("cannot write") && output.stderr.holds("Not a directory"))
    #expect(!FileManager.default.fileExists(atPath: workspace.path("ran")))
    #expect(!FileManager.default.fileExists(atPath: workspace.path("state/runs")))
    // Nothing is held up by the usual folder, which nobody named.
    try workspace.write("", to: "reports")
    let held = try await workspace.run(["run", "scripted.yaml", "--approve", "recovery"])
    #expect(held.status == 75, "\(held.all)")
    #expect(held.stderr.begins(with: "The report will not be written"), "\(held.all)")
    let journal = try await workspace.run(["journal"]).stdout
    let retried = try await workspace.run(["retry", "--reports", folder])
    #expect(retried.status == 74, "\(retried.all)")
    #expect(try await workspace.run(["journal"]).stdout == journal)
    #expect(try await workspace.run(["retry", "--reports", "new/folder"]).status == 0)
    let drill = try await workspace.run(["drill", "scripted.yaml", "--reports", folder])
    #expect(drill.status != 0 && !drill.stdout.holds("DRILL"), "\(drill.all)")
  }

  @Test func looksBeforeADatabaseIsReadWhetherItsSnapshotCanBeWritten() async throws {
    let output = try await workspace.run(
      ["snapshot", "--output", "none/before.json"],
      environment: ["DATABASE_URL": "host=\(workspace.folder)/none"])
    #expect(output.status == 74, "\(output.all)")
  }

  @Test func refusesASecretAsAFlag() async throws {
    let text = Example.greeting.replacingAll(
      "connections:", with: "inputs:\n  token: {type: string, secret: true}\nconnections:")
    try workspace.write(text, to: "secret.yaml")
    let output = try await workspace.run(
      ["run", "secret.yaml", "--set", "token=hunter2"], environment: ["DATABASE_URL": "dbname=x"])
    #expect(output.status == 64)
    #expect(output.stderr.holds("RUNBOOK_INPUT_token"))
    #expect(!output.all.holds("hunter2"))
  }

  @Test(arguments: [["status"], ["report"], ["journal"]])
  func saysThatThereIsNoRun(_ arguments: [String]) async throws {
    let output = try await workspace.run(arguments)
    #expect(output.status == 64, "\(output.all)")
    #expect(!output.stderr.isEmpty)
  }
}
