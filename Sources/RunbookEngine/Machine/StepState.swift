public import RunbookModel

/// What the journal says of one step.
///
/// | status    | attemptStarted | attemptFinished          | attemptSettled done/notDone/unknown | retryRequested | stepSkipped | stepReopened  |
/// | --------- | -------------- | ------------------------ | ----------------------------------- | -------------- | ----------- | ------------- |
/// | pending   | running        | –                        | –/pending/– (**)                    | –              | skipped     | –             |
/// | running   | running        | succeeded/failed/unknown | succeeded/pending/unknown           | –              | –           | –             |
/// | failed    | running        | –                        | succeeded/failed/unknown            | failed         | skipped     | pending       |
/// | unknown   | running        | –                        | succeeded/failed, pending/unknown   | –              | skipped     | –             |
/// | succeeded | – (*)          | –                        | succeeded/pending/unknown (****)    | –              | –           | pending       |
/// | skipped   | –              | –                        | succeeded/–/– (*****)               | –              | –           | pending (***) |
///
/// A dash is an entry that no run writes; replaying one is refused. (*) running, where a capture was
/// not stored, as it held a secret. (**) where it has been begun: a person's word behind what was found out.
/// (***) where its `when` left it out; a person's word stands. (****) where a person's word alone says that it is done:
/// by what was found out since, or as a person says that it is not. (*****) where it was left out though nobody could
/// look, by its receipt. An unknown step that is settled as not done is pending again when
/// a process that died left it, or when a person said so; else it failed. An attempt whose number
/// does not follow, and what is said of another attempt than the last, is refused as well.
public struct StepState: Sendable, Hashable {
  public enum Status: String, Sendable, Hashable, CaseIterable {
    case pending, running, succeeded, failed, unknown, skipped

    /// Whether nothing more happens to the step by itself.
    public var isSettled: Bool { self == .succeeded || self == .skipped }
    var hasOutcome: Bool { isSettled || self == .failed }
  }

  public internal(set) var status: Status = .pending
  /// Attempts that were started.
  public internal(set) var attempts = 0
  public internal(set) var firstStartedAt: Timestamp?
  public internal(set) var lastStartedAt: Timestamp?
  public internal(set) var finishedAt: Timestamp?
  /// As it was stored.
  public internal(set) var result: Value = .map(ValueMap())
  /// What of the result is less than there was.
  var cutResults: [String: Incomplete] = [:]
  public internal(set) var failure: FailureRecord?
  public internal(set) var skip: Skip?
  /// Whether a change took it out of the runbook.
  public internal(set) var isTakenOut = false
  /// Whether a change gave it another `when` before that was looked at.
  var hasNewCondition = false
  /// Why what it has shown counts no more, until it is carried out again or left out; nil where it counts.
  public internal(set) var reopened: StepReopened?
  /// Of the step as it was carried out last, or left out by its `when`; nil where that is not known.
  var definition: Digest?
  /// Whether one of its attempts changed something, or may have.
  private var hasChanged = false
  /// What its last attempt makes of the world where it succeeds.
  public internal(set) var bearing: Bearing = .changes
  /// What its last attempt was to carry out, as it was stored.
  var work: [WorkItem] = []
  public internal(set) var connection: String?
  /// Of the last attempt: how its effect is found out should it be cut off.
  public internal(set) var settledBy: SettlementWay?
  /// What of its last attempt no transaction guards; nil where that was not kept.
  var unguarded: [String]?
  /// Of its last attempt's `settle:`, part by part; nil where that was not kept.
  var probe: [SealedPart]?
  /// Who began each attempt, the first one first.
  public internal(set) var actors: [Actor] = []
  /// What the receipt of each attempt says of its work, the first one first; nil where that is not known.
  public internal(set) var receiptDigests: [Digest?] = []
  /// Whether it is done, and a receipt of it was committed.
  public internal(set) var hasReceipt = false
  /// Set where the database has no record of it any more, and people let the run go on.
  public internal(set) var loss: RecordLoss?
  /// Whether its last attempt was in flight when the run went on in a database that is no successor of the attempt's
  /// own: what is found there says nothing of it.
  public internal(set) var isMadeElsewhere = false
  /// The last settlement, until something else happens to the step.
  public internal(set) var settlement: AttemptSettled?
  /// Who said that the step is done, where nothing showed it.
  public internal(set) var declaration: PersonsWord?
  /// Whether it was a person who answered.
  public internal(set) var isAttested = false
  /// What people decided in the place of other steps, or these did not bring, and what it found, or its `when`, rests on.
  public internal(set) var restsOn: [StandIn] = []
  /// Of a change: what it was carried out on that nobody had seen.
  public internal(set) var unestablished: [StandIn] = []
  /// Whether its last attempt said whether the incident is confirmed.
  private(set) var hasLooked = false
  /// The same of its captures, by name.
  var capturesRestOn: [String: [StandIn]] = [:]
  /// Whether a person's word on it was taken though nobody could look: it is held against what is found.
  public internal(set) var isWordUnlooked = false
  /// The word that it is done, against which stands that no receipt of it is there; until a person has decided.
  public internal(set) var deniedWord: PersonsWord?
  /// Who said that its last attempt is not done, where nothing else tells.
  public internal(set) var denial: PersonsWord?
  /// Whether it failed without an answer: it could not be carried out, or not be judged.
  public internal(set) var isWithoutAnswer = false
  /// Whether it failed though its work had ended well: what it changed stays, and to repeat it changes more.
  public internal(set) var isEffectDone = false
  /// Attempts whose work ended well and was refused, as far as nothing has shown since that they had no effect: what
  /// they changed stays, whatever became of later ones.
  public internal(set) var stayingAttempts: Set<Int> = []
  /// Whether an attempt of it failed that may have changed something all the same.
  private(set) var hasFailedOpenly = false
  /// Whether another process has taken the run up since it failed without an answer.
  var isOfFormerProcess = false
  /// Whether the process that ran the last attempt is gone: then what was not done may run again.
  var isOrphan = false
  /// Whether a person wants the failed step to be tried again.
  public internal(set) var isRetryWanted = false
  /// Whether a capture of it was not stored, as it held a secret.
  var hasWithheldCaptures = false
  /// The attempts since the first, or since a person last wanted another: what a `retry:` counts.
  var round = Round()

  /// Why it was left out.
  public struct Skip: Sendable, Hashable {
    public let cause: StepSkipped.Cause
    public let word: PersonsWord
    /// How it stood by then.
    let former: Status
  }

  struct Round: Sendable, Hashable {
    var attempts = 0
    /// From the start of the first attempt to what happened to the step last: attempts by the monotonic clock,
    /// the rest by the wall clock as far as it went on. A clock that was set back makes it no longer.
    var spent = Duration.zero
    private var last: Timestamp?

    /// - Parameter elapsed: how long it took, where a clock that never goes back has told.
    mutating func go(to time: Timestamp, elapsed: Duration? = nil) {
      if let last { spent += elapsed ?? max(.zero, time.since(last)) }
      last = time
    }
  }

  /// The result as expressions see it.
  var visibleResult: ValueMap { (result.mapValue ?? ValueMap()).hiding(cutResults) }

  mutating func apply(_ event: Event, at time: Timestamp, by actor: Actor) -> Bool {
    guard isInOrder(event) else { return false }
    switch (status, event) {
    case (.pending, .attemptStarted(let started)), (.failed, .attemptStarted(let started)),
      (.unknown, .attemptStarted(let started)), (.running, .attemptStarted(let started)):
      begin(started, at: time)
    case (.succeeded, .attemptStarted(let started)) where hasWithheldCaptures:
      begin(started, at: time)
    case (.running, .attemptFinished(let finished)) where finished.outcome != .skipped:
      status = Status(finished.outcome)
      finishedAt = time
      round.go(to: time, elapsed: .microseconds(finished.elapsedMicroseconds))
      result = finished.result
      cutResults = finished.cutResults
      failure = finished.failure
      isWithoutAnswer = finished.isWithoutAnswer
      isAttested = finished.isWord == true
      takeFooting(of: finished)
      hasLooked = finished.outcome == .succeeded && finished.isConfirmed != nil
      isEffectDone = finished.isEffectDone ?? false
      if isEffectDone { stayingAttempts.insert(attempts) }
      hasReceipt = finished.outcome == .succeeded && finished.hasReceipt
      hasChanged = hasChanged || tookEffect(finished)
      hasFailedOpenly = hasFailedOpenly || finished.outcome == .failed && tookEffect(finished)
      hasWithheldCaptures = !finished.withheldCaptures.isEmpty
    case (.pending, .attemptSettled(let settled))
    where attempts > 0 && settled.settlement == .notDone:
      settlement = settled
      // What a receipt or a probe told stays told.
      if denial != nil { denial = Self.denial(settled, by: actor) }
    case (.running, .attemptSettled(let settled)), (.failed, .attemptSettled(let settled)),
      (.unknown, .attemptSettled(let settled)):
      settle(settled, at: time, by: actor)
    case (.succeeded, .attemptSettled(let settled))
    where declaration != nil && settled.replacesWord:
      settle(settled, at: time, by: actor)
    case (.skipped, .attemptSettled(let settled))
    where isWordUnlooked && settled.means == .receipt && settled.settlement == .done:
      skip = nil
      settle(settled, at: time, by: actor)
    case (.failed, .retryRequested):
      isRetryWanted = true
      round = Round()
    case (.succeeded, .stepReopened(let reopened)), (.failed, .stepReopened(let reopened)):
      reopen(reopened)
    case (.skipped, .stepReopened(let reopened)) where skip?.cause == .condition:
      reopen(reopened)
    case (.pending, .stepSkipped(let skipped)), (.failed, .stepSkipped(let skipped)),
      (.unknown, .stepSkipped(let skipped)):
      skip = Skip(
        cause: skipped.cause,
        word: PersonsWord(actor: skipped.decider ?? actor, reason: skipped.reason),
        former: status)
      isWordUnlooked = skipped.isUnlooked ?? false
      restsOn = skipped.restsOn ?? []
      status = .skipped
      finishedAt = time
      if skipped.cause == .condition { definition = skipped.definition }
    default:
      return false
    }
    return true
  }

  /// Whether what happens to an attempt happens to the next one, or to the last.
  private func isInOrder(_ event: Event) -> Bool {
    switch event {
    case .attemptStarted(let started): started.attempt == attempts + 1
    case .attemptFinished(let finished): finished.attempt == attempts
    case .attemptSettled(let settled): settled.attempt == attempts
    default: true
    }
  }

  /// The run was taken up by another process.
  mutating func takeUp() {
    switch status {
    case .running, .unknown:
      isOrphan = true
      settlement = nil
    case .failed: isOfFormerProcess = isWithoutAnswer
    case .pending, .succeeded, .skipped: break
    }
  }

  private mutating func begin(_ started: AttemptStarted, at time: Timestamp) {
    status = .running
    attempts = started.attempt
    receiptDigests.append(started.receiptDigest)
    firstStartedAt = firstStartedAt ?? time
    lastStartedAt = time
    connection = started.connection
    definition = started.definition
    reopened = nil
    work = started.work
    bearing = started.bearing
    unestablished = started.restsOn ?? []
    result = .map(ValueMap())
    cutResults = [:]
    settledBy = started.settledBy
    unguarded = started.unguarded
    probe = started.probe
    hasReceipt = false
    loss = nil
    failure = nil
    settlement = nil
    declaration = nil
    isAttested = false
    restsOn = []
    capturesRestOn = [:]
    hasLooked = false
    isWordUnlooked = false
    deniedWord = nil
    isMadeElsewhere = false
    denial = nil
    isWithoutAnswer = false
    isEffectDone = false
    isOfFormerProcess = false
    isOrphan = false
    isRetryWanted = false
    round.attempts += 1
    round.go(to: time)
  }

  /// Whether an attempt changed something, or may have. What failed with a receipt to be committed was taken back.
  private func tookEffect(_ finished: AttemptFinished) -> Bool {
    guard isChange, finished.workDone?.allSatisfy({ $0.fate == .notReached }) != true else {
      return false
    }
    return finished.outcome != .failed || settledBy != .receipt || isEffectDone
  }

  /// Whether its last attempt was to change something.
  var isChange: Bool { settledBy != .repeatable && !work.isEmpty }

  /// Whether it changed something, and nothing in a database can show it.
  var isDoneWithoutRecord: Bool { status == .succeeded && !hasReceipt && isChange }

  /// Whether the run has changed something by it, or may have.
  var mayHaveChanged: Bool {
    hasChanged || isChange && (status == .running || status == .unknown)
  }

  private mutating func reopen(_ event: StepReopened) {
    status = .pending
    reopened = event
    result = .map(ValueMap())
    cutResults = [:]
    failure = nil
    skip = nil
    settlement = nil
    isWithoutAnswer = false
    isOfFormerProcess = false
    isOrphan = false
    isRetryWanted = false
    hasReceipt = false
    isEffectDone = false
    restsOn = []
    capturesRestOn = [:]
    hasLooked = false
    hasWithheldCaptures = false
    round = Round()
  }

  private mutating func takeFooting(of finished: AttemptFinished) {
    let isDone = finished.outcome == .succeeded
    restsOn = isDone ? finished.restsOn ?? [] : []
    capturesRestOn = isDone ? finished.capturesRestOn ?? [:] : [:]
  }

  private static func denial(_ settled: AttemptSettled, by actor: Actor) -> PersonsWord? {
    settled.settlement == .notDone && settled.means == .word
      ? PersonsWord(actor: actor, reason: settled.detail) : nil
  }

  private mutating func settle(
    _ settled: AttemptSettled, at time: Timestamp, by actor: Actor
  ) {
    let word = declaration
    settlement = settled
    declaration = nil
    deniedWord = settled.settlement == .unknown ? word ?? deniedWord : nil
    isWordUnlooked = settled.means == .word && settled.isUnlooked == true
    denial = Self.denial(settled, by: actor)
    round.go(to: time)
    if settled.settlement != .unknown { stayingAttempts.remove(attempts) }
    switch settled.settlement {
    case .done:
      status = .succeeded
      hasChanged = hasChanged || isChange
      finishedAt = settled.doneAt ?? time
      result = settled.result
      cutResults = settled.cutResults
      capturesRestOn = settled.capturesRestOn ?? [:]
      failure = nil
      isEffectDone = false
      if settled.means == .word {
        declaration = PersonsWord(actor: actor, reason: settled.detail)
      }
      hasReceipt = settled.means == .receipt
    case .unknown:
      status = .unknown
      finishedAt = time
    case .notDone
    where status == .running || isOrphan || settled.means == .word || word != nil:
      status = .pending
      failure = nil
      isEffectDone = false
    case .notDone:
      failure = failure?.settledAsNotDone(
        settled.detail, wasUnknown: status == .unknown || isEffectDone)
      isEffectDone = false
      status = .failed
      finishedAt = time
    }
  }
}

extension AttemptSettled {
  /// Whether it can stand in the place of a person's word that the step is done: what was found out does, and that a
  /// person takes the word back.
  fileprivate var replacesWord: Bool {
    switch means {
    case .receipt, .probe: true
    case .word: settlement == .notDone
    case .repeatable, .none: false
    }
  }
}

extension StepState.Status {
  init(_ outcome: Outcome) {
    switch outcome {
    case .succeeded: self = .succeeded
    case .failed: self = .failed
    case .skipped: self = .skipped
    case .unknown: self = .unknown
    }
  }
}
