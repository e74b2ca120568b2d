/// What a step has shown counts no more, and it is to be carried out again. Only of steps that change nothing.
public struct StepReopened: Sendable, Hashable, Codable {
  public enum Cause: String, Sendable, Hashable, Codable {
    /// The runbook has it otherwise than it was carried out.
    case changed
    /// Its connection leads to another database, or an older copy, than when it was carried out, or its server was
    /// started anew since.
    case elsewhere
    /// A step that changes something was begun after it.
    case laterChange
    /// A step before it, on which it may rest, is carried out again.
    case earlierStep
  }

  public let step: StepID
  public let cause: Cause
  /// The connection, or the other step; nil where it is the step alone.
  public let subject: String?

  public init(step: StepID, cause: Cause, subject: String? = nil) {
    self.step = step
    self.cause = cause
    self.subject = subject
  }

  /// Why, for people.
  public var words: String {
    let subject = subject ?? "?"
    return switch cause {
    case .changed: "the runbook has it otherwise than it was carried out"
    case .elsewhere:
      "connection '\(subject)' leads to another database or copy than when it was carried out, or its server was started anew"
    case .laterChange: "step '\(subject)' was begun after it"
    case .earlierStep: "step '\(subject)', which comes before it, is carried out again"
    }
  }
}
