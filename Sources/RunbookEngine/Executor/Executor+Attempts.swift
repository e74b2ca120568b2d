import RunbookModel

extension Executor {
  mutating func perform(
    _ bound: BoundStep, attempt: Int, notBefore: Timestamp?
  ) async throws(StoreError) {
    if let notBefore {
      guard try await wait(until: notBefore, for: bound.step.id, attempt) else { return }
    }
    let step = bound.step
    guard try await mayBegin(bound) else { return }
    if bound.activity.connectsByItself, let connection = bound.activity.connection {
      forget(connection)
    }
    var bound = bound
    var activity: any Activity { bound.activity }
    let isUnseen = await isUnseen(activity.connection)
    let isClockUnseen = await self.isUnseen(activity.clockConnection)
    if isUnseen || isClockUnseen { try await flushOutcome() }
    var obstacle: FailureRecord?
    switch await prepareConnection(activity.connection) {
    case .ready:
      if step.phase.mayChange || step.options.isTrial { bound = await bound.informed() }
    case .obstacle(let failure): obstacle = failure
    case .contested: return
    }
    // Nothing is asked where nothing can be performed.
    if obstacle == nil { guard try await isAsApproved(bound) else { return } }
    if case .contested = await prepareConnection(activity.clockConnection) { return }
    var noted: Int64?
    if obstacle == nil, notesBeginning(of: bound) {
      // That its gate is approved comes before anything that is written.
      try await flush()
      do throws(StepFailure) {
        noted = try await note(bound)
      } catch {
        // Where it was led elsewhere meanwhile, it is held against its approval once more.
        if case .elsewhere = error.record.cause { return }
        if await objection(to: bound) != nil { return }
        obstacle = error.record
      }
    }
    let probe = await probeSeal(of: step)
    try queue(
      .attemptStarted(
        AttemptStarted(
          step: step.id, attempt: attempt, effect: activity.effect,
          isEffectDeclared: activity.isEffectDeclared, connection: activity.connection,
          work: activity.work, settledBy: bound.settledBy,
          receiptDigest: bound.settledBy == .receipt
            ? activity.receiptDigest(options.key) : nil,
          noted: noted, unguarded: activity.unguarded.isEmpty ? nil : activity.unguarded,
          probe: probe, definition: StepDefinition(of: step, binder).digest(options.key),
          isTrial: step.options.isTrial ? true : nil)))
    if attempt > 1 { forgetCaptures(of: step.id) }
    try await flush()
    if let withdrawn = missingConsent(for: bound) {
      return try finish(
        step.id, outcome: .failed, failure: withdrawn,
        workDone: WorkDone.until(0, of: activity.work.count))
    }
    if let obstacle { return try finishUnperformed(bound, obstacle) }
    try await carryOut(bound, attempt: attempt)
  }

  /// Whether the database is told that a change begins which leaves no receipt there: where the run keeps receipts
  /// in it anyway. By that an older copy is known.
  private func notesBeginning(of bound: BoundStep) -> Bool {
    guard bound.step.phase.mayChange, [.probe, .word].contains(bound.settledBy),
      let connection = bound.activity.connection
    else { return false }
    return machine.receiptConnections.contains { $0.isIdentical(to: connection) }
  }

  private mutating func note(_ bound: BoundStep) async throws(StepFailure) -> Int64? {
    guard let connection = bound.activity.connection else { return nil }
    let count = Int64(state.attempts + 1)
    var isLedAnew = false
    try await onKnownGround([connection]) { (executor) async throws(StepFailure) in
      if isLedAnew, let objection = await executor.objection(to: bound) {
        throw StepFailure(objection)
      }
      isLedAnew = true
      if let obstacle = await executor.prepareReceipts(on: connection) {
        throw StepFailure(obstacle)
      }
      try await executor.ports.gateway.note(
        count, of: executor.options.run, beside: executor.state.proof(on: connection),
        on: connection)
    }
    return count
  }

  /// Performs an attempt whose intent is durable, and takes in what came of it.
  private mutating func carryOut(
    _ bound: BoundStep, attempt: Int
  ) async throws(StoreError) {
    let step = bound.step
    let folder = "\(options.runFolder)/evidence/\(step.id)-\(attempt)"
    let began = ports.clock.uptime()
    var failure: StepFailure?
    var result = StepResult()
    let context = context(of: step, attempt, folder)
    var isLedAnew = false
    var objection: FailureRecord?
    do throws(StepFailure) {
      if step.phase.mayChange, let loss = context.leaseLoss() { throw StepFailure(loss) }
      result = try await onKnownGround([bound.activity.connection].compactMap(\.self)) {
        (executor) async throws(StepFailure) in
        if isLedAnew { objection = await executor.objection(to: bound) }
        isLedAnew = true
        if let obstacle = await executor.obstacle(objection, to: bound) {
          throw StepFailure(
            obstacle,
            partial: StepResult(workDone: WorkDone.until(0, of: bound.activity.work.count)))
        }
        return try await bound.activity.perform(in: context)
      }
      try await requireSameGround(behind: bound, result)
    } catch {
      // Its gate is opened anew, and it begins anew.
      failure = objection.map { StepFailure($0, partial: error.partial) } ?? error
      result = error.partial ?? StepResult()
    }
    var report = finished(
      bound, attempt: attempt, result: result, failure: failure?.record, began: began,
      evidenceFolder: folder)
    report.codeAfter = await codeAfter(bound)
    try queue(.attemptFinished(report))
    if let failure = report.failure { try holdIfStopped(step.id, failure) }
  }

  /// What a script says of a database counts where its connection leads to the same one when it has ended.
  mutating func requireSameGround(
    behind bound: BoundStep, _ result: StepResult
  ) async throws(StepFailure) {
    guard bound.activity.connectsByItself, bound.settledBy == .repeatable,
      let connection = bound.activity.connection
    else { return }
    forget(connection)
    guard case .contested = await prepareConnection(connection) else { return }
    throw StepFailure(
      .elsewhere, "connection '\(connection)' leads elsewhere since the step began",
      detail: "which of the two databases answered is not known, and what it said is not used",
      partial: result)
  }

  /// Does what asks databases. Where one of them is not what it was, or its server was started anew, nothing of it was
  /// done (`FailureRecord.Cause.elsewhere`): all are looked at anew, and it is done once more.
  ///
  /// - Throws: with the cause `elsewhere` where a person has to decide first where a connection leads, and only then.
  mutating func onKnownGround<Result>(
    _ connections: [String],
    _ body: (inout Executor) async throws(StepFailure) -> Result
  ) async throws(StepFailure) -> Result {
    do throws(StepFailure) {
      return try await body(&self)
    } catch {
      guard case .elsewhere = error.record.cause else { throw error }
      for connection in connections {
        forget(connection)
        switch await prepareConnection(connection) {
        case .ready: continue
        case .contested: throw error
        case .obstacle(let failure): throw StepFailure(failure, partial: error.partial)
        }
      }
      // Something of it was done before.
      if error.partial?.isEffectOpen == true {
        throw StepFailure(error.record.of(.refused), partial: error.partial)
      }
    }
    do throws(StepFailure) {
      return try await body(&self)
    } catch {
      guard case .elsewhere = error.record.cause else { throw error }
      throw StepFailure(error.record.of(.refused), partial: error.partial)
    }
  }

  /// Where it leads is asked anew before it is used again, over a new session.
  mutating func forget(_ connection: String) {
    seenConnections.remove(connection)
    configuredConnections.remove(connection)
    preparedReceipts.remove(connection)
  }

  /// A step that was stopped, or that nobody answered, holds the run in every phase.
  private mutating func holdIfStopped(
    _ step: StepID, _ failure: FailureRecord
  ) throws(StoreError) {
    switch failure.cause {
    case .interrupted: try queue(.runHeld(interruption))
    case .unanswered where Task.isCancelled: try queue(.runHeld(interruption))
    case .unanswered:
      try queue(
        .runHeld(
          RunHeld(
            cause: .question, subject: step.rawValue,
            message: "step '\(step)' waits for a person's answer")))
    default: break
    }
  }

  private mutating func finishUnperformed(
    _ bound: BoundStep, _ obstacle: FailureRecord
  ) throws(StoreError) {
    try finish(
      bound.step.id, outcome: .failed, failure: obstacle,
      workDone: WorkDone.until(0, of: bound.activity.work.count))
    try holdIfStopped(bound.step.id, obstacle)
  }

  func isUnseen(_ connection: String?) async -> Bool {
    guard let connection else { return false }
    guard seenConnections.contains(connection) else { return true }
    return await !ports.gateway.isConnected(connection)
  }

  /// Asks the person, where the run goes step by step; the run is held when the answer is no.
  private mutating func mayBegin(_ bound: BoundStep) async throws(StoreError) -> Bool {
    guard options.asksBeforeEachStep else { return true }
    try await flush()
    let work = bound.activity.work.map { redactor.redact($0) }
    if await ports.person.mayPerform(redactor.redact(bound.step.title), work) == true {
      return true
    }
    try queue(
      .runHeld(
        RunHeld(
          cause: .interruption, subject: bound.step.id.rawValue,
          message: "step '\(bound.step.id)' was not allowed to begin")))
    return false
  }

  /// - Returns: whether the run goes on; false when it was interrupted meanwhile.
  private mutating func wait(
    until time: Timestamp, for step: StepID, _ attempt: Int
  ) async throws(StoreError) -> Bool {
    try await flush()
    // Whatever was done to the clock since, no longer than the pause itself.
    let left = time.since(ports.clock.now())
    let pause = state.step(step).finishedAt.map { min(left, time.since($0)) } ?? left
    guard pause > .zero else { return true }
    if pause >= Self.shownPause {
      ports.observer.observe(
        progress: "Waiting \(pause.secondsText) before attempt \(attempt) of step '\(step)'")
    }
    do {
      try await ports.clock.sleep(for: pause)
      return true
    } catch {
      try queue(.runHeld(interruption))
      return false
    }
  }

  /// A shorter pause is over before it is read.
  private static var shownPause: Duration { .seconds(2) }

  func context(of step: Step, _ attempt: Int, _ folder: String) -> AttemptContext {
    let observer = ports.observer
    let redactor = redactor
    let clock = ports.clock
    let id = step.id
    let journal = ports.journal
    return AttemptContext(
      run: options.run, step: step.id, attempt: attempt, actor: options.actor,
      timeout: step.options.timeout, remaining: remaining(for: step),
      generation: options.generation, evidenceFolder: folder,
      output: { line in
        observer.observe(OutputLine(line.stream, redactor.redact(line.text)), of: id)
      }, now: { clock.now() }, redactor: redactor,
      objection: { [binder, scope] result in
        AttemptJudge(binder: binder).judge(step, result, in: scope).failure
      }, keepsResult: !step.options.captures.isEmpty, key: options.key,
      actors: state.step(step.id).actors, receiptDigests: state.step(step.id).receiptDigests,
      proof: plan.connection(of: step).map { state.proof(on: $0.name) } ?? RunProof(),
      leaseLoss: {
        do throws(StoreError) {
          try journal.checkLease()
          return nil
        } catch {
          let isTaken = error.cause == .leaseLost
          return FailureRecord(
            cause: .refused,
            message: isTaken
              ? "another process has taken over this run"
              : "the run's journal cannot be read, and nothing takes effect without it",
            detail: error.message)
        }
      })
  }

  /// What is left of the deadlines of step and run; at least a second, as both are looked at before
  /// an attempt begins.
  private func remaining(for step: Step) -> Duration? {
    var limits: [Duration] = []
    if let deadline = step.options.deadline {
      limits.append(deadline - state.step(step.id).round.spent)
    }
    if let deadline = plan.runbook.deadline, let start = state.startedAt, !state.isPastDeadline {
      limits.append(deadline - max(.zero, steadyNow.since(start)))
    }
    return limits.min().map { max($0, .seconds(1)) }
  }

  private mutating func finished(
    _ bound: BoundStep, attempt: Int, result: StepResult, failure: FailureRecord?,
    began: Duration, evidenceFolder: String
  ) -> AttemptFinished {
    let step = bound.step
    var verdict = AttemptJudge.Verdict()
    var (captures, withheld) = (ValueMap(), [String]())
    var footing: Footing?
    if let failure {
      verdict.failure = failure
    } else if result.isFormer {
      // What was committed then was judged then.
      (captures, withheld) = capturesOfReceipt(step, result)
    } else {
      verdict = AttemptJudge(binder: binder).judge(step, result, in: scope)
      if verdict.failure == nil { footing = Footing(bound, verdict, result, binder, scope) }
      (captures, withheld) = keep(verdict.captures, isWhole: result.openEnded.isEmpty)
    }
    let staying = staying(bound, result)
    if let staying {
      verdict.failure = verdict.failure?.saying("\(staying.words), and what it changed stays")
    }
    let isDone = verdict.failure != nil && staying?.isRepeatable == false
    let stored = StoredResult(result, redactor)
    let evidence = EvidenceRecorder(runFolder: options.runFolder).record(
      result.evidence, of: stored, in: evidenceFolder, numberedFrom: state.evidenceCount,
      at: ports.clock.now())
    // What is made of the result takes time too.
    let elapsed = ports.clock.uptime() - began
    return AttemptFinished(
      step: step.id, attempt: attempt, outcome: outcome(of: bound, verdict.failure, result),
      result: .map(stored.values), incomplete: stored.incomplete, captures: .map(captures),
      withheldCaptures: withheld,
      isConfirmed: verdict.isConfirmed, expectations: verdict.expectations,
      failure: verdict.failure.map { redactor.redact($0) },
      evidence: evidence.records, timeline: result.timeline,
      notices: result.notices + evidence.notices,
      elapsedMicroseconds: (elapsed.wholeNanoseconds ?? 0) / 1000, hasReceipt: result.hasReceipt,
      workDone: result.workDone, isEffectDone: isDone ? true : nil,
      isWord: binder.kinds[step.kind]?.spec.asksAPerson == true ? true : nil,
      restsOn: footing?.restsOn.isEmpty == false ? footing?.restsOn : nil,
      capturesRestOn: footing?.captures.isEmpty == false ? footing?.captures : nil)
  }

  /// How a change ended well that stays, whatever is made of its result.
  private func staying(_ bound: BoundStep, _ result: StepResult) -> Completion? {
    guard bound.step.phase.mayChange, bound.settledBy != .repeatable, !result.isEffectOpen else {
      return nil
    }
    return result.completion
  }

  /// A capture that holds a secret, or is made of one, is kept in this process only (law L7).
  ///
  /// - Parameter isWhole: false where it may be made of a text that ends in the middle of a secret.
  mutating func keep(
    _ captures: ValueMap, isWhole: Bool
  ) -> (kept: ValueMap, withheld: [String]) {
    var kept = ValueMap()
    var withheld: [String] = []
    for (key, value) in captures.pairs {
      guard let name = key.stringValue else { continue }
      if redactor.holdsSecret(value, isWhole: isWhole) || plan.secretCaptures.holds(name, value) {
        transientCaptures[name] = value
        withheld.append(name)
      } else {
        kept[name] = value
      }
    }
    return (kept, withheld)
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
