private import GRDBSQLite
import RunbookModel

/// What SQLite refused, with its own words.
struct SQLiteError: Error, Sendable {
  /// The extended result code.
  let code: Int32
  let message: String
  /// Where in the statement, in bytes, as far as it is told.
  var offset: Int?
  /// Why this program had it stop.
  var stop: SQLiteWait.Stop?

  /// The code without what extends it: https://www.sqlite.org/rescode.html
  var primaryCode: Int32 { code & 0xff }

  var name: String {
    if let missing { return "SQLITE_ERROR (\(missing))" }
    return Self.names[code] ?? Self.names[primaryCode] ?? "SQLITE_\(code)"
  }

  var isBusy: Bool { primaryCode == SQLITE_BUSY }

  /// That something is not there which the statement names: SQLite has no code of its own for it.
  private var missing: String? {
    guard primaryCode == SQLITE_ERROR else { return nil }
    return ["no such table", "no such column", "no such function"].first {
      message.begins(with: "\($0): ")
    }
  }

  /// Whether a journal of a process that died has to be rolled back, for which the file has to be opened for writing:
  /// SQLITE_READONLY_RECOVERY, _ROLLBACK and _CANTINIT.
  var needsRollback: Bool { [1, 3, 5].contains { code == SQLITE_READONLY | $0 << 8 } }

  /// Whether the statement could not be read, by its form alone: names are looked up later.
  var isSyntax: Bool {
    message.begins(with: "near \"") || message.begins(with: "unrecognized token")
      || message.isIdentical(to: "incomplete input")
  }

  private static let names: [Int32: String] = [
    SQLITE_ERROR: "SQLITE_ERROR", SQLITE_PERM: "SQLITE_PERM", SQLITE_ABORT: "SQLITE_ABORT",
    SQLITE_BUSY: "SQLITE_BUSY", SQLITE_LOCKED: "SQLITE_LOCKED", SQLITE_NOMEM: "SQLITE_NOMEM",
    SQLITE_READONLY: "SQLITE_READONLY", SQLITE_INTERRUPT: "SQLITE_INTERRUPT",
    SQLITE_IOERR: "SQLITE_IOERR", SQLITE_CORRUPT: "SQLITE_CORRUPT", SQLITE_FULL: "SQLITE_FULL",
    SQLITE_CANTOPEN: "SQLITE_CANTOPEN", SQLITE_SCHEMA: "SQLITE_SCHEMA",
    SQLITE_TOOBIG: "SQLITE_TOOBIG", SQLITE_CONSTRAINT: "SQLITE_CONSTRAINT",
    SQLITE_CONSTRAINT | 1 << 8: "SQLITE_CONSTRAINT_CHECK",
    SQLITE_CONSTRAINT | 3 << 8: "SQLITE_CONSTRAINT_FOREIGNKEY",
    SQLITE_CONSTRAINT | 5 << 8: "SQLITE_CONSTRAINT_NOTNULL",
    SQLITE_CONSTRAINT | 6 << 8: "SQLITE_CONSTRAINT_PRIMARYKEY",
    SQLITE_CONSTRAINT | 7 << 8: "SQLITE_CONSTRAINT_TRIGGER",
    SQLITE_CONSTRAINT | 8 << 8: "SQLITE_CONSTRAINT_UNIQUE", SQLITE_MISMATCH: "SQLITE_MISMATCH",
    SQLITE_MISUSE: "SQLITE_MISUSE", SQLITE_AUTH: "SQLITE_AUTH", SQLITE_NOTADB: "SQLITE_NOTADB",
    SQLITE_RANGE: "SQLITE_RANGE",
  ]
}

extension StepFailure {
  /// What a statement was refused for, its transaction having been rolled back.
  init(_ error: SQLiteError, at place: Place? = nil) {
    let at = place.map { " (\($0))" } ?? ""
    switch error.stop {
    case .interrupted:
      self.init(.interrupted, "interrupted, and rolled back")
      return
    case .deadline:
      self.init(.timeout, "it took too long, and was rolled back\(at)", mayRetryHelp: true)
      return
    case .lock, nil: break
    }
    let cause: FailureRecord.Cause = error.isBusy ? .lock : .refused
    let message = error.isBusy ? "another process holds the database's lock" : error.message
    self.init(
      cause, message + at, detail: error.isBusy ? error.message : nil, code: error.name,
      mayRetryHelp: error.isBusy || error.primaryCode == SQLITE_FULL)
  }

  /// A file that cannot be opened, or is none of SQLite's.
  init(opening path: String, of connection: String, _ error: SQLiteError) {
    if error.isBusy || error.stop != nil {
      self.init(error)
      return
    }
    self.init(
      .unreachable, "\(connection) (\(path)) cannot be opened", detail: error.message,
      hint: error.needsRollback
        ? "a process died while it wrote, and this account may not write what rolls that back"
        : nil,
      code: error.name)
  }
}
