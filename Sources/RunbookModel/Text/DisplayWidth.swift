/// How many cells of a terminal a text takes.
///
/// The ranges are the common ones of Unicode's East Asian Width (W and F) and of its emoji; a
/// terminal may differ on rare characters, which moves a caret or a column and nothing else.
public enum DisplayWidth {
  /// A text in one line; what is drawn as one emoji takes two cells.
  public static func of(_ text: some StringProtocol) -> Int {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text.utf8.count }
    return text.reduce(0) { $0 + of($1) }
  }

  private static func of(_ character: Character) -> Int {
    let scalars = character.unicodeScalars
    let isEmoji = scalars.contains { $0.properties.isEmojiPresentation || $0 == "\u{FE0F}" }
    if isEmoji, scalars.count > 1 { return 2 }
    return scalars.reduce(0) { $0 + of($1) }
  }

  public static func of(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x20..<0x7F: return 1
    case 0x200B...0x200F, 0xFE00...0xFE0F, 0xFEFF, 0x1160...0x11FF, 0xE0000...0xE0FFF: return 0
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
      0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default:
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .enclosingMark: return 0
      default: return scalar.properties.isEmojiPresentation ? 2 : 1
      }
    }
  }
}
