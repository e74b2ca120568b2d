public import RunbookModel

/// All that is known of a run: the replay of its journal, and nothing else (law L3).
public struct RunState: Sendable, Hashable {
  public enum Lifecycle: Sendable, Hashable {
    case notStarted
    case running
    case held(RunHeld)
    case ended(RunEnded)
  }

  public private(set) var lifecycle: Lifecycle = .notStarted
  /// Who gave the run up; nil where nobody did.
  public private(set) var giver: Actor?
  /// The last hold as it was recorded, whatever people have decided since.
  private var recordedHold: RunHeld?
  public private(set) var started: RunStarted?
  /// The runbook as it ran at last: as the run began with it, or as a person accepted it since.
  public private(set) var runbook: RunbookRecord?
  public private(set) var planFingerprint: Digest?
  public private(set) var connections: [ConnectionRecord] = []
  /// Variables that its steps read, as they were when it began, or a change was accepted.
  public private(set) var environment: [VariableRecord] = []
  public private(set) var startedAt: Timestamp?
  public private(set) var lastEntryAt: Timestamp?
  public private(set) var sandboxFolder: String?
  public private(set) var sandbox: SandboxPrepared?
  /// What the sandbox set the inputs to; anew each time that it was started.
  public private(set) var sandboxInputs: [InputRecord] = []
  public private(set) var identities: [String: ConnectionIdentified] = [:]
  /// Connections that lead elsewhere than they did, until a person has decided on it.
  public private(set) var contested: [String: ConnectionIdentified] = [:]
  /// Databases with steps of the run that could not be looked at since the run was taken up last, by connection.
  public private(set) var unseen: [String: ConnectionUnseen] = [:]
  /// The lease's generation that was written last to the database of each connection.
  private var leases: [String: Int64] = [:]
  /// What was noted in the database of each connection when attempts began that leave no receipt: the run's attempts
  /// by then, of each step's last.
  private var begun: [String: [StepID: Int64]] = [:]
  /// Of the process that carries the run out.
  private var generation: Int64 = 1
  /// Whether a person let the run go on after its deadline.
  public private(set) var isPastDeadline = false
  public private(set) var steps: [StepID: StepState] = [:]
  /// Steps that the runbook had, and that a change has taken out since, whatever became of them.
  public private(set) var formerSteps: [StepRecord] = []
  public private(set) var gates: [String: GateState] = [:]
  /// By gate: what is not as it was when it was approved last, until somebody approves it as it is now.
  public private(set) var gateChanges: [String: [String]] = [:]
  /// By gate: who had approved it as it was before these changes, for people.
  public private(set) var lapsedApprovals: [String: [String]] = [:]
  /// By gate: what of it was approved last, whatever became of the approval: what is another since is said of all of it.
  private(set) var approvedLast: [String: GateOpened] = [:]
  /// By gate: what was approved, and was opened anew since, as it had changed. Where it is that again, the approval
  /// counts again; not where a person wanted to be asked anew, or refused it since.
  private(set) var lapsedGates: [String: GateState] = [:]
  /// What people had ended of earlier processes, and who.
  public private(set) var endings: [Ending] = []
  /// Other runs that a gate showed at work when it was approved.
  public private(set) var consentedRuns: Set<RunID> = []
  /// Gates that were ever opened. A person may decide on one while the run, taken up, has closed it:
  /// that is late, and not damage.
  private var openedGates: Set<String> = []
  /// Captures by name; those of skipped steps are the plan's matter.
  public private(set) var captures: [String: Value] = [:]
  /// Captures that were not stored, as they held a secret.
  public private(set) var withheldCaptures: Set<String> = []
  /// Steps whose `confirms` was true when they were carried out last, in order.
  public private(set) var findings: [StepID] = []
  /// Whether a person let the run go on though the incident was not confirmed any more.
  public private(set) var goesOnUnconfirmed = false
  /// What steps have shown and counts no more, until they are reopened: by step, why.
  private var outdated: [StepID: Outdating] = [:]
  /// How often what was settled came to be open again.
  private(set) var reopeningCount = 0
  private var phases: [StepID: Phase] = [:]
  /// Whether a verification step has an outcome.
  private var hasChecked = false
  public private(set) var notes: [NoteAdded] = []
  public private(set) var evidenceCount = 0

  /// What somebody had ended.
  public struct Ending: Sendable, Hashable {
    public let ended: ProcessesEnded
    public let actor: Actor
  }

  public init() {}

  public init(replaying entries: [Entry]) throws(StoreError) {
    for entry in entries { try apply(entry.event, at: entry.recordedAt, by: entry.actor) }
  }

  public func step(_ id: StepID) -> StepState { steps[id] ?? StepState() }

  /// Takes one entry in.
  ///
  /// - Throws: `damaged` when no run can have written it at this point.
  public mutating func apply(
    _ event: Event, at time: Timestamp, by actor: Actor
  ) throws(StoreError) {
    guard accepts(event) else { throw misplaced(event) }
    lastEntryAt = time
    switch event {
    case .runStarted(let payload): try start(payload, at: time)
    case .sandboxCreated(let payload): sandboxFolder = payload.folder
    case .sandboxPrepared(let payload):
      sandbox = payload
      sandboxInputs = payload.inputs
    case .sandboxRestarted(let payload): sandboxInputs = payload.inputs
    case .connectionIdentified(let payload): identify(payload)
    case .connectionUnseen(let payload): unseen[payload.connection] = payload
    case .processesEnded(let payload):
      endings.append(Ending(ended: payload, actor: actor))
    case .attemptStarted(let payload):
      let former = step(payload.step)
      try applyToStep(payload.step, event, at: time, by: actor)
      outdated[payload.step] = nil
      if former.attempts > 0 { takeBackResults(of: payload.step) }
      if former.status == .succeeded { reopeningCount += 1 }
      noteLaterChange(payload)
      steps[payload.step]?.actors.append(actor)
      if let connection = payload.connection {
        begun[connection, default: [:]][payload.step] = payload.noted
      }
    case .stepSkipped(let payload):
      try applyToStep(payload.step, event, at: time, by: actor)
      hasChecked = hasChecked || phases[payload.step] == .verification
    case .stepReopened(let payload):
      try applyToStep(payload.step, event, at: time, by: actor)
      takeBackResults(of: payload.step)
      outdated[payload.step] = nil
      reopeningCount += 1
    case .attemptFinished(let payload):
      try applyToStep(payload.step, event, at: time, by: actor)
      hasChecked = hasChecked || phases[payload.step] == .verification
      takeResults(of: payload)
      if payload.outcome == .succeeded, payload.hasReceipt { noteLease(of: payload.step) }
    case .attemptSettled(let payload):
      try applyToStep(payload.step, event, at: time, by: actor)
      take(payload.captures)
      evidenceCount += payload.evidence?.count ?? 0
      withheldCaptures.formUnion(payload.withheldCaptures ?? [])
      if payload.means == .receipt { noteLease(of: payload.step) }
      if case .held(let hold) = lifecycle, let decided = hold.decided(by: payload, actor) {
        lifecycle = .held(decided)
      }
      if payload.means == .word, payload.settlement == .notDone {
        askAnew(for: payload.step, as: actor)
      }
    case .retryRequested(let payload):
      try applyToStep(payload.step, event, at: time, by: actor)
      askAnew(for: payload.step, as: actor)
    case .gateOpened(let payload):
      openedGates.insert(payload.gate)
      open(payload, at: time)
    case .gateDecided(let payload):
      guard openedGates.contains(payload.gate) else { throw misplaced(event) }
      // Who decides from another terminal may come too late; that changes nothing any more.
      if case .ended = lifecycle { return }
      gates[payload.gate]?.take(payload, by: actor)
      if case .held = lifecycle, let hold = recordedHold, let gate = gates[payload.gate],
        let decided = hold.decided(by: gate.verdict, at: gate.opened)
      {
        lifecycle = .held(decided)
      }
      if let gate = gates[payload.gate], gate.isApproved || gate.isRefused {
        lapsedGates[payload.gate] = nil
      }
      if let gate = gates[payload.gate], gate.isApproved {
        approvedLast[payload.gate] = gate.opened
        gateChanges[payload.gate] = nil
        lapsedApprovals[payload.gate] = nil
        consentedRuns.formUnion((gate.opened.others ?? []).map(\.run))
      }
      settleIdentity(payload.gate)
    case .runHeld(let payload):
      lifecycle = .held(payload)
      recordedHold = payload
    case .runResumed(let payload): resume(payload)
    case .noteAdded(let payload): notes.append(payload)
    case .reportEdited: break
    case .runEnded(let payload):
      // What was found missing and nobody decided on is missing all the same.
      for found in contested.values { lose(by: found, approvedBy: "") }
      lifecycle = .ended(payload)
      giver = payload.status == .abandoned ? actor : nil
    // The drill beside the run has a state of its own.
    case .drill: break
    }
  }

  /// Which entries may follow:
  ///
  /// | lifecycle  | runStarted | noteAdded, reportEdited | gateDecided | runResumed, runEnded, decisions | others |
  /// | ---------- | ---------- | ----------------------- | ----------- | ------------------------------- | ------ |
  /// | notStarted | yes        | no                      | no          | no                              | no     |
  /// | running    | no         | yes                     | yes         | yes                             | yes    |
  /// | held       | no         | yes                     | yes         | yes                             | no     |
  /// | ended      | no         | yes                     | yes         | no                              | no     |
  ///
  /// A decision on a gate that was never opened is refused in all of them.
  ///
  /// People decide by stepSkipped, retryRequested, processesEnded and attemptSettled, with the lease; by gateDecided
  /// without it, so that it may come when the run has just ended. Who gives a run up has its databases looked at before:
  /// connectionIdentified and connectionUnseen count as decisions.
  private func accepts(_ event: Event) -> Bool {
    switch (lifecycle, event) {
    case (.notStarted, .runStarted): true
    case (.notStarted, _), (_, .runStarted): false
    case (_, .noteAdded), (_, .reportEdited), (.ended, .gateDecided): true
    // A drill is judged, and its hot wash held, when the run has ended.
    case (_, .drill): started?.isDrill == true
    case (.ended, _): false
    case (.held, .runResumed), (.held, .gateDecided), (.held, .stepSkipped), (.held, .runEnded),
      (.held, .retryRequested), (.held, .attemptSettled), (.held, .processesEnded),
      (.held, .connectionIdentified), (.held, .connectionUnseen):
      true
    case (.held, _): false
    case (.running, _): true
    }
  }

  private mutating func start(_ payload: RunStarted, at time: Timestamp) throws(StoreError) {
    guard payload.formatVersion <= RunStarted.currentFormat else {
      throw StoreError(
        .formatTooNew, subject: payload.run.rawValue,
        "the run was written by a newer version (\(payload.toolVersion))")
    }
    started = payload
    startedAt = time
    runbook = payload.runbook
    planFingerprint = payload.planFingerprint
    connections = payload.connections
    environment = payload.environment ?? []
    phases = Dictionary(
      payload.runbook.steps.map { ($0.id, $0.phase) }, uniquingKeysWith: { first, _ in first })
    lifecycle = .running
  }

  private mutating func resume(_ payload: RunResumed) {
    let hold: RunHeld? = if case .held(let hold) = lifecycle { hold } else { nil }
    if hold?.cause == .deadline { isPastDeadline = true }
    lifecycle = .running
    generation = payload.generation ?? generation
    for id in steps.keys { steps[id]?.takeUp() }
    // The process looks anew where its connections lead.
    contested = [:]
    unseen = [:]
    // What nobody has decided on yet is shown anew. A refusal stands until who refused takes it back.
    gates = gates.filter { $1.isRefused || !$1.approvers.isEmpty }
    // Recovery was approved of an incident that was confirmed.
    if hold?.cause == .unconfirmed {
      goesOnUnconfirmed = true
      closeGates(
        for: "the incident was not confirmed any more when detection looked at it again")
    }
    guard let change = payload.change else { return }
    adopt(change.runbook)
    planFingerprint = change.planFingerprint
    connections = change.connections
    environment = change.environment ?? environment
    // What was approved is not what would run now.
    closeGates(for: "the runbook or a connection was changed, and the change accepted")
  }

  private mutating func open(_ gate: GateOpened, at time: Timestamp) {
    let name = gate.gate
    if gate.isAsApproved == true, let approved = lapsedGates[name] {
      gates[name] = GateState(opened: gate, at: time, approvers: approved.approvers)
      gateChanges[name] = nil
      lapsedApprovals[name] = nil
      lapsedGates[name] = nil
      return
    }
    if gate.changes != nil, let former = gates[name], former.isApproved {
      lapsedGates[name] = former
    }
    gates[name] = GateState(opened: gate, at: time)
    if let changes = gate.changes { gateChanges[name] = changes }
    if let lapsed = gate.lapsed { lapsedApprovals[name] = lapsed }
  }

  private mutating func closeGates(for reason: String) {
    lapsedGates = [:]
    for gate in gates.values where !gate.approvers.isEmpty {
      gateChanges[gate.opened.gate] = [reason]
      lapsedApprovals[gate.opened.gate] = gate.approverList
    }
    gates = [:]
  }

  /// Closes the gate of a step that a person wants performed once more: what was approved was the attempt before. Who
  /// refused it is not passed over.
  private mutating func askAnew(for step: StepID, as actor: Actor) {
    let name = step.rawValue
    guard let gate = gates[name], !gate.isRefused, !gate.approvers.isEmpty else { return }
    gateChanges[name] = [
      "\(step): it is to be performed once more, as \(actor.displayName) wants "
        + "(attempt \(self.step(step).attempts + 1))"
    ]
    lapsedApprovals[name] = gate.approverList
    lapsedGates[name] = nil
    gates[name] = nil
  }

  /// Takes in what is seen of a run that is held: it is looked at, and not gone on with.
  mutating func beLookedAt() {
    if case .held = lifecycle { lifecycle = .running }
    contested = [:]
  }

  /// Goes on with a runbook that was changed. What it had stays known as what it is.
  private mutating func adopt(_ changed: RunbookRecord) {
    let ids = Set(changed.steps.map(\.id))
    let former = formerSteps + (runbook?.steps ?? [])
    formerSteps = former.filter { !ids.contains($0.id) }
    for record in formerSteps { steps[record.id, default: StepState()].isTakenOut = true }
    for record in changed.steps {
      // What was decided by the `when` that it had was decided; what changes nothing may be carried out again.
      let one = step(record.id)
      let isOpen =
        one.status != .skipped
        && (!record.phase.mayChange || one.status == .pending && one.attempts == 0)
      if let known = former.last(where: { $0.id == record.id }), isOpen, let when = known.when,
        record.when != when
      {
        steps[record.id, default: StepState()].hasNewCondition = true
      }
      steps[record.id]?.isTakenOut = false
      phases[record.id] = record.phase
    }
    runbook = changed
  }

  private mutating func identify(_ payload: ConnectionIdentified) {
    let name = payload.connection
    let isElsewhere =
      identities[name].map { !$0.identity.isSameDatabase(as: payload.identity) } ?? false
    if isElsewhere || payload.lost != nil {
      contested[name] = payload
      settleIdentity(Self.identityGate(of: name))
    } else {
      identities[name] = payload
      contested[name] = nil
    }
    unseen[name] = nil
  }

  /// Takes the new identity where a person approved of it.
  private mutating func settleIdentity(_ gate: String) {
    guard let known = gates[gate], known.isApproved else { return }
    for (name, identity) in contested
    where gate == Self.identityGate(of: name) && known.asks(about: identity) {
      lose(by: identity, approvedBy: known.approverNames)
      outdateWhatWasSeen(on: name)
      identities[name] = identity
      contested[name] = nil
      // What was written to the former one is not expected here.
      leases[name] = nil
      begun[name] = nil
    }
  }

  /// Takes in what a database does not show.
  private mutating func lose(by found: ConnectionIdentified, approvedBy approvers: String) {
    let name = found.connection
    let isElsewhere =
      identities[name].map { !$0.identity.isSameDatabase(as: found.identity) } ?? false
    let doubts = doubts(about: found)
    let missing = RecordLoss(connection: name, approvers: approvers)
    for step in doubts.missing { steps[step]?.loss = missing }
    let unseen = RecordLoss(connection: name, approvers: approvers, isElsewhere: isElsewhere)
    for step in doubts.unknown { steps[step]?.loss = unseen }
    for step in doubts.inFlight { steps[step]?.isMadeElsewhere = true }
  }

  /// What a database does not show of steps that are done by the journal, over the connection that leads there now. How
  /// one stands that is not done is found out in that database.
  struct Doubts {
    /// Their receipts, or the marks of their beginning, are not there.
    var missing: [StepID] = []
    /// They left nothing by which it could be seen.
    var unknown: [StepID] = []
    /// Their last attempts are in flight, in a database that this one does not come from.
    var inFlight: [StepID] = []
    /// They changed nothing, and were performed in another database, or before it lost something.
    var checks: [StepID] = []
  }

  func doubts(about found: ConnectionIdentified) -> Doubts {
    let name = found.connection
    let records = (runbook?.steps ?? []) + formerSteps
    var doubts = Doubts()
    for record in records {
      let one = step(record.id)
      guard one.status == .succeeded, one.loss == nil else { continue }
      let isNamed = found.lost?.steps.contains(record.id) == true
      guard one.connection == name || isNamed else { continue }
      let isMarked = one.hasReceipt || begun[name]?[record.id] != nil
      let standing = found.record(
        of: record.id, isMarked: isMarked, since: identities[name]?.identity)
      let isChange = record.phase.mayChange && one.isChange
      switch standing {
      case .there: continue
      case .missing: doubts.missing.append(record.id)
      case .unknown where isChange: doubts.unknown.append(record.id)
      case .unknown: break
      }
    }
    // Of journals that do not say what the runbook's steps are.
    let known = Set(records.map(\.id))
    doubts.missing += (found.lost?.steps ?? []).filter {
      !known.contains($0) && step($0).status == .succeeded
    }
    doubts.checks = seen(on: name)
    if identities[name].map({ !found.identity.comes(from: $0.identity) }) == true {
      doubts.inFlight = records.map(\.id).filter { id in
        let one = step(id)
        return one.connection == name && one.isChange && [.running, .unknown].contains(one.status)
      }
    }
    return doubts
  }

  /// Connections over which steps of the run were performed, by name: what they did is looked for when the run is taken
  /// up.
  public var usedConnections: [String] {
    let used = Set(steps.values.filter { $0.attempts > 0 }.compactMap(\.connection))
    return identities.keys.filter(used.contains).sorted()
  }

  private mutating func noteLease(of step: StepID) {
    if let connection = self.step(step).connection { leases[connection] = generation }
  }

  /// What the database of a connection has to hold of the run, by whatever name the run led there.
  ///
  /// - Parameter identity: which database that is; nil for the one that it was last.
  public func proof(
    on connection: String, of identity: ConnectionIdentity? = nil
  ) -> RunProof {
    let database = identity ?? identities[connection]?.identity
    let others = identities.filter { name, other in
      name != connection && database.map { other.identity.isKnownAsSame($0) } == true
    }
    let names = Set(others.keys).union([connection])
    let receipts = steps.filter { _, step in
      step.status == .succeeded && step.hasReceipt && step.loss == nil
        && step.connection.map { names.contains($0) } == true
    }
    let noted = names.flatMap { begun[$0] ?? [:] }
    return RunProof(
      generation: names.compactMap { leases[$0] }.max(),
      receipts: receipts.keys.sorted {
        $0.rawValue.utf8.lexicographicallyPrecedes($1.rawValue.utf8)
      },
      begun: noted.sorted { $0.value < $1.value }
        .map { RunProof.Begun(step: $0.key, attempt: $0.value) })
  }

  /// Whether a step has changed something over a connection, or may have, and nothing in its database tells of that: it
  /// would be lost unseen with a copy of before.
  func hasUnmarkedChange(on connection: String) -> Bool {
    let records = ((runbook?.steps ?? []) + formerSteps).filter(\.phase.mayChange)
    return records.contains { record in
      let one = step(record.id)
      guard one.connection == connection, one.isChange, !one.hasReceipt,
        begun[connection]?[record.id] == nil
      else { return false }
      return one.mayHaveChanged
    }
  }

  /// Whether the run has left a lease or marks in a database.
  public var leavesMarks: Bool { !markedConnections.isEmpty }

  /// Connections in whose databases it has, by name.
  var markedConnections: [String] {
    Set(leases.keys).union(begun.filter { !$0.value.isEmpty }.keys).sorted()
  }

  /// Attempts of all steps.
  var attempts: Int { steps.values.reduce(0) { $0 + $1.attempts } }

  /// The gate that asks whether a connection may lead elsewhere; no step can have that name.
  public static func identityGate(of connection: String) -> String { "identity:\(connection)" }

  private mutating func applyToStep(
    _ id: StepID, _ event: Event, at time: Timestamp, by actor: Actor
  ) throws(StoreError) {
    guard steps[id, default: StepState()].apply(event, at: time, by: actor) else {
      throw misplaced(event)
    }
  }

  private mutating func takeResults(of payload: AttemptFinished) {
    evidenceCount += payload.evidence.count
    take(payload.captures)
    withheldCaptures.formUnion(payload.withheldCaptures)
    // The last answer counts.
    findings.removeAll { $0 == payload.step }
    guard payload.isConfirmed == true else { return }
    findings.append(payload.step)
    goesOnUnconfirmed = false
  }

  /// What an earlier attempt has brought counts no more once the step is carried out again.
  private mutating func takeBackResults(of id: StepID) {
    findings.removeAll { $0 == id }
    let records = (runbook?.steps ?? []) + formerSteps
    for name in records.first(where: { $0.id == id })?.captures ?? [] {
      captures[name] = nil
      withheldCaptures.remove(name)
    }
  }

  private mutating func take(_ captures: Value) {
    guard let map = captures.mapValue else { return }
    for (name, value) in map.pairs {
      if let name = name.stringValue { self.captures[name] = value }
    }
  }

  private func misplaced(_ event: Event) -> StoreError {
    StoreError(
      .damaged(sequence: 0), subject: started?.run.rawValue ?? "journal",
      "an entry '\(event.typeName)' cannot follow what is there")
  }
}

/// What a run has found out, and is to find out again. A step is reopened by an entry (`StepReopened`), so that every
/// reader of the journal has it.
///
/// | what happened                                          | what counts no more                              |
/// | ------------------------------------------------------ | ------------------------------------------------ |
/// | a change of the runbook was accepted                   | steps that have it otherwise than they were carried out |
/// | a connection leads elsewhere, and that was approved    | steps that were carried out on it, and checks without a connection |
/// | an attempt of a recovery step that changes something began | every verification step                      |
/// | an attempt of a safeguard that changes something began | every verification step, once no safeguard is left |
///
/// and with each of them every later step. All that only of steps that change nothing: what was changed was
/// changed. Detection is not looked into again for a change of the runbook once the run has changed something.
extension RunState {
  /// Why what a step has shown counts no more.
  struct Outdating: Sendable, Hashable {
    let cause: StepReopened.Cause
    let subject: String?
  }

  /// Where a step without a connection has looked, nobody knows.
  private mutating func outdateWhatWasSeen(on connection: String) {
    for step in seen(on: connection) {
      outdated[step] = Outdating(cause: .elsewhere, subject: connection)
    }
  }

  /// Steps that change nothing, and whose outcome counts no more once a connection leads elsewhere.
  private func seen(on connection: String) -> [StepID] {
    let hasChanged = self.hasChanged
    return ((runbook?.steps ?? []) + formerSteps).filter { record in
      let used = step(record.id).connection
      return isRepeatable(record) && step(record.id).status.hasOutcome
        && (used == connection || used == nil && (record.phase == .verification || !hasChanged))
    }.map(\.id)
  }

  /// What was seen before a change says nothing of how it is behind it, whatever the change is for.
  private mutating func noteLaterChange(_ started: AttemptStarted) {
    guard hasChecked, let phase = phases[started.step], phase.mayChange,
      step(started.step).isChange
    else { return }
    // Before version 7 safeguards were no reason to look again.
    guard phase == .recovery || (self.started?.formatVersion ?? 0) >= 7 else { return }
    let all = (runbook?.steps ?? []) + formerSteps
    for record in all where record.phase == .verification && step(record.id).status.hasOutcome {
      outdated[record.id] = Outdating(cause: .laterChange, subject: started.step.rawValue)
    }
  }

  /// Whether all that counts no more is what was checked before a safeguard. It is checked again behind the last of
  /// them, and not between them.
  var isOutdatedBySafeguardsAlone: Bool {
    outdated.values.allSatisfy { isSafeguard($0) }
  }

  private func isSafeguard(_ outdating: Outdating) -> Bool {
    outdating.cause == .laterChange
      && outdating.subject.map { phases[StepID($0)] == .safeguards } == true
  }

  /// Steps whose outcome counts no more, in order, the later ones that may rest on them included.
  var outdatedSteps: [StepReopened] {
    outdated.isEmpty ? [] : reopenings(of: outdated)
  }

  /// - Parameter causes: the steps whose outcome counts no more by itself.
  func reopenings(of causes: [StepID: Outdating]) -> [StepReopened] {
    guard !causes.isEmpty else { return [] }
    let hasChanged = self.hasChanged
    var first: StepID?
    var found: [StepReopened] = []
    for record in runbook?.steps ?? [] where mayBeReopened(record, hasChanged) {
      if let cause = causes[record.id] {
        // What comes behind the verification are the safeguards, which do not rest on it.
        if !isSafeguard(cause) { first = first ?? record.id }
        found.append(StepReopened(step: record.id, cause: cause.cause, subject: cause.subject))
      } else if let first {
        found.append(
          StepReopened(step: record.id, cause: .earlierStep, subject: first.rawValue))
      }
    }
    for record in formerSteps where mayBeReopened(record, hasChanged) {
      guard let cause = causes[record.id] else { continue }
      found.append(StepReopened(step: record.id, cause: cause.cause, subject: cause.subject))
    }
    return found
  }

  private func mayBeReopened(_ record: StepRecord, _ hasChanged: Bool) -> Bool {
    let step = step(record.id)
    switch step.status {
    case .succeeded, .failed: return isRepeatable(record)
    // What a `when` has left out was not carried out: it may be looked at again as long as its turn is not over.
    case .skipped: return step.skip?.cause == .condition && (!record.phase.mayChange || !hasChanged)
    case .pending, .running, .unknown: return false
    }
  }

  /// Whether it changes nothing, so that it may be carried out again.
  private func isRepeatable(_ record: StepRecord) -> Bool {
    !record.phase.mayChange || step(record.id).settledBy == .repeatable
  }

  /// Whether the run has changed something, or may have.
  public var hasChanged: Bool {
    ((runbook?.steps ?? []) + formerSteps).contains {
      $0.phase.mayChange && step($0.id).mayHaveChanged
    }
  }

  /// Whether what a step has shown may be had anew for a change of the runbook.
  func mayLookAgain(_ record: StepRecord, hasChanged: Bool) -> Bool {
    isRepeatable(record) && (record.phase >= .verification || !hasChanged)
  }
}

extension RunState {
  /// What the verification steps showed by now; a step that a change took out of the runbook counts as
  /// it stood.
  public var verification: VerificationTally {
    verification(of: (runbook?.steps ?? []).filter { $0.phase == .verification }.map(\.id))
  }

  /// - Parameter present: the verification steps of the runbook as it is.
  func verification(of present: [StepID]) -> VerificationTally {
    let former = formerSteps.filter { $0.phase == .verification }.map(\.id)
    return VerificationTally((present + former).map { (step: $0, fate: step($0).fate) })
  }

  /// Steps that are done by the journal, and of which a database has no record any more.
  public var losses: RecordLossTally {
    let ids = ((runbook?.steps ?? []) + formerSteps).map(\.id)
    return RecordLossTally(ids.compactMap { id in step(id).loss.map { (step: id, loss: $0) } })
  }

  /// Databases of which it is not known whether they hold what the run did, or what its verification saw.
  public var unseenWork: [ConnectionUnseen] {
    let records = ((runbook?.steps ?? []) + formerSteps).filter { $0.phase > .detection }
    let used = Set(
      records.map { step($0.id) }.filter { $0.attempts > 0 }.compactMap(\.connection))
    return unseen.values.filter { used.contains($0.connection) }
      .sorted { $0.connection < $1.connection }
  }

  /// What the steps that changed things left; a step that was performed again counts as it did last.
  public var remainder: Remainder {
    let records = ((runbook?.steps ?? []) + formerSteps).filter(\.phase.mayChange)
    return Remainder(
      records.map { step($0.id) }.filter { $0.status == .succeeded }.map { Remainder($0.result) })
  }

  /// What verification found to be lost for good; nil where it does not know.
  public var lossWords: String? {
    let checks = (runbook?.steps ?? []).filter { $0.phase == .verification }
    return Remainder.lossWords(
      checks.map { step($0.id) }.filter { [.succeeded, .failed].contains($0.status) }.map(\.result))
  }

  /// Whether verification has passed, and what was done and seen is there as far as is known.
  public var isVerified: Bool {
    verification.isVerified && losses.isEmpty && unseenWork.isEmpty && contested.isEmpty
      && outdatedSteps.isEmpty
      && remainder.missing.isEmpty
  }

  /// What became of the steps of a phase that changes things, those that were taken out among them.
  public func changes(in phase: Phase) -> ChangeTally {
    let records = ((runbook?.steps ?? []) + formerSteps).filter { $0.phase == phase }
    return ChangeTally(records.map { step($0.id).changeFate(of: $0.id) })
  }

  /// Whether a step is still carried out where the run goes on as it stands.
  ///
  /// - Parameter endsBehindVerification: whether a check has found what ends the run.
  public func isToCome(_ record: StepRecord, endsBehindVerification: Bool) -> Bool {
    let one = step(record.id)
    if endsBehindVerification, record.phase > .verification { return false }
    switch one.status {
    case .succeeded, .skipped: return false
    case .pending, .running: return true
    case .unknown: return record.phase.mayChange
    // A check that has answered is not asked again.
    case .failed:
      return record.phase.mayChange || record.phase == .verification && one.isWithoutAnswer
    }
  }

  /// Whether nothing can happen to its steps any more.
  public var isOver: Bool { if case .ended = lifecycle { true } else { false } }

  /// What speaks against an end that a journal gives; nil where its entries bear it out. Before version 5
  /// a run was called resolved whatever became of its verification, and nothing is said.
  public func objection(to end: RunEnded) -> String? {
    guard let started, started.formatVersion >= 5 else { return nil }
    switch end.status {
    case .resolved where !verification.isVerified:
      return "the run is called resolved, and is not: \(verification.words)"
    case .resolved where !losses.isEmpty:
      return "the run is called resolved, and is not: \(losses.words ?? "")"
    case .resolved where !unseenWork.isEmpty:
      return "the run is called resolved, and is not: "
        + unseenWork.map(\.words).joined(separator: "; ")
    case .resolved where !remainder.missing.isEmpty:
      return "the run is called resolved, and is not: \(remainder.words ?? "")"
    case .resolved where started.formatVersion >= 6 && !outdatedSteps.isEmpty:
      let list = outdatedSteps.map { "'\($0.step)'" }.joined(separator: ", ")
      return "the run is called resolved, and what these steps have shown counts no more: \(list)"
    case .notConfirmed where !findings.isEmpty:
      return "the run is called not confirmed, and a step has confirmed the incident"
    case .notConfirmed:
      let records = (runbook?.steps ?? []) + formerSteps
      let detection = records.filter { $0.phase == .detection }.map(\.id)
      guard !detection.contains(where: { step($0).fate == .removed }) else {
        return "the run is called not confirmed, and a detection step was taken out of the runbook"
      }
      let wasLookedFor = detection.contains { step($0).fate == .passed }
      let isWordOnly = detection.contains { step($0).isWordOnly }
      return wasLookedFor && !isWordOnly
        ? nil : "the run is called not confirmed, and was not looked into"
    case .unverified where isVerified || !verification.failed.isEmpty,
      .failed where verification.failed.isEmpty:
      return "the run is called \(end.status.rawValue), and is not: \(verification.words)"
    case .practised where !started.isDrill:
      return "the run is called practised, and is no drill"
    case .resolved, .unverified, .undetermined, .failed, .abandoned, .practised: return nil
    }
  }

  /// Why a person's word on what became of a step is not taken: what can be found out is found out.
  public enum WordRefusal: Sendable, Hashable {
    /// It is known how the step stands.
    case known(StepState.Status)
    /// A person's word says already that it is done.
    case declared(PersonsWord)
    /// The same, and the run has gone on from there: that step was begun since.
    case goneOn(PersonsWord, since: StepID)
    /// It changes nothing, and runs again.
    case repeatable
    /// Its receipt, its probe or what it left was not looked for since the attempt was cut off; nil in
    /// journals of before it was kept what there is to look for.
    case notLookedFor(SettlementWay?)
  }

  /// - Parameter settlement: what the word says.
  /// - Returns: nil where the word is taken.
  public func refusal(
    ofWordOn record: StepRecord, saying settlement: Settlement = .done
  ) -> WordRefusal? {
    let step = step(record.id)
    if step.status == .succeeded, let declaration = step.declaration {
      guard settlement == .notDone else { return .declared(declaration) }
      // Performed now, it would come behind what was done on the word that it was done.
      return begunBehind(record.id).map { .goneOn(declaration, since: $0) }
    }
    if step.status.isSettled { return .known(step.status) }
    guard record.phase.mayChange, step.settledBy != .repeatable else { return .repeatable }
    guard step.status == .unknown || step.status == .running else { return .known(step.status) }
    let wasLookedFor = step.status == .unknown && step.settlement?.settlement == .unknown
    return wasLookedFor ? nil : .notLookedFor(step.settledBy)
  }
}

extension StepState {
  /// Whether it is over on a person's word alone.
  var isWordOnly: Bool {
    switch fate {
    case .skipped, .declared: true
    case .passed, .attested, .failed, .notApplicable, .removed, .ruledOut, .open: false
    }
  }
}

extension RunState {
  /// The first step behind another one, in the runbook's order, that was begun.
  private func begunBehind(_ id: StepID) -> StepID? {
    let later = (runbook?.steps ?? []).drop { $0.id != id }.dropFirst()
    return later.first { step($0.id).attempts > 0 }?.id
  }
}

/// What the journal says of one gate.
public struct GateState: Sendable, Hashable {
  public let opened: GateOpened
  /// When it was opened as it is.
  public let openedAt: Timestamp
  public private(set) var approvers: Set<Actor> = []
  /// Who refused it first, and why; nil where nobody did, or took it back.
  public private(set) var refusal: Refusal?
  public var refuser: Actor? { refusal?.actor }
  public var isRefused: Bool { refusal != nil }

  public struct Refusal: Sendable, Hashable {
    public let actor: Actor
    /// Where the person said so.
    public let reason: String?

    public init(actor: Actor, reason: String?) {
      self.actor = actor
      self.reason = reason
    }
  }

  init(opened: GateOpened, at time: Timestamp, approvers: Set<Actor> = []) {
    self.opened = opened
    openedAt = time
    self.approvers = approvers
  }

  /// Accounts that approved: a name that one typed is that account's word, whatever the name.
  public var accounts: Set<String> { Set(approvers.map(\.account)) }
  public var isApproved: Bool { !isRefused && accounts.count >= opened.approvals }
  /// Who approved it, for people; empty where nobody did.
  public var approverNames: String { approverList.joined(separator: ", ") }
  var approverList: [String] {
    approvers.map(\.displayName).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
  public var verdict: GateVerdict {
    GateVerdict(
      approvers: approverNames, missing: missingApprovals, refuser: refuser?.displayName,
      reason: refusal?.reason)
  }
  public var missingApprovals: Int { max(0, opened.approvals - accounts.count) }

  /// Whether it asks if the run may go on in this database, which it shows behind the former one.
  func asks(about identity: ConnectionIdentified) -> Bool {
    guard let shown = opened.identities.last else { return false }
    return shown.identity.isSameDatabase(as: identity.identity) && shown.lost == identity.lost
  }

  mutating func take(_ decision: GateDecided, by actor: Actor) {
    guard decision.digest == opened.digest else { return }
    switch decision.decision {
    case .approved: approvers.insert(actor)
    case .refused: refusal = refusal ?? Refusal(actor: actor, reason: decision.reason)
    case .withdrawn:
      approvers = approvers.filter { $0.account != actor.account }
      if refuser?.account == actor.account { refusal = nil }
    }
  }
}
