import RunbookEngine
import RunbookModel

/// The gates that a run of a runbook may ask at.
struct GateNames {
  private let runbook: Runbook

  init(of runbook: Runbook) { self.runbook = runbook }

  /// The recovery, each step, and a connection that leads elsewhere.
  private var all: [String] {
    [RunMachine.recoveryGateName] + runbook.steps.map(\.id.rawValue)
      + runbook.connections.map { RunState.identityGate(of: $0.name) }
  }

  /// Refuses names of gates that no run of the runbook can ask at, before anything is done.
  func check(_ names: [String], _ console: Console) throws {
    let known = all
    for name in names where !known.contains(where: { $0.isIdentical(to: name) }) {
      console.printError(
        "error: the runbook '\(runbook.name)' has no gate '\(name)'")
      if let nearest = NearestName.of(name, among: known) {
        console.printError("  did you mean '\(nearest)'?")
      } else {
        console.printError(
          "  a gate is '\(RunMachine.recoveryGateName)' or one of the runbook's steps")
      }
      throw ExitStatus.usage.code
    }
  }
}
