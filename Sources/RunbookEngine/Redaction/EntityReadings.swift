/// Characters by the names and numbers that HTML has for them.
extension EncodedUnits {
  /// `&amp;`, `&#39;`, `&#x27;`, and `&amp;#39;` where it was escaped twice.
  func readEntity(_ start: Int, _ found: inout Readings) {
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

  static func isOfName(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
  }
}
