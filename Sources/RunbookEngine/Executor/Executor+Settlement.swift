public import RunbookModel

/// Finds out, after a crash or a lost connection, whether an attempt took effect (law L6).
extension Executor {
  mutating func settle(_ step: Step) async throws(StoreError) {
    try await flush()
    let attempt = state.step(step.id).attempts
    ports.observer.observe(
      progress: "Finding out whether step '\(step.id)', attempt \(attempt), took effect")
    let finding: Finding
    do throws(StepFailure) {
      finding = try await findOut(about: step)
    } catch {
      switch error.record.cause {
      // A person has to decide first where the connection leads.
      case .elsewhere: return try queueEndings()
      // Who stops the run while it is found out changes nothing about the attempt.
      case .interrupted:
        try queueEndings()
        return try queue(.runHeld(interruption))
      default:
        finding = Finding(
          .unknown, .none, Self.text(of: redactor.redact(error.record)), isOver: false)
      }
    }
    try queueEndings()
    // What a person called done is not done unasked.
    let shown = denied(finding, by: state.step(step.id).deniedWord)
    try queue(.attemptSettled(event(step, shown)))
    // No entry tells of files that an attempt's look wrote.
    _ = EvidenceFolder(path: settlingFolder(step.id, attempt)).sweep(keeping: [])
  }

  private mutating func queueEndings() throws(StoreError) {
    for one in takeEndings() { try queue(.processesEnded(one)) }
  }

  /// What was ended since this was asked last, to be recorded.
  public mutating func takeEndings() -> [ProcessesEnded] {
    defer { endings = [] }
    return endings
  }

  /// What was found out, and by what.
  struct Finding {
    let settlement: Settlement
    let means: AttemptSettled.Means
    let detail: String
    /// Whether nothing that was begun can take effect any more.
    let isOver: Bool
    var doneAt: Timestamp?
    var result: StepResult?
    /// What a probe asked.
    var asked: [WorkItem]?
    var remnants: [Remnant] = []

    init(
      _ settlement: Settlement, _ means: AttemptSettled.Means, _ detail: String,
      isOver: Bool = true, doneAt: Timestamp? = nil, result: StepResult? = nil,
      asked: [WorkItem]? = nil, remnants: [Remnant] = []
    ) {
      self.asked = asked
      self.isOver = isOver
      self.settlement = settlement
      self.means = means
      self.detail = detail
      self.doneAt = doneAt
      self.result = result
      self.remnants = remnants
    }

    static var repeatable: Finding {
      Finding(.notDone, .repeatable, "the step changes nothing, and runs again")
    }
  }

  /// Finds out about a step's last attempt, for the run itself or before a person's word: in one way.
  ///
  /// - Throws: with the cause `elsewhere` where a person has to decide first where the connection leads.
  mutating func findOut(about step: Step) async throws(StepFailure) -> Finding {
    let known = state.step(step.id)
    guard known.settledBy != .repeatable else { return .repeatable }
    let bound = try binder.bind(step, in: scope)
    // What was recorded of the attempt counts; journals of before it was kept have none.
    let way = known.settledBy ?? bound.settledBy
    guard way != .repeatable else { return .repeatable }
    if let difference = bound.difference(from: known) {
      return Finding(.unknown, .none, difference, isOver: false)
    }
    guard !known.isMadeElsewhere else {
      return Finding(
        .unknown, .none,
        "attempt \(known.attempts) was made in another database than connection "
          + "'\(known.connection ?? "")' leads to now, and only that one can show whether it took effect",
        isOver: false)
    }
    guard let connection = bound.activity.connection else {
      return try await findOut(about: bound, by: way)
    }
    forget(connection)
    switch await prepareConnection(connection) {
    case .ready: break
    case .contested: throw elsewhere(connection, known.attempts)
    case .obstacle(let failure): throw StepFailure(failure)
    }
    let informed = await bound.informed()
    return try await onKnownGround([connection]) { (executor) async throws(StepFailure) in
      try await executor.findOut(about: informed, by: way)
    }
  }

  private func elsewhere(_ connection: String, _ attempt: Int) -> StepFailure {
    let place =
      state.contested[connection]?.lost.map(\.sentence)
      ?? "it leads to another database than the one that attempt \(attempt) was made on"
    return StepFailure(.elsewhere, "connection '\(connection)': \(place)")
  }

  private mutating func findOut(
    about bound: BoundStep, by way: SettlementWay
  ) async throws(StepFailure) -> Finding {
    let attempt = state.step(bound.step.id).attempts
    let context = context(of: bound.step, attempt, settlingFolder(bound.step.id, attempt))
    if let standing = try await standing(of: bound, context) { return standing }
    let finding: Finding
    switch way {
    case .receipt, .repeatable:
      let found = try await receipt(of: bound, context)
      finding = try await beyondReceipt(found, of: bound, context)
    case .probe:
      try await bound.activity.awaitLock(in: context)
      finding = try await probed(bound.step, context)
    case .word:
      try await bound.activity.awaitLock(in: context)
      finding = Finding(
        .unknown, .none,
        "the step has neither a receipt nor a `settle:` probe; a person has to say")
    }
    guard finding.settlement == .unknown else { return finding }
    let traces = await bound.activity.traces(in: context)
    return Finding(
      .unknown, finding.means, ([finding.detail] + traces).joined(separator: "; "),
      result: finding.result, asked: finding.asked, remnants: finding.remnants)
  }

  /// What the probe says. That it cannot say anything does not make what has ended go on.
  private mutating func probed(
    _ step: Step, _ context: AttemptContext
  ) async throws(StepFailure) -> Finding {
    do throws(StepFailure) {
      return try await probe(step, context)
    } catch {
      guard ![.elsewhere, .interrupted].contains(error.record.cause) else { throw error }
      return Finding(.unknown, .none, Self.text(of: redactor.redact(error.record)))
    }
  }

  /// What of the attempt is still there, once it was ended or waited for.
  private mutating func standing(
    of bound: BoundStep, _ context: AttemptContext
  ) async throws(StepFailure) -> Finding? {
    let left = try await awaitEnd(of: bound, context)
    guard !left.isEmpty else { return nil }
    let list = left.map(\.summary).joined(separator: "; ")
    return Finding(
      .unknown, .none, "what the attempt left is still there: \(list)", isOver: false,
      remnants: left)
  }

  func settlingFolder(_ step: StepID, _ attempt: Int) -> String {
    "\(options.runFolder)/evidence/\(step)-\(attempt)-settle"
  }

  private mutating func receipt(
    of bound: BoundStep, _ context: AttemptContext
  ) async throws(StepFailure) -> Finding {
    if let obstacle = await prepareReceipts(bound) { throw StepFailure(obstacle) }
    guard let found = try await bound.activity.receipt(in: context) else {
      return Finding(
        .notDone, .receipt,
        "no receipt is there, and this run's lease keeps a late one from being written")
    }
    guard found.objections.isEmpty else {
      return Finding(
        .unknown, .none,
        "a receipt is there, and it is no proof: "
          + found.objections.joined(separator: "; "))
    }
    return Finding(
      .done, .receipt, "the receipt of attempt \(found.attempt) was committed with the work",
      doneAt: found.recordedAt, result: found.result)
  }

  /// That there is no receipt tells nothing of what no transaction guards.
  private mutating func beyondReceipt(
    _ finding: Finding, of bound: BoundStep, _ context: AttemptContext
  ) async throws(StepFailure) -> Finding {
    let unguarded = state.step(bound.step.id).unguarded ?? bound.activity.unguarded
    guard finding.settlement == .notDone, !unguarded.isEmpty else { return finding }
    if bound.step.options.settle != nil { return try await probed(bound.step, context) }
    return Finding(
      .unknown, .none,
      "no receipt is there, so what its transaction guards is not done; no transaction guards what "
        + "\(unguarded.joined(separator: ", ")) does, and whether that is done is not known")
  }

  /// Waits for what a dead executor left, or ends it on a person's word; it is never raced.
  ///
  /// - Returns: what is still there.
  private mutating func awaitEnd(
    of bound: BoundStep, _ context: AttemptContext
  ) async throws(StepFailure) -> [Remnant] {
    if options.fencesFormer {
      note(try await bound.activity.endUnfinished(in: context), of: bound.step.id)
    }
    var left = try await remnants(of: bound, context)
    guard !left.isEmpty else { return [] }
    let shown = left.map {
      Remnant(pid: $0.pid, summary: redactor.redact($0.summary), since: $0.since)
    }
    let verb = options.terminatesRemnants ? "Ending" : "Still there"
    for remnant in shown { ports.observer.observe(progress: "\(verb): \(remnant.summary)") }
    let decision =
      options.terminatesRemnants
      ? .terminate : await ports.person.decide(on: shown, of: bound.step.id)
    var told: [EndedProcess] = []
    switch decision {
    case .hold: return left
    case .terminate: told = try await bound.activity.end(left, in: context)
    case .wait, .unavailable: break
    }
    let deadline = ports.clock.uptime() + options.remnantPatience
    while true {
      left = try await remnants(of: bound, context)
      guard !left.isEmpty, ports.clock.uptime() < deadline else {
        // Who was told to end and has not is no ended one.
        note(told.filter { one in !left.contains { $0.pid == one.pid } }, of: bound.step.id)
        return left
      }
      do {
        try await ports.clock.sleep(for: .milliseconds(200))
      } catch {
        note(told.filter { one in !left.contains { $0.pid == one.pid } }, of: bound.step.id)
        throw StepFailure(.interrupted, "interrupted while waiting for what an attempt left")
      }
    }
  }

  private mutating func note(_ ended: [EndedProcess], of step: StepID) {
    guard !ended.isEmpty else { return }
    let shown = ended.map {
      EndedProcess(pid: $0.pid, summary: redactor.redact($0.summary), means: $0.means)
    }
    endings.append(ProcessesEnded(step: step, ended: shown))
  }

  /// A process that the run was taken from may still be about to perform the step, where no lock and
  /// generation keep it from that.
  private func remnants(
    of bound: BoundStep, _ context: AttemptContext
  ) async throws(StepFailure) -> [Remnant] {
    let left = try await bound.activity.remnants(in: context)
    return bound.activity.isFenced ? left : left + ports.journal.formerExecutors()
  }

  mutating func event(_ step: Step, _ finding: Finding) -> AttemptSettled {
    var captures = ValueMap()
    var withheld: [String] = []
    var footing: Footing?
    if let result = finding.result, finding.settlement == .done {
      // After a probe the step's result is what the probe gave, and captures are made of it.
      if finding.means == .receipt {
        (captures, withheld, footing) = capturesOfReceipt(step, result)
      } else {
        let verdict = AttemptJudge(binder: binder).judge(step, result, in: scope)
        footing = Footing(ofFormer: step, verdict, result, binder, scope)
        (captures, withheld) = keep(verdict.captures, isWhole: result.openEnded.isEmpty)
      }
    }
    let attempt = state.step(step.id).attempts
    let stored = StoredResult(finding.result ?? StepResult(), redactor)
    let records = finding.asked == nil ? [] : evidence(of: finding, stored, step.id, attempt)
    return AttemptSettled(
      step: step.id, attempt: attempt, settlement: finding.settlement,
      means: finding.means,
      detail: finding.detail, doneAt: finding.doneAt,
      result: .map(stored.values), incomplete: stored.incomplete,
      captures: .map(captures), withheldCaptures: withheld.isEmpty ? nil : withheld,
      remnants: finding.remnants, asked: finding.asked,
      evidence: records.isEmpty ? nil : records,
      capturesRestOn: footing?.captures.isEmpty == false ? footing?.captures : nil)
  }

  /// What a step captured, as far as its receipt tells, and what that rests on.
  ///
  /// A receipt was redacted: what is made of a mark is not made of the value.
  mutating func capturesOfReceipt(
    _ step: Step, _ result: StepResult
  ) -> (kept: ValueMap, withheld: [String], footing: Footing?) {
    guard !Redactor.hasMark(.map(result.values)) else {
      return (ValueMap(), step.options.captures.map(\.name), nil)
    }
    let verdict = AttemptJudge(binder: binder).judge(step, result, in: scope)
    let (kept, withheld) = keep(verdict.captures, isWhole: result.openEnded.isEmpty)
    return (kept, withheld, Footing(ofFormer: step, verdict, result, binder, scope))
  }

  static func text(of failure: FailureRecord) -> String {
    failure.message + (failure.detail.map { " (\($0))" } ?? "")
  }
}
