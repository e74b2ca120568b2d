public import RunbookModel

extension Executor {
  /// The hold that an obstacle on the way to a gate makes.
  func hold(_ subject: String, _ obstacle: FailureRecord, _ start: String) -> RunHeld {
    guard obstacle.cause != .interrupted else { return interruption }
    return RunHeld(
      cause: obstacle.cause == .refused ? .privilege : .obstacle, subject: subject,
      message: start + obstacle.message + (obstacle.hint.map { "\n\($0)" } ?? ""))
  }

  /// `queue`, where a step's failure is what the caller handles.
  mutating func queueOrFail(_ event: Event) throws(StepFailure) {
    do throws(StoreError) {
      try queue(event)
    } catch {
      throw StepFailure(.invalid, error.message)
    }
  }

  /// - Parameter changes: why it is opened anew.
  mutating func open(
    _ wanted: GateRequest, changes: [String]? = nil
  ) async throws(StoreError) {
    guard let gate = try await content(of: wanted) else { return }
    // What nobody has approved as it is now stays said, whoever looks at the gate.
    try open(gate, changes ?? state.gateChanges[gate.gate])
  }

  private mutating func open(_ gate: GateOpened, _ changes: [String]?) throws(StoreError) {
    var gate = gate
    gate.changes = changes
    if let approved = state.lapsedGates[gate.gate] {
      // What is said of it is said of what it is now, whatever it was in between.
      let since =
        approved.openedAsLeft.uncovered(by: gate) + changedConnections(since: approved.opened)
      gate.changes = since.isEmpty ? nil : since
      gate.isAsApproved = since.isEmpty ? true : nil
      gate.lapsed = approved.approverList
    } else if let changes {
      // What was found is of one step: what else is another now is approved with it, and said.
      let said = Set(changes.map(Self.subject))
      let known = state.gates[gate.gate].flatMap { $0.isApproved ? $0.openedAsLeft : nil }
      let since = (known ?? state.approvedLast[gate.gate])?.uncovered(by: gate) ?? []
      gate.changes = changes + since.filter { !said.contains(Self.subject(of: $0)) }
      let given = state.gates[gate.gate]?.approverList ?? []
      gate.lapsed = given.isEmpty ? state.lapsedApprovals[gate.gate] : given
    }
    shownGates[gate.gate] = gate.digest
    try queue(.gateOpened(gate))
  }

  /// What a line of changes is of: the step, the connection or the run that it begins with.
  private static func subject(of line: String) -> ExactText {
    let words = line.pieces(separatedBy: " ").prefix(2).map(String.init)
    let isNamed = line.begins(with: "run ") || line.begins(with: "connection ")
    return ExactText(
      isNamed ? String(words.joined(separator: " ").dropping(suffix: ":")) : words.first ?? "")
  }

  /// Holds a gate that an earlier process opened against what it would show now, before anybody is asked: where that is
  /// another, it is opened in its place.
  ///
  /// - Returns: whether it may be asked; else the run is held, or decides anew.
  private mutating func isAsItWasShown(_ gate: GateOpened) async throws(StoreError) -> Bool {
    guard shownGates[gate.gate] != gate.digest,
      let request = machine.request(for: gate, state, scope)
    else { return true }
    guard let now = try await content(of: request) else { return false }
    guard now.digest == gate.digest else {
      try open(now, gate.differences(to: now))
      return false
    }
    shownGates[gate.gate] = gate.digest
    ports.observer.observe(waiting: redactor.redact(gate))
    return true
  }

  /// A gate as it is to be opened now, with what databases say; nil where the run is held, or a person has to decide
  /// first where a connection leads.
  private mutating func content(of wanted: GateRequest) async throws(StoreError) -> GateOpened? {
    let request = wanted.redacted(by: redactor)
    let connections = connections(of: request)
    if !connections.isEmpty { try await flushOutcome() }
    for connection in connections {
      switch await prepareConnection(connection) {
      case .ready: continue
      case .contested: return nil
      case .obstacle(let failure):
        try queue(.runHeld(hold(connection, failure, "connection '\(connection)': ")))
        return nil
      }
    }
    let statements: [String]
    let others: [OtherRun]
    do throws(StepFailure) {
      (statements, others) = try await onKnownGround(connections) {
        (executor) async throws(StepFailure) in try await executor.findings(for: request)
      }
    } catch {
      if case .elsewhere = error.record.cause { return nil }
      try queue(.runHeld(hold(request.gate, error.record, "")))
      return nil
    }
    return await opened(request, statements, others)
  }

  /// What is run first for receipts, and who else is at work there.
  private func findings(
    for request: GateRequest
  ) async throws(StepFailure) -> ([String], [OtherRun]) {
    try refusePoolers(for: request)
    let statements = try await checkReceipts(on: request.receiptConnections)
    guard !request.steps.isEmpty else { return (statements, []) }
    return (
      statements,
      try await others(
        beside: shown(in: request), keepingReceiptsOn: request.receiptConnections)
    )
  }

  /// Looks whether all roles of the plan can keep receipts, database by database.
  ///
  /// - Returns: what will be run for that.
  private func checkReceipts(on connections: [String]) async throws(StepFailure) -> [String] {
    var checked: Set<String> = []
    var statements: [String] = []
    for connection in connections where !checked.contains(connection) {
      let users = receiptUsers(of: connection)
      checked.formUnion(users.map(\.connection))
      for statement in try await ports.gateway.checkReceipts(users)
      where !statements.contains(where: { $0.isIdentical(to: statement) }) {
        statements.append(statement)
      }
    }
    return statements
  }

  /// What needs a session of its own is not begun where a pooler gives none.
  private func refusePoolers(for request: GateRequest) throws(StepFailure) {
    for item in request.steps where [.willRun, .undecided].contains(item.fate) {
      guard let connection = item.connection,
        state.identities[connection]?.identity.isPooled == true,
        let step = plan.runbook.steps.first(where: { $0.id == item.step })
      else { continue }
      let need: String?
      do throws(StepFailure) {
        need = try binder.bind(step, in: scope).activity.sessionNeed
      } catch {
        // What cannot be bound yet is refused when it is performed.
        continue
      }
      guard let need else { continue }
      throw StepFailure(
        .refused,
        "step '\(step.id)': \(need) needs a session of its own, and connection "
          + "'\(connection)' leads through a connection pooler",
        hint: "give the address of the server itself")
    }
  }

  private func shown(in request: GateRequest) -> [ConnectionIdentified] {
    let identities = state.identities.sorted { $0.key < $1.key }.map(\.value)
    return request.identities.isEmpty ? needed(by: request, identities) : request.identities
  }

  private mutating func opened(
    _ request: GateRequest, _ statements: [String], _ others: [OtherRun]
  ) async -> GateOpened {
    var steps: [GateItem] = []
    for step in request.steps { steps.append(await sealed(step)) }
    let shown = shown(in: request)
    return GateOpened(
      gate: request.gate, steps: steps,
      preparation: statements.map { WorkItem(language: .sql, text: $0, effect: .mutating) },
      identities: shown, approvals: request.approvals, question: request.question,
      digest: GateRequest.digest(of: steps, identities: shown, others),
      others: others.isEmpty ? nil : others, isDeclinable: request.isDeclinable ? true : nil)
  }

  /// Those that the steps use, and those that receipts are kept on: what the gate shows of them is as
  /// of now, also where an earlier process saw them.
  private func connections(of request: GateRequest) -> [String] {
    guard request.identities.isEmpty else { return [] }
    var names: [String] = []
    for name in request.receiptConnections + request.steps.compactMap(\.connection)
    where !names.contains(name) {
      names.append(name)
    }
    return names
  }

  private func needed(
    by request: GateRequest, _ identities: [ConnectionIdentified]
  ) -> [ConnectionIdentified] {
    identities.filter { identity in
      request.steps.contains { $0.connection == identity.connection }
        || request.receiptConnections.contains(identity.connection)
    }
  }

  mutating func ask(_ gate: GateOpened) async throws(StoreError) {
    guard try await isAsItWasShown(gate) else { return }
    let approved = state.gates[gate.gate]?.accounts.contains(options.actor.account) == true
    guard !approved, gate.approvals < 2 || options.isActorKnown else {
      return try queue(.runHeld(missingApproval(of: gate)))
    }
    if options.approvesAll, plan.isSandbox { return try decide(gate, .approved, by: .sandbox) }
    // Named ahead of time it is approved once: what is another afterwards, a person is to see.
    if options.approvals.contains(gate.gate), gate.isAccepted(beside: options.besides),
      approvedByFlag.insert(gate.gate).inserted
    {
      return try decide(gate, .approved, by: .flag)
    }
    try await flush()
    let journal = ports.journal
    let decision = await ports.person.decide(on: redactor.redact(gate)) {
      // A journal that cannot be read is met when the answer is taken.
      guard let entries = try? await journal.entries(),
        let now = try? RunState(replaying: entries).gates[gate.gate]
      else { return false }
      return now.opened.digest != gate.digest || now.isApproved || now.isRefused
    }
    switch decision {
    case .approved: try await answer(gate, .approved)
    case .refused: try await answer(gate, .refused)
    case .unavailable where Task.isCancelled: try queue(.runHeld(interruption))
    case .unavailable:
      try await takeInOthers()
      // Decided from elsewhere while it was asked, it is no hold.
      let now = state.gates[gate.gate]
      guard now?.opened.digest == gate.digest, now?.isApproved == false, now?.isRefused == false
      else { return }
      try queue(.runHeld(missingApproval(of: gate)))
    }
  }

  /// Takes a person's answer, unless it was decided from elsewhere while the question stood there.
  private mutating func answer(
    _ gate: GateOpened, _ decision: GateDecided.Decision
  ) async throws(StoreError) {
    try await takeInOthers()
    guard let now = state.gates[gate.gate], now.opened.digest == gate.digest else { return }
    if let refuser = now.refuser {
      return ports.observer.observe(
        progress: "The gate '\(gate.gate)' was refused by \(refuser.displayName) meanwhile: "
          + "this answer is not taken")
    }
    // A refusal is taken all the same: nothing runs that somebody refuses.
    if now.isApproved, decision == .approved {
      return ports.observer.observe(
        progress: "The gate '\(gate.gate)' was approved by \(now.approverNames) meanwhile")
    }
    try decide(gate, decision, by: .terminal)
    // With what others decide in this moment it is read again.
    try await flush()
  }

  private mutating func decide(
    _ gate: GateOpened, _ decision: GateDecided.Decision, by means: GateDecided.Means
  ) throws(StoreError) {
    try queue(
      .gateDecided(
        GateDecided(gate: gate.gate, decision: decision, means: means, digest: gate.digest)))
  }

  private func missingApproval(of gate: GateOpened) -> RunHeld {
    let missing = state.gates[gate.gate]?.missingApprovals ?? gate.approvals
    let people = missing == 1 ? "one more person" : "\(missing) more people"
    let names = state.gates[gate.gate]?.approverNames ?? ""
    let already = missing < gate.approvals
    let strangers = options.besides.sorted().filter { name in
      !(gate.others ?? []).contains { $0.run.rawValue.isIdentical(to: name) }
    }
    let beside = (gate.others ?? []).map {
      "\n\($0.summary); to go on beside it, say so: --beside \($0.run)"
    }
    return RunHeld(
      cause: .gate, subject: gate.gate,
      message: (already
        ? "the gate '\(gate.gate)' needs the approval of \(people)"
          + (names.isEmpty ? "" : "; approved by \(names)")
        : "the gate '\(gate.gate)' must be approved by "
          + (gate.approvals == 1
            ? "a person" : "\(gate.approvals) people, each from an account of their own"))
        + beside.joined()
        + strangers.map { "\n--beside \($0): no such run is at work there" }.joined())
  }
}

extension GateOpened {
  /// Whether each other run that is at work was named by who goes on beside it.
  public func isAccepted(beside runs: Set<String>) -> Bool {
    (others ?? []).allSatisfy { runs.contains($0.run.rawValue) }
  }
}

extension GateRequest {
  func redacted(by redactor: Redactor) -> GateRequest {
    var copy = GateRequest(
      gate: gate, steps: steps.map { redactor.redact($0) }, approvals: approvals,
      question: question, receiptConnections: receiptConnections, identities: identities)
    copy.isDeclinable = isDeclinable
    return copy
  }

  /// Over the steps and identities as the person is shown them, secrets taken out, and over what the
  /// approval binds.
  static func digest(
    of items: [GateItem], identities: [ConnectionIdentified], _ others: [OtherRun]
  ) -> Digest {
    var hasher = Digest.Hasher()
    for other in others { hasher.update("beside \(other.run)\n") }
    for item in items {
      hasher.update("\(item.step) \(item.fate.rawValue) \(item.effect.rawValue)\n")
      hasher.update("\(item.connection ?? "-")\n")
      for work in item.work {
        hasher.update("\(work.language.rawValue) \(work.text.utf8.count)\n\(work.text)\n")
        for parameter in work.parameters {
          hasher.update("\(parameter.name)=\(parameter.value.json)\n")
        }
      }
      for part in item.seal ?? [] { hasher.update("\(part.name) \(part.digest)\n") }
      for work in item.probe?.work ?? [] {
        hasher.update("probe \(work.text.utf8.count)\n\(work.text)\n")
      }
    }
    for identity in identities {
      let one = identity.identity
      hasher.update(
        "\(identity.connection) \(one.systemIdentifier ?? "?") \(one.databaseOID) \(one.role) "
          + "\(one.timelineID ?? 0) \(one.isReplica) \(one.isSuperuser) \(one.address) "
          + "\(one.searchPath ?? "?") \(one.serverAddress ?? "-") \(one.dataDirectory ?? "-") "
          + "\(one.roleWords)\n")
      if let kind = one.kind {
        let bound = one.allFacts.filter { $0.mayChange != true }.map { "\($0.words)\n" }
        hasher.update("\(kind) \(bound.joined())")
      }
      if let lost = identity.lost {
        hasher.update("lost \(lost.isLeaseLost) \(lost.receipts.map(\.rawValue))\n")
        if let begun = lost.begun { hasher.update("begun \(begun.map(\.rawValue))\n") }
      }
    }
    return hasher.finalize()
  }
}
