import Glibc

/// A line that is typed at a terminal which neither shows nor interprets it.
enum UnseenLine {
  /// - Returns: nil at the end of input; and whether Ctrl-C ended it.
  static func read() -> (text: String?, isInterrupted: Bool) {
    var bytes: [UInt8] = []
    while true {
      var byte: UInt8 = 0
      let count = Glibc.read(STDIN_FILENO, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1 else { return (bytes.isEmpty ? nil : text(bytes), false) }
      switch byte {
      case 0x0A, 0x0D: return (text(bytes), false)
      case 0x03: return (nil, true)
      case 0x04: return (bytes.isEmpty ? nil : text(bytes), false)
      case 0x15: bytes = []
      case 0x08, 0x7F:
        // A character may be several bytes.
        while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
      default: bytes.append(byte)
      }
    }
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
