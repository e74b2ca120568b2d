import RunbookModel

/// The `settle:` of a step: a read-only probe. What is asked is what was there when the attempt began, and was approved
/// with the step (laws L4 and L8).
struct Probes {
  private let setup: RunSetup
  private let record: RunRecord
  private let connections: RunConnections

  init(_ setup: RunSetup, _ record: RunRecord, _ connections: RunConnections) {
    self.setup = setup
    self.record = record
    self.connections = connections
  }

  private var binder: Binder { setup.binder }

  private func probe(of step: Step) -> Step? { step.probe(among: Set(binder.kinds.keys)) }

  /// What decides what the probe of a step says, as it is now; nil without one, and nothing where it cannot be bound.
  ///
  /// What a session has set that is the run's own is not among it: the probe's server need not be there yet.
  func seal(of step: Step) async -> [SealedPart]? {
    guard let settle = step.options.settle, step.phase.mayChange, let probe = probe(of: step)
    else { return nil }
    let bound: BoundStep
    do throws(StepFailure) {
      bound = try binder.bind(probe, in: record.scope)
      if let connection = bound.activity.connection { try await connections.configure(connection) }
    } catch {
      return []
    }
    return await StepSeal(
      bound.activity,
      deciders: ProbeSeal.own(probe, settle) + DecidingValues(of: step, in: record.scope).ofProbe,
      isProbe: true, key: setup.options.key, setup.redactor
    ).parts
  }

  /// The probe of a step as a gate shows it, with what its approval does not bind.
  func shown(_ shown: GateProbe?, of step: Step) async -> GateProbe? {
    guard let shown, let probe = probe(of: step) else { return nil }
    let bound: BoundStep
    do throws(StepFailure) {
      bound = try binder.bind(probe, in: record.scope)
    } catch {
      return shown
    }
    let redactor = setup.redactor
    let unbound = await bound.activity.unbound().map { redactor.redact($0) }
    let manner = bound.activity.manner.map {
      WorkItem.Parameter(name: $0.name, value: redactor.redact($0.value))
    }
    return GateProbe(
      work: shown.work, isEffectDeclared: shown.isEffectDeclared,
      unbound: unbound.isEmpty ? nil : unbound, manner: manner.isEmpty ? nil : manner)
  }

  /// Asks the probe of a step's last attempt. That it cannot say anything does not make what has ended go on.
  func ask(
    about step: Step, _ context: AttemptContext
  ) async throws(StepFailure) -> SettlementFinding {
    do throws(StepFailure) {
      return try await finding(about: step, context)
    } catch {
      guard ![.elsewhere, .interrupted].contains(error.record.cause) else { throw error }
      return SettlementFinding(.unknown, .none, setup.redactor.redact(error.record).text)
    }
  }

  private func finding(
    about step: Step, _ context: AttemptContext
  ) async throws(StepFailure) -> SettlementFinding {
    guard let settle = step.options.settle, let probe = probe(of: step) else {
      return SettlementFinding(.unknown, .none, "the probe cannot be read")
    }
    let bound = try binder.bind(probe, in: record.scope)
    if let changes = await changes(of: step) {
      return SettlementFinding(
        .unknown, .none,
        "its probe is not what it was when the attempt began, and is not asked: \(changes)")
    }
    switch await connections.prepare(bound.activity.connection) {
    case .ready: break
    case .contested:
      throw StepFailure(
        .elsewhere, "connection '\(bound.activity.connection ?? "")' leads elsewhere than it did")
    case .obstacle(let failure): throw StepFailure(failure)
    }
    let result = try await bound.activity.perform(in: context)
    try await KnownGround(connections).require(behind: bound, result)
    return judge(result, of: bound, by: settle, asked: binder.shown(bound, settle))
  }

  /// What of the probe is not as it was when the last attempt began; nil where all is, or nothing tells.
  private func changes(of step: Step) async -> String? {
    guard let then = record.state.step(step.id).probe, let now = await seal(of: step) else {
      return nil
    }
    let changes = StepSeal(parts: now).changes(since: then)
    return changes.isEmpty ? nil : changes.joined(separator: ", ")
  }

  private func judge(
    _ result: StepResult, of bound: BoundStep, by settle: Fields, asked: [WorkItem]
  ) -> SettlementFinding {
    var scope = record.scope
    scope.result = result.visibleValues
    func says(_ settlement: Settlement, _ words: String) -> SettlementFinding {
      SettlementFinding(settlement, .probe, "the probe says \(words)", result: result, asked: asked)
    }
    // What it gave stays evidence, whoever cannot make anything of it.
    func saysNothing(_ failure: FailureRecord) -> SettlementFinding {
      SettlementFinding(
        .unknown, .none, setup.redactor.redact(failure).text, result: result, asked: asked)
    }
    let conditions = ["done", "not_done"].compactMap { settle[$0]?.text }
    let judge = PresumptionJudge(binder: binder, scope: scope, isProbe: true)
    if let failure = judge.ruling(
      on: result, judgedBy: conditions, "done` or `not_done", isChange: false
    ).failure {
      return saysNothing(failure)
    }
    do throws(StepFailure) {
      let done = try isTrue(settle["done"]?.text, in: scope, what: "done")
      let notDone = try isTrue(settle["not_done"]?.text, in: scope, what: "not_done")
      let said = [(settle["done"]?.text, done), (settle["not_done"]?.text, notDone)]
      let footing = Footing(ofProbe: bound, result, saying: said, binder, scope)
      if !footing.restsOn.isEmpty {
        return says(.unknown, "nothing: it rests on \(footing.restsOn.words())")
      }
      switch (done ?? notDone.map(!), notDone ?? done.map(!)) {
      case (true, false): return says(.done, "that it is done")
      case (false, true): return says(.notDone, "that it is not done")
      case (true, true): return says(.unknown, "both done and not done")
      default: return says(.unknown, "neither done nor not done")
      }
    } catch {
      return saysNothing(error.record)
    }
  }

  private func isTrue(
    _ source: SourceText?, in scope: RunScope, what: String
  ) throws(StepFailure) -> Bool? {
    guard let source else { return nil }
    return try binder.truth(of: source, in: scope, what: what)
  }
}
