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

  public init(
    step: StepID, attempt: Int, outcome: Outcome, result: Value,
    incomplete: [String: Incomplete]? = [:], captures: Value = .map(ValueMap()),
    withheldCaptures: [String] = [], isConfirmed: Bool? = nil,
    expectations: [ExpectationRecord] = [], failure: FailureRecord? = nil,
    evidence: [EvidenceRecord] = [], timeline: [TimelineRow] = [], notices: [String] = [],
    elapsedMicroseconds: Int64, hasReceipt: Bool = false, workDone: [WorkDone]? = nil
  ) {
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

  /// What of the result is less than there was.
  public var cutResults: [String: Incomplete] {
    incomplete ?? result.mapValue?.presumedIncomplete(evidence) ?? [:]
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
