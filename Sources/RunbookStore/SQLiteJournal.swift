import GRDB
public import RunbookEngine
public import RunbookModel
private import Synchronization

/// A run's journal in a SQLite file of its own.
///
/// The file is in WAL mode with `synchronous = FULL`: a commit is one forced write
/// (<https://www.sqlite.org/pragma.html#pragma_synchronous>). Statements run on a queue of the
/// journal's own; nothing blocks the cooperative pool. A reading is one statement, which sees one state
/// without a transaction around it: GRDB's `unsafeRead`.
public final class SQLiteJournal: Journal {
  public let path: String
  let queue: DatabaseQueue
  /// The generation of the lease that this process took; nil for people's entries, which need none.
  private let generation = Mutex<Int64?>(nil)
  /// Of the file, so that one that was removed or replaced is noticed: SQLite would write on.
  private let identity: FileIdentity?
  /// Whose journal it is to be; nil where that is not known.
  let run: RunID?
  /// Whether the file held nothing at all when it was last looked at.
  private let wasBlank: Mutex<Bool>
  /// The last entry that was seen: whoever looks on notices a journal that became shorter.
  private let seen = Mutex<Int64>(0)

  /// Takes out what this process knows to be secret, whoever appends it.
  private let redactor: Mutex<Redactor>

  /// Opens a journal. A file in which nothing was stored yet is an empty one.
  ///
  /// - Throws: `formatTooNew`, `cannotRead`, or `cannotWrite` when the tables cannot be made.
  ///
  /// - Parameters:
  ///   - run: whose journal it is to be.
  ///   - redactor: what goes through before it is stored.
  ///   - isOnlyRead: whether it is opened as on a read-only disk, wherever it is.
  init(
    path: String, of run: RunID? = nil, redactor: Redactor = .none, isOnlyRead: Bool = false
  ) throws(StoreError) {
    self.path = path
    self.run = run
    self.redactor = Mutex(redactor)
    do {
      queue = try JournalFile.opened(path, isOnlyRead: isOnlyRead)
      let version = try queue.unsafeRead(JournalFile.version)
      guard version <= JournalFile.formatVersion else {
        throw StoreError(
          .formatTooNew, subject: path, "the journal was written by a newer version")
      }
      wasBlank = Mutex(try queue.unsafeRead { try JournalFile.isBlank($0, version, path) })
      identity = FileIdentity(of: path)
    } catch {
      throw StoreError(error, in: path, writing: false)
    }
  }

  /// Takes the right to perform the run's steps; who had it before can append nothing more.
  ///
  /// - Parameters:
  ///   - holder: this process, for people.
  ///   - force: whether it is taken from a process that lives.
  /// - Returns: the lease, and who held it where it was taken from a living process.
  /// - Throws: `leaseHeld` when another process holds it and lives, `damaged`.
  public func takeLease(
    as holder: LeaseHolder, force: Bool = false
  ) throws(StoreError) -> (lease: Lease, takenFrom: LeaseState.Living?) {
    let folder = folder
    do {
      let taken = try queue.write { database in
        let known = Witness(in: folder)
        if try JournalFile.version(database) == 0 {
          try checkBlank(known)
          try JournalFile.createTables(database)
        }
        let current = try LeaseRow(database, in: path, known).generation
        let living = Lease.living(current, in: folder)
        if let living, !force {
          let who = living.holder?.description ?? "another process"
          throw StoreError(.leaseHeld, subject: path, "the run is being carried out by \(who)")
        }
        var next = holder.redacted(by: redactor.withLock { $0 })
        next.generation = current + 1
        let lease = try Lease(next, in: folder)
        try database.execute(
          sql: "UPDATE lease SET generation = ?, holder = ?",
          arguments: [next.generation, next.description])
        return (lease: lease, takenFrom: living)
      }
      generation.withLock { $0 = taken.lease.holder.generation }
      var witness =
        Witness(in: folder) ?? Witness(sequence: 0, hash: Digest.zero.hex, generation: 0)
      witness.generation = taken.lease.holder.generation
      witness.write(in: folder)
      Lease.removeFormer(than: taken.lease.holder.generation, in: folder)
      return taken
    } catch {
      throw StoreError(error, in: path, writing: true)
    }
  }

  /// A text as it would be stored.
  public func redacted(_ text: String) -> String { redactor.withLock { $0 }.redact(text) }

  /// Has everything that is appended from now on go through another redactor.
  public func redact(with redactor: Redactor) { self.redactor.withLock { $0 = redactor } }

  /// Whether the process lives that took this generation of the lease.
  public func isLiving(generation: Int64) -> Bool { Lease.living(generation, in: folder) != nil }

  /// Who performs the run's steps now.
  public func leaseState() throws(StoreError) -> LeaseState {
    let folder = folder
    let witness = Witness(in: folder)
    do {
      guard !isBlank else {
        try checkBlank(witness)
        return LeaseState(generation: 0, living: nil)
      }
      return try queue.unsafeRead { database in
        let generation = try LeaseRow(database, in: path, witness).generation
        return LeaseState(generation: generation, living: Lease.living(generation, in: folder))
      }
    } catch {
      throw StoreError(error, in: path, writing: false)
    }
  }

  public func checkLease() throws(StoreError) {
    guard let own = generation.withLock({ $0 }) else { return }
    let (path, identity) = (path, identity)
    do {
      try queue.unsafeRead { database in
        guard FileIdentity(of: path) == identity else {
          throw StoreError(.cannotRead, subject: path, "the journal's file is gone")
        }
        try Self.checkLease(own, database, path)
      }
    } catch {
      throw StoreError(error, in: path, writing: false)
    }
  }

  /// Processes that had the lease before this one and live; nil for one that does not say who it is.
  public func formerHolders() -> [LeaseHolder?] {
    generation.withLock { $0 }.map { Lease.former(than: $0, in: folder) } ?? []
  }

  /// Processes that have or had the lease, by whoever has not taken it; as `formerHolders`.
  public func livingHolders() -> [LeaseHolder?] { Lease.former(than: .max, in: folder) }

  public func formerExecutors() -> [Remnant] {
    formerHolders().map { holder in
      let who = holder?.description ?? "a process that does not say who it is"
      return Remnant(
        pid: Int64(holder?.pid ?? 0),
        summary: "the run's former executor (\(who)) is alive, and may still perform the step",
        since: holder?.takenAt)
    }
  }

  var folder: String {
    path.index(ofLast: "/").map { String(path[..<$0]) } ?? "."
  }

  /// Whether the file holds nothing at all: no tables yet.
  var isBlank: Bool {
    guard wasBlank.withLock({ $0 }) else { return false }
    // What cannot be read is met by whoever reads it next.
    let isBlank =
      (try? queue.unsafeRead { try JournalFile.isBlank($0, try JournalFile.version($0), path) })
      ?? false
    wasBlank.withLock { $0 = isBlank }
    return isBlank
  }

  /// Whether a process lives that has taken the run up, and may not have written anything yet.
  public var isBeginning: Bool { !Lease.former(than: .max, in: folder).isEmpty }

  public func append(
    _ events: [Event], by actor: Actor, at time: Timestamp
  ) async throws(StoreError) -> [Entry] {
    try await append(events, by: actor, at: time, last: nil) ?? []
  }

  /// Writes what was decided on all that was there, and nothing where somebody has written since.
  ///
  /// - Parameter last: the last entry that was known; 0 is none.
  /// - Returns: the entries; nil where the journal goes on after it.
  /// - Throws: what `append` does.
  public func append(
    _ events: [Event], by actor: Actor, at time: Timestamp, after last: Int64
  ) async throws(StoreError) -> [Entry]? {
    try await append(events, by: actor, at: time, last: Optional(last))
  }

  private func append(
    _ events: [Event], by actor: Actor, at time: Timestamp, last: Int64?
  ) async throws(StoreError) -> [Entry]? {
    let (path, folder) = (path, folder)
    let identity = identity
    let generation = generation.withLock { $0 }
    let known = seen.withLock { $0 }
    let redactor = redactor.withLock { $0 }
    let events = events.map { redactor.redact($0) }
    let actor = redactor.redact(actor)
    do {
      let entries: [Entry]? = try await write { database in
        guard FileIdentity(of: path) == identity else {
          throw StoreError(.cannotWrite, subject: path, "the journal's file is gone")
        }
        if let generation { try Self.checkLease(generation, database, path) }
        var head = try ChainHead(database, in: path)
        guard head.sequence >= known else {
          throw StoreError(
            .damaged(sequence: head.sequence), subject: path,
            "the journal ends with entry \(head.sequence), and had \(known): its end was cut off")
        }
        guard last == nil || head.sequence == last else { return nil }
        let insert = try database.cachedStatement(
          sql: "INSERT INTO entry (sequence, body, hash) VALUES (?, ?, ?)")
        return try events.map { event in
          let entry = try head.next(event, by: actor, at: time)
          try insert.execute(arguments: [entry.sequence, entry.body, entry.hash.hex])
          return entry
        }
      }
      if let last = entries?.last {
        note(last)
        let before = Witness(in: folder)
        Witness(
          sequence: last.sequence, hash: last.hash.hex,
          generation: max(generation ?? 0, before?.generation ?? 0)
        ).write(in: folder)
      }
      return entries
    } catch {
      throw StoreError(error, in: path, writing: true)
    }
  }

  private func note(_ entry: Entry) { seen.withLock { $0 = max($0, entry.sequence) } }

  /// One transaction, also in a task that was cancelled: what an interruption did has to be stored.
  ///
  /// GRDB's own asynchronous `write` throws then, and stores nothing.
  private func write<Result: Sendable>(
    _ updates: @escaping @Sendable (Database) throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      queue.asyncWrite(updates) { _, result in continuation.resume(with: result) }
    }
  }

  private static func checkLease(_ own: Int64, _ database: Database, _ path: String) throws {
    let row = try LeaseRow(database, in: path, nil)
    guard row.generation >= own else {
      throw StoreError.damaged(
        path,
        "its lease is of generation \(row.generation), and this process took \(own): an older copy "
          + "stands in its place")
    }
    guard row.generation == own else {
      throw StoreError(.leaseLost, subject: path, "the run was taken over by \(row.holder)")
    }
  }

  /// A reading, also in a task that was cancelled: what others noted meanwhile is part of what an
  /// interruption leaves.
  private func read<Result: Sendable>(
    _ value: @escaping @Sendable (Database) throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      queue.asyncUnsafeRead { database in
        continuation.resume(with: Swift.Result { try value(database.get()) })
      }
    }
  }

  public func entries() async throws(StoreError) -> [Entry] { try await entries(after: nil) }

  /// Entries that came after one that was read before, with the chain checked from there on.
  public func entries(after last: Entry?) async throws(StoreError) -> [Entry] {
    let path = path
    // Before the journal: what is written meanwhile is not missed.
    let witness = last == nil ? Witness(in: folder) : nil
    do {
      let entries: [Entry] =
        isBlank
        ? []
        : try await read { database in
          var entries: [Entry] = []
          var previous = last?.hash ?? Digest.zero
          let first = last?.sequence ?? 0
          let rows = try Row.fetchCursor(
            database,
            sql: "SELECT body, hash, sequence FROM entry WHERE sequence > ? ORDER BY sequence",
            arguments: [first])
          while let row = try rows.next() {
            let sequence = first + Int64(entries.count + 1)
            try self.checkPlace(try row.number(2, in: path), sequence)
            let entry = try JournalCoding.entry(
              body: try Self.text(row, 0, of: sequence, path),
              hash: try Self.text(row, 1, of: sequence, path), sequence: sequence, after: previous,
              in: path)
            entries.append(entry)
            previous = entry.hash
          }
          if last == nil { _ = try LeaseRow(database, in: path, witness) }
          return entries
        }
      try check(entries, witness)
      if let last = entries.last { note(last) }
      return entries
    } catch {
      throw StoreError(error, in: path, writing: false)
    }
  }

  private static func text(
    _ row: Row, _ index: Int, of sequence: Int64, _ path: String
  ) throws(StoreError) -> String {
    do throws(StoreError) {
      return try row.text(index, in: path)
    } catch {
      throw StoreError(
        error.cause, subject: path, "entry \(sequence) cannot be read: \(error.message)")
    }
  }

  /// The first entry, and the last one that says how the run stands, for lists; nil for an empty journal.
  /// Notes, approvals and what belongs to a drill may come after it.
  ///
  /// The chain of hashes is checked as a whole; of what is between them no entry is looked into.
  func ends() throws(StoreError) -> (first: Entry, last: Entry)? {
    let witness = Witness(in: folder)
    do {
      guard !isBlank else {
        try checkBlank(witness)
        return nil
      }
      let ends = try queue.unsafeRead { try self.ends($0, witness) }
      try checkRun(ends?.first)
      return ends
    } catch {
      throw StoreError(error, in: path, writing: false)
    }
  }

  private func ends(
    _ database: Database, _ witness: Witness?
  ) throws -> (first: Entry, last: Entry)? {
    _ = try LeaseRow(database, in: path, witness)
    try checkChain(database, witness)
    let entries = try Row.fetchAll(
      database,
      sql: """
        SELECT sequence, body, hash,
          (SELECT hash FROM entry e WHERE e.sequence = entry.sequence - 1)
        FROM entry WHERE sequence = 1 OR sequence = (
          SELECT sequence FROM entry WHERE json_extract(body, '$.event.type')
            IN ('runStarted', 'runResumed', 'runHeld', 'runEnded')
          ORDER BY sequence DESC LIMIT 1)
        ORDER BY sequence
        """
    ).map { row in
      let sequence = try row.number(0, in: path)
      return try JournalCoding.entry(
        body: try Self.text(row, 1, of: sequence, path),
        hash: try Self.text(row, 2, of: sequence, path), sequence: sequence,
        after: try row.textIfAny(3, in: path).flatMap(Digest.init(hex:)) ?? .zero, in: path)
    }
    guard let first = entries.first, let last = entries.last else { return nil }
    return (first, last)
  }

  /// Checks the hashes of all entries, without looking into them.
  private func checkChain(_ database: Database, _ witness: Witness?) throws {
    var (end, previous, witnessed) = (Int64(0), Digest.zero, "")
    let rows = try Row.fetchCursor(
      database, sql: "SELECT body, hash, sequence FROM entry ORDER BY sequence")
    while let row = try rows.next() {
      end += 1
      try checkPlace(try row.number(2, in: path), end)
      previous = try JournalCoding.hash(
        of: try Self.text(row, 0, of: end, path), try Self.text(row, 1, of: end, path),
        sequence: end, after: previous, in: path)
      if end == witness?.sequence { witnessed = previous.hex }
    }
    try check(end: end, witness) { _ in witnessed }
  }

  /// Runs SQL as it is, for tests that look at settings or do damage.
  func question(_ sql: String) throws -> String? {
    try queue.writeWithoutTransaction { try String.fetchOne($0, sql: sql) }
  }
}
