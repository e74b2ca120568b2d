public import RunbookModel

/// The `settle:` of a step: a read-only probe. What is asked is what was there when the attempt began, and was approved
/// with the step (laws L4 and L8).
extension Executor {
  /// What decides what the probe of a step says, as it is now; nil without one, and nothing where it cannot be bound.
  ///
  /// What a session has set that is the run's own is not among it: the probe's server need not be there yet.
  mutating func probeSeal(of step: Step) async -> [SealedPart]? {
    guard let settle = step.options.settle, step.phase.mayChange,
      let probe = step.probe(among: Set(binder.kinds.keys))
    else { return nil }
    let bound: BoundStep
    do throws(StepFailure) {
      bound = try binder.bind(probe, in: scope)
      if let connection = bound.activity.connection { try await configure(connection) }
    } catch {
      return []
    }
    return await StepSeal(
      bound.activity,
      deciders: ProbeSeal.own(probe, settle) + DecidingValues(of: step, in: scope).ofProbe,
      isProbe: true, key: options.key, redactor
    ).parts
  }

  /// The probe of a step as a gate shows it, with what its approval does not bind.
  func sealed(_ probe: GateProbe?, of step: Step) async -> GateProbe? {
    guard let probe, let asked = step.probe(among: Set(binder.kinds.keys)) else { return nil }
    let bound: BoundStep
    do throws(StepFailure) { bound = try binder.bind(asked, in: scope) } catch { return probe }
    let unbound = await bound.activity.unbound().map { redactor.redact($0) }
    let manner = bound.activity.manner.map {
      WorkItem.Parameter(name: $0.name, value: redactor.redact($0.value))
    }
    return GateProbe(
      work: probe.work, isEffectDeclared: probe.isEffectDeclared,
      unbound: unbound.isEmpty ? nil : unbound, manner: manner.isEmpty ? nil : manner)
  }

  mutating func probe(
    _ step: Step, _ context: AttemptContext
  ) async throws(StepFailure) -> Finding {
    guard let settle = step.options.settle, let probe = step.probe(among: Set(binder.kinds.keys))
    else { return Finding(.unknown, .none, "the probe cannot be read") }
    let bound = try binder.bind(probe, in: scope)
    if let changes = await changesOfProbe(of: step) {
      return Finding(
        .unknown, .none,
        "its probe is not what it was when the attempt began, and is not asked: \(changes)")
    }
    switch await prepareConnection(bound.activity.connection) {
    case .ready: break
    case .contested:
      throw StepFailure(
        .elsewhere, "connection '\(bound.activity.connection ?? "")' leads elsewhere than it did")
    case .obstacle(let failure): throw StepFailure(failure)
    }
    let result = try await bound.activity.perform(in: context)
    try await requireSameGround(behind: bound, result)
    return judge(result, of: bound, by: settle, asked: binder.shown(bound, settle))
  }

  private func judge(
    _ result: StepResult, of bound: BoundStep, by settle: Fields, asked: [WorkItem]
  ) -> Finding {
    var scope = scope
    scope.result = result.visibleValues
    func says(_ settlement: Settlement, _ words: String) -> Finding {
      Finding(settlement, .probe, "the probe says \(words)", result: result, asked: asked)
    }
    let conditions = ["done", "not_done"].compactMap { settle[$0]?.text }
    let judge = UnaskedJudge(binder: binder, scope: scope)
    if let presumed = result.presumedFailure, UnaskedJudge.isUnasked(presumed, result) {
      guard conditions.contains(where: { judge.judges($0, presumed) }) else {
        let failure = judge.failure(presumed, "done` or `not_done", hasConditions: true)
        return Finding(
          .unknown, .none, Self.text(of: redactor.redact(failure)), result: result, asked: asked)
      }
    } else if let failure = PresumptionJudge(binder: binder, scope: scope, isProbe: true).failure(
      of: result, judgedBy: conditions, "done` or `not_done", isChange: false)
    {
      return Finding(
        .unknown, .none, Self.text(of: redactor.redact(failure)), result: result, asked: asked)
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
      // What it gave stays evidence, whoever cannot make anything of it.
      return Finding(
        .unknown, .none, Self.text(of: redactor.redact(error.record)), result: result, asked: asked)
    }
  }

  /// What of the probe is not as it was when the last attempt began; nil where all is, or nothing tells.
  private mutating func changesOfProbe(of step: Step) async -> String? {
    guard let then = state.step(step.id).probe, let now = await probeSeal(of: step) else {
      return nil
    }
    let changes = StepSeal(parts: now).changes(since: then)
    return changes.isEmpty ? nil : changes.joined(separator: ", ")
  }

  /// What a probe gave, as evidence: as far as the entry holds it. The files that it wrote go.
  func evidence(
    of finding: Finding, _ stored: StoredResult, _ step: StepID, _ attempt: Int
  ) -> [EvidenceRecord] {
    let drafts = (finding.result?.evidence ?? []).compactMap { draft -> EvidenceDraft? in
      guard case .result = draft.content else { return nil }
      return EvidenceDraft(
        what: "settle: \(draft.what)", source: draft.source, content: draft.content,
        uncutSize: draft.uncutSize, isCut: draft.isCut)
    }
    return EvidenceRecorder(runFolder: options.runFolder).record(
      drafts, of: stored, in: settlingFolder(step, attempt),
      numberedFrom: state.evidenceCount + unstoredEvidence, at: ports.clock.now()
    ).records
  }

  private func isTrue(
    _ source: SourceText?, in scope: RunScope, what: String
  ) throws(StepFailure) -> Bool? {
    guard let source else { return nil }
    return try binder.truth(of: source, in: scope, what: what)
  }
}

extension Binder {
  /// The probe of a step as it is to be shown; nil without one.
  func gateProbe(of step: Step, in scope: RunScope) -> GateProbe? {
    guard let settle = step.options.settle, step.phase.mayChange,
      let probe = step.probe(among: Set(kinds.keys))
    else { return nil }
    do throws(StepFailure) {
      let bound = try bind(probe, in: scope)
      return GateProbe(
        work: shown(bound, settle), isEffectDeclared: bound.activity.isEffectDeclared)
    } catch {
      return GateProbe(
        work: kinds[probe.kind]?.spec.work.written(in: probe) ?? [],
        isEffectDeclared: kinds[probe.kind]?.spec.usesConnection != true)
    }
  }

  /// What a probe asks, with what its answer is judged by.
  fileprivate func shown(_ bound: BoundStep, _ settle: Fields) -> [WorkItem] {
    let conditions = ["done", "not_done"].compactMap { key in
      settle[key]?.text.map { "\(key): \($0.text)" }
    }
    return bound.activity.work.map { item in
      WorkItem(
        language: item.language, text: item.text, parameters: item.parameters, effect: item.effect,
        calls: item.calls, condition: conditions.joined(separator: "; "),
        isAuthored: item.isAuthored, template: item.template)
    }
  }
}

extension Step {
  /// The probe as a step of its own, which may only read; nil without one.
  ///
  /// - Parameter kinds: the names of all kinds.
  public func probe(among kinds: Set<String>) -> Step? {
    guard let field = options.settle?.all.first(where: { kinds.contains($0.name) }),
      let body = field.value.fields
    else { return nil }
    var probeOptions = StepOptions()
    probeOptions.connection = options.connection
    probeOptions.effect = .readOnly
    probeOptions.isProbe = true
    return Step(
      id: id, title: "\(title): settle", phase: .verification, kind: field.name, body: body,
      place: field.place, options: probeOptions)
  }

  /// As it is without what its author declares of its effect.
  var undeclared: Step {
    var other = options
    other.effect = nil
    return Step(
      id: id, title: title, phase: phase, kind: kind, body: body, place: place, options: other)
  }
}
