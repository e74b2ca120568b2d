import RunbookModel
import RunbookTestSupport
import Testing

struct DeceptiveTextTests {
  @Test(arguments: [
    "DELETE FROM t /*\u{202E} } \u{2066}if\u{2069} */", "a\u{200B}b", "SELECT 1\u{2060}",
    "x\u{E0041}",
    "pa\u{00AD}ss", "-- \u{200F}", "user\u{200D}s", "\u{3164} = 1", "a\u{FEFF}b", "a\u{1B}[2Kb",
    "\u{1F3F4}\u{E0067}x",
  ])
  func findsWhatLooksOtherwise(text: String) {
    #expect(!DeceptiveText.survey(of: text, limit: 9).shown.isEmpty)
  }

  @Test(arguments: [
    "SELECT 'שלום', 'مرحبا'", "'👩‍👩‍👧'", "'🏴󠁧󠁢󠁥󠁮󠁧󠁿' 🇩🇪 👍🏽 ❤️", "'می‌خواهم'", "'ไทย\u{200B}ไทย'", "Jose\u{301}",
    "a\tb\r\n",
    "\u{FEFF}SELECT 1", "Ł 日本語 한국 क्‍ष",
  ])
  func leavesOrdinaryTextAlone(text: String) {
    #expect(DeceptiveText.survey(of: text, limit: 9).shown.isEmpty)
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
