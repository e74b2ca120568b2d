extension Event {
  /// The event with all texts in it transformed that came from the world, a person or a value: names of
  /// steps, kinds, inputs and gates stay, and so do digests.
  public func mapTexts(_ transform: (String) -> String) -> Event {
    switch self {
    case .runStarted(let payload): return .runStarted(payload.mapTexts(transform))
    case .sandboxPrepared(let payload): return .sandboxPrepared(payload.mapTexts(transform))
    case .attemptStarted(let payload): return .attemptStarted(payload.mapTexts(transform))
    case .attemptFinished(let payload): return .attemptFinished(payload.mapTexts(transform))
    case .gateOpened(let payload): return .gateOpened(payload.mapTexts(transform))
    case .stepSkipped(let payload):
      return .stepSkipped(
        StepSkipped(
          step: payload.step, cause: payload.cause, reason: transform(payload.reason)))
    case .runHeld(let payload):
      return .runHeld(
        RunHeld(
          cause: payload.cause, subject: payload.subject,
          message: transform(payload.message)))
    case .noteAdded(let payload):
      return .noteAdded(NoteAdded(text: transform(payload.text), at: payload.at))
    case .reportEdited(let payload):
      return .reportEdited(
        ReportEdited(
          edits: payload.edits.map {
            .init(field: $0.field, operation: $0.operation, text: transform($0.text))
          }))
    case .runEnded(let payload):
      return .runEnded(
        RunEnded(status: payload.status, reason: transform(payload.reason)))
    case .attemptSettled(let payload): return .attemptSettled(payload.mapTexts(transform))
    case .sandboxRestarted(let payload):
      return .sandboxRestarted(
        SandboxRestarted(
          serverVersion: payload.serverVersion,
          inputs: payload.inputs.map { $0.mapTexts(transform) }))
    case .retryRequested(let payload):
      return .retryRequested(
        RetryRequested(step: payload.step, reason: payload.reason.map(transform)))
    case .runResumed(let payload): return .runResumed(payload.mapTexts(transform))
    case .drill(let payload): return .drill(payload.mapTexts(transform))
    case .sandboxCreated, .connectionIdentified, .gateDecided: return self
    }
  }
}

extension RunStarted {
  func mapTexts(_ transform: (String) -> String) -> RunStarted {
    RunStarted(
      formatVersion: formatVersion, toolVersion: toolVersion, run: run,
      runbook: runbook.mapTexts(transform),
      inputs: inputs.map { $0.mapTexts(transform) }, constants: constants.mapStrings(transform),
      connections: connections.map { $0.mapTexts(transform) },
      planFingerprint: planFingerprint, isSandbox: isSandbox, isDrill: isDrill, host: host,
      approvals: approvals, secretCount: secretCount)
  }
}

extension RunbookRecord {
  func mapTexts(_ transform: (String) -> String) -> RunbookRecord {
    RunbookRecord(
      name: name, title: title, severity: severity, owner: owner,
      steps: steps.map { $0.mapTexts(transform) }, report: report.mapStrings(transform),
      folder: folder, fileName: fileName,
      sources: sources.map {
        SourceFile(path: $0.path, text: transform($0.text), digest: $0.digest)
      })
  }
}

extension RunResumed {
  func mapTexts(_ transform: (String) -> String) -> RunResumed {
    RunResumed(
      host: host, approvals: approvals, toolVersion: toolVersion, generation: generation,
      takenFrom: takenFrom,
      change: change.map { change in
        PlanChange(
          difference: transform(change.difference),
          runbook: change.runbook.mapTexts(transform),
          connections: change.connections.map { $0.mapTexts(transform) },
          planFingerprint: change.planFingerprint)
      })
  }
}

extension AttemptSettled {
  func mapTexts(_ transform: (String) -> String) -> AttemptSettled {
    AttemptSettled(
      step: step, attempt: attempt, settlement: settlement, means: means,
      detail: transform(detail), doneAt: doneAt, result: result.mapStrings(transform),
      incomplete: incomplete,
      captures: captures, withheldCaptures: withheldCaptures,
      remnants: remnants.map {
        Remnant(pid: $0.pid, summary: transform($0.summary), since: $0.since)
      })
  }
}

extension StepRecord {
  func mapTexts(_ transform: (String) -> String) -> StepRecord {
    StepRecord(
      id: id, title: title, phase: phase, kind: kind, line: line, captures: captures,
      fallbacks: fallbacks.map { $0.mapStrings(transform) })
  }
}

extension InputRecord {
  func mapTexts(_ transform: (String) -> String) -> InputRecord {
    InputRecord(
      name: name, type: type, value: value.mapStrings(transform), origin: origin, isSecret: isSecret
    )
  }
}

extension ConnectionRecord {
  func mapTexts(_ transform: (String) -> String) -> ConnectionRecord {
    ConnectionRecord(name: name, kind: kind, target: transform(target))
  }
}

extension WorkItem {
  public func mapTexts(_ transform: (String) -> String) -> WorkItem {
    WorkItem(
      language: language, text: transform(text),
      parameters: parameters.map {
        Parameter(name: $0.name, value: $0.value.mapStrings(transform))
      }, effect: effect)
  }
}

extension SandboxPrepared {
  func mapTexts(_ transform: (String) -> String) -> SandboxPrepared {
    SandboxPrepared(
      serverVersion: serverVersion,
      steps: steps.map { step in
        PreparationRecord(
          part: step.part, id: step.id, title: step.title, kind: step.kind,
          outcome: step.outcome, reason: step.reason.map(transform),
          startedAt: step.startedAt, finishedAt: step.finishedAt,
          work: step.work.map { $0.mapTexts(transform) },
          result: step.result.mapStrings(transform))
      }, inputs: inputs.map { $0.mapTexts(transform) },
      connections: connections.map { $0.mapTexts(transform) },
      captures: captures.map { $0.mapStrings(transform) })
  }
}

extension AttemptStarted {
  func mapTexts(_ transform: (String) -> String) -> AttemptStarted {
    AttemptStarted(
      step: step, attempt: attempt, effect: effect, isEffectDeclared: isEffectDeclared,
      connection: connection, work: work.map { $0.mapTexts(transform) },
      settledBy: settledBy)
  }
}

extension FailureRecord {
  public func mapTexts(_ transform: (String) -> String) -> FailureRecord {
    FailureRecord(
      cause: cause, message: transform(message), detail: detail.map(transform),
      hint: hint.map(transform), code: code, mayRetryHelp: mayRetryHelp)
  }
}

extension AttemptFinished {
  func mapTexts(_ transform: (String) -> String) -> AttemptFinished {
    AttemptFinished(
      step: step, attempt: attempt, outcome: outcome, result: result.mapStrings(transform),
      incomplete: incomplete, captures: captures, withheldCaptures: withheldCaptures,
      isConfirmed: isConfirmed,
      expectations: expectations.map {
        ExpectationRecord(
          expression: $0.expression, isMet: $0.isMet, error: $0.error.map(transform))
      }, failure: failure?.mapTexts(transform), evidence: evidence.map { $0.mapTexts(transform) },
      timeline: timeline.map {
        TimelineRow(
          at: $0.at, text: transform($0.text), source: transform($0.source),
          isDamage: $0.isDamage, clockOffsetMicroseconds: $0.clockOffsetMicroseconds)
      }, notices: notices.map(transform), elapsedMicroseconds: elapsedMicroseconds,
      hasReceipt: hasReceipt)
  }
}

extension EvidenceRecord {
  func mapTexts(_ transform: (String) -> String) -> EvidenceRecord {
    EvidenceRecord(
      id: id, what: transform(what), source: transform(source),
      capturedAt: capturedAt, size: size, digest: digest, content: content, isCut: isCut)
  }
}

extension GateItem {
  public func mapTexts(_ transform: (String) -> String) -> GateItem {
    GateItem(
      step: step, title: title, fate: fate, effect: effect, connection: connection,
      work: work.map { $0.mapTexts(transform) })
  }
}

extension GateOpened {
  func mapTexts(_ transform: (String) -> String) -> GateOpened {
    GateOpened(
      gate: gate,
      steps: steps.map { $0.mapTexts(transform) }, preparation: preparation,
      identities: identities, approvals: approvals,
      question: question, digest: digest)
  }
}
