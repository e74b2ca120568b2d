/// Signs that are doubled, and quotes as SQL and shells write them.
extension EncodedUnits {
  /// A sign that was written twice: of those that languages within languages double again, four or eight times.
  func readDoubled(_ start: Int, _ sign: UInt8, _ found: inout Readings) {
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
  func readQuote(_ start: Int, _ found: inout Readings) {
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
  func readDollarQuote(_ start: Int, _ found: inout Readings) {
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
}
