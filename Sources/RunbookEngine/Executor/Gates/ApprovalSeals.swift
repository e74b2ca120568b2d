import RunbookModel

/// What an approval binds of a step, as it is now.
struct ApprovalSeals {
  private let setup: RunSetup
  private let record: RunRecord
  private let probes: Probes

  init(_ setup: RunSetup, _ record: RunRecord, _ probes: Probes) {
    self.setup = setup
    self.record = record
    self.probes = probes
  }

  func seal(_ bound: BoundStep) async -> StepSeal {
    let own = await StepSeal(
      bound.activity, deciders: DecidingValues(of: bound.step, in: record.scope).all,
      key: setup.options.key, setup.redactor)
    return own.with(probe: await probes.seal(of: bound.step) ?? [])
  }

  /// The item with what its approval will bind. What is not decided yet is asked when it is.
  func sealed(_ item: GateItem) async -> GateItem {
    guard item.fate == .willRun, let step = setup.step(item.step) else { return item }
    let bound: BoundStep
    do throws(StepFailure) {
      bound = try await setup.binder.bind(step, in: record.scope).informed()
    } catch {
      return item
    }
    let redactor = setup.redactor
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
      manner: manner.isEmpty ? nil : manner, probe: await probes.shown(item.probe, of: step))
  }

  /// Where the connections that a gate shows are not what they were.
  func changedConnections(since gate: GateOpened) -> [String] {
    let state = record.state
    return gate.identities.flatMap { shown -> [String] in
      guard let now = state.identities[shown.connection]?.identity else { return [] }
      var changes = shown.identity.changes(to: now)
      // What the run has left there tells afterwards that it is the one, and nothing else does: a copy shows all the
      // rest alike, and its log goes on as well. A sandbox is made anew by this program.
      if !setup.plan.isSandbox, state.proof(on: shown.connection).isEmpty {
        changes += [shown.identity.replacement(by: now)].compactMap(\.self)
      }
      return changes.map { "connection '\(shown.connection)': \($0)" }
    }
  }
}
