import RunbookModel

/// Carries out the steps that fill a sandbox and break it. They are no steps of the run: the journal
/// tells of them once the sandbox stands.
extension Executor {
  func prepare(
    _ steps: [Step], _ part: PreparationRecord.Part, _ preparation: inout Preparation
  ) async throws(StepFailure) {
    for step in steps {
      do throws(StepFailure) {
        try await prepare(step, part, &preparation)
      } catch {
        let record = error.record
        throw StepFailure(
          record.cause, "\(part.rawValue) step '\(step.id)': \(record.message)",
          detail: record.detail, hint: record.hint, code: record.code)
      }
    }
  }

  private func prepare(
    _ step: Step, _ part: PreparationRecord.Part, _ preparation: inout Preparation
  ) async throws(StepFailure) {
    let start = ports.clock.now()
    let scope = preparation.currentScope
    guard try binder.isWanted(step, in: scope) else {
      return preparation.skip(step, part, at: start)
    }
    // Who practises is not told what breaks.
    if part != .fault || ports.witness == nil {
      ports.observer.observe(progress: redactor.redact(step.title))
    }
    let bound = try binder.bind(step, in: scope, isPreparation: true)
    let (result, captures) = try await attempts(of: bound, in: scope)
    preparation.take(captures)
    preparation.records.append(
      PreparationRecord(
        part: part, id: step.id, title: step.title, kind: step.kind, outcome: .succeeded,
        startedAt: start, finishedAt: ports.clock.now(), work: bound.activity.work,
        result: .map(StoredResult(result, redactor).values)))
  }

  /// Tries a step as often as its `retry` allows.
  ///
  /// - Throws: the last attempt's failure.
  private func attempts(
    of bound: BoundStep, in scope: RunScope
  ) async throws(StepFailure) -> (StepResult, ValueMap) {
    let first = ports.clock.uptime()
    var count = 0
    while true {
      count += 1
      do throws(StepFailure) {
        return try await attempt(count, of: bound, in: scope)
      } catch {
        let next = bound.step.options.retry?
          .nextStart(
            last: .epoch, spent: ports.clock.uptime() - first, after: count,
            key: bound.step.id.rawValue)
        guard let next, ![.interrupted, .invalid].contains(error.record.cause) else { throw error }
        try await pause(for: next.since(.epoch))
      }
    }
  }

  private func attempt(
    _ number: Int, of bound: BoundStep, in scope: RunScope
  ) async throws(StepFailure) -> (StepResult, ValueMap) {
    let folder = "\(options.runFolder)/evidence/sandbox-\(bound.step.id)"
    let result = try await bound.activity.perform(in: context(of: bound.step, number, folder))
    let verdict = AttemptJudge(binder: binder).judge(bound.step, result, in: scope)
    if let failure = verdict.failure { throw StepFailure(failure, partial: result) }
    return (result, verdict.captures)
  }

  private func pause(for duration: Duration) async throws(StepFailure) {
    do {
      try await ports.clock.sleep(for: duration)
    } catch {
      throw StepFailure(.interrupted, "interrupted")
    }
  }
}
