import GRDB
import RunbookEngine
import RunbookModel

/// The file of a journal: how it is opened and made, and which tables are in it.
enum JournalFile {
  /// The form of the tables; kept in SQLite's `user_version`.
  static let formatVersion = 1

  /// Opens the file; where that makes files that cannot be made, as on a read-only or full disk, to be read.
  static func opened(
    _ path: String, isOnlyRead: Bool
  ) throws -> DatabaseQueue {
    do {
      if isOnlyRead { throw DatabaseError(resultCode: .SQLITE_READONLY) }
      return try DatabaseQueue(path: path, configuration: configuration)
    } catch let error as DatabaseError {
      let other: [ResultCode] = [.SQLITE_NOTADB, .SQLITE_CORRUPT, .SQLITE_BUSY, .SQLITE_LOCKED]
      guard !other.contains(error.resultCode), let source = ReadOnlyJournal(path) else {
        throw error
      }
      var configuration = common
      configuration.readonly = source.isImmutable
      defer { source.end() }
      let queue = try DatabaseQueue(path: source.name, configuration: configuration)
      // By then all of its files are open.
      _ = try queue.unsafeRead(version)
      return queue
    }
  }

  /// Makes a file with a journal's tables. It has its name once it is durable as a whole: whatever dies, no
  /// empty file stands for a journal.
  static func make(_ path: String, in folder: String) throws(StoreError) {
    let draft = "\(path).new"
    // SQLite gives -wal and -shm the permissions of the main file
    // (https://www.sqlite.org/src/file/src/os_unix.c, findCreateFileMode).
    try PrivateFolder.makeFile(draft)
    do {
      let queue = try DatabaseQueue(path: draft, configuration: configuration)
      try queue.write(createTables)
      // What is in the write-ahead log goes into the file.
      try queue.close()
    } catch {
      throw StoreError(error, in: path, writing: true)
    }
    try PrivateFolder.rename(draft, to: path)
    try PrivateFolder.force(folder)
  }

  private static var common: Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    configuration.label = "runbook.journal"
    return configuration
  }

  private static var configuration: Configuration {
    var configuration = common
    configuration.prepareDatabase { database in
      // What a file that somebody passed on says of its own tables is not carried out
      // (https://www.sqlite.org/security.html).
      try database.execute(sql: "PRAGMA trusted_schema = OFF")
      try database.execute(sql: "PRAGMA cell_size_check = ON")
      try database.execute(sql: "PRAGMA journal_mode = WAL")
      try database.execute(sql: "PRAGMA synchronous = FULL")
      // In pages: a run of a thousand steps ends before the first checkpoint, which costs two more
      // forced writes.
      try database.execute(sql: "PRAGMA wal_autocheckpoint = 10000")
    }
    return configuration
  }

  static func version(_ database: Database) throws -> Int {
    try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
  }

  /// The tables, as SQLite keeps their definitions.
  private static let tables = [
    "entry": """
    CREATE TABLE entry (
      sequence INTEGER PRIMARY KEY, body TEXT NOT NULL, hash TEXT NOT NULL
    ) STRICT
    """,
    "lease": """
    CREATE TABLE lease (
      only INTEGER PRIMARY KEY CHECK (only = 1), generation INTEGER NOT NULL,
      holder TEXT NOT NULL
    ) STRICT
    """,
  ]

  static func createTables(_ database: Database) throws {
    for name in tables.keys.sorted() { try database.execute(sql: tables[name] ?? "") }
    try database.execute(
      sql: """
        INSERT INTO lease VALUES (1, 0, '');
        PRAGMA user_version = \(formatVersion);
        """)
  }

  /// Whether nothing is in the file.
  ///
  /// - Throws: `damaged` where there is anything but the journal's own tables: views, triggers and tables
  ///   of another form would answer in their place.
  static func isBlank(_ database: Database, _ version: Int, _ path: String) throws -> Bool {
    let rows = try Row.fetchAll(
      database,
      sql: "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
    if version == 0, rows.isEmpty { return true }
    var found: [String: String] = [:]
    for row in rows {
      let definition = try row.textIfAny(2, in: path) ?? ""
      found["\(try row.text(0, in: path)) \(try row.text(1, in: path))"] = spaced(definition)
    }
    let wanted = Dictionary(
      uniqueKeysWithValues: tables.map { ("table \($0.key)", spaced($0.value)) })
    guard version > 0, found == wanted else {
      throw StoreError.damaged(path, "its tables are not a journal's")
    }
    return false
  }

  /// White space apart: what is between words does not matter.
  private static func spaced(_ text: String) -> String {
    text.pieces(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
