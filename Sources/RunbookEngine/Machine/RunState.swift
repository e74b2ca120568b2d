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
  public private(set) var started: RunStarted?
  public private(set) var startedAt: Timestamp?
  public private(set) var lastEntryAt: Timestamp?
  public private(set) var sandboxFolder: String?
  public private(set) var sandbox: SandboxPrepared?
  public private(set) var identities: [String: ConnectionIdentified] = [:]
  public private(set) var steps: [StepID: StepState] = [:]
  public private(set) var gates: [String: GateState] = [:]
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
    case .runStarted(let payload):
      started = payload
      startedAt = time
      lifecycle = .running
    case .sandboxCreated(let payload): sandboxFolder = payload.folder
    case .sandboxPrepared(let payload): sandbox = payload
    case .connectionIdentified(let payload): identities[payload.connection] = payload
    case .attemptStarted(let payload): try applyToStep(payload.step, event, at: time)
    case .stepSkipped(let payload): try applyToStep(payload.step, event, at: time)
    case .attemptFinished(let payload):
      try applyToStep(payload.step, event, at: time)
      takeResults(of: payload)
    case .gateOpened(let payload): gates[payload.gate] = GateState(opened: payload)
    case .gateDecided(let payload): gates[payload.gate]?.take(payload, by: actor)
    case .runHeld(let payload): lifecycle = .held(payload)
    case .runResumed: lifecycle = .running
    case .noteAdded(let payload): notes.append(payload)
    case .runEnded(let payload): lifecycle = .ended(payload)
    }
  }

  /// Which entries may follow:
  ///
  /// | lifecycle  | runStarted | noteAdded | runResumed, gateDecided, stepSkipped, runEnded | others |
  /// | ---------- | ---------- | --------- | ---------------------------------------------- | ------ |
  /// | notStarted | yes        | no        | no                                             | no     |
  /// | running    | no         | yes       | yes                                            | yes    |
  /// | held       | no         | yes       | yes                                            | no     |
  /// | ended      | no         | yes       | no                                             | no     |
  private func accepts(_ event: Event) -> Bool {
    switch (lifecycle, event) {
    case (.notStarted, .runStarted): true
    case (.notStarted, _), (_, .runStarted): false
    case (_, .noteAdded): true
    case (.ended, _): false
    case (.held, .runResumed), (.held, .gateDecided), (.held, .stepSkipped), (.held, .runEnded):
      true
    case (.held, _): false
    case (.running, _): true
    }
  }

  private mutating func applyToStep(
    _ id: StepID, _ event: Event, at time: Timestamp
  ) throws(StoreError) {
    guard steps[id, default: StepState()].apply(event, at: time) else { throw misplaced(event) }
  }

  private mutating func takeResults(of payload: AttemptFinished) {
    evidenceCount += payload.evidence.count
    if let map = payload.captures.mapValue {
      for (name, value) in map.pairs {
        if let name = name.stringValue { captures[name] = value }
      }
    }
    withheldCaptures.formUnion(payload.withheldCaptures)
    if payload.isConfirmed == true, !findings.contains(payload.step) {
      findings.append(payload.step)
    }
  }

  private func misplaced(_ event: Event) -> StoreError {
    StoreError(
      .damaged(sequence: 0), subject: started?.run.rawValue ?? "journal",
      "an entry '\(event.typeName)' cannot follow what is there")
  }
}

/// What the journal says of one gate.
public struct GateState: Sendable, Hashable {
  public let opened: GateOpened
  public private(set) var approvers: Set<Actor> = []
  public private(set) var isRefused = false

  init(opened: GateOpened) { self.opened = opened }

  public var isApproved: Bool { !isRefused && approvers.count >= opened.approvals }
  public var missingApprovals: Int { max(0, opened.approvals - approvers.count) }

  mutating func take(_ decision: GateDecided, by actor: Actor) {
    guard decision.digest == opened.digest else { return }
    switch decision.decision {
    case .approved: approvers.insert(actor)
    case .refused: isRefused = true
    }
  }
}
