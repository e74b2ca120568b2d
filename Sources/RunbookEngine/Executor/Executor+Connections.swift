import RunbookModel

/// Connections: made ready, identified, and proven to lead to the database that the run knows.
extension Executor {
  /// Asks a connection who it is, for a gate that must show it; the run is held where it cannot say.
  mutating func identify(_ connection: String) async throws(StoreError) {
    try await flushOutcome()
    do throws(StepFailure) {
      let identity = try await provenIdentity(of: connection)
      seenConnections.insert(connection)
      try queueOrFail(.connectionIdentified(identity))
    } catch {
      try queue(.runHeld(hold(connection, error.record, "connection '\(connection)': ")))
    }
  }

  /// Connects where that has not happened, and asks the server who it is.
  mutating func identity(of connection: String) async throws(StepFailure) -> ConnectionIdentified {
    try await configure(connection)
    return try await ports.gateway.identify(connection)
  }

  /// Says where a connection leads, where that has not happened.
  mutating func configure(_ connection: String) async throws(StepFailure) {
    guard !configuredConnections.contains(connection) else { return }
    if let sandbox,
      let declared = plan.runbook.connections.first(where: { $0.name == connection })
    {
      try await ports.gateway.configure(declared, url: sandbox.url)
    } else if let target = plan.targets.first(where: { $0.connection.name == connection }) {
      try await ports.gateway.configure(target.connection, url: target.url)
    }
    configuredConnections.insert(connection)
  }

  enum Readiness {
    case ready
    case obstacle(FailureRecord)
    /// It leads elsewhere than before: a person has to decide first.
    case contested
  }

  /// Makes sure that a connection is there, and leads where it led before, to a database that holds what it should.
  mutating func prepareConnection(_ connection: String?) async -> Readiness {
    guard let connection else { return .ready }
    guard await isUnseen(connection) else {
      return state.contested[connection] == nil ? .ready : .contested
    }
    if seenConnections.contains(connection) { forget(connection) }
    do throws(StepFailure) {
      let identity = try await provenIdentity(of: connection)
      seenConnections.insert(connection)
      if let known = state.identities[connection]?.identity,
        known.isSameDatabase(as: identity.identity), !identity.isDoubtful,
        known.changes(to: identity.identity).isEmpty, state.unseen[connection] == nil,
        !state.proof(on: connection).isEmpty || known.restart(to: identity.identity) == nil
      {
        return .ready
      }
      try queueOrFail(.connectionIdentified(identity))
      return state.contested[connection] == nil ? .ready : .contested
    } catch {
      // Where it leads now here and now there, nobody can be asked about it.
      let record = error.record
      return .obstacle(record.cause == .elsewhere ? record.of(.refused) : record)
    }
  }

  /// Who the server is, and what of the run is missing there. It is asked whenever a connection is made: what comes
  /// of it later, each transaction finds out for itself.
  mutating func provenIdentity(
    of connection: String
  ) async throws(StepFailure) -> ConnectionIdentified {
    var identity = try await identity(of: connection)
    let proof = state.proof(on: connection, of: identity.identity)
    if !proof.isEmpty {
      ports.gateway.trust(receiptUsers(of: connection))
      identity.lost = try await ports.gateway.lost(of: proof, run: options.run, on: connection)
      if mayBeCopy(identity) { identity.mayBeCopy = true }
    }
    seenStarts[connection] = identity.identity.serverStart
    return identity
  }

  /// Whether the server is seen to have been started anew by a process that has not seen it before that: what the run
  /// left there is in a copy, too, that was made since. A process that was there all the time met the restart itself.
  private func mayBeCopy(_ found: ConnectionIdentified) -> Bool {
    guard !plan.isSandbox, let known = state.identities[found.connection]?.identity,
      known.restart(to: found.identity) != nil
    else { return false }
    return seenStarts[found.connection] != known.serverStart
  }

  /// The plan's connections that keep receipts in the same database as this one, which comes first.
  func receiptUsers(of connection: String) -> [ReceiptUser] {
    guard let one = state.identities[connection]?.identity else { return [] }
    let names =
      [connection] + machine.receiptConnections.filter { !$0.isIdentical(to: connection) }
    return names.compactMap { name in
      guard let other = state.identities[name]?.identity, one.sharesTables(with: other) else {
        return nil
      }
      return ReceiptUser(connection: name, role: other.role)
    }
  }

  mutating func obstacle(
    _ objection: FailureRecord?, to bound: BoundStep
  ) async -> FailureRecord? {
    if let objection { return objection.of(.refused) }
    return await prepareReceipts(bound)
  }

  mutating func prepareReceipts(_ bound: BoundStep) async -> FailureRecord? {
    guard bound.settledBy == .receipt, let connection = bound.activity.connection else {
      return nil
    }
    return await prepareReceipts(on: connection)
  }

  mutating func prepareReceipts(on connection: String) async -> FailureRecord? {
    guard !preparedReceipts.contains(connection) else { return nil }
    do throws(StepFailure) {
      try await ports.gateway.prepareReceipts(receiptUsers(of: connection))
      preparedReceipts.insert(connection)
      return nil
    } catch {
      return error.record
    }
  }
}

extension ConnectionIdentity {
  /// Whether the tables for receipts are the same. Not every role may ask for the system's identifier.
  fileprivate func sharesTables(with other: ConnectionIdentity) -> Bool {
    guard let systemIdentifier, let system = other.systemIdentifier else {
      return address.isIdentical(to: other.address) && databaseOID == other.databaseOID
    }
    return systemIdentifier.isIdentical(to: system) && databaseOID == other.databaseOID
  }
}
