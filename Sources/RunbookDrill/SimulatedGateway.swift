public import RunbookEngine
public import RunbookModel
private import Synchronization

/// Connections that lead nowhere: each says of itself that it is simulated.
public final class SimulatedGateway: ConnectionGateway {
  /// What was asked of the gateway.
  public enum Call: Sendable, Hashable {
    case configure(String, url: String)
    case identify(String)
    case checkReceipts(String)
    case prepareReceipts(String)
    case close
  }

  private let recorded = Mutex<[Call]>([])
  private let failures: [Call: StepFailure]
  private let databaseOID: Int64
  private let laterOID: Int64?
  private let role: String
  private let lostProof: LostProof?

  /// - Parameters:
  ///   - failures: calls that fail.
  ///   - databaseOID: of every connection's database; another one is another database.
  ///   - laterOID: of another database that each comes to lead to once it was identified.
  ///   - role: as whom each connects.
  ///   - lost: what of a run is not there, where something of it should be.
  public init(
    failures: [Call: StepFailure] = [:], databaseOID: Int64 = 0, laterOID: Int64? = nil,
    role: String = "simulated",
    lost: LostProof? = nil
  ) {
    lostProof = lost
    self.role = role
    self.failures = failures
    self.databaseOID = databaseOID
    self.laterOID = laterOID
  }

  /// In order.
  public var calls: [Call] { recorded.withLock { $0 } }

  public let receiptStatements = ["-- simulated: the tables for receipts"]

  public func configure(
    _ connection: Runbook.Connection, url: String
  ) async throws(StepFailure) {
    try record(.configure(connection.name, url: url))
  }

  public func identify(_ connection: String) async throws(StepFailure) -> ConnectionIdentified {
    let isKnown = calls.contains(.identify(connection))
    try record(.identify(connection))
    return ConnectionIdentified(
      connection: connection,
      identity: ConnectionIdentity(
        systemIdentifier: nil, timelineID: nil, database: "simulated",
        databaseOID: isKnown ? laterOID ?? databaseOID : databaseOID,
        role: role, isSuperuser: false, serverVersion: "simulated", isReplica: false,
        address: "simulated"))
  }

  public func checkReceipts(_ users: [ReceiptUser]) async throws(StepFailure) -> [String] {
    for user in users { try record(.checkReceipts(user.connection)) }
    return receiptStatements
  }

  public func prepareReceipts(_ users: [ReceiptUser]) async throws(StepFailure) {
    guard let first = users.first else { return }
    try record(.prepareReceipts(first.connection))
  }

  public func lost(
    of proof: RunProof, run: RunID, on connection: String
  ) async throws(StepFailure) -> LostProof? {
    guard let lostProof else { return nil }
    let receipts = lostProof.receipts.filter(proof.receipts.contains)
    let isLeaseLost = lostProof.isLeaseLost && proof.generation != nil
    // Once nothing of it is expected any more, the lease is the one that the run has written there since.
    return receipts.isEmpty ? nil : LostProof(isLeaseLost: isLeaseLost, receipts: receipts)
  }

  public func close() async { recorded.withLock { $0.append(.close) } }

  private func record(_ call: Call) throws(StepFailure) {
    recorded.withLock { $0.append(call) }
    if let failure = failures[call] { throw failure }
  }
}
