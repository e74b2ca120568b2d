import RunbookModel

/// How a file of text is written, as its first bytes tell.
package enum TextEncoding: Sendable, Hashable {
  case utf8
  case utf16(isBigEndian: Bool)
  case utf32(isBigEndian: Bool)

  /// What a file begins with: its encoding, and how many bytes the mark takes that says so.
  ///
  /// Without a mark it is UTF-16 where every other byte of the beginning is zero, as of text in Latin letters.
  package static func found(in start: some Collection<UInt8>) -> (encoding: TextEncoding, mark: Int)
  {
    let start = Array(start.prefix(256))
    if start.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, 3) }
    if start.starts(with: [0xFF, 0xFE, 0, 0]) { return (.utf32(isBigEndian: false), 4) }
    if start.starts(with: [0, 0, 0xFE, 0xFF]) { return (.utf32(isBigEndian: true), 4) }
    if start.starts(with: [0xFF, 0xFE]) { return (.utf16(isBigEndian: false), 2) }
    if start.starts(with: [0xFE, 0xFF]) { return (.utf16(isBigEndian: true), 2) }
    let pairs = start.count / 2
    guard pairs >= 4 else { return (.utf8, 0) }
    func zeros(at place: Int) -> Int { (0..<pairs).count { start[2 * $0 + place] == 0 } }
    switch (zeros(at: 0), zeros(at: 1)) {
    case (0, let low) where low > pairs / 2: return (.utf16(isBigEndian: false), 0)
    case (let high, 0) where high > pairs / 2: return (.utf16(isBigEndian: true), 0)
    default: return (.utf8, 0)
    }
  }

  /// All bytes of a file as a text, without its mark; what cannot be decoded is U+FFFD.
  package static func text(of bytes: [UInt8]) -> String {
    let (encoding, mark) = found(in: bytes)
    var decoder = TextDecoder(encoding)
    return String(
      decoding: decoder.decode(bytes[mark...]) + decoder.finish(), as: UTF8.self)
  }
}

/// Turns the bytes of a file into UTF-8, piece by piece.
package struct TextDecoder {
  private let encoding: TextEncoding
  /// Bytes of a character of which the rest comes with the next piece.
  private var rest: [UInt8] = []

  package init(_ encoding: TextEncoding) { self.encoding = encoding }

  package mutating func decode(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    switch encoding {
    case .utf8: return Array(bytes)
    case .utf16(let isBigEndian):
      rest += bytes
      return decodeUTF16(isBigEndian, isLast: false)
    case .utf32(let isBigEndian):
      rest += bytes
      return decodeUTF32(isBigEndian)
    }
  }

  /// What is left at the end: half a character is U+FFFD.
  package mutating func finish() -> [UInt8] {
    defer { rest = [] }
    if case .utf16(let isBigEndian) = encoding, rest.count > 1 {
      return decodeUTF16(isBigEndian, isLast: true)
    }
    return rest.isEmpty ? [] : Array("\u{FFFD}".utf8)
  }

  private mutating func decodeUTF16(_ isBigEndian: Bool, isLast: Bool) -> [UInt8] {
    var units: [UInt16] = []
    units.reserveCapacity(rest.count / 2)
    for index in stride(from: 0, to: rest.count - 1, by: 2) {
      let (first, second) = (UInt16(rest[index]), UInt16(rest[index + 1]))
      units.append(isBigEndian ? first << 8 | second : second << 8 | first)
    }
    // The first half of a pair waits for the second.
    if !isLast, let last = units.last, UTF16.isLeadSurrogate(last) { units.removeLast() }
    rest.removeFirst(units.count * 2)
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }

  private mutating func decodeUTF32(_ isBigEndian: Bool) -> [UInt8] {
    var text = String.UnicodeScalarView()
    let count = rest.count / 4
    for index in 0..<count {
      let four = rest[4 * index..<4 * index + 4]
      let value = (isBigEndian ? Array(four) : four.reversed()).reduce(UInt32(0)) {
        $0 << 8 | UInt32($1)
      }
      text.append(Unicode.Scalar(value) ?? "\u{FFFD}")
    }
    rest.removeFirst(count * 4)
    return Array(String(text).utf8)
  }
}
