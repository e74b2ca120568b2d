import RunbookExpression
public import RunbookModel

/// What a drill does next; pure. Every command of the facilitator becomes events, or a refusal.
public enum DrillMachine {
  /// What the facilitator, or a participant, wants.
  public enum Command: Sendable, Hashable {
    /// Tells the named inject, or the next one; the clock is set to the time of the next one.
    case next(String?)
    case answer(subject: String?, participant: String?, text: String)
    case decide(participant: String?, text: String)
    case hint(String?)
    case pause(String)
    case goOn
    /// Sets the clock to an inject that was told, and tells it again.
    case back(String?)
    /// Sets the clock forward by so much.
    case ahead(StoryTime)
    case extend(StoryTime, reason: String)
    case skip(String?, reason: String)
    case judge(String, isMet: Bool, reason: String)
    case end(String)
  }

  /// Why a command does nothing.
  public struct Refusal: Error, Sendable, Hashable {
    /// One line, to the person who wanted it.
    public let message: String
    /// What would be taken instead.
    public let hint: String?

    init(_ message: String, hint: String? = nil) {
      self.message = message
      self.hint = hint
    }
  }

  /// Injects whose time or trigger has come, the earliest first; none while the clock stands.
  public static func due(_ state: DrillState, at now: Timestamp) -> [DrillEvent] {
    guard state.lifecycle == .running, state.hasBegun else { return [] }
    let time = state.storyTime(at: now)
    return waiting(state).filter { $0.time <= time && isOpen($0.inject, state, at: now) }
      .map { .injectDelivered(InjectDelivered(inject: $0.inject.id, cause: .trigger)) }
  }

  /// When an inject comes of itself, as far as that is known now; nil when it waits for something.
  public static func dueTime(of inject: Inject, in state: DrillState) -> StoryTime? {
    guard let origin = origin(of: inject, state) else { return nil }
    return origin + inject.delay + jitter(of: inject, seed: state.started?.seed ?? 0)
  }

  /// What is still to come of itself and whose time is known, the earliest first.
  public static func upcoming(_ state: DrillState) -> [(inject: Inject, time: StoryTime)] {
    waiting(state)
  }

  /// The events that carry a command out, in their order: to be appended as one, after the entry that
  /// `state` was read up to.
  ///
  /// - Throws: `Refusal`; then nothing is to be written.
  public static func decide(
    _ command: Command, in state: DrillState, at now: Timestamp
  ) throws(Refusal) -> [DrillEvent] {
    guard let drill = state.drill else { throw Refusal("the drill has not begun") }
    if state.lifecycle == .ended {
      switch command {
      case .answer, .decide, .judge: break
      default:
        throw Refusal(
          "the drill is over", hint: "judgements, and answers to its questions, are still taken")
      }
    }
    if !state.hasBegun {
      switch command {
      case .next, .back, .extend:
        throw Refusal("nothing is broken yet", hint: "'jump +5m' breaks it sooner")
      default: break
      }
    }
    switch command {
    case .next(let name): return try delivery(name, drill, state, now)
    case .answer(let subject, let participant, let text):
      return try answer(subject, participant, text, drill, state)
    case .decide(let participant, let text):
      try requireText(text, "decision")
      return [
        .decisionMade(DrillWord(text, participant: try participantName(participant, state)))
      ]
    case .hint(let name): return [try hint(name, drill, state)]
    case .pause(let reason):
      guard state.lifecycle == .running else { throw Refusal("the drill is paused already") }
      return [.paused(DrillWord(reason))]
    case .goOn:
      guard state.lifecycle == .paused else { throw Refusal("the drill is not paused") }
      return [.continued]
    case .back(let name): return try back(name, drill, state)
    case .ahead(let span):
      return [.jumped(DrillJump(to: state.storyTime(at: now) + span, inject: nil))]
    case .extend(let span, let reason):
      return [.extended(DrillExtension(by: span, reason: reason))]
    case .skip(let name, let reason): return [try skip(name, reason, drill, state, now)]
    case .judge(let name, let isMet, let reason):
      return [try judgement(name, isMet, reason, drill)]
    case .end(let reason): return [.ended(DrillWord(reason))]
    }
  }

  private static func waiting(_ state: DrillState) -> [(inject: Inject, time: StoryTime)] {
    let injects = (state.drill?.injects ?? []).filter {
      state.deliveries[$0.id] == nil && state.skipped[$0.id] == nil
    }
    let timed = injects.compactMap { inject in
      dueTime(of: inject, in: state).map { (inject: inject, time: $0) }
    }
    return timed.enumerated().sorted {
      ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
    }.map(\.element)
  }

  private static func origin(of inject: Inject, _ state: DrillState) -> StoryTime? {
    if let branch = branchTime(to: inject, state) { return branch }
    return switch inject.trigger {
    case .at(let time): time
    case .hand: nil
    case .stepStarted(let step): state.stepTimes[.init(.started, step.text)]
    case .stepFinished(let step): state.stepTimes[.init(.finished, step.text)]
    case .stepFailed(let step): state.stepTimes[.init(.failed, step.text)]
    case .finding(let step): state.stepTimes[.init(.finding, step.text)]
    case .inject(let other): state.deliveries[other.text]?.story
    case .answer(let other, let choice):
      state.answers.first {
        $0.fact.subject == other.text && (choice == nil || $0.fact.choice == choice?.text)
      }?.story
    }
  }

  /// By the last answers: a team that changes its mind before the branch came does not get it.
  private static func branchTime(to inject: Inject, _ state: DrillState) -> StoryTime? {
    let times = (state.drill?.injects ?? []).compactMap { other -> StoryTime? in
      guard let answer = state.answer(to: other.id), let choice = answer.fact.choice,
        other.choice(choice)?.leadsTo?.text == inject.id
      else { return nil }
      return answer.story
    }
    return times.min()
  }

  /// A condition that cannot be evaluated yet is not true yet. One that cannot be parsed was refused before
  /// the drill began.
  private static func isOpen(_ inject: Inject, _ state: DrillState, at now: Timestamp) -> Bool {
    guard let condition = inject.condition else { return true }
    guard let expression = try? Expression(parsing: condition) else { return false }
    return (try? expression.evaluate(in: DrillScope(state, at: now))) == .bool(true)
  }

  /// The same seed gives the same delays, on every platform.
  static func jitter(of inject: Inject, seed: Int64) -> StoryTime {
    guard inject.jitter > .start else { return .start }
    let draw = draw(inject.id, below: UInt64(inject.jitter.rawValue + 1), seed: seed)
    return StoryTime(rawValue: Int64(draw))
  }

  /// When it breaks, of a drill with a surprise.
  public static func surpriseDelay(_ surprise: Drill.Surprise, seed: Int64) -> StoryTime {
    let draw = draw(
      "surprise time", below: UInt64(max(0, surprise.within.rawValue)) + 1, seed: seed)
    return StoryTime(rawValue: Int64(draw))
  }

  /// What breaks then; nil where nothing is to be picked.
  public static func surpriseValue(_ surprise: Drill.Surprise, seed: Int64) -> String? {
    guard !surprise.values.isEmpty else { return nil }
    let draw = draw("surprise value", below: UInt64(surprise.values.count), seed: seed)
    return surprise.values[Int(draw)].text
  }

  private static func draw(_ name: String, below limit: UInt64, seed: Int64) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(bitPattern: seed)
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    // SplitMix64's finalizer spreads what FNV leaves close together.
    hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
    hash ^= hash >> 31
    return hash % limit
  }
}
