import RunbookModel

/// Performs attempts: each once its connection and its approval are as they should be, and its intent is durable
/// (law L1); and takes in what came of it.
struct Performer {
  private let setup: RunSetup
  private let record: RunRecord
  private let connections: RunConnections
  private let attempts: RunAttempts
  private let probes: Probes
  private let approvals: ApprovalCheck
  private let reports: AttemptReport
  private let person: any Operator

  init(
    _ setup: RunSetup, _ record: RunRecord, _ connections: RunConnections, _ attempts: RunAttempts,
    _ probes: Probes, _ approvals: ApprovalCheck, _ person: any Operator
  ) {
    self.setup = setup
    self.record = record
    self.connections = connections
    self.attempts = attempts
    self.probes = probes
    self.approvals = approvals
    reports = AttemptReport(setup, record, attempts)
    self.person = person
  }

  private var ground: KnownGround { KnownGround(connections) }

  /// Performs a step's next attempt, unless something is in the way of that: then the run is held, or decides anew.
  func perform(
    _ bound: BoundStep, attempt: Int, notBefore: Timestamp?
  ) async throws(StoreError) {
    if let notBefore {
      guard try await wait(until: notBefore, for: bound.step.id, attempt) else { return }
    }
    guard try await mayBegin(bound) else { return }
    let beginning: Beginning
    switch try await prepare(bound) {
    case .begin(let found): beginning = found
    case .decideAnew: return
    }
    let bound = beginning.bound
    let step = bound.step
    try record.queue(.attemptStarted(await intent(of: beginning, attempt)))
    if attempt > 1 { record.forgetCaptures(of: step.id) }
    try await record.flush()
    if let withdrawn = approvals.missingConsent(for: bound) {
      return try failUnperformed(bound, withdrawn)
    }
    if let obstacle = beginning.obstacle {
      try failUnperformed(bound, obstacle)
      return try holdIfStopped(step.id, obstacle)
    }
    try await carryOut(bound, attempt: attempt)
  }

  /// An attempt that is about to begin.
  private struct Beginning {
    /// With what its database tells of it.
    var bound: BoundStep
    /// Why it fails without being performed.
    var obstacle: FailureRecord?
    /// What was noted in its database.
    var noted: Int64?
  }

  private enum Preparation {
    case begin(Beginning)
    /// A person has to be asked first.
    case decideAnew
  }

  /// Makes the step's connections ready, and holds it against its approval.
  private func prepare(_ bound: BoundStep) async throws(StoreError) -> Preparation {
    if bound.activity.connectsByItself, let connection = bound.activity.connection {
      connections.forget(connection)
    }
    var beginning = Beginning(bound: bound)
    var activity: any Activity { beginning.bound.activity }
    let isUnseen = await connections.isUnseen(activity.connection)
    let isClockUnseen = await connections.isUnseen(activity.clockConnection)
    if isUnseen || isClockUnseen { try await record.flushOutcome() }
    switch await connections.prepare(activity.connection) {
    case .ready:
      beginning.bound = await bound.informed()
    case .obstacle(let failure): beginning.obstacle = failure
    case .contested: return .decideAnew
    }
    // Nothing is asked where nothing can be performed.
    if beginning.obstacle == nil {
      guard try await approvals.isAsApproved(beginning.bound) else { return .decideAnew }
    }
    if case .contested = await connections.prepare(activity.clockConnection) { return .decideAnew }
    if beginning.obstacle == nil, let connection = notedIn(beginning.bound) {
      // That its gate is approved comes before anything that is written.
      try await record.flush()
      do throws(StepFailure) {
        beginning.noted = try await note(beginning.bound, on: connection)
      } catch {
        // Where it was led elsewhere meanwhile, it is held against its approval once more.
        if case .elsewhere = error.record.cause { return .decideAnew }
        if await approvals.objection(to: beginning.bound) != nil { return .decideAnew }
        beginning.obstacle = error.record
      }
    }
    return .begin(beginning)
  }

  /// What is made durable before anything is done.
  private func intent(of beginning: Beginning, _ attempt: Int) async -> AttemptStarted {
    let (bound, activity) = (beginning.bound, beginning.bound.activity)
    let probe = await probes.seal(of: bound.step)
    return AttemptStarted(
      step: bound.step.id, attempt: attempt, effect: activity.effect,
      isEffectDeclared: activity.isEffectDeclared, connection: activity.connection,
      work: activity.work, settledBy: bound.settledBy,
      receiptDigest: bound.settledBy == .receipt
        ? activity.receiptDigest(setup.options.key) : nil,
      noted: beginning.noted,
      unguarded: activity.unguarded.isEmpty ? nil : activity.unguarded,
      probe: probe, definition: setup.definition(of: bound.step),
      isTrial: bound.step.options.isTrial ? true : nil,
      restsOn: bound.unestablished.isEmpty ? nil : bound.unestablished)
  }

  /// The connection whose database is told that a change begins which leaves no receipt there: where the run keeps
  /// receipts in it anyway. By that an older copy is known.
  private func notedIn(_ bound: BoundStep) -> String? {
    guard bound.step.phase.mayChange, [.probe, .word].contains(bound.settledBy),
      let connection = bound.activity.connection
    else { return nil }
    let keepsReceipts = setup.machine.receiptConnections.contains { $0.isIdentical(to: connection) }
    return keepsReceipts ? connection : nil
  }

  private func note(
    _ bound: BoundStep, on connection: String
  ) async throws(StepFailure) -> Int64 {
    let count = Int64(record.state.attempts + 1)
    var isLedAnew = false
    try await ground.perform(on: [connection]) { () async throws(StepFailure) in
      if isLedAnew, let objection = await approvals.objection(to: bound) {
        throw StepFailure(objection)
      }
      isLedAnew = true
      try await connections.note(count, on: connection, lockTimeout: bound.lockTimeout)
    }
    return count
  }

  /// Performs an attempt whose intent is durable, and takes in what came of it.
  private func carryOut(_ bound: BoundStep, attempt: Int) async throws(StoreError) {
    let step = bound.step
    let folder = "\(setup.options.runFolder)/evidence/\(step.id)-\(attempt)"
    var ending = AttemptReport.Ending(began: setup.clock.uptime(), evidenceFolder: folder)
    let context = attempts.context(of: step, attempt, folder)
    var isLedAnew = false
    var objection: FailureRecord?
    do throws(StepFailure) {
      if step.phase.mayChange, let loss = context.leaseLoss() { throw StepFailure(loss) }
      ending.result = try await ground.perform(
        on: [bound.activity.connection].compactMap(\.self)
      ) { () async throws(StepFailure) in
        if isLedAnew { objection = await approvals.objection(to: bound) }
        isLedAnew = true
        if let obstacle = await obstacle(objection, to: bound) {
          throw StepFailure(
            obstacle,
            partial: StepResult(workDone: WorkDone.until(0, of: bound.activity.work.count)))
        }
        return try await bound.activity.perform(in: context)
      }
      try await ground.require(behind: bound, ending.result)
    } catch {
      // Its gate is opened anew, and it begins anew.
      ending.failure = objection ?? error.record
      ending.result = error.partial ?? StepResult()
    }
    var report = reports.entry(of: bound, attempt: attempt, ending)
    report.codeAfter = await connections.codeAfter(bound)
    try record.queue(.attemptFinished(report))
    if let failure = report.failure { try holdIfStopped(step.id, failure) }
  }

  private func obstacle(
    _ objection: FailureRecord?, to bound: BoundStep
  ) async -> FailureRecord? {
    if let objection { return objection.of(.refused) }
    return await connections.prepareReceipts(for: bound)
  }

  /// Fails a step that cannot be bound to its values.
  func fail(_ step: StepID, _ failure: FailureRecord) throws(StoreError) {
    try record.queue(
      .attemptStarted(
        AttemptStarted(
          step: step, attempt: record.state.step(step).attempts + 1, effect: .undetermined,
          isEffectDeclared: false, connection: nil, work: [],
          definition: setup.definition(of: step))))
    try finishUnperformed(step, failure)
  }

  private func failUnperformed(_ bound: BoundStep, _ failure: FailureRecord) throws(StoreError) {
    try finishUnperformed(
      bound.step.id, failure, workDone: WorkDone.until(0, of: bound.activity.work.count))
  }

  private func finishUnperformed(
    _ step: StepID, _ failure: FailureRecord, workDone: [WorkDone]? = nil
  ) throws(StoreError) {
    try record.queue(
      .attemptFinished(
        AttemptFinished(
          step: step, attempt: record.state.step(step).attempts, outcome: .failed,
          result: .map(ValueMap()), failure: setup.redactor.redact(failure),
          elapsedMicroseconds: 0, workDone: workDone)))
  }

  /// A step that was stopped, or that nobody answered, holds the run in every phase.
  private func holdIfStopped(_ step: StepID, _ failure: FailureRecord) throws(StoreError) {
    switch failure.cause {
    case .interrupted: try record.holdInterrupted()
    case .unanswered where Task.isCancelled: try record.holdInterrupted()
    case .unanswered:
      try record.queue(
        .runHeld(
          RunHeld(
            cause: .question, subject: step.rawValue,
            message: "step '\(step)' waits for a person's answer")))
    case .refused, .expectation, .unreachable, .timeout, .lock, .invalid, .lost, .elsewhere: break
    }
  }

  /// Asks the person, where the run goes step by step; the run is held when the answer is no.
  private func mayBegin(_ bound: BoundStep) async throws(StoreError) -> Bool {
    guard setup.options.asksBeforeEachStep else { return true }
    try await record.flush()
    let work = bound.activity.work.map { setup.redactor.redact($0) }
    if await person.mayPerform(setup.redactor.redact(bound.step.title), work) == true {
      return true
    }
    try record.queue(
      .runHeld(
        RunHeld(
          cause: .interruption, subject: bound.step.id.rawValue,
          message: "step '\(bound.step.id)' was not allowed to begin")))
    return false
  }

  /// - Returns: whether the run goes on; false when it was interrupted meanwhile.
  private func wait(
    until time: Timestamp, for step: StepID, _ attempt: Int
  ) async throws(StoreError) -> Bool {
    try await record.flush()
    // Whatever was done to the clock since, no longer than the pause itself.
    let left = time.since(setup.clock.now())
    let pause = record.state.step(step).finishedAt.map { min(left, time.since($0)) } ?? left
    guard pause > .zero else { return true }
    if pause >= Self.shownPause {
      setup.tell("Waiting \(pause.secondsText) before attempt \(attempt) of step '\(step)'")
    }
    do {
      try await setup.clock.sleep(for: pause)
      return true
    } catch {
      try record.holdInterrupted()
      return false
    }
  }

  /// A shorter pause is over before it is read.
  private static var shownPause: Duration { .seconds(2) }
}
