public import RunbookEngine
import RunbookExpression
public import RunbookModel

/// How a drill went, from its journal alone; the same journal gives the same score.
public struct DrillScore: Sendable {
  /// How one expectation stands.
  public struct Result: Sendable, Hashable {
    /// `pending` is what is not over, or not judged.
    public enum Verdict: String, Sendable, Hashable { case met, missed, pending }
    public let expectation: DrillExpectation
    public let verdict: Verdict
    /// The entry that shows it: of what did not happen, the last one; of what is pending, none.
    public let evidence: Int64?
    /// When on the story clock it was shown.
    public let at: StoryTime?
    /// Why, in a few words: a time, a choice, or what the facilitator said.
    public let reason: String

    /// All of the expectation's or none, 0...1,000.
    public var points: Int { verdict == .met ? expectation.worth : 0 }
  }

  /// How well an objective was reached, by the share of its points.
  public enum Rating: String, Sendable, Hashable {
    /// All of them.
    case performed = "performed without challenges"
    /// Three quarters and more.
    case someChallenges = "performed with some challenges"
    /// Half and more.
    case majorChallenges = "performed with major challenges"
    case notPerformed = "could not be performed"
    /// Nothing counts for it, or some of it is not judged yet.
    case notRated = "not rated"

    init(points: Int, of possible: Int, isPending: Bool) {
      guard possible > 0, !isPending else {
        self = .notRated
        return
      }
      switch points * 100 / possible {
      case 100...: self = .performed
      case 75...: self = .someChallenges
      case 50...: self = .majorChallenges
      default: self = .notPerformed
      }
    }
  }

  /// An objective, by the expectations that count for it.
  public struct ObjectiveScore: Sendable, Hashable {
    public let objective: Drill.Item
    public let points: Int
    /// Those of all its expectations.
    public let possible: Int
    public let rating: Rating
  }

  /// In the order of the drill.
  public let results: [Result]
  public let objectives: [ObjectiveScore]

  /// Those of what was met.
  public var points: Int { results.reduce(0) { $0 + $1.points } }
  /// Those of all that counts in the drill's mode.
  public var possible: Int { results.reduce(0) { $0 + $1.expectation.worth } }

  /// Whole percent; nil when nothing counts.
  public var percent: Int? { possible > 0 ? points * 100 / possible : nil }

  /// - Throws: `damaged` when no drill can have written the journal.
  public init(entries: [Entry]) throws(StoreError) {
    var state = DrillState()
    var watches: [Watch] = []
    for entry in entries {
      try state.apply(entry)
      if case .drill(.started(let started)) = entry.event {
        watches = started.drill.expectations.map(Watch.init)
      }
      let story = state.storyTime(at: entry.recordedAt)
      for index in watches.indices {
        watches[index].look(at: state, entry: entry, story: story)
      }
    }
    let isOver = state.lifecycle == .ended || state.run.hasEnded
    let now = entries.last.map { state.storyTime(at: $0.recordedAt) } ?? .start
    let results = watches.map { $0.result(state, isOver: isOver, now: now) }
    self.results = results
    objectives = (state.drill?.objectives ?? []).map { objective in
      let own = results.filter { $0.expectation.objective?.text == objective.id }
      let points = own.reduce(0) { $0 + $1.points }
      let possible = own.reduce(0) { $0 + $1.expectation.worth }
      return ObjectiveScore(
        objective: objective, points: points, possible: possible,
        rating: Rating(
          points: points, of: possible, isPending: own.contains { $0.verdict == .pending }))
    }
  }
}

/// One expectation while the journal goes by.
private struct Watch {
  let expectation: DrillExpectation
  private let expression: Expression?
  /// Whether it holds now, and since which entry.
  private var holds = false
  private var since: (sequence: Int64, story: StoryTime)?
  /// The first time that it held.
  private var first: (sequence: Int64, story: StoryTime)?
  private var lastSequence: Int64 = 0

  init(_ expectation: DrillExpectation) {
    self.expectation = expectation
    if case .expression(let source) = expectation.judge {
      // One that cannot be parsed was refused before the drill began.
      expression = try? Expression(parsing: source)
    } else {
      expression = nil
    }
  }

  mutating func look(at state: DrillState, entry: Entry, story: StoryTime) {
    lastSequence = entry.sequence
    let isTrue = value(in: state, at: entry.recordedAt)
    if isTrue, !holds {
      since = (entry.sequence, story)
      // What is said after the deadline is late, though it may have been said before and taken back.
      first = first ?? (entry.sequence, story)
    }
    // Gone back to and answered anew: the earliest of the right answers counts.
    if isTrue, let known = since, story < known.story, state.isAnswer(entry, to: expectation) {
      since = (entry.sequence, story)
    }
    holds = isTrue
  }

  private func value(in state: DrillState, at now: Timestamp) -> Bool {
    switch expectation.judge {
    case .expression:
      // What has not happened yet cannot be evaluated: then it does not hold yet.
      return (try? expression?.evaluate(in: DrillScope(state, at: now))) == .bool(true)
    case .choice(let inject, let choices):
      let answer = state.answer(to: inject.text)?.fact.choice
      return choices.contains { $0.text == answer }
    case .facilitator:
      return state.judgements[expectation.id]?.fact.isMet == true
    }
  }

  func result(_ state: DrillState, isOver: Bool, now: StoryTime) -> DrillScore.Result {
    if case .facilitator = expectation.judge { return judged(state) }
    if let deadline = expectation.deadline {
      return result(by: deadline, isPast: isOver || now > deadline)
    }
    if let answer = answer(state) {
      let text = "chose '\(answer.fact.text)'"
      return holds
        ? result(.met, since, text)
        : result(.missed, (answer.sequence, answer.story), text)
    }
    guard isOver else { return result(.pending, nil, "seen at the end") }
    if holds { return result(.met, since, "so at the end") }
    return result(.missed, nil, expression == nil ? "not answered" : "not so at the end")
  }

  private func result(by deadline: StoryTime, isPast: Bool) -> DrillScore.Result {
    // An answer may be taken back; what was once true of the run stays so.
    let shown = expression == nil ? (holds ? since : nil) : first
    if let shown {
      return shown.story <= deadline
        ? result(.met, shown, "at \(shown.story), by \(deadline)")
        : result(.missed, shown, "only at \(shown.story), after \(deadline)")
    }
    return isPast
      ? result(.missed, nil, "not by \(deadline)") : result(.pending, nil, "due by \(deadline)")
  }

  private func answer(_ state: DrillState) -> DrillState.Recorded<DrillAnswer>? {
    guard case .choice(let inject, _) = expectation.judge else { return nil }
    return state.answer(to: inject.text)
  }

  private func judged(_ state: DrillState) -> DrillScore.Result {
    guard let judgement = state.judgements[expectation.id] else {
      return result(.pending, nil, "the facilitator has not judged it")
    }
    return result(
      judgement.fact.isMet ? .met : .missed, (judgement.sequence, judgement.story),
      "\(judgement.actor.displayName): \(judgement.fact.reason)")
  }

  /// - Parameter shown: nil is shown by the last entry: by what is not there.
  private func result(
    _ verdict: DrillScore.Result.Verdict, _ shown: (sequence: Int64, story: StoryTime)?,
    _ reason: String
  ) -> DrillScore.Result {
    DrillScore.Result(
      expectation: expectation, verdict: verdict,
      evidence: shown?.sequence ?? (verdict == .pending ? nil : lastSequence), at: shown?.story,
      reason: reason)
  }
}

extension RunState {
  /// Whether nothing more is performed in the run.
  var hasEnded: Bool { if case .ended = lifecycle { true } else { false } }
}

extension DrillExpectation {
  /// Its points, as the format bounds them: a journal may say anything.
  fileprivate var worth: Int { min(max(0, points), 1000) }
}

extension DrillState {
  fileprivate func isAnswer(_ entry: Entry, to expectation: DrillExpectation) -> Bool {
    guard case .choice(let inject, _) = expectation.judge,
      case .drill(.answerGiven(let answer)) = entry.event
    else { return false }
    return answer.subject == inject.text
  }
}
