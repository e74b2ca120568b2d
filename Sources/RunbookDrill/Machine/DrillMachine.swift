import RunbookEngine
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

extension DrillMachine {
  static func delivery(
    _ name: String?, _ drill: Drill, _ state: DrillState, _ now: Timestamp
  ) throws(Refusal) -> [DrillEvent] {
    let inject = if let name { try known(name, drill) } else { try next(drill, state) }
    let told = DrillEvent.injectDelivered(InjectDelivered(inject: inject.id, cause: .hand))
    guard name == nil, let time = dueTime(of: inject, in: state),
      time > state.storyTime(at: now)
    else { return [told] }
    return [.jumped(DrillJump(to: time, inject: nil)), told]
  }

  static func answer(
    _ subject: String?, _ participant: String?, _ text: String, _ drill: Drill,
    _ state: DrillState
  ) throws(Refusal) -> [DrillEvent] {
    try requireText(text, "answer")
    let person = try participantName(participant, state)
    if state.lifecycle == .ended { return [try lateAnswer(subject, person, text, drill)] }
    guard let subject = subject ?? open(to: text, drill, state) ?? state.current else {
      throw Refusal("there is nothing to answer yet", hint: "'next' tells the first inject")
    }
    if drill.allQuestions.contains(where: { $0.id == subject }) {
      return [
        .answerGiven(
          DrillAnswer(subject: subject, participant: person, choice: nil, text: text))
      ]
    }
    let inject = try known(subject, drill)
    guard state.deliveries[subject] != nil else {
      throw Refusal("'\(subject)' has not been told yet", hint: "'next \(subject)' tells it now")
    }
    let choice = try choice(text, of: inject)
    let answer = DrillAnswer(
      subject: subject, participant: person, choice: choice?.id, text: choice?.text ?? text)
    guard let target = choice?.leadsTo?.text, state.deliveries[target] == nil,
      state.skipped[target] == nil, let led = drill.inject(target), led.delay == .start,
      led.jitter == .start, led.condition == nil
    else { return [.answerGiven(answer)] }
    return [
      .answerGiven(answer), .injectDelivered(InjectDelivered(inject: target, cause: .branch)),
    ]
  }

  /// When the drill is over, what happened in it is not answered any more.
  private static func lateAnswer(
    _ subject: String?, _ person: String?, _ text: String, _ drill: Drill
  ) throws(Refusal) -> DrillEvent {
    let questions = drill.allQuestions.map(\.id)
    guard let subject, questions.contains(subject) else {
      throw Refusal(
        "the drill is over: only its questions are answered now",
        hint: questions.isEmpty ? nil : "'answer ID: TEXT' to \(questions.joined(separator: ", "))")
    }
    return .answerGiven(
      DrillAnswer(subject: subject, participant: person, choice: nil, text: text))
  }

  /// The inject that a choice is meant for where the last one offers none: another one came while the
  /// team was talking.
  private static func open(to text: String, _ drill: Drill, _ state: DrillState) -> String? {
    guard state.current.flatMap(drill.inject)?.choices.isEmpty == true else { return nil }
    let fitting = drill.injects.filter {
      state.deliveries[$0.id] != nil && state.answer(to: $0.id) == nil && $0.choice(text) != nil
    }
    return fitting.count == 1 ? fitting.first?.id : nil
  }

  static func hint(
    _ name: String?, _ drill: Drill, _ state: DrillState
  ) throws(Refusal) -> DrillEvent {
    guard let name = name ?? state.current else { throw Refusal("there is nothing to hint at yet") }
    let inject = try known(name, drill)
    let given = state.hintsGiven(for: inject.id)
    guard given < inject.hints.count else {
      throw Refusal(
        inject.hints.isEmpty
          ? "'\(inject.id)' has no hints" : "every hint of '\(inject.id)' was given")
    }
    return .hintGiven(HintGiven(inject: inject.id, number: given + 1))
  }

  static func back(
    _ name: String?, _ drill: Drill, _ state: DrillState
  ) throws(Refusal) -> [DrillEvent] {
    let told = state.deliveries.values.sorted { $0.sequence < $1.sequence }
    let former = told.last { $0.fact.inject != state.current } ?? told.last
    guard let name = name ?? former?.fact.inject else { throw Refusal("no inject was told yet") }
    let inject = try known(name, drill)
    guard let delivery = state.deliveries[inject.id] else {
      throw Refusal("'\(inject.id)' has not been told yet", hint: "'next \(inject.id)' tells it")
    }
    return [
      .jumped(DrillJump(to: delivery.story, inject: inject.id)),
      .injectDelivered(InjectDelivered(inject: inject.id, cause: .hand)),
    ]
  }

  static func skip(
    _ name: String?, _ reason: String, _ drill: Drill, _ state: DrillState, _ now: Timestamp
  ) throws(Refusal) -> DrillEvent {
    let inject = if let name { try known(name, drill) } else { try next(drill, state) }
    guard state.deliveries[inject.id] == nil else {
      throw Refusal("'\(inject.id)' was told already")
    }
    return .injectSkipped(InjectSkipped(inject: inject.id, reason: reason))
  }

  static func judgement(
    _ name: String, _ isMet: Bool, _ reason: String, _ drill: Drill
  ) throws(Refusal) -> DrillEvent {
    guard let expectation = drill.expectation(name) else {
      throw Refusal(
        "there is no expectation '\(name)'",
        hint: nearest(name, drill.expectations.map(\.id)))
    }
    guard case .facilitator = expectation.judge else {
      throw Refusal("'\(name)' is scored from the journal, not by the facilitator")
    }
    guard reason.holds(where: { !$0.isWhitespace }) else {
      throw Refusal("a judgement needs a reason", hint: "judge \(name) met|missed REASON")
    }
    return .judged(ExpectationJudged(expectation: name, isMet: isMet, reason: reason))
  }

  /// What comes next: by its time, else in the order of the file; branches only by their answers.
  private static func next(_ drill: Drill, _ state: DrillState) throws(Refusal) -> Inject {
    if let first = upcoming(state).first { return first.inject }
    let targets = Set(drill.injects.flatMap { $0.choices.compactMap { $0.leadsTo?.text } })
    let rest = drill.injects.first {
      state.deliveries[$0.id] == nil && state.skipped[$0.id] == nil && !targets.contains($0.id)
    }
    guard let rest else {
      throw Refusal("all injects were told", hint: "'end' ends the drill")
    }
    return rest
  }

  private static func known(_ name: String, _ drill: Drill) throws(Refusal) -> Inject {
    if let inject = drill.inject(name) { return inject }
    throw Refusal("there is no inject '\(name)'", hint: nearest(name, drill.injects.map(\.id)))
  }

  /// A choice by its id, or by its number from 1.
  private static func choice(
    _ text: String, of inject: Inject
  ) throws(Refusal) -> Inject.Choice? {
    guard !inject.choices.isEmpty else { return nil }
    if let choice = inject.choice(text) { return choice }
    if let number = Int(text), inject.choices.indices.contains(number &- 1) {
      return inject.choices[number - 1]
    }
    throw Refusal(
      "'\(text)' is no choice of '\(inject.id)'",
      hint: "the choices are \(inject.choices.map(\.id).joined(separator: ", "))")
  }

  private static func participantName(
    _ name: String?, _ state: DrillState
  ) throws(Refusal) -> String? {
    guard let name else { return nil }
    if let known = state.started?.participant(called: name) { return known }
    let names = (state.started?.participants ?? []).map(\.name)
    throw Refusal(
      "nobody called '\(name)' takes part",
      hint: names.isEmpty ? "name them with --participant" : nearest(name, names))
  }

  private static func requireText(_ text: String, _ sort: String) throws(Refusal) {
    guard text.holds(where: { !$0.isWhitespace }) else { throw Refusal("the \(sort) is empty") }
  }

  private static func nearest(_ name: String, _ known: [String]) -> String? {
    if let near = NearestName.of(name, among: known) { return "did you mean '\(near)'?" }
    return known.isEmpty ? nil : "there is \(known.joined(separator: ", "))"
  }
}

extension DrillMachine {
  /// What a process writes that takes a drill up again: a drill that was cut off goes on at the story
  /// time of the last entry of the process that carried it out, as nobody can tell how long it was alive
  /// after that.
  public static func takeUp(_ state: DrillState) -> [DrillEvent] {
    switch state.lifecycle {
    case .paused: [.continued]
    case .running:
      [.jumped(DrillJump(to: state.storyTime(at: state.cutAt), inject: nil))]
    case .notStarted, .ended: []
    }
  }
}

extension DrillState {
  /// Up to when a drill that was cut off was carried out for certain. At the table whoever writes is who
  /// carries it out.
  fileprivate var cutAt: Timestamp {
    (started?.mode == .talk ? run.lastEntryAt : lastExecutedAt) ?? .epoch
  }
}
