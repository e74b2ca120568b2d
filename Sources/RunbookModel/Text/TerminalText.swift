/// Text of others made harmless for a terminal: what would steer it is shown and not obeyed.
///
/// Ordinary text stays as it is, combining marks, emoji and right-to-left letters included.
public enum TerminalText {
  /// Whether a terminal, or whoever reads it, would be misled by a scalar: the controls of ASCII and of
  /// ISO 6429 (C0, DEL, C1), line and paragraph separators, what turns the direction of the text
  /// (<https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters>, with the deprecated ones
  /// beside them), the marks of interlinear annotations, and tag characters, which nobody sees.
  public static func steers(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7E: false
    case 0...0x1F, 0x7F...0x9F: true
    case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x206F, 0xFFF9...0xFFFB: true
    // Variation selectors are among them, which emoji and Han characters are written with.
    case 0xE0100...0xE01EF: false
    case 0xE0000...0xE0FFF: true
    default: false
    }
  }

  /// A value within a line: it cannot begin another.
  ///
  /// A tab becomes four spaces; what steers, `\u{…}` or `\n`.
  public static func inline(_ text: some StringProtocol) -> String {
    harmless(text, keepsLines: false)
  }

  /// A text of many lines; CR LF is a line break too.
  public static func block(_ text: some StringProtocol) -> String {
    harmless(text, keepsLines: true)
  }

  private static func harmless(_ text: some StringProtocol, keepsLines: Bool) -> String {
    let scalars = Substring(text).unicodeScalars
    guard scalars.contains(where: { steers($0) && !(keepsLines && $0 == "\n") }) else {
      return String(text)
    }
    var result = String.UnicodeScalarView()
    var index = scalars.startIndex
    while index < scalars.endIndex {
      let scalar = scalars[index]
      let next = scalars.index(after: index)
      switch scalar {
      case "\n" where keepsLines: result.append(scalar)
      case "\r" where keepsLines && next < scalars.endIndex && scalars[next] == "\n": break
      case "\n": result.append(contentsOf: "\\n".unicodeScalars)
      case "\t": result.append(contentsOf: "    ".unicodeScalars)
      case "\u{1F3F4}":
        if let end = flagEnd(in: scalars, at: index) {
          result.append(contentsOf: scalars[index..<end])
          index = end
          continue
        }
        result.append(scalar)
      case _ where steers(scalar):
        result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
      default: result.append(scalar)
      }
      index = next
    }
    return String(result)
  }

  /// Where the flag of a region ends: a black flag, tag letters and digits, and the tag that ends it
  /// (<https://www.unicode.org/reports/tr51/#def_std_emoji_tag_sequence_set>). Nil where none begins.
  package static func flagEnd(
    in scalars: Substring.UnicodeScalarView, at start: Substring.Index
  ) -> Substring.Index? {
    var index = scalars.index(after: start)
    var count = 0
    while index < scalars.endIndex, count <= 6 {
      switch scalars[index].value {
      case 0xE0030...0xE0039, 0xE0061...0xE007A: count += 1
      case 0xE007F: return count > 0 ? scalars.index(after: index) : nil
      default: return nil
      }
      index = scalars.index(after: index)
    }
    return nil
  }

  /// JSON text in which nothing steers a terminal: such scalars stand only within its strings, where an
  /// escape means the same.
  public static func json(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { steers($0) && $0 != "\n" }) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if steers(scalar), scalar != "\n", scalar != "\t" {
        for unit in String(Character(scalar)).utf16 {
          let digits = String(unit, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
        }
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
