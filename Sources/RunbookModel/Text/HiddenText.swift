/// What nobody sees of a text, or what makes it look otherwise than it is read: the one definition, for all
/// that shows texts and all that warns of them.
///
/// Hidden are Unicode's controls and formats, what it says has no form of its own
/// (`Default_Ignorable_Code_Point`, <https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point>), what
/// turns the direction of writing, what separates lines and paragraphs unseen, and signs that are drawn blank.
/// Some of them belong to ordinary writing where they stand: the joiners of emoji and of scripts that join
/// their letters, a variation selector after what has variations, the tags of a region's flag, blanks within
/// Braille. There they are not hidden. Letters that look alike are none of this.
///
/// What a program reads (SQL, a script) has more to hide: all of Unicode's white space that is drawn as a blank
/// and is none to the program. Of `a<U+00A0>b` PostgreSQL makes one identifier, and a shell one word. In
/// people's words it is ordinary: French has it before a colon.
public enum HiddenText {
  /// Who reads a text.
  public enum Reader: Sendable {
    case people, program
  }

  /// Whether a scalar of a text is hidden where it stands.
  ///
  /// The line feed and the tab are hidden too: what they mean is the caller's.
  public static func hides<Scalars: BidirectionalCollection<Unicode.Scalar>>(
    _ scalars: Scalars, at index: Scalars.Index, from reader: Reader = .people
  ) -> Bool {
    let scalar = scalars[index]
    if reader == .program, isOtherBlank(scalar) { return true }
    guard mayHide(scalar) else { return false }
    let before = index > scalars.startIndex ? scalars[scalars.index(before: index)] : nil
    let next = scalars.index(after: index)
    let after = next < scalars.endIndex ? scalars[next] : nil
    switch scalar.value {
    case 0x200B...0x200D, 0x180E, 0x13430...0x1345F:
      return !(joins(before) && joins(after))
    case 0x034F: return !(isHebrewMark(before) && isHebrewMark(after))
    case 0x180B...0x180D, 0x180F: return !isMongolian(before)
    case 0xFE00...0xFE0F: return !hasVariations(before, keycap: scalar == "\u{FE0F}" ? after : nil)
    case 0xE0100...0xE01EF: return before?.properties.isIdeographic != true
    case 0xE0020...0xE007F: return !isOfFlag(scalars, index)
    case 0x2800: return !isOfBraille(scalars, index)
    default: return true
    }
  }

  /// Whether a scalar is drawn as a blank, takes its room, and is not the space of ASCII
  /// (<https://www.unicode.org/reports/tr44/#White_Space>).
  static func isOtherBlank(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0xA0, 0xA1..<0x1680: false
    default: scalar.properties.generalCategory == .spaceSeparator
    }
  }

  /// Whether a scalar is hidden in some texts.
  public static func mayHide(_ scalar: Unicode.Scalar, from reader: Reader = .people) -> Bool {
    if reader == .program, isOtherBlank(scalar) { return true }
    switch scalar.value {
    case 0x20..<0x7F, 0xA0..<0xAD, 0xAE..<0x034F, 0x0350..<0x0600, 0x3041..<0x3164,
      0x3165..<0xFE00:
      return false
    case 0..<0x20, 0x7F..<0xA0, 0xAD: return true
    // Signs of numbers and abbreviations, which Unicode counts as formats, are seen.
    case 0x0600...0x0605, 0x06DD, 0x070F, 0x0890...0x0891, 0x08E2, 0x110BD, 0x110CD: return false
    // Drawn blank: Braille without a dot, a notehead without a head, a filler of Khitan.
    case 0x2800, 0x1D159, 0x16FE4: return true
    default:
      let properties = scalar.properties
      switch properties.generalCategory {
      case .format, .control, .lineSeparator, .paragraphSeparator: return true
      default: return properties.isDefaultIgnorableCodePoint
      }
    }
  }

  /// How a hidden scalar is shown: `\u{202e}`.
  public static func shown(_ scalar: Unicode.Scalar) -> String {
    "\\u{\(String(scalar.value, radix: 16))}"
  }

  /// Whether a scalar may be joined with its neighbour by what is not seen: one of a script or an emoji that
  /// is written so, and itself seen. ASCII, Latin, Greek and Cyrillic letters are not, and so is no end of a text.
  private static func joins(_ scalar: Unicode.Scalar?) -> Bool {
    guard let scalar else { return false }
    switch scalar.value {
    case 0xFE0F: return true
    case 0..<0x0590, 0x1E00..<0x2000: return false
    case 0x2000..<0x2E80: return scalar.properties.isEmoji
    default: break
    }
    switch scalar.properties.generalCategory {
    // Noncharacters are among them.
    case .unassigned, .privateUse: return false
    default: return !mayHide(scalar)
    }
  }

  private static func isHebrewMark(_ scalar: Unicode.Scalar?) -> Bool {
    scalar.map { (0x0591...0x05C7).contains($0.value) } ?? false
  }

  private static func isMongolian(_ scalar: Unicode.Scalar?) -> Bool {
    scalar.map { (0x1820...0x18AA).contains($0.value) } ?? false
  }

  /// Whether variants are registered for signs of its sort
  /// (<https://www.unicode.org/Public/UCD/latest/ucd/StandardizedVariants.txt>); a digit has one within a keycap.
  private static func hasVariations(
    _ scalar: Unicode.Scalar?, keycap after: Unicode.Scalar?
  ) -> Bool {
    guard let scalar, !mayHide(scalar) else { return false }
    guard !scalar.isASCII else { return scalar.properties.isEmoji && after == "\u{20E3}" }
    switch scalar.value {
    case 0x1000...0x109F, 0x3000...0x303F, 0xA840...0xA87F, 0xFF00...0xFF60: return true
    case _ where scalar.properties.isEmoji || scalar.properties.isIdeographic: return true
    default:
      switch scalar.properties.generalCategory {
      case .mathSymbol, .otherSymbol: return true
      default: return false
      }
    }
  }

  /// A flag of a region is a black flag, up to six tags of letters and digits, and the tag that ends it
  /// (<https://www.unicode.org/reports/tr51/#def_std_emoji_tag_sequence_set>).
  private static func isOfFlag<Scalars: BidirectionalCollection<Unicode.Scalar>>(
    _ scalars: Scalars, _ index: Scalars.Index
  ) -> Bool {
    var start = index
    var steps = 0
    while scalars[start].value != 0x1F3F4 {
      guard steps < 7, start > scalars.startIndex, scalars[start].value >= 0xE0020 else {
        return false
      }
      start = scalars.index(before: start)
      steps += 1
    }
    var count = 0
    var next = scalars.index(after: start)
    while next < scalars.endIndex, count <= 6 {
      switch scalars[next].value {
      case 0xE0030...0xE0039, 0xE0061...0xE007A: count += 1
      case 0xE007F: return count > 0 && next >= index
      default: return false
      }
      next = scalars.index(after: next)
    }
    return false
  }

  /// Whether Braille that is seen stands near: it is the space of Braille, and of pictures made of it.
  private static func isOfBraille<Scalars: BidirectionalCollection<Unicode.Scalar>>(
    _ scalars: Scalars, _ index: Scalars.Index
  ) -> Bool {
    var before = index
    for _ in 0..<16 where before > scalars.startIndex {
      before = scalars.index(before: before)
      if scalars[before].value != 0x2800 { break }
    }
    var after = index
    for _ in 0..<16 {
      after = scalars.index(after: after)
      if after == scalars.endIndex || scalars[after].value != 0x2800 { break }
    }
    let isSeen = [before, after].contains { place in
      place < scalars.endIndex && (0x2801...0x28FF).contains(scalars[place].value)
    }
    return isSeen
  }
}
