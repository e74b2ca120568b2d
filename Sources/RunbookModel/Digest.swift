private import CSHA256

/// A SHA-256 digest, written as 64 lower-case hexadecimal digits.
///
/// The hashing is libmd's: it is on every Debian system, starts in no time and costs nothing to build. Much data is
/// hashed by OpenSSL's libcrypto where that is there.
public struct Digest: Sendable, Hashable, Codable, CustomStringConvertible {
  public let hex: String

  /// The digest before the first: 64 zeros.
  public static let zero = Digest(unchecked: String(repeating: "0", count: 64))

  /// - Returns: nil unless `hex` is 64 lower-case hexadecimal digits.
  public init?(hex: String) {
    let isDigest =
      hex.utf8.count == 64
      && hex.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    guard isDigest else { return nil }
    self.hex = hex
  }

  private init(unchecked hex: String) { self.hex = hex }

  public static func sha256(of text: String) -> Digest {
    var hasher = Hasher()
    hasher.update(text)
    return hasher.finalize()
  }

  public static func sha256(of bytes: some Sequence<UInt8>) -> Digest {
    var hasher = Hasher()
    hasher.update(bytes)
    return hasher.finalize()
  }

  public var description: String { hex }
  /// The first twelve digits, for people.
  public var short: String { String(hex.prefixOfScalars(12)) }

  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let digest = Digest(hex: text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not a SHA-256 digest: \(text)"))
    }
    self = digest
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hex)
  }

  /// SHA-256 over data that comes in pieces; with a key, HMAC-SHA-256 (RFC 2104).
  public struct Hasher {
    private var state = runbook_sha256()
    /// The key as it begins the outer hash; nil without one.
    private var outer: [UInt8]?

    /// - Parameter isForMuch: whether more than some 100 KB are to come: it begins a little later and is several times
    ///   as fast then.
    public init(isForMuch: Bool = false) { runbook_sha256_begin(&state, isForMuch ? 1 : 0) }

    /// - Parameter key: of 64 bytes at most, SHA-256's block.
    public init(key: [UInt8]) {
      self.init()
      let block = key.prefix(64) + [UInt8](repeating: 0, count: max(0, 64 - key.count))
      outer = block.map { $0 ^ 0x5C }
      update(block.map { $0 ^ 0x36 })
    }

    public mutating func update(_ text: String) {
      var text = text
      text.withUTF8 { runbook_sha256_add(&state, $0.baseAddress, $0.count) }
    }

    public mutating func update(_ bytes: some Sequence<UInt8>) {
      let contiguous: Void? = bytes.withContiguousStorageIfAvailable {
        runbook_sha256_add(&state, $0.baseAddress, $0.count)
      }
      guard contiguous == nil else { return }
      let copy = Array(bytes)
      runbook_sha256_add(&state, copy, copy.count)
    }

    public mutating func finalize() -> Digest {
      var bytes = [UInt8](repeating: 0, count: 32)
      runbook_sha256_end(&state, &bytes)
      if let outer {
        runbook_sha256_begin(&state, 0)
        update(outer)
        update(bytes)
        runbook_sha256_end(&state, &bytes)
      }
      let digits = Array("0123456789abcdef".utf8)
      var hex: [UInt8] = []
      hex.reserveCapacity(64)
      for byte in bytes {
        hex.append(digits[Int(byte >> 4)])
        hex.append(digits[Int(byte & 15)])
      }
      return Digest(unchecked: String(decoding: hex, as: UTF8.self))
    }
  }
}
