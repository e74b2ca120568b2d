public import RunbookModel

/// One event of each sort, about the steps and gates that it is asked for.
enum EventSample: String, CaseIterable {
  case runStarted, sandboxCreated, sandboxPrepared, connectionIdentified, attemptStarted,
    attemptSucceeded, attemptFailed, attemptUnknown, attemptSkipped, stepSkipped, gateOpened,
    gateDecided, runHeld, runResumed, noteAdded, runEnded, sandboxRestarted, otherIdentified,
    settledDone, settledNotDone, settledUnknown, retryRequested, reportEdited, attemptUnable,
    stepDeclined, declaredDone, declaredNotDone, attemptRefused, stepReopened

  func event(
    about step: StepID = "a", gate: String = "recovery", attempt: Int = 1,
    confirms: Bool? = nil
  ) -> Event {
    switch self {
    case .runStarted: .runStarted(Self.start)
    case .sandboxCreated: .sandboxCreated(SandboxCreated(folder: "/f"))
    case .sandboxPrepared:
      .sandboxPrepared(
        SandboxPrepared(serverVersion: "0", steps: [], inputs: [], connections: []))
    case .connectionIdentified: .connectionIdentified(Self.identity("main"))
    case .attemptStarted:
      .attemptStarted(
        AttemptStarted(
          step: step, attempt: attempt, effect: .readOnly, isEffectDeclared: false, connection: nil,
          work: []))
    case .attemptSucceeded: Self.finished(step, attempt, .succeeded, confirms)
    case .attemptFailed: Self.finished(step, attempt, .failed)
    case .attemptUnknown: Self.finished(step, attempt, .unknown)
    case .attemptRefused: Self.finished(step, attempt, .failed, isEffectDone: true)
    case .attemptUnable: Self.finished(step, attempt, .failed, cause: .unreachable)
    case .attemptSkipped: Self.finished(step, attempt, .skipped)
    case .stepSkipped: .stepSkipped(StepSkipped(step: step, cause: .condition, reason: "false"))
    case .stepReopened: .stepReopened(StepReopened(step: step, cause: .changed))
    case .stepDeclined:
      .stepSkipped(StepSkipped(step: step, cause: .decision, reason: "not needed"))
    case .declaredDone: Self.settled(step, attempt, .done, by: .word)
    case .declaredNotDone: Self.settled(step, attempt, .notDone, by: .word)
    case .gateOpened: .gateOpened(Self.gate(gate))
    case .gateDecided:
      .gateDecided(
        GateDecided(gate: gate, decision: .approved, means: .terminal, digest: .zero))
    case .runHeld: .runHeld(RunHeld(cause: .interruption, subject: nil, message: "m"))
    case .runResumed: .runResumed(RunResumed(host: "h", approvals: []))
    case .noteAdded: .noteAdded(NoteAdded(text: "n", at: nil))
    case .reportEdited:
      .reportEdited(
        ReportEdited(edits: [.init(field: "impact", operation: .set, text: "none")]))
    case .sandboxRestarted: .sandboxRestarted(SandboxRestarted(serverVersion: "0", inputs: []))
    case .otherIdentified: .connectionIdentified(Self.identity("main", databaseOID: 2))
    case .settledDone: Self.settled(step, attempt, .done)
    case .settledNotDone: Self.settled(step, attempt, .notDone)
    case .settledUnknown: Self.settled(step, attempt, .unknown)
    case .retryRequested: .retryRequested(RetryRequested(step: step, reason: nil))
    case .runEnded: .runEnded(RunEnded(status: .abandoned, reason: "r"))
    }
  }

  static func gate(_ name: String, approvals: Int = 1) -> GateOpened {
    GateOpened(
      gate: name, steps: [], identities: [], approvals: approvals, question: nil, digest: .zero)
  }

  private static func settled(
    _ step: StepID, _ attempt: Int, _ settlement: Settlement,
    by means: AttemptSettled.Means = .probe
  ) -> Event {
    .attemptSettled(
      AttemptSettled(
        step: step, attempt: attempt, settlement: settlement, means: means, detail: "said so"))
  }

  static func identity(_ connection: String, databaseOID: Int64 = 1) -> ConnectionIdentified {
    ConnectionIdentified(
      connection: connection,
      identity: ConnectionIdentity(
        systemIdentifier: nil, timelineID: nil, database: "d", databaseOID: databaseOID, role: "r",
        isSuperuser: false, serverVersion: "0", isReplica: false, address: "a"))
  }

  private static func finished(
    _ step: StepID, _ attempt: Int, _ outcome: Outcome, _ isConfirmed: Bool? = nil,
    cause: FailureRecord.Cause = .expectation, isEffectDone: Bool? = nil
  ) -> Event {
    .attemptFinished(
      AttemptFinished(
        step: step, attempt: attempt, outcome: outcome, result: .map(ValueMap()),
        isConfirmed: isConfirmed,
        failure: outcome == .failed ? FailureRecord(cause: cause, message: "no") : nil,
        elapsedMicroseconds: 0, isEffectDone: isEffectDone))
  }

  private static var start: RunStarted {
    RunStarted(
      toolVersion: "0", run: RunID(rawValue: "r1"),
      runbook: RunbookRecord(
        name: "n", title: "t", severity: .low, owner: nil, steps: [], report: .map(ValueMap()),
        folder: "/", fileName: "f", sources: []),
      inputs: [], constants: .map(ValueMap()), connections: [], planFingerprint: .zero,
      isSandbox: false, isDrill: false, host: "h", approvals: [], secretCount: 0)
  }
}

extension StepID: ExpressibleByStringLiteral {
  public init(stringLiteral value: String) { self.init(value) }
}
