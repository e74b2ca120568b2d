extension EncodedUnits {
  /// Adds the bytes that may follow one in what is written otherwise than by itself, and begins a pattern.
  ///
  /// - Parameter isFirst: whether a pattern begins with a byte.
  static func addSeconds(
    _ first: UInt8, _ isFirst: (UInt8) -> Bool, _ pairs: inout [UInt64], _ row: Int
  ) {
    switch first {
    case UInt8(ascii: "+") where isFirst(0x20), 0x0D where isFirst(0x0A):
      for word in row..<row + 4 { pairs[word] = .max }
    case UInt8(ascii: "\\"):
      var words: (UInt64, UInt64) = (.max, .max)
      for (second, meant) in simpleEscapes where !isFirst(meant) {
        let bit: UInt64 = 1 << UInt64(second & 63)
        if second < 64 { words.0 &= ~bit } else { words.1 &= ~bit }
      }
      for (offset, word) in [words.0, words.1, .max, .max].enumerated() {
        pairs[row + offset] |= word
      }
    case 0x0D: break
    default:
      if let words = seconds[first] {
        for (offset, word) in words.enumerated() { pairs[row + offset] |= word }
      } else if isSign(first), isFirst(first) {
        pairs[row + Int(first >> 6)] |= 1 << UInt64(first & 63)
      }
    }
  }

  /// By the first byte of what can be anything, a bit for each that may follow.
  private static let seconds: [UInt8: [UInt64]] = Dictionary(
    uniqueKeysWithValues: "%&'\"$=`^UM<".utf8.map { first in
      var words: [UInt64] = [0, 0, 0, 0]
      for second in UInt8.allValues where mayBegin(first, second) {
        words[Int(second >> 6)] |= 1 << UInt64(second & 63)
      }
      return (first, words)
    })

  /// What stands behind a backslash, and can mean one thing only.
  private static let simpleEscapes: [(UInt8, UInt8)] =
    [(UInt8(ascii: "n"), 0x0A), (UInt8(ascii: "r"), 0x0D), (UInt8(ascii: "t"), 0x09)]
    + "\"/'.|()[]*-_$".utf8.map { ($0, $0) }

  /// Whether a character that is written otherwise than by itself can begin with two bytes.
  @inline(__always) static func mayBegin(_ first: UInt8, _ second: UInt8) -> Bool {
    switch first {
    case UInt8(ascii: "%"): second == first || second == UInt8(ascii: "u") || isHex(second)
    case UInt8(ascii: "="): second == first || isHex(second) || second == 0x0A || second == 0x0D
    case UInt8(ascii: "&"):
      second == first || second == UInt8(ascii: "#") || (97...122).contains(second | 0x20)
    case UInt8(ascii: "'"):
      second == first || second == UInt8(ascii: "\\") || second == UInt8(ascii: "\"")
        || second == UInt8(ascii: "$")
    case UInt8(ascii: "$"): second == first || second == UInt8(ascii: "'")
    case UInt8(ascii: "U"): second == UInt8(ascii: "+")
    case UInt8(ascii: "M"): second == UInt8(ascii: "-")
    case UInt8(ascii: "<"): second == first || second == UInt8(ascii: "U")
    case UInt8(ascii: "\\"), UInt8(ascii: "`"), UInt8(ascii: "^"), 0x0D: true
    default: second == first && isSign(first)
    }
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (97...102).contains(byte | 0x20)
  }
}

extension EncodedUnits {
  /// Whether `0x` stands behind what sets numbers apart, or its beginning at the text's end.
  @inline(__always) func isSignOfHex(_ place: Int) -> Bool {
    guard place > 0, place < bytes.count, bytes[place] == UInt8(ascii: "0"),
      place + 1 >= bytes.count || bytes[place + 1] | 0x20 == UInt8(ascii: "x")
    else { return false }
    return SecretPattern.Code.hex.gaps.contains(UInt32(bytes[place - 1]))
  }

  /// Whether what stands at a place can be anything but a character that stands for itself.
  @inline(__always) func isSpecial(_ byte: UInt8, at place: Int) -> Bool {
    switch byte {
    case 48...57, 97...122, 0x20, 65...76, 78...84, 86...90: false
    case _ where Self.isTerminalControl(byte): true
    case 0x25, 0x5C, 0x26, 0x27, 0x22, 0x24, 0x3D, 0x2B, 0x60, 0x5E, 0x0D, 0, 0x1B, 0x80...0xFF:
      true
    // Twice, or with a number behind it.
    default:
      place + 1 >= bytes.count
        ? byte == UInt8(ascii: "U") || byte == UInt8(ascii: "M") || Self.isSign(byte)
        : Self.mayBegin(byte, bytes[place + 1])
    }
  }
}
