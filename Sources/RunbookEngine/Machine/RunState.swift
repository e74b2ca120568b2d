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
  public private(set) var startedAt: Timestamp?
  public private(set) var lastEntryAt: Timestamp?
  public private(set) var sandboxFolder: String?
  public private(set) var sandbox: SandboxPrepared?
  /// What the sandbox set the inputs to; anew each time that it was started.
  public private(set) var sandboxInputs: [InputRecord] = []
  public private(set) var identities: [String: ConnectionIdentified] = [:]
  /// Connections that lead elsewhere than they did, until a person has decided on it.
  public private(set) var contested: [String: ConnectionIdentified] = [:]
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
  /// Other runs that a gate showed at work when it was approved.
  public private(set) var consentedRuns: Set<RunID> = []
  /// Gates that were ever opened. A person may decide on one while the run, taken up, has closed it:
  /// that is late, and not damage.
  private var openedGates: Set<String> = []
  /// Captures by name; those of skipped steps are the plan's matter.
  public private(set) var captures: [String: Value] = [:]
  /// Captures that were not stored, as they held a secret.
  public private(set) var withheldCaptures: Set<String> = []
  /// Steps whose `confirms` was true, in order.
  public private(set) var findings: [StepID] = []
  public private(set) var notes: [NoteAdded] = []
  public private(set) var evidenceCount = 0

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
    case .attemptStarted(let payload):
      try applyToStep(payload.step, event, at: time, by: actor)
      steps[payload.step]?.actors.append(actor)
      if let connection = payload.connection {
        begun[connection, default: [:]][payload.step] = payload.noted
      }
    case .stepSkipped(let payload): try applyToStep(payload.step, event, at: time, by: actor)
    case .attemptFinished(let payload):
      try applyToStep(payload.step, event, at: time, by: actor)
      takeResults(of: payload)
      if payload.outcome == .succeeded, payload.hasReceipt { noteLease(of: payload.step) }
    case .attemptSettled(let payload):
      try applyToStep(payload.step, event, at: time, by: actor)
      take(payload.captures)
      withheldCaptures.formUnion(payload.withheldCaptures ?? [])
      if payload.means == .receipt { noteLease(of: payload.step) }
      if case .held(let hold) = lifecycle, let decided = hold.decided(by: payload, actor) {
        lifecycle = .held(decided)
      }
    case .retryRequested(let payload): try applyToStep(payload.step, event, at: time, by: actor)
    case .gateOpened(let payload):
      openedGates.insert(payload.gate)
      gates[payload.gate] = GateState(opened: payload)
      if let changes = payload.changes { gateChanges[payload.gate] = changes }
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
      if let gate = gates[payload.gate], gate.isApproved {
        gateChanges[payload.gate] = nil
        consentedRuns.formUnion((gate.opened.others ?? []).map(\.run))
      }
      settleIdentity(payload.gate)
    case .runHeld(let payload):
      lifecycle = .held(payload)
      recordedHold = payload
    case .runResumed(let payload): resume(payload, by: actor)
    case .noteAdded(let payload): notes.append(payload)
    case .reportEdited: break
    case .runEnded(let payload):
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
  /// People decide by stepSkipped, retryRequested and attemptSettled, with the lease; by gateDecided
  /// without it, so that it may come when the run has just ended.
  private func accepts(_ event: Event) -> Bool {
    switch (lifecycle, event) {
    case (.notStarted, .runStarted): true
    case (.notStarted, _), (_, .runStarted): false
    case (_, .noteAdded), (_, .reportEdited), (.ended, .gateDecided): true
    // A drill is judged, and its hot wash held, when the run has ended.
    case (_, .drill): started?.isDrill == true
    case (.ended, _): false
    case (.held, .runResumed), (.held, .gateDecided), (.held, .stepSkipped), (.held, .runEnded),
      (.held, .retryRequested), (.held, .attemptSettled):
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
    lifecycle = .running
  }

  private mutating func resume(_ payload: RunResumed, by actor: Actor) {
    if case .held(let hold) = lifecycle, hold.cause == .deadline { isPastDeadline = true }
    lifecycle = .running
    generation = payload.generation ?? generation
    for id in steps.keys { steps[id]?.takeUp() }
    // The process looks anew where its connections lead.
    contested = [:]
    // What nobody has approved yet is shown anew. Who refused is asked again; another one's refusal stands.
    gates = gates.filter { _, gate in
      gate.refuser.map { $0.account != actor.account } ?? !gate.approvers.isEmpty
    }
    guard let change = payload.change else { return }
    adopt(change.runbook)
    planFingerprint = change.planFingerprint
    connections = change.connections
    // What was approved is not what would run now.
    for gate in gates.values where !gate.approvers.isEmpty {
      gateChanges[gate.opened.gate] = [
        "the runbook or a connection was changed, and the change accepted"
      ]
    }
    gates = [:]
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
      // What was decided by the `when` that it had was decided.
      let isOpen = step(record.id).status == .pending && step(record.id).attempts == 0
      if let known = former.last(where: { $0.id == record.id }), isOpen, let when = known.when,
        record.when != when
      {
        steps[record.id, default: StepState()].hasNewCondition = true
      }
      steps[record.id]?.isTakenOut = false
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
  }

  /// Takes the new identity where a person approved of it.
  private mutating func settleIdentity(_ gate: String) {
    guard let known = gates[gate], known.isApproved else { return }
    for (name, identity) in contested
    where gate == Self.identityGate(of: name) && known.asks(about: identity) {
      identities[name] = identity
      contested[name] = nil
      // What was written to the former one is not expected here.
      leases[name] = nil
      begun[name] = nil
      let loss = RecordLoss(connection: name, approvers: known.approverNames)
      // How one stands that is not done is found out in this database.
      for step in identity.lost?.steps ?? [] where self.step(step).status == .succeeded {
        steps[step]?.loss = loss
      }
    }
  }

  private mutating func noteLease(of step: StepID) {
    if let connection = self.step(step).connection { leases[connection] = generation }
  }

  /// What the database of a connection has to hold of the run.
  public func proof(on connection: String) -> RunProof {
    let receipts = steps.filter { _, step in
      step.status == .succeeded && step.hasReceipt && step.connection == connection
        && step.loss == nil
    }
    return RunProof(
      generation: leases[connection],
      receipts: receipts.keys.sorted {
        $0.rawValue.utf8.lexicographicallyPrecedes($1.rawValue.utf8)
      },
      begun: (begun[connection] ?? [:]).sorted { $0.value < $1.value }
        .map { RunProof.Begun(step: $0.key, attempt: $0.value) })
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
    if payload.isConfirmed == true, !findings.contains(payload.step) {
      findings.append(payload.step)
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

  /// Whether verification has passed, and what was done is there as far as is known.
  public var isVerified: Bool { verification.isVerified && losses.isEmpty }

  /// What became of the steps of a phase that changes things, those that were taken out among them.
  public func changes(in phase: Phase) -> ChangeTally {
    let records = ((runbook?.steps ?? []) + formerSteps).filter { $0.phase == phase }
    return ChangeTally(records.map { step($0.id).changeFate(of: $0.id) })
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
    /// It changes nothing, and runs again.
    case repeatable
    /// Its receipt, its probe or what it left was not looked for since the attempt was cut off; nil in
    /// journals of before it was kept what there is to look for.
    case notLookedFor(SettlementWay?)
  }

  /// - Returns: nil where the word is taken.
  public func refusal(ofWordOn record: StepRecord) -> WordRefusal? {
    let step = step(record.id)
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
    case .passed, .failed, .notApplicable, .removed, .ruledOut, .open: false
    }
  }
}

/// What the journal says of one gate.
public struct GateState: Sendable, Hashable {
  public let opened: GateOpened
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

  init(opened: GateOpened) { self.opened = opened }

  /// Accounts that approved: a name that one typed is that account's word, whatever the name.
  public var accounts: Set<String> { Set(approvers.map(\.account)) }
  public var isApproved: Bool { !isRefused && accounts.count >= opened.approvals }
  /// Who approved it, for people; empty where nobody did.
  public var approverNames: String {
    approvers.map(\.displayName).sorted {
      $0.utf8.lexicographicallyPrecedes($1.utf8)
    }.joined(separator: ", ")
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
