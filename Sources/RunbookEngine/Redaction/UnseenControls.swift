/// What stands in a text and is no character of it: what terminals take as a command, and what nobody sees.
extension EncodedUnits {
  /// Controls that stand for no white space.
  @inline(__always) static func isTerminalControl(_ byte: UInt8) -> Bool {
    switch byte {
    case 0...0x08, 0x0E...0x1F, 0x7F: true
    default: false
    }
  }

  /// The longest sequence by which a program gives a terminal a text, such as a link's address.
  private static let longestCommand = 512

  /// Where a text goes on after one thing that no reader sees: a control, a terminal's sequence, a return to the line's
  /// beginning, the same character printed over once more, or the break of a quoted-printable line. More may follow, each
  /// of which may also be a secret's own: bytes of UTF-16 are.
  func skippingUnseen(_ index: Int, _ touchesEnd: inout Bool) -> Int {
    guard let byte = at(index) else { return index }
    switch byte {
    case 0x0D:
      guard let next = at(index + 1) else {
        touchesEnd = true
        return index
      }
      // With a line feed behind it, it ends a line.
      return next == 0x0A ? index : index + 1
    case 0x08: return overstrikeEnd(index, &touchesEnd) ?? index
    case 0x1B: return sequenceEnd(index, &touchesEnd) ?? index
    case _ where Self.isTerminalControl(byte): return index + 1
    case UInt8(ascii: "="):
      var found = Readings()
      defer { touchesEnd = touchesEnd || found.touchesEnd }
      if expect("\n", index + 1, &found) { return index + 2 }
      return expect("\r\n", index + 1, &found) ? index + 3 : index
    default: return index
    }
  }

  /// Behind a backspace and the character before it: printers made it bold so.
  private func overstrikeEnd(_ start: Int, _ touchesEnd: inout Bool) -> Int? {
    var first = start - 1
    while first > 0, start - first < 4, bytes[first] & 0xC0 == 0x80 { first -= 1 }
    guard first >= 0 else { return start + 1 }
    for offset in 0..<(start - first) {
      guard let byte = at(start + 1 + offset) else {
        touchesEnd = true
        return nil
      }
      // A backspace alone.
      guard byte == bytes[first + offset] else { return start + 1 }
    }
    return start + 1 + start - first
  }

  /// The end of a sequence that begins with an escape (ECMA-48): `ESC [ … m`, `ESC ] … BEL`, `ESC ( B`.
  private func sequenceEnd(_ start: Int, _ touchesEnd: inout Bool) -> Int? {
    guard let kind = at(start + 1) else {
      touchesEnd = true
      return nil
    }
    var index = start + 2
    switch kind {
    case UInt8(ascii: "["):
      while index < start + 24, let byte = at(index) {
        index += 1
        if (0x40...0x7E).contains(byte) { return index }
        guard (0x20...0x3F).contains(byte) else { return nil }
      }
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"),
      UInt8(ascii: "_"):
      while index < start + Self.longestCommand, let byte = at(index) {
        index += 1
        if byte == 0x07 { return index }
        if byte == 0x1B {
          if index >= bytes.count { break }
          return bytes[index] == UInt8(ascii: "\\") ? index + 1 : index - 1
        }
        guard byte >= 0x20 else { return nil }
      }
    case 0x20...0x2F:
      while index < start + 8, let byte = at(index) {
        index += 1
        if (0x30...0x7E).contains(byte) { return index }
        guard (0x20...0x2F).contains(byte) else { return nil }
      }
    case 0x30...0x7E: return index
    default: return nil
    }
    if index >= bytes.count { touchesEnd = true }
    return nil
  }
}
