public import RunbookModel

/// All that is known of a run: the replay of its journal, and nothing else (law L3).
public struct RunState: Sendable, Hashable {
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
  var leases: [String: Int64] = [:]
  /// What was noted in the database of each connection when attempts began that leave no receipt: the run's attempts
  /// by then, of each step's last.
  var begun: [String: [StepID: Int64]] = [:]
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
  /// Steps whose `confirms` was true by what a person left out: no findings, though expressions see them as true.
  private(set) var unestablished: Set<StepID> = []
  /// Steps in whose place people decided, and those that rest on such.
  private(set) var standInSteps: Set<StepID> = []
  /// Whether a person let the run go on though the incident was not confirmed any more.
  public private(set) var goesOnUnconfirmed = false
  /// What steps have shown and counts no more, until they are reopened: by step, why.
  var outdated: [StepID: Outdating] = [:]
  /// How often what was settled came to be open again.
  private(set) var reopeningCount = 0
  var phases: [StepID: Phase] = [:]
  /// Whether a verification step has an outcome.
  var hasChecked = false
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
    guard lifecycle.accepts(event, inDrill: started?.isDrill == true) else {
      throw misplaced(event)
    }
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
      for name in gates.keys { gates[name]?.take(payload) }
      for name in lapsedGates.keys { lapsedGates[name]?.take(payload) }
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
      takeCode(of: payload)
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
      if hasNewCondition(record, former) {
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
    if isElsewhere || payload.isDoubtful {
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
      outdateWhatWasSeen(by: identity)
      let isSame = leadsToTheSame(identity)
      identities[name] = identity
      contested[name] = nil
      // What was written to the former one is not expected here, unless all of it is.
      if isSame, identity.lost == nil { continue }
      leases[name] = nil
      begun[name] = nil
    }
  }

  func leadsToTheSame(_ found: ConnectionIdentified) -> Bool {
    identities[found.connection]?.identity.isSameDatabase(as: found.identity) == true
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

  private mutating func noteLease(of step: StepID) {
    if let connection = self.step(step).connection { leases[connection] = generation }
  }

  /// The gate that asks whether a connection may lead elsewhere; no step can have that name.
  public static func identityGate(of connection: String) -> String { "identity:\(connection)" }

  private mutating func applyToStep(
    _ id: StepID, _ event: Event, at time: Timestamp, by actor: Actor
  ) throws(StoreError) {
    guard steps[id, default: StepState()].apply(event, at: time, by: actor) else {
      throw misplaced(event)
    }
    if steps[id]?.hasStandIns == true { standInSteps.insert(id) } else { standInSteps.remove(id) }
  }

  private mutating func takeResults(of payload: AttemptFinished) {
    evidenceCount += payload.evidence.count
    take(payload.captures)
    withheldCaptures.formUnion(payload.withheldCaptures)
    // The last answer counts.
    findings.removeAll { $0 == payload.step }
    unestablished.remove(payload.step)
    if payload.isConfirmed == true, payload.isUnestablished { unestablished.insert(payload.step) }
    guard payload.hasConfirmed else { return }
    findings.append(payload.step)
    goesOnUnconfirmed = false
  }

  /// What an own step leaves of a database's code is what gates that were opened before are held against.
  private mutating func takeCode(of payload: AttemptFinished) {
    guard let seen = payload.codeAfter else { return }
    for name in gates.keys { gates[name]?.take(seen) }
    for name in lapsedGates.keys { lapsedGates[name]?.take(seen) }
  }

  /// What an earlier attempt has brought counts no more once the step is carried out again.
  private mutating func takeBackResults(of id: StepID) {
    findings.removeAll { $0 == id }
    unestablished.remove(id)
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
