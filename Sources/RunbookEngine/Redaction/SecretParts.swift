/// Finds parts of secrets, which whoever cut a text before this program had it has left: a beginning, a middle or an
/// end, as it is written.
///
/// Of `shortest` bytes, one is found anywhere. So many in a row are a secret's by chance only where the secret
/// itself is made of words.
struct SecretParts: Sendable {
  static let shortest = 16
  /// Every part holds a whole word of eight bytes that begins at a multiple of eight.
  private static let wordSize = 8
  private static let (mostPlaces, mostBytes) = (16, 1 << 16)

  private let secrets: [[UInt8]]
  private let places: [UInt64: [Place]]
  /// A bit for each hash of a word: most words of a text are in no secret.
  private let filter: [UInt64]

  private struct Place {
    let secret: Int
    let offset: Int
  }

  init(_ secrets: some Collection<[UInt8]>) {
    var room = Self.mostBytes
    self.secrets = secrets.filter { secret in
      guard secret.count > Self.shortest, secret.count <= room else { return false }
      room -= secret.count
      return true
    }
    var places: [UInt64: [Place]] = [:]
    var filter = [UInt64](repeating: 0, count: self.secrets.isEmpty ? 0 : 1 << 10)
    for (index, secret) in self.secrets.enumerated() {
      for offset in 0...secret.count - Self.wordSize {
        let word = secret.withUnsafeBytes {
          $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        }
        guard places[word, default: []].count < Self.mostPlaces else { continue }
        places[word, default: []].append(Place(secret: index, offset: offset))
        let hash = Self.hash(word)
        filter[hash >> 6] |= 1 << UInt64(hash & 63)
      }
    }
    self.places = places
    self.filter = filter
  }

  var isEmpty: Bool { secrets.isEmpty }

  private static func hash(_ word: UInt64) -> Int {
    Int(truncatingIfNeeded: (word &* 0x9E37_79B9_7F4A_7C15) >> 48)
  }

  /// In order of their beginnings.
  func spans(in bytes: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
    guard !isEmpty, bytes.count >= Self.shortest else { return [] }
    let raw = UnsafeRawBufferPointer(bytes)
    var spans: [Range<Int>] = []
    var index = 0
    while index + Self.wordSize <= bytes.count {
      let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      let hash = Self.hash(word)
      index += Self.wordSize
      guard filter[hash >> 6] >> UInt64(hash & 63) & 1 == 1, let places = places[word],
        let span = longest(places, at: index - Self.wordSize, in: bytes)
      else { continue }
      spans.append(span)
      // Another that goes on behind this one has a word of its own from here on.
      index = max(index, span.upperBound - Self.shortest + 1)
    }
    return spans.sorted { $0.lowerBound < $1.lowerBound }
  }

  private func longest(
    _ places: [Place], at index: Int, in bytes: UnsafeBufferPointer<UInt8>
  ) -> Range<Int>? {
    var found: Range<Int>?
    for place in places {
      let secret = secrets[place.secret]
      var (start, end) = (index, index + Self.wordSize)
      var offset = place.offset
      while start > 0, offset > 0, bytes[start - 1] == secret[offset - 1] {
        start -= 1
        offset -= 1
      }
      offset = place.offset + Self.wordSize
      while end < bytes.count, offset < secret.count, bytes[end] == secret[offset] {
        end += 1
        offset += 1
      }
      guard end - start >= Self.shortest else { continue }
      found = min(start, found?.lowerBound ?? start)..<max(end, found?.upperBound ?? end)
    }
    return found
  }

  /// How many bytes at a text's end may go on to be a part that is found.
  func openLength(of bytes: UnsafeBufferPointer<UInt8>) -> Int {
    guard let last = bytes.last else { return 0 }
    var longest = 0
    for secret in secrets {
      for offset in secret.indices where secret[offset] == last {
        var length = 1
        while length < Self.shortest, length <= offset, length < bytes.count,
          secret[offset - length] == bytes[bytes.count - 1 - length]
        {
          length += 1
        }
        longest = max(longest, length)
      }
    }
    return longest
  }
}
