public import RunbookModel

/// A step bound to its values: it states its effect, and performs.
///
/// Laws:
/// 1. Making one has no effect; only `perform` acts on the world.
/// 2. `work` is exactly what `perform` will run, before redaction.
/// 3. `perform` returns when the work has ended for good: no process, statement or request of it goes
///    on afterwards, also when it throws or its task is cancelled.
/// 4. A cancelled task makes `perform` throw a failure with the cause `interrupted` when it had no
///    effect or may be had again, or `lost` when the effect cannot be known.
/// 5. `receipt`, `awaitLock`, `remnants` and `traces` change nothing, but for the lease that fences an earlier
///    process.
/// 6. A change that failed is known to have ended by itself, or never to have begun: else the failure's
///    cause is `lost`, or the result's effect is open.
/// 7. Where it `isFenced`, an attempt of an earlier generation takes no effect that begins once `receipt`
///    or `awaitLock` has returned to one of a later; what had begun by then has ended.
public protocol Activity: Sendable {
  var effect: Effect { get }
  /// Whether the author declared the effect and nothing enforces it.
  var isEffectDeclared: Bool { get }
  var connection: String? { get }
  /// A connection whose server's clock the activity asks for. It is made ready before, as `connection`
  /// is, but the activity performs also where it cannot be reached.
  var clockConnection: String? { get }
  var work: [WorkItem] { get }

  /// What decides what `perform` does besides `work`, as it is now: the bytes of files that a script
  /// names, variables that it reads. An approval binds it; only looked at for that.
  func surroundings() async -> [Surrounding]

  /// It with what is found out of it by looking, once its connection is ready: what its database has behind the things
  /// that it names. What it says of itself may be more than before.
  func informed() async -> any Activity

  /// How `work` is performed where that is not the usual way, such as by which interpreter: for people, who are to
  /// approve it. What of it decides is among `surroundings`.
  var manner: [WorkItem.Parameter] { get }

  /// Whether what it starts connects by itself, as a script's programs do: then the run's own connection tells nothing
  /// of where that leads, and a new one is asked right before.
  var connectsByItself: Bool { get }

  /// What it visibly runs or reads that is not among them: an approval does not bind it, and a gate says so.
  /// For people, a few words each.
  func unbound() async -> [String]

  /// Why it cannot be performed over a connection pooler, where it cannot: what of it needs a session of
  /// its own.
  var sessionNeed: String? { get }

  /// What the kind itself can say of an attempt that was cut off.
  var settlingMeans: SettlingMeans { get }

  func perform(in context: AttemptContext) async throws(StepFailure) -> StepResult

  /// What is still there of an earlier attempt whose process is gone.
  func remnants(in context: AttemptContext) async throws(StepFailure) -> [Remnant]

  /// Ends remnants on a person's word; whoever is not one of the step's any more is left alone.
  ///
  /// - Returns: which were told to end, and by what; a server's session may take a moment.
  func end(
    _ remnants: [Remnant], in context: AttemptContext
  ) async throws(StepFailure) -> [EndedProcess]

  /// What of an attempt can be seen that nothing settles, for the person who has to: a few words each. What
  /// cannot be looked at is not told.
  func traces(in context: AttemptContext) async -> [String]

  /// What a receipt will say of the work, by a hash with the run's key; nil where it keeps none.
  func receiptDigest(_ key: RunKey?) -> Digest?

  /// What of a change with a receipt no transaction guards, a few words each, such as `dblink_exec()`: it may be done
  /// though there is no receipt. Empty where a transaction guards all of it, as far as its text tells.
  var unguarded: [String] { get }

  /// Whether a lock in the database and the run's generation keep an earlier process from performing it.
  var isFenced: Bool { get }

  /// Ends what an earlier attempt left where its end undoes all of it, as a transaction's does; what is
  /// being committed is left alone. Returns when it has ended, or does not within seconds.
  ///
  /// - Returns: what has ended.
  func endUnfinished(in context: AttemptContext) async throws(StepFailure) -> [EndedProcess]

  /// Waits until no other process performs the step; `receipt` does so by itself.
  func awaitLock(in context: AttemptContext) async throws(StepFailure)

  /// Looks whether an earlier attempt took effect; only called where `settlingMeans` is `receipt`.
  ///
  /// - Returns: the receipt, or nil when there is none, and there can be none any more.
  func receipt(in context: AttemptContext) async throws(StepFailure) -> ReceiptFound?
}

/// What a kind can say of an attempt that was cut off.
public enum SettlingMeans: Sendable, Hashable {
  /// It changes nothing, and may run again.
  case repeatable
  /// A receipt is committed with the work.
  case receipt
  /// Nothing: a probe or a person has to.
  case none
}

/// A receipt, as it was found.
public struct ReceiptFound: Sendable {
  public let attempt: Int
  public let recordedAt: Timestamp?
  /// Why it is not taken for a proof, such as that the journal has not begun its attempt; empty where it is.
  public let objections: [String]
  public let result: StepResult

  public init(attempt: Int, recordedAt: Timestamp?, objections: [String] = [], result: StepResult) {
    self.attempt = attempt
    self.recordedAt = recordedAt
    self.objections = objections
    self.result = result
  }
}

extension Activity {
  public var clockConnection: String? { nil }

  public func surroundings() async -> [Surrounding] { [] }

  public func informed() async -> any Activity { self }

  public var manner: [WorkItem.Parameter] { [] }

  public var connectsByItself: Bool { false }

  public func unbound() async -> [String] { [] }

  public var sessionNeed: String? { nil }

  public var settlingMeans: SettlingMeans { effect == .readOnly ? .repeatable : .none }

  public func remnants(in context: AttemptContext) async throws(StepFailure) -> [Remnant] { [] }

  public func end(
    _ remnants: [Remnant], in context: AttemptContext
  ) async throws(StepFailure) -> [EndedProcess] { [] }

  public func traces(in context: AttemptContext) async -> [String] { [] }

  public func receiptDigest(_ key: RunKey?) -> Digest? { nil }

  public var unguarded: [String] { [] }

  public var isFenced: Bool { false }

  public func endUnfinished(
    in context: AttemptContext
  ) async throws(StepFailure) -> [EndedProcess] { [] }

  public func awaitLock(in context: AttemptContext) async throws(StepFailure) {}

  public func receipt(in context: AttemptContext) async throws(StepFailure) -> ReceiptFound? {
    throw StepFailure(.invalid, "the step's kind keeps no receipts")
  }
}

/// What one attempt knows of its run.
public struct AttemptContext: Sendable {
  public let run: RunID
  public let step: StepID
  public let attempt: Int
  public let actor: Actor
  /// The step's own `timeout:`; nil means the kind's default.
  private let timeout: Duration?
  /// What is left of the deadlines of step and run; nil without any.
  private let remaining: Duration?
  /// The lease's generation, for receipts.
  public let generation: Int64
  /// A folder of this attempt's own for evidence that is too long to store; made when first used.
  public let evidenceFolder: String
  /// Live output, line by line, for people; what is stored is in the result.
  public let output: @Sendable (OutputLine) -> Void
  public let now: @Sendable () -> Timestamp
  /// Takes secrets out of texts; whatever goes into a file of the evidence folder goes through it, and
  /// whatever is cut is cut by it.
  public let redactor: Redactor
  /// What the step's `expect` and `capture` find wrong with a result: asked before a change is made
  /// durable, where that is possible.
  public let objection: @Sendable (StepResult) -> FailureRecord?
  /// Whether later steps need the result's values, so that a receipt has to keep them.
  public let keepsResult: Bool
  /// For hashes over what may hold a secret.
  public let key: RunKey?
  /// Who began the step's attempts, by the journal, the first one first; empty where that is not known.
  public let actors: [Actor]
  /// What the receipts of the step's attempts say of their work, by the journal, the first one first; nil
  /// where that is not known.
  public let receiptDigests: [Digest?]
  /// What the journal says that the step's database holds of the run.
  public let proof: RunProof
  /// Why nothing may take effect any more, such as that another process has taken the run over: asked once
  /// the step's lock is held, and right before a change is made durable.
  public let leaseLoss: @Sendable () -> FailureRecord?

  public init(
    run: RunID, step: StepID, attempt: Int, actor: Actor, timeout: Duration?,
    remaining: Duration? = nil, generation: Int64,
    evidenceFolder: String, output: @escaping @Sendable (OutputLine) -> Void,
    now: @escaping @Sendable () -> Timestamp,
    redactor: Redactor = .none,
    objection: @escaping @Sendable (StepResult) -> FailureRecord? = { _ in nil },
    keepsResult: Bool = false, key: RunKey? = nil, actors: [Actor] = [],
    receiptDigests: [Digest?] = [], proof: RunProof = RunProof(),
    leaseLoss: @escaping @Sendable () -> FailureRecord? = { nil }
  ) {
    self.actors = actors
    self.receiptDigests = receiptDigests
    self.proof = proof
    self.leaseLoss = leaseLoss
    self.run = run
    self.step = step
    self.attempt = attempt
    self.actor = actor
    self.timeout = timeout
    self.remaining = remaining
    self.generation = generation
    self.evidenceFolder = evidenceFolder
    self.output = output
    self.now = now
    self.redactor = redactor
    self.objection = objection
    self.keepsResult = keepsResult
    self.key = key
  }

  /// The text without secrets.
  public func redact(_ text: String) -> String { redactor.redact(text) }

  /// How long the attempt may take: the step's own `timeout:`, else the kind's, within the deadlines.
  public func timeout(else fallback: Duration) -> Duration {
    limited(timeout ?? fallback)
  }

  /// The step's own `timeout:`, or what is left of a deadline; nil without either.
  public var ownTimeout: Duration? { timeout.map(limited) ?? remaining }

  private func limited(_ duration: Duration) -> Duration {
    remaining.map { min($0, duration) } ?? duration
  }
}

/// A line that a step printed while it runs.
public struct OutputLine: Sendable, Hashable {
  public enum Stream: Sendable, Hashable {
    case standardOutput, standardError, notice
  }

  public let stream: Stream
  public let text: String

  public init(_ stream: Stream, _ text: String) {
    self.stream = stream
    self.text = text
  }
}
