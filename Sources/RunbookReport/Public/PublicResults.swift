import RunbookModel

/// What a public copy has of attempts and what they brought.
extension PublicCopy {
  func finished(_ finished: AttemptFinished) -> AttemptFinished {
    AttemptFinished(
      step: finished.step, attempt: finished.attempt, outcome: finished.outcome,
      result: result(finished.result, of: kinds[finished.step]),
      captures: captures(finished.captures), withheldCaptures: finished.withheldCaptures,
      isConfirmed: finished.isConfirmed,
      expectations: finished.expectations.map {
        ExpectationRecord(
          expression: text($0.expression), isMet: $0.isMet,
          error: $0.error.map { _ in Self.leftOut })
      }, failure: finished.failure.map(failure),
      evidence: finished.evidence.map { evidence($0, of: kinds[finished.step]) },
      timeline: finished.timeline.map { row in
        TimelineRow(
          at: row.at, text: Self.leftOut, source: told(row.source), isDamage: row.isDamage,
          clockOffsetMicroseconds: row.clockOffsetMicroseconds)
      }, notices: finished.notices.map { _ in Self.leftOut },
      elapsedMicroseconds: finished.elapsedMicroseconds, hasReceipt: finished.hasReceipt,
      workDone: finished.workDone?.map(done), isEffectDone: finished.isEffectDone,
      isWord: finished.isWord, restsOn: finished.restsOn,
      capturesRestOn: finished.capturesRestOn, isUnasked: finished.isUnasked)
  }

  func done(_ done: WorkDone) -> WorkDone {
    WorkDone(
      item: done.item, done.fate, times: done.times, affected: done.affected,
      sent: done.sent.map { _ in Self.leftOut }, reason: done.reason.map { _ in Self.leftOut })
  }

  /// How large something private is tells of it too.
  func evidence(_ record: EvidenceRecord, of kind: String?) -> EvidenceRecord {
    var isPublic = false
    if case .result(let name) = record.content {
      isPublic = rules.results[kind ?? ""]?.contains(name) == true
    }
    var what = record.what
    if !isPublic, record.isCut, let count = what.range(ofFirst: ", the first ") {
      what = String(what[..<count.lowerBound])
    }
    return EvidenceRecord(
      id: record.id, what: told(what), source: told(record.source), capturedAt: record.capturedAt,
      size: isPublic ? record.size : Self.noSize, digest: keyed(record.digest),
      content: record.content, isCut: record.isCut)
  }

  /// Stands for a size that is left out.
  static let noSize: Int64 = -1

  /// Its cause and code; the words are a server's or a program's, except for an `expect`.
  func failure(_ failure: FailureRecord) -> FailureRecord {
    FailureRecord(
      cause: failure.cause,
      message: failure.cause == .expectation ? told(failure.message) : Self.leftOut,
      detail: failure.detail.map { _ in Self.leftOut },
      hint: failure.hint.map { _ in Self.leftOut },
      code: failure.code, mayRetryHelp: failure.mayRetryHelp)
  }

  func settled(_ settled: AttemptSettled) -> AttemptSettled {
    AttemptSettled(
      step: settled.step, attempt: settled.attempt, settlement: settled.settlement,
      means: settled.means, detail: messages.detail(of: settled), doneAt: settled.doneAt,
      result: result(settled.result, of: kinds[settled.step]),
      captures: captures(settled.captures), withheldCaptures: settled.withheldCaptures,
      remnants: settled.remnants.map {
        Remnant(pid: $0.pid, summary: Self.leftOut, since: $0.since)
      }, asked: settled.asked?.map(work),
      evidence: settled.evidence?.map { evidence($0, of: kinds[settled.step]) },
      isUnlooked: settled.isUnlooked, capturesRestOn: settled.capturesRestOn)
  }

  /// What the kind declares as public, and the names of the rest.
  func result(_ result: Value, of kind: String?) -> Value {
    let known = rules.results[kind ?? ""] ?? []
    return .map(
      ValueMap(
        (result.mapValue ?? ValueMap()).pairs.compactMap { pair in
          pair.key.stringValue.map { name in
            (name, known.contains(name) ? pair.value.mapStrings(text) : Self.emptied(pair.value))
          }
        }))
  }

  /// A short text would be found by trying until its hash fits. The key is in no public copy, and the same
  /// for each of a run.
  func keyed(_ digest: Digest) -> Digest {
    var hasher = Digest.Hasher(key: key)
    hasher.update(digest.hex)
    return hasher.finalize()
  }

  func captures(_ captures: Value) -> Value {
    .map(
      ValueMap(
        (captures.mapValue ?? ValueMap()).pairs.compactMap { pair in
          pair.key.stringValue.map { ($0, capture(pair.value)) }
        }))
  }

  /// What a capture took from a result is as private as that: texts, numbers and maps are gone. How many
  /// items a list has, times, and what is true or false stay.
  func capture(_ value: Value) -> Value {
    switch value {
    case .list(let items): .list(items.map(capture))
    case .null, .bool, .timestamp, .duration: value
    default: .string(Self.leftOut)
    }
  }

  static func emptied(_ value: Value) -> Value {
    value == .null ? .null : .string(leftOut)
  }
}
