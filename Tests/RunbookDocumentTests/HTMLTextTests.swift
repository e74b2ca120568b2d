import RunbookDocument
import RunbookModel
import RunbookTestSupport
import Testing

@Suite struct HTMLTextTests {
  @Test(arguments: [
    ("plain", "plain"), ("<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;"), ("two\nlines", "two lines"),
    ("a\u{202E}b\u{1B}\u{0}", "a\\u{202e}b\u{241B}\u{2400}"), ("\u{10FF00}", "\\u{10ff00}"),
    ("<\u{338}b>\u{301}", "&lt;\u{338}b&gt;\u{301}"), ("\u{600}<i>", "<bdi>\u{600}&lt;i&gt;</bdi>"),
    ("a\u{FFFE}b\u{85}\u{2028}", "a\\u{fffe}b\\u{85}\\u{2028}"),
  ])
  func makesProseOfAnything(_ text: String, _ wanted: String) {
    #expect(HTMLText.prose(text) == wanted)
  }

  /// A value that runs from right to left reorders nothing beside it.
  @Test(arguments: ["שלום", "a مرحبا 1", "\u{10A00}"])
  func isolatesWhatRunsFromTheRight(_ text: String) {
    #expect(HTMLText.prose(text) == "<bdi>\(text)</bdi>")
    #expect(HTMLText.code(text) == "<code><bdi>\(text)</bdi></code>")
    #expect(HTMLText.quote("a `\(text)` b") == "a <code><bdi>\(text)</bdi></code> b")
    // Where no element may stand there is none.
    #expect(HTMLText.plain(text) == text)
    #expect(!SVG.text(text, x: 0, y: 0, style: "label").holds("<bdi"))
  }

  /// What nobody sees is shown by its number, as on the terminal; a region's flag stays.
  @Test func showsTagsByTheirNumbersAndLeavesFlags() {
    let england = "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}"
    #expect(HTMLText.prose("a\u{E0041}b") == "a\\u{e0041}b")
    #expect(MarkdownText.code("a\u{E0041}b\u{200B}c") == "`a\\u{e0041}b\\u{200b}c`")
    for text in [england, "x\(england)y", "葛\u{E0100}"] {
      #expect(HTMLText.prose(text) == text && MarkdownText.prose(text) == text)
    }
    // Tags that make no flag hide.
    #expect(HTMLText.prose("\u{1F3F4}\u{E0067}x") == "\u{1F3F4}\\u{e0067}x")
  }

  @Test func showsNoMoreOfALineThanAPageHasRoomFor() {
    let long = String(repeating: "a", count: 3_000_000)
    for text in [
      HTMLText.prose(long), HTMLText.code(long), MarkdownText.prose(long), MarkdownText.code(long),
      MarkdownText.marked(long), MarkdownText.fence("x\n" + long, language: "text"),
    ] {
      #expect(text.utf8.count < 21_000)
      #expect(text.holds("20000 of 3000000 characters"))
    }
  }

  @Test(arguments: ["Łukasz", "Jose\u{301}", "שלום עולם", "مرحبا", "👩‍👩‍👧", "🇩🇪", "क्\u{200D}ष"])
  func showsOrdinaryTextAsItIs(_ text: String) {
    #expect(HTMLText.escaped(text).utf8.elementsEqual(text.utf8))
    #expect(MarkdownText.prose(text).utf8.elementsEqual(text.utf8))
  }

  @Test func setsOffCodeInWhatIsQuoted() {
    #expect(
      HTMLText.quote("expected `status < 200`") == "expected <code>status &lt; 200</code>")
    #expect(HTMLText.quote("a ` b") == "a ` b")
    #expect(HTMLText.quote("abcdef", limit: 3) == "abc … (the first 3 of 6 characters)")
  }

  @Test func aValueIsTextInElementsAndAttributes() throws {
    var blocks: [String] = []
    var wanted: [(text: String, seed: UInt64)] = []
    Property().each { seed, generator in
      let value = HostileText.text(&generator)
      blocks.append("<p title=\"\(HTMLText.escaped(value))\">\(HTMLText.escaped(value))</p>")
      wanted.append((value.visible, seed))
    }
    let page = try ReadPage(.html, blocks).blocks
    #expect(page.count == wanted.count)
    for (block, wanted) in zip(page, wanted)
    where block.tag != "p" || !block.inside.isEmpty || block.attributes.count != 1
      || !block.text.utf8.elementsEqual(wanted.text.utf8)
      || block.attributes["title"]?.utf8.elementsEqual(wanted.text.utf8) != true
    {
      Issue.record("seed \(wanted.seed): \(block) of \(wanted.text.debugDescription)")
      return
    }
  }

  @Test func aDrawingIsXMLWhateverItShows() throws {
    var blocks: [String] = []
    var wanted: [(text: String, seed: UInt64)] = []
    Property().each { seed, generator in
      let value = HostileText.text(&generator)
      blocks.append(SVG.text(value, x: 0, y: 0, style: "label"))
      blocks.append(SVG.circle(0, 0, style: "event", title: value))
      wanted += [(value.onOneLine, seed), (value.onOneLine(limit: 160), seed)]
    }
    let page = try ReadPage(.xml, blocks).blocks.filter { $0.tag != "<circle" }
    #expect(page.count == wanted.count)
    for (block, wanted) in zip(page, wanted)
    where !block.inside.isEmpty || !block.text.utf8.elementsEqual(wanted.text.utf8) {
      Issue.record("seed \(wanted.seed): \(block) of \(wanted.text.debugDescription)")
      return
    }
  }

  @Test(arguments: [
    ("https://e.org/a?b=c&d", true), ("HTTP://e.org", true), ("#part", true),
    ("mailto:a@b.c", true), ("http://", false), ("javascript:x", false), ("JaVaScRiPt:x", false),
    ("data:text/html,a", false), ("//e.org", false), ("https://e.org/\"x", false),
    ("https://e.org/ x", false), ("https://e.org/<x", false), ("https://e.org/\u{202E}x", false),
    ("h\u{301}ttp://e.org", false), ("java\nscript:x", false), ("", false),
  ])
  func followsOnlySafeAddresses(_ address: String, _ isSafe: Bool) {
    #expect(LinkAddress.isSafe(address) == isSafe)
  }
}
