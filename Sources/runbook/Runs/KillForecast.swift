import RunbookEngine
import RunbookModel

/// What it would mean if the run's process were killed now, or what it means that it was.
struct KillForecast {
  let lines: [String]

  init(_ state: RunState, isAlive: Bool, _ commands: PrintedCommands) {
    guard case .running = state.lifecycle else {
      lines = []
      return
    }
    let start = isAlive ? "If its process were killed now: " : "Its process is gone: "
    let steps = state.runbook?.steps ?? []
    let flying = steps.first { state.step($0.id).status == .running }
    lines = [
      start
        + (flying.map { Self.text($0.id, state.step($0.id), commands) }
          ?? "no step is in flight; '\(commands(.resume))' goes on with the next.")
    ]
  }

  private static func text(
    _ step: StepID, _ state: StepState, _ commands: PrintedCommands
  ) -> String {
    let resume = commands(.resume)
    return switch state.settledBy {
    case .repeatable:
      "step '\(step)' is in flight; it changes nothing, and '\(resume)' runs it again."
    case .receipt:
      "step '\(step)' is in flight; the database keeps all of it or nothing, its receipt says which, "
        + "and '\(resume)' reads it."
    case .probe:
      "step '\(step)' is in flight; '\(resume)' asks its 'settle:' probe whether it is done."
    case .word, nil:
      "step '\(step)' is in flight, and nothing can say whether it is done: '\(resume)' "
        + "holds, and a person decides with '\(commands(.resolve, "\(step) --done --reason TEXT"))', or "
        + "--not-done."
    }
  }
}
