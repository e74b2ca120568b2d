import RunbookModel

/// The run's connections: made ready, identified, and proven to lead to the database that the run knows.
///
/// Nothing else reaches the gateway.
final class RunConnections {
  private let setup: RunSetup
  private let record: RunRecord
  private let gateway: any ConnectionGateway
  /// Those of which the gateway knows where they lead.
  private var configured: Set<String> = []
  /// Those whose identity this process has seen.
  private var seen: Set<String> = []
  /// By connection: when the server was started that this process has seen there last.
  private var seenStarts: [String: Timestamp] = [:]
  private var preparedReceipts: Set<String> = []
  /// Where all of them lead in a sandbox.
  private var sandboxURL: String?

  init(_ setup: RunSetup, _ record: RunRecord, _ gateway: any ConnectionGateway) {
    self.setup = setup
    self.record = record
    self.gateway = gateway
  }

  private var plan: Plan { setup.plan }
  private var state: RunState { record.state }

  /// Leads all of them to the sandbox's database.
  func lead(toSandbox url: String) async throws(StepFailure) {
    sandboxURL = url
    for connection in plan.runbook.connections {
      try await gateway.configure(connection, url: url)
      configured.insert(connection.name)
    }
  }

  /// Says where a connection leads, where that has not happened.
  func configure(_ connection: String) async throws(StepFailure) {
    guard !configured.contains(connection) else { return }
    if let sandboxURL,
      let declared = plan.runbook.connections.first(where: { $0.name == connection })
    {
      try await gateway.configure(declared, url: sandboxURL)
    } else if let target = plan.targets.first(where: { $0.connection.name == connection }) {
      try await gateway.configure(target.connection, url: target.url)
    }
    configured.insert(connection)
  }

  /// Where it leads is asked anew before it is used again, over a new session.
  func forget(_ connection: String) {
    seen.remove(connection)
    configured.remove(connection)
    preparedReceipts.remove(connection)
  }

  func isSeen(_ connection: String) -> Bool { seen.contains(connection) }

  /// Whether a server has to be asked who it is before the connection is used.
  func isUnseen(_ connection: String?) async -> Bool {
    guard let connection else { return false }
    guard seen.contains(connection) else { return true }
    return await !gateway.isConnected(connection)
  }

  enum Readiness {
    case ready
    case obstacle(FailureRecord)
    /// It leads elsewhere than before: a person has to decide first.
    case contested
  }

  /// Makes sure that a connection is there, and leads where it led before, to a database that holds what it should.
  func prepare(_ connection: String?) async -> Readiness {
    guard let connection else { return .ready }
    guard await isUnseen(connection) else {
      return state.contested[connection] == nil ? .ready : .contested
    }
    if seen.contains(connection) { forget(connection) }
    do throws(StepFailure) {
      let identity = try await provenIdentity(of: connection)
      seen.insert(connection)
      if let known = state.identities[connection]?.identity,
        known.isSameDatabase(as: identity.identity), !identity.isDoubtful,
        known.changes(to: identity.identity).isEmpty, state.unseen[connection] == nil,
        known.serverStart == identity.identity.serverStart,
        !state.proof(on: connection).isEmpty || known.replacement(by: identity.identity) == nil
      {
        return .ready
      }
      try record.queueOrFail(.connectionIdentified(identity))
      return state.contested[connection] == nil ? .ready : .contested
    } catch {
      // Where it leads now here and now there, nobody can be asked about it.
      let record = error.record
      return .obstacle(record.cause == .elsewhere ? record.of(.refused) : record)
    }
  }

  /// Asks a connection who it is, for a gate that must show it; the run is held where it cannot say.
  func identify(_ connection: String) async throws(StoreError) {
    try await record.flushOutcome()
    do throws(StepFailure) {
      let identity = try await provenIdentity(of: connection)
      seen.insert(connection)
      try record.queueOrFail(.connectionIdentified(identity))
    } catch {
      try record.hold(
        for: error.record, about: connection, saying: "connection '\(connection)': ")
    }
  }

  /// Connects where that has not happened, and asks the server who it is.
  func identity(of connection: String) async throws(StepFailure) -> ConnectionIdentified {
    try await configure(connection)
    return try await gateway.identify(connection)
  }

  /// Who the server is, and what of the run is missing there. It is asked whenever a connection is made: what comes
  /// of it later, each transaction finds out for itself.
  private func provenIdentity(
    of connection: String
  ) async throws(StepFailure) -> ConnectionIdentified {
    var identity = try await identity(of: connection)
    let proof = state.proof(on: connection, of: identity.identity)
    if !proof.isEmpty {
      gateway.trust(receiptUsers(of: connection))
      identity.lost = try await gateway.lost(of: proof, run: setup.options.run, on: connection)
      if mayBeCopy(identity) { identity.mayBeCopy = true }
    }
    seenStarts[connection] = identity.identity.serverStart
    return identity
  }

  /// Whether the server is seen to have been started anew by a process that has not seen it before that: what the run
  /// left there is in a copy, too, that was made since. A process that was there all the time met the restart itself.
  private func mayBeCopy(_ found: ConnectionIdentified) -> Bool {
    guard !plan.isSandbox,
      let known = state.identities[found.connection]?.identity.serverStart,
      let now = found.identity.serverStart
    else { return false }
    return now != known && seenStarts[found.connection] != known
  }

  /// What the databases that an attempt may have changed have of code of their own now that it has ended; nil where it
  /// changes nothing, or none could be asked. What has left nothing has changed nothing: what is another then, somebody
  /// else has made, and it is held against what was there before.
  func codeAfter(_ bound: BoundStep, _ report: AttemptFinished) async -> [DatabaseCodeSeen]? {
    guard bound.step.phase.mayChange, !bound.step.options.isTrial,
      bound.settledBy != .repeatable, let connection = bound.activity.connection,
      let own = state.identities[connection]?.identity
    else { return nil }
    let users = state.identities.sorted(by: { $0.key < $1.key }).filter { name, other in
      name.isIdentical(to: connection) || own.sharesTables(with: other.identity)
    }.map(\.key)
    if report.outcome == .failed, report.isEffectDone != true, bound.activity.isUndoneByFailing {
      return users.map { DatabaseCodeSeen(connection: $0, parts: []) }
    }
    var found: [DatabaseCodeSeen] = []
    // What one role sees of it another may not.
    for name in users {
      do throws(StepFailure) { try await configure(name) } catch { continue }
      guard let code = await gateway.code(of: name) else { continue }
      let parts = code.map { one in
        SealedPart(
          name: setup.redactor.redact(one.name),
          digest: StepSeal.digest(of: one.content, key: setup.options.key),
          group: one.group.map { $0.redacted(by: setup.redactor) })
      }
      if !parts.isEmpty { found.append(DatabaseCodeSeen(connection: name, parts: parts)) }
    }
    return found.isEmpty ? nil : found
  }

  /// Other runs that are at work in a connection's database.
  func othersAtWork(
    on connection: String, lookingAtReceipts: Bool
  ) async throws(StepFailure) -> [OtherRun] {
    try await gateway.othersAtWork(
      on: connection, besides: setup.options.run, lookingAtReceipts: lookingAtReceipts,
      since: state.startedAt, now: setup.clock.now())
  }

  /// Marks the end of the run in each database in which it has left something. Where it cannot be marked, others ask
  /// about it for a while.
  func markEnd() async {
    guard !plan.isSandbox, !setup.options.isDrill else { return }
    for connection in state.markedConnections {
      do throws(StepFailure) {
        if !seen.contains(connection) { _ = try await identity(of: connection) }
        try await gateway.noteEnd(of: setup.options.run, on: connection)
      } catch {
        setup.tell(
          setup.redactor.redact(
            "That the run has ended is not marked in the database of '\(connection)': "
              + error.record.text))
      }
    }
  }

  func close() async { await gateway.close() }
}

/// Receipts.
extension RunConnections {
  /// Looks whether all roles of the plan can keep receipts, database by database.
  ///
  /// - Returns: what will be run for that.
  func checkReceipts(on connections: [String]) async throws(StepFailure) -> [String] {
    var checked: Set<String> = []
    var statements: [String] = []
    for connection in connections where !checked.contains(connection) {
      let users = receiptUsers(of: connection)
      checked.formUnion(users.map(\.connection))
      for statement in try await gateway.checkReceipts(users)
      where !statements.contains(where: { $0.isIdentical(to: statement) }) {
        statements.append(statement)
      }
    }
    return statements
  }

  /// Lets a step keep its receipt.
  ///
  /// - Returns: what is in the way of that.
  func prepareReceipts(for bound: BoundStep) async -> FailureRecord? {
    guard bound.settledBy == .receipt, let connection = bound.activity.connection else {
      return nil
    }
    return await prepareReceipts(on: connection, lockTimeout: bound.lockTimeout)
  }

  private func prepareReceipts(
    on connection: String, lockTimeout: Duration? = nil
  ) async -> FailureRecord? {
    guard !preparedReceipts.contains(connection) else { return nil }
    do throws(StepFailure) {
      try await gateway.prepareReceipts(
        receiptUsers(of: connection, lockTimeout: lockTimeout))
      preparedReceipts.insert(connection)
      return nil
    } catch {
      return error.record
    }
  }

  /// Notes in the database that an attempt begins which leaves no receipt there.
  ///
  /// - Parameter count: the run's attempts by then, this one included.
  func note(
    _ count: Int64, on connection: String, lockTimeout: Duration?
  ) async throws(StepFailure) {
    if let obstacle = await prepareReceipts(on: connection, lockTimeout: lockTimeout) {
      throw StepFailure(obstacle)
    }
    try await gateway.note(
      count, of: setup.options.run, beside: state.proof(on: connection), on: connection)
  }

  /// The plan's connections that keep receipts in the same database as this one, which comes first.
  private func receiptUsers(of connection: String, lockTimeout: Duration? = nil) -> [ReceiptUser] {
    guard let one = state.identities[connection]?.identity else { return [] }
    let names =
      [connection] + setup.machine.receiptConnections.filter { !$0.isIdentical(to: connection) }
    return names.compactMap { name in
      guard let other = state.identities[name]?.identity, one.sharesTables(with: other) else {
        return nil
      }
      return ReceiptUser(connection: name, role: other.role, lockTimeout: lockTimeout)
    }
  }
}

extension BoundStep {
  /// How long the step may wait for a lock, where its author says so.
  var lockTimeout: Duration? { step.body["lock_timeout"]?.duration }
}
