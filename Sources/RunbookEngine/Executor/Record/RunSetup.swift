import RunbookModel

/// What a run is carried out with. Nothing of it changes.
struct RunSetup {
  let plan: Plan
  let options: RunOptions
  let redactor: Redactor
  let kinds: [any StepKind]
  let binder: Binder
  /// For what it says of gates; the executor's own remembers how far the run has come.
  let machine: RunMachine
  let observer: any RunObserver
  let clock: any EngineClock
  /// When this process began, by both clocks.
  private let began: (now: Timestamp, uptime: Duration)

  init(_ plan: Plan, _ ports: EnginePorts, _ options: RunOptions) {
    let redactor = Redactor(secrets: plan.secrets)
    var options = options
    options.actor = redactor.redact(options.actor)
    self.plan = plan
    self.options = options
    self.redactor = redactor
    kinds = ports.kinds
    binder = Binder(plan: plan, kinds: ports.kinds)
    machine = RunMachine(plan: plan, binder: binder)
    observer = ports.observer
    clock = ports.clock
    began = (ports.clock.now(), ports.clock.uptime())
  }

  /// The time for deadlines: what was done to the wall clock since this process began does not move it.
  var steadyNow: Timestamp {
    began.now.adding(clock.uptime() - began.uptime) ?? clock.now()
  }

  /// Whether all is approved unseen, as a sandbox allows: then nothing is held against what was seen.
  var approvesUnseen: Bool { options.approvesAll && plan.isSandbox }

  func step(_ id: StepID) -> Step? { plan.runbook.steps.first { $0.id == id } }

  /// Of a step as it stands in the runbook.
  func definition(of step: Step) -> Digest { StepDefinition(of: step, binder).digest(options.key) }

  func definition(of id: StepID) -> Digest? { step(id).map { definition(of: $0) } }

  /// Tells people what is done outside of any step.
  func tell(_ progress: String) { observer.observe(progress: progress) }
}
