public import RunbookModel

/// The databases that steps use.
public protocol ConnectionGateway: Sendable {
  /// Says where a connection leads; until then it cannot be used. Saying it anew closes the session.
  ///
  /// - Parameter url: as the runbook's template rendered it, password included.
  /// - Throws: `invalid` when it is none of the forms that are read.
  func configure(_ connection: Runbook.Connection, url: String) async throws(StepFailure)

  /// Connects where that has not happened, and asks the server who it is.
  func identify(_ connection: String) async throws(StepFailure) -> ConnectionIdentified

  /// Whether receipts can be kept there.
  ///
  /// - Throws: `refused`, with the statements for the owner as its hint, when the role may not make
  ///   their tables and they are not there.
  func checkReceipts(_ connection: String) async throws(StepFailure)

  /// Makes the tables for receipts where they are missing, under a lock. To be called once the
  /// recovery gate is approved, and not before.
  func prepareReceipts(_ connection: String) async throws(StepFailure)

  /// The statements that `prepareReceipts` runs, for the gate.
  var receiptStatements: [String] { get }

  func close() async
}

/// Reads a connection's URL without opening anything.
public protocol ConnectionTargetReader: Sendable {
  /// - Returns: host, port, database and user for people, and the secrets in it to be redacted.
  /// - Throws: `invalid` when it is none of the forms that are read.
  func read(url: String) throws(StepFailure) -> (display: String, secrets: [String])
}
