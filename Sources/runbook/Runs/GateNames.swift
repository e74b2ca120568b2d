import RunbookEngine
import RunbookModel

/// The gates that a run of a runbook may ask at.
struct GateNames {
  private let runbook: Runbook
  private let kinds: [any StepKind]

  init(of runbook: Runbook, kinds: [any StepKind] = Composition.checkingKinds()) {
    self.runbook = runbook
    self.kinds = kinds
  }

  /// The recovery, and the steps that ask by themselves, or may once their values are known.
  private var inOrder: [String] {
    let asking = runbook.steps.filter { step in
      let effect = kinds.first { $0.spec.name == step.kind }?
        .effect(of: step, on: runbook.connection(of: step))
      return RunMachine.needsOwnGate(step, effect: effect) != false
    }
    return (runbook.steps(in: .recovery).isEmpty ? [] : [RunMachine.recoveryGateName])
      + asking.map(\.id.rawValue)
  }

  /// Steps that change something: whether one asks by itself may only be known once its values are.
  private var mayAsk: [String] {
    runbook.steps.filter(\.phase.mayChange).map(\.id.rawValue)
  }

  /// For a connection that leads elsewhere.
  private var ofIdentity: [String] {
    runbook.connections.map { RunState.identityGate(of: $0.name) }
  }

  /// Refuses names of gates that no run of the runbook can ask at, before anything is done.
  ///
  /// - Parameter opened: those that a run has opened: a step that only reads may have asked, too.
  func check(_ names: [String], opened: [String] = [], _ console: Console) throws {
    guard !names.isEmpty else { return }
    let gates = inOrder
    let known = gates + ofIdentity + mayAsk + opened
    for name in names where !known.contains(where: { $0.isIdentical(to: name) }) {
      let isStep = runbook.steps.contains { $0.id.rawValue.isIdentical(to: name) }
      console.printError(
        isStep
          ? "error: the step '\(name)' asks at no gate of its own"
          : "error: the runbook '\(runbook.name)' has no gate '\(name)'")
      if !isStep, let nearest = NearestName.of(name, among: known) {
        console.printError("  did you mean '\(nearest)'?")
      }
      console.printError(
        gates.isEmpty
          ? "  it has no gates: nothing in it changes anything"
          : "  its gates: \(gates.joined(separator: ", "))")
      throw ExitStatus.usage.code
    }
  }
}
