import RunbookModel
import RunbookTestSupport
import Testing

struct DeceptiveTextTests {
  @Test(arguments: [
    "DELETE FROM t /*\u{202E} } \u{2066}if\u{2069} */", "a\u{200B}b", "SELECT 1\u{2060}",
    "x\u{E0041}",
    "pa\u{00AD}ss", "-- \u{200F}", "user\u{200D}s", "\u{3164} = 1", "a\u{FEFF}b", "a\u{1B}[2Kb",
    "\u{1F3F4}\u{E0067}x", "a\u{1BCA0}b", "a\u{1D173}b", "a\u{34F}b", "é\u{34F}é", "\u{17B4}",
    "ក\u{17B5}",
    "user\u{2800}", "\u{2800}\u{2800}", "a\u{E0100}", "é\u{E0101}", "a\u{FE0F}",
    "❤\u{FE0F}\u{FE0F}", "1\u{FE0F}",
    "1\u{FE01}\u{20E3}", "é\u{200D}é", "я\u{200B}я", "日\u{E0100}\u{E0101}", "👩\u{200D}",
    "👩\u{200D}\u{200D}👩",
    "a\u{180B}", "a\u{180E}b", "\u{2028}", "\u{2064}", "\u{FFF0}", "\u{E0080}", "\u{1D159}",
    "\u{16FE4}", "\u{13430}",
    "ᠮ\u{180E}",
    "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E0061}\u{E0062}\u{E007F}",
    "x\u{E0067}\u{E007F}", "می\u{200C}\u{200C}خواهم", "می\u{200C}",
  ])
  func findsWhatLooksOtherwise(text: String) {
    #expect(!DeceptiveText.survey(of: text, limit: 9).shown.isEmpty)
  }

  @Test(arguments: [
    "SELECT 'שלום', 'مرحبا'", "'👩‍👩‍👧'", "'🏴󠁧󠁢󠁥󠁮󠁧󠁿' 🇩🇪 👍🏽 ❤️", "'می‌خواهم'", "'ไทย\u{200B}ไทย'", "Jose\u{301}",
    "a\tb\r\n",
    "\u{FEFF}SELECT 1", "Ł 日本語 한국 क्‍ष", "❤️‍🔥", "1️⃣ #️⃣ *️⃣", "©️ ™️ ☎︎", "🏳️‍🌈", "🧑🏽‍🚀", "葛\u{E0100}飾", "齋\u{E0101}",
    "∩\u{FE00}", "、\u{FE00}", "န\u{FE00}", "ᠮᠣᠩᠭᠣᠯ\u{180B}", "ᠬᠠᠮᠢᠭ\u{180E}ᠠ", "⠓⠑⠇⠇⠕⠀⠺⠕⠗⠇⠙",
    "⣿⣿⣿⠀⠀⠀⠀",
    "א\u{5B4}\u{34F}\u{5B0}", "ក្ក", "ភាសា\u{200B}ខ្មែរ", "\u{0600}١٢٣ \u{06DD}٤", "e\u{301}\u{323}",
    "നന്‍മ",
    "𓂋\u{13430}𓏤", "ﷺ", "١\u{066B}٥", "🏴󠁧󠁢󠁳󠁣󠁴󠁿 🏴󠁧󠁢󠁷󠁬󠁳󠁿", "日本\u{3000}語", "5\u{A0}km",
  ])
  func leavesOrdinaryTextAlone(text: String) {
    #expect(DeceptiveText.survey(of: text, limit: 9).shown.isEmpty)
  }

  /// All of Unicode's white space is to a program what it is not, but for what ASCII has of it; people have
  /// ordinary uses for it.
  @Test func whatLooksLikeABlankIsHiddenInWhatAProgramReads() {
    var found = 0
    for value in (0x80...0x10FFFF as ClosedRange<UInt32>) {
      guard let scalar = Unicode.Scalar(value), scalar.properties.isWhitespace else { continue }
      let text = "SELECT\(scalar)1"
      found += 1
      let survey = DeceptiveText.survey(of: text, limit: 9, for: .program)
      #expect(survey.shown.map(\.scalar) == [scalar], "U+\(String(value, radix: 16))")
      #expect(survey.shown.first?.offset == 6)
      #expect(TerminalText.inline(text, for: .program).holds(HiddenText.shown(scalar)))
      let isLine = [0x85, 0x2028, 0x2029].contains(value)
      #expect(TerminalText.inline(text).isIdentical(to: text) != isLine)
      #expect(
        DeceptiveText.blanks(in: text, limit: 9).shown.isEmpty
          == (value == 0x2028 || value == 0x2029))
    }
    #expect(found == 19)
    let code = "SELECT 'שלום 👩‍👩‍👧', 'é'\r\n\t-- 日本語\n"
    #expect(DeceptiveText.survey(of: code, limit: 9, for: .program).shown.isEmpty)
  }

  @Test func saysWhatABlankIsNot() {
    let found = DeceptiveText.blanks(in: "DELETE FROM\u{A0}t", limit: 9).shown
    #expect(
      found.map(\.description)
        == ["U+00A0, which looks like a blank and is none to the program that reads it"])
  }

  @Test func saysWhere() {
    let found = DeceptiveText.survey(of: "a\nbé\u{202E}c\n", limit: 9).shown
    #expect(found.map(\.line) == [2] && found.map(\.column) == [3])
    #expect(found.first?.description == "U+202E, which turns the direction of the text")
  }

  /// However many others there are, what turns the text is shown, and nothing goes uncounted.
  @Test func showsWhatTurnsTheTextFirstAndCountsTheRest() {
    let text = "a\u{AD}b\u{AD}c\u{AD}d\u{AD}e\u{202E}f\u{2066}"
    let survey = DeceptiveText.survey(of: text, limit: 3)
    #expect(survey.shown.map(\.scalar) == ["\u{202E}", "\u{2066}", "\u{AD}"])
    #expect(survey.otherCount == 3 && survey.rest == "3 more such characters")
    let whole = DeceptiveText.survey(of: text, limit: 6)
    #expect(whole.shown.count == 6 && whole.rest == nil)
  }

  /// Wherever else they stand, among ASCII what Unicode calls ignorable is found, and so is every format
  /// character but those that are seen.
  @Test func nothingUnseenIsPassedOverAmongASCII() {
    let seen = Set<UInt32>(
      [0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD] + Array(0x600...0x605))
    for value in (0x80...0x10FFFF as ClosedRange<UInt32>) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let properties = scalar.properties
      let isUnseen =
        properties.isDefaultIgnorableCodePoint || properties.generalCategory == .format
        || properties.generalCategory == .lineSeparator
        || properties.generalCategory == .paragraphSeparator
      guard isUnseen, !seen.contains(value) else { continue }
      var text = "a"
      text.unicodeScalars.append(scalar)
      #expect(
        DeceptiveText.survey(of: text + "b", limit: 1).shown.count == 1,
        "U+\(String(value, radix: 16))")
    }
  }

  /// The three that show texts show what is hidden, and what they have shown hides nothing.
  @Test func nothingThatIsShownHidesAnything() {
    let failure = Property().firstFailure { generator in
      let text = HostileText.text(&generator)
      for shown in [TerminalText.inline(text), TerminalText.block(text)] {
        let left = DeceptiveText.survey(of: shown, limit: 1).shown
        guard left.isEmpty || left[0].scalar == "\u{FEFF}" else {
          return "\(left[0].description) in \(text.debugDescription)"
        }
      }
      return nil
    }
    #expect(failure == nil)
  }

  /// Every bidirectional control is found wherever it stands, and never in a text without one.
  @Test func noBidirectionalControlIsPassedOver() {
    let failure = Property().firstFailure { generator in
      let text = HostileText.text(&generator)
      let found = DeceptiveText.survey(of: text, limit: .max).shown.count {
        $0.scalar.properties.isBidiControl
      }
      let wanted = text.unicodeScalars.count { $0.properties.isBidiControl }
      return found == wanted ? nil : "\(found) of \(wanted): \(text.debugDescription)"
    }
    #expect(failure == nil)
  }
}
