public import RunbookModel

/// The append-only history of one run.
///
/// Laws:
/// 1. `append` returns only when its entries are durable: after a power cut they are there.
/// 2. The entries of one `append` are there together or not at all.
/// 3. Entries are never changed or removed; each carries the hash of the one before.
/// 4. A process whose lease has a later generation than its own cannot append.
/// 5. After `append` threw, nothing of it is there, and the journal can still be read.
/// 6. `checkLease` throws as soon as another process has a later generation of the lease.
public protocol Journal: Sendable {
  /// - Returns: the entries as stored.
  func append(_ events: [Event], by actor: Actor, at time: Timestamp) async throws(StoreError)
    -> [Entry]

  /// All entries, in order, with the chain checked.
  func entries() async throws(StoreError) -> [Entry]

  /// Looks whether the run is still this process's, by what is stored now: asked right before something
  /// is done that cannot be taken back. It blocks as a reading does, and stores nothing.
  ///
  /// - Throws: `leaseLost`, or what keeps the journal from being read.
  func checkLease() throws(StoreError)

  /// Processes that had the run's lease before this one and are still alive. They can append nothing
  /// more, but what they were about to perform outside of a database nothing keeps them from.
  func formerExecutors() -> [Remnant]
}

extension Journal {
  public func checkLease() throws(StoreError) {}
  public func formerExecutors() -> [Remnant] { [] }
}

/// Why a journal could not be written or read.
public struct StoreError: Error, Sendable, Hashable {
  public enum Cause: Sendable, Hashable {
    /// Disk full, folder read-only, permission.
    case cannotWrite
    /// Another process holds it, for longer than a write takes.
    case busy
    case cannotRead
    /// The chain does not fit at this entry.
    case damaged(sequence: Int64)
    case leaseLost
    /// Another process that lives performs the run's steps.
    case leaseHeld
    case notFound
    case formatTooNew
  }

  public let cause: Cause
  /// The file or run that it is about.
  public let subject: String
  public let message: String

  public init(_ cause: Cause, subject: String, _ message: String) {
    self.cause = cause
    self.subject = subject
    self.message = message
  }
}
