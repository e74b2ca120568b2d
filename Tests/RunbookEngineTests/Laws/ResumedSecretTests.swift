import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// Law L7 where a run is taken up again: what was not stored is had anew, or the run holds.
struct ResumedSecretTests {
  private static let secret = "hunter2"

  /// A run in which `login` captures a secret, and which is then held by the gate of `fix`.
  private func held(_ login: Phase) async throws -> Simulation {
    let declaration = input("token", isSecret: true)
    var simulation = Simulation(
      runbook(
        [
          confirmation(),
          step("login", login) { $0.captures = [capture("session", "stdout")] },
          step("fix", .recovery, text: "${{ session }}") { $0.gate = StepOptions.Gate() },
        ], inputs: [declaration]))
    simulation.inputs = [
      ResolvedInput(declaration: declaration, value: .string(Self.secret), origin: .environment)
    ]
    simulation.outcomes["login"] = Array(
      repeating: .values(["stdout": .string("s-\(Self.secret)")]), count: 2)
    simulation.options.approvals = ["recovery"]
    #expect(try await simulation.run().hold?.subject == "fix")
    var resumed = simulation.crashed(after: simulation.journal.stored)
    resumed.options.approvals = ["recovery", "fix"]
    return resumed
  }

  private func expectNoSecret(in simulation: Simulation) {
    for text in simulation.journal.stored.map(\.body) + simulation.observer.progress {
      #expect(!text.holds(Self.secret))
    }
  }

  @Test func l7AReadOnlyStepRunsAgain() async throws {
    var simulation = try await held(.detection)
    let before = simulation.history.count
    let texts = RecordingObserver()
    simulation.whilePerforming = { texts.observe(progress: "\($0.step)#\($0.attempt)") }
    let state = try await simulation.resume()
    #expect(state.endStatus == .unverified)
    #expect(texts.progress == ["login#2", "fix#1"])
    #expect(simulation.history(after: before).contains("succeeded login#2"))
    expectNoSecret(in: simulation)
  }

  @Test func l7AStepThatChangesHolds() async throws {
    let simulation = try await held(.recovery)
    let state = try await simulation.resume()
    #expect(state.hold?.cause == .lostSecret)
    #expect(state.hold?.subject == "login")
    #expect(!simulation.history.contains("started login#2"))
  }

  @Test func l7AnIntentThatDiesAgainIsTakenUpAgain() async throws {
    var simulation = try await held(.detection)
    simulation.outcomes["login"]?.append(.values(["stdout": .string("s-\(Self.secret)")]))
    try await simulation.resume()
    let again = try simulation.crashed(during: "login", attempt: 2)
    let state = try await again.resume()
    #expect(state.endStatus == .unverified)
    #expect(state.step("login").attempts == 3)
    expectNoSecret(in: again)
  }

  @Test func l7NoSecretInASettlement() async throws {
    let simulation = try await held(.detection)
    var died = simulation
    died.effects["fix"] = .mutating
    try await died.resume()
    died = try died.crashed(during: "fix")
    died.settlements["fix"] = SimulatedSettlement(
      failure: StepFailure(.refused, "no '\(Self.secret)'", detail: Self.secret))
    // Without a receipt, a word is asked for: the remnants are what shows the secret.
    died.settlements["fix"]?.remnants = SimulatedRemnants([
      [Remnant(pid: 1, summary: "curl \(Self.secret)", since: nil)]
    ])
    died.outcomes["login"]?.append(.values(["stdout": .string("s-\(Self.secret)")]))
    let state = try await died.resume()
    #expect(state.hold?.cause == .unknownStep)
    expectNoSecret(in: died)
  }

  /// A receipt holds a mark in the secret's place, which must not pass for the value.
  @Test(arguments: [Self.secret, "[redacted]"])
  func l7WhatAReceiptCannotHoldIsNotGuessed(_ stored: String) async throws {
    let declaration = input("token", isSecret: true)
    var simulation = Simulation(
      runbook(
        [
          confirmation(),
          step("fix", .recovery, kind: "sql") {
            $0.captures = [
              capture("out", "stdout", fallback: "other"), capture("size", "size(stdout)"),
            ]
          }, step("use", .recovery, text: "${{ out }}"),
        ], inputs: [declaration], connections: [connection()]))
    simulation.inputs = [
      ResolvedInput(declaration: declaration, value: .string(Self.secret), origin: .environment)
    ]
    simulation.effects = ["fix": .mutating]
    simulation.options.approvals = ["recovery", "use"]
    simulation.outcomes["fix"] = [.values(["stdout": "x"])]
    try await simulation.run()
    var died = try simulation.crashed(during: "fix")
    died.settlements["fix"] = SimulatedSettlement(receipt: .of(["stdout": .string(stored)]))
    let state = try await died.resume()
    expectNoSecret(in: died)
    #expect(state.step("fix").status == .succeeded)
    let isKnown = stored == Self.secret
    // Nor may the mark's length pass for the value's.
    #expect(state.captures == (isKnown ? ["size": 7] : [:]))
    #expect(state.withheldCaptures == (isKnown ? ["out"] : ["out", "size"]))
    #expect(state.hold?.cause == (isKnown ? nil : .lostSecret))
    #expect(died.history.contains("started use#1") == isKnown)
  }

  @Test func l7NoSecretInAChange() async throws {
    let simulation = try await held(.detection)
    let change = PlanChange(to: simulation.plan, difference: "+password: \(Self.secret)")
    try await simulation.resume(change: change)
    #expect(simulation.takenUp?.change != nil)
    expectNoSecret(in: simulation)
  }
}
