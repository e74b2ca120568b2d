import RunbookDrill
import RunbookModel

@testable import RunbookEngine

/// A run of a runbook in a simulated world.
struct Simulation {
  var runbook: Runbook
  var inputs: [ResolvedInput] = []
  var targets: [ConnectionTarget] = []
  var isSandbox = false
  var outcomes: [StepID: [SimulatedOutcome]] = [:]
  var effects: [StepID: Effect] = [:]
  var settlements: [StepID: SimulatedSettlement] = [:]
  /// What a step's `settle:` brings back, by the attempt that it is about.
  var probes: [StepID: [SimulatedOutcome]] = [:]
  var whilePerforming: @Sendable (AttemptContext) async -> Void = { _ in }
  var surroundings: @Sendable () -> [Surrounding] = { [] }
  var journal = MemoryJournal()
  var gateway = SimulatedGateway()
  var sandboxes = SimulatedSandboxes()
  var person = SimulatedOperator()
  var witness: (any SandboxWitness)?
  var neighbours: (any RunNeighbours)?
  var observer = RecordingObserver()
  var clock = ManualClock()
  var options = RunOptions(
    run: RunID(rawValue: "r1"), actor: Actor(account: "ann"), host: "host", toolVersion: "0",
    runFolder: "/nowhere")

  /// Steps that are not named succeed once, with nothing in their result; checks whenever they are made again.
  init(_ steps: [Step], outcomes: [String: [SimulatedOutcome]] = [:]) {
    self.init(RunbookEngineTests.runbook(steps), outcomes: outcomes)
  }

  init(_ runbook: Runbook, outcomes: [String: [SimulatedOutcome]] = [:]) {
    self.runbook = runbook
    let sandboxSteps = (runbook.sandbox?.fixture ?? []) + (runbook.sandbox?.fault ?? [])
    for step in runbook.steps + sandboxSteps {
      let times = step.phase == .verification ? 3 : 1
      self.outcomes[step.id] =
        outcomes[step.id.rawValue] ?? Array(repeating: .success, count: times)
    }
    targets = runbook.connections.map {
      ConnectionTarget(connection: $0, url: $0.url.text, display: "h/db", secrets: [])
    }
  }

  var kinds: [any StepKind] {
    [("shell", false), ("sql", true)].map { name, usesConnection in
      SimulatedKind(
        Self.spec(name, usesConnection: usesConnection), outcomes: outcomes, effects: effects,
        settlements: settlements, whilePerforming: whilePerforming, surroundings: surroundings)
    } + [
      SimulatedKind(Self.spec("probe", usesConnection: false), outcomes: probes),
      SimulatedKind(
        Self.spec("manual", usesConnection: false, asksAPerson: true), outcomes: outcomes),
    ]
  }

  static func spec(
    _ name: String, usesConnection: Bool, asksAPerson: Bool = false
  ) -> KindSpec {
    KindSpec(
      name, .shorthand(key: "text", [FieldSpec("text", .template, "What runs.")]),
      results: [ResultSpec("stdout", "string", "What it printed.")],
      usesConnection: usesConnection, keepsReceipts: usesConnection,
      work: WorkSpec(WorkItem.Language(rawValue: name) ?? .text, in: ["text"]),
      asksAPerson: asksAPerson,
      "A simulated kind.")
  }

  var plan: Plan {
    Plan(
      runbook: runbook, inputs: inputs, targets: targets, environment: [:], isSandbox: isSandbox)
  }

  var ports: EnginePorts {
    EnginePorts(
      journal: journal, kinds: kinds, gateway: gateway, sandboxes: sandboxes, person: person,
      observer: observer, clock: clock, witness: witness, neighbours: neighbours)
  }

  /// Carries the run out, and gives the state that it came to.
  @discardableResult
  func run() async throws(StoreError) -> RunState {
    var executor = Executor(plan: plan, ports: ports, options: options)
    try await executor.run()
    return executor.state
  }

  /// Takes the run up again, in a process of its own: nothing but the journal is left of the first.
  @discardableResult
  func resume(
    decisions: [Event] = [], takenFrom: String? = nil, change: PlanChange? = nil
  ) async throws(StoreError) -> RunState {
    var executor = Executor(plan: plan, ports: ports, options: options)
    try await executor.resume(
      from: journal.stored, decisions: decisions, takenFrom: takenFrom, change: change)
    return executor.state
  }

  /// What is durable, one word an entry: `attemptStarted check#1`, `runEnded resolved`.
  var history: [String] { journal.stored.map(\.event.summary) }
}

extension Event {
  /// The event in a few words, for comparisons.
  var summary: String {
    switch self {
    case .attemptStarted(let event): "started \(event.step)#\(event.attempt)"
    case .attemptFinished(let event): "\(event.outcome.rawValue) \(event.step)#\(event.attempt)"
    case .stepSkipped(let event): "skipped \(event.step)"
    case .stepReopened(let event): "reopened \(event.step)"
    case .gateOpened(let event): "opened \(event.gate)"
    case .gateDecided(let event): "\(event.decision.rawValue) \(event.gate)"
    case .runHeld(let event): "held \(event.cause.rawValue) \(event.subject ?? "-")"
    case .runEnded(let event): "ended \(event.status.rawValue)"
    case .connectionIdentified(let event): "identified \(event.connection)"
    case .attemptSettled(let event):
      "settled \(event.step)#\(event.attempt) \(event.settlement.rawValue) by \(event.means.rawValue)"
    case .retryRequested(let event): "retry \(event.step)"
    default: typeName
    }
  }
}

extension RunState {
  var endStatus: RunEnded.Status? {
    if case .ended(let end) = lifecycle { end.status } else { nil }
  }

  var hold: RunHeld? {
    if case .held(let hold) = lifecycle { hold } else { nil }
  }
}

/// A detection step that confirms the incident, which recovery needs.
func confirmation(_ id: String = "detect") -> Step {
  step(id, .detection) { $0.confirms = source("true") }
}
