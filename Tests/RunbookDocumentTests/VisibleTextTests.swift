import RunbookDocument
import RunbookModel
import RunbookTestSupport
import Testing

/// What a page shows of what nobody sees.
@Suite struct VisibleTextTests {
  @Test(
    arguments: [
      ("user\u{2800}", #"user\u{2800}"#), ("a\u{1BCA0}b", #"a\u{1bca0}b"#),
      ("a\u{34F}", #"a\u{34f}"#),
      ("\u{17B4}\u{17B5}", #"\u{17b4}\u{17b5}"#), ("a\u{1D173}", #"a\u{1d173}"#),
      ("a\u{E0100}", #"a\u{e0100}"#), ("a\u{E0041}", #"a\u{e0041}"#), ("a\u{FE0F}", #"a\u{fe0f}"#),
      ("\u{3164}\u{115F}\u{FFA0}", #"\u{3164}\u{115f}\u{ffa0}"#), ("a\u{200D}b", #"a\u{200d}b"#),
      ("é\u{200C}", #"é\u{200c}"#), ("a\u{180B}", #"a\u{180b}"#),
      ("a\u{2028}b\u{85}", #"a\u{2028}b\u{85}"#), ("a\u{1B}\u{9}b\r\n", "a\u{241B}\tb\n"),
    ] as [(String, String)])
  func showsWhatIsHidden(text: String, shown: String) {
    #expect(text.visible.isIdentical(to: shown))
    let value = Value.string(text).json
    let comment = JSONText.inComment(value)
    #expect(DeceptiveText.survey(of: comment, limit: 1).shown.isEmpty, "\(comment)")
    #expect((try? Value(json: comment))?.stringValue?.isIdentical(to: text) == true)
  }

  @Test(arguments: [
    "👩‍👩‍👧", "❤️‍🔥", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "می‌خواهم", "क्‍ष", "葛\u{E0100}", "Jose\u{301}", "e\u{301}\u{323}",
    "שלום مرحبا",
    "ไทย\u{200B}ไทย", "⠓⠀⠺", "\u{0600}١٢", "日本\u{3000}語", "5\u{A0}km", "a\tb\nc",
  ])
  func leavesOrdinaryTextAsItIs(text: String) {
    #expect(text.visible.isIdentical(to: text))
  }

  @Test func showsInCodeWhatIsNoBlankToAProgram() {
    let text = "a\u{A0}b\u{3000}c\td"
    #expect(text.visible(for: .program).isIdentical(to: #"a\u{a0}b\u{3000}c"# + "\td"))
    #expect(MarkdownText.fence(text, language: "sql", for: .program).holds(#"a\u{a0}b"#))
    #expect(HTMLText.escaped(text, for: .program).holds(#"a\u{a0}b"#))
    #expect(MarkdownText.fence(text, language: "text").holds("a\u{A0}b"))
  }

  @Test func hidesNothingOfAnyText() {
    let failure = Property().firstFailure { generator in
      let text = HostileText.text(&generator)
      let left = DeceptiveText.survey(of: text.visible, limit: 1).shown
      return left.isEmpty ? nil : "\(left[0].description) in \(text.debugDescription)"
    }
    #expect(failure == nil)
  }
}
