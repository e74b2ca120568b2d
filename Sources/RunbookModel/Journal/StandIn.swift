/// A step in whose place a person decided, or that brought no answer: what reads its value rests on that, and shows
/// nothing of the world.
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
    /// It could not be carried out: nothing of what it asks was seen.
    case couldNotRun
    /// It is not known whether it took effect.
    case unknown
    /// It failed with an answer: of that only its finding says nothing, as nobody looked for it.
    case failed
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
    case .couldNotRun: "'\(step)', which could not be carried out"
    case .unknown: "'\(step)', of which it is not known whether it took effect"
    case .failed: "'\(step)', which failed"
    }
  }
}

extension [StandIn] {
  /// Those that left something out that would have shown it.
  public var leftOut: [StandIn] { filter { !$0.isAnswer } }

  /// All of them in a sentence.
  ///
  /// - Parameter reasons: why, by step, as people said it or as it failed.
  public func words(reasons: [StandIn: String] = [:]) -> String {
    map { one in
      reasons[one].map { "\(one.words) \(TallyText.reasons(of: [$0]))" } ?? one.words
    }.joined(separator: " and ")
  }

  /// With others, each once.
  public func joined(with others: [StandIn]) -> [StandIn] {
    others.reduce(into: self) { all, one in if !all.contains(one) { all.append(one) } }
  }
}
