private import Glibc
package import RunbookEngine
package import RunbookModel
import Synchronization

/// The SQLite files of a run.
package final class SQLiteGateway: ConnectionGateway {
  private let files = Mutex<[String: SQLiteFile]>([:])

  package init() {}

  package func configure(
    _ connection: Runbook.Connection, url: String
  ) async throws(StepFailure) {
    let path = try SQLiteTarget(url: url, in: "/").path
    let file = SQLiteFile(path: path, connection: connection.name)
    files.withLock { $0[connection.name] = file }
  }

  package func identify(_ connection: String) async throws(StepFailure) -> ConnectionIdentified {
    let identity = try await file(of: connection).identify()
    return ConnectionIdentified(connection: connection, identity: identity)
  }

  package func checkReceipts(_ users: [ReceiptUser]) async throws(StepFailure) -> [String] {
    guard let first = users.first else { return [] }
    let file = try file(of: first.connection)
    let isMade = try await file.use(.reading, Self.wait()) { (handle) throws(StepFailure) in
      try SQLiteReceipts.standing(handle).requireTrust().isMade
    }
    try Self.requireWritable(file)
    return isMade ? [] : SQLiteReceipts.statements
  }

  package func prepareReceipts(_ users: [ReceiptUser]) async throws(StepFailure) {
    guard let first = users.first else { return }
    let file = try file(of: first.connection)
    let lock = first.lockTimeout
    let isMade = try await file.use(.reading, Self.wait(lock)) { (handle) throws(StepFailure) in
      try SQLiteReceipts.standing(handle).requireTrust().isMade
    }
    guard !isMade else { return }
    try await file.use(.writing, Self.wait(lock)) { (handle) throws(StepFailure) in
      try SQLiteReceipts.make(on: handle, of: file)
    }
  }

  package func lost(
    of proof: RunProof, run: RunID, on connection: String
  ) async throws(StepFailure) -> LostProof? {
    try await file(of: connection).use(.reading, Self.wait()) { (handle) throws(StepFailure) in
      let standing = try SQLiteReceipts.standing(handle).requireTrust()
      guard standing.isMade else { return proof.lost(generation: nil, steps: [], noted: 0) }
      return try SQLiteReceipts.lost(of: proof, run: run, on: handle)
    }
  }

  /// It is opened anew each time: what counts is that the path leads where it led, and to what was there.
  package func isConnected(_ connection: String) async -> Bool {
    await known(connection)?.isStillTold() ?? false
  }

  package func note(
    _ attempt: Int64, of run: RunID, beside proof: RunProof, on connection: String
  ) async throws(StepFailure) {
    let file = try file(of: connection)
    try await file.use(.writing, Self.wait()) { (handle) throws(StepFailure) in
      try SQLiteReceipts.write(on: handle, of: file) { () throws(StepFailure) in
        if let lost = try SQLiteReceipts.lost(of: proof, run: run, on: handle) {
          throw RunProof.elsewhere(lost)
        }
        try SQLiteReceipts.raise(SQLiteReceipts.attemptsKey(run), to: attempt, on: handle)
      }
    }
  }

  package func noteEnd(of run: RunID, on connection: String) async throws(StepFailure) {
    let file = try file(of: connection)
    try await file.use(.writing, Self.wait()) { (handle) throws(StepFailure) in
      try SQLiteReceipts.write(on: handle, of: file) { () throws(StepFailure) in
        try SQLiteReceipts.raise(SQLiteReceipts.endKey(run), to: 0, on: handle)
      }
    }
  }

  /// Only receipts tell: who else has the file open SQLite does not show.
  package func othersAtWork(
    on connection: String, besides run: RunID, lookingAtReceipts: Bool, since start: Timestamp?,
    now: Timestamp
  ) async throws(StepFailure) -> [OtherRun] {
    guard lookingAtReceipts else { return [] }
    return try await file(of: connection).use(.reading, Self.wait()) {
      (handle) throws(StepFailure) in
      guard try SQLiteReceipts.standing(handle).requireTrust().isMade else { return [] }
      return try SQLiteReceipts.others(besides: run, since: start, now: now, on: handle)
    }
  }

  package func code(of connection: String) async -> [Surrounding]? {
    await schema(of: connection)?.code
  }

  /// The file's schema as it is now. Where somebody writes it is the one that was seen last: whether it still is so is
  /// looked at under the lock. Nil where nobody has seen one.
  func schema(of connection: String) async -> SQLiteSchema? {
    guard let file = known(connection) else { return nil }
    do throws(StepFailure) {
      return try await file.use(.reading, Self.wait(Self.look)) {
        (handle) throws(StepFailure) in
        try file.begin(.reading, on: handle)
        do throws(SQLiteError) { return try SQLiteSchema(of: handle) } catch {
          throw StepFailure(error)
        }
      }
    } catch {
      return file.schema
    }
  }

  /// How long a look waits for who writes: under the step's own lock it is looked at again.
  private static let look = Duration.milliseconds(200)

  package func close() async { files.withLock { $0 = [:] } }

  func file(of connection: String) throws(StepFailure) -> SQLiteFile {
    guard let file = known(connection) else {
      throw StepFailure(.invalid, "connection '\(connection)' has not been configured")
    }
    return file
  }

  /// Nil until it is configured.
  func known(_ connection: String) -> SQLiteFile? { files.withLock { $0[connection] } }

  private static func wait(_ lock: Duration? = nil) -> SQLiteWait {
    SQLiteWait(until: .now + .seconds(30), lockTimeout: lock)
  }

  /// A file can only be written where its folder can: the journal is made beside it.
  private static func requireWritable(_ file: SQLiteFile) throws(StepFailure) {
    guard let path = file.identity?.address else { return }
    let folder = path.index(ofLast: "/").map { String(path[..<$0]) } ?? "/"
    for place in [path, folder.isEmpty ? "/" : folder] where access(place, W_OK) != 0 {
      let account = file.identity?.role ?? ""
      throw StepFailure(
        .refused, "account \(account) may not write \(place)",
        detail: String(cString: strerror(errno)),
        hint: "carry the runbook out as the account that owns the application's database")
    }
  }
}
