import RunbookEngine
import RunbookModel

/// What it would mean if the run's process were killed now, or what it means that it was.
struct KillForecast {
  let lines: [String]

  init(_ state: RunState, isAlive: Bool, run: RunID) {
    guard case .running = state.lifecycle else {
      lines = []
      return
    }
    let start = isAlive ? "If its process were killed now: " : "Its process is gone: "
    let steps = state.runbook?.steps ?? []
    let flying = steps.first { state.step($0.id).status == .running }
    lines = [
      start
        + (flying.map { Self.text($0.id, state.step($0.id), run) }
          ?? "no step is in flight; 'runbook resume \(run)' goes on with the next.")
    ]
  }

  private static func text(_ step: StepID, _ state: StepState, _ run: RunID) -> String {
    switch state.settledBy {
    case .repeatable:
      "step '\(step)' is in flight; it changes nothing, and 'runbook resume \(run)' runs it again."
    case .receipt:
      "step '\(step)' is in flight; the database keeps all of it or nothing, its receipt says which, "
        + "and 'runbook resume \(run)' reads it."
    case .probe:
      "step '\(step)' is in flight; 'runbook resume \(run)' asks its 'settle:' probe whether it is done."
    case .word, nil:
      "step '\(step)' is in flight, and nothing can say whether it is done: 'runbook resume \(run)' "
        + "holds, and a person decides with 'runbook resolve \(run) \(step)'."
    }
  }
}
