public import RunbookEngine
public import RunbookModel

/// All that is known of a drill: the replay of its journal, and nothing else (law L3).
///
/// | lifecycle  | started | delivered, skipped, jumped, extended, hint | answer, decision | paused | continued | judged | ended |
/// | ---------- | ------- | ------------------------------------------ | ---------------- | ------ | --------- | ------ | ----- |
/// | notStarted | running | –                                          | –                | –      | –         | –      | –     |
/// | running    | –       | yes                                        | yes              | paused | –         | yes    | ended |
/// | paused     | –       | yes                                        | yes              | –      | running   | yes    | ended |
/// | ended      | –       | –                                          | to questions     | –      | –         | yes    | –     |
///
/// A dash is an entry that no drill writes; replaying one is refused, as is one about an inject or an
/// expectation that the drill does not have.
public struct DrillState: Sendable {
  /// Where a drill stands: the lines of the table.
  public enum Lifecycle: String, Sendable, CaseIterable {
    case notStarted, running, paused, ended
  }

  /// Something that is in the journal, with where it stands there.
  public struct Recorded<Fact: Sendable>: Sendable {
    public let fact: Fact
    /// The number of its entry.
    public let sequence: Int64
    /// When it was recorded, by the wall's clock.
    public let at: Timestamp
    /// When it was, by the story's.
    public let story: StoryTime
    /// Who did or said it.
    public let actor: Actor
  }

  public private(set) var lifecycle = Lifecycle.notStarted
  public private(set) var started: DrillStarted?
  public private(set) var clock: StoryClock?
  /// The run that the drill is.
  public private(set) var run = RunState()
  /// The first delivery of each inject, by its id.
  public private(set) var deliveries: [String: Recorded<InjectDelivered>] = [:]
  /// In the order of the journal; again where an inject was told again.
  public private(set) var allDeliveries: [Recorded<InjectDelivered>] = []
  /// Injects that will not come any more.
  public private(set) var skipped: [String: Recorded<InjectSkipped>] = [:]
  public private(set) var answers: [Recorded<DrillAnswer>] = []
  public private(set) var decisions: [Recorded<DrillWord>] = []
  public private(set) var hints: [Recorded<HintGiven>] = []
  public private(set) var judgements: [String: Recorded<ExpectationJudged>] = [:]
  public private(set) var extensions: [Recorded<DrillExtension>] = []
  public private(set) var pauses: [Recorded<DrillWord>] = []
  public private(set) var jumps: [Recorded<DrillJump>] = []
  public private(set) var notes: [Recorded<NoteAdded>] = []
  /// What the sandbox held before it was broken, and at the end.
  public private(set) var baseline: Recorded<DrillBaseline>?
  public private(set) var comparison: Recorded<DrillComparison>?
  /// By how much the facilitator brought a surprise nearer, before the story began.
  public private(set) var broughtForward = StoryTime.start
  /// When the process that carries the drill out last wrote: people may write while it is gone.
  private(set) var lastExecutedAt: Timestamp?
  public private(set) var endedAt: Recorded<DrillWord>?
  /// When the run ended recovered and verified, where it was carried out.
  public private(set) var recoveredAt: StoryTime?
  /// When steps began, ended, failed or found something, on the story clock: the triggers of injects.
  public private(set) var stepTimes: [StepEvent: StoryTime] = [:]
  /// The same with the entry that says it.
  public private(set) var stepEntries: [StepEvent: Int64] = [:]

  /// Something that happened to a step, for the first time.
  public struct StepEvent: Sendable, Hashable {
    /// What happened: `finding` is that the step's `confirms` held.
    public enum Sort: String, Sendable, Hashable { case started, finished, failed, finding }
    public let sort: Sort
    /// The step's id.
    public let step: String

    /// What happened to which step.
    public init(_ sort: Sort, _ step: String) {
      self.sort = sort
      self.step = step
    }
  }

  /// Of an empty journal.
  public init() {}

  /// Of a journal's entries, from the first one on.
  ///
  /// - Throws: `damaged` when no drill can have written them.
  public init(replaying entries: [Entry]) throws(StoreError) {
    for entry in entries { try apply(entry) }
  }

  /// The drill as it was read when it began; nil of a journal that holds none.
  public var drill: Drill? { started?.drill }

  /// Whether nothing more is to come: the drill has ended, and the run that it is.
  public var isOver: Bool {
    if case .ended = run.lifecycle { lifecycle == .ended } else { false }
  }

  /// Whether the story has: in a sandbox it does when that is broken.
  public var hasBegun: Bool { started?.mode != .sandbox || run.sandbox != nil }

  /// What the story's clock says at a time of the wall's; 00:00 before it runs.
  public func storyTime(at now: Timestamp) -> StoryTime { clock?.time(at: now) ?? .start }

  /// The last inject that was told, which answers and hints are about unless they name another.
  public var current: String? { allDeliveries.last?.fact.inject }

  /// The last answer to an inject or a question; it is what counts.
  public func answer(to subject: String) -> Recorded<DrillAnswer>? {
    answers.last { $0.fact.subject == subject }
  }

  /// When it was first answered is how soon it was.
  public func firstAnswer(to subject: String) -> Recorded<DrillAnswer>? {
    answers.first { $0.fact.subject == subject }
  }

  /// How many of an inject's hints were given.
  public func hintsGiven(for inject: String) -> Int { hints.count { $0.fact.inject == inject } }

  /// Takes one entry in.
  ///
  /// - Throws: `damaged` when no drill can have written it at this point.
  public mutating func apply(_ entry: Entry) throws(StoreError) {
    try run.apply(entry.event, at: entry.recordedAt, by: entry.actor)
    if !entry.event.isOfPeople { lastExecutedAt = entry.recordedAt }
    let story = storyTime(at: entry.recordedAt)
    switch entry.event {
    case .drill(let event):
      guard accepts(event) else { throw misplaced(entry) }
      take(event, entry, story)
    case .noteAdded(let note): notes.append(recorded(note, entry, story))
    case .sandboxPrepared(let prepared):
      // The story begins when it is broken, and not while the database is made.
      let faults = prepared.steps.filter { $0.part == .fault && $0.outcome == .succeeded }
      let brokenAt = faults.map(\.finishedAt).max() ?? entry.recordedAt
      clock?.begin(at: min(brokenAt, entry.recordedAt), isRunning: lifecycle == .running)
    case .attemptStarted(let started): stamp(.started, started.step, entry, story)
    case .attemptFinished(let finished):
      stamp(.finished, finished.step, entry, story)
      if finished.outcome == .failed { stamp(.failed, finished.step, entry, story) }
      if finished.hasConfirmed { stamp(.finding, finished.step, entry, story) }
    case .runHeld(let held) where held.cause == .interruption: clock?.pause(at: entry.recordedAt)
    case .runResumed where lifecycle == .running && hasBegun: clock?.goOn(at: entry.recordedAt)
    case .runEnded where DrillRecovery(self)?.isRecovered == true: recoveredAt = story
    default: break
    }
  }

  /// The table above.
  private func accepts(_ event: DrillEvent) -> Bool {
    switch (lifecycle, event) {
    case (.notStarted, .started): true
    case (.notStarted, _), (_, .started): false
    case (_, .judged(let judged)): drill?.expectation(judged.expectation) != nil
    case (.ended, .answerGiven(let answer)): asks(answer.subject)
    case (_, .answerGiven(let answer)): asks(answer.subject) || drill?.inject(answer.subject) != nil
    case (_, .decisionMade), (_, .baselineTaken), (_, .compared): true
    case (.ended, _): false
    case (.running, .paused), (.paused, .continued), (_, .ended), (_, .extended): true
    case (.paused, .paused), (.running, .continued): false
    case (_, .injectDelivered(let delivered)): drill?.inject(delivered.inject) != nil
    case (_, .injectSkipped(let skipped)): drill?.inject(skipped.inject) != nil
    case (_, .hintGiven(let hint)): drill?.inject(hint.inject) != nil
    case (_, .jumped(let jump)): jump.inject.map { drill?.inject($0) != nil } ?? true
    }
  }

  /// Whether it is a question to talk over, or of the hot wash.
  private func asks(_ subject: String) -> Bool {
    drill?.allQuestions.contains { $0.id == subject } == true
  }

  private mutating func take(_ event: DrillEvent, _ entry: Entry, _ story: StoryTime) {
    switch event {
    case .started(let payload):
      started = payload
      clock = StoryClock(startingAt: entry.recordedAt, speedPercent: payload.speedPercent)
      lifecycle = .running
      if payload.mode == .sandbox { clock?.pause(at: entry.recordedAt) }
    case .injectDelivered(let payload):
      let delivery = recorded(payload, entry, story)
      if deliveries[payload.inject] == nil { deliveries[payload.inject] = delivery }
      allDeliveries.append(delivery)
    case .answerGiven(let payload): answers.append(recorded(payload, entry, story))
    case .decisionMade(let payload): decisions.append(recorded(payload, entry, story))
    case .hintGiven(let payload): hints.append(recorded(payload, entry, story))
    case .paused(let payload):
      pauses.append(recorded(payload, entry, story))
      clock?.pause(at: entry.recordedAt)
      lifecycle = .paused
    case .continued:
      clock?.goOn(at: entry.recordedAt)
      lifecycle = .running
    case .jumped(let payload):
      jumps.append(recorded(payload, entry, story))
      if hasBegun {
        clock?.set(to: payload.to, at: entry.recordedAt)
      } else {
        broughtForward = broughtForward + payload.to
      }
    case .extended(let payload):
      extensions.append(recorded(payload, entry, story))
      clock?.hold(for: payload.by, at: entry.recordedAt)
    case .injectSkipped(let payload): skipped[payload.inject] = recorded(payload, entry, story)
    case .judged(let payload): judgements[payload.expectation] = recorded(payload, entry, story)
    case .baselineTaken(let payload): baseline = recorded(payload, entry, story)
    case .compared(let payload): comparison = recorded(payload, entry, story)
    case .ended(let payload):
      endedAt = recorded(payload, entry, story)
      clock?.pause(at: entry.recordedAt)
      lifecycle = .ended
    }
  }

  private mutating func stamp(
    _ sort: StepEvent.Sort, _ step: StepID, _ entry: Entry, _ story: StoryTime
  ) {
    let event = StepEvent(sort, step.rawValue)
    guard stepTimes[event] == nil else { return }
    stepTimes[event] = story
    stepEntries[event] = entry.sequence
  }

  private func recorded<Fact>(
    _ fact: Fact, _ entry: Entry, _ story: StoryTime
  ) -> Recorded<Fact> {
    Recorded(
      fact: fact, sequence: entry.sequence, at: entry.recordedAt, story: story, actor: entry.actor)
  }

  private func misplaced(_ entry: Entry) -> StoreError {
    StoreError(
      .damaged(sequence: entry.sequence), subject: run.started?.run.rawValue ?? "journal",
      "entry \(entry.sequence) of the drill cannot follow what is there")
  }
}

extension Event {
  /// Whether anybody may write it, from any terminal, while nobody carries the run out.
  fileprivate var isOfPeople: Bool {
    switch self {
    case .noteAdded, .reportEdited, .gateDecided: true
    case .drill(let event):
      switch event {
      case .started, .continued, .paused, .jumped, .ended, .baselineTaken, .compared: false
      case .injectDelivered, .injectSkipped, .answerGiven, .decisionMade, .hintGiven, .extended,
        .judged:
        true
      }
    default: false
    }
  }
}
