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

  private static let mostBackslashes = 8

  /// Whether a byte is a sign of ASCII.
  @inline(__always) static func isSign(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    default: false
    }
  }

  @inline(__always) private func at(_ index: Int) -> UInt8? {
    index < bytes.count ? bytes[index] : nil
  }

  func readings(at start: Int) -> Readings {
    var found = single(at: start)
    for index in 0..<found.count {
      let (sign, end) = found[index]
      if mayBeReadTwice(sign, start..<end) { readTwice(sign, end, &found) }
    }
    return found
  }

  /// Whether a sign that was read begins an encoding of its own.
  ///
  /// After a backslash as it is, what it escapes is read already where it is written as it is; and quotes are
  /// doubled before they are encoded.
  private func mayBeReadTwice(_ sign: UInt32, _ range: Range<Int>) -> Bool {
    let first = at(range.lowerBound)
    switch sign {
    case 0x5C where first == UInt8(ascii: "\\"):
      let next = at(range.upperBound)
      return next == UInt8(ascii: "%") || next == UInt8(ascii: "&") || next == UInt8(ascii: "=")
    case 0x22, 0x27:
      return range.count > 1 && (first == UInt8(ascii: "%") || first == UInt8(ascii: "&"))
    case 0x25, 0x26, 0x3D, 0x5C: return range.count > 1
    default: return false
    }
  }

  /// The ways to read one character that one encoding has written.
  private func single(at start: Int) -> Readings {
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
    case UInt8(ascii: "<"): readCodePointInBrackets(start, &found)
    case 0x0D:
      found.add(0x0A, start + 1)
      if expect("\n", start + 1, &found) { found.add(0x0A, start + 2) }
    default: break
    }
    if Self.isSign(first), first != UInt8(ascii: "\\") { readDoubled(start, first, &found) }
    return found
  }

  /// Where a text goes on after what no reader sees: zero bytes, the terminal's colours, and the breaks
  /// of quoted-printable lines.
  func skippingUnseen(_ start: Int, _ touchesEnd: inout Bool) -> Int {
    var index = start
    while index < start + 64, let byte = at(index) {
      switch byte {
      case 0:
        index += 1
      case 0x1B:
        guard let end = colourEnd(index, &touchesEnd) else { return index }
        index = end
      case UInt8(ascii: "="):
        var found = Readings()
        defer { touchesEnd = touchesEnd || found.touchesEnd }
        if expect("\n", index + 1, &found) {
          index += 2
        } else if expect("\r\n", index + 1, &found) {
          index += 3
        } else {
          return index
        }
      default:
        return index
      }
    }
    return index
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

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

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

  private func colourEnd(_ start: Int, _ touchesEnd: inout Bool) -> Int? {
    guard at(start + 1) == UInt8(ascii: "[") else {
      if start + 1 >= bytes.count { touchesEnd = true }
      return nil
    }
    var index = start + 2
    while index < start + 24, let byte = at(index) {
      index += 1
      if (0x40...0x7E).contains(byte) { return index }
      guard (0x20...0x3F).contains(byte) else { return nil }
    }
    if index >= bytes.count { touchesEnd = true }
    return nil
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
  private func readBytes(
    _ start: Int, _ found: inout Readings,
    _ byte: (Int, inout Readings) -> (UInt8, Int)?
  ) {
    guard let (first, end) = byte(start, &found) else { return }
    found.add(UInt32(first), end)
    if first >= 0x80 { readUTF8(start, &found, byte) }
  }

  private func readUTF8(
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
  private func percentByte(
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

  private func hexByte(_ start: Int, _ found: inout Readings) -> (UInt8, Int)? {
    number(start, digits: 2, base: 16, &found).map { (UInt8($0), start + 2) }
  }

  private static func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 48...57: UInt32(byte - 48)
    case 65...70: UInt32(byte - 55)
    case 97...102: UInt32(byte - 87)
    default: nil
    }
  }

  private func number(
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

  private func expect(_ text: StaticString, _ start: Int, _ found: inout Readings) -> Bool {
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

  /// `\n`, `\"`, `\/`, `\u00e4`, `\xe4`, `\303\244`, after one backslash or, encoded again, several.
  private func readBackslashes(_ start: Int, _ found: inout Readings) {
    var end = start + 1
    while end < start + Self.mostBackslashes, at(end) == UInt8(ascii: "\\") { end += 1 }
    for count in [2, 4, 8] where start + count <= end { found.add(0x5C, start + count) }
    readEscape(start, end, &found)
  }

  /// - Parameters:
  ///   - start: the first backslash.
  ///   - body: what stands after the last one.
  private func readEscape(_ start: Int, _ body: Int, _ found: inout Readings) {
    guard let byte = at(body) else {
      found.touchesEnd = true
      return
    }
    let run = body - start
    readSQLUnicode(body, run, byte, &found)
    switch byte {
    case UInt8(ascii: "n"): found.add(0x0A, body + 1)
    case UInt8(ascii: "r"): found.add(0x0D, body + 1)
    case UInt8(ascii: "t"): found.add(0x09, body + 1)
    case UInt8(ascii: "b"): found.add(0x08, body + 1)
    case UInt8(ascii: "f"): found.add(0x0C, body + 1)
    case UInt8(ascii: "v"): found.add(0x0B, body + 1)
    case UInt8(ascii: "a"): found.add(0x07, body + 1)
    case UInt8(ascii: "e"), UInt8(ascii: "E"): found.add(0x1B, body + 1)
    case UInt8(ascii: "u"): readUnicodeEscape(start, body, run, &found)
    case UInt8(ascii: "U"):
      if let scalar = number(body + 1, digits: 8, base: 16, &found) { found.add(scalar, body + 9) }
    case UInt8(ascii: "x"):
      if at(body + 1) == UInt8(ascii: "{") {
        readBraces(body + 2, &found)
      } else if let one = number(body + 1, digits: 2, base: 16, &found) {
        found.add(one, body + 3)
        if one >= 0x80 { readUTF8(start, &found) { escapedByte($0, run, .x, &$1) } }
      }
    case UInt8(ascii: "N"):
      if expect("{U+", body + 1, &found) { readBraces(body + 4, &found) }
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E, 0x20:
      found.add(UInt32(byte), body + 1)
    default:
      break
    }
    readNumbers(start, body, run, byte, &found)
  }

  /// `\00f6` and `\+01f600`, as PostgreSQL's `U&'…'` has them.
  private func readSQLUnicode(_ body: Int, _ run: Int, _ byte: UInt8, _ found: inout Readings) {
    if byte == UInt8(ascii: "+") {
      if let scalar = number(body + 1, digits: 6, base: 16, &found) { found.add(scalar, body + 7) }
      return
    }
    guard Self.hexDigit(byte) != nil, let unit = number(body, digits: 4, base: 16, &found) else {
      return
    }
    guard (0xD800..<0xDC00).contains(unit) else { return found.add(unit, body + 4) }
    guard isRun(body + 4, run, &found),
      let low = number(body + 4 + run, digits: 4, base: 16, &found), (0xDC00..<0xE000).contains(low)
    else { return }
    found.add(0x10000 + (unit - 0xD800) * 0x400 + (low - 0xDC00), body + 8 + run)
  }

  /// How a byte is written behind a backslash.
  private enum ByteForm {
    /// `\xc3`, `\c3`, `\303`, `\195`.
    case x, hex, octal, decimal
  }

  private func escapedByte(
    _ start: Int, _ run: Int, _ form: ByteForm, _ found: inout Readings
  ) -> (UInt8, Int)? {
    guard isRun(start, run, &found) else { return nil }
    if form == .x, !expect("x", start + run, &found) { return nil }
    let digits = start + run + (form == .x ? 1 : 0)
    let (count, base): (Int, UInt32) =
      switch form {
      case .x, .hex: (2, 16)
      case .octal: (3, 8)
      case .decimal: (3, 10)
      }
    guard let one = number(digits, digits: count, base: base, &found), one < 256 else { return nil }
    return (UInt8(one), digits + count)
  }

  /// A number right behind a backslash, in every base that it can be in: of C up to three digits in base 8, and four
  /// behind a zero; of Lua up to three in base 10; of LDAP two and of CSS up to six in base 16, where a blank may end it.
  private func readNumbers(
    _ start: Int, _ body: Int, _ run: Int, _ byte: UInt8, _ found: inout Readings
  ) {
    guard Self.hexDigit(byte) != nil else { return }
    for (most, base) in [(4, 8), (3, 10), (6, 16)] as [(Int, UInt32)] {
      var value: UInt32 = 0
      for count in 1...most {
        guard let next = at(body + count - 1) else {
          found.touchesEnd = true
          break
        }
        guard let digit = Self.hexDigit(next), digit < base else { break }
        value = value * base + digit
        if base == 8, count == 4, byte != UInt8(ascii: "0") { break }
        guard value <= (base == 16 ? 0x10FFFF : 0xFF) else { break }
        found.add(value, body + count)
        guard base == 16 else { continue }
        guard let end = at(body + count) else {
          found.touchesEnd = true
          continue
        }
        if Self.isBlank(end) || end == 0x0A { found.add(value, body + count + 1) }
      }
    }
    for form in [ByteForm.hex, .octal, .decimal] {
      guard let (first, _) = escapedByte(start, run, form, &found), first >= 0x80 else { continue }
      readUTF8(start, &found) { escapedByte($0, run, form, &$1) }
    }
  }

  /// Behind a sign by which PowerShell or Windows' command line escapes: a sign, and PowerShell's letters and numbers.
  private func readSignEscape(_ start: Int, _ sign: UInt8, _ found: inout Readings) {
    guard let byte = at(start + 1) else {
      found.touchesEnd = true
      return
    }
    if byte == 0x20 || (Self.isSign(byte) && byte != sign) { found.add(UInt32(byte), start + 2) }
    guard sign == UInt8(ascii: "`") else { return }
    if byte == UInt8(ascii: "0") { found.add(0, start + 2) }
    if let scalar = Self.letters[UInt32(byte)] { found.add(scalar, start + 2) }
    if byte == UInt8(ascii: "u"), expect("{", start + 2, &found) { readBraces(start + 3, &found) }
  }

  /// `U+004B`, with a blank or a comma behind it where more follow.
  private func readCodePoint(_ start: Int, _ found: inout Readings) {
    guard expect("U+", start, &found) else { return }
    var (value, index) = (UInt32(0), start + 2)
    while index < start + 8, let digit = at(index).flatMap(Self.hexDigit) {
      value = value << 4 | digit
      index += 1
      guard index >= start + 4 else { continue }
      found.add(value, index)
      if let end = at(index), Self.isBlank(end) || end == UInt8(ascii: ",") {
        found.add(value, index + 1)
      }
    }
    if index + 1 >= bytes.count { found.touchesEnd = true }
  }

  /// `<U+00E4>`, as of `iconv` and R.
  private func readCodePointInBrackets(_ start: Int, _ found: inout Readings) {
    guard expect("U+", start + 1, &found) else { return }
    var inner = Readings()
    readCodePoint(start + 1, &inner)
    found.touchesEnd = found.touchesEnd || inner.touchesEnd
    for index in 0..<inner.count where expect(">", inner[index].end, &found) {
      found.add(inner[index].scalar, inner[index].end + 1)
    }
  }

  /// Whether so many backslashes stand there.
  private func isRun(_ start: Int, _ count: Int, _ found: inout Readings) -> Bool {
    for index in start..<start + count where !expect("\\", index, &found) { return false }
    return true
  }

  /// `\u00e4`, `\ud83d\ude00` and `\u{1f600}`; the last as `\x{1f600}` too.
  private func readUnicodeEscape(_ start: Int, _ body: Int, _ run: Int, _ found: inout Readings) {
    if at(body + 1) == UInt8(ascii: "{") { return readBraces(body + 2, &found) }
    guard let unit = number(body + 1, digits: 4, base: 16, &found) else { return }
    guard (0xD800..<0xDC00).contains(unit) else { return found.add(unit, body + 5) }
    let second = body + 5 + run
    guard isRun(body + 5, run, &found), expect("u", second, &found),
      let low = number(second + 1, digits: 4, base: 16, &found), (0xDC00..<0xE000).contains(low)
    else { return }
    found.add(0x10000 + (unit - 0xD800) * 0x400 + (low - 0xDC00), second + 5)
  }

  private func readBraces(_ start: Int, _ found: inout Readings) {
    var value: UInt32 = 0
    var index = start
    while index < start + 6, let digit = at(index).flatMap(Self.hexDigit) {
      value = value << 4 | digit
      index += 1
    }
    if index >= bytes.count { found.touchesEnd = true }
    if index > start, at(index) == UInt8(ascii: "}") { found.add(value, index + 1) }
  }

  /// `&amp;`, `&#39;`, `&#x27;`, and `&amp;#39;` where it was escaped twice.
  private func readEntity(_ start: Int, _ found: inout Readings) {
    var index = start + 1
    while index < start + 13, expect("amp;", index, &found) {
      found.add(0x26, index + 4)
      index += 4
    }
    guard at(index) == UInt8(ascii: "#") else {
      if index >= bytes.count { found.touchesEnd = true }
      return readName(index, &found)
    }
    let isHex = at(index + 1).map { $0 | 0x20 } == UInt8(ascii: "x")
    let first = index + (isHex ? 2 : 1)
    let base: UInt32 = isHex ? 16 : 10
    var value: UInt32 = 0
    var end = first
    while end < first + 8, let digit = at(end).flatMap(Self.hexDigit), digit < base {
      value = value &* base &+ digit
      end += 1
    }
    if end >= bytes.count { found.touchesEnd = true }
    guard end > first else { return }
    // Browsers need no semicolon.
    found.add(value, end)
    if at(end) == UInt8(ascii: ";") { found.add(value, end + 1) }
  }

  /// `auml;`, from behind the `&`.
  private func readName(_ start: Int, _ found: inout Readings) {
    guard let first = at(start), (97...122).contains(first | 0x20) else { return }
    var name: UInt64 = 0
    var index = start
    while let byte = at(index), index <= start + HTMLEntities.longestName {
      if byte == UInt8(ascii: ";") {
        if let scalar = HTMLEntities.scalar(name) { found.add(scalar, index + 1) }
        return
      }
      guard Self.isOfName(byte) else { return }
      name = name << 8 | UInt64(byte)
      index += 1
    }
    if index >= bytes.count { found.touchesEnd = true }
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
  }

  /// A sign that was written twice: of those that languages within languages double again, four or eight times.
  private func readDoubled(_ start: Int, _ sign: UInt8, _ found: inout Readings) {
    guard let next = at(start + 1) else {
      found.touchesEnd = true
      return
    }
    guard next == sign else { return }
    found.add(UInt32(sign), start + 2)
    guard Self.isDoubledOften(sign) else { return }
    var end = start + 2
    while end < start + 8, at(end) == sign { end += 1 }
    if end < start + 8, end >= bytes.count { found.touchesEnd = true }
    for count in [4, 8] where start + count <= end { found.add(UInt32(sign), start + count) }
  }

  @inline(__always) private static func isDoubledOften(_ sign: UInt8) -> Bool {
    switch sign {
    case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"), UInt8(ascii: "$"),
      UInt8(ascii: "%"), UInt8(ascii: "^"):
      true
    default: false
    }
  }

  /// One quote as SQL doubles it, and as shells end a quoted text for it.
  private func readQuote(_ start: Int, _ found: inout Readings) {
    if expect("\\''", start + 1, &found) { found.add(0x27, start + 4) }
    if expect("\"'\"'", start + 1, &found) { found.add(0x27, start + 5) }
    if expect("$'", start + 1, &found) {
      var inner = Readings()
      readDollarQuote(start + 1, &inner)
      found.touchesEnd = found.touchesEnd || inner.touchesEnd
      addQuoted(inner, &found)
    }
  }

  /// `$'\n'`, as shells write one character that has no other form.
  private func readDollarQuote(_ start: Int, _ found: inout Readings) {
    guard expect("$'\\", start, &found) else { return }
    var inner = Readings()
    readEscape(start + 2, start + 3, &inner)
    found.touchesEnd = found.touchesEnd || inner.touchesEnd
    addQuoted(inner, &found)
  }

  private func addQuoted(_ inner: Readings, _ found: inout Readings) {
    for index in 0..<inner.count where expect("'", inner[index].end, &found) {
      found.add(inner[index].scalar, inner[index].end + 1)
    }
  }

  /// Reads on where what begins an encoding was itself written by another one: `%5Cu00e4`, `&amp;auml;`,
  /// `\u0026#228;`, `\&quot;`. What follows is each by itself or by one encoding.
  ///
  /// - Parameter sign: what was read.
  /// - Parameter body: what stands behind it.
  private func readTwice(_ sign: UInt32, _ body: Int, _ found: inout Readings) {
    switch sign {
    case 0x5C: readEscapeTwice(body, &found)
    case 0x26: readEntityTwice(body, &found)
    case 0x25, 0x3D:
      readBytes(body, &found) { start, found in
        var start = start
        if start != body {
          guard let next = character(at: start, &found), next.scalar == sign else { return nil }
          start = next.end
        }
        return digits(2, at: start, &found).map { (UInt8(truncatingIfNeeded: $0), $1) }
      }
    case 0x22, 0x27:
      if let next = character(at: body, &found), next.scalar == sign { found.add(sign, next.end) }
    default: break
    }
  }

  /// One character by itself, or the longest that one encoding has written.
  private func character(
    at index: Int, _ found: inout Readings
  ) -> (scalar: UInt32, end: Int)? {
    guard let byte = at(index) else {
      found.touchesEnd = true
      return nil
    }
    switch byte {
    case UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "="), UInt8(ascii: "\\"):
      let inner = single(at: index)
      found.touchesEnd = found.touchesEnd || inner.touchesEnd
      var longest: Reading?
      for number in 0..<inner.count where inner[number].end > longest?.end ?? index {
        longest = inner[number]
      }
      return longest
    default: return (UInt32(byte), index + 1)
    }
  }

  private func digits(
    _ count: Int, at start: Int, _ found: inout Readings
  ) -> (value: UInt32, end: Int)? {
    var (value, index) = (UInt32(0), start)
    for _ in 0..<count {
      guard let next = character(at: index, &found), next.scalar < 0x80,
        let digit = Self.hexDigit(UInt8(next.scalar))
      else { return nil }
      (value, index) = (value << 4 | digit, next.end)
    }
    return (value, index)
  }

  private static let letters: [UInt32: UInt32] = [
    0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09, 0x62: 0x08, 0x66: 0x0C, 0x76: 0x0B, 0x61: 0x07, 0x65: 0x1B,
  ]

  private func readEscapeTwice(_ body: Int, _ found: inout Readings) {
    guard let first = character(at: body, &found), first.scalar < 0x80 else { return }
    switch first.scalar {
    case 0x75:
      guard let (unit, end) = digits(4, at: first.end, &found) else { return }
      guard (0xD800..<0xDC00).contains(unit) else { return found.add(unit, end) }
      guard let sign = character(at: end, &found), sign.scalar == 0x5C,
        let letter = character(at: sign.end, &found), letter.scalar == 0x75,
        let (low, last) = digits(4, at: letter.end, &found), (0xDC00..<0xE000).contains(low)
      else { return }
      found.add(0x10000 + (unit - 0xD800) * 0x400 + (low - 0xDC00), last)
    case 0x78:
      if let (byte, end) = digits(2, at: first.end, &found) { found.add(byte, end) }
    case 0x20...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: found.add(first.scalar, first.end)
    default: if let scalar = Self.letters[first.scalar] { found.add(scalar, first.end) }
    }
  }

  private func readEntityTwice(_ body: Int, _ found: inout Readings) {
    var name: [UInt8] = []
    var index = body
    while name.count < 10, let next = character(at: index, &found), next.scalar < 0x80 {
      index = next.end
      guard next.scalar != 0x3B else {
        if let scalar = Self.entity(name) { found.add(scalar, index) }
        return
      }
      guard next.scalar == 0x23 || Self.isOfName(UInt8(next.scalar)) else { return }
      name.append(UInt8(next.scalar))
    }
  }

  /// - Parameter name: without the signs around it: `auml`, `#228`, `#xE4`.
  private static func entity(_ name: [UInt8]) -> UInt32? {
    guard name.first == UInt8(ascii: "#") else {
      return name.count > HTMLEntities.longestName
        ? nil : HTMLEntities.scalar(HTMLEntities.pack(name))
    }
    let isHex = name.count > 1 && name[1] | 0x20 == UInt8(ascii: "x")
    return UInt32(
      String(decoding: name.dropFirst(isHex ? 2 : 1), as: UTF8.self), radix: isHex ? 16 : 10)
  }

  /// Whether a dump's line goes on with two more numbers of two or of four digits.
  func hasMoreNumbers(from start: Int) -> Bool {
    var index = start
    for _ in 0..<2 {
      let number = index
      while index < number + 5, let byte = at(index), Self.hexDigit(byte) != nil { index += 1 }
      guard index - number == 2 || index - number == 4, at(index) == 0x20 || at(index) == 0x0A
      else {
        return false
      }
      index += 1
    }
    return true
  }

  /// Where the next line's first byte stands in a dump of bytes, seen from behind the last byte of a line, as
  /// `xxd`, `hexdump -C`, `od`, `curl --trace` and `tcpdump -X` lay them out: a column of text, the line's end, and
  /// an offset; `od -tx1c` has a line of the characters in between, which begins with blanks.
  func skippingDumpBreak(_ start: Int, _ touchesEnd: inout Bool) -> Int? {
    var index = start
    while index < start + 80, let byte = at(index), byte != 0x0A { index += 1 }
    if index < bytes.count, bytes[index] != 0x0A { return nil }
    index += 1
    if at(index) == 0x20, at(index + 1) == 0x20, at(index + 2) == 0x20 {
      let line = index
      while index < line + 120, let byte = at(index), byte != 0x0A { index += 1 }
      if index < bytes.count, bytes[index] != 0x0A { return nil }
      index += 1
    }
    if at(index) == 0x09 { index += 1 }
    if at(index) == UInt8(ascii: "0"), at(index + 1) == UInt8(ascii: "x") { index += 2 }
    let offset = index
    while index < offset + 16, let byte = at(index), Self.hexDigit(byte) != nil { index += 1 }
    if index < bytes.count, index < offset + 4 { return nil }
    if at(index) == UInt8(ascii: ":") { index += 1 }
    let blanks = index
    while index < blanks + 4, at(index) == 0x20 { index += 1 }
    guard index < bytes.count else {
      touchesEnd = true
      return nil
    }
    return index > blanks ? index : nil
  }
}
