import RunbookModel

/// Decides what a run does next. Pure: the same plan and state give the same command.
///
/// | where the run is                            | command                                         |
/// | ------------------------------------------- | ----------------------------------------------- |
/// | its sandbox is not ready                    | prepareSandbox                                  |
/// | a step is pending, `when` is false          | skip                                            |
/// | a step is pending                           | perform (in recovery: once its gates allow)     |
/// | failed, and its retry allows another        | perform, not before the pause is over           |
/// | failed in timeline, detection, verification | goes on to the next step                        |
/// | failed in recovery, safeguards              | hold                                            |
/// | in flight when the run was resumed          | declareUnknown, or perform in a read-only phase |
/// | unknown                                     | hold in recovery and safeguards, else goes on   |
/// | detection found nothing, a step failed      | end: undetermined                               |
/// | detection found nothing that it must        | end: notConfirmed                               |
/// | recovery is next                            | openGate, ask; hold when refused                |
/// | verification over, a step failed            | end: failed                                     |
/// | everything over                             | end: resolved                                   |
public struct RunMachine: Sendable {
  public let plan: Plan
  let binder: Binder
  /// Steps from the start that are settled for good; only saves looking at them again.
  private var settledCount = 0

  public init(plan: Plan, binder: Binder) {
    self.plan = plan
    self.binder = binder
  }

  public mutating func decide(_ state: RunState, scope: RunScope) -> Command {
    if plan.isSandbox, state.sandbox == nil { return .prepareSandbox }
    let steps = plan.runbook.steps
    while settledCount < steps.count, state.step(steps[settledCount].id).status.isSettled {
      settledCount += 1
    }
    var phase = settledCount > 0 ? steps[settledCount - 1].phase : .timeline
    for step in steps[settledCount...] {
      if let command = ending(before: step.phase, from: phase, state) { return command }
      phase = step.phase
      if let command = advance(step, state, scope) { return command }
    }
    return ending(before: nil, from: phase, state)
      ?? .end(RunEnded(status: .resolved, reason: resolvedReason))
  }

  /// What is to be done about a step; nil goes on to the next.
  private func advance(_ step: Step, _ state: RunState, _ scope: RunScope) -> Command? {
    let current = state.step(step.id)
    switch current.status {
    case .succeeded, .skipped:
      return nil
    case .pending:
      return begin(step, state, scope)
    case .running:
      return step.phase.mayChange ? .declareUnknown(step.id) : begin(step, state, scope)
    case .failed:
      if current.failure?.cause == .interrupted { return begin(step, state, scope) }
      if let time = nextAttempt(of: step, current) {
        return begin(step, state, scope, notBefore: time)
      }
      return step.phase.mayChange ? holdOnFailure(of: step, current) : nil
    case .unknown:
      return step.phase.mayChange ? holdOnUnknown(step) : nil
    }
  }

  private func begin(
    _ step: Step, _ state: RunState, _ scope: RunScope, notBefore: Timestamp? = nil
  ) -> Command {
    let attempt = state.step(step.id).attempts + 1
    do throws(StepFailure) {
      guard try binder.isWanted(step, in: scope) else {
        return .skip(step.id, reason: step.options.when?.text ?? "")
      }
      let needsRecoveryGate = step.phase == .recovery
      if needsRecoveryGate, let command = recoveryGate(state, scope) { return command }
      let bound = try binder.bind(step, in: scope)
      if step.phase.mayChange, needsOwnGate(bound), let command = ownGate(bound, state, scope) {
        return command
      }
      return .perform(bound, attempt: attempt, notBefore: notBefore)
    } catch {
      return .fail(step.id, error.record)
    }
  }

  /// When a failed step may be tried again; nil when it may not.
  private func nextAttempt(of step: Step, _ state: StepState) -> Timestamp? {
    guard let retry = step.options.retry, let first = state.firstStartedAt,
      let last = state.finishedAt, state.failure?.cause != .invalid
    else { return nil }
    return retry.nextStart(first: first, last: last, after: state.attempts)
  }

  private func holdOnFailure(of step: Step, _ state: StepState) -> Command {
    .hold(
      RunHeld(
        cause: .failedStep, subject: step.id.rawValue,
        message: "step '\(step.id)' failed: \(state.failure?.message ?? "no reason is known")"))
  }

  private func holdOnUnknown(_ step: Step) -> Command {
    .hold(
      RunHeld(
        cause: .unknownStep, subject: step.id.rawValue,
        message: "it is not known whether step '\(step.id)' took effect"))
  }
}

extension RunMachine {
  /// The command that ends the run between two phases; nil when it goes on.
  private func ending(before next: Phase?, from last: Phase, _ state: RunState) -> Command? {
    let isPast = { (phase: Phase) in last <= phase && (next.map { $0 > phase } ?? true) }
    if isPast(.detection), state.findings.isEmpty, let end = endOfDetection(state) {
      return .end(end)
    }
    if isPast(.verification) || next == nil,
      let failed = firstFailure(in: .verification, state)
    {
      return .end(
        RunEnded(status: .failed, reason: "verification step '\(failed.id)' failed"))
    }
    return nil
  }

  /// Whether anything may be done only once detection has confirmed an incident.
  private var needsConfirmation: Bool {
    plan.runbook.steps.contains { $0.options.confirms != nil || $0.phase == .recovery }
  }

  /// How a detection without a finding ends the run; nil when the run goes on.
  private func endOfDetection(_ state: RunState) -> RunEnded? {
    guard let failed = firstFailure(in: .detection, state) else {
      return needsConfirmation
        ? RunEnded(status: .notConfirmed, reason: "detection found no incident") : nil
    }
    let message = state.step(failed.id).failure?.message ?? "no reason is known"
    return RunEnded(
      status: .undetermined, reason: "detection step '\(failed.id)' could not run: \(message)")
  }

  private func firstFailure(in phase: Phase, _ state: RunState) -> Step? {
    plan.runbook.steps.first {
      $0.phase == phase && [.failed, .unknown].contains(state.step($0.id).status)
    }
  }

  private var resolvedReason: String {
    plan.runbook.steps.contains { $0.phase == .verification }
      ? "every verification step passed" : "every step was carried out; there is no verification"
  }
}
