/// What an attempt brought back from the world.
public struct StepResult: Sendable {
  /// By the kind's `ResultSpec` names.
  /// Whole where they can be held: the engine cuts what it stores. What a kind cannot hold whole is in
  /// `incomplete` too.
  public var values: ValueMap
  /// By name: that `values` hold less than there was. Expressions cannot read these.
  public var incomplete: [String: Incomplete] = [:]
  /// By name: how much is stored, where it is not `StoredLimit.usual`.
  public var storedLimits: [String: StoredLimit] = [:]
  /// Names of texts that somebody wrote piece by piece and may have been stopped in writing: their end may
  /// be the middle of a secret.
  public var openEnded: Set<String> = []
  public var evidence: [EvidenceDraft]
  public var timeline: [TimelineRow]
  public var notices: [String]
  public var hasReceipt: Bool
  /// Whether the work was found done by an earlier attempt: then nothing was run again, and the values
  /// are what its receipt tells.
  public var isFormer = false
  /// Whether it is open what of the work took effect: it was cut off, or ended in its midst. Where the
  /// attempt failed, a change of it is unknown then, and not failed.
  public var isEffectOpen = false
  /// How the work ended well by its own account; nil where it did not, or where a refused result takes it
  /// back.
  public var completion: Completion?
  /// What became of the work, item by item, where it was not all sent as it is.
  public var workDone: [WorkDone]?
  /// What the attempt failed of, unless an `expect` judges by that itself: a shell step's exit code other than 0, an HTTP
  /// status of 400 or more.
  public var presumedFailure: PresumedFailure?

  public init(
    values: ValueMap = ValueMap(), evidence: [EvidenceDraft] = [], timeline: [TimelineRow] = [],
    notices: [String] = [], hasReceipt: Bool = false, presumedFailure: PresumedFailure? = nil,
    workDone: [WorkDone]? = nil
  ) {
    self.workDone = workDone
    self.values = values
    self.evidence = evidence
    self.timeline = timeline
    self.notices = notices
    self.hasReceipt = hasReceipt
    self.presumedFailure = presumedFailure
  }
}

/// A failure that is one unless a step's conditions name what it is told by: what a program that could not do its work
/// has printed by then says nothing of the work.
public struct PresumedFailure: Sendable, Hashable {
  public let record: FailureRecord
  /// The value of the result that tells it, such as `exit_code`: a condition that names it judges by it.
  public let result: String
  /// Whether it is somebody else's answer, as of the page that a redirect led to: what was asked, nobody answered.
  public var isOfAnother = false
  /// What it would be had the step not failed, where that is more than one number: a person's other answers.
  public let successes: [Value]

  public init(_ record: FailureRecord, toldBy result: String, besides successes: [Value] = []) {
    self.record = record
    self.result = result
    self.successes = successes
  }
}

/// A change that ended well: it stays, whatever `expect` and `capture` make of its result.
public struct Completion: Sendable, Hashable {
  /// `the script ended with exit 0`
  public let words: String
  /// Whether a second one changes no more than the first, as of an HTTP method that is idempotent.
  public let isRepeatable: Bool

  public init(_ words: String, isRepeatable: Bool = false) {
    self.words = words
    self.isRepeatable = isRepeatable
  }
}

extension StepResult {
  /// The values as expressions see them.
  public var visibleValues: ValueMap { values.hiding(incomplete) }
}

/// How much of one value of a result is stored; expressions see all that a kind holds.
public struct StoredLimit: Sendable, Hashable {
  /// Of a list.
  public let items: Int
  /// Of a text; of anything else, of its JSON.
  public let bytes: Int

  public static let usual = StoredLimit(bytes: 16 << 20)

  public init(items: Int = .max, bytes: Int) {
    self.items = items
    self.bytes = bytes
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
  /// Whether it is less than there was, or other than that, however long it is.
  public let isCut: Bool

  public init(
    what: String, source: String, content: Content, uncutSize: Int64? = nil, isCut: Bool = false
  ) {
    self.isCut = isCut
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
