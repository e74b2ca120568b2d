public import RunbookModel

/// Decides what a run does next. Pure: the same plan and state give the same command.
///
/// | where the run is                            | command                                         |
/// | ------------------------------------------- | ----------------------------------------------- |
/// | its sandbox is not ready                    | prepareSandbox                                  |
/// | a step is pending, `when` is false          | skip                                            |
/// | a step is pending                           | perform (in recovery: once its gates allow)     |
/// | failed, and its retry allows another        | perform, not before the pause is over           |
/// | failed in timeline, detection               | goes on to the next step                        |
/// | failed in verification, with an answer      | goes on to the next step                        |
/// | failed in verification, without an answer   | hold; perform again once it is taken up         |
/// | failed in recovery, safeguards              | hold                                            |
/// | in flight when the run was resumed          | settle                                          |
/// | failed, though its work had ended well      | hold, unless its probe or `on: failure:` decides |
/// | failed, to be retried, and has a probe      | settle, and then perform                        |
/// | unknown, whatever its retry allows          | settle; hold when that did not help             |
/// | a connection leads elsewhere than before    | openGate, ask; hold when refused                |
/// | what a step has shown counts no more        | reopen it, and every later one that only reads  |
/// | a safeguard changed something behind checks | reopen these, once no safeguard is left         |
/// | a capture was not stored, as it is secret   | perform its step again; hold where it changes   |
/// | the run's deadline has passed               | hold                                            |
/// | detection found nothing, a step failed      | end: undetermined                               |
/// | detection found nothing, by a person's word | end: undetermined                               |
/// | detection found nothing that it must        | end: notConfirmed                               |
/// | that, where recovery was approved or begun  | hold; go on where a person resumes it all the same |
/// | recovery hangs on what a failed step before | hold; perform that step again once it is taken  |
/// | it was to find out                          | up                                              |
/// | recovery is next                            | openGate, ask; hold when refused                |
/// | a safeguard asks, and is refused            | decline                                         |
/// | verification over, a step failed            | end: failed                                     |
/// | everything over, passed, nothing is lost or | end: resolved                                   |
/// | left out by recovery                        |                                                 |
/// | everything over, else                       | end: unverified                                 |
public struct RunMachine: Sendable {
  public let plan: Plan
  let binder: Binder
  /// Steps from the start that are settled for good; only saves looking at them again.
  private var settledCount = 0
  /// When they were counted: what was settled may be open again.
  private var reopeningCount = 0

  public init(plan: Plan, binder: Binder) {
    self.plan = plan
    self.binder = binder
  }

  /// - Parameter now: for the deadlines.
  public mutating func decide(_ state: RunState, scope: RunScope, now: Timestamp) -> Command {
    if plan.isSandbox, state.sandbox == nil { return .prepareSandbox }
    if let command = identityGate(state) { return command }
    let outdated = state.outdatedSteps
    // What may still be changing something is settled first.
    let waits = state.isOutdatedBySafeguardsAlone && hasOpenSafeguard(state)
    if !outdated.isEmpty, !waits, !hasUnsettledChange(state) { return .reopen(outdated) }
    if let command = lostSecret(state, scope) { return command }
    let steps = plan.runbook.steps
    if reopeningCount != state.reopeningCount {
      reopeningCount = state.reopeningCount
      settledCount = 0
    }
    while settledCount < steps.count, state.step(steps[settledCount].id).status.isSettled {
      settledCount += 1
    }
    for step in steps[settledCount...] {
      if let command = ending(before: step.phase, state) { return command }
      if let command = advance(step, state, scope, now) { return command }
    }
    return ending(before: nil, state) ?? .end(end(by: verification(state), state))
  }

  private func hasOpenSafeguard(_ state: RunState) -> Bool {
    plan.runbook.steps.contains { $0.phase == .safeguards && !state.step($0.id).status.isSettled }
  }

  private func hasUnsettledChange(_ state: RunState) -> Bool {
    plan.runbook.steps.contains {
      $0.phase.mayChange && [.running, .unknown].contains(state.step($0.id).status)
    }
  }

  /// What is to be done about a step; nil goes on to the next.
  private func advance(
    _ step: Step, _ state: RunState, _ scope: RunScope, _ now: Timestamp
  ) -> Command? {
    let current = state.step(step.id)
    switch current.status {
    case .succeeded, .skipped:
      return nil
    case .pending:
      return begin(step, state, scope, now)
    case .running:
      return .settle(step)
    case .failed:
      if [.interrupted, .unanswered, .elsewhere].contains(current.failure?.cause) {
        return begin(step, state, scope, now)
      }
      if current.isRetryWanted { return retry(step, state, scope, now) }
      if let time = nextAttempt(of: step, current, state, scope) {
        return retry(step, state, scope, now, notBefore: time)
      }
      if step.phase.mayChange { return holdOnFailure(of: step, current) }
      if looksAgain(step, current, state, scope) { return begin(step, state, scope, now) }
      guard step.phase == .verification, current.isWithoutAnswer else { return nil }
      return current.isOfFormerProcess
        ? begin(step, state, scope, now) : holdOnVerification(step, current)
    case .unknown:
      guard step.phase.mayChange else { return nil }
      return current.settlement == nil ? .settle(step) : holdOnUnknown(step, current)
    }
  }

  /// Another attempt, once it is known that the last had no effect.
  private func retry(
    _ step: Step, _ state: RunState, _ scope: RunScope, _ now: Timestamp,
    notBefore: Timestamp? = nil
  ) -> Command {
    let needsProbe = step.options.settle != nil && step.phase.mayChange
    if needsProbe, state.step(step.id).settlement?.settlement != .notDone { return .settle(step) }
    return begin(step, state, scope, now, notBefore: notBefore)
  }

  private func begin(
    _ step: Step, _ state: RunState, _ scope: RunScope, _ now: Timestamp,
    notBefore: Timestamp? = nil
  ) -> Command {
    let attempt = state.step(step.id).attempts + 1
    do throws(StepFailure) {
      // Before it is asked whether it is wanted: that may hang on the same.
      if step.phase == .recovery, state.gates[Self.recoveryGateName] == nil,
        let hold = holdOnUnfound(state, scope)
      {
        return .hold(hold)
      }
      // What has begun goes on, whatever its condition would be by now.
      let hasBegun = attempt > 1 && state.step(step.id).reopened == nil
      let isWanted = hasBegun ? true : try binder.isWanted(step, in: scope)
      guard isWanted else {
        let restsOn = step.options.when.map {
          Grounds(binder, scope).standIns(under: $0, giving: .bool(false))
        }
        return .skip(
          step.id, reason: step.options.when?.text ?? "", restsOn: restsOn ?? [])
      }
      if let hold = passedDeadline(state, now) { return .hold(hold) }
      let needsRecoveryGate = step.phase == .recovery
      if needsRecoveryGate, let command = recoveryGate(state, scope) { return command }
      var bound = try binder.bind(step, in: scope)
      bound.unestablished = Footing.unestablished(step, hasBegun: hasBegun, binder, scope)
      if asksByItself(bound, state),
        let command = ownGate(bound, state, scope)
      {
        return command
      }
      return .perform(bound, attempt: attempt, notBefore: notBefore)
    } catch {
      let failure = UnfoundNames(plan, state, scope).explained(error.record)
      return .fail(step.id, sayingWhatIsLost(failure, state))
    }
  }

  /// What was captured where a connection leads no more is undefined: that says why.
  private func sayingWhatIsLost(_ failure: FailureRecord, _ state: RunState) -> FailureRecord {
    let lost = plan.captures.filter {
      state.step($0.step).loss != nil && failure.message.holds($0.capture.name)
    }
    return lost.reduce(failure) { failure, owned in
      failure.saying(
        "what step '\(owned.step)' captured as '\(owned.capture.name)' is not used: the database that "
          + "the connection leads to has no record of the step")
    }
  }

  /// When a failed step may be tried again by itself; nil when it may not.
  private func nextAttempt(
    of step: Step, _ current: StepState, _ state: RunState, _ scope: RunScope
  ) -> Timestamp? {
    guard let retry = step.options.retry, let last = current.finishedAt,
      let failure = current.failure, failure.cause != .invalid,
      !current.isEffectDone || mayRepeatDone(step, retry),
      retry.condition.map({ isMet($0, by: failure, current, scope) }) ?? true,
      let next = retry.nextStart(
        last: last, spent: current.round.spent, after: current.round.attempts,
        key: "\(state.started?.run.rawValue ?? "") \(step.id)")
    else { return nil }
    if let deadline = step.options.deadline, current.round.spent + next.since(last) > deadline {
      return nil
    }
    return next
  }

  /// Whether a change whose work had ended well may be tried again: its probe is asked before, or its author
  /// has looked at the result.
  private func mayRepeatDone(_ step: Step, _ retry: StepOptions.Retry) -> Bool {
    step.options.settle != nil || retry.condition?.expression != nil
  }

  private func isMet(
    _ condition: StepOptions.RetryCondition, by failure: FailureRecord, _ current: StepState,
    _ scope: RunScope
  ) -> Bool {
    let code = failure.code ?? ""
    if condition.exitCodes.contains(where: { code == "exit \($0)" }) { return true }
    if condition.sqlStates.contains(where: { code.utf8.count == 5 && code.begins(with: $0) }) {
      return true
    }
    if condition.statuses.contains(where: { code == "\($0)" }) { return true }
    guard let expression = condition.expression else { return false }
    var scope = scope
    scope.result = current.visibleResult
    scope.result?["failure"] = [
      "cause": .string(failure.cause.rawValue), "code": .string(code),
      "message": .string(failure.message),
    ]
    do throws(StepFailure) {
      return try binder.truth(of: expression, in: scope, what: "failure")
    } catch {
      // What cannot be judged is not tried again by itself: a person is asked.
      return false
    }
  }

  private func passedDeadline(_ state: RunState, _ now: Timestamp) -> RunHeld? {
    guard let deadline = plan.runbook.deadline, let start = state.startedAt,
      !state.isPastDeadline, now.since(start) > deadline
    else { return nil }
    return RunHeld(
      cause: .deadline, subject: nil,
      message: "the run's deadline of \(deadline.secondsText) has passed")
  }

  private func holdOnFailure(of step: Step, _ state: StepState) -> Command {
    .hold(
      RunHeld(
        cause: .failedStep, subject: step.id.rawValue,
        message: "step '\(step.id)' failed: \(state.failure?.message ?? "no reason is known")"))
  }

  private func holdOnVerification(_ step: Step, _ state: StepState) -> Command {
    .hold(
      RunHeld(
        cause: .verification, subject: step.id.rawValue,
        message: "verification step '\(step.id)' could not be carried out: "
          + (state.failure?.message ?? "no reason is known")))
  }

  private func holdOnUnknown(_ step: Step, _ state: StepState) -> Command {
    let reason = state.settlement.map { ": \($0.detail)" } ?? ""
    return .hold(
      RunHeld(
        cause: .unknownStep, subject: step.id.rawValue,
        message: "it is not known whether step '\(step.id)' took effect\(reason)"))
  }

  /// A capture that was not stored is only known to the process that made it (law L7).
  private func lostSecret(_ state: RunState, _ scope: RunScope) -> Command? {
    guard
      let lost = plan.captures.first(where: {
        state.withheldCaptures.contains($0.capture.name)
          && scope.transientCaptures[$0.capture.name] == nil
          && state.step($0.step).status == .succeeded
      }), let step = plan.runbook.steps.first(where: { $0.id == lost.step })
    else { return nil }
    guard !step.phase.mayChange else {
      return .hold(
        RunHeld(
          cause: .lostSecret, subject: step.id.rawValue,
          message:
            "the capture '\(lost.capture.name)' of step '\(step.id)' held a secret, which is "
            + "not stored, and the step cannot run again to make it anew"))
    }
    do throws(StepFailure) {
      return .perform(
        try binder.bind(step, in: scope), attempt: state.step(step.id).attempts + 1, notBefore: nil)
    } catch {
      return .hold(
        RunHeld(cause: .lostSecret, subject: step.id.rawValue, message: error.record.message))
    }
  }
}
