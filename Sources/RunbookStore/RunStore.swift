private import Foundation
public import RunbookEngine
public import RunbookModel

/// The state folder: `runs/<run id>/journal.db`, and each run's evidence beside it.
public struct RunStore: Sendable {
  public let folder: String

  /// - Parameter folder: absolute; made on first use, readable by its owner alone.
  public init(folder: String) { self.folder = folder }

  public func folder(of run: RunID) -> String { "\(folder)/runs/\(run)" }

  /// Makes a run's folder and its empty journal.
  public func create(_ run: RunID) throws(StoreError) -> SQLiteJournal {
    let path = folder(of: run)
    do {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/runs", withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    } catch {
      throw StoreError(
        .cannotWrite, subject: path, "the run's folder cannot be made: \(Self.reason(error))")
    }
    // SQLite gives -wal and -shm the permissions of the main file
    // (https://www.sqlite.org/src/file/src/os_unix.c, findCreateFileMode).
    let file = "\(path)/journal.db"
    guard
      FileManager.default.createFile(
        atPath: file, contents: nil, attributes: [.posixPermissions: 0o600])
    else {
      throw StoreError(.cannotWrite, subject: file, "the journal cannot be made")
    }
    return try SQLiteJournal(path: file, creating: true)
  }

  public func open(_ run: RunID) throws(StoreError) -> SQLiteJournal {
    let file = "\(folder(of: run))/journal.db"
    guard FileManager.default.fileExists(atPath: file) else {
      throw StoreError(.notFound, subject: run.rawValue, "there is no run '\(run)'")
    }
    return try SQLiteJournal(path: file, creating: false)
  }

  /// All runs, the newest first.
  public func runs() -> [RunID] {
    // No folder yet means no runs yet.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/runs")) ?? []
    return names.filter {
      FileManager.default.fileExists(atPath: "\(folder)/runs/\($0)/journal.db")
    }
    .sorted(by: >).map(RunID.init(rawValue:))
  }

  /// The run that is meant: an id or the start of one; the newest without.
  ///
  /// - Throws: `notFound` when none or more than one fits.
  public func resolve(_ abbreviation: String?) throws(StoreError) -> RunID {
    let all = runs()
    guard let abbreviation else {
      guard let newest = all.first else {
        throw StoreError(.notFound, subject: folder, "there are no runs yet")
      }
      return newest
    }
    if let exact = all.first(where: { $0.rawValue == abbreviation }) { return exact }
    let fitting = all.filter {
      $0.rawValue.hasPrefix(abbreviation) || $0.rawValue.hasSuffix(abbreviation)
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

  public func summary(of run: RunID) throws(StoreError) -> RunSummary? {
    guard let ends = try open(run).ends(), case .runStarted(let started) = ends.first.event else {
      return nil
    }
    return RunSummary(
      run: run, runbook: started.runbook.name, startedAt: ends.first.recordedAt,
      isSandbox: started.isSandbox, isDrill: started.isDrill, lastEvent: ends.last.event,
      lastEntryAt: ends.last.recordedAt)
  }

  private static func reason(_ error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    return (underlying ?? error as NSError).localizedDescription
  }
}

/// A run in a list.
public struct RunSummary: Sendable {
  public let run: RunID
  public let runbook: String
  public let startedAt: Timestamp
  public let isSandbox: Bool
  public let isDrill: Bool
  public let lastEvent: Event
  public let lastEntryAt: Timestamp
}
