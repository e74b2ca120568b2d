public import RunbookEngine
public import RunbookModel
private import Synchronization

/// Stands in for a step kind: the same keys and the same names of results, and nothing in it acts on
/// the world. What a step brings back is written ahead of time, for each of its attempts.
public struct SimulatedKind: StepKind {
  public let spec: KindSpec
  private let outcomes: [StepID: [SimulatedOutcome]]
  private let effects: [StepID: Effect]
  private let settlements: [StepID: SimulatedSettlement]
  private let whilePerforming: @Sendable (AttemptContext) async -> Void
  private let surroundings: @Sendable () -> [Surrounding]

  /// - Parameters:
  ///   - spec: the kind that is stood in for.
  ///   - outcomes: a step's first is that of its first attempt; an attempt without one fails.
  ///   - effects: by step, where it is not what the step declares; else `readOnly`.
  ///   - settlements: what is found out about a step's attempt that was cut off; of others there is
  ///     no receipt.
  ///   - whilePerforming: called when an attempt has begun, before it ends.
  ///   - surroundings: of each step, whenever they are asked for.
  public init(
    _ spec: KindSpec, outcomes: [StepID: [SimulatedOutcome]], effects: [StepID: Effect] = [:],
    settlements: [StepID: SimulatedSettlement] = [:],
    whilePerforming: @escaping @Sendable (AttemptContext) async -> Void = { _ in },
    surroundings: @escaping @Sendable () -> [Surrounding] = { [] }
  ) {
    self.surroundings = surroundings
    self.spec = spec
    self.outcomes = outcomes
    self.effects = effects
    self.settlements = settlements
    self.whilePerforming = whilePerforming
  }

  public func check(_ step: Step, in context: CheckContext) -> [Diagnostic] { [] }

  public func bind(_ step: Step, to context: BindingContext) throws(StepFailure) -> any Activity {
    var texts: [String] = []
    for field in step.body.all {
      if let text = field.value.text { texts.append(try context.render(text)) }
    }
    return SimulatedActivity(
      step: step.id, effect: effects[step.id] ?? step.options.effect ?? .readOnly,
      isEffectDeclared: step.options.effect != nil,
      connection: spec.usesConnection ? context.connection?.name : nil,
      texts: texts, language: spec.work.language,
      outcomes: outcomes[step.id] ?? [],
      keepsReceipts: spec.usesConnection && step.phase.mayChange
        && context.connection?.keepsReceipts == true,
      settlement: settlements[step.id] ?? SimulatedSettlement(), whilePerforming: whilePerforming,
      surrounding: surroundings)
  }
}

/// How a simulated attempt ends.
public enum SimulatedOutcome: Sendable {
  case result(StepResult)
  case failure(StepFailure)
  /// Goes on until its task is cancelled, then fails.
  case untilCancelled(StepFailure)

  /// A result of these values alone.
  public static func values(_ values: [String: Value]) -> SimulatedOutcome {
    let pairs = values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    return .result(StepResult(values: ValueMap(pairs)))
  }

  public static var success: SimulatedOutcome { .result(StepResult()) }
}

/// What is found out about an attempt that was cut off, simulated.
public struct SimulatedSettlement: Sendable {
  /// Nil is that there is none.
  public var receipt: ReceiptFound?
  /// Why it could not be found out.
  public var failure: StepFailure?
  /// What is still there, one look after another.
  public var remnants: SimulatedRemnants
  /// What can be seen of it, for whoever has to say what nothing tells.
  public var traces: [String]
  /// What of the step no transaction guards.
  public var unguarded: [String]

  public init(
    receipt: ReceiptFound? = nil, failure: StepFailure? = nil,
    remnants: SimulatedRemnants = SimulatedRemnants([]), traces: [String] = [],
    unguarded: [String] = []
  ) {
    self.unguarded = unguarded
    self.traces = traces
    self.receipt = receipt
    self.failure = failure
    self.remnants = remnants
  }
}

/// What an attempt left, as it is found by one look after another; the last answer stays.
public final class SimulatedRemnants: Sendable {
  private let state: Mutex<(looks: [[Remnant]], ended: [Int64])>

  public init(_ looks: [[Remnant]]) { state = Mutex((looks, [])) }

  /// The numbers of those that were to be ended.
  public var ended: [Int64] { state.withLock(\.ended) }

  func look() -> [Remnant] {
    state.withLock { state in
      guard state.looks.count > 1 else { return state.looks.first ?? [] }
      return state.looks.removeFirst()
    }
  }

  func end(_ remnants: [Remnant]) {
    state.withLock {
      $0.ended += remnants.map(\.pid)
      $0.looks = []
    }
  }
}

private struct SimulatedActivity: Activity {
  let step: StepID
  let effect: Effect
  let isEffectDeclared: Bool
  let connection: String?
  let texts: [String]
  let language: WorkItem.Language
  let outcomes: [SimulatedOutcome]
  let keepsReceipts: Bool
  let settlement: SimulatedSettlement
  let whilePerforming: @Sendable (AttemptContext) async -> Void
  let surrounding: @Sendable () -> [Surrounding]

  func surroundings() async -> [Surrounding] { surrounding() }

  var unguarded: [String] { settlement.unguarded }

  var work: [WorkItem] {
    texts.map { WorkItem(language: language, text: $0, effect: effect) }
  }

  var settlingMeans: SettlingMeans {
    if keepsReceipts { return .receipt }
    return effect == .readOnly ? .repeatable : .none
  }

  func remnants(in context: AttemptContext) async throws(StepFailure) -> [Remnant] {
    settlement.remnants.look()
  }

  func traces(in context: AttemptContext) async -> [String] { settlement.traces }

  func end(
    _ remnants: [Remnant], in context: AttemptContext
  ) async throws(StepFailure) -> [EndedProcess] {
    settlement.remnants.end(remnants)
    return remnants.map { EndedProcess($0, by: "simulation") }
  }

  func receipt(in context: AttemptContext) async throws(StepFailure) -> ReceiptFound? {
    if let failure = settlement.failure { throw failure }
    return settlement.receipt
  }

  func perform(in context: AttemptContext) async throws(StepFailure) -> StepResult {
    await whilePerforming(context)
    guard context.attempt >= 1, context.attempt <= outcomes.count else {
      throw StepFailure(
        .invalid, "nothing is simulated for attempt \(context.attempt) of step '\(step)'")
    }
    switch outcomes[context.attempt - 1] {
    case .result(let result): return result
    case .failure(let failure): throw failure
    case .untilCancelled(let failure):
      // A stream without elements ends when its task is cancelled, and not before.
      let (silence, continuation) = AsyncStream.makeStream(of: Never.self)
      for await _ in silence {}
      continuation.finish()
      throw failure
    }
  }
}
