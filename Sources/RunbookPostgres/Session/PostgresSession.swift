package import RunbookEngine
package import RunbookModel
package import RunbookSystem
import Synchronization

/// The one session of a connection, on a thread of its own.
///
/// It connects when it is first used, and again after the connection was lost, a request was
/// interrupted, or a request left it in an unclear state. Each time it asks the server who it is: once
/// an identity is known, another one is refused, and so is the same server when it was started anew. Each
/// transaction asks again (`PostgresLink.opening`).
package actor PostgresSession {
  package nonisolated let target: PostgresTarget
  private nonisolated let executor = ThreadExecutor()
  private nonisolated let interruption = LinkInterruption()
  private nonisolated let requests = Atomic<UInt64>(0)
  private let connection: String
  private let now: @Sendable () -> Timestamp
  private let confinement: Confinement?
  private let own: OwnServer?
  private let redactor: Redactor
  private let run: RunID?
  private var pq: LibPQ?
  private var identified: ConnectionIdentified?
  /// When the server was started that was identified.
  private var serverStart: String?
  private let facts: SessionFacts

  /// - Parameters:
  ///   - confinement: any other target is refused before a connection is opened.
  ///   - own: the server of our own that is meant, and no other; that of the confinement where there is one.
  ///   - redactor: takes secrets out of others' statements.
  ///   - run: the session carries its name where no step gives it another.
  package init(
    connection: String, target: PostgresTarget, now: @escaping @Sendable () -> Timestamp,
    confinement: Confinement? = nil, own: OwnServer? = nil,
    receiptRoles: [String] = [], redactor: Redactor = .none,
    run: RunID? = nil
  ) {
    self.redactor = redactor
    self.run = run
    self.connection = connection
    facts = SessionFacts(connection: connection)
    facts.receiptRoles = receiptRoles
    self.target = target
    self.now = now
    self.confinement = confinement
    self.own = own ?? confinement?.server
  }

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  /// Runs `body` with an open connection, and on the session's thread.
  ///
  /// A cancelled task makes the waits of `body` throw `interrupted`, and a passed deadline
  /// `deadline`; the connection is closed then.
  package nonisolated func use<Result: Sendable>(
    until deadline: ContinuousClock.Instant,
    _ body: @Sendable (PostgresLink) throws(StepFailure) -> Result
  ) async throws(StepFailure) -> Result {
    let request = requests.wrappingAdd(1, ordering: .relaxed).newValue
    let outcome = await withTaskCancellationHandler {
      await perform(request, until: deadline, body)
    } onCancel: {
      interruption.interrupt(request)
    }
    interruption.forget(request)
    return try outcome.get()
  }

  /// The server's identity, as of the last time a connection was made.
  package nonisolated func identify() async throws(StepFailure) -> ConnectionIdentified {
    try await use(until: .now + target.connectTimeout) { (_) throws(StepFailure) in }
    return try await known()
  }

  /// What was set for the session when its connection was made, for an approval to bind.
  package nonisolated func settings() async throws(StepFailure) -> [Surrounding] {
    try await use(until: .now + target.connectTimeout) { (link) throws(StepFailure) in
      link.facts.settings.map { Surrounding(name: "the setting \($0.name)", content: $0.value) }
    }
  }

  package func close() { pq = nil }

  /// Whether the connection that was made is still there.
  package var isConnected: Bool { pq?.isAlive() == true }

  private func known() throws(StepFailure) -> ConnectionIdentified {
    guard let identified else { throw StepFailure(.unreachable, "\(connection) is closed") }
    return identified
  }

  private func perform<Result: Sendable>(
    _ request: UInt64, until deadline: ContinuousClock.Instant,
    _ body: (PostgresLink) throws(StepFailure) -> Result
  ) -> Swift.Result<Result, StepFailure> {
    let wait = LinkWait(deadline: deadline, interruption: interruption, request: request)
    do throws(StepFailure) {
      let link = try openLink(wait)
      defer { if link.isSpent { pq = nil } }
      return .success(try body(link))
    } catch {
      return .failure(error)
    }
  }

  private func openLink(_ wait: LinkWait) throws(StepFailure) -> PostgresLink {
    if interruption.isInterrupted(wait.request) {
      throw StepFailure(.interrupted, "interrupted before anything was run")
    }
    if let pq, pq.isAlive() {
      let link = self.link(pq, wait)
      do throws(LinkError) {
        if try link.settle() { return link }
      } catch {
        if case .interrupted = error { throw failure(error) }
      }
    }
    pq = nil
    let opened = try connect(wait)
    pq = opened
    return link(opened, wait)
  }

  private func link(_ pq: LibPQ, _ wait: LinkWait) -> PostgresLink {
    let (target, own, redactor) = (target, own, redactor)
    return PostgresLink(pq, wait: wait, facts: facts) { pid in
      Self.holders(
        of: pid, target, own, redactor, interruption: wait.interruption, request: wait.request)
    }
  }

  private func connect(_ wait: LinkWait) throws(StepFailure) -> LibPQ {
    try confinement?.check(target)
    var limited = wait
    limited.deadline = min(wait.deadline, .now + target.connectTimeout)
    let opened: LibPQ
    let answer: ConnectionIdentified
    let settings = facts.settings
    do throws(LinkError) {
      opened = try Self.open(target, own, limited, run)
      facts.forget()
      answer = try IdentityQuestion.ask(
        opened, limited, connection: connection, facts: facts, now: now)
    } catch {
      throw failure(error)
    }
    try own?.require(answer.identity, connection: connection)
    if identified != nil { try requireSameSettings(as: settings) }
    try accept(answer)
    return opened
  }

  /// What the former connection was approved with counts for the new one only where it is the same.
  private func requireSameSettings(
    as former: [(name: String, value: String)]
  ) throws(StepFailure) {
    let isSame = facts.settings.elementsEqual(former) {
      $0.name.isIdentical(to: $1.name) && $0.value.isIdentical(to: $1.value)
    }
    guard !isSame else { return }
    throw StepFailure(
      .elsewhere, "the settings of connection '\(connection)' are not what they were",
      detail: "whether it may go on with them has to be looked at first")
  }

  private func accept(_ answer: ConnectionIdentified) throws(StepFailure) {
    if let identified {
      try identified.identity.requireSame(as: answer.identity, connection: connection)
      guard serverStart == facts.serverStart else {
        throw StepFailure(
          .elsewhere, "the server of connection '\(connection)' was started anew",
          detail: "whether it still holds all that was there has to be looked at first")
      }
    }
    identified = answer
    serverStart = facts.serverStart
    facts.identity = answer.identity
  }

  private func failure(_ error: LinkError) -> StepFailure {
    switch error {
    case .interrupted: StepFailure(.interrupted, "interrupted while connecting to \(connection)")
    case .elsewhere(let failure): failure
    case .deadline:
      StepFailure(
        .unreachable, "\(connection) (\(target.display)) did not answer in time",
        mayRetryHelp: true)
    case .lost(let reason):
      StepFailure(
        .unreachable, "\(connection) (\(target.display)) cannot be reached",
        detail: target.withoutSecrets(reason), mayRetryHelp: true)
    }
  }

  private static func open(
    _ target: PostgresTarget, _ own: OwnServer?, _ wait: LinkWait, _ run: RunID?
  ) throws(LinkError) -> LibPQ {
    guard LibPQ.isInstalled else { throw .lost("there is no libpq on this machine") }
    var options =
      own?.options(of: target) ?? target.options.map { (keyword: $0.keyword, value: $0.value) }
    options.append((keyword: "client_encoding", value: "UTF8"))
    let name = run.map { ServerText.ascii("runbook \($0)") } ?? "runbook"
    options.append((keyword: "fallback_application_name", value: name))
    let pq = try LibPQ(options: options)
    try pq.finishConnecting(wait)
    return pq
  }

  /// Asks on a connection of its own, which is closed afterwards. Without an answer in two seconds
  /// there is none: this serves a message only.
  private static func holders(
    of pid: Int32, _ target: PostgresTarget, _ own: OwnServer?, _ redactor: Redactor,
    interruption: LinkInterruption?, request: UInt64
  ) -> [LockHolder] {
    let wait = LinkWait(
      deadline: .now + .seconds(2), interruption: interruption, request: request, stall: nil)
    do throws(LinkError) {
      let link = PostgresLink(try open(target, own, wait, nil), wait: wait) { _ in [] }
      let outcomes = try link.ask([LockHolder.query(for: pid)])
      guard case .completed(let completion)? = outcomes.first else { return [] }
      return completion.resultSet?.rows.compactMap { LockHolder(row: $0, redactor) } ?? []
    } catch {
      return []
    }
  }
}
