import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// A gate shows which other runs are at work on its database, and is not approved without saying so (law L8).
struct NeighbourLawTests {
  private struct Neighbours: RunNeighbours {
    let runs: [String]

    func look(on identities: [ConnectionIdentified]) async -> RunsBeside {
      var found = RunsBeside()
      found.atWork = runs.map {
        OtherRun(run: RunID(rawValue: $0), summary: "run \($0) of Ann", since: nil)
      }
      return found
    }
  }

  private func simulation(beside runs: [String], saying said: Set<String> = []) -> Simulation {
    var simulation = Simulation(
      runbook(
        [confirmation(), step("fix", .recovery, kind: "sql"), step("v", .verification)],
        connections: [connection()]))
    simulation.effects = ["fix": .mutating]
    simulation.options.approvals = ["recovery"]
    simulation.options.besides = said
    simulation.neighbours = Neighbours(runs: runs)
    return simulation
  }

  @Test func aFlagApprovesOnlyWhatNamesThem() async throws {
    let held = try await simulation(beside: ["r7", "r8"], saying: ["r7"]).run()
    #expect(held.hold?.cause == .gate)
    #expect(
      held.hold?.message.holds("run r8 of Ann; to go on beside it, say so: --beside r8") == true)
    #expect(held.gates["recovery"]?.opened.others?.map(\.run.rawValue) == ["r7", "r8"])
    let both = try await simulation(beside: ["r7", "r8"], saying: ["r7", "r8"]).run()
    #expect(both.endStatus == .resolved)
    #expect(try await simulation(beside: []).run().endStatus == .resolved)
  }

  @Test func theRunItselfIsNone() async throws {
    #expect(try await simulation(beside: ["r1"]).run().endStatus == .resolved)
  }

  @Test func theDigestCoversThem() async throws {
    let digests = try await [["r7"], ["r8"], []].map { runs in
      simulation(beside: runs)
    }.asyncMap { try await $0.run().gates["recovery"]?.opened.digest }
    #expect(Set(digests).count == 3)
  }

  @Test func aPersonWhoIsShownThemDecides() async throws {
    var simulation = simulation(beside: ["r7"])
    simulation.person = SimulatedOperator(decisions: ["recovery": [.approved]])
    #expect(try await simulation.run().endStatus == .resolved)
  }
}

extension Sequence {
  fileprivate func asyncMap<Result>(
    _ body: (Element) async throws -> Result
  ) async throws -> [Result] {
    var all: [Result] = []
    for element in self { all.append(try await body(element)) }
    return all
  }
}
