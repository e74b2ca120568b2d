import RunbookDrill
import RunbookModel

@testable import RunbookEngine

/// A small run of every sort of step, and all that can happen to it: what its process writes, where it
/// dies, what the world answers, and what people decide.
struct RunModel {
  /// No step is tried more often: the model ends there.
  static let mostAttempts = 2

  let plan: Plan
  private let start: RunStarted
  private let machine: RunMachine
  private let movesDatabase: Bool
  private let skipsAhead: Bool

  /// A detection, a recovery with a receipt, a recovery with a probe, and a verification.
  static let steps = [
    confirmation("d"), step("r", .recovery, kind: "sql"),
    step("p", .recovery) { $0.settle = settle(done: "true") }, step("v", .verification),
  ]

  /// A recovery that nothing but a person's word settles, and that is tried again where it failed.
  static let worded = step("w", .recovery) {
    $0.retry = StepOptions.Retry(every: .seconds(1), within: nil, attempts: mostAttempts)
  }

  /// - Parameters:
  ///   - movesDatabase: whether a process that connects may find another database.
  ///   - skipsAhead: whether people leave out checks before their turn comes.
  init(_ steps: [Step] = steps, movesDatabase: Bool = false, skipsAhead: Bool = false) {
    self.movesDatabase = movesDatabase
    self.skipsAhead = skipsAhead
    var simulation = Simulation(runbook(steps, connections: [connection()]))
    simulation.effects = ["r": .mutating, "p": .mutating, "w": .mutating]
    plan = simulation.plan
    start = RunStarted(simulation.plan, simulation.options, .none)
    machine = RunMachine(plan: plan, binder: Binder(plan: plan, kinds: simulation.kinds))
  }

  /// What a process that takes the run up in this state would do.
  func command(in state: RunState) -> Command {
    var machine = machine
    return machine.decide(state, scope: RunScope(plan: plan, state: state), now: .epoch)
  }

  /// Whatever may be written next.
  func events(in state: RunState, _ command: Command) -> [Event] {
    switch state.lifecycle {
    case .notStarted: [.runStarted(start)]
    case .ended: []
    case .held: decisions(in: state) + [EventSample.runResumed.event()]
    case .running:
      decisions(in: state) + [EventSample.runResumed.event(), EventSample.runHeld.event()]
        + (outcomes(in: state) ?? consequences(of: command, in: state))
    }
  }

  /// How an attempt may end that this process performs; nil where none is in flight.
  private func outcomes(in state: RunState) -> [Event]? {
    guard let step = plan.runbook.steps.first(where: { state.step($0.id).status == .running })
    else { return nil }
    if state.step(step.id).isOrphan { return nil }
    var all = [
      EventSample.attemptSucceeded.event(about: step.id, confirms: step.id == "d")
    ]
    // What was confirmed once may not be so when it is looked at again.
    if step.id == "d", movesDatabase {
      all.append(EventSample.attemptSucceeded.event(about: step.id, confirms: false))
    }
    all += [
      EventSample.attemptFailed.event(about: step.id),
      Self.interruption(of: step.id),
    ]
    if step.phase == .verification { all.append(EventSample.attemptUnable.event(about: step.id)) }
    if step.phase.mayChange {
      all.append(EventSample.attemptUnknown.event(about: step.id))
      // Receipts are committed with the verdict: there is none that was refused.
      if step.kind != "sql" { all.append(EventSample.attemptRefused.event(about: step.id)) }
    }
    return all
  }

  private func consequences(of command: Command, in state: RunState) -> [Event] {
    switch command {
    case .prepareSandbox, .fail: return []
    case .skip(let step, let reason, let restsOn):
      return [
        .stepSkipped(
          StepSkipped(
            step: step, cause: .condition, reason: reason,
            restsOn: restsOn.isEmpty ? nil : restsOn))
      ]
    // They are stored at once, and looked at one by one.
    case .reopen(let steps): return steps.prefix(1).map(Event.stepReopened)
    case .decline(let step, _): return [Self.skip(step)]
    case .settle(let step):
      let settled: [EventSample] =
        step.phase.mayChange ? [.settledDone, .settledNotDone, .settledUnknown] : [.settledNotDone]
      return settled.map { $0.event(about: step.id) } + moves(of: step, in: state)
    case .perform(let bound, let attempt, _):
      guard attempt <= Self.mostAttempts else { return [] }
      return [Self.intent(of: bound, attempt)] + moves(of: bound.step, in: state)
    case .identify: return [EventSample.connectionIdentified.event()]
    case .openGate(let request):
      return [
        .gateOpened(
          GateOpened(
            gate: request.gate, steps: [], identities: request.identities, approvals: 1,
            question: nil, digest: .zero))
      ]
    case .ask(let gate):
      return [
        Self.decision(on: gate.gate, .approved), Self.decision(on: gate.gate, .refused),
        .runHeld(RunHeld(cause: .gate, subject: gate.gate, message: "m")),
      ]
    case .hold(let hold): return [.runHeld(hold)]
    case .end(let end): return [.runEnded(end)]
    }
  }

  /// What people may say of a run that no process performs.
  private func decisions(in state: RunState) -> [Event] {
    var all = [EventSample.runEnded.event()]
    for step in plan.runbook.steps where skipsAhead && !step.phase.mayChange {
      if state.step(step.id).status == .pending { all.append(Self.skip(step.id)) }
    }
    for (id, step) in state.steps.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      if takesWord(on: id, in: state) {
        all += [Self.word(on: id, .done), Self.word(on: id, .notDone)]
      }
      switch step.status {
      case .failed where !step.isRetryWanted:
        all += [EventSample.retryRequested.event(about: id), Self.skip(id)]
      case .unknown: all.append(Self.skip(id))
      case .running, .failed, .pending, .succeeded, .skipped: break
      }
    }
    for gate in state.gates.keys.sorted() where state.gates[gate]?.isApproved == false {
      all += [Self.decision(on: gate, .approved), Self.decision(on: gate, .refused)]
    }
    return all
  }

  private func takesWord(on id: StepID, in state: RunState) -> Bool {
    guard let step = plan.runbook.steps.first(where: { $0.id == id }) else { return false }
    let record = StepRecord(
      id: id, title: step.title, phase: step.phase, kind: step.kind, line: 1, captures: [])
    return state.refusal(ofWordOn: record) == nil
  }

  /// A process that connects may find another database than there was.
  private func moves(of step: Step, in state: RunState) -> [Event] {
    guard movesDatabase, step.kind == "sql", state.contested.isEmpty,
      let known = state.identities["main"]?.identity.databaseOID
    else { return [] }
    return [.connectionIdentified(EventSample.identity("main", databaseOID: known == 1 ? 2 : 1))]
  }

  private static func intent(of bound: BoundStep, _ attempt: Int) -> Event {
    .attemptStarted(
      AttemptStarted(
        step: bound.step.id, attempt: attempt, effect: bound.activity.effect,
        isEffectDeclared: false, connection: bound.activity.connection, work: [],
        settledBy: bound.settledBy))
  }

  private static func interruption(of step: StepID) -> Event {
    .attemptFinished(
      AttemptFinished(
        step: step, attempt: 1, outcome: .failed, result: .map(ValueMap()),
        failure: FailureRecord(cause: .interrupted, message: "stopped"), elapsedMicroseconds: 0))
  }

  private static func decision(on gate: String, _ decision: GateDecided.Decision) -> Event {
    .gateDecided(GateDecided(gate: gate, decision: decision, means: .terminal, digest: .zero))
  }

  private static func skip(_ step: StepID) -> Event {
    .stepSkipped(StepSkipped(step: step, cause: .decision, reason: "r"))
  }

  private static func word(on step: StepID, _ settlement: Settlement) -> Event {
    .attemptSettled(
      AttemptSettled(
        step: step, attempt: 1, settlement: settlement, means: .word, detail: "looked"))
  }
}
