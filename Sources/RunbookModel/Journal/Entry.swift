/// One line of a run's history.
///
/// What is stored, and hashed, is `body`, the exact text; the rest is read from it.
public struct Entry: Sendable, Hashable {
  /// 1 for the first entry, and one more for each after it.
  public let sequence: Int64
  public let recordedAt: Timestamp
  public let actor: Actor
  public let event: Event
  /// The JSON text that was stored.
  public let body: String
  /// SHA-256 of the hash before (64 zeros for the first), a line feed, and `body`.
  public let hash: Digest

  public init(
    sequence: Int64, recordedAt: Timestamp, actor: Actor, event: Event, body: String, hash: Digest
  ) {
    self.sequence = sequence
    self.recordedAt = recordedAt
    self.actor = actor
    self.event = event
    self.body = body
    self.hash = hash
  }

  public static func hash(of body: String, after previous: Digest) -> Digest {
    var hasher = Digest.Hasher()
    hasher.update(previous.hex)
    hasher.update("\n")
    hasher.update(body)
    return hasher.finalize()
  }
}
