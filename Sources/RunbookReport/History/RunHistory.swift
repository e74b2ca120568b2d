import RunbookModel

/// Where and when an entry was written, and by whom.
struct Stamp: Sendable, Hashable {
  let sequence: Int64
  let at: Timestamp
  let actor: Actor

  init(_ entry: Entry) {
    sequence = entry.sequence
    at = entry.recordedAt
    actor = entry.actor
  }
}

/// An entry's payload with its stamp.
struct Stamped<Payload: Sendable & Hashable>: Sendable, Hashable {
  let stamp: Stamp
  let payload: Payload

  var at: Timestamp { stamp.at }
  var actor: Actor { stamp.actor }
}

/// A journal, put in order for the report: what happened to each step, gate and connection.
struct RunHistory: Sendable {
  let started: Stamped<RunStarted>
  private(set) var steps: [StepHistory]
  private(set) var gates: [GateHistory] = []
  private(set) var holds: [Stamped<RunHeld>] = []
  private(set) var resumptions: [Stamped<RunResumed>] = []
  private(set) var notes: [Stamped<NoteAdded>] = []
  private(set) var edits: [Stamped<ReportEdited>] = []
  private(set) var identities: [Stamped<ConnectionIdentified>] = []
  private(set) var sandbox: Stamped<SandboxPrepared>?
  private(set) var ended: Stamped<RunEnded>?
  private(set) var last: Stamp
  private(set) var lastHash: Digest
  let entryCount: Int
  private var positions: [StepID: Int]
  /// Where connections led, as nobody has to decide about any more.
  private var known: [String: ConnectionIdentified] = [:]
  /// The entry by which each connection came to lead where it does, where that is not the first.
  private var moves: [String: Int64] = [:]
  /// Databases that are others, or lack something of the run, until people have let it go on there.
  private var contested: [String: ConnectionIdentified] = [:]
  /// What people let the run go on without.
  private(set) var losses: [AcceptedLoss] = []
  /// Databases that could not be looked at.
  private(set) var unseen: [Stamped<ConnectionUnseen>] = []
  /// What people had ended of earlier processes.
  private(set) var endings: [Stamped<ProcessesEnded>] = []
  /// The runbook as it ran at last.
  private(set) var runbook: RunbookRecord
  private(set) var restarts: [Stamped<SandboxRestarted>] = []
  /// Set while the last thing that happened to the run itself is a hold.
  private(set) var currentHold: Stamped<RunHeld>?

  init(entries: [Entry]) throws(ReportError) {
    guard let first = entries.first else { throw .emptyJournal }
    guard case .runStarted(let started) = first.event else {
      throw .damagedJournal(sequence: first.sequence, reason: "the first entry starts no run")
    }
    self.started = Stamped(stamp: Stamp(first), payload: started)
    steps = started.runbook.steps.map { StepHistory(record: $0) }
    positions = Dictionary(
      steps.enumerated().map { ($1.record.id, $0) }, uniquingKeysWith: { first, _ in first })
    runbook = started.runbook
    last = Stamp(first)
    lastHash = first.hash
    entryCount = entries.count
    for entry in entries.dropFirst() {
      try take(entry)
      last = Stamp(entry)
      lastHash = entry.hash
    }
  }

  private mutating func take(_ entry: Entry) throws(ReportError) {
    let stamp = Stamp(entry)
    switch entry.event {
    case .runStarted:
      throw .damagedJournal(sequence: entry.sequence, reason: "the run starts twice")
    case .sandboxCreated, .drill: break
    case .sandboxRestarted(let payload): restarts.append(Stamped(stamp: stamp, payload: payload))
    case .sandboxPrepared(let payload): sandbox = Stamped(stamp: stamp, payload: payload)
    case .connectionIdentified(let payload):
      identities.append(Stamped(stamp: stamp, payload: payload))
      identify(payload)
    case .connectionUnseen(let payload): unseen.append(Stamped(stamp: stamp, payload: payload))
    case .processesEnded(let payload): endings.append(Stamped(stamp: stamp, payload: payload))
    case .attemptStarted, .attemptFinished, .stepSkipped, .stepReopened, .attemptSettled,
      .retryRequested:
      try takeStep(entry)
    case .gateOpened(let payload):
      gates.append(GateHistory(opened: Stamped(stamp: stamp, payload: payload)))
    case .gateDecided(let payload): try takeDecision(Stamped(stamp: stamp, payload: payload))
    case .runHeld(let payload):
      let hold = Stamped(stamp: stamp, payload: payload)
      holds.append(hold)
      currentHold = hold
    case .runResumed(let payload):
      resumptions.append(Stamped(stamp: stamp, payload: payload))
      currentHold = nil
      contested = [:]
      if let change = payload.change { adopt(change.runbook) }
    case .noteAdded(let payload): notes.append(Stamped(stamp: stamp, payload: payload))
    case .reportEdited(let payload): edits.append(Stamped(stamp: stamp, payload: payload))
    case .runEnded(let payload):
      takeLossesUndecided()
      ended = Stamped(stamp: stamp, payload: payload)
      currentHold = nil
      for index in steps.indices { steps[index].isRunOver = true }
    }
  }

  /// Goes on with a runbook that was changed; steps that are gone stay as what they are.
  private mutating func adopt(_ changed: RunbookRecord) {
    runbook = changed
    let ids = Set(changed.steps.map(\.id))
    var gone = steps.filter { !ids.contains($0.id) }
    for index in gone.indices { gone[index].isTakenOut = true }
    steps =
      changed.steps.map { record in
        positions[record.id].map { steps[$0].renewed(with: record) } ?? StepHistory(record: record)
      } + gone
    positions = Dictionary(
      steps.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  private mutating func takeStep(_ entry: Entry) throws(ReportError) {
    let id: StepID
    switch entry.event {
    case .attemptStarted(let payload): id = payload.step
    case .attemptFinished(let payload): id = payload.step
    case .stepSkipped(let payload): id = payload.step
    case .stepReopened(let payload): id = payload.step
    case .attemptSettled(let payload): id = payload.step
    case .retryRequested(let payload): id = payload.step
    default: return
    }
    guard let position = positions[id], steps[position].apply(entry) else {
      throw .damagedJournal(
        sequence: entry.sequence, reason: "nothing of step '\(id)' can follow here")
    }
    if case .attemptSettled(let payload) = entry.event,
      let now = currentHold, let decided = now.payload.decided(by: payload, entry.actor)
    {
      currentHold = Stamped(stamp: now.stamp, payload: decided)
    }
  }

  private mutating func identify(_ payload: ConnectionIdentified) {
    let name = payload.connection
    let isElsewhere =
      known[name].map { !$0.identity.isSameDatabase(as: payload.identity) } ?? false
    if isElsewhere || payload.isDoubtful {
      contested[name] = payload
      settleLosses()
    } else {
      known[name] = payload
      contested[name] = nil
    }
  }

  /// Takes in the databases of which people have approved by now, and what is missing there.
  private mutating func settleLosses() {
    for (name, found) in contested.sorted(by: { $0.key < $1.key }) {
      guard let gate = gates.last(where: { $0.name == "identity:\(name)" }),
        let approvers = gate.approval, let shown = gate.opened.payload.identities.last,
        shown.isAskedAlike(found),
        let decision = gate.decisions.last
      else { continue }
      takeLoss(
        found, gate: gate.name, approvers: approvers, reference: Reference(decision.stamp),
        sequence: decision.stamp.sequence)
    }
  }

  /// What was found missing when the run ended, and nobody had decided on.
  private mutating func takeLossesUndecided() {
    for (name, found) in contested.sorted(by: { $0.key < $1.key }) {
      guard let seen = identities.last(where: { $0.payload.connection == name }) else { continue }
      takeLoss(
        found, gate: nil, approvers: [], reference: Reference(seen.stamp),
        sequence: seen.stamp.sequence)
    }
  }

  private mutating func takeLoss(
    _ found: ConnectionIdentified, gate: String?, approvers: [Actor], reference: Reference,
    sequence: Int64
  ) {
    let name = found.connection
    let led = known[name]?.identity
    let former = led.flatMap { $0.isSameDatabase(as: found.identity) ? nil : $0 }
    let gone = steps.filter { $0.isLost(in: found, since: led) }.map(\.id)
    contested[name] = nil
    known[name] = found
    // What left no record may be in the former database; of what did, there is none in this one.
    let named = Set(found.lost?.steps ?? [])
    let unproven = former == nil ? [] : gone.filter { !named.contains($0) }
    let lost = former == nil ? gone : gone.filter(named.contains)
    let names = approvers.map(\.displayName).joined(separator: ", ")
    for step in gone {
      guard let position = positions[step] else { continue }
      steps[position].lose(
        RecordLoss(connection: name, approvers: names, isElsewhere: unproven.contains(step)))
    }
    let before = steps.filter { step in
      step.attempts.contains {
        $0.started.payload.connection == name && $0.started.stamp.sequence > (moves[name] ?? 0)
      }
    }.map(\.id)
    if former != nil { moves[name] = sequence }
    losses.append(
      AcceptedLoss(
        connection: name, gate: gate, steps: lost, isProofLost: found.lost != nil,
        move: former.map {
          AcceptedLoss.Move(from: $0, to: found.identity, before: before, unproven: unproven)
        }, approvers: approvers, reference: reference))
  }

  private mutating func takeDecision(_ decision: Stamped<GateDecided>) throws(ReportError) {
    guard let index = gates.lastIndex(where: { $0.name == decision.payload.gate }) else {
      throw .damagedJournal(
        sequence: decision.stamp.sequence,
        reason: "gate '\(decision.payload.gate)' was decided and never opened")
    }
    gates[index].decisions.append(decision)
    if let now = currentHold, let recorded = holds.last?.payload,
      let decided = recorded.decided(by: gates[index].verdict, at: gates[index].opened.payload)
    {
      currentHold = Stamped(stamp: now.stamp, payload: decided)
    }
    if ended == nil { settleLosses() }
  }
}

/// That people let the run go on in another database, or in one that had no record of what the run had done; or that
/// the run ended when that was found, and nobody had decided on it.
struct AcceptedLoss: Sendable {
  struct Move: Sendable {
    let from: ConnectionIdentity
    let to: ConnectionIdentity
    /// Steps that were carried out on the connection by then.
    let before: [StepID]
    /// Those of them that changed something, and leave no record that could be looked for.
    let unproven: [StepID]
  }

  let connection: String
  /// Where it was decided; nil where nobody was asked.
  let gate: String?
  /// Of which there is no record.
  let steps: [StepID]
  /// Whether something is missing there that the run had left.
  let isProofLost: Bool
  /// Nil where it is the same database.
  let move: Move?
  let approvers: [Actor]
  let reference: Reference
}

extension RunHistory {
  func steps(of phase: Phase) -> [StepHistory] { steps.filter { $0.record.phase == phase } }

  /// Inputs by name in order; what the sandbox set counts.
  var inputs: [InputRecord] {
    let overruling = restarts.last?.payload.inputs ?? sandbox?.payload.inputs ?? []
    let names = Set(overruling.map(\.name))
    return started.payload.inputs.filter { !names.contains($0.name) } + overruling
  }

  var connections: [ConnectionRecord] {
    let overruling = sandbox?.payload.connections ?? []
    let changes = resumptions.compactMap { $0.payload.change?.connections } + [overruling]
    return changes.reduce(started.payload.connections) { known, present in
      let names = Set(present.map(\.name))
      return known.filter { !names.contains($0.name) } + present
    }
  }

  /// Steps whose `confirms` was true when they were carried out last, in the order in which they said so.
  var findings: [(step: StepHistory, finished: Stamped<AttemptFinished>)] {
    steps.compactMap { step in
      guard step.isConfirmed == true else { return nil }
      return step.answer.map { (step, $0) }
    }
    .sorted { $0.1.stamp.sequence < $1.1.stamp.sequence }
  }

  /// Whether every step of these phases that applied was carried out, on nobody's word.
  func hasCarriedOut(_ phases: [Phase]) -> Bool {
    steps.filter { phases.contains($0.record.phase) }
      .allSatisfy { $0.status == .succeeded || $0.isInapplicable }
  }

  /// Whether a finding was confirmed, or recovery began without one.
  var isConfirmed: Bool {
    !findings.isEmpty || steps(of: .recovery).contains { !$0.attempts.isEmpty }
  }

  /// Finished attempts of all steps in the order of the journal.
  var finishedAttempts: [(step: StepHistory, finished: Stamped<AttemptFinished>)] {
    steps.flatMap { step in step.attempts.compactMap(\.finished).map { (step, $0) } }
      .sorted { $0.1.stamp.sequence < $1.1.stamp.sequence }
  }
}
