private import Foundation
private import Glibc
public import RunbookEngine
public import RunbookModel

/// The state folder: `runs/<run id>/journal.db`, and each run's evidence beside it.
public struct RunStore: Sendable {
  public let folder: String
  private let redactor: Redactor

  /// - Parameters:
  ///   - folder: absolute; made on first use, readable by its owner alone.
  ///   - redactor: what all entries of this process go through before they are stored.
  public init(folder: String, redactor: Redactor = .none) {
    self.folder = folder
    self.redactor = redactor
  }

  public func folder(of run: RunID) -> String { "\(folder)/runs/\(run)" }

  /// Makes a run's folder and its empty journal, both durable, and takes the run's lease.
  ///
  /// - Parameter holder: this process, for people.
  /// - Throws: `cannotWrite`, also when there is such a run already.
  public func create(
    _ run: RunID, holder: LeaseHolder
  ) throws(StoreError) -> (journal: SQLiteJournal, lease: Lease) {
    let path = folder(of: run)
    do throws(StoreError) {
      // One that is not there yet is made below.
      try check()
      try PrivateFolder.make("\(folder)/runs")
      try PrivateFolder.make(path, isNew: true)
      // Others may have made one of them meanwhile, or put something in it.
      try check()
      guard try TrustedPath.checkFolder(path) else {
        throw StoreError(.cannotWrite, subject: path, "\(path) is gone again")
      }
      try TrustedPath.checkFiles(in: path)
    } catch {
      throw StoreError(.cannotWrite, subject: error.subject, error.message)
    }
    var random = SystemRandomNumberGenerator()
    try PrivateFolder.makeFile(
      "\(path)/\(Self.keyFile)",
      (0..<RunKey.size).map { _ in UInt8.random(in: .min ... .max, using: &random) })
    try JournalFile.make("\(path)/journal.db", in: path)
    let journal = try SQLiteJournal(path: "\(path)/journal.db", of: run, redactor: redactor)
    return (journal, try journal.takeLease(as: holder).lease)
  }

  /// Opens a run's journal, for reading and for people's entries.
  ///
  /// - Throws: `notFound` when there is no such run, `damaged` when its journal is lost, `cannotRead` where
  ///   others can change it.
  public func open(_ run: RunID) throws(StoreError) -> SQLiteJournal {
    let (path, file) = (folder(of: run), "\(folder(of: run))/journal.db")
    // Each by itself: on the way to another a folder may be sticky, as /tmp is.
    try check()
    guard try TrustedPath.checkFolder(path), Self.isRun(path) else {
      throw StoreError(.notFound, subject: run.rawValue, "there is no run '\(run)'")
    }
    try TrustedPath.checkFiles(in: path)
    // SQLite would make a new one in its place.
    guard Self.exists(file) else {
      if errno == EACCES { throw TrustedPath.unreadable(path, EACCES) }
      guard let count = Witness(in: path)?.sequence, count > 0 else {
        throw StoreError(.notFound, subject: run.rawValue, "there is no run '\(run)'")
      }
      throw .damaged(
        file,
        "journal.db is not there any more, and entry \(count) was written to it; put the file back")
    }
    // It is made with its tables in it. SQLite would take it for a new one, and throw away what belongs to it.
    guard Self.size(of: file) != 0 else {
      let count = Witness(in: path)?.sequence ?? 0
      let what = count > 0 ? "entry \(count) was written to it" : "what was in it is lost"
      throw .damaged(file, "journal.db is empty, and \(what); put the file back")
    }
    return try SQLiteJournal(path: file, of: run, redactor: redactor)
  }

  /// Whether a folder is a run's: it has a journal, or its witness tells of entries that a journal had, or this
  /// account made it and cannot look into it.
  private static func isRun(_ path: String) -> Bool {
    if exists("\(path)/journal.db") { return true }
    if errno == EACCES {
      var status = stat()
      return stat(path, &status) == 0 && status.st_uid == geteuid()
    }
    return Witness(in: path).map { $0.sequence > 0 } ?? false
  }

  /// Whatever it is, and wherever it leads as a link.
  private static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// Nil where it cannot be told.
  private static func size(of path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// Whether a folder is a run's own, also where its journal is gone: by two of the files that each has.
  public static func isRunFolder(_ path: String) -> Bool {
    let own = ["journal.db", "witness", keyFile].filter { size(of: "\(path)/\($0)") != nil }
    guard own.count == 1 else { return own.count > 1 }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.contains { $0.begins(with: "lease-") }
  }

  /// Removes a run whose process ended before it had stored anything: nothing was performed.
  ///
  /// - Parameter holder: this process, for people.
  /// - Throws: `leaseHeld` where a process lives that carries it out, `cannotWrite` where something is in the
  ///   run's folder that a run has not before its first entry.
  public func removeUnbegun(_ run: RunID, holder: LeaseHolder) async throws(StoreError) {
    let path = folder(of: run)
    let journal = try open(run)
    let lease = try journal.takeLease(as: holder).lease
    defer { lease.release() }
    // With the lease ours nobody begins it any more.
    let count = try await journal.entries().count
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let own = ["journal.db", "journal.db-wal", "journal.db-shm", "witness", Self.keyFile]
    let other = names.sorted().first { !own.contains($0) && !$0.begins(with: "lease-") }
    guard count == 0, other == nil else {
      throw StoreError(
        .cannotWrite, subject: path,
        "run \(run) had begun: its folder holds \(other ?? "entries"), and what it did is not known"
      )
    }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw StoreError(.cannotWrite, subject: path, "\(path) cannot be removed")
    }
    try PrivateFolder.force("\(folder)/runs")
  }

  /// Beside the journal and not in it: a journal is given away with its report.
  private static let keyFile = "key"

  /// The key of a run; nil of one that was begun by an earlier version.
  public static func key(inRunFolder folder: String) -> RunKey? {
    // One that cannot be read leaves hashes that fit nothing, which is said where it matters.
    FileManager.default.contents(atPath: "\(folder)/\(keyFile)").flatMap { RunKey(Array($0)) }
  }

  /// Checks that the folder is this account's, and that it can be read.
  ///
  /// - Throws: `cannotRead` with whose it is otherwise. A folder that is not there yet is fine.
  public func check() throws(StoreError) {
    for path in [folder, "\(folder)/runs"] {
      guard try TrustedPath.checkFolder(path) else { return }
      guard access(path, R_OK | X_OK) == 0 else { throw TrustedPath.unreadable(path, errno) }
    }
  }

  /// All runs, the newest first, with those whose journal is lost; none where `check` finds fault.
  public func runs() -> [RunID] {
    guard (try? check()) != nil else { return [] }
    // No folder yet means no runs yet.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/runs")) ?? []
    return names.filter { Self.isRun("\(folder)/runs/\($0)") }.sorted(by: >).map(
      RunID.init(rawValue:))
  }

  /// The run that is meant: an id or the start of one; the newest without.
  ///
  /// - Throws: `notFound` when none or more than one fits; what is wrong with a journal where it keeps
  ///   from telling which of several runs is the newest.
  public func resolve(_ abbreviation: String?) throws(StoreError) -> RunID {
    try check()
    let all = runs()
    guard let abbreviation else { return try newest(of: all) }
    guard !abbreviation.isEmpty else {
      throw StoreError(.notFound, subject: "", "no run was named: its id is empty")
    }
    if let exact = all.first(where: { $0.rawValue == abbreviation }) { return exact }
    let fitting = all.filter {
      $0.rawValue.begins(with: abbreviation) || $0.rawValue.ends(with: abbreviation)
    }
    guard fitting.count == 1, let only = fitting.first else {
      let message =
        fitting.isEmpty
        ? "there is no run '\(abbreviation)'"
        : "'\(abbreviation)' may be \(fitting.map(\.rawValue).joined(separator: ", "))"
      throw StoreError(.notFound, subject: abbreviation, message)
    }
    return only
  }

  /// The runs that somebody has to go on with, the newest first: held, or cut off as their process died.
  ///
  /// Drills at the table are none: `drill resume` goes on with them. Of older runs those that say that they
  /// have ended are taken at their word, and not read.
  ///
  /// - Throws: what is wrong with a journal that is newer than all that are found: it may be the one.
  public func waiting() throws(StoreError) -> [RunSummary] {
    try check()
    var found: [RunSummary] = []
    for (index, run) in runs().enumerated() {
      do throws(StoreError) {
        if index >= Self.mostRead, try hasEndedAtAGlance(run) { continue }
        if let summary = try waiting(run) { found.append(summary) }
      } catch {
        // One that goes away meanwhile is none.
        if case .notFound = error.cause { continue }
        if found.isEmpty { throw error }
      }
    }
    return found
  }

  /// Each is read from its beginning to its end, as its chain of hashes is checked.
  private static let mostRead = 100

  private func waiting(_ run: RunID) throws(StoreError) -> RunSummary? {
    guard let summary = try summary(of: run) else { return nil }
    if case .runEnded = summary.lastChange { return nil }
    guard try open(run).leaseState().living == nil else { return nil }
    if summary.isDrill, try glance(at: run)?.drillMode ?? .talk == .talk { return nil }
    return summary
  }

  /// The run that began last.
  ///
  /// An id begins with the second of its start; of runs of one second the journals tell more.
  private func newest(of all: [RunID]) throws(StoreError) -> RunID {
    guard let first = all.first else {
      throw StoreError(.notFound, subject: folder, "there are no runs yet")
    }
    let second = first.rawValue.prefixOfScalars { $0 != "-" }.unicodeScalars.count + 7
    let rivals = all.prefix {
      $0.rawValue.prefixOfScalars(second) == first.rawValue.prefixOfScalars(second)
    }
    guard rivals.count > 1 else { return first }
    var newest = first
    var latest: Timestamp?
    for run in rivals {
      let start: Timestamp?
      do throws(StoreError) {
        start = try summary(of: run)?.startedAt
      } catch {
        // It may be the one that is meant, unless it went away meanwhile.
        guard case .notFound = error.cause else { throw error }
        continue
      }
      // One in which nothing was stored began at no time that is known.
      guard let start else { continue }
      if latest.map({ start > $0 }) ?? true { (newest, latest) = (run, start) }
    }
    return newest
  }

  /// What a list says of a run.
  ///
  /// - Returns: nil when nothing was stored in it.
  public func summary(of run: RunID) throws(StoreError) -> RunSummary? {
    guard let ends = try open(run).ends(), case .runStarted(let started) = ends.first.event else {
      return nil
    }
    return RunSummary(
      run: run, runbook: started.runbook.name, startedAt: ends.first.recordedAt,
      isSandbox: started.isSandbox, isDrill: started.isDrill, lastChange: ends.last.event,
      lastChangeAt: ends.last.recordedAt)
  }
}

/// A run in a list.
public struct RunSummary: Sendable {
  public let run: RunID
  public let runbook: String
  public let startedAt: Timestamp
  public let isSandbox: Bool
  public let isDrill: Bool
  /// The last time that it began, was resumed, was held or ended.
  public let lastChange: Event
  public let lastChangeAt: Timestamp
}
