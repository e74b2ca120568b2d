extension SecretPattern {
  @inline(__always) func accepts(_ scalar: UInt32, at position: Int) -> Bool {
    let wanted = scalars[position]
    if scalar == wanted { return true }
    switch code {
    case .plain:
      if ignoresCase, scalar ^ wanted == 0x20, (97...122).contains(scalar | 0x20) { return true }
      // An underscore is a blank of quoted-printable headers (RFC 2047).
      return wanted == Self.space && (Self.isSpace(scalar) || scalar == 0x5F)
        || (wanted >= 0x80 && scalar == Self.lost || wanted == Self.lost && scalar >= 0x80)
          && !isWord
    case .list: return wanted == Self.comma && SecretPattern.Code.itemGaps.contains(scalar)
    case .base64: return wanted == 0x2B && scalar == 0x2D || wanted == 0x2F && scalar == 0x5F
    case .hex: return (65...70).contains(scalar) && scalar + 32 == wanted
    }
  }

  /// In the place of a character that whoever decoded a text did not know.
  static let lost: UInt32 = 0xFFFD

  /// How many of its characters may be shown where a text ends before the secret does.
  var shownLength: Int {
    switch code {
    case .plain: SecretForms.shortest
    case .base64: SecretForms.shortest * 8 / 6 + 1
    case .hex, .list: SecretForms.shortest * 2
    }
  }

  /// The ways to write a character by itself; white space stands for all of its sorts, of which those of
  /// ASCII are named.
  func spellings(at position: Int) -> [UInt32] {
    let scalar = scalars[position]
    switch (code, scalar) {
    case (.plain, Self.space): return [0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x5F]
    case (.plain, 65...90), (.plain, 97...122):
      return ignoresCase ? [scalar, scalar ^ 0x20] : [scalar]
    case (.base64, 0x2B): return [0x2B, 0x2D]
    case (.base64, 0x2F): return [0x2F, 0x5F]
    case (.hex, 97...102): return [scalar, scalar - 32]
    case (.list, Self.comma): return Code.itemGaps
    default: return [scalar]
    }
  }

  /// What may stand between the characters of a code that is written in lines and groups.
  func skips(_ scalar: UInt32, before position: Int) -> Bool {
    switch code {
    case .plain: scalars[position - 1] == Self.space && Self.isSpace(scalar)
    case .list: scalars[position - 1] == Self.comma && code.gaps.contains(scalar)
    case .base64, .hex: code.gaps.contains(scalar)
    }
  }
}

extension SecretPattern.Code {
  /// What sets its lines and groups apart.
  var gaps: [UInt32] {
    switch self {
    case .plain: []
    case .base64: Self.lineGaps
    case .hex: Self.groupGaps
    case .list: Self.itemGaps
    }
  }

  private static let lineGaps: [UInt32] = [0x0A, 0x0D, 0x20, 0x09]
  /// `,`, `;`, `.`, `/`, `_`, `:`, `|`; and the quotes of an object's names, `{"0":72}`.
  static let itemGaps: [UInt32] = [
    0x0A, 0x0D, 0x20, 0x09, 0x2C, 0x3B, 0x2E, 0x2F, 0x5F, 0x3A, 0x7C, 0x22,
  ]
  private static let groupGaps: [UInt32] = [
    0x0A, 0x0D, 0x20, 0x3A, 0x2D, 0x2C, 0x3B, 0x2E, 0x2F, 0x5F,
  ]
}

extension SecretIndex.Found {
  /// Adds what may not be shown at the end of a text of `count` bytes.
  mutating func addRest(of count: Int) {
    guard showable < count else { return }
    var start = showable
    while let last = spans.last, last.upperBound > start {
      start = min(start, last.lowerBound)
      spans.removeLast()
    }
    spans.append(start..<count)
  }

  mutating func add(_ span: Range<Int>) {
    guard let last = spans.last, span.lowerBound < last.upperBound else {
      return spans.append(span)
    }
    spans[spans.count - 1] = last.lowerBound..<max(last.upperBound, span.upperBound)
  }
}
