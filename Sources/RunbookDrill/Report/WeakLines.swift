import RunbookEngine
import RunbookModel

/// The runbook's own weak lines, as a drill found them: steps that failed, were tried again, were
/// skipped by a person, or are still unknown.
struct WeakLines {
  let texts: [String]

  init(_ state: DrillState) {
    let record = state.run.runbook
    let file = record?.fileName ?? "runbook.yaml"
    let found = (record?.steps ?? []).compactMap { step in
      Self.weakness(of: state.run.step(step.id)).map {
        "`\(file):\(step.line)` step `\(step.id)`: \($0)"
      }
    }
    if !found.isEmpty {
      texts = found
    } else if state.started?.mode == .talk {
      texts = ["No step was carried out: a talk drill tries none."]
    } else {
      texts = ["No step failed, was tried again or was skipped by a person."]
    }
  }

  private static func weakness(of step: StepState) -> String? {
    switch step.status {
    case .failed: "failed\(step.failure.map { ": \(plain($0.message))" } ?? "")"
    case .unknown: "is unknown"
    case .skipped where step.attempts > 0: "was skipped after \(step.attempts) attempts"
    case .succeeded where step.attempts > 1: "took \(step.attempts) attempts"
    default: nil
    }
  }
}
