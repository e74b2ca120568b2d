import RunbookDocument
import RunbookModel
import RunbookTestSupport
import Testing

@Suite struct MarkdownTextTests {
  @Test(arguments: [
    ("plain words", "plain words"), ("pinned_stocks", "pinned_stocks"),
    ("_emphasis_", "\\_emphasis\\_"), ("Ⓐ_b_Ⓐ", "Ⓐ\\_b\\_Ⓐ"), ("a|b", "a&#124;b"),
    ("<script>", "&lt;script&gt;"), ("[x](y)", "\\[x\\](y)"), ("# head", "\\# head"),
    ("C# 1 #", "C\\# 1 \\#"), ("- item", "\\- item"), ("1. item", "1\\. item"),
    ("15.18 of it", "15.18 of it"), ("two\r\nlines", "two lines"),
    ("see https://evil.example now", "see `https://evil.example` now"),
    ("ping @all", "ping `@all`"), ("fixes #12, GH-3", "fixes `#12,` `GH-3`"),
    ("a :bomb: at 12:30:45", "a `:bomb:` at 12:30:45"),
    ("m@e.vil|b", "`m@e.vil`&#124;b"), ("`http://e.vil|", "`` `http://e.vil ``&#124;"),
    ("a\u{202E}b\u{1B}\u{61C}", "a\\\\u\\{202e\\}b\u{241B}\\\\u\\{61c\\}"),
    ("\u{10FF00}", "\\\\u\\{10ff00\\}"),
  ])
  func makesProseOfAnything(_ text: String, _ wanted: String) {
    #expect(MarkdownText.prose(text) == wanted)
  }

  /// What stands beside a sign does not hide it.
  @Test(arguments: [
    "\u{301}", "\u{338}", "\u{20D2}", "\u{600}", "\u{6DD}", "\u{110BD}",
  ])
  func findsSignsBesideWhatJoinsThem(_ joiner: String) {
    #expect(MarkdownText.prose("<\(joiner)b>") == "&lt;\(joiner)b&gt;")
    #expect(MarkdownText.prose("\(joiner)|\(joiner)") == "\(joiner)&#124;\(joiner)")
    #expect(MarkdownText.code("a`\(joiner)`b") == "``a`\(joiner)`b``")
    #expect(MarkdownText.fence("```\(joiner)", language: "sql") == "````sql\n```\(joiner)\n````")
    #expect(MarkdownText.quote("a <\(joiner)b") == "`a <\(joiner)b`")
  }

  @Test(arguments: [
    ("a", "`a`"), ("a`b", "``a`b``"), ("`a`", "`` `a` ``"), ("", "(empty)"), ("a\n b", "`a b`"),
    ("a|b", "a&#124;b"),
  ])
  func makesCodeOfAnything(_ text: String, _ wanted: String) {
    #expect(MarkdownText.code(text) == wanted)
  }

  @Test(arguments: [
    ("statement: DROP TABLE \"user\"", "statement: DROP TABLE \"user\""),
    ("expected `status == 200`", "expected `status == 200`"),
    ("a ``b", "```a ``b```"), ("*a* `b`", "`` *a* `b` ``"), ("a `b|c`", "a \\`b&#124;c\\`"),
    ("2. item", "`2. item`"), ("82 rows", "82 rows"), ("see GH-1", "`see GH-1`"),
  ])
  func quotesWhatIsPlainAsItIs(_ text: String, _ wanted: String) {
    #expect(MarkdownText.quote(text) == wanted)
  }

  @Test(arguments: [
    ("Step `a_b` ended", "Step `a_b` ended"), ("- `x`", "\\- `x`"), ("a ` b", "a \\` b"),
    ("`a|b` c", "a&#124;b c"), ("` a` b", "\\` a\\` b"), ("a `` b", "a \\`\\` b"),
  ])
  func setsOffCodeBetweenBackticks(_ text: String, _ wanted: String) {
    #expect(MarkdownText.marked(text) == wanted)
  }

  @Test func fencesWithALongerFenceThanAnyInside() {
    #expect(
      MarkdownText.fence("a\n````\nb\n", language: "sql") == "`````sql\na\n````\nb\n`````")
  }

  /// What would make a link, a mention, an issue or an emoji on GitHub, outside of code.
  static func isLive(_ text: String) -> Bool {
    // Names of emoji are in small letters, as GitHub compares them.
    let live = /@[a-zA-Z0-9]|#[0-9]|[gG][hH]-[0-9]|:\/\/|[wW]{3}\.|:[a-z]+:/
    return text.firstMatch(of: live.matchingSemantics(.unicodeScalar)) != nil
  }

  /// Everything that stands for a value: as a paragraph of its own, between words, in a list, in a cell.
  @Test(.timeLimit(.minutes(15)))
  func aValueIsTextWhereverItStands() throws {
    var blocks: [String] = []
    var wanted: [(tag: String, text: String, seed: UInt64)] = []
    var rows: [(markdown: String, text: String, seed: UInt64)] = []
    Property().each { seed, generator in
      let value = HostileText.text(&generator)
      let line = value.onOneLine
      let forms = [
        (MarkdownText.prose(value), line), (MarkdownText.code(value), line),
        (MarkdownText.quote(value, limit: .max), line), (MarkdownText.marked(value), line),
      ]
      let (markdown, text) = forms[Int(seed % 4)]
      guard !line.isEmpty else { return }
      switch seed / 4 % 4 {
      case 0:
        blocks.append(markdown)
        wanted.append(("p", text, seed))
      case 1:
        blocks.append("before " + markdown + " after")
        wanted.append(("p", "before \(text) after", seed))
      case 2:
        blocks += ["- " + markdown, "<!-- -->"]
        wanted.append(("li", text, seed))
      default: rows.append((markdown, text, seed))
      }
    }
    blocks.append(
      "| a | b |\n| --- | --- |\n" + rows.map { "| \($0.markdown) | b |" }.joined(separator: "\n"))
    for row in rows { wanted += [("td", row.text, row.seed), ("td", "b", row.seed)] }
    let page = try ReadPage(.markdown, blocks).blocks
    let found = page.filter { ["p", "li", "td", "pre"].contains($0.tag) }
    #expect(
      Set(page.map(\.tag)).subtracting(
        ["p", "li", "td", "#comment", "<ul", "<code", "<table", "<thead", "<tbody", "<tr", "<th"])
        == [])
    #expect(found.count == wanted.count)
    for (block, wanted) in zip(found, wanted) {
      // Single backticks set off code in what programs say; no other sign is taken.
      let text = wanted.text.keepingScalars { $0 != "`" }
      guard
        block.tag != wanted.tag || !block.text.keepingScalars(where: { $0 != "`" }).isSame(as: text)
          || Set(block.inside) != Set(block.inside.filter { $0 == "code" })
          || Self.isLive(block.loose)
      else { continue }
      Issue.record("seed \(wanted.seed): \(block) of \(wanted.text.debugDescription)")
      return
    }
  }

  @Test(.timeLimit(.minutes(15)))
  func aListingIsItsText() throws {
    var blocks: [String] = []
    var wanted: [(text: String, seed: UInt64)] = []
    Property().each { seed, generator in
      let value = HostileText.text(&generator)
      blocks.append(MarkdownText.fence(value, language: value))
      wanted.append((value.visible, seed))
    }
    let page = try ReadPage(.markdown, blocks).blocks
    #expect(Set(page.map(\.tag)) == ["pre", "<code"])
    let found = page.filter { $0.tag == "pre" }
    #expect(found.count == wanted.count)
    for (block, wanted) in zip(found, wanted)
    where !block.text.withoutLineEnds.isSame(as: wanted.text.withoutLineEnds)
      || block.inside != ["code"]
    {
      Issue.record("seed \(wanted.seed): \(block) of \(wanted.text.debugDescription)")
      return
    }
  }

  @Test(.timeLimit(.minutes(15)))
  func nothingEndsAComment() throws {
    var blocks: [String] = []
    Property().each { _, generator in
      let value = HostileText.text(&generator)
      let json =
        "{\"a\":\"\(value.keepingScalars { $0.properties.isAlphabetic || "<>-!".unicodeScalars.contains($0) })\"}"
      blocks.append("<!-- runbook-report \(JSONText.inComment(json)) -->")
    }
    let page = try ReadPage(.markdown, ["first"] + blocks).blocks
    #expect(page.count == blocks.count + 1)
    #expect(Set(page.map(\.tag)) == ["p", "#comment"])
  }

  @Test func anAddressIsOneWhateverTheFileIsCalled() throws {
    var blocks: [String] = []
    Property(share: 0.3).each { _, generator in
      let name = HostileText.text(&generator, pieces: 1...6)
      blocks.append("[x](\(LinkAddress.of(fileName: name)))")
    }
    let page = try ReadPage(.markdown, blocks).blocks
    #expect(page.filter { $0.tag == "p" }.count == blocks.count)
    #expect(
      page.filter { $0.tag == "p" }.allSatisfy {
        $0.text == "x" && $0.inside.allSatisfy { $0 == "a" }
      })
  }
}

extension String {
  fileprivate func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }

  fileprivate var withoutLineEnds: String {
    String(String.UnicodeScalarView(unicodeScalars.filter { $0 != "\n" }))
  }
}
