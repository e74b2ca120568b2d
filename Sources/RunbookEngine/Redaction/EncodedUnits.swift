/// Reads a text character by character, whatever wrote each: as it is, percent-encoded, escaped for JSON,
/// C, Python, a shell or SQL, as an HTML entity, quoted-printable, and most of these twice.
///
/// One place of a text can be read in several ways: `''` is two quotes, or one that SQL doubled.
struct EncodedUnits {
  let bytes: UnsafeBufferPointer<UInt8>

  /// The ways to read one character: its scalar, and where the next one begins.
  struct Readings {
    var all: [(scalar: UInt32, end: Int)] = []
    /// Whether more text could be read otherwise.
    var touchesEnd = false

    mutating func add(_ scalar: UInt32, _ end: Int) { all.append((scalar, end)) }
  }

  /// Bytes by which an encoded character can begin.
  static let starters = Array("%\\&'\"$=+\r".utf8)

  private static let mostBackslashes = 8

  @inline(__always) private func at(_ index: Int) -> UInt8? {
    index < bytes.count ? bytes[index] : nil
  }

  func readings(at start: Int) -> Readings {
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
    case UInt8(ascii: "="): readBytes(start, &found, quotedPrintableByte)
    case UInt8(ascii: "\\"): readBackslashes(start, &found)
    case UInt8(ascii: "&"): readEntity(start, &found)
    case UInt8(ascii: "'"): readQuote(start, &found)
    case UInt8(ascii: "\""): if expect("\"", start + 1, &found) { found.add(0x22, start + 2) }
    case UInt8(ascii: "$"): readDollarQuote(start, &found)
    case 0x0D:
      found.add(0x0A, start + 1)
      if expect("\n", start + 1, &found) { found.add(0x0A, start + 2) }
    default: break
    }
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
    guard first >= 0x80 else { return found.add(UInt32(first), start + 1) }
    readUTF8(start, &found) { index, _ in at(index).map { ($0, index + 1) } }
  }

  /// A character whose UTF-8 bytes are each written by themselves.
  private func readBytes(
    _ start: Int, _ found: inout Readings,
    _ byte: (Int, inout Readings) -> (UInt8, Int)?
  ) {
    guard let (first, end) = byte(start, &found) else { return }
    if first < 0x80 { return found.add(UInt32(first), end) }
    readUTF8(start, &found, byte)
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
      if let one = number(body + 1, digits: 2, base: 16, &found) {
        found.add(one, body + 3)
        if one >= 0x80 { readUTF8(start, &found) { escapedByte($0, run, "x", &$1) } }
      }
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      if let one = number(body, digits: 3, base: 8, &found), one < 256 {
        found.add(one, body + 3)
        if one >= 0x80 { readUTF8(start, &found) { escapedByte($0, run, "0", &$1) } }
      } else if byte == UInt8(ascii: "0") {
        found.add(0, body + 1)
      }
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E, 0x20:
      found.add(UInt32(byte), body + 1)
    default:
      break
    }
  }

  private func escapedByte(
    _ start: Int, _ run: Int, _ form: Unicode.Scalar, _ found: inout Readings
  ) -> (UInt8, Int)? {
    let isHex = form == "x"
    guard isRun(start, run, &found) else { return nil }
    let digits = start + run + (isHex ? 1 : 0)
    if isHex, !expect("x", start + run, &found) { return nil }
    guard let one = number(digits, digits: isHex ? 2 : 3, base: isHex ? 16 : 8, &found), one < 256
    else { return nil }
    return (UInt8(one), digits + (isHex ? 2 : 3))
  }

  /// Whether so many backslashes stand there.
  private func isRun(_ start: Int, _ count: Int, _ found: inout Readings) -> Bool {
    for index in start..<start + count where !expect("\\", index, &found) { return false }
    return true
  }

  /// `\u00e4`, `\ud83d\ude00` and `\u{1f600}`.
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
    for (name, scalar) in Self.entities where expect(name, index, &found) {
      found.add(scalar, index + name.utf8CodeUnitCount)
    }
    guard expect("#", index, &found) else { return }
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
    if end > first, at(end) == UInt8(ascii: ";") { found.add(value, end + 1) }
  }

  private static let entities: [(StaticString, UInt32)] = [
    ("lt;", 0x3C), ("gt;", 0x3E), ("quot;", 0x22), ("apos;", 0x27), ("nbsp;", 0xA0),
  ]

  /// One quote as SQL doubles it, and as shells end a quoted text for it.
  private func readQuote(_ start: Int, _ found: inout Readings) {
    if expect("'", start + 1, &found) { found.add(0x27, start + 2) }
    if expect("'''", start + 1, &found) { found.add(0x27, start + 4) }
    if expect("\\''", start + 1, &found) { found.add(0x27, start + 4) }
    if expect("\"'\"'", start + 1, &found) { found.add(0x27, start + 5) }
    if expect("$'", start + 1, &found) {
      var inner = Readings()
      readDollarQuote(start + 1, &inner)
      found.touchesEnd = found.touchesEnd || inner.touchesEnd
      for one in inner.all where expect("'", one.end, &found) { found.add(one.scalar, one.end + 1) }
    }
  }

  /// `$'\n'`, as shells write one character that has no other form.
  private func readDollarQuote(_ start: Int, _ found: inout Readings) {
    guard expect("$'\\", start, &found) else { return }
    var inner = Readings()
    readEscape(start + 2, start + 3, &inner)
    found.touchesEnd = found.touchesEnd || inner.touchesEnd
    for one in inner.all where expect("'", one.end, &found) { found.add(one.scalar, one.end + 1) }
  }
}
