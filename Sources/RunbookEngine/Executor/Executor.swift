public import RunbookModel

/// What the executor acts through.
public struct EnginePorts: Sendable {
  public let journal: any Journal
  public let kinds: [any StepKind]
  public let gateway: any ConnectionGateway
  public let sandboxes: any SandboxProvider
  public let person: any Operator
  public let observer: any RunObserver
  public let clock: any EngineClock
  /// Of a sandbox; nil is nobody.
  public let witness: (any SandboxWitness)?
  /// Nil where no other runs are known of.
  public let neighbours: (any RunNeighbours)?

  public init(
    journal: any Journal, kinds: [any StepKind], gateway: any ConnectionGateway,
    sandboxes: any SandboxProvider, person: any Operator, observer: any RunObserver,
    clock: any EngineClock, witness: (any SandboxWitness)? = nil,
    neighbours: (any RunNeighbours)? = nil
  ) {
    self.neighbours = neighbours
    self.journal = journal
    self.kinds = kinds
    self.gateway = gateway
    self.sandboxes = sandboxes
    self.person = person
    self.observer = observer
    self.clock = clock
    self.witness = witness
  }
}

/// Carries a plan out: decides, makes the intent durable, performs, and takes what came of it in.
///
/// Events wait in `pending` until something is about to happen outside; then all of them become durable
/// in one write, so that a step's outcome and the next step's intent cost one.
public struct Executor: ~Copyable {
  let plan: Plan
  let ports: EnginePorts
  let options: RunOptions
  let redactor: Redactor
  let binder: Binder
  var machine: RunMachine
  public internal(set) var state: RunState
  var pending: [Event] = []
  var pendingSince: Timestamp?
  /// Of the last entry that is known to be durable.
  var sequence: Int64 = 0
  var transientCaptures: [String: Value] = [:]
  var sandbox: (any RunningSandbox)?
  var configuredConnections: Set<String> = []
  /// Connections whose identity this process has seen.
  var seenConnections: Set<String> = []
  /// By connection: when the server was started that this process has seen there last.
  var seenStarts: [String: Timestamp] = [:]
  var preparedReceipts: Set<String> = []
  /// Gates that `--approve` has approved in this process.
  var approvedByFlag: Set<String> = []
  /// By gate: the digest of what this process has shown of it.
  var shownGates: [String: Digest] = [:]
  /// Whether this process has looked at all databases over new sessions, and has done nothing else since.
  var hasLooked = false
  /// What was ended of earlier processes, and is not in the journal yet.
  var endings: [ProcessesEnded] = []
  /// By gate and connection: when this process last looked who else is at work there since the gate was approved.
  var looksBeside: [String: Duration] = [:]
  /// Evidence of what was found out for a person's word, which is stored with that.
  var unstoredEvidence = 0
  /// When this process began, by both clocks.
  private let began: (now: Timestamp, uptime: Duration)

  public init(plan: Plan, ports: EnginePorts, options: RunOptions) {
    let redactor = Redactor(secrets: plan.secrets)
    var options = options
    options.actor = redactor.redact(options.actor)
    self.plan = plan
    self.ports = ports
    self.options = options
    self.redactor = redactor
    binder = Binder(plan: plan, kinds: ports.kinds)
    machine = RunMachine(plan: plan, binder: binder)
    state = RunState()
    began = (ports.clock.now(), ports.clock.uptime())
  }

  /// The time for deadlines: what was done to the wall clock since this process began does not move it.
  var steadyNow: Timestamp {
    began.now.adding(ports.clock.uptime() - began.uptime) ?? ports.clock.now()
  }

  /// Runs until the run has ended or is held.
  ///
  /// - Throws: `StoreError` when the journal cannot be written; nothing is performed after that (L9).
  public mutating func run() async throws(StoreError) {
    try queue(.runStarted(RunStarted(plan, options, redactor, kinds: ports.kinds)))
    for event in options.opening { try queue(event) }
    if !plan.isSandbox { try await letWitnessBegin() }
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
    state = try RunState(replaying: entries)
    sequence = entries.last?.sequence ?? 0
    for event in decisions { try queue(event) }
    let outdated =
      change == nil ? [:] : plan.outdated(in: state, binder, options.key, ports.kinds)
    try queue(
      .runResumed(
        RunResumed(
          host: options.host, approvals: options.approvals.sorted(),
          toolVersion: options.toolVersion, generation: options.generation, takenFrom: takenFrom,
          reason: reason, change: change)))
    for reopened in state.reopenings(of: outdated) { try queue(.stepReopened(reopened)) }
    try await goOn(isTakenUp: true)
  }

  private mutating func goOn(isTakenUp: Bool = false) async throws(StoreError) {
    do throws(StoreError) {
      if plan.isSandbox, state.sandbox != nil { try await restartSandbox() }
      if isTakenUp {
        try await lookAtDatabases()
        try await lookBehindWords()
      }
      while case .running = state.lifecycle {
        if Task.isCancelled {
          try queue(.runHeld(interruption))
        } else {
          try await carryOut(machine.decide(state, scope: scope, now: steadyNow))
        }
      }
      try await flush()
    } catch {
      await leaveWorld()
      throw error
    }
    await leaveWorld()
  }

  var scope: RunScope {
    var scope = RunScope(plan: plan, state: state)
    scope.transientCaptures = transientCaptures
    return scope
  }

  private mutating func carryOut(_ command: Command) async throws(StoreError) {
    let hadLooked = hasLooked
    hasLooked = false
    switch command {
    case .prepareSandbox:
      try await prepareSandbox()
    case .skip(let step, let reason, let restsOn):
      try queue(
        .stepSkipped(
          StepSkipped(
            step: step, cause: .condition, reason: reason, definition: definition(of: step),
            restsOn: restsOn.isEmpty ? nil : restsOn)))
    case .reopen(let steps):
      for step in steps {
        forgetCaptures(of: step.step)
        try queue(.stepReopened(step))
      }
    case .decline(let step, let refusal):
      // It is the word of who refused, whoever carries the run out by now.
      let why = refusal?.reason.map { ": \($0)" } ?? ""
      try queue(
        .stepSkipped(
          StepSkipped(
            step: step, cause: .decision, reason: StepSkipped.refusedGate + why,
            decider: refusal.flatMap { $0.actor == options.actor ? nil : $0.actor })))
    case .fail(let step, let failure):
      try failUnperformed(step, failure)
    case .settle(let step):
      try await settle(step)
    case .perform(let bound, let attempt, let notBefore):
      try await perform(bound, attempt: attempt, notBefore: notBefore)
    case .identify(let connection):
      try await identify(connection)
    case .openGate(let request):
      try await open(request)
    case .ask(let gate):
      try await ask(gate)
    case .hold(let hold):
      try queue(.runHeld(hold))
    case .end(let end):
      // What is found there may be no reason to end.
      guard hadLooked else { return try await look(before: end) }
      try await letWitnessCompare()
      try queue(.runEnded(end))
    }
  }

  /// Looks where the run's connections lead before it ends on what was seen there. A session that is open shows nothing
  /// of where its URL leads by now: it is asked over new ones, and what is in the way of that is said, or held by where
  /// nothing but what was seen there ends the run.
  private mutating func look(before end: RunEnded) async throws(StoreError) {
    switch end.status {
    case .undetermined, .abandoned, .practised: hasLooked = true
    case .resolved, .unverified, .failed: try await lookAtDatabases(anew: true)
    case .notConfirmed:
      hasLooked = true
      let present = Set(plan.runbook.connections.map(\.name))
      for name in state.identities.keys.sorted() where present.contains(name) {
        try await flush()
        forget(name)
        switch await prepareConnection(name) {
        case .ready: continue
        case .contested: return
        case .obstacle(let failure):
          guard failure.cause != .interrupted else { return try queue(.runHeld(interruption)) }
          return try queue(
            .runHeld(
              RunHeld(
                cause: .obstacle, subject: name,
                message:
                  "connection '\(name)' cannot be looked at, and the run would end on what it "
                  + "saw there: \(redactor.redact(failure.message))")))
        }
      }
    }
  }

  private mutating func letWitnessCompare() async throws(StoreError) {
    guard let witness = ports.witness, let sandbox else { return }
    try await flush()
    for event in await witness.isEnding(sandbox.url) { try queue(event) }
  }

  /// Takes an event in; it is durable with the next `flush`.
  mutating func queue(_ event: Event) throws(StoreError) {
    let time = pendingSince ?? ports.clock.now()
    let redacted = redactor.redact(event)
    try state.apply(redacted, at: time, by: options.actor)
    pendingSince = time
    pending.append(redacted)
  }

  /// Makes all that was queued durable, in one write.
  mutating func flush() async throws(StoreError) {
    guard !pending.isEmpty, let time = pendingSince else { return }
    let entries: [Entry]
    ports.observer.observe(storing: happened)
    do throws(StoreError) {
      let (journal, pending, actor) = (ports.journal, pending, options.actor)
      entries = try await patiently { () async throws(StoreError) in
        try await journal.append(pending, by: actor, at: time)
      }
    } catch {
      let unstored = happened
      ports.observer.observe(storing: [])
      ports.observer.observe(unstored: unstored)
      throw error
    }
    ports.observer.observe(storing: [])
    pending.removeAll(keepingCapacity: true)
    pendingSince = nil
    let isAlone = entries.first?.sequence == sequence + 1
    sequence = entries.last?.sequence ?? sequence
    for entry in entries { ports.observer.observe(entry) }
    // Somebody wrote a note or decided on a gate meanwhile: state is the replay of what is stored (L3).
    guard !isAlone else { return }
    let journal = ports.journal
    let all = try await patiently { () async throws(StoreError) in try await journal.entries() }
    state = try RunState(replaying: all)
  }

  /// What waits to be stored and has happened: an intent that was not stored was not carried out.
  private var happened: [Event] {
    pending.filter { if case .attemptStarted = $0 { false } else { true } }
  }

  /// Reads the journal again: somebody may have decided on something from elsewhere.
  mutating func takeInOthers() async throws(StoreError) {
    try await flush()
    let journal = ports.journal
    let all = try await patiently { () async throws(StoreError) in try await journal.entries() }
    // What another process has made of the run is no longer this one's.
    try journal.checkLease()
    let new = all.filter { $0.sequence > sequence }
    guard let last = new.last else { return }
    sequence = last.sequence
    state = try RunState(replaying: all)
    for entry in new { ports.observer.observe(entry) }
  }

  /// How often a journal that another process holds is tried once the run is to stop.
  private static let lastTries = 5

  /// Tries until no other process holds the journal: what came of a step must not be lost because somebody
  /// looks into the file. An interruption ends that; nothing is performed meanwhile.
  private func patiently<Answer: Sendable>(
    _ body: () async throws(StoreError) -> Answer
  ) async throws(StoreError) -> Answer {
    let wasInterrupted = Task.isCancelled
    var tries = 0
    while true {
      do throws(StoreError) {
        return try await body()
      } catch {
        guard case .busy = error.cause else { throw error }
        tries += 1
        if tries == 1 {
          ports.observer.observe(
            progress: "Another process holds the journal; waiting for it (Ctrl-C gives up)")
        }
        guard wasInterrupted ? tries < Self.lastTries : !Task.isCancelled else { throw error }
        // Interrupted, it is tried once more: what cuts the pause short is seen above.
        try? await ports.clock.sleep(for: .milliseconds(200))
      }
    }
  }

  /// Makes an outcome that waits durable, before something that may take long and is no attempt, such
  /// as connecting: a crash then must not make it unknown.
  mutating func flushOutcome() async throws(StoreError) {
    let isWaiting = pending.contains { if case .attemptFinished = $0 { true } else { false } }
    if isWaiting { try await flush() }
  }

  private mutating func failUnperformed(_ step: StepID, _ failure: FailureRecord) throws(StoreError)
  {
    try queue(
      .attemptStarted(
        AttemptStarted(
          step: step, attempt: state.step(step).attempts + 1, effect: .undetermined,
          isEffectDeclared: false, connection: nil, work: [], definition: definition(of: step))))
    try finish(step, outcome: .failed, failure: failure)
  }

  /// Of the step as it stands in the runbook.
  func definition(of id: StepID) -> Digest? {
    plan.runbook.steps.first { $0.id == id }.map {
      StepDefinition(of: $0, binder).digest(options.key)
    }
  }

  /// Forgets what only this process knows of what a step captured.
  mutating func forgetCaptures(of id: StepID) {
    guard !transientCaptures.isEmpty else { return }
    for owned in plan.captures where owned.step == id {
      transientCaptures[owned.capture.name] = nil
    }
  }

  mutating func finish(
    _ step: StepID, outcome: Outcome, failure: FailureRecord?, workDone: [WorkDone]? = nil
  ) throws(StoreError) {
    try queue(
      .attemptFinished(
        AttemptFinished(
          step: step, attempt: state.step(step).attempts, outcome: outcome,
          result: .map(ValueMap()), failure: failure.map { redactor.redact($0) },
          elapsedMicroseconds: 0, workDone: workDone)))
  }

  var interruption: RunHeld {
    let unknown = plan.runbook.steps.first { state.step($0.id).status == .unknown }
    let open = unknown.map {
      "; it is not known whether step '\($0.id)' took effect: 'resume' finds out, or holds where nothing can tell"
    }
    return RunHeld(
      cause: .interruption, subject: nil, message: "the run was interrupted" + (open ?? ""))
  }

  /// Closes what this process holds open. A sandbox's data goes when its run has ended.
  private mutating func leaveWorld() async {
    // Its end is stored by now.
    if case .ended = state.lifecycle, pending.isEmpty { await markEnd() }
    await ports.gateway.close()
    await sandbox?.stop()
    guard case .ended = state.lifecycle, let folder = sandbox?.folder else { return }
    do throws(StepFailure) {
      try await ports.sandboxes.remove(folder: folder)
    } catch {
      ports.observer.observe(
        progress: redactor.redact("The sandbox is still there: \(error.record.message)"))
    }
  }
}
