public struct StepSkipped: Sendable, Hashable, Codable {
  public let step: StepID
  public let cause: Cause
  /// The `when` that was false, or a person's reason.
  public let reason: String
  /// Where a `when` was false: of the step as it stood in the runbook, as `AttemptStarted.definition`.
  public let definition: Digest?
  /// Whether a person left it out though nobody could look how it stands; nil is no.
  public let isUnlooked: Bool?
  /// Who decided it, where that is another than the actor of the entry: who refused the step's gate. Nil is the actor.
  public let decider: Actor?
  /// Where a `when` was false: what people decided in the place of steps, and that rests on. Nil is nothing.
  public let restsOn: [StandIn]?

  /// What a reason begins with that nobody gave, as the step's gate was refused.
  public static let refusedGate = "its gate was refused"

  public enum Cause: String, Sendable, Hashable, Codable {
    /// `when` was false.
    case condition
    /// A person said so.
    case decision
  }

  public init(
    step: StepID, cause: Cause, reason: String, definition: Digest? = nil, isUnlooked: Bool? = nil,
    decider: Actor? = nil, restsOn: [StandIn]? = nil
  ) {
    self.restsOn = restsOn
    self.definition = definition
    self.isUnlooked = isUnlooked
    self.decider = decider
    self.step = step
    self.cause = cause
    self.reason = reason
  }
}

public struct RunHeld: Sendable, Hashable, Codable {
  public enum Cause: String, Sendable, Hashable, Codable {
    case gate, refusal, failedStep, unknownStep, interruption, privilege
    /// A connection cannot be used that a gate has to show, or recovery hangs on what a step before it could not find.
    case obstacle
    /// A `manual` step waits for an answer.
    case question
    /// The run's own deadline has passed.
    case deadline
    /// The sandbox cannot be started again.
    case sandbox
    /// A value that was never stored, as it held a secret, cannot be had again.
    case lostSecret
    /// A verification step could not be carried out: it is not known whether it would pass.
    case verification
    /// What detection had confirmed it does not confirm any more, and recovery was approved, or has begun.
    case unconfirmed
    /// A person has said what nothing could find out, and nobody has gone on with the run yet: it takes the place
    /// of the hold that was written before. Or what was found out since is otherwise than a person had said.
    case decided
  }

  public let cause: Cause
  /// The gate or the step that it waits for.
  public let subject: String?
  public let message: String

  public init(cause: Cause, subject: String?, message: String) {
    self.cause = cause
    self.subject = subject
    self.message = message
  }
}

public struct NoteAdded: Sendable, Hashable, Codable {
  public let text: String
  /// When it happened, as the author says; nil is when it was written.
  public let at: Timestamp?

  public init(text: String, at: Timestamp?) {
    self.text = text
    self.at = at
  }
}

public struct RunEnded: Sendable, Hashable, Codable {
  public enum Status: String, Sendable, Hashable, Codable {
    /// Recovered, and verified: every verification step that applied was carried out and passed, and at
    /// least one did.
    case resolved
    /// Nothing is left to be done, and it is not known whether the incident is over: a verification step
    /// was left out or declared on a person's word, or none passed.
    case unverified
    /// Detection found no incident.
    case notConfirmed
    /// Detection could not be carried out.
    case undetermined
    case failed
    case abandoned
    /// A drill at the table, in which nothing is carried out, was held.
    case practised
  }

  public let status: Status
  public let reason: String

  public init(status: Status, reason: String) {
    self.status = status
    self.reason = reason
  }
}
