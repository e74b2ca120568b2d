private import Foundation
public import RunbookEngine
public import RunbookModel
private import Synchronization

/// A journal that keeps its entries in memory, with the chain of hashes, for simulated runs.
public final class MemoryJournal: Journal {
  private struct State {
    var entries: [Entry] = []
    var appendCount = 0
  }

  private struct Body: Encodable {
    let sequence: Int64
    let recordedAt: Timestamp
    let actor: Actor
    let event: Event
  }

  private let state: Mutex<State>
  private let failingAppend: Int?

  /// - Parameters:
  ///   - entries: what is in it from the start.
  ///   - failingAppend: the append, counted from 1, that fails as a full disk would, and with it all
  ///     that come after.
  public init(_ entries: [Entry] = [], failingAppend: Int? = nil) {
    state = Mutex(State(entries: entries))
    self.failingAppend = failingAppend
  }

  /// How often `append` was called; those that failed included.
  public var appendCount: Int { state.withLock(\.appendCount) }

  /// What is durable by now.
  public var stored: [Entry] { state.withLock(\.entries) }

  public func append(
    _ events: [Event], by actor: Actor, at time: Timestamp
  ) async throws(StoreError) -> [Entry] {
    let added = state.withLock { state in
      Result<[Entry], StoreError> { () throws(StoreError) in
        state.appendCount += 1
        if let failingAppend, state.appendCount >= failingAppend {
          throw StoreError(.cannotWrite, subject: "memory", "the disk is full (simulated)")
        }
        var added: [Entry] = []
        for event in events {
          let last = added.last ?? state.entries.last
          added.append(try Self.entry(event, after: last, by: actor, at: time))
        }
        state.entries += added
        return added
      }
    }
    return try added.get()
  }

  public func entries() async throws(StoreError) -> [Entry] {
    let entries = stored
    var previous = Digest.zero
    for entry in entries {
      guard entry.hash == Entry.hash(of: entry.body, after: previous) else {
        throw StoreError(
          .damaged(sequence: entry.sequence), subject: "memory",
          "entry \(entry.sequence) does not fit the chain")
      }
      previous = entry.hash
    }
    return entries
  }

  private static func entry(
    _ event: Event, after last: Entry?, by actor: Actor, at time: Timestamp
  ) throws(StoreError) -> Entry {
    let sequence = (last?.sequence ?? 0) + 1
    let body = Body(sequence: sequence, recordedAt: time, actor: actor, event: event)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      let text = String(decoding: try encoder.encode(body), as: UTF8.self)
      return Entry(
        sequence: sequence, recordedAt: time, actor: actor, event: event, body: text,
        hash: Entry.hash(of: text, after: last?.hash ?? .zero))
    } catch {
      throw StoreError(
        .cannotWrite, subject: "memory", "entry \(sequence) cannot be written as JSON")
    }
  }
}
