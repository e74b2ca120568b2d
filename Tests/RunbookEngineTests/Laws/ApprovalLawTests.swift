import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// Laws L4 and L8: nothing runs but what was approved.
struct ApprovalLawTests {
  private static let declaration = input("target", isSecret: true)

  /// A run that is held at its gate, and approved there from another terminal.
  private func approved(
    _ steps: [Step], target: String = "staging", connections: [Runbook.Connection] = []
  ) async throws -> Simulation {
    var simulation = Simulation(
      runbook([confirmation()] + steps, inputs: [Self.declaration], connections: connections))
    give(target, to: &simulation)
    for step in steps { simulation.effects[step.id] = .mutating }
    let state = try await simulation.run()
    let gate = try #require(state.gates["recovery"]?.opened)
    _ = try await simulation.journal.append(
      [
        .gateDecided(
          GateDecided(
            gate: gate.gate, decision: .approved, means: .approveCommand, digest: gate.digest))
      ], by: Actor(account: "bob"), at: .epoch)
    return simulation
  }

  private func give(_ target: String, to simulation: inout Simulation) {
    simulation.inputs = [
      ResolvedInput(
        declaration: Self.declaration, value: .string(target), origin: .environment)
    ]
  }

  private static let fix = step("fix", .recovery, text: "deploy ${{ inputs.target }}")

  @Test func l8WhatWasApprovedRuns() async throws {
    let simulation = try await approved([Self.fix])
    #expect(try await simulation.resume().endStatus == .unverified)
    #expect(simulation.history.count { $0 == "opened recovery" } == 1)
  }

  @Test func l8AnotherSecretIsAskedAnew() async throws {
    var simulation = try await approved([Self.fix])
    give("production", to: &simulation)
    let state = try await simulation.resume()
    #expect(state.hold?.cause == .gate)
    #expect(state.step("fix").status == .pending)
    #expect(state.gates["recovery"]?.opened.changes == ["fix: the script is another"])
    // Once that is approved, it runs.
    simulation.person = SimulatedOperator(decisions: ["recovery": [.approved]])
    #expect(try await simulation.resume().endStatus == .unverified)
  }

  @Test func l8AnotherRoleIsAskedAnew() async throws {
    var simulation = try await approved(
      [step("fix", .recovery, kind: "sql", text: "INSERT")], connections: [connection()])
    simulation.gateway = SimulatedGateway(role: "postgres")
    let state = try await simulation.resume()
    #expect(state.hold?.cause == .gate)
    #expect(state.step("fix").attempts == 0)
    let opened = try #require(state.gates["recovery"]?.opened)
    #expect(opened.changes == ["connection 'main': the role was simulated, and is postgres"])
    #expect(opened.identities.map(\.identity.role) == ["postgres"])
  }

  /// What depends on an earlier step was not shown, and so not approved.
  @Test func l8WhatWasUndecidedIsAskedWhenItIsDecided() async throws {
    var simulation = try await approved([
      step("one", .recovery), step("two", .recovery, text: "use ${{ steps['one'].stdout }}"),
    ])
    simulation.outcomes["one"] = [.values(["stdout": "x"])]
    let state = try await simulation.resume()
    #expect(state.step("one").status == .succeeded)
    #expect(state.step("two").status == .pending)
    #expect(state.hold?.subject == "two")
    let opened = try #require(state.gates["two"]?.opened)
    #expect(
      opened.changes == [
        "two: whether it runs, or what it does, was not known when the gate 'recovery' was approved"
      ])
    #expect(opened.steps.first?.work.map(\.text) == ["use x"])
  }

  /// What a condition reads is approved with it: an input whose value decides, wherever it stands.
  @Test(
    arguments: [
      { $0.when = source("inputs.target != ''") },
      { $0.expect = [source("stdout != inputs.target")] },
      {
        $0.captures = [
          .init(
            name: "c", place: Place(file: "runbook.yaml", line: 1, column: 1),
            expression: source("inputs['target'] + stdout"))
        ]
      },
    ] as [@Sendable (inout StepOptions) -> Void])
  func l8WhatDecidesIsApprovedWithTheStep(
    _ options: @Sendable (inout StepOptions) -> Void
  ) async throws {
    var simulation = try await approved([step("fix", .recovery, options)])
    give("production", to: &simulation)
    let state = try await simulation.resume()
    #expect(state.step("fix").attempts == 0)
    #expect(
      state.gates["recovery"]?.opened.changes
        == ["fix: inputs.target, which decides over it, is another"])
  }

  /// The step behind it was approved together with it.
  @Test func l8WhatWasToRunAndIsLeftOutIsAskedBeforeTheNext() async throws {
    var simulation = try await approved([
      step("backup", .recovery) { $0.when = source("inputs.target == 'staging'") },
      step("fix", .recovery),
    ])
    give("production", to: &simulation)
    let state = try await simulation.resume()
    #expect(state.step("fix").attempts == 0)
    #expect(
      state.gates["recovery"]?.opened.changes == ["backup: it was to run, and was left out"])
    simulation.person = SimulatedOperator(decisions: ["recovery": [.approved]])
    #expect(try await simulation.resume().step("fix").status == .succeeded)
  }

  @Test func l8WhatWasToBeSkippedIsAskedBeforeItRuns() async throws {
    var simulation = try await approved([
      step("one", .recovery),
      step("fix", .recovery) { $0.when = source("inputs.target == 'production'") },
    ])
    give("production", to: &simulation)
    let state = try await simulation.resume()
    #expect(state.hold?.subject == "fix")
    #expect(
      state.gates["fix"]?.opened.changes
        == ["fix: it was to be skipped when the gate 'recovery' was approved"])
  }

  /// What was named ahead of time is approved once: what changes all the time is not asked for ever.
  @Test func l8AFlagApprovesOnce() async throws {
    var simulation = Simulation(
      runbook([confirmation(), Self.fix], inputs: [Self.declaration]))
    give("staging", to: &simulation)
    simulation.effects = ["fix": .mutating]
    simulation.surroundings = {
      [Surrounding(name: "file app.log", content: "\(Int.random(in: 0 ... .max))")]
    }
    simulation.options.approvals = ["recovery"]
    let state = try await simulation.run()
    #expect(state.hold?.cause == .gate)
    #expect(simulation.history.count { $0 == "opened recovery" } == 2)
  }

  /// A name with a secret in it is stored without it, and is the same part all the same.
  @Test func aPartIsTheSameWhateverIsTakenOutOfItsName() async {
    let activity = Surrounded(surrounding: Surrounding(name: "file hunter2.sh", content: "x"))
    let redactor = Redactor(secrets: ["hunter2"])
    let seal = await StepSeal(activity, key: nil, redactor)
    #expect(seal.parts.map(\.name).contains("file [redacted].sh"))
    #expect(await StepSeal(activity, key: nil, redactor).changes(since: seal.parts) == [])
  }

  private struct Surrounded: Activity {
    let surrounding: Surrounding
    var effect: Effect { .mutating }
    var isEffectDeclared: Bool { false }
    var connection: String? { nil }
    var work: [WorkItem] { [] }
    func surroundings() async -> [Surrounding] { [surrounding] }
    func perform(in context: AttemptContext) async throws(StepFailure) -> StepResult {
      StepResult()
    }
  }
}
