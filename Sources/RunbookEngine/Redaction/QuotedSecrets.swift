/// Takes secrets out of what a program says that was given one, and that quotes what it was given in parts: a
/// word of it, what stands before an error, as much as a name may hold.
///
/// A part of eight bytes counts anywhere, and one of four beside a quotation mark, a bracket, a sign that
/// something is cut, and at the end, all of them in whatever case.
public struct QuotedSecrets: Sendable {
  private static let (shortest, shortestAnywhere) = (4, 8)
  private static let mostPlaces = 64

  private let redactor: Redactor
  private let secrets: [[UInt8]]
  private let places: [UInt32: [(secret: Int, offset: Int)]]

  public init(_ redactor: Redactor) {
    self.redactor = redactor
    secrets = redactor.quotable.map { $0.map(Self.folded) }
    var places: [UInt32: [(secret: Int, offset: Int)]] = [:]
    for (index, secret) in secrets.enumerated() where secret.count >= Self.shortest {
      for offset in 0...secret.count - Self.shortest {
        let gram = Self.gram(secret, offset)
        guard places[gram, default: []].count < Self.mostPlaces else { continue }
        places[gram, default: []].append((index, offset))
      }
    }
    self.places = places
  }

  public func redact(_ text: String) -> String {
    let text = redactor.redact(text, isWhole: false)
    let bytes = Array(text.utf8)
    let folded = bytes.map(Self.folded)
    var kept: [UInt8] = []
    var (index, copied) = (0, 0)
    while index + Self.shortest <= bytes.count {
      if bytes[index...].starts(with: Redactor.markBytes) {
        index += Redactor.markBytes.count
        continue
      }
      let end = index + length(of: folded, at: index)
      guard isTelling(index..<end, in: bytes) else {
        index += 1
        continue
      }
      let span = Self.characters(around: index..<end, in: bytes)
      kept += bytes[copied..<max(copied, span.lowerBound)]
      kept += Redactor.markBytes
      (copied, index) = (span.upperBound, span.upperBound)
    }
    guard copied > 0 else { return text }
    return String(decoding: kept + bytes[copied...], as: UTF8.self)
  }

  /// Of the longest part of a secret that begins at a place.
  private func length(of bytes: [UInt8], at index: Int) -> Int {
    var longest = 0
    for (secret, offset) in places[Self.gram(bytes, index), default: []] {
      let secret = secrets[secret]
      var length = Self.shortest
      while index + length < bytes.count, offset + length < secret.count,
        bytes[index + length] == secret[offset + length]
      {
        length += 1
      }
      longest = max(longest, length)
    }
    return longest
  }

  private func isTelling(_ part: Range<Int>, in bytes: [UInt8]) -> Bool {
    guard part.count < Self.shortestAnywhere else { return true }
    guard part.count >= Self.shortest else { return false }
    return part.upperBound == bytes.count
      || Self.marks.contains {
        bytes[part.upperBound...].starts(with: $0)
          || bytes[..<part.lowerBound].suffix($0.count).elementsEqual($0)
      }
  }

  private static let marks = [
    "\"", "'", "`", "(", ")", "[", "]", "{", "}", "<", ">", "...", "…", "«", "»", "“", "”", "„",
    "‘", "’", "‹",
    "›",
  ].map { Array($0.utf8) }

  /// The span with the whole of the characters at its ends.
  private static func characters(around span: Range<Int>, in bytes: [UInt8]) -> Range<Int> {
    var (start, end) = (span.lowerBound, span.upperBound)
    while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    return start..<end
  }

  private static func gram(_ bytes: [UInt8], _ index: Int) -> UInt32 {
    bytes[index..<index + shortest].reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static func folded(_ byte: UInt8) -> UInt8 {
    (65...90).contains(byte) ? byte + 32 : byte
  }
}
