import RunbookModel

/// An approval is of what was shown: it is held against what is about to be performed, right before
/// that (laws L4 and L8).
extension Executor {
  /// Opens a gate where what is about to run is not what was approved.
  ///
  /// - Returns: whether the step may be performed; false where a person has to be asked first.
  mutating func isAsApproved(_ bound: BoundStep) async throws(StoreError) -> Bool {
    // In a sandbox where all is approved unseen, nothing is held against what was seen.
    if options.approvesAll, plan.isSandbox { return true }
    guard bound.step.phase.mayChange else { return true }
    // What its database tells of it may be more than the machine knew.
    let own = bound.step.id.rawValue
    if machine.asksByItself(bound, state), state.gates[own] == nil {
      try await flushOutcome()
      try await open(machine.request(for: own, bound, state, scope))
      return false
    }
    if let (gate, changes) = await changesSinceApproval(of: bound) {
      try await flushOutcome()
      try await open(machine.request(for: gate, bound, state, scope), changes: changes)
      return false
    }
    return try await isAloneAsApproved(bound)
  }

  /// Opens the gate where a run is at work beside this one, or was since this one began, that no gate has shown: it
  /// may have done what this one is about to do.
  private mutating func isAloneAsApproved(_ bound: BoundStep) async throws(StoreError) -> Bool {
    let own = bound.step.id.rawValue
    guard let gate = (state.gates[own] ?? recoveryGate(for: bound.step))?.opened else {
      return true
    }
    let shown = databases(of: bound, gate)
    let place = ([gate.gate] + shown.map(\.connection)).joined(separator: "\0")
    let now = ports.clock.uptime()
    if let looked = looksBeside[place], now - looked < Self.longestUnlooked { return true }
    try await flushOutcome()
    let newcomers: [OtherRun]
    do throws(StepFailure) {
      newcomers = try await onKnownGround(shown.map(\.connection)) {
        (executor) async throws(StepFailure) in
        try await executor.others(
          beside: shown, keepingReceiptsOn: executor.machine.receiptConnections)
      }.filter { !state.consentedRuns.contains($0.run) }
    } catch {
      if case .elsewhere = error.record.cause { return false }
      try queue(.runHeld(hold(gate.gate, error.record, "")))
      return false
    }
    guard newcomers.isEmpty else {
      let changes = newcomers.map { "run \($0.run) was not known of when it was approved" }
      try await open(machine.request(for: gate.gate, bound, state, scope), changes: changes)
      return false
    }
    looksBeside[place] = now
    return true
  }

  /// Whoever begins later is told of this run at a gate of its own: in between this one is not held up by looking.
  private static var longestUnlooked: Duration { .seconds(30) }

  /// Where a step may change something: in its connection's database, or in any that its gate shows.
  private func databases(of bound: BoundStep, _ gate: GateOpened) -> [ConnectionIdentified] {
    if let connection = bound.activity.connection {
      return [state.identities[connection]].compactMap(\.self)
    }
    return gate.identities.map(\.connection).filter(seenConnections.contains)
      .compactMap { state.identities[$0] }
  }

  /// Why a step may not be performed though its intent is stored: its approval was taken back in that moment.
  func missingConsent(for bound: BoundStep) -> FailureRecord? {
    guard bound.step.phase.mayChange, !(options.approvesAll && plan.isSandbox) else { return nil }
    var names = bound.step.phase == .recovery ? [RunMachine.recoveryGateName] : []
    if machine.asksByItself(bound, state) { names.append(bound.step.id.rawValue) }
    guard let name = names.first(where: { state.gates[$0]?.isApproved != true }) else { return nil }
    return FailureRecord(
      cause: .unanswered,
      message:
        "attempt \(state.step(bound.step.id).attempts) was not performed: the gate '\(name)' is not "
        + "approved any more")
  }

  /// Why nothing of a step may be performed where it was led to since it was held against its approval.
  mutating func objection(to bound: BoundStep) async -> FailureRecord? {
    if options.approvesAll, plan.isSandbox { return nil }
    guard bound.step.phase.mayChange, let (_, changes) = await changesSinceApproval(of: bound)
    else { return nil }
    return FailureRecord(
      cause: .elsewhere,
      message: "nothing of it was performed, as it is not what was approved: "
        + changes.joined(separator: "; "))
  }

  /// The gate that has to be opened, and why; nil where all is as it was approved, or no gate is due.
  private mutating func changesSinceApproval(of bound: BoundStep) async -> (gate: String, [String])?
  {
    let own = bound.step.id.rawValue
    guard let gate = state.gates[own] ?? recoveryGate(for: bound.step) else { return nil }
    let item = gate.opened.steps.first { $0.step == bound.step.id }
    guard let seal = item?.seal else {
      // What the kind itself keeps from changing anything needs no approval of its own.
      if bound.activity.effect == .readOnly, !bound.activity.isEffectDeclared { return nil }
      let when = "when the gate '\(gate.opened.gate)' was approved"
      let was =
        item?.fate == .willBeSkipped
        ? "it was to be skipped" : "whether it runs, or what it does, was not known"
      return (own, ["\(own): \(was) \(when)"])
    }
    let now = await self.seal(bound)
    let changes =
      gate.changes(of: now, since: seal, on: bound.activity.connection).map { "\(own): \($0)" }
      + leftOut(since: gate.opened) + changedConnections(since: gate.opened)
    return changes.isEmpty ? nil : (gate.opened.gate, changes)
  }

  private func recoveryGate(for step: Step) -> GateState? {
    step.phase == .recovery ? state.gates[RunMachine.recoveryGateName] : nil
  }

  private mutating func seal(_ bound: BoundStep) async -> StepSeal {
    let own = await StepSeal(
      bound.activity, deciders: DecidingValues(of: bound.step, in: scope).all, key: options.key,
      redactor)
    return own.with(probe: await probeSeal(of: bound.step) ?? [])
  }

  /// Steps that were to run, and were then left out by their `when`: what comes behind them was approved with them.
  private func leftOut(since gate: GateOpened) -> [String] {
    gate.steps.compactMap { item in
      let step = state.step(item.step)
      guard item.fate == .willRun, step.status == .skipped, step.skip?.cause == .condition else {
        return nil
      }
      return "\(item.step): it was to run, and was left out"
    }
  }

  func changedConnections(since gate: GateOpened) -> [String] {
    gate.identities.flatMap { shown -> [String] in
      guard let now = state.identities[shown.connection]?.identity else { return [] }
      var changes = shown.identity.changes(to: now)
      // What the run has left there tells afterwards that it is the one, and nothing else does: a copy shows all the
      // rest alike, and its log goes on as well. A sandbox is made anew by this program.
      if !plan.isSandbox, state.proof(on: shown.connection).isEmpty {
        changes += [shown.identity.restart(to: now)].compactMap(\.self)
      }
      return changes.map { "connection '\(shown.connection)': \($0)" }
    }
  }

  /// The item with what its approval will bind. What is not decided yet is asked when it is.
  mutating func sealed(_ item: GateItem) async -> GateItem {
    guard item.fate == .willRun,
      let step = plan.runbook.steps.first(where: { $0.id == item.step })
    else { return item }
    let bound: BoundStep
    do throws(StepFailure) {
      bound = try await binder.bind(step, in: scope).informed()
    } catch {
      return item
    }
    let parts = await seal(bound).parts
    let unbound = await bound.activity.unbound().map { redactor.redact($0) }
    let manner = bound.activity.manner.map {
      WorkItem.Parameter(name: $0.name, value: redactor.redact($0.value))
    }
    // The machine bound it before its database was asked.
    let known = bound.activity.work
    let isKnown = known.map(\.effect) == item.work.map(\.effect)
    return GateItem(
      step: item.step, title: item.title, fate: item.fate, effect: bound.activity.effect,
      isEffectDeclared: item.isEffectDeclared, connection: item.connection,
      work: isKnown ? item.work : known.map { redactor.redact($0) },
      seal: parts, unbound: unbound.isEmpty ? nil : unbound,
      manner: manner.isEmpty ? nil : manner, probe: await sealed(item.probe, of: step))
  }
}
