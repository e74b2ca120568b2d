import RunbookModel

/// Finds out, after a crash or a lost connection, whether an attempt took effect (law L6).
struct Settler {
  private let setup: RunSetup
  private let record: RunRecord
  private let connections: RunConnections
  private let attempts: RunAttempts
  private let probes: Probes
  private let remnants: RemnantWait

  init(
    _ setup: RunSetup, _ record: RunRecord, _ connections: RunConnections, _ attempts: RunAttempts,
    _ probes: Probes, _ remnants: RemnantWait
  ) {
    self.setup = setup
    self.record = record
    self.connections = connections
    self.attempts = attempts
    self.probes = probes
    self.remnants = remnants
  }

  private var state: RunState { record.state }

  /// Settles a step's last attempt.
  func settle(_ step: Step) async throws(StoreError) {
    try await record.flush()
    let attempt = state.step(step.id).attempts
    setup.tell("Finding out whether step '\(step.id)', attempt \(attempt), took effect")
    let finding: SettlementFinding
    do throws(StepFailure) {
      finding = try await findOut(about: step)
    } catch {
      switch error.record.cause {
      // A person has to decide first where the connection leads.
      case .elsewhere: return try queueEndings()
      // Who stops the run while it is found out changes nothing about the attempt.
      case .interrupted:
        try queueEndings()
        return try record.holdInterrupted()
      default: finding = nothingFound(error)
      }
    }
    try queueEndings()
    // What a person called done is not done unasked.
    let shown = finding.denied(by: state.step(step.id).deniedWord)
    try record.queue(.attemptSettled(event(step, shown)))
    // No entry tells of files that an attempt's look wrote.
    _ = EvidenceFolder(path: evidenceFolder(step.id, attempt)).sweep(keeping: [])
  }

  private func queueEndings() throws(StoreError) {
    for one in remnants.takeEndings() { try record.queue(.processesEnded(one)) }
  }

  /// What is known where nothing could be found out.
  func nothingFound(_ failure: StepFailure) -> SettlementFinding {
    SettlementFinding(
      .unknown, .none, setup.redactor.redact(failure.record).text, isOver: false)
  }

  /// Finds out about a step's last attempt, for the run itself or before a person's word: in one way.
  ///
  /// - Throws: with the cause `elsewhere` where a person has to decide first where the connection leads.
  func findOut(about step: Step) async throws(StepFailure) -> SettlementFinding {
    let known = state.step(step.id)
    guard known.settledBy != .repeatable else { return .repeatable }
    let bound = try setup.binder.bind(step, in: record.scope)
    // What was recorded of the attempt counts; journals of before it was kept have none.
    let way = known.settledBy ?? bound.settledBy
    guard way != .repeatable else { return .repeatable }
    if let difference = bound.difference(from: known) {
      return SettlementFinding(.unknown, .none, difference, isOver: false)
    }
    guard !known.isMadeElsewhere else {
      return SettlementFinding(
        .unknown, .none,
        "attempt \(known.attempts) was made in another database than connection "
          + "'\(known.connection ?? "")' leads to now, and only that one can show whether it took effect",
        isOver: false)
    }
    guard let connection = bound.activity.connection else {
      return try await findOut(about: bound, by: way)
    }
    connections.forget(connection)
    switch await connections.prepare(connection) {
    case .ready: break
    case .contested: throw elsewhere(connection, known.attempts)
    case .obstacle(let failure): throw StepFailure(failure)
    }
    let informed = await bound.informed()
    return try await KnownGround(connections).perform(on: [connection]) {
      () async throws(StepFailure) in try await findOut(about: informed, by: way)
    }
  }

  private func elsewhere(_ connection: String, _ attempt: Int) -> StepFailure {
    let place =
      state.contested[connection]?.lost.map(\.sentence)
      ?? "it leads to another database than the one that attempt \(attempt) was made on"
    return StepFailure(.elsewhere, "connection '\(connection)': \(place)")
  }

  private func findOut(
    about bound: BoundStep, by way: SettlementWay
  ) async throws(StepFailure) -> SettlementFinding {
    let attempt = state.step(bound.step.id).attempts
    let context = attempts.context(
      of: bound.step, attempt, evidenceFolder(bound.step.id, attempt))
    let left = try await remnants.remnants(of: bound, context)
    guard left.isEmpty else {
      let list = left.map(\.summary).joined(separator: "; ")
      return SettlementFinding(
        .unknown, .none, "what the attempt left is still there: \(list)", isOver: false,
        remnants: left)
    }
    let finding: SettlementFinding
    switch way {
    case .receipt, .repeatable:
      let found = try await receipt(of: bound, context)
      finding = try await beyondReceipt(found, of: bound, context)
    case .probe:
      try await bound.activity.awaitLock(in: context)
      finding = try await probes.ask(about: bound.step, context)
    case .word:
      try await bound.activity.awaitLock(in: context)
      finding = SettlementFinding(
        .unknown, .none,
        "the step has neither a receipt nor a `settle:` probe; a person has to say")
    }
    guard finding.settlement == .unknown else { return finding }
    let traces = await bound.activity.traces(in: context)
    return SettlementFinding(
      .unknown, finding.means, ([finding.detail] + traces).joined(separator: "; "),
      result: finding.result, asked: finding.asked, remnants: finding.remnants)
  }

  private func receipt(
    of bound: BoundStep, _ context: AttemptContext
  ) async throws(StepFailure) -> SettlementFinding {
    if let obstacle = await connections.prepareReceipts(for: bound) { throw StepFailure(obstacle) }
    guard let found = try await bound.activity.receipt(in: context) else {
      return SettlementFinding(
        .notDone, .receipt,
        "no receipt is there, and this run's lease keeps a late one from being written")
    }
    guard found.objections.isEmpty else {
      return SettlementFinding(
        .unknown, .none,
        "a receipt is there, and it is no proof: "
          + found.objections.joined(separator: "; "))
    }
    return SettlementFinding(
      .done, .receipt, "the receipt of attempt \(found.attempt) was committed with the work",
      doneAt: found.recordedAt, result: found.result)
  }

  /// That there is no receipt tells nothing of what no transaction guards.
  private func beyondReceipt(
    _ finding: SettlementFinding, of bound: BoundStep, _ context: AttemptContext
  ) async throws(StepFailure) -> SettlementFinding {
    let unguarded = state.step(bound.step.id).unguarded ?? bound.activity.unguarded
    guard finding.settlement == .notDone, !unguarded.isEmpty else { return finding }
    if bound.step.options.settle != nil { return try await probes.ask(about: bound.step, context) }
    return SettlementFinding(
      .unknown, .none,
      "no receipt is there, so what its transaction guards is not done; no transaction guards what "
        + "\(unguarded.joined(separator: ", ")) does, and whether that is done is not known")
  }

  /// What is to be recorded of a finding.
  ///
  /// - Parameter unstored: pieces of evidence that were numbered and are not recorded yet.
  func event(
    _ step: Step, _ finding: SettlementFinding, besideEvidence unstored: Int = 0
  ) -> AttemptSettled {
    var captures = ValueMap()
    var withheld: [String] = []
    var footing: Footing?
    if let result = finding.result, finding.settlement == .done {
      // After a probe the step's result is what the probe gave, and captures are made of it.
      (captures, withheld, footing) =
        finding.means == .receipt
        ? attempts.capturesOfReceipt(of: step, result) : attempts.captures(of: step, result)
    }
    let attempt = state.step(step.id).attempts
    let stored = StoredResult(finding.result ?? StepResult(), setup.redactor)
    let evidence =
      finding.asked == nil
      ? []
      : evidence(
        of: finding, stored, in: evidenceFolder(step.id, attempt),
        numberedFrom: state.evidenceCount + unstored)
    return AttemptSettled(
      step: step.id, attempt: attempt, settlement: finding.settlement,
      means: finding.means,
      detail: finding.detail, doneAt: finding.doneAt,
      result: .map(stored.values), incomplete: stored.incomplete,
      captures: .map(captures), withheldCaptures: withheld.isEmpty ? nil : withheld,
      remnants: finding.remnants, asked: finding.asked,
      evidence: evidence.isEmpty ? nil : evidence,
      capturesRestOn: footing?.captures.isEmpty == false ? footing?.captures : nil)
  }

  /// What a probe gave, as evidence: as far as the entry holds it. The files that it wrote go.
  private func evidence(
    of finding: SettlementFinding, _ stored: StoredResult, in folder: String,
    numberedFrom count: Int
  ) -> [EvidenceRecord] {
    let drafts = (finding.result?.evidence ?? []).compactMap { draft -> EvidenceDraft? in
      guard case .result = draft.content else { return nil }
      return EvidenceDraft(
        what: "settle: \(draft.what)", source: draft.source, content: draft.content,
        uncutSize: draft.uncutSize, isCut: draft.isCut)
    }
    return EvidenceRecorder(runFolder: setup.options.runFolder).record(
      drafts, of: stored, in: folder, numberedFrom: count, at: setup.clock.now()
    ).records
  }

  private func evidenceFolder(_ step: StepID, _ attempt: Int) -> String {
    "\(setup.options.runFolder)/evidence/\(step)-\(attempt)-settle"
  }
}
