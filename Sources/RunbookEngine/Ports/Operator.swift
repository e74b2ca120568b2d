public import RunbookModel

/// The person at the terminal, if there is one.
public protocol Operator: Sendable {
  /// Puts a gate before the person.
  ///
  /// - Returns: `unavailable` when nobody can be asked: there is no terminal.
  func decide(on gate: GateOpened) async -> OperatorDecision

  /// The same, where the question may find its answer elsewhere.
  ///
  /// - Parameter isDecided: whether somebody has decided on it from elsewhere meanwhile: then it is `unavailable`.
  func decide(
    on gate: GateOpened, unless isDecided: @escaping @Sendable () async -> Bool
  ) async -> OperatorDecision

  /// Asks a `manual` step's question.
  ///
  /// - Returns: nil when nobody can be asked.
  func answer(_ question: ManualQuestion) async -> String?

  /// Asks what is to become of processes and statements that a dead executor left.
  func decide(on remnants: [Remnant], of step: StepID) async -> RemnantDecision

  /// Asks whether a step may be performed now, where the run goes step by step.
  ///
  /// - Returns: nil when nobody can be asked.
  func mayPerform(_ title: String, _ work: [WorkItem]) async -> Bool?
}

extension Operator {
  public func decide(
    on gate: GateOpened, unless isDecided: @escaping @Sendable () async -> Bool
  ) async -> OperatorDecision {
    await decide(on: gate)
  }

  public func decide(on remnants: [Remnant], of step: StepID) async -> RemnantDecision {
    .unavailable
  }

  public func mayPerform(_ title: String, _ work: [WorkItem]) async -> Bool? { nil }
}

/// What is to become of what a dead executor left.
public enum RemnantDecision: Sendable, Hashable {
  case wait, terminate, hold, unavailable
}

public enum OperatorDecision: Sendable, Hashable {
  case approved, refused, unavailable
}

/// What a `manual` step asks.
public struct ManualQuestion: Sendable, Hashable {
  public let step: StepID
  public let title: String
  public let instruction: String
  /// The answers to choose from; empty for any text.
  public let choices: [String]

  public init(step: StepID, title: String, instruction: String, choices: [String]) {
    self.step = step
    self.title = title
    self.instruction = instruction
    self.choices = choices
  }
}

extension Redactor {
  /// What a person is asked, without secrets.
  public func redact(_ question: ManualQuestion) -> ManualQuestion {
    ManualQuestion(
      step: question.step, title: redact(question.title),
      instruction: redact(question.instruction), choices: question.choices.map { redact($0) })
  }
}
