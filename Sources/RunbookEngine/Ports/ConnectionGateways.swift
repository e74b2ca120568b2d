public import RunbookModel
import Synchronization

/// The databases of a run, of whatever kinds: each connection is served by its kind's gateway.
public final class ConnectionGateways: ConnectionGateway {
  private let kinds: [any ConnectionKind]
  /// By connection, once it was configured.
  private let serving = Mutex<[String: any ConnectionGateway]>([:])

  public init(_ kinds: [any ConnectionKind]) { self.kinds = kinds }

  public func configure(
    _ connection: Runbook.Connection, url: String
  ) async throws(StepFailure) {
    guard let kind = kinds.named(connection.kind) else {
      throw StepFailure(.invalid, "there are no connections of the kind '\(connection.kind)'")
    }
    serving.withLock { $0[connection.name] = kind.gateway }
    try await kind.gateway.configure(connection, url: url)
  }

  public func identify(_ connection: String) async throws(StepFailure) -> ConnectionIdentified {
    try await gateway(of: connection).identify(connection)
  }

  public func checkReceipts(_ users: [ReceiptUser]) async throws(StepFailure) -> [String] {
    guard let first = users.first else { return [] }
    return try await gateway(of: first.connection).checkReceipts(users)
  }

  public func prepareReceipts(_ users: [ReceiptUser]) async throws(StepFailure) {
    guard let first = users.first else { return }
    try await gateway(of: first.connection).prepareReceipts(users)
  }

  public func trust(_ users: [ReceiptUser]) {
    guard let first = users.first else { return }
    known(first.connection)?.trust(users)
  }

  public func lost(
    of proof: RunProof, run: RunID, on connection: String
  ) async throws(StepFailure) -> LostProof? {
    try await gateway(of: connection).lost(of: proof, run: run, on: connection)
  }

  public func isConnected(_ connection: String) async -> Bool {
    await known(connection)?.isConnected(connection) ?? false
  }

  public func note(
    _ attempt: Int64, of run: RunID, beside proof: RunProof, on connection: String
  ) async throws(StepFailure) {
    try await gateway(of: connection).note(attempt, of: run, beside: proof, on: connection)
  }

  public func noteEnd(of run: RunID, on connection: String) async throws(StepFailure) {
    try await gateway(of: connection).noteEnd(of: run, on: connection)
  }

  public func othersAtWork(
    on connection: String, besides run: RunID, lookingAtReceipts: Bool, since start: Timestamp?,
    now: Timestamp
  ) async throws(StepFailure) -> [OtherRun] {
    try await gateway(of: connection).othersAtWork(
      on: connection, besides: run, lookingAtReceipts: lookingAtReceipts, since: start, now: now)
  }

  public func environment(
    of connection: String, beside inherited: [String: String], with own: [String: String],
    for attempt: AttemptContext?, mayChange: Bool
  ) async -> [String: String] {
    await known(connection)?.environment(
      of: connection, beside: inherited, with: own, for: attempt, mayChange: mayChange)
      ?? inherited.merging(own) { _, new in new }
  }

  public func requireSame(
    _ connection: String, ledToBy environment: [String: String], with own: [String: String]
  ) async throws(StepFailure) {
    try await gateway(of: connection).requireSame(connection, ledToBy: environment, with: own)
  }

  public func settings(of connection: String) async -> [Surrounding] {
    await known(connection)?.settings(of: connection) ?? []
  }

  public func code(of connection: String) async -> [Surrounding]? {
    guard let gateway = known(connection) else { return nil }
    return await gateway.code(of: connection)
  }

  public func remnants(
    of context: AttemptContext, on connection: String
  ) async throws(StepFailure) -> [Remnant] {
    try await gateway(of: connection).remnants(of: context, on: connection)
  }

  public func end(
    _ remnants: [Remnant], of context: AttemptContext, on connection: String
  ) async throws(StepFailure) -> [EndedProcess] {
    try await gateway(of: connection).end(remnants, of: context, on: connection)
  }

  public func close() async {
    for kind in kinds { await kind.gateway.close() }
  }

  private func known(_ connection: String) -> (any ConnectionGateway)? {
    serving.withLock { $0[connection] }
  }

  private func gateway(of connection: String) throws(StepFailure) -> any ConnectionGateway {
    guard let gateway = known(connection) else {
      throw StepFailure(.invalid, "connection '\(connection)' has not been configured")
    }
    return gateway
  }
}
