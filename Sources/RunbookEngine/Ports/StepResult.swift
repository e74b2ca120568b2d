public import RunbookModel

/// What an attempt brought back from the world.
public struct StepResult: Sendable {
  /// By the kind's `ResultSpec` names.
  public var values: ValueMap
  public var evidence: [EvidenceDraft]
  public var timeline: [TimelineRow]
  public var notices: [String]
  public var hasReceipt: Bool
  /// Whether the work was found done by an earlier attempt: then nothing was run again, and the values
  /// are what its receipt tells.
  public var isFormer = false
  /// What the attempt failed of when the step has no `expect` that judges otherwise: a shell step's
  /// exit code other than 0, an HTTP status of 400 or more.
  public var presumedFailure: FailureRecord?

  public init(
    values: ValueMap = ValueMap(), evidence: [EvidenceDraft] = [], timeline: [TimelineRow] = [],
    notices: [String] = [], hasReceipt: Bool = false, presumedFailure: FailureRecord? = nil
  ) {
    self.values = values
    self.evidence = evidence
    self.timeline = timeline
    self.notices = notices
    self.hasReceipt = hasReceipt
    self.presumedFailure = presumedFailure
  }
}

/// Evidence as a kind hands it over; the executor numbers and hashes it.
public struct EvidenceDraft: Sendable {
  public enum Content: Sendable {
    /// The result's value of this name.
    case result(String)
    /// A file in the attempt's evidence folder, by its name there.
    case file(String)
  }

  /// One line: "standard output".
  public let what: String
  /// The connection, the command, the URL or the file that it came from.
  public let source: String
  public let content: Content
  /// Bytes before anything was cut; nil when nothing was.
  public let uncutSize: Int64?

  public init(what: String, source: String, content: Content, uncutSize: Int64? = nil) {
    self.what = what
    self.source = source
    self.content = content
    self.uncutSize = uncutSize
  }
}

/// Why a step could not be carried out.
public struct StepFailure: Error, Sendable {
  public let record: FailureRecord
  /// What had been brought back by then.
  public var partial: StepResult?

  public init(_ record: FailureRecord, partial: StepResult? = nil) {
    self.record = record
    self.partial = partial
  }

  public init(
    _ cause: FailureRecord.Cause, _ message: String, detail: String? = nil, hint: String? = nil,
    code: String? = nil, mayRetryHelp: Bool = false, partial: StepResult? = nil
  ) {
    self.init(
      FailureRecord(
        cause: cause, message: message, detail: detail, hint: hint, code: code,
        mayRetryHelp: mayRetryHelp),
      partial: partial)
  }
}
