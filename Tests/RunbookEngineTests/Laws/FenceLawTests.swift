import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// Law L5: before a person's word on a step is recorded, nothing that was begun can take effect any more.
struct FenceLawTests {
  private static let withReceipt = step("fix", .recovery, kind: "sql")
  private static let byWord = step("fix", .recovery)

  /// A run that died while `fix` was performed.
  private func died(
    _ fix: Step, _ change: (inout Simulation) -> Void = { _ in }
  ) async throws -> Simulation {
    var simulation = Simulation(
      runbook(
        [confirmation(), fix, step("next", .recovery), step("v", .verification)],
        connections: [connection()]))
    simulation.effects = ["fix": .mutating, "next": .mutating]
    simulation.outcomes["fix"] = [.success, .success]
    simulation.options.approvals = ["recovery"]
    try await simulation.run()
    var crashed = try simulation.crashed(during: "fix")
    change(&crashed)
    return crashed
  }

  private func fence(_ simulation: Simulation, _ id: StepID = "fix") async throws -> Fencing {
    var options = simulation.options
    options.fencesFormer = true
    var fence = try Fence(
      plan: simulation.plan, ports: simulation.ports, options: options,
      entries: simulation.journal.stored)
    return await fence.fence(id)
  }

  @Test func aReceiptThatIsThereSaysThatItIsDone() async throws {
    let simulation = try await died(Self.withReceipt) {
      $0.settlements["fix"] = SimulatedSettlement(receipt: .of())
    }
    guard case .done(let settled) = try await fence(simulation) else {
      Issue.record("it is done")
      return
    }
    #expect(settled.settlement == .done && settled.means == .receipt)
  }

  @Test func withoutAReceiptItIsClear() async throws {
    guard case .clear(let settled) = try await fence(try await died(Self.withReceipt)) else {
      Issue.record("it is clear")
      return
    }
    #expect(settled?.settlement == .notDone)
  }

  @Test func whatNeverBeganOrChangesNothingIsClear() async throws {
    let simulation = try await died(Self.withReceipt) {
      $0.gateway = SimulatedGateway(
        failures: [.identify("main"): StepFailure(.unreachable, "away")])
    }
    for id in ["d", "next", "v"] as [StepID] {
      guard case .clear(nil) = try await fence(simulation, id) else {
        Issue.record("\(id) is clear")
        continue
      }
    }
  }

  @Test func aDatabaseThatCannotBeReachedLeavesItOpen() async throws {
    let simulation = try await died(Self.withReceipt) {
      $0.gateway = SimulatedGateway(
        failures: [.identify("main"): StepFailure(.unreachable, "away")])
    }
    guard case .open(let why) = try await fence(simulation) else {
      Issue.record("it is open")
      return
    }
    #expect(why.holds("away"))
  }

  /// Whether the run is held by then.
  @Test(arguments: [true, false])
  func anotherDatabaseSaysNothing(isHeld: Bool) async throws {
    let simulation = try await died(Self.withReceipt) {
      $0.gateway = SimulatedGateway(databaseOID: 7)
    }
    if isHeld {
      _ = try await simulation.journal.append(
        [.runHeld(RunHeld(cause: .interruption, subject: nil, message: "it was interrupted"))],
        by: Actor(account: "ann"), at: .epoch)
    }
    guard case .open(let why) = try await fence(simulation) else {
      Issue.record("it is open")
      return
    }
    #expect(why.holds("leads to another database"))
  }

  @Test func whatIsStillThereLeavesItOpen() async throws {
    let simulation = try await died(Self.byWord) {
      $0.settlements["fix"] = SimulatedSettlement(
        remnants: SimulatedRemnants([[Remnant(pid: 42, summary: "process 42", since: nil)]]))
    }
    guard case .open(let why) = try await fence(simulation) else {
      Issue.record("it is open")
      return
    }
    #expect(why.holds("process 42"))
  }
}

/// An attempt is settled by what was recorded of it, whatever the runbook says by now (law L6).
struct RecordedMeansTests {
  /// How the step is changed while its attempt is in flight, and what is said against that.
  enum Change: CaseIterable, Sendable {
    case removed, renamed, kind, phase, connection, keepsNoReceipt, outsideOfATransaction, readOnly
    case trial, stepBefore

    var objection: String {
      switch self {
      case .removed, .renamed: "is not in the runbook any more"
      case .kind: "its kind 'sql' is 'shell' now"
      case .phase: "its phase 'recovery' is 'verification' now"
      case .connection:
        "was made on connection 'main', and the runbook has the step on connection 'other'"
      case .keepsNoReceipt, .outsideOfATransaction:
        "is settled by its receipt, and the step by a person's word"
      case .readOnly, .trial: "is settled by its receipt, and the step by running again now"
      case .stepBefore: "step 'added' would be performed before it"
      }
    }
  }

  private static let fix = step("fix", .recovery, kind: "sql") {
    $0.connection = source("main")
  }

  private static func connections(keepsReceipts: Bool = true) -> [Runbook.Connection] {
    [
      Runbook.Connection(
        name: "main", place: connection().place, kind: "postgres", url: connection().url,
        keepsReceipts: keepsReceipts), connection("other"),
    ]
  }

  private func died() async throws -> Simulation {
    var simulation = Simulation(
      runbook([confirmation(), Self.fix], connections: Self.connections()))
    simulation.effects = ["fix": .mutating]
    simulation.outcomes["fix"] = [.success, .success]
    simulation.options.approvals = ["recovery"]
    try await simulation.run()
    return try simulation.crashed(during: "fix")
  }

  private func changed(_ change: Change) -> Runbook {
    var steps = [confirmation()]
    switch change {
    case .removed: break
    case .renamed: steps.append(step("mend", .recovery, kind: "sql"))
    case .kind: steps.append(step("fix", .recovery))
    case .phase: steps.append(step("fix", .verification, kind: "sql"))
    case .connection:
      steps.append(step("fix", .recovery, kind: "sql") { $0.connection = source("other") })
    case .keepsNoReceipt, .outsideOfATransaction, .readOnly: steps.append(Self.fix)
    case .trial:
      steps.append(
        step("fix", .recovery, kind: "sql") {
          $0.connection = source("main")
          $0.isTrial = true
        })
    case .stepBefore: steps += [step("added", .recovery), Self.fix]
    }
    let keeps = ![.keepsNoReceipt, .outsideOfATransaction, .readOnly].contains(change)
    return runbook(steps, connections: Self.connections(keepsReceipts: keeps))
  }

  @Test(arguments: Change.allCases)
  func aChangeOfWhatIsNotSettledIsObjectedTo(_ change: Change) async throws {
    var simulation = try await died()
    let state = try RunState(replaying: simulation.journal.stored)
    simulation.runbook = changed(change)
    if change == .readOnly { simulation.effects["fix"] = .readOnly }
    let objections = simulation.plan.objections(
      to: state, kinds: simulation.kinds, key: simulation.options.key)
    #expect(objections.count == 1)
    #expect(objections.first?.holds(change.objection) == true, "\(objections)")
  }

  @Test func otherChangesAreNot() async throws {
    var simulation = try await died()
    let state = try RunState(replaying: simulation.journal.stored)
    simulation.runbook = runbook(
      [
        confirmation(),
        step("fix", .recovery, kind: "sql", text: "other") {
          $0.connection = source("main")
        }, step("more", .recovery),
      ], connections: Self.connections())
    #expect(
      simulation.plan.objections(
        to: state, kinds: simulation.kinds, key: simulation.options.key) == [])
  }

  /// Whatever lets it come to that: nothing is settled by other means, nor done again.
  @Test(arguments: [Change.connection, .keepsNoReceipt, .readOnly])
  func aSettlementGoesByWhatWasRecorded(_ change: Change) async throws {
    var simulation = try await died()
    simulation.runbook = changed(change)
    if change == .readOnly { simulation.effects["fix"] = .readOnly }
    let state = try await simulation.resume()
    #expect(state.step("fix").status == .unknown)
    #expect(simulation.settlement(of: "fix")?.settlement == .unknown)
    #expect(!simulation.history.contains("started fix#2"))
  }

  @Test func whatChangedNothingThenRunsAgain() async throws {
    let look = step("look", .recovery)
    var simulation = Simulation([confirmation(), look], outcomes: ["look": [.success, .success]])
    simulation.options.approvals = ["recovery", "look"]
    try await simulation.run()
    var crashed = try simulation.crashed(during: "look")
    crashed.effects["look"] = .mutating
    #expect(try await crashed.resume().endStatus != nil)
    #expect(crashed.settlement(of: "look")?.means == .repeatable)
  }
}
