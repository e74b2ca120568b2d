import Foundation
import RunbookEngine
import RunbookModel
import Synchronization

/// A journal whose process is killed at one of its appends, or that waits there.
final class FatalJournal: Journal {
  enum Moment: String, Codable, Sendable, CaseIterable { case before, after }

  private let base: any Journal
  private let strike: @Sendable (Int, Moment) async -> Void
  private let appends = Mutex(0)

  /// - Parameter strike: called around each append, with its number from 1.
  init(_ base: any Journal, strike: @escaping @Sendable (Int, Moment) async -> Void) {
    self.base = base
    self.strike = strike
  }

  /// How many appends there were.
  var count: Int { appends.withLock { $0 } }

  func append(
    _ events: [Event], by actor: Actor, at time: Timestamp
  ) async throws(StoreError) -> [Entry] {
    let number = appends.withLock {
      $0 += 1
      return $0
    }
    await strike(number, .before)
    let entries = try await base.append(events, by: actor, at: time)
    await strike(number, .after)
    return entries
  }

  func entries() async throws(StoreError) -> [Entry] { try await base.entries() }
  func checkLease() throws(StoreError) { try base.checkLease() }
  func formerExecutors() -> [Remnant] { base.formerExecutors() }
}
