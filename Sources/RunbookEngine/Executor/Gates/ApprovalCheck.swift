import RunbookModel

/// An approval is of what was shown: it is held against what is about to be performed, right before
/// that (laws L4 and L8).
final class ApprovalCheck {
  private let setup: RunSetup
  private let record: RunRecord
  private let connections: RunConnections
  private let others: OtherRuns
  private let seals: ApprovalSeals
  private let gates: GateKeeper
  /// By gate and connections: when this process last looked who else is at work there since the gate was approved.
  private var looksBeside: [String: Duration] = [:]

  init(
    _ setup: RunSetup, _ record: RunRecord, _ connections: RunConnections, _ others: OtherRuns,
    _ seals: ApprovalSeals, _ gates: GateKeeper
  ) {
    self.setup = setup
    self.record = record
    self.connections = connections
    self.others = others
    self.seals = seals
    self.gates = gates
  }

  private var machine: RunMachine { setup.machine }
  private var state: RunState { record.state }

  /// Opens a gate where what is about to run is not what was approved.
  ///
  /// - Returns: whether the step may be performed; false where a person has to be asked first.
  func isAsApproved(_ bound: BoundStep) async throws(StoreError) -> Bool {
    if setup.approvesUnseen { return true }
    guard mayAsk(for: bound) else { return true }
    // What its database tells of it may be more than the machine knew.
    let own = bound.step.id.rawValue
    if machine.asksByItself(bound, state), state.gates[own] == nil {
      try await record.flushOutcome()
      try await gates.open(machine.request(for: own, bound, state, record.scope))
      return false
    }
    if let (gate, changes) = await changesSinceApproval(of: bound) {
      try await record.flushOutcome()
      try await gates.open(
        machine.request(for: gate, bound, state, record.scope), changes: changes)
      return false
    }
    return bound.step.phase.mayChange ? try await isAloneAsApproved(bound) : true
  }

  /// Whether a step is one of those that a gate may stand before.
  private func mayAsk(for bound: BoundStep) -> Bool {
    bound.step.phase.mayChange || machine.asksByItself(bound, state)
  }

  /// Opens the gate where a run is at work beside this one, or was since this one began, that no gate has shown: it
  /// may have done what this one is about to do.
  private func isAloneAsApproved(_ bound: BoundStep) async throws(StoreError) -> Bool {
    let own = bound.step.id.rawValue
    guard let gate = (state.gates[own] ?? recoveryGate(for: bound.step))?.opened else {
      return true
    }
    let shown = databases(of: bound, gate)
    let place = ([gate.gate] + shown.map(\.connection)).joined(separator: "\0")
    let now = setup.clock.uptime()
    if let looked = looksBeside[place], now - looked < Self.longestUnlooked { return true }
    try await record.flushOutcome()
    let newcomers: [OtherRun]
    do throws(StepFailure) {
      newcomers = try await KnownGround(connections).perform(on: shown.map(\.connection)) {
        () async throws(StepFailure) in
        try await others.atWork(beside: shown, keepingReceiptsOn: machine.receiptConnections)
      }.filter { !state.consentedRuns.contains($0.run) }
    } catch {
      if case .elsewhere = error.record.cause { return false }
      try record.hold(for: error.record, about: gate.gate)
      return false
    }
    guard newcomers.isEmpty else {
      let changes = newcomers.map { "run \($0.run) was not known of when it was approved" }
      try await gates.open(
        machine.request(for: gate.gate, bound, state, record.scope), changes: changes)
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
    return gate.identities.map(\.connection).filter(connections.isSeen)
      .compactMap { state.identities[$0] }
  }

  /// Why a step may not be performed though its intent is stored: its approval was taken back in that moment.
  func missingConsent(for bound: BoundStep) -> FailureRecord? {
    guard mayAsk(for: bound), !setup.approvesUnseen else { return nil }
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
  func objection(to bound: BoundStep) async -> FailureRecord? {
    if setup.approvesUnseen { return nil }
    guard mayAsk(for: bound), let (_, changes) = await changesSinceApproval(of: bound)
    else { return nil }
    return FailureRecord(
      cause: .elsewhere,
      message: "nothing of it was performed, as it is not what was approved: "
        + changes.joined(separator: "; "))
  }

  /// The gate that has to be opened, and why; nil where all is as it was approved, or no gate is due.
  private func changesSinceApproval(of bound: BoundStep) async -> (gate: String, [String])? {
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
    let now = await seals.seal(bound)
    let changes =
      gate.changes(of: now, since: seal, on: bound.activity.connection).map { "\(own): \($0)" }
      + leftOut(since: gate.opened) + seals.changedConnections(since: gate.opened)
    return changes.isEmpty ? nil : (gate.opened.gate, changes)
  }

  private func recoveryGate(for step: Step) -> GateState? {
    step.phase == .recovery ? state.gates[RunMachine.recoveryGateName] : nil
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
}
