import ArgumentParser
import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookStore
import RunbookSyntax

/// Takes a run up again: the plan as it was, or with changes that are accepted.
struct RunTakeUp {
  let held: HeldRun
  let options: ResumptionOptions
  /// Whether a person says that what cannot be reached is gone for good.
  var isUnreachable = false
  /// Why the run is taken over.
  var reason: String?

  /// Goes on with the run.
  ///
  /// - Parameters:
  ///   - decisions: what the person decided of it.
  ///   - force: whether the lease is taken from a process that lives.
  func go(decisions: [Event] = [], force: Bool = false) async throws {
    let drill = held.drill
    if let drill, drill.started?.mode ?? .talk == .talk {
      try held.refuse(
        "run \(held.id) is a drill (talk): none of its steps may really be carried out",
        hints: ["to go on with the drill: \(held.commands(.drillResume))"])
    }
    if !force { try held.refuseCarriedOut() }
    let (plan, change, world) = try plan()
    try GateNames(of: plan.runbook).check(
      options.execution.approve, opened: Array(held.state.gates.keys), held.console)
    try ReportsFolder.check(options.execution.reports, held.surroundings, held.console)
    try refuseApproveAll(of: plan, world)
    if change != nil { try refuseChanges(to: plan, held.state) }
    let (lease, takenFrom) = try held.takeLease(as: options.execution.actor.name, force: force)
    if let takenFrom {
      held.console.printError("The run was taken from \(takenFrom.description).")
    }
    let (entries, state) = try await standing()
    // Until the lease was ours something may have been done.
    if change != nil { try refuseChanges(to: plan, state) }
    let decisions = try await fenced(decisions, entries, plan, lease)
    var resumption = RunSession.Resumption(entries: entries, state: state)
    // What a drill's clock did while nobody carried the run out, nobody can tell.
    let isCutOff = state.lifecycle == .running && drill?.lifecycle == .running
    resumption.decisions =
      (isCutOff ? drill.map(DrillMachine.takeUp) ?? [] : []).map(Event.drill) + decisions
    resumption.takenFrom = takenFrom?.description
    resumption.reason = reason
    resumption.change = change
    resumption.terminatesRemnants = options.terminate
    resumption.fencesFormer = force
    try await RunSession(
      run: held.id, plan: plan, journal: held.journal, lease: lease, folder: held.folder,
      options: options.execution, surroundings: surroundings, console: held.console,
      drill: drill?.started, world: world
    ).carryOut(.resumption(resumption))
  }

  /// Nothing is taken from a process before all that can be refused has been looked at.
  private func refuseApproveAll(of plan: Plan, _ world: SimulatedWorld?) throws {
    guard options.execution.approveAll, !plan.isSandbox, world == nil else { return }
    try held.refuse("--approve-all is only for a sandbox or a simulation")
  }

  private func refuseChanges(to plan: Plan, _ state: RunState) throws {
    try refuseStrandings(by: plan, state)
    try refuseUnsettledChanges(of: plan, state)
    try refuseRepetitions(by: plan, state)
  }

  /// What is not settled is settled by what was recorded of it: the runbook must still have that.
  private func refuseUnsettledChanges(of plan: Plan, _ state: RunState) throws {
    let objections = plan.objections(
      to: state, kinds: Composition.checkingKinds(),
      key: RunStore.key(inRunFolder: held.folder))
    guard objections.isEmpty else {
      for objection in objections { held.console.printError("error: \(objection)") }
      try held.refuse(
        "the change cannot be accepted before that is settled",
        hints: [
          "put the step back as it was, and: \(held.commands(.resume))",
          "what nothing can settle, a person says: "
            + held.commands(.resolve, "STEP --done --reason TEXT") + "  (or --not-done)",
        ], .invalidRunbook)
    }
  }

  /// What was done must stay where it can be looked for.
  private func refuseStrandings(by plan: Plan, _ state: RunState) throws {
    let objections = plan.strandings(of: state)
    guard !objections.isEmpty else { return }
    for objection in objections { held.console.printError("error: \(objection)") }
    try held.refuse(
      "the change cannot be accepted: what was done could not be looked for any more",
      hints: ["leave the connection as it was; another one beside it is no harm"],
      .invalidRunbook)
  }

  /// What is done is not done again under another name, unless a person names it.
  private func refuseRepetitions(by plan: Plan, _ state: RunState) throws {
    let ids = plan.runbook.steps.map(\.id.rawValue)
    for name in options.perform where !ids.contains(where: { $0.isIdentical(to: name) }) {
      try held.refuse("the runbook has no step '\(name)' to be performed", .usage)
    }
    let doubts = plan.doubts(
      about: state, kinds: Composition.checkingKinds(), key: RunStore.key(inRunFolder: held.folder)
    ).filter {
      !($0.mayBeNamed && options.perform.contains($0.step.rawValue))
    }
    guard !doubts.isEmpty else { return }
    for doubt in doubts { held.console.printError("error: \(doubt.why)") }
    let named = doubts.filter(\.mayBeNamed).map { " --perform \($0.step)" }.joined()
    try held.refuse(
      "the change cannot be accepted as it is: what is done is neither done again nor made another",
      hints: ["a step that is done keeps its id: give it back, or take the new step out"]
        + (named.isEmpty
          ? []
          : ["where it is other work that is wanted all the same: --accept-changes\(named)"]),
      .invalidRunbook)
  }

  /// A step that is left out must not take effect afterwards, nor have done so.
  private func fenced(
    _ decisions: [Event], _ entries: [Entry], _ plan: Plan, _ lease: Lease
  ) async throws -> [Event] {
    var all: [Event] = []
    for decision in decisions {
      guard case .stepSkipped(let skip) = decision else {
        all.append(decision)
        continue
      }
      let fence = RunFence(
        held: held, lease: lease, name: options.execution.actor.name,
        isUnreachable: isUnreachable, terminates: options.terminate)
      let finding = try await fence.look(
        at: [skip.step], entries, plan: plan, for: "nothing was skipped")
      if let done = finding.done {
        try held.refuse(
          "step '\(skip.step)' cannot be skipped: it is done; \(done.detail)",
          hints: ["to take it as done and go on: \(held.commands(.resume))"])
      }
      all += finding.settled.map(Event.attemptSettled)
      all.append(
        .stepSkipped(
          StepSkipped(
            step: skip.step, cause: skip.cause, reason: finding.reason(skip.reason),
            isUnlooked: finding.isUnlooked)))
    }
    return all
  }

  private var surroundings: Surroundings {
    let isConfined = held.state.started?.isSandbox == true || held.drillMode == .simulate
    return isConfined ? held.surroundings.confined() : held.surroundings
  }

  /// How the run stands once nobody else can go on with it: whoever held it until now may have ended it.
  private func standing() async throws -> ([Entry], RunState) {
    do throws(StoreError) {
      let entries = try await held.journal.entries()
      let state = try RunState(replaying: entries)
      try HeldRun.refuseEnded(held.id, state)
      return (entries, state)
    } catch {
      try held.console.fail(error)
    }
  }

  private func plan() throws -> (Plan, PlanChange?, SimulatedWorld?) {
    guard let started = held.state.started, let record = held.state.runbook else {
      try held.refuse("the run has not begun")
    }
    let runbook = try runbook(record)
    let world = try world(of: runbook)
    let plan = try world?.plan ?? plan(of: runbook, started)
    let key = RunStore.key(inRunFolder: held.folder)
    let variables = plan.changedVariables(
      since: held.state.environment, key, kinds: Composition.checkingKinds())
    let isAsItWas = held.state.planFingerprint.map { plan.fits($0, key) } ?? false
    if isAsItWas, variables.isEmpty { return (plan, nil, world) }
    var blocks = variables.map(Self.difference)
    var others: [String] = []
    if !isAsItWas {
      let (text, names) = differences(of: plan, from: record)
      blocks.insert(text, at: 0)
      others = names
    }
    let difference = blocks.joined(separator: "\n")
    held.console.printError("\(block: difference)")
    guard options.acceptChanges else {
      if isAsItWas { try refuse(variables) }
      try held.refuse(
        "\(others.joined(separator: ", and ")) is not what the run began with",
        hints: ["with it set as it was: " + held.commands(.resume)] + acceptance(of: plan),
        .invalidRunbook)
    }
    return (
      plan,
      PlanChange(
        to: plan, difference: difference, key: key, performs: options.perform.map { StepID($0) },
        kinds: Composition.checkingKinds()),
      world
    )
  }

  /// How a change is accepted, where it can be; what stands in its way, where it cannot.
  private func acceptance(of plan: Plan) -> [String] {
    let key = RunStore.key(inRunFolder: held.folder)
    let kinds = Composition.checkingKinds()
    let doubts = plan.doubts(about: held.state, kinds: kinds, key: key)
    let obstacles =
      plan.strandings(of: held.state)
      + plan.objections(to: held.state, kinds: kinds, key: key)
      + doubts.filter { !$0.mayBeNamed }.map(\.why)
    guard obstacles.isEmpty else { return obstacles.map { "it cannot be accepted: \($0)" } }
    let named = doubts.map { " --perform \($0.step)" }.joined()
    return doubts.map(\.why) + [
      "to go on with it as it is now, its gates asked anew: "
        + held.commands(.resume, "--accept-changes\(named)")
    ]
  }

  private static func difference(of variable: String) -> String {
    "environment \(variable)\n- as it was when the run began\n+ as it is now"
  }

  /// What steps read of the environment belongs to the run as its inputs do.
  private func refuse(_ variables: [String]) throws -> Never {
    let names = variables.map { "env.\($0)" }.joined(separator: ", ")
    try held.refuse(
      "\(names) is not what it was when the run began",
      hints: [
        "give \(variables.joined(separator: ", ")) the value that it had then (export NAME=VALUE), and say it again",
        "to go on with it as it is now, its gates asked anew: --accept-changes",
      ], .invalidRunbook)
  }

  /// What a simulated run is carried out in; nil for any other.
  private func world(of runbook: Runbook) throws -> SimulatedWorld? {
    guard let drill = held.drill?.started, drill.mode == .simulate else { return nil }
    return try SimulatedDrill(runbook: runbook, started: drill, console: held.console).world()
  }

  private func runbook(_ record: RunbookRecord) throws -> Runbook {
    let library = Library([], held.surroundings, kinds: Composition.checkingKinds())
    let path = "\(record.folder)/\(record.fileName)"
    let (runbook, diagnostics, sources) = library.attempt(path, withDrill: false)
    if let runbook { return runbook }
    held.console.printError(
      DiagnosticRenderer(sources: sources).render(diagnostics))
    try held.refuse("the runbook of the run cannot be read any more: \(path)", .invalidRunbook)
  }

  private func plan(of runbook: Runbook, _ started: RunStarted) throws -> Plan {
    try PlanMaker(surroundings: surroundings).plan(
      runbook,
      {
        InputGatherer(
          surroundings: surroundings, console: held.console, flags: [:], file: ValueMap(),
          sandboxInputs: started.isSandbox ? Set(runbook.sandbox?.inputs.map(\.name) ?? []) : [],
          recorded: started.inputs)
      }, isSandbox: started.isSandbox, held.console)
  }

  /// What is another than the run began with: as a difference, and by its names.
  private func differences(
    of plan: Plan, from record: RunbookRecord
  ) -> (text: String, names: [String]) {
    var parts: [String] = []
    var names: [String] = []
    let now = plan.runbook.sources
    for former in record.sources {
      let current = now.first { $0.path.isIdentical(to: former.path) }
      if let current, held.isSame(current, as: former) { continue }
      parts.append(TextDifference(from: former.text, to: current?.text ?? "").text(former.path))
      names.append("the runbook's file \(former.path)")
    }
    for added in now
    where !record.sources.contains(where: { $0.path.isIdentical(to: added.path) }) {
      parts.append(TextDifference(from: "", to: added.text).text(added.path))
      names.append("the runbook's file \(added.path)")
    }
    for target in plan.targets {
      let name = target.connection.name
      let former = held.state.connections.first { $0.name == name }?.target
      if former != target.display {
        parts.append(
          "connection \(name)\n- \(former ?? "(none)")\n+ \(target.display)")
        names.append("connection '\(name)' (its url is \(target.connection.url.text))")
      }
    }
    let text =
      parts.isEmpty ? "the run's inputs are read differently now" : parts.joined(separator: "\n")
    if names.isEmpty { names.append("what the run's inputs, or the variables that it reads, are") }
    let redactor = Redactor(secrets: plan.secrets)
    return (redactor.redact(text), names.map { redactor.redact($0) })
  }
}
