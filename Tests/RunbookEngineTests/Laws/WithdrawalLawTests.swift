import RunbookDrill
import RunbookModel
import Synchronization
import Testing

@testable import RunbookEngine

/// Law L8: what others decide while a question stands there, and approvals that are taken back.
struct WithdrawalLawTests {
  private static let ann = Actor(account: "ann")
  private static let bob = Actor(account: "bob")

  private static func decided(
    _ decision: GateDecided.Decision, _ gate: GateOpened
  ) -> Event {
    .gateDecided(
      GateDecided(
        gate: gate.gate, decision: decision, means: .approveCommand, digest: gate.digest,
        reason: decision == .withdrawn ? "wrong cluster" : nil))
  }

  /// Somebody at another terminal decides while the question stands there, and then it is answered.
  private struct Beside: Operator {
    let journal: MemoryJournal
    let decision: GateDecided.Decision
    let answer: OperatorDecision

    func decide(on gate: GateOpened) async -> OperatorDecision {
      _ = try? await journal.append(
        [WithdrawalLawTests.decided(decision, gate)], by: WithdrawalLawTests.bob, at: .epoch)
      return answer
    }

    func decide(on remnants: [Remnant], of step: StepID) async -> RemnantDecision { .unavailable }
    func answer(_ question: ManualQuestion) async -> String? { nil }
    func mayPerform(_ title: String, _ work: [WorkItem]) async -> Bool? { nil }
  }

  private func state(
    beside decision: GateDecided.Decision, _ answer: OperatorDecision
  ) async throws -> (RunState, Simulation) {
    let simulation = Simulation([
      confirmation(), step("fix", .recovery), step("v", .verification),
    ])
    let person = Beside(journal: simulation.journal, decision: decision, answer: answer)
    let ports = EnginePorts(
      journal: simulation.journal, kinds: simulation.kinds, gateway: simulation.gateway,
      sandboxes: simulation.sandboxes, person: person, observer: simulation.observer,
      clock: simulation.clock)
    var executor = Executor(plan: simulation.plan, ports: ports, options: simulation.options)
    try await executor.run()
    return (executor.state, simulation)
  }

  @Test func aRefusalFromElsewhereStandsAgainstAnAnswerThatComesLater() async throws {
    let (state, simulation) = try await state(beside: .refused, .approved)
    #expect(state.hold?.cause == .refusal)
    #expect(state.hold?.message == "the gate 'recovery' was refused by bob")
    #expect(!simulation.history.contains("started fix#1"))
    #expect(!simulation.history.contains("approved recovery"))
    #expect(simulation.observer.progress.contains { $0.holds("refused by bob meanwhile") })
  }

  @Test func anApprovalFromElsewhereIsNotGivenTwice() async throws {
    let (state, simulation) = try await state(beside: .approved, .approved)
    #expect(state.endStatus == .resolved)
    #expect(simulation.history.filter { $0 == "approved recovery" }.count == 1)
    #expect(state.gates["recovery"]?.approverNames == "bob")
  }

  @Test func aRefusalStandsAgainstAnApprovalFromElsewhere() async throws {
    let (state, _) = try await state(beside: .approved, .refused)
    #expect(state.hold?.cause == .refusal)
  }

  /// A run that waits at its recovery gate.
  private func held() async throws -> (Simulation, GateOpened) {
    let simulation = Simulation([
      confirmation(), step("fix", .recovery), step("more", .recovery), step("v", .verification),
    ])
    try await simulation.run()
    let state = try RunState(replaying: simulation.journal.stored)
    return (simulation, try #require(state.gates["recovery"]?.opened))
  }

  @Test func anApprovalThatWasTakenBackApprovesNothing() async throws {
    let (simulation, gate) = try await held()
    let resumed = simulation.crashed(after: simulation.journal.stored)
    for decision in [GateDecided.Decision.approved, .withdrawn] {
      _ = try await resumed.journal.append(
        [Self.decided(decision, gate)], by: Self.bob, at: .epoch)
    }
    let state = try await resumed.resume()
    #expect(state.hold?.cause == .gate)
    #expect(!resumed.history.contains("started fix#1"))
  }

  @Test func nobodyTakesBackWhatAnotherAccountApproved() async throws {
    let (simulation, gate) = try await held()
    let resumed = simulation.crashed(after: simulation.journal.stored)
    _ = try await resumed.journal.append([Self.decided(.approved, gate)], by: Self.bob, at: .epoch)
    _ = try await resumed.journal.append([Self.decided(.withdrawn, gate)], by: Self.ann, at: .epoch)
    #expect(try await resumed.resume().endStatus == .resolved)
  }

  /// Its intent is stored by then: nothing of it is performed, and the gate asks again.
  @Test func whatHasNotBegunWhenItIsTakenBackDoesNotBegin() async throws {
    var (simulation, gate) = try await held()
    simulation.outcomes["more"] = [.success, .success]
    var resumed = simulation.crashed(after: simulation.journal.stored)
    _ = try await resumed.journal.append([Self.decided(.approved, gate)], by: Self.bob, at: .epoch)
    let journal = resumed.journal
    let performed = RecordingObserver()
    resumed.whilePerforming = { [gate] context in
      performed.observe(progress: context.step.rawValue)
      guard context.step == "fix" else { return }
      _ = try? await journal.append(
        [WithdrawalLawTests.decided(.withdrawn, gate)], by: WithdrawalLawTests.bob, at: .epoch)
    }
    let state = try await resumed.resume()
    #expect(performed.progress == ["fix"])
    #expect(state.hold?.cause == .gate)
    #expect(state.step("more").failure?.cause == .unanswered)
    #expect(
      state.step("more").failure?.message
        == "attempt 1 was not performed: the gate 'recovery' is not approved any more")
    var again = resumed.crashed(after: resumed.journal.stored)
    again.whilePerforming = { _ in }
    again.options.approvals = ["recovery"]
    #expect(try await again.resume().endStatus == .resolved)
    #expect(again.history.contains("succeeded more#2"))
  }

  @Test func whatChangedSinceTheApprovalStaysSaidUntilSomebodyApprovesIt() async throws {
    let word = WordBox("staging")
    var simulation = Simulation([
      confirmation(), step("fix", .recovery), step("v", .verification),
    ])
    simulation.effects = ["fix": .mutating]
    simulation.surroundings = { [Surrounding(name: "environment TARGET", content: word.text)] }
    try await simulation.run()
    let gate = try #require(
      try RunState(replaying: simulation.journal.stored).gates["recovery"]?.opened)
    _ = try await simulation.journal.append(
      [Self.decided(.approved, gate)], by: Self.bob, at: .epoch)
    word.text = "production"
    let first = simulation.crashed(after: simulation.journal.stored)
    let opened = try await first.resume().gates["recovery"]?.opened
    let change = ["fix: environment TARGET is another"]
    #expect(opened?.changes == change)
    let second = first.crashed(after: first.journal.stored)
    let state = try await second.resume()
    #expect(state.gates["recovery"]?.opened.changes == change)
    #expect(state.gateChanges["recovery"] == change)
    var third = second.crashed(after: second.journal.stored)
    third.options.approvals = ["recovery"]
    #expect(try await third.resume().gateChanges.isEmpty)
  }

  @Test func aSafeguardThatIsRefusedIsDeclinedAndTheIncidentIsOver() async throws {
    var simulation = Simulation([
      confirmation(), step("fix", .recovery), step("v", .verification),
      step("s", .safeguards), step("t", .safeguards),
    ])
    simulation.effects = ["s": .mutating, "t": .mutating]
    simulation.options.approvals = ["recovery", "t"]
    simulation.person = SimulatedOperator(decisions: ["s": [.refused]])
    let state = try await simulation.run()
    #expect(
      state.lifecycle
        == .ended(
          RunEnded(
            status: .resolved,
            reason: "every verification step passed; 1 of 2 safeguards was carried out, "
              + "1 was declined (reason: its gate was refused)")))
    #expect(simulation.person.gates.first?.isDeclinable == true)
  }
}

/// A word that a test changes between two processes.
private final class WordBox: Sendable {
  private let word: Mutex<String>

  init(_ text: String) { word = Mutex(text) }

  var text: String {
    get { word.withLock { $0 } }
    set { word.withLock { $0 = newValue } }
  }
}
