private import Dispatch
private import GRDB
public import RunbookEngine
public import RunbookModel

/// A run's journal in a SQLite file of its own.
///
/// The file is in WAL mode with `synchronous = FULL`: a commit is one forced write
/// (<https://www.sqlite.org/pragma.html#pragma_synchronous>).
public final class SQLiteJournal: Journal {
  public let path: String
  private let queue: DatabaseQueue

  /// The form of the tables; kept in SQLite's `user_version`.
  static let formatVersion = 1

  /// Opens a journal.
  ///
  /// - Parameter creating: whether the file is made; it must not exist then.
  init(path: String, creating: Bool, readOnly: Bool = false) throws(StoreError) {
    self.path = path
    var configuration = Configuration()
    configuration.readonly = readOnly
    configuration.busyMode = .timeout(5)
    configuration.publicStatementArguments = false
    configuration.prepareDatabase { database in
      guard !readOnly else { return }
      try database.execute(sql: "PRAGMA journal_mode = WAL")
      try database.execute(sql: "PRAGMA synchronous = FULL")
      try database.execute(sql: "PRAGMA wal_autocheckpoint = 10000")
    }
    do {
      queue = try DatabaseQueue(path: path, configuration: configuration)
      if creating { try queue.write(Self.createTables) }
      let version = try queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
      guard version <= Self.formatVersion else {
        throw StoreError(
          .formatTooNew, subject: path, "the journal was written by a newer version")
      }
    } catch let error as StoreError {
      throw error
    } catch {
      throw Self.error(error, path, writing: creating)
    }
  }

  private static func createTables(_ database: Database) throws {
    try database.execute(
      sql: """
        CREATE TABLE entry (
          sequence INTEGER PRIMARY KEY, body TEXT NOT NULL, hash TEXT NOT NULL
        ) STRICT;
        CREATE TABLE lease (
          only INTEGER PRIMARY KEY CHECK (only = 1), generation INTEGER NOT NULL
        ) STRICT;
        INSERT INTO lease VALUES (1, 1);
        PRAGMA user_version = \(formatVersion);
        """)
  }

  public func append(
    _ events: [Event], by actor: Actor, at time: Timestamp
  ) async throws(StoreError) -> [Entry] {
    let path = path
    do {
      return try await queue.write { database in
        let head = try database.cachedStatement(
          sql: "SELECT sequence, hash FROM entry ORDER BY sequence DESC LIMIT 1")
        let last = try Row.fetchOne(head)
        var sequence: Int64 = last?["sequence"] ?? 0
        var previous = Digest.zero
        if let hash: String = last?["hash"] {
          guard let digest = Digest(hex: hash) else {
            throw StoreError(
              .damaged(sequence: sequence), subject: path, "the last entry's hash cannot be read")
          }
          previous = digest
        }
        let insert = try database.cachedStatement(
          sql: "INSERT INTO entry (sequence, body, hash) VALUES (?, ?, ?)")
        var entries: [Entry] = []
        for event in events {
          sequence += 1
          let entry = try JournalCoding.entry(
            event, sequence: sequence, at: time, by: actor, after: previous)
          try insert.execute(arguments: [sequence, entry.body, entry.hash.hex])
          previous = entry.hash
          entries.append(entry)
        }
        return entries
      }
    } catch let error as StoreError {
      throw error
    } catch {
      throw Self.error(error, path, writing: true)
    }
  }

  public func entries() async throws(StoreError) -> [Entry] {
    let path = path
    do {
      return try await queue.read { database in
        var entries: [Entry] = []
        var previous = Digest.zero
        let rows = try Row.fetchCursor(
          database, sql: "SELECT sequence, body, hash FROM entry ORDER BY sequence")
        while let row = try rows.next() {
          let entry = try JournalCoding.entry(
            body: row["body"], hash: row["hash"], sequence: Int64(entries.count + 1),
            after: previous, in: path)
          entries.append(entry)
          previous = entry.hash
        }
        return entries
      }
    } catch let error as StoreError {
      throw error
    } catch {
      throw Self.error(error, path, writing: false)
    }
  }

  /// The first and the last entry, for lists; nil for an empty journal.
  func ends() throws(StoreError) -> (first: Entry, last: Entry)? {
    do {
      let rows = try queue.read {
        try Row.fetchAll(
          $0,
          sql: """
            SELECT sequence, body, hash,
              (SELECT hash FROM entry e WHERE e.sequence = entry.sequence - 1) AS previous
            FROM entry WHERE sequence = 1 OR sequence = (SELECT max(sequence) FROM entry)
            ORDER BY sequence
            """)
      }
      var entries: [Entry] = []
      for row in rows {
        let previous: String? = row["previous"]
        entries.append(
          try JournalCoding.entry(
            body: row["body"], hash: row["hash"], sequence: row["sequence"],
            after: previous.flatMap(Digest.init(hex:)) ?? .zero, in: path))
      }
      guard let first = entries.first, let last = entries.last else { return nil }
      return (first, last)
    } catch let error as StoreError {
      throw error
    } catch {
      throw Self.error(error, path, writing: false)
    }
  }

  /// SQLite's `synchronous` setting as it is in force: 2 is FULL.
  func synchronousLevel() throws -> Int {
    try queue.read { try Int.fetchOne($0, sql: "PRAGMA synchronous") ?? -1 }
  }

  private static func error(_ error: any Error, _ path: String, writing: Bool) -> StoreError {
    let message = (error as? DatabaseError)?.message ?? "\(error)"
    return StoreError(
      writing ? .cannotWrite : .cannotRead, subject: path,
      "the journal cannot be \(writing ? "written" : "read"): \(message)")
  }
}
