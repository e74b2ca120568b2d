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
    case .reopen(let steps): reopening(steps, in: state)
    case .skip, .decline, .fail, .hold, .identify, .openGate, .ask, .prepareSandbox: []
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
    if state.step(step.id).isEffectDone, !state.step(step.id).isRetryWanted {
      broken.append("promise 2: \(step.id) is done again by itself though it ended well")
    }
    if !state.contested.isEmpty {
      broken.append("identity: \(step.id) is performed though its connection leads elsewhere")
    }
    if step.phase > .detection, state.findings.isEmpty, !state.goesOnUnconfirmed {
      broken.append("promise 1: \(step.id) is performed though nothing is confirmed")
    }
    if !state.outdatedSteps.isEmpty {
      broken.append("current: \(step.id) is performed while an outcome counts no more")
    }
    let earlier = plan.runbook.steps.prefix { $0.id != step.id }
    if let open = earlier.first(where: { $0.phase.mayChange && !isOver($0, in: state) }) {
      broken.append("order: \(step.id) is performed before \(open.id) is over")
    }
    return broken
  }

  /// Only what changes nothing is carried out again.
  private func reopening(_ steps: [StepReopened], in state: RunState) -> [String] {
    steps.compactMap { reopened in
      let step = plan.runbook.steps.first { $0.id == reopened.step }
      let known = state.step(reopened.step)
      let mayBe =
        step?.phase.mayChange == false || known.settledBy == .repeatable
        || known.status == .skipped
      return mayBe ? nil : "promise 2: \(reopened.step) is to be done again"
    }
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
    if [.resolved, .notConfirmed].contains(end.status), !state.outdatedSteps.isEmpty {
      broken.append("current: the run ends on an outcome that counts no more")
    }
    let hasBegun = plan.runbook.steps(in: .recovery).contains { state.step($0.id).attempts > 0 }
    if end.status == .notConfirmed, hasBegun {
      broken.append("word: the run is not confirmed though recovery has begun")
    }
    if end.status == .notConfirmed, !isProved("d", in: state) {
      broken.append("detection: the incident is not confirmed though it was not looked for")
    }
    let verification = plan.runbook.steps.filter { $0.phase == .verification }.map(\.id)
    let isVerified =
      verification.contains { isProved($0, in: state) }
      && verification.allSatisfy { isProved($0, in: state) || doesNotApply($0, in: state) }
    if end.status == .resolved, !isVerified {
      broken.append("word: the run is resolved though its verification did not show it")
    }
    if end.status == .unverified, isVerified {
      broken.append("word: the run is unverified though its verification passed")
    }
    if end.status == .failed, !verification.contains(where: { hasFailed($0, in: state) }) {
      broken.append("word: the run failed though no verification step found anything")
    }
    return broken
  }

  /// Whether it was carried out, and did what it should: not on a person's word.
  private func isProved(_ id: StepID, in state: RunState) -> Bool {
    state.step(id).status == .succeeded && state.step(id).settlement?.means != .word
  }

  private func doesNotApply(_ id: StepID, in state: RunState) -> Bool {
    guard state.step(id).status == .skipped, state.step(id).skip?.cause == .condition else {
      return false
    }
    // What a person left out makes no `when` false that counts.
    let when = plan.runbook.steps.first { $0.id == id }?.options.when?.text ?? ""
    return !plan.runbook.steps.contains { other in
      when.holds("'\(other.id)'") && state.step(other.id).skip?.cause == .decision
    }
  }

  private func hasFailed(_ id: StepID, in state: RunState) -> Bool {
    [.failed, .skipped].contains(state.step(id).status)
      && state.step(id).failure?.isAnswer == true
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
