public import RunbookModel

/// A run's own random key, which never leaves its folder.
///
/// What is hashed with a secret in it is hashed with the key: else whoever has the hash, in the report or
/// in the target's table of receipts, could try short secrets until one fits. A run that was begun by an
/// earlier version has none, and its hashes are without.
public struct RunKey: Sendable {
  public static let size = 32

  public let bytes: [UInt8]

  /// - Returns: nil unless there are `size` bytes.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.size else { return nil }
    self.bytes = bytes
  }

  public func digest(of text: String) -> Digest {
    var hasher = Digest.Hasher(key: bytes)
    hasher.update(text)
    return hasher.finalize()
  }
}

extension RunKey? {
  /// With the key where there is one.
  public var hasher: Digest.Hasher { map { Digest.Hasher(key: $0.bytes) } ?? Digest.Hasher() }
}
