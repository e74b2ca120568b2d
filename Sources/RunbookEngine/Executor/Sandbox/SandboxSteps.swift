import RunbookModel

/// Carries out the steps that fill a sandbox and break it. They are no steps of the run: the journal
/// tells of them once the sandbox stands.
struct SandboxSteps {
  private let setup: RunSetup
  private let attempts: RunAttempts
  /// Whether somebody practises who is not told what breaks.
  private let hidesFault: Bool

  init(_ setup: RunSetup, _ attempts: RunAttempts, hidesFault: Bool) {
    self.setup = setup
    self.attempts = attempts
    self.hidesFault = hidesFault
  }

  func carryOut(
    _ steps: [Step], _ part: PreparationRecord.Part, _ preparation: inout Preparation
  ) async throws(StepFailure) {
    for step in steps {
      do throws(StepFailure) {
        try await carryOut(step, part, &preparation)
      } catch {
        let record = error.record
        throw StepFailure(
          record.cause, "\(part.rawValue) step '\(step.id)': \(record.message)",
          detail: record.detail, hint: record.hint, code: record.code)
      }
    }
  }

  private func carryOut(
    _ step: Step, _ part: PreparationRecord.Part, _ preparation: inout Preparation
  ) async throws(StepFailure) {
    let start = setup.clock.now()
    let scope = preparation.currentScope
    guard try setup.binder.isWanted(step, in: scope) else {
      return preparation.skip(step, part, at: start)
    }
    if part != .fault || !hidesFault { setup.tell(setup.redactor.redact(step.title)) }
    let bound = try setup.binder.bind(step, in: scope, isPreparation: true)
    let (result, captures) = try await tries(of: bound, in: scope)
    preparation.take(captures)
    preparation.records.append(
      PreparationRecord(
        part: part, id: step.id, title: step.title, kind: step.kind, outcome: .succeeded,
        startedAt: start, finishedAt: setup.clock.now(), work: bound.activity.work,
        result: .map(StoredResult(result, setup.redactor).values)))
  }

  /// Tries a step as often as its `retry` allows.
  ///
  /// - Throws: the last attempt's failure.
  private func tries(
    of bound: BoundStep, in scope: RunScope
  ) async throws(StepFailure) -> (StepResult, ValueMap) {
    let first = setup.clock.uptime()
    var count = 0
    while true {
      count += 1
      do throws(StepFailure) {
        return try await attempt(count, of: bound, in: scope)
      } catch {
        let next = bound.step.options.retry?
          .nextStart(
            last: .epoch, spent: setup.clock.uptime() - first, after: count,
            key: bound.step.id.rawValue)
        guard let next, ![.interrupted, .invalid].contains(error.record.cause) else { throw error }
        try await pause(for: next.since(.epoch))
      }
    }
  }

  private func attempt(
    _ number: Int, of bound: BoundStep, in scope: RunScope
  ) async throws(StepFailure) -> (StepResult, ValueMap) {
    let folder = "\(setup.options.runFolder)/evidence/sandbox-\(bound.step.id)"
    let context = attempts.context(of: bound.step, number, folder)
    let result = try await bound.activity.perform(in: context)
    let verdict = AttemptJudge(binder: setup.binder).judge(bound.step, result, in: scope)
    if let failure = verdict.failure { throw StepFailure(failure, partial: result) }
    return (result, verdict.captures)
  }

  private func pause(for duration: Duration) async throws(StepFailure) {
    do {
      try await setup.clock.sleep(for: duration)
    } catch {
      throw StepFailure(.interrupted, "interrupted")
    }
  }
}
