import Foundation
import RunbookDrill
import RunbookModel
import RunbookSyntax
import Testing

/// The simulations that come with shipped runbooks.
@Suite("Shipped simulations")
struct ShippedSimulationTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../runbooks").standardized.path

  private static func runbook(_ name: String) throws -> Runbook {
    try SimulatedRun.reader.read(path: "\(folder)/\(name)/runbook.yaml").runbook
  }

  @Test func everyStepOfAuthTablesDroppedIsSimulated() throws {
    let found = DrillChecker(kinds: ShippedKinds.specs).check(
      try Self.runbook("auth-tables-dropped"))
    #expect(found.isEmpty, "\(found.all)")
  }

  @Test func authTablesDroppedIsResolved() async throws {
    let run = try await SimulatedRun(Self.runbook("auth-tables-dropped"))
    #expect(run.end?.status == .resolved, "\(run.hold?.message ?? "") \(run.end?.reason ?? "")")
    let repairs = run.attempts(of: "bring-back")
    #expect(repairs.compactMap(\.failure?.code) == ["55P03"])
    #expect(repairs.map(\.outcome) == [.failed, .succeeded])
    #expect(run.attempts(of: "endpoint-answers").count == 2)
    let captures = run.entries.compactMap { entry -> Value? in
      if case .attemptFinished(let end) = entry.event { end.captures } else { nil }
    }
    #expect(captures.compactMap { $0.mapValue?["lost_rows"] } == [172])
    #expect(
      captures.compactMap { $0.mapValue?["proposed_after"] } == ["0 drops and 0 other operations"])
  }

  @Test func theDocumentationsExampleIsResolved() async throws {
    let page = try String(contentsOfFile: "\(Self.folder)/../docs/drills.md", encoding: .utf8)
    let text = try #require(page.firstMatch(of: /```yaml\n(runbook: (?s:.*?))```/)).1
    let runbook = try SimulatedRun.reader.read(text: String(text), fileName: "r.yaml").runbook
    #expect(DrillChecker(kinds: ShippedKinds.specs).check(runbook).isEmpty)
    let run = try await SimulatedRun(runbook)
    #expect(run.end?.status == .resolved, "\(run.hold?.message ?? "") \(run.end?.reason ?? "")")
    #expect(run.clock.sleeps == [.seconds(1), .seconds(5), .seconds(2), .seconds(3)])
  }

  @Test func authTablesDroppedIsTheSameEveryTime() async throws {
    let runbook = try Self.runbook("auth-tables-dropped")
    let first = try await SimulatedRun(runbook)
    let second = try await SimulatedRun(runbook)
    #expect(first.entries.last?.hash == second.entries.last?.hash)
  }
}
