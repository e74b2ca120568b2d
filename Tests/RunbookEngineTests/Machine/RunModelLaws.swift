import RunbookModel

@testable import RunbookEngine

/// What must be true of every state that a run can come to; each names the law.
struct RunModelLaws {
  let plan: Plan

  /// The laws that a process would break that did this next.
  func broken(in state: RunState, by command: Command) -> [String] {
    switch command {
    case .perform(let bound, _, _): performing(bound, in: state)
    case .settle(let step): settling(step, in: state)
    case .end(let end): ending(end, in: state)
    case .skip, .fail, .hold, .identify, .openGate, .ask, .prepareSandbox: []
    }
  }

  private func performing(_ bound: BoundStep, in state: RunState) -> [String] {
    var broken: [String] = []
    let step = bound.step
    if state.step(step.id).status.isSettled { broken.append("promise 2: \(step.id) is done again") }
    if step.phase == .recovery, state.gates["recovery"]?.isApproved != true {
      broken.append("L8: \(step.id) is performed, and nobody has approved it")
    }
    if let open = unsettledChange(in: state) {
      broken.append("L6: \(step.id) is performed while \(open) is not settled")
    }
    if !state.contested.isEmpty {
      broken.append("identity: \(step.id) is performed though its connection leads elsewhere")
    }
    if step.phase > .detection, state.findings.isEmpty {
      broken.append("promise 1: \(step.id) is performed though nothing is confirmed")
    }
    let earlier = plan.runbook.steps.prefix { $0.id != step.id }
    if let open = earlier.first(where: { $0.phase.mayChange && !isOver($0, in: state) }) {
      broken.append("order: \(step.id) is performed before \(open.id) is over")
    }
    return broken
  }

  private func settling(_ step: Step, in state: RunState) -> [String] {
    let status = state.step(step.id).status
    return [.running, .unknown, .failed].contains(status)
      ? [] : ["L6: \(step.id) is settled though it is \(status)"]
  }

  private func ending(_ end: RunEnded, in state: RunState) -> [String] {
    var broken: [String] = []
    if let open = unsettledChange(in: state) {
      broken.append("L6: the run ends while \(open) is not settled")
    }
    let failed = plan.runbook.steps.filter { $0.phase != .detection && !isOver($0, in: state) }
    if end.status == .resolved, let step = failed.first {
      broken.append("promise 3: the run is resolved though \(step.id) is not over")
    }
    if end.status == .notConfirmed, state.step("d").status != .succeeded,
      state.step("d").status != .skipped
    {
      broken.append("detection: the incident is not confirmed though it could not be looked for")
    }
    return broken
  }

  private func isOver(_ step: Step, in state: RunState) -> Bool {
    state.step(step.id).status.isSettled
  }

  private func unsettledChange(in state: RunState) -> StepID? {
    plan.runbook.steps.first {
      $0.phase.mayChange && [.running, .unknown].contains(state.step($0.id).status)
    }?.id
  }
}
