/// Finds secrets in bytes, in every form that `SecretForms` and `EncodedUnits` know.
///
/// A table of pairs of bytes says where nothing can begin, so that a text without secrets is gone through
/// at the memory's pace or near it.
final class SecretIndex: Sendable {
  private let patterns: [SecretPattern]
  private let byFirst: [UInt32: [Int]]
  /// A bit for each pair of bytes by which a match can begin.
  private let pairs: [UInt64]

  /// - Parameter secrets: none is empty.
  init(_ secrets: Set<[UInt8]>) {
    let all = secrets.reduce(into: Set<SecretPattern>()) {
      $0.formUnion(SecretForms.patterns(of: $1))
    }
    let patterns = Array(all)
    var byFirst: [UInt32: [Int]] = [:]
    for (index, pattern) in patterns.enumerated() {
      for first in Self.scalars(likeFirstOf: pattern) { byFirst[first, default: []].append(index) }
    }
    self.patterns = patterns
    self.byFirst = byFirst
    pairs = Self.pairs(of: patterns)
  }

  var isEmpty: Bool { patterns.isEmpty }

  /// What was found in a text.
  struct Found {
    /// In order; none overlaps another.
    var spans: [Range<Int>] = []
    /// What stands before it is decided whatever comes after the text.
    var settled: Int
    /// What stands before it may be shown: of a secret that only begins in the text, it holds less than
    /// `SecretForms.shortest` characters.
    var showable: Int
  }

  /// - Parameters:
  ///   - before: the byte that stood before the text; nil for none.
  ///   - isEnd: whether nothing comes after it.
  func search(
    _ bytes: UnsafeBufferPointer<UInt8>, before: UInt8? = nil, isEnd: Bool = true
  ) -> Found {
    var found = Found(settled: bytes.count, showable: bytes.count)
    guard !patterns.isEmpty, let base = bytes.baseAddress else { return found }
    let count = bytes.count
    let units = EncodedUnits(bytes: bytes)
    pairs.withUnsafeBufferPointer { pairs in
      var index = 0
      while index < count {
        if index + 1 < count {
          let pair = Int(base[index]) << 8 | Int(base[index + 1])
          guard pairs[pair >> 6] >> UInt64(pair & 63) & 1 == 1 else {
            index += 1
            continue
          }
        }
        let match = self.match(units, at: index, before: index > 0 ? base[index - 1] : before)
        if match.touchesEnd, !isEnd {
          found.settled = min(found.settled, index)
          if match.isHalf { found.showable = min(found.showable, index) }
        }
        if match.end > index { found.add(index..<match.end) }
        index += 1
      }
    }
    return found
  }

  private struct Match {
    var end: Int
    /// Whether more text could make it another.
    var touchesEnd = false
    /// Whether the text ends in so much of a secret that it must not be shown.
    var isHalf = false
  }

  /// The longest secret that begins at a place.
  private func match(
    _ units: EncodedUnits, at start: Int, before: UInt8?
  ) -> Match {
    var result = Match(end: start)
    let first = units.readings(at: start)
    result.touchesEnd = first.touchesEnd
    var tried = Set<Int>()
    for reading in first.all {
      for index in byFirst[reading.scalar] ?? [] where tried.insert(index).inserted {
        let pattern = patterns[index]
        if pattern.isWord, before.map(Self.isWordByte) == true { continue }
        let starts = first.all.filter { pattern.accepts($0.scalar, at: 0) }.map(\.end)
        let one = follow(units, pattern, starts)
        result.end = max(result.end, one.end)
        result.touchesEnd = result.touchesEnd || one.touchesEnd
        result.isHalf = result.isHalf || one.isHalf
      }
    }
    return result
  }

  /// Holds the rest of a pattern against the text, in all ways to read it at once.
  private func follow(
    _ units: EncodedUnits, _ pattern: SecretPattern, _ starts: [Int]
  ) -> Match {
    var result = Match(end: 0)
    var places = starts
    var next: [Int] = []
    let total = units.bytes.count
    for position in 1..<max(1, pattern.scalars.count) {
      var touches = false
      next.removeAll(keepingCapacity: true)
      for place in places {
        // As it is, character by character: nearly all texts.
        if place + 1 < total, !EncodedUnits.isSpecial(units.bytes[place]) {
          let byte = units.bytes[place]
          if pattern.accepts(UInt32(byte), at: position) {
            Self.add(place + 1, &next)
            continue
          }
          if pattern.code == .plain, !pattern.skips(UInt32(byte), before: position) { continue }
        }
        step(units, pattern, position, place, &next, &touches)
      }
      if touches {
        result.touchesEnd = true
        if position >= pattern.shownLength { result.isHalf = true }
      }
      guard !next.isEmpty else { return result }
      swap(&places, &next)
    }
    for place in places {
      if place >= total {
        result.touchesEnd = true
        result.isHalf = true
      }
      if isWhole(pattern, units.bytes, place) { result.end = max(result.end, place) }
    }
    return result
  }

  private func step(
    _ units: EncodedUnits, _ pattern: SecretPattern, _ position: Int, _ start: Int,
    _ next: inout [Int], _ touchesEnd: inout Bool
  ) {
    var places = [start]
    var passed = 0
    while let place = places.popLast() {
      var readings = units.readings(at: place)
      let seen = units.skippingUnseen(place, &touchesEnd)
      if seen != place {
        let more = units.readings(at: seen)
        readings.all += more.all
        readings.touchesEnd = readings.touchesEnd || more.touchesEnd
      }
      touchesEnd = touchesEnd || readings.touchesEnd
      for reading in readings.all {
        if pattern.accepts(reading.scalar, at: position) {
          Self.add(reading.end, &next)
        } else if pattern.skips(reading.scalar, before: position), passed < 128 {
          passed += 1
          if !places.contains(reading.end) { places.append(reading.end) }
        }
      }
    }
  }

  private static func add(_ place: Int, _ places: inout [Int]) {
    if !places.contains(place) { places.append(place) }
  }

  private func isWhole(
    _ pattern: SecretPattern, _ bytes: UnsafeBufferPointer<UInt8>, _ end: Int
  ) -> Bool {
    !pattern.isWord || end >= bytes.count || !Self.isWordByte(bytes[end])
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, 95, 0x80...0xFF: true
    default: false
    }
  }

  private static func scalars(likeFirstOf pattern: SecretPattern) -> [UInt32] {
    guard let first = pattern.scalars.first else { return [] }
    switch (pattern.code, first) {
    case (.base64, 0x2B): return [0x2B, 0x2D]
    case (.base64, 0x2F): return [0x2F, 0x5F]
    case (.hex, 97...102): return [first, first - 32]
    default: return [first]
    }
  }

  private static func pairs(of patterns: [SecretPattern]) -> [UInt64] {
    var pairs = [UInt64](repeating: 0, count: 1024)
    func allow(_ first: UInt8, _ second: UInt8) {
      let pair = Int(first) << 8 | Int(second)
      pairs[pair >> 6] |= 1 << UInt64(pair & 63)
    }
    var firsts = Set<UInt32>()
    for pattern in patterns {
      let starts = scalars(likeFirstOf: pattern)
      firsts.formUnion(starts)
      for start in starts {
        let bytes = Array(Character(Unicode.Scalar(start) ?? "?").utf8)
        let first = bytes.first ?? 0
        // What may follow the first byte is held against more closely where that is cheap.
        let isPlain =
          bytes.count == 1 && pattern.code == .plain && !pattern.isWord && pattern.scalars.count > 1
          && !EncodedUnits.isSpecial(first) && pattern.scalars[1] != SecretPattern.space
        guard isPlain else {
          for second in UInt8.min...UInt8.max { allow(first, second) }
          continue
        }
        let second = Array(Character(Unicode.Scalar(pattern.scalars[1]) ?? "?").utf8).first ?? 0
        for byte in [second] + EncodedUnits.starters + [0, 0x1B] { allow(first, byte) }
      }
    }
    for starter in EncodedUnits.starters where needs(starter, firsts) {
      for second in UInt8.min...UInt8.max { allow(starter, second) }
    }
    return pairs
  }

  /// Whether the first character of a secret can be written so that it begins with this byte.
  private static func needs(_ starter: UInt8, _ firsts: Set<UInt32>) -> Bool {
    switch starter {
    case UInt8(ascii: "+"): firsts.contains(0x20)
    case UInt8(ascii: "\""): firsts.contains(0x22)
    case UInt8(ascii: "'"), UInt8(ascii: "$"): firsts.contains { $0 < 0x20 || $0 == 0x27 }
    case 0x0D: firsts.contains(0x0A)
    default: true
    }
  }
}

extension SecretIndex.Found {
  mutating func add(_ span: Range<Int>) {
    guard let last = spans.last, span.lowerBound < last.upperBound else {
      return spans.append(span)
    }
    spans[spans.count - 1] = last.lowerBound..<max(last.upperBound, span.upperBound)
  }
}

extension EncodedUnits {
  /// Whether a byte can be anything but a character that stands for itself.
  @inline(__always) static func isSpecial(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x25, 0x5C, 0x26, 0x27, 0x22, 0x24, 0x3D, 0x2B, 0x0D, 0, 0x1B, 0x80...0xFF: true
    default: false
    }
  }
}

extension SecretPattern {
  @inline(__always) func accepts(_ scalar: UInt32, at position: Int) -> Bool {
    let wanted = scalars[position]
    if scalar == wanted { return true }
    switch code {
    case .plain: return wanted == Self.space && Self.isSpace(scalar)
    case .base64: return wanted == 0x2B && scalar == 0x2D || wanted == 0x2F && scalar == 0x5F
    case .hex: return (65...70).contains(scalar) && scalar + 32 == wanted
    }
  }

  /// How many of its characters may be shown where a text ends before the secret does.
  var shownLength: Int {
    switch code {
    case .plain: SecretForms.shortest
    case .base64: SecretForms.shortest * 8 / 6 + 1
    case .hex: SecretForms.shortest * 2
    }
  }

  /// What may stand between the characters of a code that is written in lines and groups.
  func skips(_ scalar: UInt32, before position: Int) -> Bool {
    switch code {
    case .plain: scalars[position - 1] == Self.space && Self.isSpace(scalar)
    case .base64: scalar == 0x0A || scalar == 0x0D || scalar == 0x20 || scalar == 0x09
    case .hex: scalar == 0x0A || scalar == 0x0D || scalar == 0x20 || scalar == 0x3A
    }
  }
}
