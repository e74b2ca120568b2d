package import RunbookEngine
package import RunbookModel
package import RunbookSystem
import Synchronization

/// The PostgreSQL databases of a run: one session for each connection.
///
/// `SQLKind` performs on the sessions of the gateway that it was made with.
package final class PostgresGateway: ConnectionGateway {
  private let sessions = Mutex<[String: PostgresSession]>([:])
  /// By connection: whose receipt tables are trusted there, for sessions that are made anew.
  private let receiptRoles = Mutex<[String: [String]]>([:])
  private let now: @Sendable () -> Timestamp

  private let confinement: Confinement?
  let run: RunID?
  let redactor: Redactor

  /// - Parameters:
  ///   - now: this host's clock, for the server's offset.
  ///   - confinement: what may be reached; nil is everything.
  ///   - redactor: takes secrets out of others' statements before they are cut for people.
  ///   - run: whose sessions they are, for whoever looks at the server.
  package init(
    now: @escaping @Sendable () -> Timestamp, confinement: Confinement? = nil,
    redactor: Redactor = .none, run: RunID? = nil
  ) {
    self.run = run
    self.now = now
    self.confinement = confinement
    self.redactor = redactor
  }

  package func configure(
    _ connection: Runbook.Connection, url: String
  ) async throws(StepFailure) {
    let target: PostgresTarget
    do throws(StepFailure) {
      target = try PostgresTarget(url: url)
      try confinement?.check(target)
    } catch {
      throw StepFailure(
        error.record.cause, "connection '\(connection.name)': \(error.record.message)",
        hint: error.record.hint)
    }
    let session = PostgresSession(
      connection: connection.name, target: target, now: now, confinement: confinement,
      receiptRoles: receiptRoles.withLock { $0[connection.name] ?? [] }, redactor: redactor,
      run: run)
    let former = sessions.withLock { sessions in
      defer { sessions[connection.name] = session }
      return sessions[connection.name]
    }
    await former?.close()
  }

  package func identify(_ connection: String) async throws(StepFailure) -> ConnectionIdentified {
    try await session(of: connection).identify()
  }

  package func checkReceipts(
    _ users: [ReceiptUser]
  ) async throws(StepFailure) -> [String] {
    var standings: [(connection: String, standing: ReceiptTables.Standing)] = []
    for user in users {
      standings.append((user.connection, try await standing(of: user, among: users)))
    }
    return try Receipts.preparation(for: standings).statements
  }

  package func prepareReceipts(_ users: [ReceiptUser]) async throws(StepFailure) {
    guard let first = users.first else { return }
    var standings = [
      (connection: first.connection, standing: try await standing(of: first, among: users))
    ]
    for user in users.dropFirst() {
      do throws(StepFailure) {
        standings.append((user.connection, try await standing(of: user, among: users)))
      } catch {
        // It is looked at again when it is used: what cannot be reached now keeps no other from going on.
        if error.record.cause == .interrupted { throw error }
      }
    }
    let preparation = try Receipts.preparation(for: standings)
    if let maker = preparation.connection {
      try await session(of: maker).use(until: .now + Receipts.deadline) {
        (link) throws(StepFailure) in
        try Receipts.make(preparation.statements, on: link)
      }
    }
    try await session(of: first.connection).use(until: .now + Receipts.deadline) {
      (link) throws(StepFailure) in
      _ = try ReceiptTables.mark(on: link)
    }
  }

  private func standing(
    of user: ReceiptUser, among users: [ReceiptUser]
  ) async throws(StepFailure) -> ReceiptTables.Standing {
    receiptRoles.withLock { $0[user.connection] = users.map(\.role) }
    return try await session(of: user.connection).use(until: .now + Receipts.deadline) {
      (link) throws(StepFailure) in
      link.facts.receiptRoles = users.map(\.role)
      link.facts.receiptMark = nil
      return try ReceiptTables.standing(link)
    }
  }

  package func trust(_ users: [ReceiptUser]) {
    let roles = users.map(\.role)
    receiptRoles.withLock { known in
      for user in users { known[user.connection] = roles }
    }
  }

  package func lost(
    of proof: RunProof, run: RunID, on connection: String
  ) async throws(StepFailure) -> LostProof? {
    let roles = receiptRoles.withLock { $0[connection] ?? [] }
    return try await session(of: connection).use(until: .now + Receipts.deadline) {
      (link) throws(StepFailure) in
      link.facts.receiptRoles = roles
      return try ReceiptProof(run: run, proof: proof, encoding: link.serverEncoding).lost(on: link)
    }
  }

  package func isConnected(_ connection: String) async -> Bool {
    guard let session = sessions.withLock({ $0[connection] }) else { return false }
    return await session.isConnected
  }

  package func note(
    _ attempt: Int64, of run: RunID, beside proof: RunProof, on connection: String
  ) async throws(StepFailure) {
    try await session(of: connection).use(until: .now + Receipts.deadline) {
      (link) throws(StepFailure) in
      try ReceiptProof(run: run, proof: proof, encoding: link.serverEncoding)
        .raise(to: attempt, on: link)
    }
  }

  package func noteEnd(of run: RunID, on connection: String) async throws(StepFailure) {
    try await session(of: connection).use(until: .now + RunEndMark.deadline) {
      (link) throws(StepFailure) in
      try RunEndMark(run: run, encoding: link.serverEncoding).leave(on: link)
    }
  }

  package func close() async {
    let all = sessions.withLock { sessions in
      defer { sessions = [:] }
      return Array(sessions.values)
    }
    for session in all { await session.close() }
  }

  /// Where a connection leads; nil until it is configured.
  package func target(of connection: String) -> PostgresTarget? {
    sessions.withLock { $0[connection]?.target }
  }

  package func session(of connection: String) throws(StepFailure) -> PostgresSession {
    guard let session = sessions.withLock({ $0[connection] }) else {
      throw StepFailure(.invalid, "connection '\(connection)' has not been configured")
    }
    return session
  }

  package func environment(
    of connection: String, beside inherited: [String: String], with own: [String: String],
    for attempt: AttemptContext?, mayChange: Bool
  ) async -> [String: String] {
    var environment = inherited
    if let target = target(of: connection) {
      // In a sandbox nothing is inherited that leads anywhere, but what leads to it.
      environment =
        confinement == nil
        ? ScriptTarget.environment(of: target, beside: inherited)
        : inherited.merging(target.environment) { _, new in new }
    }
    environment["PGAPPNAME"] = attempt.map { SQLRemnants.applicationName($0.run, $0.step) }
    environment.merge(own) { _, new in new }
    if !mayChange {
      let options = environment["PGOPTIONS"].map { $0 + " " } ?? ""
      environment["PGOPTIONS"] = options + "-c default_transaction_read_only=on"
    }
    return environment
  }

  package func requireSame(
    _ connection: String, ledToBy environment: [String: String], with own: [String: String]
  ) async throws(StepFailure) {
    guard confinement == nil else { return }
    guard environment["PGSERVICE"]?.isEmpty != false else {
      throw StepFailure(
        .refused,
        "`PGSERVICE` of the step's `env:` goes before what leads its programs to connection '\(connection)'",
        hint: "take it away, or the `connection:`")
    }
    // By the name that it bears a session is taken for what the step has left.
    let leading = environment.filter { $0.key != "PGAPPNAME" }
    guard let target = ScriptTarget.target(of: leading) else { return }
    let known = try await session(of: connection).identify().identity
    let session = PostgresSession(
      connection: connection, target: target, now: now, redactor: redactor, run: run)
    let now: ConnectionIdentity
    do throws(StepFailure) {
      now = try await session.identify().identity
    } catch {
      await session.close()
      throw StepFailure(
        error.record.cause,
        "where the step's programs are led to cannot be reached: \(error.record.message)",
        detail: error.record.detail, mayRetryHelp: error.record.mayRetryHelp)
    }
    await session.close()
    guard known.isSameDatabase(as: now), known.serverStart == now.serverStart,
      known.serverAddress == now.serverAddress, known.dataDirectory == now.dataDirectory
    else {
      throw StepFailure(
        .elsewhere, "the step's programs are not led where connection '\(connection)' leads",
        detail: "that is \(known.summary), and they are led to \(now.summary)",
        hint: "take what leads elsewhere out of its `env:`, or the `connection:`")
    }
    // What the step sets by itself stands at its gate.
    guard !own.keys.contains(where: ScriptTarget.isLeading) else { return }
    try known.requireSame(as: now, connection: connection)
  }

  package func settings(of connection: String) async -> [Surrounding] {
    do throws(StepFailure) {
      return try await session(of: connection).settings()
    } catch {
      return [Surrounding(name: "the settings of connection '\(connection)'", content: "not known")]
    }
  }
}

extension PostgresGateway {
  package func code(of connection: String) async -> [Surrounding]? {
    do throws(StepFailure) {
      return try await session(of: connection).use(until: .now + .seconds(30)) {
        (link) throws(StepFailure) in
        do throws(LinkError) {
          return try DatabaseCode.parts(on: link)
        } catch {
          throw StepFailure(link: error, mayHaveCommitted: false, holders: [])
        }
      }
    } catch {
      return nil
    }
  }

  /// Sessions of the server that carry the step's name or hold its lock, but for our own.
  package func remnants(
    of context: AttemptContext, on connection: String
  ) async throws(StepFailure) -> [Remnant] {
    try await ask(SQLRemnants.query(context), on: connection)
      .compactMap { SQLRemnants.remnant($0, redactor) }
  }

  package func end(
    _ remnants: [Remnant], of context: AttemptContext, on connection: String
  ) async throws(StepFailure) -> [EndedProcess] {
    let told = try await numbers(SQLRemnants.termination(context), on: connection)
    return Self.ended(told, among: remnants)
  }

  private static func ended(_ pids: [Int64], among remnants: [Remnant]) -> [EndedProcess] {
    pids.map { pid in
      let known = remnants.first { $0.pid == pid }
      return EndedProcess(
        known ?? Remnant(pid: pid, summary: "the server's process \(pid)", since: nil),
        by: "pg_terminate_backend")
    }
  }

  /// Ends sessions that perform a step where their end undoes what they did, and sees them gone.
  package func endUnfinished(
    _ context: AttemptContext, on connection: String
  ) async throws(StepFailure) -> [EndedProcess] {
    let key = SQLLock.key(context)
    let found = try await remnants(of: context, on: connection)
    let told = try await numbers(SQLLock.ending(key), on: connection)
    var left = told
    let deadline = ContinuousClock.now + .seconds(5)
    while !left.isEmpty, .now < deadline {
      _ = try await ask(SQLCommand("SELECT pg_catalog.pg_sleep(0.05)"), on: connection)
      left = try await numbers(SQLLock.holding(key), on: connection)
    }
    return Self.ended(told.filter { !left.contains($0) }, among: found)
  }

  /// The first of each row.
  private func numbers(
    _ command: SQLCommand, on connection: String
  ) async throws(StepFailure) -> [Int64] {
    try await ask(command, on: connection).compactMap { $0.first?.intValue }
  }

  package func ask(
    _ command: SQLCommand, on connection: String
  ) async throws(StepFailure) -> [[Value]] {
    try await session(of: connection).use(until: .now + .seconds(30)) {
      (link) throws(StepFailure) in
      try link.answers(to: [command]).first?.resultSet?.rows ?? []
    }
  }
}
