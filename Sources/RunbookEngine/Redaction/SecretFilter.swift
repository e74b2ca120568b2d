/// Says of a place in bytes whether a secret may begin there, by the few bytes that stand there: nearly
/// everywhere none can, and a text is gone through at a pace near the memory's.
///
/// A `yes` may be wrong, a `no` never is: a property test holds it against a search of every place.
struct SecretFilter: Sendable {
  /// For each number of a pattern's first characters: the pairs of bytes at that place and the next.
  private let pairs: [UInt64]
  /// Pairs of a first byte and of the one after what lines and groups are set apart by.
  private let gapPairs: [UInt64]
  /// Pairs by which a pattern can begin that is over before so many pairs, or whose first character is
  /// written otherwise than by itself: what comes after them says nothing.
  private let shortPairs: [UInt64]
  /// Pairs by which a character that is written otherwise than by itself can begin.
  private let encodedPairs: [UInt64]
  /// What each byte can be where it is not a pattern's first.
  private let kinds: [Kind]

  private enum Kind: UInt8 {
    case plain
    /// A reader may take it with the bytes after it for another character.
    case encoded
    /// It may stand between two characters of a pattern, or be one.
    case gap
    /// It may be anything.
    case any
  }

  /// How many pairs of a pattern's beginning are looked at.
  private static let depth = 3
  private static let words = 1024

  init(_ patterns: [SecretPattern]) {
    let beginnings = patterns.map(Beginning.init)
    let kinds = Self.kinds(beginnings)
    let others = Bytes(UInt8.allValues.filter { kinds[Int($0)] != .plain })
    let notSeparators = Bytes(
      UInt8.allValues.filter {
        kinds[Int($0)] != .plain && !SecretPattern.Code.itemGaps.contains(UInt32($0))
      })
    let notGaps = Bytes(UInt8.allValues.filter { ![.plain, .gap].contains(kinds[Int($0)]) })
    var pairs = (0..<Self.depth).map { _ in PairTable() }
    var gapPairs = PairTable()
    var shortPairs = PairTable()
    for beginning in beginnings {
      for (depth, firsts) in beginning.bytes.prefix(Self.depth).enumerated() {
        for first in firsts {
          pairs[depth].allow(first, beginning.next(depth))
          pairs[depth].allow(first, beginning.isInNumber(depth + 1) ? notSeparators : others)
        }
      }
      for first in beginning.bytes.first ?? [] {
        gapPairs.allow(first, notGaps)
        gapPairs.allow(first, beginning.hasSpace ? .all : beginning.next(0))
        guard beginning.bytes.count <= Self.depth else { continue }
        shortPairs.allow(first, beginning.next(0))
        shortPairs.allow(first, others)
      }
    }
    let firsts = Set(beginnings.flatMap { $0.bytes.first ?? [] })
    var encodedPairs = PairTable()
    for first in EncodedUnits.starters {
      let seconds = Bytes(UInt8.allValues.filter { EncodedUnits.mayBegin(first, $0) })
      encodedPairs.allow(first, seconds)
      guard Self.mayBegin(first, firsts) else { continue }
      pairs[0].allow(first, seconds)
      shortPairs.allow(first, seconds)
    }
    self.pairs = pairs.flatMap(\.bits)
    self.gapPairs = gapPairs.bits
    self.shortPairs = shortPairs.bits
    self.encodedPairs = encodedPairs.bits
    self.kinds = kinds
  }

  /// The first place from `start` on where a secret may begin, or where too few bytes are left to say.
  func next(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    pairs.withUnsafeBufferPointer { pairs in
      var place = start
      let last = bytes.count - Self.depth - 1
      while place < last {
        if Self.has(pairs, 0, bytes[place], bytes[place + 1]), mayGoOn(bytes, place, pairs) {
          return place
        }
        place += 1
      }
      return place
    }
  }

  /// Whether the bytes after the first two allow a secret too.
  private func mayGoOn(
    _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ pairs: UnsafeBufferPointer<UInt64>
  ) -> Bool {
    if Self.has(shortPairs, bytes[start], bytes[start + 1]) { return true }
    for depth in 1..<Self.depth {
      let byte = bytes[start + depth]
      let next = bytes[start + depth + 1]
      switch kinds[Int(byte)] {
      case .plain: break
      case .any: return true
      case .encoded: if Self.has(encodedPairs, byte, next) { return true }
      case .gap: if depth > 1 || mayGoOnAfterGap(bytes, start) { return true }
      }
      guard Self.has(pairs, depth, byte, next) else { return false }
    }
    return true
  }

  private func mayGoOnAfterGap(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
    var place = start + 1
    while place < bytes.count, kinds[Int(bytes[place])] == .gap {
      if Self.has(gapPairs, bytes[start], bytes[place]) { return true }
      place += 1
    }
    return place == bytes.count || Self.has(gapPairs, bytes[start], bytes[place])
  }

  @inline(__always) private static func has(
    _ pairs: UnsafeBufferPointer<UInt64>, _ depth: Int, _ first: UInt8, _ second: UInt8
  ) -> Bool {
    let pair = Int(first) << 8 | Int(second)
    return pairs[depth * words + pair >> 6] >> UInt64(pair & 63) & 1 == 1
  }

  private static func has(_ pairs: [UInt64], _ first: UInt8, _ second: UInt8) -> Bool {
    let pair = Int(first) << 8 | Int(second)
    return pairs[pair >> 6] >> UInt64(pair & 63) & 1 == 1
  }

  private static func kinds(_ beginnings: [Beginning]) -> [Kind] {
    var isLiteral = [Bool](repeating: false, count: 256)
    var isGap = isLiteral
    for beginning in beginnings {
      for byte in beginning.bytes.dropFirst().joined() { isLiteral[Int(byte)] = true }
      for byte in beginning.gaps { isGap[Int(byte)] = true }
    }
    let hasSpace = beginnings.contains(where: \.hasSpace)
    return UInt8.allValues.map { byte in
      switch byte {
      case 0, 0x1B, 0x80...0xFF: return .any
      // The sign of a wrapped line, and what begins an escape.
      case UInt8(ascii: "\\") where isGap[Int(byte)]: return .any
      // A space too.
      case UInt8(ascii: "+"): return hasSpace ? .any : isGap[0x20] ? .gap : .plain
      case 0x0D: return hasSpace || !isGap[Int(byte)] ? .any : .gap
      // Nothing else where no pattern has one.
      case UInt8(ascii: "\""): return isLiteral[Int(byte)] ? .encoded : .plain
      case _ where isGap[Int(byte)]: return hasSpace ? .any : .gap
      default: return EncodedUnits.starters.contains(byte) ? .encoded : .plain
      }
    }
  }

  /// Whether what begins with the byte, by itself or with others, can be a pattern's first character.
  private static func mayBegin(_ starter: UInt8, _ firsts: Set<UInt8>) -> Bool {
    switch starter {
    case UInt8(ascii: "\""): firsts.contains(starter)
    case UInt8(ascii: "+"): firsts.contains(starter) || firsts.contains(UInt8(ascii: " "))
    case 0x0D: firsts.contains(0x0A)
    default: true
    }
  }

  /// What the first bytes of a pattern can be, each written by itself.
  private struct Beginning {
    /// At each of its places.
    var bytes: [[UInt8]] = []
    /// What can stand between its characters.
    var gaps: [UInt8] = []
    /// Whether white space is among its first characters, which any white space stands for.
    var hasSpace = false
    /// Of a list, how long its first number is: nothing stands between the digits of one.
    private var numberLength = 0

    func isInNumber(_ place: Int) -> Bool { place < numberLength }

    init(_ pattern: SecretPattern) {
      if pattern.code == .list {
        numberLength = pattern.scalars.firstIndex(of: SecretPattern.comma) ?? 0
      }
      for position in 0..<min(SecretFilter.depth + 1, pattern.scalars.count) {
        bytes.append(pattern.spellings(at: position).filter { $0 < 0x80 }.map { UInt8($0) })
        if pattern.scalars[position] == SecretPattern.space { hasSpace = true }
      }
      // The same wherever it stands but for a space of the pattern's own.
      gaps = pattern.code.gaps.map { UInt8($0) }
      if pattern.mayBeFolded { gaps += EncodedUnits.foldBytes }
      if hasSpace { gaps += UInt8.ascii.filter { SecretPattern.isSpace(UInt32($0)) } }
      guard let first = pattern.scalars.first, first >= 0x80 else { return }
      // By what stands for a character that was not known, too (U+FFFD), and by any byte of another set.
      bytes[0] = Array(0x80...0xFF)
    }

    /// What may follow a place; after the end of a short pattern, anything.
    func next(_ place: Int) -> Bytes {
      place + 1 < bytes.count ? Bytes(bytes[place + 1]) : .all
    }
  }

  /// A set of bytes, a bit each.
  private struct Bytes {
    var words: [UInt64] = [0, 0, 0, 0]

    static let all = Bytes(UInt8.allValues)

    init(_ bytes: [UInt8]) {
      for byte in bytes { words[Int(byte) >> 6] |= 1 << UInt64(byte & 63) }
    }
  }

  /// A bit for each pair of bytes.
  private struct PairTable {
    var bits = [UInt64](repeating: 0, count: SecretFilter.words)

    mutating func allow(_ first: UInt8, _ seconds: Bytes) {
      let row = Int(first) << 2
      for word in 0..<4 where seconds.words[word] != 0 { bits[row + word] |= seconds.words[word] }
    }
  }
}

extension UInt8 {
  fileprivate static let allValues = Array(UInt8.min...UInt8.max)
  fileprivate static let ascii = Array(UInt8.min..<0x80)
}

extension EncodedUnits {
  /// Whether a character that is written otherwise than by itself can begin with two bytes.
  fileprivate static func mayBegin(_ first: UInt8, _ second: UInt8) -> Bool {
    let isHexDigit = (48...57).contains(second) || (97...102).contains(second | 0x20)
    switch first {
    case UInt8(ascii: "%"): return isHexDigit || second == UInt8(ascii: "u")
    case UInt8(ascii: "="): return isHexDigit || second == 0x0A || second == 0x0D
    case UInt8(ascii: "&"): return second == UInt8(ascii: "#") || (97...122).contains(second | 0x20)
    case UInt8(ascii: "'"): return "'\\\"$".utf8.contains(second)
    case UInt8(ascii: "$"): return second == UInt8(ascii: "'")
    case UInt8(ascii: "\""): return second == UInt8(ascii: "\"")
    default: return true
    }
  }
}
