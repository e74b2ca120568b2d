/// Reads a text character by character, whatever wrote each, and by any two ways of writing one in the other, such
/// as JSON in a URL's query.
///
/// Languages differ in little when they write a character by itself, and all that they do is read here, whichever
/// language it is of:
///
/// | written | by |
/// | --- | --- |
/// | as it is, or by its bytes in Latin-1 | everything |
/// | a sign twice: `%%`, `$$`, `''`, `""`, `}}` | INI files, systemd, Make, Compose, SQL, CSV, formats |
/// | a sign that escapes, and the sign: `\"`, `` `$ ``, `^&` | C, JSON, shells, LDAP, TeX, PowerShell, cmd |
/// | one that escapes, and a letter for what has no sign: `\n`, `` `n `` | C, JSON, PowerShell |
/// | a number behind such a sign, in any base and of any length: `\x4b`, `\4B `, `\075`, `\u{4b}`, `%4B`, `=4B`, `&#75;`, `U+004B` | C, CSS, LDAP, Lua, URLs, HTML, mails |
/// | a name: `&quot;` | HTML |
///
/// One place of a text can be read in several ways: `''` is two quotes, or one that SQL doubled.
struct EncodedUnits {
  let bytes: UnsafeBufferPointer<UInt8>

  /// One way to read a character: its scalar, and where the next one begins.
  typealias Reading = (scalar: UInt32, end: Int)

  /// All ways to read one character.
  struct Readings {
    /// Those of nearly every place need no memory of their own.
    private var first: InlineArray<6, Reading> = .init(repeating: (0, 0))
    private var others: [Reading] = []
    private(set) var count = 0
    /// Whether more text could be read otherwise.
    var touchesEnd = false

    mutating func add(_ scalar: UInt32, _ end: Int) {
      if count < first.count { first[count] = (scalar, end) } else { others.append((scalar, end)) }
      count += 1
    }

    subscript(index: Int) -> Reading {
      index < first.count ? first[index] : others[index - first.count]
    }

    var isEmpty: Bool { count == 0 }

    mutating func add(_ more: Readings) {
      for index in 0..<more.count { add(more[index].scalar, more[index].end) }
      touchesEnd = touchesEnd || more.touchesEnd
    }
  }

  static let mostBackslashes = 8

  /// Whether a byte is a sign of ASCII.
  @inline(__always) static func isSign(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    default: false
    }
  }

  @inline(__always) func at(_ index: Int) -> UInt8? {
    index < bytes.count ? bytes[index] : nil
  }

  func readings(at start: Int) -> Readings {
    var found = single(at: start)
    for index in 0..<found.count {
      let (sign, end) = found[index]
      if mayBeReadTwice(sign, start..<end) { readTwice(sign, start..<end, &found) }
    }
    return found
  }

  /// Whether a sign that was read begins an encoding of its own.
  ///
  /// One that stands as it is does where the other encoding leaves it as it is, and writes what follows otherwise: of a
  /// backslash that is read already where what it escapes is written as it is, or behind backslashes.
  private func mayBeReadTwice(_ sign: UInt32, _ range: Range<Int>) -> Bool {
    let first = at(range.lowerBound)
    switch sign {
    case 0x5C where first == UInt8(ascii: "\\"):
      guard let next = at(range.upperBound) else { return true }
      return next == UInt8(ascii: "%") || next == UInt8(ascii: "&") || next == UInt8(ascii: "=")
        || (next != UInt8(ascii: "\\") && Self.isSign(next)
          && at(range.upperBound + 1).map { $0 == next || $0 == UInt8(ascii: "\\") } ?? true)
    case 0x27 where range.count == 1:
      guard let next = at(range.upperBound) else { return true }
      return next == UInt8(ascii: "\\") || next == UInt8(ascii: "\"")
    case 0x22, 0x25, 0x26, 0x27, 0x2B, 0x3D, 0x5C: return range.count > 1
    default: return false
    }
  }

  /// The ways to read one character that one encoding has written.
  func single(at start: Int) -> Readings {
    var found = Readings()
    guard let first = at(start) else {
      found.touchesEnd = true
      return found
    }
    readLiteral(start, first, &found)
    switch first {
    case UInt8(ascii: "+"): found.add(0x20, start + 1)
    case UInt8(ascii: "%"):
      for times in 0..<3 { readBytes(start, &found) { percentByte($0, encoded: times, &$1) } }
      // As JavaScript's `escape()` writes what is not Latin-1.
      if expect("u", start + 1, &found),
        let unit = number(start + 2, digits: 4, base: 16, &found)
      {
        found.add(unit, start + 6)
      }
    case UInt8(ascii: "="): readBytes(start, &found, quotedPrintableByte)
    case UInt8(ascii: "\\"): readBackslashes(start, &found)
    case UInt8(ascii: "`"), UInt8(ascii: "^"): readSignEscape(start, first, &found)
    case UInt8(ascii: "&"): readEntity(start, &found)
    case UInt8(ascii: "'"): readQuote(start, &found)
    case UInt8(ascii: "$"): readDollarQuote(start, &found)
    case UInt8(ascii: "U"): readCodePoint(start, &found)
    case UInt8(ascii: "M"): readBytes(start, &found, metaByte)
    case UInt8(ascii: "<"): readCodePointInBrackets(start, &found)
    case 0x0D:
      found.add(0x0A, start + 1)
      if expect("\n", start + 1, &found) { found.add(0x0A, start + 2) }
    default: break
    }
    if Self.isSign(first), first != UInt8(ascii: "\\") { readDoubled(start, first, &found) }
    return found
  }

  /// A line's end where something wrapped a text.
  struct Fold {
    /// Where the text may go on: each sign that lines begin with can be one of its own.
    var ends: [Int]
    /// Whether there is more than blanks beside the line's end.
    var isMarked: Bool
  }

  /// Where a text goes on after it was wrapped: blanks, a backslash, the line's end, and in the next line blanks and what
  /// mails, comments and tables begin their lines with.
  ///
  /// - Returns: nil where no line ends.
  func fold(at start: Int, _ touchesEnd: inout Bool) -> Fold? {
    var index = start
    while index < start + Self.widestFold, let byte = at(index), Self.isBlank(byte) { index += 1 }
    var isMarked = at(index) == UInt8(ascii: "\\")
    if isMarked { index += 1 }
    if at(index) == 0x0D { index += 1 }
    guard let end = at(index) else {
      if index > start { touchesEnd = true }
      return nil
    }
    guard end == 0x0A else { return nil }
    index += 1
    let line = index
    while index < line + Self.widestFold, let byte = at(index), Self.isBlank(byte) { index += 1 }
    var ends = index > line ? [line, index] : [line]
    while ends.count < Self.mostFoldMarks, let byte = at(index), Self.foldMarks.contains(byte) {
      isMarked = true
      index += 1
      ends.append(index)
      while index < line + Self.widestFold, let byte = at(index), Self.isBlank(byte) { index += 1 }
      if ends.last != index { ends.append(index) }
    }
    if index >= bytes.count { touchesEnd = true }
    return Fold(ends: ends, isMarked: isMarked)
  }

  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  private static let mostFoldMarks = 16
  /// A table's column is no wider.
  private static let widestFold = 200
  private static let foldMarks = Array(">|#".utf8)
  /// All that can stand where a text is wrapped.
  static let foldBytes = Array(" \t\r\n\\>|#".utf8)

  /// Whether nobody sees a character: soft hyphens, joiners, marks of direction, variation selectors, byte order marks.
  static func isInvisible(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0xAD, 0x34F, 0x61C, 0x180B...0x180F, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F,
      0xFE00...0xFE0F, 0xFEFF, 0xE0000...0xE0FFF:
      true
    default: false
    }
  }

  private func readLiteral(_ start: Int, _ first: UInt8, _ found: inout Readings) {
    // What is no ASCII may be Latin-1.
    found.add(UInt32(first), start + 1)
    guard first >= 0x80 else { return }
    var character = Readings()
    readUTF8(start, &character) { index, _ in at(index).map { ($0, index + 1) } }
    found.add(character)
    // Of another set of characters, which nobody knows: as a decoder would have it.
    if character.isEmpty, !character.touchesEnd, !isWithinCharacter(start) {
      found.add(SecretPattern.lost, start + 1)
    }
  }

  /// Whether a byte is one of a character's that begins before it.
  private func isWithinCharacter(_ place: Int) -> Bool {
    for length in 1...3 where length <= place && (0x80...0xBF).contains(bytes[place]) {
      var found = Readings()
      readUTF8(place - length, &found) { index, _ in at(index).map { ($0, index + 1) } }
      if !found.isEmpty { return found[0].end > place }
      guard bytes[place - length] & 0xC0 == 0x80 else { return false }
    }
    return false
  }

  /// Where a character begins that the text's end cuts in two; the text's end where none does.
  var wholeCharactersEnd: Int {
    for length in 1...3 where length <= bytes.count {
      let byte = bytes[bytes.count - length]
      guard byte & 0xC0 == 0x80 else {
        let wanted = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
        return wanted > length ? bytes.count - length : bytes.count
      }
    }
    return bytes.count
  }

  /// A character whose UTF-8 bytes are each written by themselves.
  func readBytes(
    _ start: Int, _ found: inout Readings,
    _ byte: (Int, inout Readings) -> (UInt8, Int)?
  ) {
    guard let (first, end) = byte(start, &found) else { return }
    found.add(UInt32(first), end)
    if first >= 0x80 { readUTF8(start, &found, byte) }
  }

  func readUTF8(
    _ start: Int, _ found: inout Readings,
    _ byte: (Int, inout Readings) -> (UInt8, Int)?
  ) {
    guard let (first, next) = byte(start, &found) else { return }
    let count: Int
    var scalar: UInt32
    switch first {
    case 0xC2...0xDF: (count, scalar) = (1, UInt32(first & 0x1F))
    case 0xE0...0xEF: (count, scalar) = (2, UInt32(first & 0x0F))
    case 0xF0...0xF4: (count, scalar) = (3, UInt32(first & 0x07))
    default: return
    }
    var index = next
    for _ in 0..<count {
      if index >= bytes.count { found.touchesEnd = true }
      guard let (one, end) = byte(index, &found), one & 0xC0 == 0x80 else { return }
      scalar = scalar << 6 | UInt32(one & 0x3F)
      index = end
    }
    found.add(scalar, index)
  }

  /// `%41`; `%2541` and so on, where the sign itself was encoded so many times.
  func percentByte(
    _ start: Int, encoded times: Int, _ found: inout Readings
  ) -> (UInt8, Int)? {
    guard at(start) == UInt8(ascii: "%") else { return nil }
    for time in 0..<times where !expect("25", start + 1 + 2 * time, &found) { return nil }
    return hexByte(start + 1 + 2 * times, &found)
  }

  /// `=C3`, and `=C3` after a line's soft end.
  private func quotedPrintableByte(_ start: Int, _ found: inout Readings) -> (UInt8, Int)? {
    guard at(start) == UInt8(ascii: "=") else { return nil }
    var index = start
    if expect("\n", index + 1, &found) { index += 2 }
    if expect("\r\n", index + 1, &found) { index += 3 }
    if index > start, !expect("=", index, &found) { return nil }
    return hexByte(index + 1, &found)
  }

  /// `M-C` and `M-^@`, as `cat -v` writes what is not ASCII.
  private func metaByte(_ start: Int, _ found: inout Readings) -> (UInt8, Int)? {
    guard expect("M-", start, &found) else { return nil }
    guard let byte = at(start + 2) else {
      found.touchesEnd = true
      return nil
    }
    guard byte == UInt8(ascii: "^") else {
      return (0x20..<0x7F).contains(byte) ? (byte | 0x80, start + 3) : nil
    }
    guard let control = at(start + 3) else {
      found.touchesEnd = true
      return (byte | 0x80, start + 3)
    }
    // `M-^` by itself is a byte as well.
    return (0x3F..<0x60).contains(control)
      ? ((control ^ 0x40) | 0x80, start + 4) : (byte | 0x80, start + 3)
  }

  private func hexByte(_ start: Int, _ found: inout Readings) -> (UInt8, Int)? {
    number(start, digits: 2, base: 16, &found).map { (UInt8($0), start + 2) }
  }

  static func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 48...57: UInt32(byte - 48)
    case 65...70: UInt32(byte - 55)
    case 97...102: UInt32(byte - 87)
    default: nil
    }
  }

  func number(
    _ start: Int, digits: Int, base: UInt32, _ found: inout Readings
  ) -> UInt32? {
    var value: UInt32 = 0
    for index in start..<start + digits {
      guard let byte = at(index) else {
        found.touchesEnd = true
        return nil
      }
      guard let digit = Self.hexDigit(byte), digit < base else { return nil }
      value = value * base + digit
    }
    return value
  }

  func expect(_ text: StaticString, _ start: Int, _ found: inout Readings) -> Bool {
    text.withUTF8Buffer { wanted in
      for (offset, byte) in wanted.enumerated() {
        guard let one = at(start + offset) else {
          found.touchesEnd = true
          return false
        }
        if one != byte { return false }
      }
      return true
    }
  }
}
