private import Foundation
import RunbookEngine
import RunbookModel

/// Turns entries into the JSON text that is stored and hashed, and back.
enum JournalCoding {
  private struct Body: Codable {
    let sequence: Int64
    let recordedAt: Timestamp
    let actor: Actor
    let event: Event
  }

  static func entry(
    _ event: Event, sequence: Int64, at time: Timestamp, by actor: Actor, after previous: Digest
  ) throws(StoreError) -> Entry {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      let body = Body(sequence: sequence, recordedAt: time, actor: actor, event: event)
      let text = String(decoding: try encoder.encode(body), as: UTF8.self)
      return Entry(
        sequence: sequence, recordedAt: time, actor: actor, event: event, body: text,
        hash: Entry.hash(of: text, after: previous))
    } catch {
      throw StoreError(
        .cannotWrite, subject: "entry \(sequence)", "the entry cannot be written as JSON")
    }
  }

  /// - Returns: the hash of an entry's text, which is the stored one.
  static func hash(
    of text: String, _ hash: String, sequence: Int64, after previous: Digest, in subject: String
  ) throws(StoreError) -> Digest {
    let expected = Entry.hash(of: text, after: previous)
    guard expected.hex == hash else {
      throw StoreError(
        .damaged(sequence: sequence), subject: subject,
        "entry \(sequence) does not fit the chain: its hash is not that of its text")
    }
    return expected
  }

  /// - Throws: `damaged` when the text, its number or its hash does not fit what came before.
  static func entry(
    body text: String, hash: String, sequence: Int64, after previous: Digest, in subject: String
  ) throws(StoreError) -> Entry {
    let expected = try Self.hash(
      of: text, hash, sequence: sequence, after: previous, in: subject)
    let body: Body
    do {
      body = try Body.decoded(fromJSON: text)
    } catch {
      throw StoreError(
        .damaged(sequence: sequence), subject: subject, "entry \(sequence) cannot be read")
    }
    guard body.sequence == sequence else {
      throw StoreError(
        .damaged(sequence: sequence), subject: subject,
        "entry \(body.sequence) stands where entry \(sequence) belongs")
    }
    if let problem = JournalNames.problem(in: body.event) {
      throw StoreError(
        .damaged(sequence: sequence), subject: subject, "entry \(sequence): \(problem)")
    }
    return Entry(
      sequence: sequence, recordedAt: body.recordedAt, actor: body.actor, event: body.event,
      body: text, hash: expected)
  }
}
