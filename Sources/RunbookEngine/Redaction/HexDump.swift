/// How dumps of bytes break into lines.
extension EncodedUnits {
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
