private import Foundation
private import Glibc
public import RunbookEngine
public import RunbookModel
private import Synchronization

/// Who has the right to perform a run's steps.
public struct LeaseHolder: Sendable, Hashable, Codable {
  public let host: String
  public let pid: Int32
  public let actor: Actor
  public let takenAt: Timestamp
  /// 1 for the run's first process, and one more for each after it.
  public internal(set) var generation: Int64 = 0
  /// When the process began, by the kernel's own count (proc(5), `starttime`): with it the number is never
  /// taken for a later process. Nil where it is not known.
  public let processStart: UInt64?

  public init(
    host: String, pid: Int32, processStart: UInt64? = nil, actor: Actor, takenAt: Timestamp
  ) {
    self.host = host
    self.pid = pid
    self.processStart = processStart
    self.actor = actor
    self.takenAt = takenAt
  }

  /// The same with its actor's name without secrets.
  public func redacted(by redactor: Redactor) -> LeaseHolder {
    var holder = LeaseHolder(
      host: host, pid: pid, processStart: processStart, actor: redactor.redact(actor),
      takenAt: takenAt)
    holder.generation = generation
    return holder
  }

  /// Who and where, without since when.
  public var placeWords: String { "\(actor.displayName), process \(pid) on host \(host)" }

  /// One line for people.
  public var description: String {
    "\(placeWords), since \(takenAt.wholeSecond)"
  }
}

/// A lease that this process holds, with its sign of life: a locked file, which the kernel unlocks
/// however the process ends, and whose time of change is the heartbeat.
///
/// The file is for people and for those who would take the run up; what fences a process off is the
/// generation in the journal, which each append checks.
public final class Lease: Sendable {
  public let holder: LeaseHolder
  private let descriptor: Mutex<Int32>

  /// Makes and locks the file of a generation. To be called under the journal's own write lock.
  init(_ holder: LeaseHolder, in folder: String) throws(StoreError) {
    self.holder = holder
    let path = Self.path(of: holder.generation, in: folder)
    let file = Glibc.open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else {
      throw StoreError(
        .cannotWrite, subject: path, "the lease cannot be made: \(String(cString: strerror(errno)))"
      )
    }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      close(file)
      throw StoreError(.leaseLost, subject: path, "another process holds this generation's lease")
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    // Who the holder is serves messages only: a run goes on without it.
    let text = (try? encoder.encode(holder)) ?? Data()
    _ = ftruncate(file, 0)
    _ = text.withUnsafeBytes { pwrite(file, $0.baseAddress, $0.count, 0) }
    descriptor = Mutex(file)
  }

  deinit { release() }

  /// Shows that the process is alive; no forced write.
  public func beat() {
    descriptor.withLock { if $0 >= 0 { futimens($0, nil) } }
  }

  /// Lets the next process take the run up.
  public func release() {
    descriptor.withLock {
      if $0 >= 0 {
        // A child that is just being started shares the lock until it runs its own program.
        flock($0, LOCK_UN)
        close($0)
      }
      $0 = -1
    }
  }

  /// Who holds a generation, and when it last showed that it is alive; nil when it is gone.
  static func living(
    _ generation: Int64, in folder: String
  ) -> LeaseState.Living? {
    let file = Glibc.open(path(of: generation, in: folder), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { return nil }
    defer { close(file) }
    // A lock that can be had says that nobody lives there; closing the file gives it back.
    guard flock(file, LOCK_SH | LOCK_NB) != 0 else { return nil }
    var status = stat()
    let beat =
      fstat(file, &status) == 0 ? Timestamp(seconds: Int64(status.st_mtim.tv_sec)) : nil
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = pread(file, &bytes, bytes.count, 0)
    // A file that cannot be read still says that somebody is there.
    let holder = try? LeaseHolder.decoded(
      fromJSON: String(decoding: bytes.prefix(max(0, count)), as: UTF8.self))
    return LeaseState.Living(holder: holder, beat: beat)
  }

  /// Removes the files of generations that are over.
  static func removeFormer(than generation: Int64, in folder: String) {
    for former in generations(before: generation, in: folder)
    where living(former, in: folder) == nil {
      unlink(path(of: former, in: folder))
    }
  }

  /// Who held the lease before a generation, and lives.
  ///
  /// - Returns: nil for one that does not say who it is.
  static func former(than generation: Int64, in folder: String) -> [LeaseHolder?] {
    generations(before: generation, in: folder).compactMap { living($0, in: folder) }
      .map(\.holder)
  }

  /// Those whose files are there.
  private static func generations(before generation: Int64, in folder: String) -> [Int64] {
    // A folder that cannot be listed could not have been written to either.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap { name in
      name.begins(with: "lease-")
        ? Int64(name.dropFirstScalars("lease-".unicodeScalars.count)) : nil
    }.filter { $0 < generation }.sorted()
  }

  private static func path(of generation: Int64, in folder: String) -> String {
    "\(folder)/lease-\(generation)"
  }
}

/// What is known of the process that performs a run's steps.
public struct LeaseState: Sendable {
  public let generation: Int64
  /// Nil where no process lives that holds it.
  public let living: Living?

  public struct Living: Sendable {
    /// Nil where its file cannot be read.
    public let holder: LeaseHolder?
    /// When it last showed that it is alive.
    public let beat: Timestamp?

    /// One line for people.
    public var description: String { holder?.description ?? Self.unknown }

    /// Who and where, without since when.
    public var placeWords: String { holder?.placeWords ?? Self.unknown }

    private static let unknown = "a process that does not say who it is"
  }
}
