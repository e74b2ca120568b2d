import RunbookEngine
import RunbookModel

/// A step of a drill whose outcomes were written ahead of time.
struct CannedActivity: Activity {
  let step: Step
  let effect: Effect
  let connection: String?
  let work: [WorkItem]
  let spec: KindSpec
  /// The last one stays.
  let attempts: [Simulation.Attempt]
  let clock: any EngineClock

  var isEffectDeclared: Bool { step.options.effect != nil }

  /// Nothing is ever done, so it may always be done again; but what nobody could know of the real step
  /// nobody knows here.
  var settlingMeans: SettlingMeans { mayEndOpen ? .none : .repeatable }

  /// Whether an attempt is cut off in the midst of a change, by its time or as it was written, that neither a receipt nor
  /// a probe tells of.
  private var mayEndOpen: Bool {
    guard effect != .readOnly, !spec.keepsReceipts, step.options.settle == nil else { return false }
    return attempts.contains { attempt in
      if let limit = step.options.timeout, limit < attempt.delay.duration { return true }
      do throws(StepFailure) {
        return try CannedResult(spec: spec, step: step).result(of: attempt).isEffectOpen
      } catch {
        return error.partial?.isEffectOpen ?? false
      }
    }
  }

  func perform(in context: AttemptContext) async throws(StepFailure) -> StepResult {
    guard let attempt = attempts.prefix(max(1, context.attempt)).last else {
      throw StepFailure(
        .invalid, "nothing is simulated for step '\(step.id)'",
        hint: "give it an outcome in the drill's `simulate`")
    }
    try await wait(for: attempt.delay.duration, in: context)
    let result: StepResult
    do throws(StepFailure) {
      result = try CannedResult(spec: spec, step: step).result(of: attempt)
    } catch {
      if let partial = error.partial { show(partial, in: context) }
      throw error
    }
    show(result, in: context)
    return result
  }

  private func wait(
    for delay: Duration, in context: AttemptContext
  ) async throws(StepFailure) {
    let limit = context.ownTimeout
    do {
      try Task.checkCancellation()
      if delay > .zero { try await clock.sleep(for: min(delay, limit ?? delay)) }
    } catch {
      throw StepFailure(.interrupted, "the simulated step was stopped")
    }
    if let limit, limit < delay {
      var partial = StepResult()
      partial.isEffectOpen = mayEndOpen
      throw StepFailure(
        .timeout, "the step did not end within \(limit.secondsText) (simulated)",
        mayRetryHelp: true, partial: partial)
    }
  }

  private func show(_ result: StepResult, in context: AttemptContext) {
    for (name, stream) in [
      ("stdout", OutputLine.Stream.standardOutput), ("stderr", .standardError),
    ] {
      for line in (result.values[name]?.stringValue ?? "").pieces(whereSeparator: \.isNewline) {
        context.output(OutputLine(stream, String(line)))
      }
    }
  }
}
