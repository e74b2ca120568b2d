import RunbookModel

/// The attempts of a run's steps, as their activities are told of them.
struct RunAttempts {
  private let setup: RunSetup
  private let record: RunRecord

  init(_ setup: RunSetup, _ record: RunRecord) {
    self.setup = setup
    self.record = record
  }

  /// - Parameter folder: of the attempt's evidence.
  func context(of step: Step, _ attempt: Int, _ folder: String) -> AttemptContext {
    let (observer, redactor, clock, id) = (setup.observer, setup.redactor, setup.clock, step.id)
    let (options, state) = (setup.options, record.state)
    return AttemptContext(
      run: options.run, step: id, attempt: attempt, actor: options.actor,
      timeout: step.options.timeout, remaining: remaining(for: step, state),
      generation: options.generation, evidenceFolder: folder,
      output: { line in
        observer.observe(OutputLine(line.stream, redactor.redact(line.text)), of: id)
      }, now: { clock.now() }, redactor: redactor,
      objection: { [binder = setup.binder, scope = record.scope] result in
        AttemptJudge(binder: binder).judge(step, result, in: scope).failure
      }, keepsResult: !step.options.captures.isEmpty, key: options.key,
      actors: state.step(id).actors, receiptDigests: state.step(id).receiptDigests,
      proof: setup.plan.connection(of: step).map { state.proof(on: $0.name) } ?? RunProof(),
      leaseLoss: record.leaseLoss)
  }

  /// What is left of the deadlines of step and run; at least a second, as both are looked at before
  /// an attempt begins.
  private func remaining(for step: Step, _ state: RunState) -> Duration? {
    var limits: [Duration] = []
    if let deadline = step.options.deadline {
      limits.append(deadline - state.step(step.id).round.spent)
    }
    if let deadline = setup.plan.runbook.deadline, let start = state.startedAt,
      !state.isPastDeadline
    {
      limits.append(deadline - max(.zero, setup.steadyNow.since(start)))
    }
    return limits.min().map { max($0, .seconds(1)) }
  }

  /// What a step captures of a result that was had before: what is to be stored, the names of what may not be, and what
  /// it rests on.
  func captures(
    of step: Step, _ result: StepResult
  ) -> (stored: ValueMap, withheld: [String], footing: Footing?) {
    let scope = record.scope
    let verdict = AttemptJudge(binder: setup.binder).judge(step, result, in: scope)
    let footing = Footing(ofFormer: step, verdict, result, setup.binder, scope)
    let (stored, withheld) = record.keep(verdict.captures, isWhole: result.openEnded.isEmpty)
    return (stored, withheld, footing)
  }

  /// The same, as far as the step's receipt tells.
  ///
  /// A receipt was redacted: what is made of a mark is not made of the value.
  func capturesOfReceipt(
    of step: Step, _ result: StepResult
  ) -> (stored: ValueMap, withheld: [String], footing: Footing?) {
    guard !Redactor.hasMark(.map(result.values)) else {
      return (ValueMap(), step.options.captures.map(\.name), nil)
    }
    return captures(of: step, result)
  }
}
