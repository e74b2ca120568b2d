import RunbookModel

/// Makes of what an attempt brought back the entry that tells of it: judged, with what it captured, and its evidence.
struct AttemptReport {
  private let setup: RunSetup
  private let record: RunRecord
  private let attempts: RunAttempts

  init(_ setup: RunSetup, _ record: RunRecord, _ attempts: RunAttempts) {
    self.setup = setup
    self.record = record
    self.attempts = attempts
  }

  /// What an attempt ended with.
  struct Ending {
    var result = StepResult()
    var failure: FailureRecord?
    /// By the clock of durations.
    let began: Duration
    let evidenceFolder: String
  }

  func entry(
    of bound: BoundStep, attempt: Int, _ ending: Ending
  ) -> AttemptFinished {
    let (step, binder, result) = (bound.step, setup.binder, ending.result)
    var verdict = AttemptJudge.Verdict()
    var (captures, withheld) = (ValueMap(), [String]())
    var footing: Footing?
    if let failure = ending.failure {
      verdict.failure = failure
    } else if result.isFormer {
      // What was committed then was judged then.
      (captures, withheld, footing) = attempts.capturesOfReceipt(of: step, result)
    } else {
      let scope = record.scope
      verdict = AttemptJudge(binder: binder).judge(step, result, in: scope)
      if verdict.failure == nil { footing = Footing(bound, verdict, result, binder, scope) }
      (captures, withheld) = record.keep(verdict.captures, isWhole: result.openEnded.isEmpty)
    }
    let staying = staying(bound, result)
    if let staying {
      verdict.failure = verdict.failure?.saying("\(staying.words), and what it changed stays")
    }
    let isDone = verdict.failure != nil && staying?.isRepeatable == false
    let stored = StoredResult(result, setup.redactor)
    let evidence = EvidenceRecorder(runFolder: setup.options.runFolder).record(
      result.evidence, of: stored, in: ending.evidenceFolder,
      numberedFrom: record.state.evidenceCount, at: setup.clock.now())
    // What is made of the result takes time too.
    let elapsed = setup.clock.uptime() - ending.began
    return AttemptFinished(
      step: step.id, attempt: attempt, outcome: outcome(of: bound, verdict.failure, result),
      result: .map(stored.values), incomplete: stored.incomplete, captures: .map(captures),
      withheldCaptures: withheld,
      isConfirmed: verdict.isConfirmed, expectations: verdict.expectations,
      failure: verdict.failure.map { setup.redactor.redact($0) },
      evidence: evidence.records, timeline: result.timeline,
      notices: result.notices + evidence.notices,
      elapsedMicroseconds: (elapsed.wholeNanoseconds ?? 0) / 1000, hasReceipt: result.hasReceipt,
      workDone: result.workDone, isEffectDone: isDone ? true : nil,
      isWord: binder.kinds[step.kind]?.spec.asksAPerson == true ? true : nil,
      restsOn: footing?.restsOn.isEmpty == false ? footing?.restsOn : nil,
      capturesRestOn: footing?.captures.isEmpty == false ? footing?.captures : nil,
      isUnasked: verdict.isUnasked ? true : nil)
  }

  /// How a change ended well that stays, whatever is made of its result.
  private func staying(_ bound: BoundStep, _ result: StepResult) -> Completion? {
    guard bound.step.phase.mayChange, bound.settledBy != .repeatable, !result.isEffectOpen else {
      return nil
    }
    return result.completion
  }

  /// What failed took no effect, or is known to have ended, unless the failure or the result says that this
  /// is open (law L6).
  private func outcome(
    of bound: BoundStep, _ failure: FailureRecord?, _ result: StepResult
  ) -> Outcome {
    guard let failure else { return .succeeded }
    let isOpen = failure.cause == .lost || result.isEffectOpen
    return isOpen && bound.settledBy != .repeatable ? .unknown : .failed
  }
}
