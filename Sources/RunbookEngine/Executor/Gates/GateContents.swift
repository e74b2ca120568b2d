import RunbookModel

/// Makes of what the machine wants to have decided what a gate shows, with what databases say of it now.
struct GateContents {
  private let setup: RunSetup
  private let record: RunRecord
  private let connections: RunConnections
  private let others: OtherRuns
  private let seals: ApprovalSeals

  init(
    _ setup: RunSetup, _ record: RunRecord, _ connections: RunConnections, _ others: OtherRuns,
    _ seals: ApprovalSeals
  ) {
    self.setup = setup
    self.record = record
    self.connections = connections
    self.others = others
    self.seals = seals
  }

  /// A gate as it is to be opened now; nil where the run is held, or a person has to decide first where a connection
  /// leads.
  func content(of wanted: GateRequest) async throws(StoreError) -> GateOpened? {
    let request = wanted.redacted(by: setup.redactor)
    let names = Self.connections(of: request)
    if !names.isEmpty { try await record.flushOutcome() }
    for name in names {
      switch await connections.prepare(name) {
      case .ready: continue
      case .contested: return nil
      case .obstacle(let failure):
        try record.hold(for: failure, about: name, saying: "connection '\(name)': ")
        return nil
      }
    }
    let statements: [String]
    let others: [OtherRun]
    do throws(StepFailure) {
      (statements, others) = try await KnownGround(connections).perform(on: names) {
        () async throws(StepFailure) in try await findings(for: request)
      }
    } catch {
      if case .elsewhere = error.record.cause { return nil }
      try record.hold(for: error.record, about: request.gate)
      return nil
    }
    return await opened(request, statements, others)
  }

  /// Those that the steps use, and those that receipts are kept on: what the gate shows of them is as
  /// of now, also where an earlier process saw them.
  private static func connections(of request: GateRequest) -> [String] {
    guard request.identities.isEmpty else { return [] }
    var names: [String] = []
    for name in request.receiptConnections + request.steps.compactMap(\.connection)
    where !names.contains(name) {
      names.append(name)
    }
    return names
  }

  /// What is run first for receipts, and who else is at work there.
  private func findings(
    for request: GateRequest
  ) async throws(StepFailure) -> ([String], [OtherRun]) {
    try refusePoolers(for: request)
    let statements = try await connections.checkReceipts(on: request.receiptConnections)
    guard !request.steps.isEmpty else { return (statements, []) }
    return (
      statements,
      try await others.atWork(
        beside: shown(in: request), keepingReceiptsOn: request.receiptConnections)
    )
  }

  /// What needs a session of its own is not begun where a pooler gives none.
  private func refusePoolers(for request: GateRequest) throws(StepFailure) {
    for item in request.steps where [.willRun, .undecided].contains(item.fate) {
      guard let connection = item.connection,
        record.state.identities[connection]?.identity.isPooled == true,
        let step = setup.step(item.step)
      else { continue }
      let need: String?
      do throws(StepFailure) {
        need = try setup.binder.bind(step, in: record.scope).activity.sessionNeed
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

  private func opened(
    _ request: GateRequest, _ statements: [String], _ others: [OtherRun]
  ) async -> GateOpened {
    var steps: [GateItem] = []
    for step in request.steps { steps.append(await seals.sealed(step)) }
    let shown = shown(in: request)
    return GateOpened(
      gate: request.gate, steps: steps,
      preparation: statements.map { WorkItem(language: .sql, text: $0, effect: .mutating) },
      identities: shown, approvals: request.approvals, question: request.question,
      digest: GateRequest.digest(of: steps, identities: shown, others),
      others: others.isEmpty ? nil : others, isDeclinable: request.isDeclinable ? true : nil)
  }

  private func shown(in request: GateRequest) -> [ConnectionIdentified] {
    guard request.identities.isEmpty else { return request.identities }
    let known = record.state.identities.sorted { $0.key < $1.key }.map(\.value)
    return known.filter { identity in
      request.steps.contains { $0.connection == identity.connection }
        || request.receiptConnections.contains(identity.connection)
    }
  }
}

extension GateRequest {
  fileprivate func redacted(by redactor: Redactor) -> GateRequest {
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
