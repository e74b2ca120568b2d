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
