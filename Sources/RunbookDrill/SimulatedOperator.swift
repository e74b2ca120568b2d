public import RunbookEngine
public import RunbookModel
private import Synchronization

/// A person whose answers are written ahead of time; where there is none, nobody is there to be asked.
public final class SimulatedOperator: Operator {
  private struct State {
    var decisions: [String: [OperatorDecision]]
    var permissions: [Bool]
    var gates: [GateOpened] = []
  }

  private let state: Mutex<State>
  private let answers: [StepID: String]
  private let remnantDecision: RemnantDecision

  /// - Parameters:
  ///   - decisions: by gate, one for each time that it is asked.
  ///   - answers: to `manual` steps.
  ///   - permissions: for steps, one by one, where the run goes step by step.
  ///   - remnantDecision: on whatever a dead executor left.
  public init(
    decisions: [String: [OperatorDecision]] = [:], answers: [StepID: String] = [:],
    permissions: [Bool] = [], remnantDecision: RemnantDecision = .unavailable
  ) {
    state = Mutex(State(decisions: decisions, permissions: permissions))
    self.answers = answers
    self.remnantDecision = remnantDecision
  }

  /// The gates that were put before the person, in order.
  public var gates: [GateOpened] { state.withLock(\.gates) }

  public func decide(on gate: GateOpened) async -> OperatorDecision {
    state.withLock { state in
      state.gates.append(gate)
      guard var decisions = state.decisions[gate.gate], !decisions.isEmpty else {
        return .unavailable
      }
      let decision = decisions.removeFirst()
      state.decisions[gate.gate] = decisions
      return decision
    }
  }

  public func answer(_ question: ManualQuestion) async -> String? { answers[question.step] }

  public func decide(on remnants: [Remnant], of step: StepID) async -> RemnantDecision {
    remnantDecision
  }

  public func mayPerform(_ title: String, _ work: [WorkItem]) async -> Bool? {
    state.withLock { $0.permissions.isEmpty ? nil : $0.permissions.removeFirst() }
  }
}
