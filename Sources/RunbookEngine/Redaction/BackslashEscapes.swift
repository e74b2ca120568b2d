/// Characters behind a sign that escapes, and code points by their numbers.
extension EncodedUnits {
  /// `\n`, `\"`, `\/`, `\u00e4`, `\xe4`, `\303\244`, after one backslash or, encoded again, several.
  func readBackslashes(_ start: Int, _ found: inout Readings) {
    var end = start + 1
    while end < start + Self.mostBackslashes, at(end) == UInt8(ascii: "\\") { end += 1 }
    for count in [2, 4, 8] where start + count <= end { found.add(0x5C, start + count) }
    readEscape(start, end, &found)
  }

  /// - Parameters:
  ///   - start: the first backslash.
  ///   - body: what stands after the last one.
  func readEscape(_ start: Int, _ body: Int, _ found: inout Readings) {
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
    case 0x80...:
      // Before each character, or before each byte of one, as Perl's `quotemeta` does.
      readUTF8(body, &found) { index, _ in at(index).map { ($0, index + 1) } }
      if run == 1 {
        readUTF8(start, &found) { index, found in
          expect("\\", index, &found) ? at(index + 1).map { ($0, index + 2) } : nil
        }
      }
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
  func readSignEscape(_ start: Int, _ sign: UInt8, _ found: inout Readings) {
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
  func readCodePoint(_ start: Int, _ found: inout Readings) {
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
  func readCodePointInBrackets(_ start: Int, _ found: inout Readings) {
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

  func readBraces(_ start: Int, _ found: inout Readings) {
    var value: UInt32 = 0
    var index = start
    while index < start + 6, let digit = at(index).flatMap(Self.hexDigit) {
      value = value << 4 | digit
      index += 1
    }
    if index >= bytes.count { found.touchesEnd = true }
    if index > start, at(index) == UInt8(ascii: "}") { found.add(value, index + 1) }
  }
}
