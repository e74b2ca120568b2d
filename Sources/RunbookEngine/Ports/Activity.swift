public import RunbookModel

/// A step bound to its values: it states its effect, and performs.
///
/// Laws:
/// 1. Making one has no effect; only `perform` acts on the world.
/// 2. `work` is exactly what `perform` will run, before redaction.
/// 3. `perform` returns when the work has ended for good: no process, statement or request of it goes
///    on afterwards, also when it throws or its task is cancelled.
/// 4. A cancelled task makes `perform` throw a failure with the cause `interrupted`, or `lost` when
///    the effect cannot be known.
public protocol Activity: Sendable {
  var effect: Effect { get }
  /// Whether the author declared the effect and nothing enforces it.
  var isEffectDeclared: Bool { get }
  var connection: String? { get }
  var work: [WorkItem] { get }

  func perform(in context: AttemptContext) async throws(StepFailure) -> StepResult
}

/// What one attempt knows of its run.
public struct AttemptContext: Sendable {
  public let run: RunID
  public let step: StepID
  public let attempt: Int
  public let actor: Actor
  /// The step's own `timeout:`; nil means the kind's default.
  public let timeout: Duration?
  /// The lease's generation, for receipts.
  public let generation: Int64
  /// A folder of this attempt's own for evidence that is too long to store; made when first used.
  public let evidenceFolder: String
  /// Live output, line by line, for people; what is stored is in the result.
  public let output: @Sendable (OutputLine) -> Void
  public let now: @Sendable () -> Timestamp
  /// Takes secrets out of a text; whatever goes into a file of the evidence folder goes through it.
  public let redact: @Sendable (String) -> String

  public init(
    run: RunID, step: StepID, attempt: Int, actor: Actor, timeout: Duration?, generation: Int64,
    evidenceFolder: String, output: @escaping @Sendable (OutputLine) -> Void,
    now: @escaping @Sendable () -> Timestamp,
    redact: @escaping @Sendable (String) -> String = { $0 }
  ) {
    self.run = run
    self.step = step
    self.attempt = attempt
    self.actor = actor
    self.timeout = timeout
    self.generation = generation
    self.evidenceFolder = evidenceFolder
    self.output = output
    self.now = now
    self.redact = redact
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
