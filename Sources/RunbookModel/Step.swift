/// The smallest unit that is checkpointed, as written.
public struct Step: Sendable, Hashable {
  public let id: StepID
  public let title: String
  public let phase: Phase
  /// The step kind's name, such as `sql`.
  public let kind: String
  /// What stands behind the kind's key.
  public let body: Fields
  /// The `id` of the step.
  public let place: Place
  public let options: StepOptions

  public init(
    id: StepID, title: String, phase: Phase, kind: String, body: Fields, place: Place,
    options: StepOptions = StepOptions()
  ) {
    self.id = id
    self.title = title
    self.phase = phase
    self.kind = kind
    self.body = body
    self.place = place
    self.options = options
  }
}

/// The keys that a step of any kind may have.
public struct StepOptions: Sendable, Hashable {
  /// The step is skipped unless this is true.
  public var when: SourceText?
  /// Each must be true of the step's result, else the attempt failed.
  public var expect: [SourceText] = []
  /// A finding is established when this is true of the step's result.
  public var confirms: SourceText?
  public var captures: [Capture] = []
  public var connection: SourceText?
  /// Read-write and always rolled back.
  public var isTrial = false
  public var retry: Retry?
  /// For one attempt; nil is the kind's own default.
  public var timeout: Duration?
  /// For all attempts, from the start of the first.
  public var deadline: Duration?
  public var gate: Gate?
  /// What the author declares where it cannot be told.
  public var effect: Effect?
  /// Whether it is the probe of another step.
  public var isProbe = false
  /// The probe that says, after a crash, whether an attempt took effect.
  public var settle: Fields?

  public init() {}
}

extension StepOptions {
  /// A name that later steps see.
  public struct Capture: Sendable, Hashable {
    public let name: String
    public let place: Place
    public let expression: SourceText
    /// The value when the step was skipped; nil leaves the name undefined then.
    public let fallback: Value?

    public init(name: String, place: Place, expression: SourceText, fallback: Value? = nil) {
      self.name = name
      self.place = place
      self.expression = expression
      self.fallback = fallback
    }
  }

  /// When a failed attempt is tried again.
  public struct Retry: Sendable, Hashable {
    /// The pause between two attempts.
    public let every: Duration
    /// No attempt starts later than this after the first; nil is without end unless `attempts` is set.
    public let within: Duration?
    /// The most attempts, the first included.
    public let attempts: Int?
    /// Whether each pause is twice the one before.
    public let isExponential: Bool
    /// The longest pause; nil is without limit.
    public let longestPause: Duration?
    /// By how much a pause may be shorter than it should be, so that many do not try at once: 0 to 100.
    public let jitterPercent: Int
    /// Which failures are tried again; nil is all.
    public let condition: RetryCondition?

    public init(
      every: Duration, within: Duration?, attempts: Int?, isExponential: Bool = false,
      longestPause: Duration? = nil, jitterPercent: Int = 0, condition: RetryCondition? = nil
    ) {
      self.every = every
      self.within = within
      self.attempts = attempts
      self.isExponential = isExponential
      self.longestPause = longestPause
      self.jitterPercent = jitterPercent
      self.condition = condition
    }
  }

  /// The failures that are worth another attempt: any that is named.
  public struct RetryCondition: Sendable, Hashable {
    public let exitCodes: [Int64]
    /// Five characters, or the two of a class.
    public let sqlStates: [String]
    public let statuses: [Int64]
    /// True of the result, with the failure as `failure`.
    public let expression: SourceText?

    public init(
      exitCodes: [Int64] = [], sqlStates: [String] = [], statuses: [Int64] = [],
      expression: SourceText? = nil
    ) {
      self.exitCodes = exitCodes
      self.sqlStates = sqlStates
      self.statuses = statuses
      self.expression = expression
    }
  }

  /// A step's own gate.
  public struct Gate: Sendable, Hashable {
    /// How many people must approve.
    public let approvals: Int
    /// What the gate asks.
    public let question: String?

    public init(approvals: Int = 1, question: String? = nil) {
      self.approvals = approvals
      self.question = question
    }
  }
}
