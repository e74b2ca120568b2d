/// What was written by one way of encoding, and then by another.
extension EncodedUnits {
  /// Reads on where what begins an encoding was itself written by another one: `%5Cu00e4`, `&amp;auml;`,
  /// `\u0026#228;`, `\&quot;`. What follows is each by itself or by one encoding.
  ///
  /// - Parameter sign: what was read.
  /// - Parameter body: what stands behind it.
  func readTwice(_ sign: UInt32, _ body: Int, _ found: inout Readings) {
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

  static let letters: [UInt32: UInt32] = [
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
}
