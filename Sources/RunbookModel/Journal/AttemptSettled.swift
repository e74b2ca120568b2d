/// What was found out about an attempt that had no outcome, or an unknown one.
public struct AttemptSettled: Sendable, Hashable, Codable {
  public let step: StepID
  public let attempt: Int
  public let settlement: Settlement
  public let means: Means
  /// The proof in words: what the receipt, the probe or the person said, or why nothing could say it.
  public let detail: String
  /// When the work took effect, where the proof says so.
  public let doneAt: Timestamp?
  /// What the receipt or the probe holds: a map by the names of the results of the step's kind, or of the probe's.
  public let result: Value
  /// As `AttemptFinished.incomplete`.
  public let incomplete: [String: Incomplete]?
  /// A map of names to values, made from `result` when the step is done.
  public let captures: Value
  /// Captures that are not known, as a secret in them was not stored; nil is none.
  public let withheldCaptures: [String]?
  /// Processes and statements of the attempt that were still there.
  public let remnants: [Remnant]
  /// What its probe asked; nil where none was asked, and in journals of before this was kept.
  public let asked: [WorkItem]?
  /// What the probe gave, which `result` holds.
  public let evidence: [EvidenceRecord]?
  /// Of a person's word: whether nobody could look, as what there is to look at was out of reach; nil is no.
  public let isUnlooked: Bool?
  /// As `AttemptFinished.capturesRestOn`.
  public let capturesRestOn: [String: [StandIn]]?

  /// What the settlement rests on.
  public enum Means: String, Sendable, Hashable, Codable {
    /// The step cannot change anything: it simply runs again.
    case repeatable
    /// The receipt in the database, which was committed with the work or not at all.
    case receipt
    /// The step's own read-only `settle:` probe.
    case probe
    /// A person's word.
    case word
    /// Nothing could say it.
    case none
  }

  public init(
    step: StepID, attempt: Int, settlement: Settlement, means: Means, detail: String,
    doneAt: Timestamp? = nil, result: Value = .map(ValueMap()),
    incomplete: [String: Incomplete]? = [:], captures: Value = .map(ValueMap()),
    withheldCaptures: [String]? = nil, remnants: [Remnant] = [], asked: [WorkItem]? = nil,
    evidence: [EvidenceRecord]? = nil, isUnlooked: Bool? = nil,
    capturesRestOn: [String: [StandIn]]? = nil
  ) {
    self.capturesRestOn = capturesRestOn
    self.asked = asked
    self.evidence = evidence
    self.isUnlooked = isUnlooked
    self.step = step
    self.attempt = attempt
    self.settlement = settlement
    self.means = means
    self.detail = detail
    self.doneAt = doneAt
    self.result = result
    self.incomplete = incomplete
    self.captures = captures
    self.withheldCaptures = withheldCaptures
    self.remnants = remnants
  }

  /// What of the result is less than there was.
  public var cutResults: [String: Incomplete] {
    incomplete ?? result.mapValue?.presumedIncomplete() ?? [:]
  }
}

/// A process or a statement of an attempt whose executor is gone.
public struct Remnant: Sendable, Hashable, Codable {
  /// The number of the process, or of the server's process for a statement.
  public let pid: Int64
  /// One line for people: what it does, what it waits for.
  public let summary: String
  public let since: Timestamp?

  public init(pid: Int64, summary: String, since: Timestamp?) {
    self.pid = pid
    self.summary = summary
    self.since = since
  }
}

/// How an attempt's effect is found out when its executor dies.
public enum SettlementWay: String, Sendable, Hashable, Codable {
  /// It changes nothing, and runs again.
  case repeatable
  case receipt
  case probe
  /// Only a person can say.
  case word
}

/// A person wants a failed step to be tried again.
public struct RetryRequested: Sendable, Hashable, Codable {
  public let step: StepID
  public let reason: String?

  public init(step: StepID, reason: String?) {
    self.step = step
    self.reason = reason
  }
}
