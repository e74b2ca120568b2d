import RunbookModel

extension Event {
  /// The event without secrets. Names of steps, kinds and gates stay; all that came from the world or
  /// from a value is gone through.
  func redacted(by redactor: Redactor) -> Event {
    guard redactor.secretCount > 0 else { return self }
    switch self {
    case .runStarted(let payload): return .runStarted(payload.redacted(by: redactor))
    case .sandboxPrepared(let payload): return .sandboxPrepared(payload.redacted(by: redactor))
    case .attemptStarted(let payload): return .attemptStarted(payload.redacted(by: redactor))
    case .attemptFinished(let payload): return .attemptFinished(payload.redacted(by: redactor))
    case .gateOpened(let payload): return .gateOpened(payload.redacted(by: redactor))
    case .stepSkipped(let payload):
      return .stepSkipped(
        StepSkipped(
          step: payload.step, cause: payload.cause, reason: redactor.redact(payload.reason)))
    case .runHeld(let payload):
      return .runHeld(
        RunHeld(
          cause: payload.cause, subject: payload.subject,
          message: redactor.redact(payload.message)))
    case .noteAdded(let payload):
      return .noteAdded(NoteAdded(text: redactor.redact(payload.text), at: payload.at))
    case .runEnded(let payload):
      return .runEnded(
        RunEnded(status: payload.status, reason: redactor.redact(payload.reason)))
    case .attemptSettled(let payload): return .attemptSettled(payload.redacted(by: redactor))
    case .sandboxRestarted(let payload):
      return .sandboxRestarted(
        SandboxRestarted(
          serverVersion: payload.serverVersion,
          inputs: payload.inputs.map { $0.redacted(by: redactor) }))
    case .retryRequested(let payload):
      return .retryRequested(
        RetryRequested(step: payload.step, reason: payload.reason.map(redactor.redact)))
    case .runResumed(let payload): return .runResumed(payload.redacted(by: redactor))
    case .sandboxCreated, .connectionIdentified, .gateDecided, .drill: return self
    }
  }
}

extension RunStarted {
  fileprivate func redacted(by redactor: Redactor) -> RunStarted {
    RunStarted(
      formatVersion: formatVersion, toolVersion: toolVersion, run: run,
      runbook: runbook.redacted(by: redactor),
      inputs: inputs.map { $0.redacted(by: redactor) }, constants: redactor.redact(constants),
      connections: connections.map { $0.redacted(by: redactor) },
      planFingerprint: planFingerprint, isSandbox: isSandbox, isDrill: isDrill, host: host,
      approvals: approvals, secretCount: secretCount)
  }
}

extension RunbookRecord {
  fileprivate func redacted(by redactor: Redactor) -> RunbookRecord {
    RunbookRecord(
      name: name, title: title, severity: severity, owner: owner,
      steps: steps.map { $0.redacted(by: redactor) }, report: redactor.redact(report),
      folder: folder, fileName: fileName,
      sources: sources.map {
        SourceFile(path: $0.path, text: redactor.redact($0.text), digest: $0.digest)
      })
  }
}

extension RunResumed {
  fileprivate func redacted(by redactor: Redactor) -> RunResumed {
    RunResumed(
      host: host, approvals: approvals, toolVersion: toolVersion, generation: generation,
      takenFrom: takenFrom,
      change: change.map { change in
        PlanChange(
          difference: redactor.redact(change.difference),
          runbook: change.runbook.redacted(by: redactor),
          connections: change.connections.map { $0.redacted(by: redactor) },
          planFingerprint: change.planFingerprint)
      })
  }
}

extension AttemptSettled {
  fileprivate func redacted(by redactor: Redactor) -> AttemptSettled {
    AttemptSettled(
      step: step, attempt: attempt, settlement: settlement, means: means,
      detail: redactor.redact(detail), doneAt: doneAt, result: redactor.redact(result),
      captures: captures, withheldCaptures: withheldCaptures,
      remnants: remnants.map {
        Remnant(pid: $0.pid, summary: redactor.redact($0.summary), since: $0.since)
      })
  }
}

extension StepRecord {
  fileprivate func redacted(by redactor: Redactor) -> StepRecord {
    StepRecord(
      id: id, title: title, phase: phase, kind: kind, line: line, captures: captures,
      fallbacks: fallbacks.map(redactor.redact))
  }
}

extension InputRecord {
  fileprivate func redacted(by redactor: Redactor) -> InputRecord {
    InputRecord(
      name: name, type: type, value: redactor.redact(value), origin: origin, isSecret: isSecret)
  }
}

extension ConnectionRecord {
  fileprivate func redacted(by redactor: Redactor) -> ConnectionRecord {
    ConnectionRecord(name: name, kind: kind, target: redactor.redact(target))
  }
}

extension WorkItem {
  func redacted(by redactor: Redactor) -> WorkItem {
    WorkItem(
      language: language, text: redactor.redact(text),
      parameters: parameters.map {
        Parameter(name: $0.name, value: redactor.redact($0.value))
      }, effect: effect)
  }
}

extension SandboxPrepared {
  fileprivate func redacted(by redactor: Redactor) -> SandboxPrepared {
    SandboxPrepared(
      serverVersion: serverVersion,
      steps: steps.map { step in
        PreparationRecord(
          part: step.part, id: step.id, title: step.title, kind: step.kind,
          outcome: step.outcome, reason: step.reason.map(redactor.redact),
          startedAt: step.startedAt, finishedAt: step.finishedAt,
          work: step.work.map { $0.redacted(by: redactor) },
          result: redactor.redact(step.result))
      }, inputs: inputs.map { $0.redacted(by: redactor) },
      connections: connections.map { $0.redacted(by: redactor) },
      captures: captures.map(redactor.redact))
  }
}

extension AttemptStarted {
  fileprivate func redacted(by redactor: Redactor) -> AttemptStarted {
    AttemptStarted(
      step: step, attempt: attempt, effect: effect, isEffectDeclared: isEffectDeclared,
      connection: connection, work: work.map { $0.redacted(by: redactor) },
      settledBy: settledBy)
  }
}

extension FailureRecord {
  func redacted(by redactor: Redactor) -> FailureRecord {
    FailureRecord(
      cause: cause, message: redactor.redact(message), detail: detail.map(redactor.redact),
      hint: hint.map(redactor.redact), code: code, mayRetryHelp: mayRetryHelp)
  }
}

extension AttemptFinished {
  fileprivate func redacted(by redactor: Redactor) -> AttemptFinished {
    AttemptFinished(
      step: step, attempt: attempt, outcome: outcome, result: redactor.redact(result),
      captures: captures, withheldCaptures: withheldCaptures, isConfirmed: isConfirmed,
      expectations: expectations.map {
        ExpectationRecord(
          expression: $0.expression, isMet: $0.isMet, error: $0.error.map(redactor.redact))
      }, failure: failure?.redacted(by: redactor), evidence: evidence.map { $0.redacted(redactor) },
      timeline: timeline.map {
        TimelineRow(
          at: $0.at, text: redactor.redact($0.text), source: redactor.redact($0.source),
          isDamage: $0.isDamage, clockOffsetMicroseconds: $0.clockOffsetMicroseconds)
      }, notices: notices.map(redactor.redact), elapsedMicroseconds: elapsedMicroseconds,
      hasReceipt: hasReceipt)
  }
}

extension EvidenceRecord {
  fileprivate func redacted(_ redactor: Redactor) -> EvidenceRecord {
    EvidenceRecord(
      id: id, what: redactor.redact(what), source: redactor.redact(source),
      capturedAt: capturedAt, size: size, digest: digest, content: content, isCut: isCut)
  }
}

extension GateItem {
  func redacted(by redactor: Redactor) -> GateItem {
    GateItem(
      step: step, title: title, fate: fate, effect: effect, connection: connection,
      work: work.map { $0.redacted(by: redactor) })
  }
}

extension GateOpened {
  fileprivate func redacted(by redactor: Redactor) -> GateOpened {
    GateOpened(
      gate: gate,
      steps: steps.map { $0.redacted(by: redactor) }, preparation: preparation,
      identities: identities, approvals: approvals,
      question: question, digest: digest)
  }
}
