private import Glibc
import RunbookEngine
import RunbookModel
import RunbookSystem
import Synchronization

/// The file of one connection. It is opened anew for each request, so that nothing of one is left to the next, and each
/// time it is looked whether it is the one that it was.
final class SQLiteFile: Sendable {
  /// As the connection's URL has it; links are followed each time.
  let path: String
  let connection: String
  private let known = Mutex<(identity: ConnectionIdentity?, schema: [String]?)>((nil, nil))

  init(path: String, connection: String) {
    self.path = path
    self.connection = connection
  }

  /// How a request uses the file.
  enum Access: Sendable, Hashable {
    /// It is opened for reading alone, and refuses to change anything.
    case reading
    case writing
  }

  /// What it was when it was identified; nil before that.
  var identity: ConnectionIdentity? { known.withLock { $0.identity } }

  /// The statements that make its schema, as of the last request; nil before one.
  var schema: [String]? { known.withLock { $0.schema } }

  /// Runs `body` on the open file, on a thread of its own.
  ///
  /// A cancelled task has what runs stop, and rolled back, with the cause `interrupted`.
  func use<Result: Sendable>(
    _ access: Access, _ wait: SQLiteWait,
    _ body: @escaping @Sendable (SQLiteHandle) throws(StepFailure) -> Result
  ) async throws(StepFailure) -> Result {
    let outcome = await withTaskCancellationHandler {
      await perform(access, wait, body)
    } onCancel: {
      wait.interrupt()
    }
    return try outcome.get()
  }

  private func perform<Result: Sendable>(
    _ access: Access, _ wait: SQLiteWait,
    _ body: @escaping @Sendable (SQLiteHandle) throws(StepFailure) -> Result
  ) async -> Swift.Result<Result, StepFailure> {
    do throws(StepFailure) {
      return try await OwnThread.run {
        do throws(StepFailure) {
          return .success(try self.carryOut(access, wait, body))
        } catch {
          return .failure(error)
        }
      }
    } catch {
      return .failure(error)
    }
  }

  private func carryOut<Result>(
    _ access: Access, _ wait: SQLiteWait,
    _ body: (SQLiteHandle) throws(StepFailure) -> Result
  ) throws(StepFailure) -> Result {
    if wait.wasInterrupted {
      throw StepFailure(.interrupted, "interrupted before anything was run")
    }
    let (handle, found) = try open(access, wait)
    defer { handle.rollBack() }
    try accept(found)
    return try body(handle)
  }

  /// What the file is now.
  func identify() async throws(StepFailure) -> ConnectionIdentity {
    try await use(.reading, SQLiteWait(until: .now + .seconds(10))) { _ throws(StepFailure) in }
    guard let identity else { throw StepFailure(.unreachable, "\(connection) is closed") }
    return identity
  }

  /// Begins a transaction, a change with the file's lock.
  ///
  /// - Throws: as `requireStill`.
  func begin(_ access: Access, on handle: SQLiteHandle) throws(StepFailure) {
    switch access {
    case .reading: try handle.checked("BEGIN")
    case .writing: try handle.checked("BEGIN IMMEDIATE")
    }
    try requireStill(handle)
  }

  /// Whether the path still leads to the file that was identified.
  var isInPlace: Bool {
    // What cannot be looked at is not where it was.
    guard let now = try? Place(path), let identity else { return false }
    return identity.key == keyed(now, identity)
  }

  /// - Throws: `elsewhere` where the open file is not, or not any more, the one at the path.
  func requireStill(_ handle: SQLiteHandle) throws(StepFailure) {
    guard !handle.hasMoved, isInPlace else {
      throw StepFailure(
        .elsewhere, "the file of connection '\(connection)' is not the one that it was",
        detail: "another file was put in its place, or it was taken away")
    }
  }

  private func accept(_ found: (identity: ConnectionIdentity, schema: [String])) throws(StepFailure)
  {
    let former = known.withLock { known in
      let former = known.identity
      if former == nil || former?.isSameDatabase(as: found.identity) == true {
        known = (found.identity, found.schema)
      }
      return former
    }
    guard former?.isSameDatabase(as: found.identity) ?? true else {
      throw StepFailure(
        .elsewhere, "connection '\(connection)' leads to another file than before",
        detail: former?.changes(to: found.identity).joined(separator: "; "))
    }
  }

  /// Where a path really leads.
  private struct Place {
    let path: String
    let device: UInt64
    let inode: UInt64

    /// - Throws: the system's reason.
    init(_ path: String) throws(Problem) {
      guard let real = realpath(path, nil) else {
        throw Problem(words: String(cString: strerror(errno)))
      }
      defer { free(real) }
      guard let text = String(validatingCString: real) else {
        throw Problem(words: "its real path is not UTF-8")
      }
      var status = stat()
      guard stat(real, &status) == 0 else { throw Problem(words: String(cString: strerror(errno))) }
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw Problem(words: "it is no ordinary file")
      }
      self.path = text
      (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino))
    }

    struct Problem: Error { let words: String }
  }

  private func place() throws(StepFailure) -> Place {
    do throws(Place.Problem) {
      return try Place(path)
    } catch {
      throw StepFailure(
        .unreachable, "\(connection) (\(path)) cannot be opened", detail: error.words,
        hint: "no file is ever made: the path has to lead to the application's database")
    }
  }

  /// Opens the file that the path leads to, and asks it what it is.
  private func open(
    _ access: Access, _ wait: SQLiteWait
  ) throws(StepFailure) -> (SQLiteHandle, (ConnectionIdentity, [String])) {
    let place = try place()
    do throws(SQLiteError) {
      let handle = try SQLiteHandle(path: place.path, mayWrite: access == .writing, wait)
      if access == .writing, handle.isReadOnly {
        throw SQLiteError(code: 8, message: "this account may not write the file")
      }
      let found: (ConnectionIdentity, [String])
      do throws(SQLiteError) {
        found = try ask(handle, place)
      } catch  where error.needsRollback && access == .reading {
        // A process died while it wrote. Whoever opens the file for writing, the application included, rolls that back.
        _ = try ask(try SQLiteHandle(path: place.path, mayWrite: true, wait), place)
        found = try ask(handle, place)
      }
      try setUp(handle, access)
      guard !handle.hasMoved else {
        throw SQLiteError(code: 14, message: "another file was put in its place")
      }
      return (handle, found)
    } catch {
      throw StepFailure(opening: place.path, of: connection, error)
    }
  }

  private func setUp(_ handle: SQLiteHandle, _ access: Access) throws(SQLiteError) {
    switch access {
    case .reading: try handle.ask("PRAGMA query_only = 1")
    case .writing:
      // The change is not to be lost with the machine, whatever the library was built with.
      try handle.ask("PRAGMA synchronous = EXTRA")
      try handle.ask("PRAGMA foreign_keys = 1")
    }
    // What the schema holds calls nothing that reaches outside.
    try handle.ask("PRAGMA trusted_schema = 0")
  }

  private func ask(
    _ handle: SQLiteHandle, _ place: Place
  ) throws(SQLiteError) -> (ConnectionIdentity, [String]) {
    let number = { (name: String) throws(SQLiteError) in
      try handle.value("PRAGMA \(name)")?.intValue ?? 0
    }
    let key = Self.key(place, application: try number("application_id"))
    let journal = try handle.value("PRAGMA journal_mode")?.stringValue ?? ""
    let identity = ConnectionIdentity(
      kind: "sqlite", database: String(place.path.pieces(separatedBy: "/").last ?? ""),
      role: Self.account, version: SQLiteHandle.version, address: place.path, key: key,
      facts: [
        IdentityFact("user version", String(try number("user_version")), mayChange: true),
        IdentityFact("journal", journal, mayChange: true),
      ])
    let schema = try handle.ask(
      """
      SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
      ORDER BY CASE type WHEN 'table' THEN 0 ELSE 1 END, rowid
      """
    ).compactMap { $0.first?.stringValue }
    return (identity, schema)
  }

  private static func key(_ place: Place, application: Int64) -> [IdentityFact] {
    [
      IdentityFact("path", place.path), IdentityFact("device", String(place.device)),
      IdentityFact("inode", String(place.inode)),
      IdentityFact("application id", String(application)),
    ]
  }

  private func keyed(_ place: Place, _ identity: ConnectionIdentity) -> [IdentityFact] {
    let application = identity.key?.last?.value ?? ""
    return Self.key(place, application: Int64(application) ?? 0)
  }

  /// Who opens the file.
  private static var account: String {
    guard let entry = getpwuid(geteuid()) else { return String(geteuid()) }
    return String(cString: entry.pointee.pw_name)
  }
}
