public struct AttemptFinished: Sendable, Hashable, Codable {
  public let step: StepID
  public let attempt: Int
  /// Never `skipped`.
  public let outcome: Outcome
  /// The kind's result names and their values (a map); cut after secrets were taken out, see `incomplete`.
  public let result: Value
  /// By the name of a result: what was cut before it was stored. Nil in journals before version 4.
  public let incomplete: [String: Incomplete]?
  /// A map of names to values; one that held a secret is left out.
  public let captures: Value
  /// Captures that were not stored, as they held a secret.
  public let withheldCaptures: [String]
  /// Whether `confirms` was true; nil without one.
  public let isConfirmed: Bool?
  public let expectations: [ExpectationRecord]
  public let failure: FailureRecord?
  public let evidence: [EvidenceRecord]
  public let timeline: [TimelineRow]
  /// Notices that the server sent, and the like.
  public let notices: [String]
  /// By the monotonic clock, in microseconds.
  public let elapsedMicroseconds: Int64
  /// Whether a receipt was committed with the work.
  public let hasReceipt: Bool
  /// What became of the work, item by item; nil where all of it was sent as it is, or where it failed and
  /// nothing tells.
  public let workDone: [WorkDone]?
  /// Whether a change that failed had ended well by its own account, so that to repeat it changes more: its
  /// result was refused, and what it changed stays. Nil where it is not so, and in journals of before.
  public let isEffectDone: Bool?
  /// Whether it was a person who answered, so that it shows nothing but what they said; nil is no.
  public let isWord: Bool?
  /// What people decided in the place of steps, and what was found rests on: the `expect` and `confirms` of a step that
  /// succeeded, and its work. Nil is nothing, and in journals of before it was kept.
  public let restsOn: [StandIn]?
  /// The same of captures, by their names, beside what all of the step rests on.
  public let capturesRestOn: [String: [StandIn]]?
  /// Whether it failed as nobody has answered what was asked (`Unasked`); nil is no, and in journals of before it was
  /// kept, where the failure's code tells.
  public let isUnasked: Bool?
  /// What the databases that it may have changed had of code of their own when it had ended. Nil where that was not asked
  /// or could not be, and in journals of before.
  public var codeAfter: [DatabaseCodeSeen]?

  public init(
    step: StepID, attempt: Int, outcome: Outcome, result: Value,
    incomplete: [String: Incomplete]? = [:], captures: Value = .map(ValueMap()),
    withheldCaptures: [String] = [], isConfirmed: Bool? = nil,
    expectations: [ExpectationRecord] = [], failure: FailureRecord? = nil,
    evidence: [EvidenceRecord] = [], timeline: [TimelineRow] = [], notices: [String] = [],
    elapsedMicroseconds: Int64, hasReceipt: Bool = false, workDone: [WorkDone]? = nil,
    isEffectDone: Bool? = nil, isWord: Bool? = nil, restsOn: [StandIn]? = nil,
    capturesRestOn: [String: [StandIn]]? = nil, isUnasked: Bool? = nil,
    codeAfter: [DatabaseCodeSeen]? = nil
  ) {
    self.isUnasked = isUnasked
    self.codeAfter = codeAfter
    self.restsOn = restsOn
    self.capturesRestOn = capturesRestOn
    self.isWord = isWord
    self.isEffectDone = isEffectDone
    self.workDone = workDone
    self.step = step
    self.attempt = attempt
    self.outcome = outcome
    self.result = result
    self.incomplete = incomplete
    self.captures = captures
    self.withheldCaptures = withheldCaptures
    self.isConfirmed = isConfirmed
    self.expectations = expectations
    self.failure = failure
    self.evidence = evidence
    self.timeline = timeline
    self.notices = notices
    self.elapsedMicroseconds = elapsedMicroseconds
    self.hasReceipt = hasReceipt
  }

  /// Whether it found what its `confirms` asks for, by what was there to be seen.
  public var hasConfirmed: Bool { isConfirmed == true && !isUnestablished }

  /// Whether what it found rests on what a person left out, so that it is no finding.
  public var isUnestablished: Bool { restsOn?.leftOut.isEmpty == false }

  /// What of the result is less than there was.
  public var cutResults: [String: Incomplete] {
    incomplete ?? result.mapValue?.presumedIncomplete(evidence) ?? [:]
  }
}

/// A database's own code, as it was seen over a connection.
public struct DatabaseCodeSeen: Sendable, Hashable, Codable {
  public let connection: String
  /// Kind by kind; empty where the attempt left nothing behind, so that what was there before it still counts.
  public let parts: [SealedPart]

  public init(connection: String, parts: [SealedPart]) {
    self.connection = connection
    self.parts = parts
  }
}

extension AttemptFinished {
  /// Whether a check that failed tells nothing of what it was to check, as it could not be carried out, or
  /// what it brought could not be judged. Then it is no finding.
  public var isWithoutAnswer: Bool {
    guard outcome == .failed, let failure else { return false }
    if isUnasked == true { return true }
    guard failure.cause == .expectation, !expectations.isEmpty else { return !failure.isAnswer }
    return !expectations.contains { !$0.isMet && $0.error == nil }
  }
}

extension FailureRecord {
  /// Whether a check that failed so has answered: what it asks was there to be seen, and was not so.
  public var isAnswer: Bool {
    switch cause {
    case .expectation: true
    case .refused: code.map { Self.isAnswer($0) } ?? false
    case .unreachable, .timeout, .lock, .interrupted, .unanswered, .invalid, .lost, .elsewhere:
      false
    }
  }

  /// The same failure, with more to say of it.
  public func saying(_ more: String) -> FailureRecord {
    FailureRecord(
      cause: cause, message: "\(message); \(more)", detail: detail, hint: hint, code: code,
      mayRetryHelp: mayRetryHelp)
  }

  /// The same failure, for another cause.
  public func of(_ cause: Cause) -> FailureRecord {
    FailureRecord(
      cause: cause, message: message, detail: detail, hint: hint, code: code,
      mayRetryHelp: mayRetryHelp)
  }

  /// The failure of an attempt of which it was found out since that it had no effect.
  ///
  /// - Parameters:
  ///   - proof: what showed it, in words.
  ///   - wasUnknown: whether its effect was unknown until then, as its message says.
  public func settledAsNotDone(_ proof: String, wasUnknown: Bool) -> FailureRecord {
    FailureRecord(
      cause: cause,
      message: wasUnknown ? "it did not take effect: \(proof)" : "\(message); \(proof)",
      detail: wasUnknown ? nil : detail, hint: hint, code: code, mayRetryHelp: mayRetryHelp)
  }

  /// SQLSTATEs that answer: `RAISE`, `ASSERT`, and what is asked for is not there. With any other the
  /// statement was not carried out
  /// (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
  private static let answeringStates: Set = [
    "P0001", "P0004", "3F000", "42P01", "42703", "42704", "42883",
  ]

  /// Of the exit codes of a shell 126 and 127 say that there was nothing to be run
  /// (POSIX.1-2024, XCU 2.8.2). An HTTP status and a person's answer are answers.
  private static func isAnswer(_ code: String) -> Bool {
    if code.begins(with: "signal ") { return false }
    // Of SQLite's result codes what a trigger raises is said by the database itself, and that something is not there.
    if code.begins(with: "SQLITE_") {
      return code == "SQLITE_CONSTRAINT_TRIGGER" || code.begins(with: "SQLITE_ERROR (no such ")
    }
    if code.begins(with: "exit ") { return code != "exit 126" && code != "exit 127" }
    return isState(code) ? answeringStates.contains(code) : true
  }

  /// Whether it is a SQLSTATE: five digits and capital letters, of a class that begins with a digit or is
  /// one of these. A person may answer `WRONG`.
  private static func isState(_ code: String) -> Bool {
    let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
    guard code.utf8.count == 5, let first = code.utf8.first,
      code.utf8.allSatisfy({ isDigit($0) || (0x41...0x5A).contains($0) })
    else { return false }
    return isDigit(first) || ["F0", "HV", "P0", "XX"].contains { code.begins(with: $0) }
  }
}

/// An `expect` and whether it held.
public struct ExpectationRecord: Sendable, Hashable, Codable {
  public let expression: String
  public let isMet: Bool
  /// The error, where the expression could not be evaluated.
  public let error: String?

  public init(expression: String, isMet: Bool, error: String? = nil) {
    self.expression = expression
    self.isMet = isMet
    self.error = error
  }
}

/// Why an attempt failed, in facts.
public struct FailureRecord: Sendable, Hashable, Codable {
  public enum Cause: String, Sendable, Hashable, Codable {
    /// The target said no: an SQL error, a non-zero exit code.
    case refused
    /// An `expect` was not met.
    case expectation
    /// The target could not be reached.
    case unreachable
    case timeout
    /// A lock was not to be had.
    case lock
    /// The operator stopped the run.
    case interrupted
    /// Nobody was there to answer.
    case unanswered
    /// An expression or a value did not fit.
    case invalid
    /// The connection went away while the work was on its way: its effect is not known.
    case lost
    /// The database is another one, or an older copy: nothing was done there, and a person is asked.
    case elsewhere
  }

  public let cause: Cause
  public let message: String
  public let detail: String?
  public let hint: String?
  /// The SQLSTATE, exit code, HTTP status or signal.
  public let code: String?
  public let mayRetryHelp: Bool

  public init(
    cause: Cause, message: String, detail: String? = nil, hint: String? = nil,
    code: String? = nil, mayRetryHelp: Bool = false
  ) {
    self.cause = cause
    self.message = message
    self.detail = detail
    self.hint = hint
    self.code = code
    self.mayRetryHelp = mayRetryHelp
  }

  /// The same with a hint.
  public func hinting(_ hint: String) -> FailureRecord {
    FailureRecord(
      cause: cause, message: message, detail: detail, hint: hint, code: code,
      mayRetryHelp: mayRetryHelp)
  }
}

/// A captured output, row set, file or response.
public struct EvidenceRecord: Sendable, Hashable, Codable {
  /// `E1`, `E2`, … in the order of capture.
  public let id: String
  /// One line: "rows of missing-tables".
  public let what: String
  /// Where it came from: the connection, the command, the URL, the file.
  public let source: String
  public let capturedAt: Timestamp
  /// Bytes, before anything was cut.
  public let size: Int64
  /// Of the bytes of `content`.
  public let digest: Digest
  public let content: Content
  /// Whether the stored content is less than what there was.
  public let isCut: Bool

  public enum Content: Sendable, Hashable, Codable {
    /// The value at this key of the attempt's result: text as UTF-8, else compact JSON.
    case result(key: String)
    /// A file in the run's folder, by its path there.
    case file(path: String)
  }

  public init(
    id: String, what: String, source: String, capturedAt: Timestamp, size: Int64, digest: Digest,
    content: Content, isCut: Bool
  ) {
    self.id = id
    self.what = what
    self.source = source
    self.capturedAt = capturedAt
    self.size = size
    self.digest = digest
    self.content = content
    self.isCut = isCut
  }
}

/// Something that happened at a time, as a source tells it.
public struct TimelineRow: Sendable, Hashable, Codable {
  public let at: Timestamp
  public let text: String
  /// "PostgreSQL log", "migration file", …
  public let source: String
  /// Whether it damaged something: the earliest such is the incident's start.
  public let isDamage: Bool
  /// The source's clock less the executor's, by which `at` was corrected; nil when it was not.
  public let clockOffsetMicroseconds: Int64?

  public init(
    at: Timestamp, text: String, source: String, isDamage: Bool = false,
    clockOffsetMicroseconds: Int64? = nil
  ) {
    self.at = at
    self.text = text
    self.source = source
    self.isDamage = isDamage
    self.clockOffsetMicroseconds = clockOffsetMicroseconds
  }
}
