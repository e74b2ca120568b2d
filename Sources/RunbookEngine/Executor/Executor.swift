public import RunbookModel

/// Carries a plan out: decides, makes the intent durable, performs, and takes what came of it in.
///
/// Each piece of state has one owner, a class whose fields are private; what has no state is a struct. Who needs whom
/// goes one way, as the folders do, and `scripts/check-folders.py` refuses another:
///
///     Record        RunRecord: state, events that wait, secret captures, the journal; RunSetup: what never changes
///     Connections   RunConnections: where connections lead, what was asked there, the gateway    ← Record
///     Settlement    RemnantWait: what was ended; Settler, WordCheck: how attempts are settled    ← Connections
///     Gates         GateKeeper, ApprovalCheck: what was shown, and is held against what runs     ← Settlement
///     Sandbox       SandboxMaker: the sandbox that runs                                          ← Connections
///     Performer     none: has all of them do their part of an attempt                            ← Gates
///     Executor      the machine: how far the run has come                                        ← all of them
///
/// `Fence` is made of the same, up to Settlement: it looks at a run that is held.
public struct Executor: ~Copyable {
  private let setup: RunSetup
  private let record: RunRecord
  private let connections: RunConnections
  private let databases: DatabaseLook
  private let settler: Settler
  private let words: WordCheck
  private let gates: GateKeeper
  private let sandbox: SandboxMaker
  private let performer: Performer
  private var machine: RunMachine
  /// Whether all databases were looked at over new sessions, and nothing else was done since.
  private var hasLooked = false

  public init(plan: Plan, ports: EnginePorts, options: RunOptions) {
    setup = RunSetup(plan, ports, options)
    record = RunRecord(setup, ports.journal)
    connections = RunConnections(setup, record, ports.gateway)
    databases = DatabaseLook(setup, record, connections)
    let attempts = RunAttempts(setup, record)
    let probes = Probes(setup, record, connections)
    let remnants = RemnantWait(setup, record, ports.person)
    settler = Settler(setup, record, connections, attempts, probes, remnants)
    words = WordCheck(setup, record, settler)
    let others = OtherRuns(setup, record, connections, ports.neighbours)
    let seals = ApprovalSeals(setup, record, probes)
    let contents = GateContents(setup, record, connections, others, seals)
    gates = GateKeeper(setup, record, contents, seals, ports.person)
    let approvals = ApprovalCheck(setup, record, connections, others, seals, gates)
    sandbox = SandboxMaker(setup, record, connections, attempts, ports.sandboxes, ports.witness)
    performer = Performer(
      setup, record, connections, attempts, probes, approvals, ports.person)
    machine = setup.machine
  }

  /// How the run stands, by what is stored and what waits to be.
  public var state: RunState { record.state }

  /// Runs until the run has ended or is held.
  ///
  /// - Throws: `StoreError` when the journal cannot be written; nothing is performed after that (L9).
  public mutating func run() async throws(StoreError) {
    try record.queue(
      .runStarted(RunStarted(setup.plan, setup.options, setup.redactor, kinds: setup.kinds)))
    for event in setup.options.opening { try record.queue(event) }
    if !setup.plan.isSandbox { try await sandbox.letWitnessBegin() }
    try await goOn()
  }

  /// Goes on with a run that is held, or whose process died, until it has ended or is held again.
  ///
  /// - Parameters:
  ///   - entries: the run's journal.
  ///   - decisions: what the person who resumes it has decided, such as to skip a step.
  ///   - takenFrom: who was made to stop.
  ///   - reason: why, as the person says.
  ///   - change: what differs from the plan that the run began with, and was accepted.
  /// - Throws: as `run`, and `damaged` when a decision does not fit the run's state.
  public mutating func resume(
    from entries: [Entry], decisions: [Event] = [], takenFrom: String? = nil,
    reason: String? = nil, change: PlanChange? = nil
  ) async throws(StoreError) {
    let options = setup.options
    try record.take(entries)
    for event in decisions { try record.queue(event) }
    let outdated =
      change == nil
      ? [:] : setup.plan.outdated(in: state, setup.binder, options.key, setup.kinds)
    try record.queue(
      .runResumed(
        RunResumed(
          host: options.host, approvals: options.approvals.sorted(),
          toolVersion: options.toolVersion, generation: options.generation, takenFrom: takenFrom,
          reason: reason, change: change)))
    for reopened in state.reopenings(of: outdated) { try record.queue(.stepReopened(reopened)) }
    try await goOn(isTakenUp: true)
  }

  private mutating func goOn(isTakenUp: Bool = false) async throws(StoreError) {
    do throws(StoreError) {
      try await sandbox.restart()
      if isTakenUp {
        try await databases.look(anew: false)
        try await words.lookBehindWords()
      }
      while case .running = state.lifecycle {
        if Task.isCancelled {
          try record.holdInterrupted()
        } else {
          try await carryOut(machine.decide(state, scope: record.scope, now: setup.steadyNow))
        }
      }
      try await record.flush()
    } catch {
      await leaveWorld()
      throw error
    }
    await leaveWorld()
  }

  private mutating func carryOut(_ command: Command) async throws(StoreError) {
    let hadLooked = hasLooked
    hasLooked = false
    switch command {
    case .prepareSandbox: try await sandbox.make()
    case .skip(let step, let reason, let restsOn):
      try record.queue(
        .stepSkipped(
          StepSkipped(
            step: step, cause: .condition, reason: reason,
            definition: setup.definition(of: step),
            restsOn: restsOn.isEmpty ? nil : restsOn)))
    case .reopen(let steps):
      for step in steps {
        record.forgetCaptures(of: step.step)
        try record.queue(.stepReopened(step))
      }
    case .decline(let step, let refusal): try decline(step, refusal)
    case .fail(let step, let failure): try performer.fail(step, failure)
    case .settle(let step): try await settler.settle(step)
    case .perform(let bound, let attempt, let notBefore):
      try await performer.perform(bound, attempt: attempt, notBefore: notBefore)
    case .identify(let connection): try await connections.identify(connection)
    case .openGate(let request): try await gates.open(request)
    case .ask(let gate): try await gates.ask(gate)
    case .hold(let hold): try record.queue(.runHeld(hold))
    case .end(let end):
      guard hadLooked else {
        // What is found there may be no reason to end.
        hasLooked = true
        return try await databases.look(before: end)
      }
      try await sandbox.letWitnessCompare()
      try record.queue(.runEnded(end))
    }
  }

  private func decline(_ step: StepID, _ refusal: GateState.Refusal?) throws(StoreError) {
    // It is the word of who refused, whoever carries the run out by now.
    let why = refusal?.reason.map { ": \($0)" } ?? ""
    try record.queue(
      .stepSkipped(
        StepSkipped(
          step: step, cause: .decision, reason: StepSkipped.refusedGate + why,
          decider: refusal.flatMap { $0.actor == setup.options.actor ? nil : $0.actor })))
  }

  /// Closes what this process holds open.
  private func leaveWorld() async {
    if record.isEndStored { await connections.markEnd() }
    await connections.close()
    await sandbox.leave()
  }
}
