public import RunbookModel

/// Opens gates, has people decide on them, and takes their answers (law L8).
final class GateKeeper {
  private let setup: RunSetup
  private let record: RunRecord
  private let contents: GateContents
  private let seals: ApprovalSeals
  private let person: any Operator
  /// Gates that `--approve` has approved in this process.
  private var approvedByFlag: Set<String> = []
  /// By gate: the digest of what this process has shown of it.
  private var shownGates: [String: Digest] = [:]

  init(
    _ setup: RunSetup, _ record: RunRecord, _ contents: GateContents, _ seals: ApprovalSeals,
    _ person: any Operator
  ) {
    self.setup = setup
    self.record = record
    self.contents = contents
    self.seals = seals
    self.person = person
  }

  private var state: RunState { record.state }
  private var options: RunOptions { setup.options }

  /// - Parameter changes: why it is opened anew.
  func open(_ wanted: GateRequest, changes: [String]? = nil) async throws(StoreError) {
    guard let gate = try await contents.content(of: wanted) else { return }
    // What nobody has approved as it is now stays said, whoever looks at the gate.
    try open(gate, changes ?? state.gateChanges[gate.gate])
  }

  private func open(_ gate: GateOpened, _ changes: [String]?) throws(StoreError) {
    var gate = gate
    gate.changes = changes
    if let approved = state.lapsedGates[gate.gate] {
      // What is said of it is said of what it is now, whatever it was in between.
      let since =
        approved.openedAsLeft.uncovered(by: gate)
        + seals.changedConnections(since: approved.opened)
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
    try record.queue(.gateOpened(gate))
  }

  /// What a line of changes is of: the step, the connection or the run that it begins with.
  private static func subject(of line: String) -> ExactText {
    let words = line.pieces(separatedBy: " ").prefix(2).map(String.init)
    let isNamed = line.begins(with: "run ") || line.begins(with: "connection ")
    return ExactText(
      isNamed ? String(words.joined(separator: " ").dropping(suffix: ":")) : words.first ?? "")
  }

  /// Has a gate decided: by what `--approve` says, or by a person; else the run is held.
  func ask(_ gate: GateOpened) async throws(StoreError) {
    guard try await isAsItWasShown(gate) else { return }
    let approved = state.gates[gate.gate]?.accounts.contains(options.actor.account) == true
    guard !approved, gate.approvals < 2 || options.isActorKnown else {
      return try record.queue(.runHeld(missingApproval(of: gate)))
    }
    if setup.approvesUnseen { return try decide(gate, .approved, by: .sandbox) }
    // Named ahead of time it is approved once: what is another afterwards, a person is to see.
    if options.approvals.contains(gate.gate), gate.isAccepted(beside: options.besides),
      approvedByFlag.insert(gate.gate).inserted
    {
      return try decide(gate, .approved, by: .flag)
    }
    try await record.flush()
    let decision = await person.decide(
      on: setup.redactor.redact(gate), unless: record.isDecided(gate))
    switch decision {
    case .approved: try await answer(gate, .approved)
    case .refused: try await answer(gate, .refused)
    case .unavailable where Task.isCancelled: try record.holdInterrupted()
    case .unavailable:
      try await record.takeInOthers()
      // Decided from elsewhere while it was asked, it is no hold.
      let now = state.gates[gate.gate]
      guard now?.opened.digest == gate.digest, now?.isApproved == false, now?.isRefused == false
      else { return }
      try record.queue(.runHeld(missingApproval(of: gate)))
    }
  }

  /// Holds a gate that an earlier process opened against what it would show now, before anybody is asked: where that is
  /// another, it is opened in its place.
  ///
  /// - Returns: whether it may be asked; else the run is held, or decides anew.
  private func isAsItWasShown(_ gate: GateOpened) async throws(StoreError) -> Bool {
    guard shownGates[gate.gate] != gate.digest,
      let request = setup.machine.request(for: gate, state, record.scope)
    else { return true }
    guard let now = try await contents.content(of: request) else { return false }
    guard now.digest == gate.digest else {
      try open(now, gate.differences(to: now))
      return false
    }
    shownGates[gate.gate] = gate.digest
    setup.observer.observe(waiting: setup.redactor.redact(gate))
    return true
  }

  /// Takes a person's answer, unless it was decided from elsewhere while the question stood there.
  private func answer(
    _ gate: GateOpened, _ decision: GateDecided.Decision
  ) async throws(StoreError) {
    try await record.takeInOthers()
    guard let now = state.gates[gate.gate], now.opened.digest == gate.digest else { return }
    if let refuser = now.refuser {
      return setup.tell(
        "The gate '\(gate.gate)' was refused by \(refuser.displayName) meanwhile: "
          + "this answer is not taken")
    }
    // A refusal is taken all the same: nothing runs that somebody refuses.
    if now.isApproved, decision == .approved {
      return setup.tell("The gate '\(gate.gate)' was approved by \(now.approverNames) meanwhile")
    }
    try decide(gate, decision, by: .terminal)
    // With what others decide in this moment it is read again.
    try await record.flush()
  }

  private func decide(
    _ gate: GateOpened, _ decision: GateDecided.Decision, by means: GateDecided.Means
  ) throws(StoreError) {
    try record.queue(
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
