import Foundation
import Testing

/// People who decide on one run at the same time.
@Suite(.timeLimit(.minutes(15)))
struct DecisionRaceTests {
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
      """, to: "example.yaml")
  }

  /// An end behind an end would make the journal unreadable for good.
  @Test func ofThoseWhoAbandonARunExactlyOneDoes() async throws {
    let workspace = workspace
    for _ in 1...3 {
      let held = try await workspace.run(["run", "example.yaml"])
      #expect(held.status == 75, "\(held.all)")
      let outputs = try await withThrowingTaskGroup(of: Workspace.Output.self) { group in
        for _ in 1...4 {
          group.addTask {
            try await workspace.run(["abandon", "--reason", "restored by hand", "--yes"])
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(
        outputs.filter { $0.status == 0 }.count == 1, "\(outputs.map(\.all).joined())")
      let status = try await workspace.run(["status"])
      #expect(status.status == 0, "\(status.all)")
      #expect(status.stdout.lowercased().contains("abandoned"), "\(status.all)")
    }
  }
}
