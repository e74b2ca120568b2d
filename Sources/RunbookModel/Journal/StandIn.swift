/// A step in whose place a person decided: what reads its value rests on that, and shows nothing of the world.
public struct StandIn: Sendable, Hashable, Codable {
  public enum Cause: String, Sendable, Hashable, Codable {
    /// A person left it out.
    case skipped
    /// A person said that it is done.
    case declared
    /// A change gave it a `when`, and that was false: the runbook that the run began with asked for it.
    case ruledOut
    /// A person answered what it asks.
    case answered
  }

  public let step: StepID
  public let cause: Cause

  public init(_ step: StepID, _ cause: Cause) {
    self.step = step
    self.cause = cause
  }

  /// Whether it is an answer that the runbook asks for: what rests on answers alone counts as a person's word.
  public var isAnswer: Bool { cause == .answered }

  /// What became of it: `'look', which was left out`.
  public var words: String {
    switch cause {
    case .skipped: "'\(step)', which was left out"
    case .declared: "'\(step)', which was declared done"
    case .ruledOut: "'\(step)', which a changed `when` left out"
    case .answered: "the answer to '\(step)'"
    }
  }
}

extension [StandIn] {
  /// Those that left something out that would have shown it.
  public var leftOut: [StandIn] { filter { !$0.isAnswer } }

  /// All of them in a sentence.
  ///
  /// - Parameter reasons: why, as people said it, by step.
  public func words(reasons: [StepID: PersonsWord] = [:]) -> String {
    map { one in
      guard ![.answered, .ruledOut].contains(one.cause), let word = reasons[one.step] else {
        return one.words
      }
      return "\(one.words) \(TallyText.reasons(of: [word]))"
    }.joined(separator: " and ")
  }

  /// With others, each once.
  public func joined(with others: [StandIn]) -> [StandIn] {
    others.reduce(into: self) { all, one in if !all.contains(one) { all.append(one) } }
  }
}
