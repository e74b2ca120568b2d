public struct DrillStarted: Sendable, Hashable, Codable {
  public let mode: DrillMode
  public let drill: Drill
  public let participants: [DrillParticipant]
  /// What all chance of the drill comes from.
  public let seed: Int64
  /// Whether the participants do not know when it breaks, and what.
  public let isSurprise: Bool
  /// Seconds of the story for each of the wall's, in percent: 100 is as fast.
  public let speedPercent: Int
  /// Whether nobody takes part: the runbook is checked, and nobody has practised. Nil is false.
  public let isCheck: Bool?

  public init(
    mode: DrillMode, drill: Drill, participants: [DrillParticipant], seed: Int64,
    isSurprise: Bool = false, speedPercent: Int = 100, isCheck: Bool? = nil
  ) {
    self.mode = mode
    self.drill = drill
    self.participants = participants
    self.seed = seed
    self.isSurprise = isSurprise
    self.speedPercent = speedPercent
    self.isCheck = isCheck
  }

  /// The participant's name as it was given at the start; case does not matter.
  public func participant(called name: String) -> String? {
    participants.map(\.name).first { $0.lowercased() == name.lowercased() }
  }
}

public struct DrillParticipant: Sendable, Hashable, Codable {
  public let name: String
  /// The id of a role; nil is none in particular.
  public let role: String?

  public init(name: String, role: String?) {
    self.name = name
    self.role = role
  }
}

public struct InjectDelivered: Sendable, Hashable, Codable {
  public enum Cause: String, Sendable, Hashable, Codable {
    /// Its time or its trigger came.
    case trigger
    /// The facilitator brought it.
    case hand
    /// An answer's choice led to it.
    case branch
  }

  public let inject: String
  public let cause: Cause

  public init(inject: String, cause: Cause) {
    self.inject = inject
    self.cause = cause
  }
}

/// An answer to an inject or to a question; of several the last one counts.
public struct DrillAnswer: Sendable, Hashable, Codable {
  /// The inject, or the question.
  public let subject: String
  /// Nil is the whole team.
  public let participant: String?
  /// The choice's id, where the inject offers some.
  public let choice: String?
  public let text: String

  public init(subject: String, participant: String?, choice: String?, text: String) {
    self.subject = subject
    self.participant = participant
    self.choice = choice
    self.text = text
  }
}

/// Something said, by whom if not by the team or the facilitator.
public struct DrillWord: Sendable, Hashable, Codable {
  public let text: String
  public let participant: String?

  public init(_ text: String, participant: String? = nil) {
    self.text = text
    self.participant = participant
  }
}

public struct HintGiven: Sendable, Hashable, Codable {
  public let inject: String
  /// Counts from 1.
  public let number: Int

  public init(inject: String, number: Int) {
    self.inject = inject
    self.number = number
  }
}

public struct DrillJump: Sendable, Hashable, Codable {
  public let to: StoryTime
  public let inject: String?

  public init(to: StoryTime, inject: String?) {
    self.to = to
    self.inject = inject
  }
}

public struct DrillExtension: Sendable, Hashable, Codable {
  public let by: StoryTime
  public let reason: String

  public init(by: StoryTime, reason: String) {
    self.by = by
    self.reason = reason
  }
}

public struct InjectSkipped: Sendable, Hashable, Codable {
  public let inject: String
  public let reason: String

  public init(inject: String, reason: String) {
    self.inject = inject
    self.reason = reason
  }
}

/// The facilitator's judgement; of several the last one counts.
public struct ExpectationJudged: Sendable, Hashable, Codable {
  public let expectation: String
  public let isMet: Bool
  public let reason: String

  public init(expectation: String, isMet: Bool, reason: String) {
    self.expectation = expectation
    self.isMet = isMet
    self.reason = reason
  }
}
