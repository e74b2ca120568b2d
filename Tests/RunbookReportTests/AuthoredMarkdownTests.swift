import RunbookDocument
import RunbookTestSupport
import Testing

@testable import RunbookReport

/// An author's Markdown with the run's values in it.
@Suite struct AuthoredMarkdownTests {
  /// An author's text, in which `$V` is a value of the run.
  private func authored(_ text: String, _ value: String) -> AuthoredMarkdown {
    var segments: [AuthoredText.Segment] = []
    for (index, words) in text.split(separator: "$V", omittingEmptySubsequences: false).enumerated()
    {
      if index > 0 { segments.append(.value(value)) }
      segments.append(.words(String(words)))
    }
    return AuthoredMarkdown(AuthoredText(segments: segments))
  }

  @Test(arguments: [
    ("a $V b", "*v*", "a \\*v\\* b"), ("**$V**", "<b>", "**&lt;b&gt;**"),
    ("`x $V`", "a`b", "``x a`b``"), ("`a`$V", "http://x", "`ahttp://x`"),
    ("~~~\n$V\n~~~", "~~~\n<b>", "```\n~~~\n<b>\n```"),
    ("```sql\n$V", "```", "````sql\n```\n````"),
    ("- a\n  ```\n  $V\n  ```\n- b", "x\ny", "- a\n  ```\n  x\n  y\n  ```\n- b"),
    ("> $V\n> b", "x", "> x\n> b"), ("1. $V\n2. b", "x", "1. x\n2. b"),
    ("$V. a", "1", "1\\. a"), ("1$V", ". a", "1\\. a"), ("a\n$V", "===", "a\n\\==="),
    ("a\n$V", " ===", "a\n \\==="), ("a\n$V", "\n+ x", "a\n \\+ x"),
    ("a\n$V", "\t1. x", "a\n 1\\. x"), ("- $V", " - [x] y", "-  \\- \\[x\\] y"),
    ("C:\\$V", "*x*", "C:\\\\\\*x\\*"), ("<b title=\"$V\">", "\"", "&lt;b title=\"\"\">"),
    ("http:$V", "//x", "`http://x`"), ("http://$V/a", "h", "`http://h/a`"), ("#$V", "1", "`#1`"),
    ("a ` $V", "`<b>`", "a \\` \\`&lt;b&gt;\\`"),
    ("[l]($V)", "javascript:x", "\\[l\\](javascript:x)"),
    ("[l](https://e.org/$V)", "a)b|", "[l](https://e.org/a\\)b%7C)"),
    ("**$V**", "", ""), ("*$V*", " x", " *x*"), ("a\n- $V", "", "a\n- (empty)"),
    ("-$V-$V-", "", "\\---"), ("#$V# a", "", "\\## a"),
    ("[l]: $V", "https://x", "\\[l\\]: `https://x`"), ("&$V", "lt;", "&amp;lt;"),
    ("see [ref]$V end", "(//e.org)", "see \\[ref\\](//e.org) end"),
    ("![i]$V", "(//e.org)", "!\\[i\\](//e.org)"), ("[r]$V", ": //e.org", "\\[r\\]: //e.org"),
    ("$V[d](https://e.org/p)", "wow!", "wow\\![d](https://e.org/p)"),
    ("![d](https://e.org/$V)", "p", "\\![d](https://e.org/p)"),
    ("- [$V] y", "x", "- \\[x\\] y"), ("a | b\n--- | $V", ":-", "a \\| b\n--- \\| :-"),
    ("@$V", "all", "`@all`"),
    ("see https://e.org/q?a=$V", "a*b_c", "see `https://e.org/q?a=a*b_c`"),
  ])
  func putsAValueInAsText(_ text: String, _ value: String, _ wanted: String) {
    #expect(authored(text, value).blocks == wanted)
  }

  /// What is drawn together on a line is no fence any more.
  @Test(arguments: ["~~~\n$V\n~~~", "```\n$V\n```", "~~~~ text\n$V"])
  func makesCodeOfAFenceOnOneLine(_ text: String) {
    let value = "<img src=x onerror=y> ~~~ www.evil.example"
    #expect(authored(text, value).headline() == "`\(value)`")
    #expect(authored(text, value + " a|b").headline(isCell: true) == "`\(value) a`&#124;`b`")
    #expect(authored(text, value).line() == "`\(value)`")
  }

  @Test(arguments: [
    "a `d` [e](f) ~~~", "- a\n  - b\n\n  c\n1. d", "| a | b |\n| --- | --- |\n| c | d |",
    "    indented", "text\n***\ntext", "# Head\n> quote",
  ])
  func leavesWhatHoldsNoValueAsItIs(_ text: String) {
    #expect(authored(text, "").blocks == text)
  }

  /// HTML is text, as in a report's HTML: what is begun and not ended would hide the rest.
  @Test(arguments: [
    ("a <b>c</b>", "a &lt;b>c&lt;/b>"), ("x\n\n<!-- never closed", "x\n\n&lt;!-- never closed"),
    ("a <https://e.org>", "a <https://e.org>"), ("`a < b`", "`a < b`"),
  ])
  func writesHTMLAsText(_ text: String, _ wanted: String) {
    #expect(authored(text, "").blocks == wanted)
  }

  @Test func closesAFenceThatIsOpen() {
    #expect(authored("a\n```sql\nSELECT 1", "").blocks == "a\n```sql\nSELECT 1\n```")
  }

  private static let frames = [
    "$V", "a $V b", "**$V**", "_$V_", "`$V`", "`` $V ``", "$V$V", "x$V", "$V: y", "1$V",
    "- $V", "- a\n- $V\n", "1. $V", "> $V", "~~~\n$V\n~~~", "```\n$V\n```", "- a\n  ```\n  $V\n",
    "[l]($V)", "[l](https://e.org/$V)", "[$V](https://e.org)", "<$V>", "<a href=\"$V\">", "\\$V",
    "http:$V", "&$V", "a ` $V", "a `` b ` $V ``", "[`](x)` $V", "# $V", "a\n$V", "!$V", "[r]: $V",
    "| a |\n| --- |\n| $V |", "`a`$V`b`",
  ]

  /// Elements that the author's own frames make.
  private static let own: Set<String> = [
    "p", "li", "pre", "td", "<ul", "<ol", "<blockquote", "<strong", "<em", "<code", "<a", "<h1",
    "<table", "<thead", "<tbody", "<tr", "<th",
  ]

  @Test(.timeLimit(.minutes(15)))
  func noValueIsMarkup() throws {
    var blocks: [String] = []
    var frames: [(frame: String, value: String, seed: UInt64)] = []
    Property().each { seed, generator in
      let value = HostileText.text(&generator)
      let frame = Self.frames[Int(seed % UInt64(Self.frames.count))]
      let text = authored(frame, value)
      let markdown = seed % 3 == 0 ? text.headline() : text.blocks
      blocks += [markdown, "<!-- -->", "### end\(seed)", "<!-- -->"]
      frames.append((frame, value, seed))
    }
    let page = try ReadPage(.markdown, blocks).blocks
    var number = 0
    for block in page {
      if block.tag == "<h3" {
        number += 1
        continue
      }
      guard frames.indices.contains(number) else { break }
      let (frame, value, seed) = frames[number]
      let isOwn = Self.own.union(["#comment"]).contains(block.tag)
      // An author's link may lead to a value's address, but not everywhere.
      let address = block.attributes["href"] ?? ""
      let isAuthors = frame.contains("](") || frame.contains("<$V>")
      let isLinked =
        block.tag != "<a"
        || isAuthors && ["http://", "https://", "mailto:", "#"].contains { address.hasPrefix($0) }
      guard !isOwn || !isLinked else { continue }
      Issue.record(
        "seed \(seed): <\(block.tag) in \(frame.debugDescription) of \(value.debugDescription)")
      return
    }
    #expect(number == frames.count)
  }
}
