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
  private let known = Mutex<Known>(Known())

  private struct Known {
    var identity: ConnectionIdentity?
    var content: SQLiteContent?
    /// As it was told to whoever asked last who the file is.
    var told: ConnectionIdentity?
  }

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

  /// Its schema, as of the last request; nil before one.
  var schema: SQLiteSchema? { known.withLock { $0.content?.schema } }

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
    do throws(StepFailure) {
      let (handle, found) = try open(access, wait)
      defer { handle.rollBack() }
      try accept(found)
      return try body(handle)
    } catch {
      throw error.naming(holdersOf: path)
    }
  }

  /// What the file is now.
  func identify() async throws(StepFailure) -> ConnectionIdentity {
    try await use(.reading, SQLiteWait(until: .now + .seconds(10))) { _ throws(StepFailure) in }
    guard let identity else { throw StepFailure(.unreachable, "\(connection) is closed") }
    known.withLock { $0.told = identity }
    return identity
  }

  /// Whether the path leads to the file that was identified, and nothing tells that other content was put in it since.
  func isStillTold() async -> Bool {
    guard isInPlace else { return false }
    do throws(StepFailure) {
      try await use(
        .reading, SQLiteWait(until: .now + .seconds(10), lockTimeout: .milliseconds(200))
      ) { _ throws(StepFailure) in }
    } catch {
      // Who writes it now keeps it from being looked at; under the lock it is looked at again.
      return error.record.cause != .elsewhere && isInPlace
    }
    return replacement == nil
  }

  /// What tells that its content is another than when it was identified.
  private var replacement: String? {
    known.withLock { known in
      known.identity.flatMap { known.told?.replacement(by: $0) }
    }
  }

  /// To be asked in a transaction, for a run that has left nothing there: what it has left tells more.
  ///
  /// - Throws: `elsewhere` where the open file's content is not what was identified.
  func requireSameContent(_ handle: SQLiteHandle) throws(StepFailure) {
    let content: SQLiteContent
    do throws(SQLiteError) { content = try SQLiteContent(of: handle) } catch {
      throw StepFailure(error)
    }
    let told = known.withLock { $0.told }
    guard let told, let replacement = told.replacement(by: told.with(content.facts)) else { return }
    throw StepFailure(
      .elsewhere, "the file of connection '\(connection)' is not what it was: \(replacement)")
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

  private func accept(
    _ found: (identity: ConnectionIdentity, content: SQLiteContent)
  ) throws(StepFailure) {
    let former = known.withLock { known in
      let former = known.identity
      if former == nil || former?.isSameDatabase(as: found.identity) == true {
        known.identity = found.identity
        known.content = found.content
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
  ) throws(StepFailure) -> (SQLiteHandle, (ConnectionIdentity, SQLiteContent)) {
    let place = try place()
    do throws(SQLiteError) {
      let handle = try SQLiteHandle(path: place.path, mayWrite: access == .writing, wait)
      if access == .writing, handle.isReadOnly {
        throw SQLiteError(code: 8, message: "this account may not write the file")
      }
      let found: (ConnectionIdentity, SQLiteContent)
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
  ) throws(SQLiteError) -> (ConnectionIdentity, SQLiteContent) {
    let number = { (name: String) throws(SQLiteError) in
      try handle.value("PRAGMA \(name)")?.intValue ?? 0
    }
    try handle.ask("BEGIN")
    // What could not be asked leaves a handle that nobody uses, or one that is asked anew.
    defer { _ = try? handle.ask("ROLLBACK") }
    let key = Self.key(place, application: try number("application_id"))
    let journal = try handle.value("PRAGMA journal_mode")?.stringValue ?? ""
    let content = try SQLiteContent(of: handle)
    let identity = ConnectionIdentity(
      kind: "sqlite", database: String(place.path.pieces(separatedBy: "/").last ?? ""),
      role: Self.account, version: SQLiteHandle.version, address: place.path, key: key,
      facts: [
        IdentityFact("user version", String(try number("user_version")), mayChange: true),
        IdentityFact("journal", journal, mayChange: true, isPublic: true),
      ] + content.facts)
    return (identity, content)
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

extension ConnectionIdentity {
  /// The same with other facts.
  fileprivate func with(_ facts: [IdentityFact]) -> ConnectionIdentity {
    ConnectionIdentity(
      kind: kind ?? "sqlite", database: database, role: role, version: serverVersion,
      address: address, key: key ?? [], facts: facts)
  }
}
