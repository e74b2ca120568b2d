import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// An outcome is of what was carried out, where it was carried out, and counts as long as nothing of that is another.
struct CurrentOutcomeTests {
  private static let constants = [constant("limit", 1)]

  private static func constant(_ name: String, _ value: Value) -> Runbook.Constant {
    Runbook.Constant(
      name: name, place: Place(file: "runbook.yaml", line: 1, column: 1), value: value)
  }

  private static func look(
    _ text: String = "look", _ change: (inout StepOptions) -> Void = { _ in }
  )
    -> Step
  {
    step("look", .detection, text: text) {
      $0.confirms = source("stdout == 'gone'")
      $0.expect = [source("constants.limit == constants.limit")]
      change(&$0)
    }
  }

  /// A run that has looked, in vain, and was killed in its next detection step.
  private func killedInDetection(_ answers: [SimulatedOutcome]) async throws -> Simulation {
    let simulation = Simulation(
      runbook(
        [Self.look(), step("more", .detection), step("fix", .recovery)],
        constants: Self.constants),
      outcomes: ["look": answers, "more": [.success, .success, .success]])
    try await simulation.run()
    return try simulation.crashed(during: "more")
  }

  private enum Change: CaseIterable {
    case text, title, expect, confirms, capture, constant, nothing

    var runbook: Runbook {
      var constants = CurrentOutcomeTests.constants
      let step: Step
      switch self {
      case .text: step = CurrentOutcomeTests.look("look again")
      case .title:
        let one = CurrentOutcomeTests.look()
        step = Step(
          id: one.id, title: "Another title", phase: one.phase, kind: one.kind, body: one.body,
          place: one.place, options: one.options)
      case .expect: step = CurrentOutcomeTests.look { $0.expect = [source("true")] }
      case .confirms:
        step = CurrentOutcomeTests.look { $0.confirms = source("stdout == 'gone' || false") }
      case .capture:
        step = CurrentOutcomeTests.look {
          $0.captures = [RunbookEngineTests.capture("out", "stdout")]
        }
      case .constant:
        step = CurrentOutcomeTests.look()
        constants = [CurrentOutcomeTests.constant("limit", 2)]
      case .nothing: step = CurrentOutcomeTests.look()
      }
      return RunbookEngineTests.runbook(
        [
          step, RunbookEngineTests.step("more", .detection),
          RunbookEngineTests.step("fix", .recovery),
        ],
        constants: constants, text: "runbook: changed\n")
    }
  }

  @Test(arguments: Change.allCases) private func whatIsNotAsItWasLooksAgain(
    _ change: Change
  ) async throws {
    var simulation = try await killedInDetection([
      .values(["stdout": "there"]), .values(["stdout": "gone"]),
    ])
    simulation.runbook = change.runbook
    simulation.options.approvals = ["recovery"]
    let state = try await simulation.resume(
      change: PlanChange(to: simulation.plan, difference: "d"))
    let isAgain = change != .nothing
    #expect(simulation.history.contains("reopened look") == isAgain)
    #expect(state.step("look").attempts == (isAgain ? 2 : 1))
    #expect(state.findings == (isAgain ? ["look"] : []))
    #expect(state.endStatus == (isAgain ? .unverified : .notConfirmed))
  }

  /// What a later check rests on is not what it was.
  @Test func whatComesBehindLooksAgainToo() async throws {
    let steps = { (text: String) in
      [
        step("first", .detection, text: text), confirmation(), step("fix", .recovery),
        step("v", .verification),
      ]
    }
    var simulation = Simulation(steps("one"), outcomes: ["detect": [.success, .success]])
    simulation.outcomes["first"] = [.success, .success]
    #expect(try await simulation.run().hold?.subject == "recovery")
    var resumed = simulation.crashed(after: simulation.journal.stored)
    resumed.runbook = runbook(steps("two"))
    try await resumed.resume(change: PlanChange(to: resumed.plan, difference: "d"))
    #expect(
      resumed.history(after: simulation.history.count).prefix(6) == [
        "runResumed", "reopened first", "reopened detect", "started first#2", "succeeded first#2",
        "started detect#2",
      ])
  }

  /// A finding of a step that the runbook has no more is nobody's.
  @Test func aFindingGoesWithItsStep() async throws {
    let simulation = Simulation([
      confirmation("wrong"), step("right", .detection), step("fix", .recovery),
    ])
    try await simulation.run()
    var resumed = simulation.crashed(after: simulation.journal.stored)
    resumed.runbook = runbook([
      step("right", .detection), step("fix", .recovery),
    ])
    let state = try await resumed.resume(change: PlanChange(to: resumed.plan, difference: "d"))
    #expect(state.findings.isEmpty)
    #expect(state.endStatus == .undetermined)
  }

  /// A run whose first check has passed, and that is held by the second, which could not be carried out.
  private func heldInVerification(kind: String = "shell") async throws -> Simulation {
    var receipt = StepResult()
    receipt.hasReceipt = kind == "sql"
    var simulation = Simulation(
      runbook(Self.verified(kind: kind), connections: [connection()]),
      outcomes: [
        "fix": [.result(receipt)],
        "v": [.success, .success, .success],
        "w": [.failure(StepFailure(.unreachable, "away")), .success, .success],
      ])
    simulation.effects = ["fix": .mutating, "more": .mutating]
    simulation.gateway = SimulatedGateway(databaseOID: 1)
    simulation.options.approvals = ["recovery"]
    #expect(try await simulation.run().hold?.cause == .verification)
    var resumed = simulation.crashed(after: simulation.journal.stored)
    resumed.options.approvals = ["recovery"]
    resumed.gateway = SimulatedGateway(databaseOID: 1)
    return resumed
  }

  private static func verified(
    kind: String, _ more: [Step] = [], without former: StepID? = nil
  ) -> [Step] {
    ([confirmation(), step("fix", .recovery, kind: kind)] + more + [
      step("v", .verification, kind: kind), step("w", .verification),
    ]).filter { $0.id != former }
  }

  @Test func whatWasVerifiedBeforeALaterChangeIsVerifiedAgain() async throws {
    var simulation = try await heldInVerification()
    simulation.runbook = runbook(
      Self.verified(kind: "shell", [step("more", .recovery)]), connections: [connection()])
    simulation.outcomes["more"] = [.success]
    let count = simulation.history.count
    let state = try await simulation.resume(
      change: PlanChange(to: simulation.plan, difference: "d"))
    #expect(state.endStatus == .resolved)
    #expect(
      simulation.history(after: count).filter {
        $0.begins(with: "started") || $0.begins(with: "reopened")
      }
        == ["started more#1", "reopened v", "reopened w", "started v#2", "started w#2"])
  }

  /// What was verified before, and is not verified any more, leaves the run unverified.
  @Test func aCheckThatCountsNoMoreAndIsTakenOutVerifiesNothing() async throws {
    var simulation = try await heldInVerification()
    simulation.runbook = runbook(
      Self.verified(kind: "shell", [step("more", .recovery)], without: "v"),
      connections: [connection()])
    simulation.outcomes["more"] = [.success]
    let state = try await simulation.resume(
      change: PlanChange(to: simulation.plan, difference: "d"))
    #expect(state.endStatus == .unverified)
    #expect(state.step("v").standing(isOver: true) == .outdated)
  }

  @Test func whatWasSeenInAnotherDatabaseIsLookedAtAgain() async throws {
    var simulation = try await heldInVerification(kind: "sql")
    simulation.gateway = SimulatedGateway(databaseOID: 2)
    simulation.options.approvals = ["recovery", "identity:main"]
    let state = try await simulation.resume()
    #expect(state.step("v").attempts == 2)
    #expect(simulation.history.contains("reopened v"))
    // Of its receipt the simulated gateway misses nothing.
    #expect(state.endStatus == .resolved)
  }

  @Test func aChangeWithoutAReceiptIsInTheFormerDatabase() async throws {
    var simulation = try await heldInVerification(kind: "sql")
    simulation.runbook = runbook(
      Self.verified(kind: "sql"),
      connections: [
        Runbook.Connection(
          name: "main", place: Place(file: "runbook.yaml", line: 1, column: 1), kind: "postgres",
          url: source("postgres://h/db"), keepsReceipts: false)
      ])
    simulation.journal = MemoryJournal()
    simulation.outcomes["fix"] = [.success]
    simulation.outcomes["w"] = [.failure(StepFailure(.unreachable, "away")), .success, .success]
    #expect(try await simulation.run().hold?.cause == .verification)
    var moved = simulation.crashed(after: simulation.journal.stored)
    moved.gateway = SimulatedGateway(databaseOID: 2)
    moved.options.approvals = ["recovery", "identity:main"]
    let state = try await moved.resume()
    #expect(state.endStatus == .unverified)
    #expect(
      state.losses.words
        == "'fix' was carried out in another database than 'main' leads to since (approved by ann)")
  }

  /// Nobody asks that database anything any more, and what was seen there may be gone.
  @Test func aRunDoesNotEndOnADatabaseThatIsGone() async throws {
    var simulation = try await heldInVerification(kind: "sql")
    let ended = simulation.journal.stored
    simulation.gateway = SimulatedGateway(databaseOID: 2)
    #expect(try await simulation.resume().hold?.subject == "identity:main")
    var away = simulation.crashed(after: ended)
    away.gateway = SimulatedGateway(failures: [.identify("main"): StepFailure(.unreachable, "away")]
    )
    let state = try await away.resume()
    #expect(state.endStatus == .unverified)
    #expect(state.unseenWork.map(\.connection) == ["main"])
  }

  private func captured() -> Simulation {
    let declaration = input("token", isSecret: true)
    var simulation = Simulation(
      runbook(
        [
          step("login", .detection) {
            $0.captures = [capture("session", "stdout")]
            $0.confirms = source("size(stdout) > 3")
          },
          step("fix", .recovery, text: "${{ session }}") { $0.gate = StepOptions.Gate() },
        ], inputs: [declaration]))
    simulation.inputs = [
      ResolvedInput(declaration: declaration, value: .string("hunter2"), origin: .environment)
    ]
    simulation.outcomes["login"] = [
      .values(["stdout": "s-hunter2"]), .values(["stdout": "no"]), .values(["stdout": "no"]),
    ]
    return simulation
  }

  @Test func aFindingThatIsTakenBackEndsTheRunBeforeAnythingIsApproved() async throws {
    let simulation = captured()
    #expect(try await simulation.run().hold?.subject == "recovery")
    let resumed = simulation.crashed(after: simulation.journal.stored)
    let state = try await resumed.resume()
    #expect(state.endStatus == .notConfirmed)
    #expect(state.findings.isEmpty)
    if case .ended(let end) = state.lifecycle { #expect(state.objection(to: end) == nil) }
  }

  @Test func aFindingThatIsTakenBackHoldsTheRunOnceRecoveryIsApproved() async throws {
    var simulation = captured()
    simulation.options.approvals = ["recovery"]
    #expect(try await simulation.run().hold?.subject == "fix")
    var resumed = simulation.crashed(after: simulation.journal.stored)
    resumed.options.approvals = ["fix"]
    let held = try await resumed.resume()
    #expect(held.hold?.cause == .unconfirmed)
    #expect(held.hold?.message.holds("recovery was approved") == true)
    #expect(!resumed.history.contains("started fix#1"))
    // Who goes on all the same approves anew.
    var again = resumed.crashed(after: resumed.journal.stored)
    again.options.approvals = ["fix"]
    #expect(try await again.resume().hold?.subject == "recovery")
    var approved = again.crashed(after: again.journal.stored)
    approved.outcomes["login"]?.append(.values(["stdout": "no"]))
    approved.options.approvals = ["recovery", "fix"]
    let state = try await approved.resume()
    #expect(state.step("fix").status == .succeeded)
    if case .ended(let end) = state.lifecycle {
      #expect(end.reason.holds("detection did not confirm the incident any more"))
    }
  }

  /// What a change captured in one database is not what it is in another.
  @Test func whatWasCapturedInTheFormerDatabaseIsNotUsed() async throws {
    let plain = Runbook.Connection(
      name: "main", place: Place(file: "runbook.yaml", line: 1, column: 1), kind: "postgres",
      url: source("postgres://h/db"), keepsReceipts: false)
    var simulation = Simulation(
      runbook(
        [
          confirmation(),
          step("make", .recovery, kind: "sql") { $0.captures = [capture("made", "stdout")] },
          step("use", .recovery, kind: "sql", text: "${{ made }}") { $0.gate = StepOptions.Gate() },
        ], connections: [plain]))
    simulation.effects = ["make": .mutating, "use": .mutating]
    simulation.outcomes["make"] = [.values(["stdout": "7"])]
    simulation.gateway = SimulatedGateway(databaseOID: 1)
    simulation.options.approvals = ["recovery"]
    #expect(try await simulation.run().hold?.subject == "use")
    var moved = simulation.crashed(after: simulation.journal.stored)
    moved.gateway = SimulatedGateway(databaseOID: 2)
    moved.options.approvals = ["recovery", "identity:main", "use"]
    let state = try await moved.resume()
    #expect(state.hold?.cause == .failedStep)
    #expect(state.hold?.message.holds("what step 'make' captured as 'made' is not used") == true)
  }

  @Test(
    arguments: [
      ([connection("db")], "connection 'main' is not in the runbook any more"),
      ([connection(), connection("db")], nil),
    ] as [([Runbook.Connection], String?)])
  func aConnectionThatSomethingWasDoneOnStays(
    _ connections: [Runbook.Connection], _ why: String?
  ) async throws {
    var simulation = try await heldInVerification(kind: "sql")
    let state = try RunState(replaying: simulation.journal.stored)
    simulation.runbook = runbook(Self.verified(kind: "sql"), connections: connections)
    let found = simulation.plan.strandings(of: state)
    #expect(found.isEmpty == (why == nil))
    if let why {
      #expect(found == ["\(why), and step 'fix' changed something there, or may have"])
    }
  }

  /// What a person answers lets a run go on, and shows nothing.
  @Test(
    arguments: [
      ([step("ask", .verification, kind: "manual")], RunEnded.Status.unverified),
      ([step("ask", .verification, kind: "manual"), step("v", .verification)], .resolved),
    ] as [([Step], RunEnded.Status)])
  func anAnswerAloneVerifiesNothing(_ checks: [Step], _ status: RunEnded.Status) async throws {
    var simulation = Simulation([confirmation(), step("fix", .recovery)] + checks)
    simulation.options.approvals = ["recovery"]
    let state = try await simulation.run()
    #expect(state.endStatus == status)
    #expect(state.verification.words.holds("1 rests on a person's word"))
    if case .ended(let end) = state.lifecycle { #expect(state.objection(to: end) == nil) }
  }

  @Test func thatNothingIsWrongIsNotTakenFromAPersonsWord() async throws {
    let ask = step("ask", .detection, kind: "manual") { $0.confirms = source("false") }
    let state = try await Simulation([ask, step("fix", .recovery)]).run()
    #expect(state.endStatus == .undetermined)
  }

  /// Two names for one database.
  @Test func theProofIsAskedForByWhateverNameADatabaseHas() throws {
    let actor = Actor(account: "ann")
    var state = RunState()
    var plan = Simulation([step("fix", .recovery)])
    plan.options.approvals = []
    let work = WorkItem(language: .sql, text: "UPDATE", effect: .mutating)
    let events: [Event] = [
      .runStarted(RunStarted(plan.plan, plan.options, .none)),
      .connectionIdentified(EventSample.identity("main")),
      .attemptStarted(
        AttemptStarted(
          step: "fix", attempt: 1, effect: .mutating, isEffectDeclared: false, connection: "main",
          work: [work], settledBy: .receipt)),
      .attemptFinished(
        AttemptFinished(
          step: "fix", attempt: 1, outcome: .succeeded, result: .map(ValueMap()),
          elapsedMicroseconds: 0, hasReceipt: true)),
    ]
    for event in events { try state.apply(event, at: .epoch, by: actor) }
    let same = EventSample.identity("db").identity
    let other = EventSample.identity("db", databaseOID: 2).identity
    #expect(state.proof(on: "db", of: same).receipts == ["fix"])
    #expect(state.proof(on: "db", of: same).generation == 1)
    #expect(state.proof(on: "db", of: other).isEmpty)
  }
}
