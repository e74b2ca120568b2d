import RunbookEngine
public import RunbookModel

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

  static func participantName(
    _ name: String?, _ state: DrillState
  ) throws(Refusal) -> String? {
    guard let name else { return nil }
    if let known = state.started?.participant(called: name) { return known }
    let names = (state.started?.participants ?? []).map(\.name)
    throw Refusal(
      "nobody called '\(name)' takes part",
      hint: names.isEmpty ? "name them with --participant" : nearest(name, names))
  }

  static func requireText(_ text: String, _ sort: String) throws(Refusal) {
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
