import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// Law L6: an intent without an outcome is unknown until a receipt, a probe or a person's word says more.
struct SettlementLawTests {
  /// A run that died while `fix` was performed; what is there to settle it by is added.
  private func died(
    _ fix: Step, _ change: (inout Simulation) -> Void = { _ in }
  ) async throws -> Simulation {
    var simulation = Simulation(
      runbook(
        [confirmation(), fix, step("v", .verification)],
        connections: fix.kind == "sql" ? [connection()] : []))
    simulation.outcomes["fix"] = Array(repeating: .values(["stdout": "fixed"]), count: 3)
    simulation.effects = ["fix": .mutating]
    simulation.options.approvals = ["recovery"]
    try await simulation.run()
    var crashed = try simulation.crashed(during: "fix")
    change(&crashed)
    return crashed
  }

  private static let withReceipt = step("fix", .recovery, kind: "sql") {
    $0.captures = [capture("out", "stdout")]
  }

  private static func withProbe(done: String?, notDone: String?) -> Step {
    step("fix", .recovery) {
      $0.captures = [capture("out", "stdout")]
      $0.settle = settle(done: done, notDone: notDone)
    }
  }

  @Test func l6AReceiptSaysThatItIsDone() async throws {
    let simulation = try await died(Self.withReceipt) {
      $0.settlements["fix"] = SimulatedSettlement(receipt: .of(["stdout": "by receipt"]))
    }
    let state = try await simulation.resume()
    #expect(state.endStatus == .resolved)
    #expect(state.step("fix").attempts == 1)
    #expect(state.step("fix").finishedAt == Timestamp(seconds: 7))
    #expect(state.captures == ["out": "by receipt"])
    #expect(simulation.settlement(of: "fix")?.means == .receipt)
    #expect(!simulation.history.contains("started fix#2"))
  }

  @Test func l6AReceiptThatIsNotTheRunsOwnProvesNothing() async throws {
    let simulation = try await died(Self.withReceipt) {
      $0.settlements["fix"] = SimulatedSettlement(
        receipt: .of(["stdout": "x"], objections: ["it is of attempt 7"]))
    }
    let state = try await simulation.resume()
    #expect(state.hold?.cause == .unknownStep)
    #expect(state.step("fix").status == .unknown)
    #expect(state.hold?.message.holds("it is of attempt 7") == true)
    #expect(!simulation.history.contains("started fix#2"))
  }

  /// What the probe asks, and by what it decides, is what the attempt was begun with.
  @Test(arguments: ["verdict", "value", "probe"])
  func l6AProbeThatChangedSinceSaysNothingOfTheAttempt(_ change: String) async throws {
    let declaration = input("expected")
    func fix(_ done: String) -> Step { Self.withProbe(done: done, notDone: nil) }
    let given = { (value: String) in
      [ResolvedInput(declaration: declaration, value: .string(value), origin: .environment)]
    }
    var simulation = Simulation(
      runbook(
        [confirmation(), fix("stdout == inputs.expected"), step("v", .verification)],
        inputs: [declaration]))
    simulation.inputs = given("fixed")
    simulation.effects = ["fix": .mutating]
    simulation.options.approvals = ["recovery"]
    simulation.probes["fix"] = [.values(["stdout": "fixed"])]
    try await simulation.run()
    let crashed = try simulation.crashed(during: "fix")
    // As it was, it settles the attempt.
    #expect(
      try await crashed.crashed(after: crashed.journal.stored).resume().endStatus == .resolved)
    var changed = try simulation.crashed(during: "fix")
    switch change {
    case "value": changed.inputs = given("other")
    case "verdict":
      changed.runbook = runbook(
        [confirmation(), fix("true"), step("v", .verification)], inputs: [declaration])
    default:
      changed.runbook = runbook(
        [
          confirmation(),
          step("fix", .recovery) {
            $0.captures = [capture("out", "stdout")]
            $0.settle = settle(done: "stdout == inputs.expected", asking: "another")
          }, step("v", .verification),
        ], inputs: [declaration])
    }
    let before = try RunState(replaying: changed.journal.stored)
    let objections = changed.plan.objections(
      to: before, kinds: changed.kinds, key: changed.options.key)
    #expect(objections.count == 1 && objections[0].holds("'settle:' probe is not the one"))
    let state = try await changed.resume()
    #expect(state.hold?.cause == .unknownStep)
    #expect(changed.settlement(of: "fix")?.settlement == .unknown)
    #expect(
      changed.settlement(of: "fix")?.detail.holds("is not what it was when the attempt began")
        == true)
  }

  @Test func l6WithoutAReceiptItWasNotDoneAndRunsOnce() async throws {
    let simulation = try await died(Self.withReceipt)
    let before = simulation.history.count
    let state = try await simulation.resume()
    #expect(state.endStatus == .resolved)
    #expect(
      simulation.history(after: before).prefix(4) == [
        "runResumed", "settled fix#1 notDone by receipt", "started fix#2", "succeeded fix#2",
      ])
    #expect(state.captures == ["out": "fixed"])
    // The tables for receipts are made sure of before they are asked.
    #expect(simulation.gateway.calls.contains(.prepareReceipts("main")))
  }

  /// That there is no receipt says nothing of what no transaction guards.
  @Test func l6WithoutAReceiptWhatIsUnguardedIsUnknown() async throws {
    let simulation = try await died(Self.withReceipt) {
      $0.settlements["fix"] = SimulatedSettlement(unguarded: ["dblink_exec()"])
    }
    let state = try await simulation.resume()
    #expect(state.hold?.cause == .unknownStep)
    #expect(state.hold?.message.holds("no transaction guards what dblink_exec() does") == true)
    #expect(!simulation.history.contains("started fix#2"))
    // What was recorded of the attempt counts, whatever the step is now.
    var began = Simulation(
      runbook(
        [confirmation(), Self.withReceipt, step("v", .verification)], connections: [connection()]))
    began.effects = ["fix": .mutating]
    began.settlements["fix"] = SimulatedSettlement(unguarded: ["setval()"])
    began.options.approvals = ["recovery"]
    try await began.run()
    var changed = try began.crashed(during: "fix")
    changed.settlements = [:]
    #expect(try await changed.resume().hold?.message.holds("setval()") == true)
  }

  @Test(arguments: [("yes", 1), ("no", 2)])
  func l6AProbeSaysWhetherWhatIsUnguardedWasDone(_ answer: String, _ attempts: Int) async throws {
    let fix = step("fix", .recovery, kind: "sql") {
      $0.captures = [capture("out", "stdout")]
      $0.settle = settle(done: "stdout == 'yes'")
    }
    let simulation = try await died(fix) {
      $0.settlements["fix"] = SimulatedSettlement(unguarded: ["dblink_exec()"])
      $0.probes["fix"] = [.values(["stdout": .string(answer)])]
    }
    let state = try await simulation.resume()
    #expect(state.endStatus == .resolved)
    #expect(state.step("fix").attempts == attempts)
  }

  @Test func l6WhatCannotBeAskedStaysUnknown() async throws {
    let simulation = try await died(Self.withReceipt) {
      $0.settlements["fix"] = SimulatedSettlement(
        failure: StepFailure(.unreachable, "no server", detail: "port 5432"))
    }
    let state = try await simulation.resume()
    #expect(state.hold?.cause == .unknownStep)
    #expect(state.hold?.subject == "fix")
    #expect(state.hold?.message.holds("no server (port 5432)") == true)
    #expect(simulation.settlement(of: "fix")?.means == AttemptSettled.Means.none)
    // Asked again by the next process, when the server is back.
    var again = simulation.crashed(after: simulation.journal.stored)
    again.settlements = [:]
    #expect(try await again.resume().endStatus == .resolved)
    #expect(again.history.filter { $0 == "started fix#2" }.count == 1)
  }

  @Test(arguments: [FailureRecord.Cause.unreachable, .refused])
  func l6AConnectionThatCannotBeHadLeavesItUnknown(_ cause: FailureRecord.Cause) async throws {
    let simulation = try await died(Self.withReceipt) {
      $0.gateway = SimulatedGateway(failures: [.identify("main"): StepFailure(cause, "away")])
    }
    let state = try await simulation.resume()
    #expect(state.hold?.cause == .unknownStep)
    #expect(state.step("fix").status == .unknown)
  }

  @Test func anInterruptionWhileItIsFoundOutChangesNothing() async throws {
    let simulation = try await died(Self.withReceipt) {
      $0.settlements["fix"] = SimulatedSettlement(failure: StepFailure(.interrupted, "stopped"))
    }
    let state = try await simulation.resume()
    #expect(state.hold?.cause == .interruption)
    #expect(state.step("fix").status == .running)
    #expect(simulation.settlement(of: "fix") == nil)
  }

  @Test(
    arguments: [
      ("stdout == 'yes'", "stdout == 'no'", "yes", Settlement.done),
      ("stdout == 'yes'", "stdout == 'no'", "no", .notDone),
      ("stdout == 'yes'", "stdout == 'no'", "maybe", .unknown),
      ("stdout == 'yes'", "stdout == 'yes'", "yes", .unknown),
      ("stdout == 'yes'", nil, "yes", .done),
      ("stdout == 'yes'", nil, "no", .notDone),
      (nil, "stdout == 'no'", "no", .notDone),
      (nil, "stdout == 'no'", "yes", .done),
    ] as [(String?, String?, String, Settlement)])
  func l6AProbeSettles(
    _ done: String?, _ notDone: String?, _ answer: String, _ expected: Settlement
  ) async throws {
    let simulation = try await died(Self.withProbe(done: done, notDone: notDone)) {
      $0.probes["fix"] = [.values(["stdout": .string(answer)])]
    }
    let state = try await simulation.resume()
    let settled = try #require(simulation.settlement(of: "fix"))
    #expect(settled.settlement == expected)
    #expect(settled.means == .probe)
    switch expected {
    case .done:
      #expect(state.endStatus == .resolved)
      #expect(state.step("fix").attempts == 1)
      #expect(state.captures == ["out": .string(answer)])
    case .notDone:
      #expect(state.endStatus == .resolved)
      #expect(state.step("fix").attempts == 2)
      #expect(state.captures == ["out": "fixed"])
    case .unknown:
      #expect(state.hold?.cause == .unknownStep)
      #expect(state.step("fix").attempts == 1)
    }
  }

  @Test func l6AProbeThatFailsOrIsNoBoolLeavesItUnknown() async throws {
    for (done, outcome) in [
      ("true", SimulatedOutcome.failure(StepFailure(.refused, "no right"))),
      ("stdout", .values(["stdout": "x"])), ("nothing", .values(["stdout": "x"])),
    ] {
      let simulation = try await died(Self.withProbe(done: done, notDone: nil)) {
        $0.probes["fix"] = [outcome]
      }
      let state = try await simulation.resume()
      #expect(state.hold?.cause == .unknownStep, "\(done)")
      #expect(!simulation.history.contains("started fix#2"))
    }
  }

  @Test func l6WithoutProofAPersonDecides() async throws {
    let simulation = try await died(step("fix", .recovery))
    let state = try await simulation.resume()
    #expect(state.hold?.cause == .unknownStep)
    #expect(state.hold?.message.holds("a person has to say") == true)
    for (settlement, attempts) in [(Settlement.done, 1), (.notDone, 2)] {
      let decided = simulation.crashed(after: simulation.journal.stored)
      let word = AttemptSettled(
        step: "fix", attempt: 1, settlement: settlement, means: .word, detail: "I looked")
      _ = try await decided.journal.append(
        [.attemptSettled(word)], by: Actor(account: "bob"), at: .epoch)
      let state = try await decided.resume()
      #expect(state.endStatus == .resolved)
      #expect(state.step("fix").attempts == attempts)
    }
  }

  @Test func l6ReadOnlyStepsRunAgain() async throws {
    let simulation = Simulation(
      [step("look", .detection), step("v", .verification)],
      outcomes: ["look": [.success, .success]])
    try await simulation.run()
    let crashed = try simulation.crashed(during: "look")
    let state = try await crashed.resume()
    #expect(state.endStatus == .resolved)
    #expect(
      crashed.history(after: 2).prefix(4) == [
        "runResumed", "settled look#1 notDone by repeatable", "started look#2",
        "succeeded look#2",
      ])
  }
}
