import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// A gate shows which other runs are at work on its database, and is not approved without saying so (law L8).
struct NeighbourLawTests {
  private struct Neighbours: RunNeighbours {
    let runs: [String]

    func look(
      on identities: [ConnectionIdentified], since start: Timestamp?
    ) async -> RunsBeside {
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

  /// Held with its recovery approved, by a person's word that knew of `before`; others came meanwhile.
  private func approved(before: [String], now: [String]) async throws -> Simulation {
    var simulation = simulation(beside: before)
    simulation.options.approvals = []
    let gate = try #require(try await simulation.run().gates["recovery"]?.opened)
    _ = try await simulation.journal.append(
      [
        .gateDecided(
          GateDecided(
            gate: gate.gate, decision: .approved, means: .approveCommand, digest: gate.digest))
      ], by: Actor(account: "bob"), at: .epoch)
    simulation.neighbours = Neighbours(runs: now)
    return simulation
  }

  @Test(
    arguments: [
      ([], ["r7"], ["r7"]), (["r7"], ["r7", "r8"], ["r8"]), (["r7"], ["r7"], []), (["r7"], [], []),
    ] as [([String], [String], [String])])
  func anApprovalKnowsOnlyOfThoseThatItsGateShowed(
    _ before: [String], _ now: [String], _ new: [String]
  ) async throws {
    var simulation = try await approved(before: before, now: now)
    let state = try await simulation.resume()
    guard !new.isEmpty else {
      #expect(state.endStatus == .resolved)
      return
    }
    #expect(state.hold?.cause == .gate)
    #expect(state.step("fix").attempts == 0)
    let opened = try #require(state.gates["recovery"]?.opened)
    #expect(opened.changes == new.map { "run \($0) was not known of when it was approved" })
    #expect(opened.others?.map(\.run.rawValue) == now)
    // Nor does a flag approve it that names none of them.
    simulation.options.approvals = ["recovery"]
    #expect(try await simulation.resume().step("fix").attempts == 0)
    simulation.options.besides = Set(now)
    #expect(try await simulation.resume().endStatus == .resolved)
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
