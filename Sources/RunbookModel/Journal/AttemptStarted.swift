public struct AttemptStarted: Sendable, Hashable, Codable {
  public let step: StepID
  /// 1 for the first try.
  public let attempt: Int
  public let effect: Effect
  /// Whether the author declared the effect and nothing enforces it.
  public let isEffectDeclared: Bool
  public let connection: String?
  /// What is about to run, redacted.
  public let work: [WorkItem]
  /// How its effect is found out should it be cut off; nil in journals of before this was kept.
  public let settledBy: SettlementWay?
  /// What the attempt's receipt will say of the work: a hash with the run's key. Nil where there is no
  /// receipt, and in journals of before this was kept.
  public let receiptDigest: Digest?
  /// Where it leaves no receipt: the run's attempts by then, as it was noted in the connection's database before; nil
  /// where nothing was noted.
  public let noted: Int64?
  /// What of it no transaction guards, a few words each: without a receipt it may be done all the same. Nil is
  /// nothing, or not kept.
  public let unguarded: [String]?
  /// Of its `settle:`, part by part, what decides what that will say: another probe is not asked about this attempt.
  /// Nil where it has none, and in journals of before this was kept.
  public let probe: [SealedPart]?
  /// Of the step as it stood in the runbook, and of what it is made of there: a hash with the run's key. Nil in
  /// journals of before this was kept.
  public let definition: Digest?
  /// Whether all that it does is taken back at once (`trial: true`); nil is no, or not kept.
  public let isTrial: Bool?
  /// Of a change: steps in whose place a person decided, or that brought no answer, and that its `when` or its work
  /// rests on: the ground that it is carried out on is not established. Nil is nothing, or not kept.
  public let restsOn: [StandIn]?

  public init(
    step: StepID, attempt: Int, effect: Effect, isEffectDeclared: Bool, connection: String?,
    work: [WorkItem], settledBy: SettlementWay? = nil, receiptDigest: Digest? = nil,
    noted: Int64? = nil, unguarded: [String]? = nil, probe: [SealedPart]? = nil,
    definition: Digest? = nil, isTrial: Bool? = nil, restsOn: [StandIn]? = nil
  ) {
    self.restsOn = restsOn
    self.isTrial = isTrial
    self.definition = definition
    self.probe = probe
    self.unguarded = unguarded
    self.noted = noted
    self.receiptDigest = receiptDigest
    self.step = step
    self.attempt = attempt
    self.effect = effect
    self.isEffectDeclared = isEffectDeclared
    self.connection = connection
    self.work = work
    self.settledBy = settledBy
  }
}

/// What an attempt makes of the world where it succeeds.
public enum Bearing: Sendable, Hashable {
  /// It changes something, or may.
  case changes
  /// It only reads.
  case reads
  /// It only reads as its author declares, which nothing enforces.
  case declaredReads
  /// What it changes is taken back at once.
  case trial

  /// What is said of it in a phase that changes things, once it has succeeded.
  public var success: String {
    switch self {
    case .changes: StepStanding.succeeded.words
    case .reads: "succeeded, and changes nothing"
    case .declaredReads: "succeeded, and is declared to change nothing"
    case .trial: "succeeded as a trial, and was taken back"
    }
  }
}

extension AttemptStarted {
  public var bearing: Bearing {
    if isTrial == true { return .trial }
    guard effect == .readOnly else { return .changes }
    return isEffectDeclared ? .declaredReads : .reads
  }
}

/// A statement, script, request or instruction, as it runs.
public struct WorkItem: Sendable, Hashable, Codable {
  public enum Language: String, Sendable, Hashable, Codable {
    case sql, shell, http, text

    /// Who reads it as it runs.
    public var reader: HiddenText.Reader {
      switch self {
      case .sql, .shell: .program
      case .http, .text: .people
      }
    }
  }

  public let language: Language
  public let text: String
  /// Bound values by name, as they are shown.
  public let parameters: [Parameter]
  public let effect: Effect

  public struct Parameter: Sendable, Hashable, Codable {
    public let name: String
    public let value: Value

    public init(name: String, value: Value) {
      self.name = name
      self.value = value
    }
  }

  /// Of SQL: functions that it calls and that may change something.
  public let calls: [String]?
  /// When it is left out, repeated or sent otherwise; nil where it is sent once, as it is.
  public let condition: String?
  /// Whether the runbook's author wrote it, but for the values that stand in `template` by name. What else there is, is
  /// made from what the world holds, and in no public copy; nil says the same.
  public let isAuthored: Bool?
  /// The text with the names of values where `text` has the values; nil where it has none.
  public let template: String?

  /// What its author wrote; nil where that is not known.
  public var authored: String? { isAuthored == true ? template ?? text : nil }

  public init(
    language: Language, text: String, parameters: [Parameter] = [], effect: Effect,
    calls: [String]? = nil, condition: String? = nil, isAuthored: Bool? = nil,
    template: String? = nil
  ) {
    self.isAuthored = isAuthored
    self.template = template
    self.calls = calls
    self.condition = condition
    self.language = language
    self.text = text
    self.parameters = parameters
    self.effect = effect
  }
}

extension WorkItem {
  public func mapTexts(
    _ transform: (String) -> String, values: (Value) -> Value
  ) -> WorkItem {
    StoredTexts.map(self, transform, values)
  }
}
