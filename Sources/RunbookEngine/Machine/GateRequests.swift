public import RunbookModel

/// The gates (law L8): one for the whole recovery, and one for each step that destroys something, has a
/// gate of its own, or changes something after the recovery, which no gate has shown by then.
extension RunMachine {
  public static let recoveryGateName = "recovery"

  /// The command that the recovery gate asks for; nil once it is approved.
  func recoveryGate(_ state: RunState, _ scope: RunScope) -> Command? {
    let name = Self.recoveryGateName
    if let gate = state.gates[name] { return command(for: gate) }
    let steps = plan.runbook.steps(in: .recovery)
    if let connection = unidentified(among: steps, state) {
      return .identify(connection: connection)
    }
    return .openGate(recoveryRequest(scope))
  }

  private func recoveryRequest(_ scope: RunScope) -> GateRequest {
    GateRequest(
      gate: Self.recoveryGateName,
      steps: plan.runbook.steps(in: .recovery).map { binder.gateItem($0, in: scope) }, approvals: 1,
      question: unlooked(scope.state), receiptConnections: receiptConnections)
  }

  /// What detection was to look at and did not: whoever approves recovery knows it.
  private func unlooked(_ state: RunState) -> String? {
    let words = plan.runbook.steps(in: .detection).compactMap { step -> String? in
      let current = state.step(step.id)
      guard current.status == .failed else { return nil }
      return current.isWithoutAnswer
        ? "detection step '\(step.id)' could not be carried out: what it asks is not known"
        : "detection step '\(step.id)' failed"
    }
    return words.isEmpty ? nil : words.joined(separator: "\n")
  }

  /// The gate anew, for a step that is not what was approved.
  func request(
    for gate: String, _ bound: BoundStep, _ state: RunState, _ scope: RunScope
  ) -> GateRequest {
    gate == Self.recoveryGateName ? recoveryRequest(scope) : ownRequest(bound, state, scope)
  }

  /// A gate that waits, as it would be opened now; nil where it shows no steps, or its step cannot be bound.
  func request(for gate: GateOpened, _ state: RunState, _ scope: RunScope) -> GateRequest? {
    if gate.gate == Self.recoveryGateName { return recoveryRequest(scope) }
    guard let step = plan.runbook.steps.first(where: { $0.id.rawValue == gate.gate }) else {
      return nil
    }
    do throws(StepFailure) {
      return ownRequest(try binder.bind(step, in: scope), state, scope)
    } catch {
      return nil
    }
  }

  /// The command that a connection asks for which leads elsewhere than it did.
  func identityGate(_ state: RunState) -> Command? {
    guard let (name, found) = state.contested.min(by: { $0.key < $1.key }) else { return nil }
    let gate = RunState.identityGate(of: name)
    if let known = state.gates[gate], known.asks(about: found) {
      return command(for: known)
    }
    return .openGate(
      GateRequest(
        gate: gate, steps: [], approvals: 1,
        question: Self.question(about: found, state),
        receiptConnections: [],
        identities: [state.identities[name], found].compactMap(\.self)))
  }

  private static func question(about found: ConnectionIdentified, _ state: RunState) -> String {
    let name = found.connection
    let before = state.identities[name]
    let isSame = before.map { $0.identity.isSameDatabase(as: found.identity) } ?? true
    let doubts = state.doubts(about: found)
    let names = { (steps: [StepID]) in steps.map { "'\($0)'" }.joined(separator: ", ") }
    let place =
      isSame && found.lost == nil
      ? "Connection '\(name)' leads to the same server and database, and the server was started anew since the "
        + "run last saw it, or is a copy: it holds what this run left, and a copy made since would too"
      : isSame
        ? "Connection '\(name)' leads to the same server and database, but not to what the run left there"
        : "Connection '\(name)' leads elsewhere than before: to another database, a copy, a replica, or "
          + "one that was promoted"
    var sentences = [place + (found.lost.map { ": \($0.sentence)" } ?? "") + "."]
    let withReceipts = doubts.missing.filter { found.lost?.receipts.contains($0) == true }
    let unknown = doubts.missing.filter { !withReceipts.contains($0) } + doubts.unknown
    if !withReceipts.isEmpty {
      sentences.append(
        "What \(names(withReceipts)) did is not there either, unless only the record of it was taken out."
      )
    }
    if !unknown.isEmpty {
      sentences.append("Whether what \(names(unknown)) did is there is not known.")
    }
    if !(withReceipts + unknown).isEmpty {
      sentences.append("The run does not perform these steps again.")
    }
    if !doubts.inFlight.isEmpty {
      sentences.append(
        "What became of the attempts of \(names(doubts.inFlight)) in the former one cannot be seen from there: "
          + "a person has to say.")
    }
    if !doubts.checks.isEmpty {
      sentences.append("It makes these checks again: \(names(doubts.checks)).")
    }
    return sentences.joined(separator: " ") + " Shall it go on there?"
  }

  /// Whether a step with that effect asks by itself; nil where it is not known whether it does.
  ///
  /// - Parameter effect: nil where only the values decide.
  public static func needsOwnGate(_ step: Step, effect: Effect?) -> Bool? {
    guard step.phase.mayChange else { return false }
    if step.options.gate != nil { return true }
    guard let effect else { return nil }
    let isUnshownChange =
      step.phase == .safeguards && effect != .readOnly && !step.options.isTrial
    return effect == .destructive || isUnshownChange
  }

  /// Whether a step asks by itself: also where a gate was opened for it, as it is not what was approved. Of a phase that
  /// only reads it is one that does what no transaction guards; a trial that does is refused.
  func asksByItself(_ bound: BoundStep, _ state: RunState) -> Bool {
    let step = bound.step
    guard step.phase.mayChange else {
      return state.gates[step.id.rawValue] != nil
        || !step.options.isTrial && !bound.activity.unguarded.isEmpty
    }
    return state.gates[step.id.rawValue] != nil
      || Self.needsOwnGate(step, effect: bound.activity.effect) != false
  }

  /// The command that a step's own gate asks for; nil once it is approved.
  func ownGate(_ bound: BoundStep, _ state: RunState, _ scope: RunScope) -> Command? {
    let step = bound.step
    if let gate = state.gates[step.id.rawValue] {
      guard gate.isRefused, step.phase == .safeguards else { return command(for: gate) }
      return .decline(step.id, gate.refusal)
    }
    if let connection = unidentified(among: [step], state) {
      return .identify(connection: connection)
    }
    return .openGate(ownRequest(bound, state, scope))
  }

  private func ownRequest(
    _ bound: BoundStep, _ state: RunState, _ scope: RunScope
  ) -> GateRequest {
    let step = bound.step
    let isFirst = step.phase.mayChange && state.gates[Self.recoveryGateName]?.isApproved != true
    var request = GateRequest(
      gate: step.id.rawValue, steps: [binder.gateItem(step, in: scope)],
      approvals: step.options.gate?.approvals ?? 1, question: step.options.gate?.question,
      receiptConnections: isFirst ? receiptConnections : [])
    request.isDeclinable = step.phase == .safeguards
    return request
  }

  private func command(for gate: GateState) -> Command? {
    if gate.isApproved { return nil }
    guard let refusal = gate.refusal else { return .ask(gate.opened) }
    return .hold(
      RunHeld(
        cause: .refusal, subject: gate.opened.gate,
        message: "the gate '\(gate.opened.gate)' was refused by \(refusal.actor.displayName)"
          + (refusal.reason.map { ": \($0)" } ?? "")))
  }

  private func unidentified(among steps: [Step], _ state: RunState) -> String? {
    steps.lazy
      .filter { binder.usesConnection($0) }
      .compactMap { plan.connection(of: $0)?.name }
      .first { state.identities[$0] == nil }
  }

  var receiptConnections: [String] {
    var names: [String] = []
    for step in plan.runbook.steps where step.phase.mayChange && binder.keepsReceipts(step) {
      guard let connection = plan.connection(of: step), connection.keepsReceipts,
        !names.contains(connection.name)
      else { continue }
      names.append(connection.name)
    }
    return names
  }
}
