import RunbookModel
import RunbookTestSupport
import Testing

struct TerminalTextTests {
  @Test func nothingOfAValueSteersTheTerminal() {
    let failure = Property().firstFailure { generator in
      let text = HostileText.text(&generator)
      let inline = TerminalText.inline(text)
      guard TerminalReader.violations(in: inline).isEmpty, !inline.utf8.contains(0x0A) else {
        return "inline \(text.debugDescription)"
      }
      guard TerminalReader.violations(in: TerminalText.block(text)).isEmpty else {
        return "block \(text.debugDescription)"
      }
      let json = Value.string(text).json
      let shown = TerminalText.json(json)
      guard TerminalReader.violations(in: shown).isEmpty else { return "JSON \(json)" }
      guard let again = try? Value(json: shown), again.stringValue?.isIdentical(to: text) == true
      else { return "JSON means something else: \(shown)" }
      return nil
    }
    #expect(failure == nil)
  }

  @Test(
    arguments: HostileText.ordinary + ["e\u{301}", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👍🏽", "ข้าว", "ไทย\u{200B}ไทย", "क्\u{200D}ष"])
  func leavesOrdinaryTextAsItIs(text: String) {
    #expect(TerminalText.inline(text).isIdentical(to: text))
    #expect(TerminalText.block(text).isIdentical(to: text))
  }

  @Test func showsWhatItDoesNotObey() {
    #expect(TerminalText.inline("a\u{1B}[2Jb") == #"a\u{1b}[2Jb"#)
    #expect(TerminalText.inline("a\u{202E}b\nc\r\nd\n") == #"a\u{202e}b↵ c↵ d↵"#)
    #expect(TerminalText.block("a\r\nb\r\u{9B}c\td") == "a\nb\\u{d}\\u{9b}c    d")
    #expect(TerminalText.inline("x\u{E0041}\u{1F3F4}\u{E0041}") == "x\\u{e0041}🏴\\u{e0041}")
  }

  @Test func keepsStylesApartFromValues() {
    let value = "\u{1B}[31mred\nResolved"
    let text: StyledText = "Run \(value, .bold)\n\(block: value)"
    #expect(text.plain == "Run \\u{1b}[31mred↵ Resolved\n\\u{1b}[31mred\nResolved")
    #expect(text.spans.count { $0.style == .bold } == 1)
    #expect(text.styled(.dim).spans.allSatisfy { $0.style != nil })
  }

  /// Whatever looks like a blank, of a text in any form.
  @Test func nothingThatLooksLikeABlankIsLeftInCode() {
    let blanks = (0x80...0x10FFFF).compactMap(Unicode.Scalar.init).filter {
      $0.properties.generalCategory == .spaceSeparator
    }
    #expect(blanks.count == 16)
    let failure = Property().firstFailure { generator in
      var text = HostileText.text(&generator)
      text.unicodeScalars.append(generator.one(of: blanks))
      text += HostileText.text(&generator)
      let styled: StyledText = "a \(text, .bold) b\n\(block: text)"
      let left = styled.asCode.plain.unicodeScalars.first { blanks.contains($0) }
      return left.map { "U+\(String($0.value, radix: 16)) of \(text.debugDescription)" }
    }
    #expect(failure == nil)
  }

  @Test(arguments: [
    ("abc", 3), ("日本", 4), ("e\u{301}", 1), ("👩‍👩‍👧", 2), ("🇩🇪", 2), ("한국", 4), ("👍🏽", 2), ("✔", 1),
    ("שלום", 4),
  ])
  func countsCells(text: String, width: Int) { #expect(DisplayWidth.of(text) == width) }
}
