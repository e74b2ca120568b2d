/// Finds secrets in bytes, in every form that `SecretForms` and `EncodedUnits` know.
///
/// `SecretFilter` says where nothing can begin.
final class SecretIndex: Sendable {
  private let patterns: [SecretPattern]
  /// The patterns that begin with a character of ASCII, by it.
  private let byFirst: [[Int]]
  /// The others.
  private let byOther: [UInt32: [Int]]
  private let filter: SecretFilter
  private let parts: SecretParts

  /// - Parameters:
  ///   - secrets: none is empty.
  ///   - parted: those of which parts are looked for as well.
  init(_ secrets: Set<[UInt8]>, parted: [[UInt8]] = []) {
    parts = SecretParts(parted)
    let all = secrets.reduce(into: Set<SecretPattern>()) {
      $0.formUnion(SecretForms.patterns(of: $1))
    }
    let patterns = Array(all)
    var byFirst = [[Int]](repeating: [], count: 0x80)
    var byOther: [UInt32: [Int]] = [:]
    for (index, pattern) in patterns.enumerated() {
      for first in pattern.scalars.isEmpty ? [] : pattern.spellings(at: 0) {
        if first >= 0x80, !pattern.isWord { byOther[SecretPattern.lost, default: []].append(index) }
        if first < 0x80 {
          byFirst[Int(first)].append(index)
        } else {
          byOther[first, default: []].append(index)
        }
      }
    }
    self.patterns = patterns
    mayHoldNumbers = patterns.contains { pattern in
      pattern.code != .list && pattern.scalars.allSatisfy { SecretNumbers.characters.contains($0) }
    }
    self.byFirst = byFirst
    self.byOther = byOther
    filter = SecretFilter(patterns)
  }

  var isEmpty: Bool { patterns.isEmpty }

  /// Whether anything that is looked for could be a number's digits.
  let mayHoldNumbers: Bool

  private func candidates(_ first: UInt32) -> [Int] {
    first < 0x80 ? byFirst[Int(first)] : byOther[first] ?? []
  }

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
  ///   - isWhole: false where its end may be the middle of a secret: then a secret's beginning that
  ///     must not be shown is found there too.
  ///   - isExhaustive: whether to look at every place, the filter's word or not.
  func search(
    _ bytes: UnsafeBufferPointer<UInt8>, before: UInt8? = nil, isEnd: Bool = true,
    isWhole: Bool = true, isExhaustive: Bool = false
  ) -> Found {
    var found = Found(settled: bytes.count, showable: bytes.count)
    guard !patterns.isEmpty, !bytes.isEmpty else { return found }
    let units = EncodedUnits(bytes: bytes)
    // What comes next is not to be read from a character's midst.
    if !isEnd { found.settled = units.wholeCharactersEnd }
    filter.withTables { tables in
      go(through: units, before, isEnd, isExhaustive, tables, &found)
    }
    addParts(of: bytes, isEnd: isEnd, to: &found)
    if !isWhole { found.addRest(of: bytes.count) }
    return found
  }

  private func go(
    through units: EncodedUnits, _ before: UInt8?, _ isEnd: Bool, _ isExhaustive: Bool,
    _ tables: SecretFilter.Tables, _ found: inout Found
  ) {
    let bytes = units.bytes
    // Used at every place.
    var numbers: [Int32] = []
    var index = 0
    while index < bytes.count {
      if !isExhaustive { index = tables.next(units, from: index) }
      let match = self.match(
        units, at: index, before: index > 0 ? bytes[index - 1] : before,
        isExhaustive ? nil : tables, &numbers)
      if match.touchesEnd {
        if !isEnd { found.settled = min(found.settled, index) }
        if match.isHalf || (match.isAtFold && !isEnd) {
          found.showable = min(found.showable, index)
        }
      }
      if match.end > index { found.add(index..<match.end) }
      index += 1
    }
  }

  private func addParts(of bytes: UnsafeBufferPointer<UInt8>, isEnd: Bool, to found: inout Found) {
    guard !parts.isEmpty else { return }
    let spans = parts.spans(in: bytes)
    if !spans.isEmpty {
      let all = (found.spans + spans).sorted { $0.lowerBound < $1.lowerBound }
      found.spans = []
      for span in all { found.add(span) }
    }
    guard !isEnd else { return }
    // What is found may go on, and what is not may become a part.
    let open =
      spans.first { $0.upperBound == bytes.count }?.lowerBound
      ?? bytes.count - parts.openLength(of: bytes)
    found.settled = min(found.settled, open)
    if bytes.count - open >= SecretForms.shortest { found.showable = min(found.showable, open) }
  }

  private struct Match {
    var end: Int
    /// Whether more text could make it another.
    var touchesEnd = false
    /// Whether the text ends in so much of a secret that it must not be shown.
    var isHalf = false
    /// Whether so much of a secret stands before a line's end with which the text ends for now.
    var isAtFold = false

    /// Another one that begins at the same place.
    mutating func take(_ other: Match) {
      end = max(end, other.end)
      isAtFold = isAtFold || other.isAtFold
      touchesEnd = touchesEnd || other.touchesEnd
      isHalf = isHalf || other.isHalf
    }
  }

  /// The longest secret that begins at a place.
  private func match(
    _ units: EncodedUnits, at start: Int, before: UInt8?, _ tables: SecretFilter.Tables?,
    _ numbers: inout [Int32]
  ) -> Match {
    var result = Match(end: start)
    let byte = units.bytes[start]
    if !units.isSpecial(byte, at: start) {
      guard let tables else {
        for index in candidates(UInt32(byte)) {
          result.take(begin(units, index, at: start + 1, before))
        }
        return result
      }
      numbers.removeAll(keepingCapacity: true)
      tables.candidates(byte, units, from: start + 1, &numbers)
      for number in numbers { result.take(begin(units, Int(number), at: start + 1, before)) }
      return result
    }
    let first = units.readings(at: start)
    result.touchesEnd = first.touchesEnd
    var tried: [Int] = []
    func take(_ index: Int) {
      guard !tried.contains(index) else { return }
      tried.append(index)
      let pattern = patterns[index]
      if pattern.isWord, before.map(Self.isWordByte) == true { return }
      var starts: [Int] = []
      for number in 0..<first.count where pattern.accepts(first[number].scalar, at: 0) {
        starts.append(first[number].end)
      }
      result.take(follow(units, pattern, starts, from: 1))
    }
    for number in 0..<first.count {
      let reading = first[number]
      if let tables, reading.scalar < 0x80 {
        numbers.removeAll(keepingCapacity: true)
        tables.candidates(UInt8(reading.scalar), units, from: reading.end, &numbers)
        for number in numbers { take(Int(number)) }
      } else {
        for index in candidates(reading.scalar) { take(index) }
      }
    }
    return result
  }

  /// Holds a pattern, whose first character is there, against a text as it is written, which nearly
  /// always ends it; in all ways to read it from where it could be written otherwise.
  private func begin(_ units: EncodedUnits, _ index: Int, at start: Int, _ before: UInt8?) -> Match
  {
    let pattern = patterns[index]
    if pattern.isWord, before.map(Self.isWordByte) == true { return Match(end: 0) }
    var place = start
    var position = 1
    var passed = 0
    while position < pattern.scalars.count, place + 1 < units.bytes.count {
      let byte = units.bytes[place]
      guard !units.isSpecial(byte, at: place), !isFolded(units, pattern, place, byte) else { break }
      // Behind a gap a number may have its sign: `0x70 0x61`.
      if pattern.code == .hex, byte == UInt8(ascii: "0"), units.isSignOfHex(place) { break }
      guard pattern.accepts(UInt32(byte), at: position) else {
        // What a dump has between two lines is no gap like others: after a blank, its column of text.
        if pattern.code == .hex, position > 1,
          byte == 0x0A || (byte == 0x20 && !units.hasMoreNumbers(from: place + 1))
        {
          break
        }
        guard pattern.skips(UInt32(byte), before: position) else { return Match(end: 0) }
        passed += 1
        if passed > Self.mostSkipped { return Match(end: 0) }
        place += 1
        continue
      }
      place += 1
      position += 1
      passed = 0
    }
    return follow(units, pattern, [place], from: position)
  }

  /// Whether a text is wrapped here in a way that a pattern's own gaps do not cover.
  @inline(__always) private func isFolded(
    _ units: EncodedUnits, _ pattern: SecretPattern, _ place: Int, _ byte: UInt8
  ) -> Bool {
    guard byte == 0x20 || byte == 0x0A || byte == 0x09, pattern.mayBeFolded else { return false }
    var touchesEnd = false
    let fold = units.fold(at: place, &touchesEnd)
    return pattern.code == .plain ? fold != nil || touchesEnd : fold?.isMarked == true
  }

  /// Holds the rest of a pattern against the text, in all ways to read it at once.
  private func follow(
    _ units: EncodedUnits, _ pattern: SecretPattern, _ starts: [Int], from first: Int
  ) -> Match {
    var result = Match(end: 0)
    var places = starts
    var next: [Int] = []
    let total = units.bytes.count
    for position in first..<max(first, pattern.scalars.count) {
      var touches = false
      var touchesFold = false
      next.removeAll(keepingCapacity: true)
      for place in places {
        step(units, pattern, position, place, &next, &touches, &touchesFold)
      }
      if touches || touchesFold {
        result.touchesEnd = true
        if position >= pattern.shownLength {
          result.isHalf = result.isHalf || touches
          result.isAtFold = true
        }
      }
      guard !next.isEmpty else { return result }
      swap(&places, &next)
    }
    for place in places {
      if place >= total {
        result.touchesEnd = true
        result.isHalf = true
      }
      guard isWhole(pattern, units.bytes, place) else { continue }
      result.end = max(result.end, place)
      if pattern.code == .hex {
        takeTextColumn(units, from: starts, &result)
        takeLineOfCharacters(units.bytes, from: starts, &result)
      }
    }
    return result
  }

  /// A dump has the bytes as text as well, at the end of each line: what goes on in a second line ends with it.
  private func takeTextColumn(_ units: EncodedUnits, from starts: [Int], _ match: inout Match) {
    let bytes = units.bytes
    guard let start = starts.min(), start < match.end,
      let last = bytes[start..<match.end].lastIndex(of: 0x0A)
    else { return }
    var isCut = false
    guard let row = units.skippingDumpBreak(last, &isCut), row < match.end else { return }
    let limit = match.end + 80
    while match.end < min(limit, bytes.count), bytes[match.end] != 0x0A { match.end += 1 }
    if match.end == bytes.count { match.touchesEnd = true }
  }

  /// `od -tx1c` has the characters on a line of their own, under the bytes' numbers.
  private func takeLineOfCharacters(
    _ bytes: UnsafeBufferPointer<UInt8>, from starts: [Int], _ match: inout Match
  ) {
    guard let start = starts.min(), start < match.end, bytes[start..<match.end].contains(0x20)
    else { return }
    var index = match.end
    while index < match.end + 80, index < bytes.count, bytes[index] != 0x0A {
      guard bytes[index] == 0x20 || SecretNumbers.isHexDigit(bytes[index]) else { return }
      index += 1
    }
    guard index < bytes.count, bytes[index] == 0x0A else {
      if index == bytes.count { match.touchesEnd = true }
      return
    }
    index += 1
    for offset in 0..<3 where index + offset < bytes.count && bytes[index + offset] != 0x20 {
      return
    }
    let line = index
    while index < bytes.count, index < line + 120, bytes[index] != 0x0A { index += 1 }
    if index == bytes.count { match.touchesEnd = true }
    if index > line { match.end = index }
  }

  /// So many controls can stand between two characters.
  private static let mostUnseen = 64

  /// So much can stand between two characters of a pattern.
  private static let mostSkipped = 128

  private func step(
    _ units: EncodedUnits, _ pattern: SecretPattern, _ position: Int, _ start: Int,
    _ next: inout [Int], _ touchesEnd: inout Bool, _ touchesFold: inout Bool
  ) {
    var places = [start]
    var passed = 0
    if pattern.mayBeFolded, position > 0, start < units.bytes.count,
      EncodedUnits.foldBytes.contains(units.bytes[start]),
      let fold = units.fold(at: start, &touchesFold)
    {
      if pattern.scalars[position] == SecretPattern.space {
        for end in fold.ends { Self.add(end, &next) }
      } else {
        // What comes behind the end was told by the fold itself.
        places += fold.ends.filter { $0 < units.bytes.count }
      }
    }
    if pattern.code == .hex, position > 1, start < units.bytes.count,
      [0x20, 0x0A].contains(units.bytes[start]),
      let row = units.skippingDumpBreak(start, &touchesEnd)
    {
      places.append(row)
    }
    while let place = places.popLast() {
      if pattern.code == .hex, units.isSignOfHex(place) {
        touchesEnd = touchesEnd || place + 2 >= units.bytes.count
        if !places.contains(place + 2) { places.append(place + 2) }
      }
      var readings = units.readings(at: place)
      var unseen = place
      for _ in 0..<Self.mostUnseen {
        let next = units.skippingUnseen(unseen, &touchesEnd)
        guard next > unseen else { break }
        unseen = next
        readings.add(units.readings(at: next))
      }
      touchesEnd = touchesEnd || readings.touchesEnd
      for number in 0..<readings.count {
        let reading = readings[number]
        if pattern.accepts(reading.scalar, at: position) {
          Self.add(reading.end, &next)
        } else if pattern.skips(reading.scalar, before: position), passed < Self.mostSkipped {
          passed += 1
          if !places.contains(reading.end) { places.append(reading.end) }
        } else if EncodedUnits.isInvisible(reading.scalar), passed < Self.mostSkipped {
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
}
