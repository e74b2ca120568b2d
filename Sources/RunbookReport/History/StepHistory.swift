import RunbookModel

/// One try of a step: its intent and, once there is one, its outcome.
struct AttemptHistory: Sendable {
  let started: Stamped<AttemptStarted>
  /// The step as it stood in the runbook when the attempt began.
  let record: StepRecord
  var finished: Stamped<AttemptFinished>?
  /// What was found out about it where it had no outcome, or an unknown one; in order.
  var settlements: [Stamped<AttemptSettled>] = []

  /// Set where the database has no record of it any more, and people let the run go on.
  var loss: RecordLoss?

  var number: Int { started.payload.attempt }
  /// Whether its receipt is in the database, as far as is known.
  var hasReceipt: Bool { loss == nil && finished?.payload.hasReceipt == true }
  /// What a person said of it in place of proof: that it is done.
  var declaration: Stamped<AttemptSettled>? {
    settlements.last.flatMap { last in
      last.payload.means == .word && last.payload.settlement == .done ? last : nil
    }
  }

  /// What a person said of it in place of proof: that it is not done; nil where a receipt or a probe says so too.
  var denial: Stamped<AttemptSettled>? {
    let said = settlements.reversed().prefix { $0.payload.settlement == .notDone }
    guard said.allSatisfy({ $0.payload.means == .word }) else { return nil }
    return said.first
  }

  /// Nil while it is in flight, and when it was cut off and had no effect. A person's word makes none.
  var outcome: Outcome? {
    switch settlements.last?.payload.settlement {
    case .done: declaration == nil ? .succeeded : .unknown
    case .unknown: .unknown
    case .notDone where isOnWord: nil
    case .notDone: finished.map { $0.payload.outcome == .unknown ? .failed : $0.payload.outcome }
    case nil: finished?.payload.outcome
    }
  }

  /// Whether it has no outcome, and counts as one that had no effect: the step runs again.
  var wasCutOff: Bool {
    settlements.last?.payload.settlement == .notDone && (finished == nil || isOnWord)
  }

  /// Why it failed, with what was found out about it since.
  var failure: FailureRecord? {
    guard let payload = finished?.payload, let failure = payload.failure else { return nil }
    guard let settled = settlements.last?.payload, settled.settlement == .notDone, !isOnWord
    else { return failure }
    return failure.settledAsNotDone(settled.detail, wasUnknown: payload.outcome == .unknown)
  }

  private var isOnWord: Bool { settlements.last?.payload.means == .word }
  var elapsed: Duration? { finished.map { .microseconds($0.payload.elapsedMicroseconds) } }
}

/// An attempt, or several that failed one after another for the same reason.
struct Episode: Sendable {
  let first: AttemptHistory
  var last: AttemptHistory

  /// `attempt 2`, or `attempts 2 to 9`.
  var numbers: String {
    first.number == last.number
      ? "attempt \(first.number)" : "attempts \(first.number) to \(last.number)"
  }

  fileprivate func goesOn(with next: AttemptHistory) -> Bool {
    guard last.record == next.record, let ended = last.finished?.payload,
      let other = next.finished?.payload
    else { return false }
    return ended.outcome == .failed && other.outcome == .failed && ended.failure == other.failure
  }
}

/// All that the journal says of one step.
struct StepHistory: Sendable {
  typealias Status = StepStanding

  /// As the step was carried out last, or left out; as it stands in the runbook where it was neither.
  private(set) var record: StepRecord
  /// As it stands in the runbook.
  private var present: StepRecord
  private(set) var attempts: [AttemptHistory] = []
  /// What it had shown counted no more, whenever that was.
  private(set) var reopenings: [Stamped<StepReopened>] = []
  /// Whether what it has shown counts no more.
  private var isReopened = false
  private(set) var skipped: Stamped<StepSkipped>?
  private(set) var retries: [Stamped<RetryRequested>] = []
  /// Whether a change took it out of the runbook.
  var isTakenOut = false
  /// Whether nothing can happen to it any more, as the run has ended.
  var isRunOver = false

  init(record: StepRecord) {
    self.record = record
    present = record
  }

  var id: StepID { record.id }

  var status: Status {
    if skipped != nil, attempts.isEmpty || isReopened { return .skipped }
    let isOver = isRunOver || isTakenOut || skipped != nil
    if isReopened { return isOver ? .outdated : .again }
    guard let last = attempts.last else { return isOver ? .notBegun : .pending }
    switch last.outcome {
    case nil where last.wasCutOff: return isOver ? .notDone : .pending
    case nil: return isOver ? .unknown : .inFlight
    case .succeeded:
      guard last.loss == nil else { return .missing }
      if last.finished?.payload.isWord == true { return .attested }
      guard !record.phase.mayChange, !footing.isEmpty else { return .succeeded }
      return footing.leftOut.isEmpty ? .attested : .resting
    case .failed: return isWithoutAnswer ? .couldNotRun : .failed
    case .skipped: return .skipped
    case .unknown: return last.declaration == nil ? .unknown : .declared
    }
  }

  /// What people decided in the place of other steps, and what it found, or its `when`, rests on.
  var footing: [StandIn] {
    if let skipped { return skipped.payload.restsOn ?? [] }
    return answer?.payload.outcome == .succeeded ? answer?.payload.restsOn ?? [] : []
  }

  /// What it rests on, where that is not a person's answer to the step itself: `rests on 'look', which was left out`.
  var footingWords: String? {
    if answer?.payload.isWord == true && skipped == nil { return nil }
    let shown = footing.leftOut.isEmpty && skipped == nil ? footing : footing.leftOut
    return shown.isEmpty ? nil : "rests on \(shown.words())"
  }

  /// What earlier attempts changed that stays, whatever became of later ones.
  var stayingWords: String? {
    let all = attempts.filter { attempt in
      attempt.finished?.payload.isEffectDone == true
        && !attempt.settlements.contains { $0.payload.settlement == .notDone }
    }
    let earlier = all.filter { $0.number != attempts.last?.number }
    guard !earlier.isEmpty else { return nil }
    let list = earlier.map { String($0.number) }.joined(separator: ", ")
    return "what \(earlier.count == 1 ? "attempt" : "attempts") \(list) changed stays"
  }

  private var isWithoutAnswer: Bool {
    !record.phase.mayChange && attempts.last?.finished?.payload.isWithoutAnswer == true
  }

  /// What its last attempt makes of the world where it succeeds.
  var bearing: Bearing { attempts.last?.started.payload.bearing ?? .changes }

  /// Whether it succeeded in what is to change something, on nobody's word.
  var hasChanged: Bool { status == .succeeded && bearing == .changes }

  /// Who decided on it in place of what could be found out, and why.
  var word: PersonsWord? {
    if let skipped {
      guard skipped.payload.cause == .decision else { return nil }
      return PersonsWord(
        actor: skipped.payload.decider ?? skipped.actor, reason: skipped.payload.reason)
    }
    return (attempts.last?.declaration).map { PersonsWord($0) } ?? denial
  }

  /// Who said that its last attempt is not done, where nothing else tells.
  var denial: PersonsWord? { (attempts.last?.denial).map { PersonsWord($0) } }

  /// What a person did who left it out; nil where nobody did.
  var leavingOut: String? {
    guard skipped?.payload.cause == .decision else { return nil }
    return record.phase.verbOfLeavingOut(wasTried: !attempts.isEmpty)
  }

  /// Whether it may still be carried out.
  var isToCome: Bool {
    guard skipped == nil, !isTakenOut else { return false }
    return [.pending, .failed, .couldNotRun, .again].contains(status)
  }

  /// Whether anything is recorded of it.
  var isTouched: Bool { skipped != nil || !attempts.isEmpty }

  /// Whether the runbook itself did not ask for it in this run.
  var isInapplicable: Bool { skipped?.payload.cause == .condition && footing.leftOut.isEmpty }

  /// When it was done, and what shows it; nil where it was not, or a person said so.
  var success: (at: Timestamp, reference: Reference, sequence: Int64)? {
    guard status == .succeeded, let last = attempts.last else { return nil }
    if let settled = last.settlements.last {
      return (
        settled.payload.doneAt ?? settled.at, Reference(settled.stamp), settled.stamp.sequence
      )
    }
    return last.finished.map { ($0.at, Reference($0.stamp), $0.stamp.sequence) }
  }

  /// Why its last attempt failed, with what was found out about it since.
  var failureReason: String? {
    isReopened ? nil : attempts.last?.failure?.reason
  }

  /// What its last attempt brought, where that counts: what an earlier one brought is none of it.
  var answer: Stamped<AttemptFinished>? { isReopened ? nil : attempts.last?.finished }
  /// Whether its `confirms` was true when it was carried out last; nil where it has none, or did not say so.
  /// What it found by the value of a step that a person left out is no finding.
  var isConfirmed: Bool? {
    answer?.payload.isUnestablished == true ? nil : answer?.payload.isConfirmed
  }

  /// What was found done after a crash: the receipt's or the probe's word stands for the outcome.
  var settledAsDone: [AttemptSettled] {
    attempts.compactMap { $0.settlements.last?.payload }.filter { $0.settlement == .done }
  }

  var evidence: [EvidenceRecord] {
    attempts.flatMap { $0.finished?.payload.evidence ?? [] }
  }

  var episodes: [Episode] {
    attempts.reduce(into: []) { episodes, attempt in
      if let last = episodes.last, last.goesOn(with: attempt) {
        episodes[episodes.count - 1].last = attempt
      } else {
        episodes.append(Episode(first: attempt, last: attempt))
      }
    }
  }

  /// Whether a database that people let the run go on in shows nothing of what it did there.
  func isLost(in found: ConnectionIdentified, since former: ConnectionIdentity?) -> Bool {
    guard skipped == nil, let last = attempts.last, last.loss == nil,
      last.outcome == .succeeded || last.declaration != nil
    else { return false }
    let started = last.started.payload
    let isNamed = found.lost?.steps.contains(id) == true
    guard started.connection == found.connection || isNamed else { return false }
    let isMarked =
      last.finished?.payload.hasReceipt == true || last.settlements.last?.payload.means == .receipt
      || started.noted != nil
    return switch found.record(of: id, isMarked: isMarked, since: former) {
    case .there: false
    case .missing: true
    case .unknown:
      record.phase.mayChange && started.settledBy != .repeatable && !started.work.isEmpty
    }
  }

  /// Takes in that the database has no record of it, where it is done by the journal.
  mutating func lose(_ loss: RecordLoss) {
    guard skipped == nil, let last = attempts.indices.last else { return }
    let isDone = attempts[last].outcome == .succeeded || attempts[last].declaration != nil
    if isDone { attempts[last].loss = loss }
  }

  /// The same history under the record of a changed runbook.
  func renewed(with record: StepRecord) -> StepHistory {
    var copy = self
    copy.present = record
    if !isTouched { copy.record = record }
    copy.isTakenOut = false
    return copy
  }

  /// - Returns: whether the entry can follow what is there.
  mutating func apply(_ entry: Entry) -> Bool {
    let stamp = Stamp(entry)
    switch entry.event {
    case .attemptStarted(let payload):
      attempts.append(
        AttemptHistory(started: Stamped(stamp: stamp, payload: payload), record: present))
      record = present
      isReopened = false
    case .attemptFinished(let payload):
      guard let index = attempts.indices.last, attempts[index].finished == nil else { return false }
      attempts[index].finished = Stamped(stamp: stamp, payload: payload)
    case .attemptSettled(let payload):
      guard let index = attempts.indices.last else { return false }
      attempts[index].settlements.append(Stamped(stamp: stamp, payload: payload))
      // It was left out unseen, and is done.
      if payload.settlement == .done { skipped = nil }
    case .retryRequested(let payload):
      retries.append(Stamped(stamp: stamp, payload: payload))
    case .stepSkipped(let payload):
      skipped = Stamped(stamp: stamp, payload: payload)
      if attempts.isEmpty || isReopened { record = present }
    case .stepReopened(let payload):
      guard isTouched else { return false }
      skipped = nil
      isReopened = !attempts.isEmpty
      reopenings.append(Stamped(stamp: stamp, payload: payload))
    default:
      return false
    }
    return true
  }
}

extension PersonsWord {
  init(_ settled: Stamped<AttemptSettled>) {
    self.init(actor: settled.actor, reason: settled.payload.detail)
  }
}

/// A gate as it was opened, and what was decided.
struct GateHistory: Sendable {
  let opened: Stamped<GateOpened>
  var decisions: [Stamped<GateDecided>] = []

  var name: String { opened.payload.gate }

  /// What was decided on: the gate, or what was said on it before and is taken back.
  func subject(ofDecision index: Int) -> String {
    let decision = decisions[index]
    guard decision.payload.decision == .withdrawn else { return "Gate" }
    let former = decisions[..<index].last { $0.actor.account == decision.actor.account }
    return former?.payload.decision == .refused ? "Refusal of gate" : "Approval of gate"
  }

  /// Who approved it, by account, where enough people did and nobody refused.
  var approval: [Actor]? {
    let (approvers, refusal) = standing
    return refusal == nil && missing(approvers) == 0 ? approvers : nil
  }

  var verdict: GateVerdict {
    let (approvers, refusal) = standing
    return GateVerdict(
      approvers: approvers.map(\.displayName).joined(separator: ", "), missing: missing(approvers),
      refuser: refusal?.actor.displayName, reason: refusal?.payload.reason)
  }

  private func missing(_ approvers: [Actor]) -> Int {
    max(0, opened.payload.approvals - Set(approvers.map(\.account)).count)
  }

  /// Who approves it, in order, and who refuses it, by what was not taken back.
  private var standing: (approvers: [Actor], refusal: Stamped<GateDecided>?) {
    var approvers: [Actor] = []
    var refusal: Stamped<GateDecided>?
    for decision in decisions where decision.payload.digest == opened.payload.digest {
      switch decision.payload.decision {
      case .approved: if !approvers.contains(decision.actor) { approvers.append(decision.actor) }
      case .refused: refusal = refusal ?? decision
      case .withdrawn:
        approvers.removeAll { $0.account == decision.actor.account }
        if refusal?.actor.account == decision.actor.account { refusal = nil }
      }
    }
    return (approvers, refusal)
  }
}
