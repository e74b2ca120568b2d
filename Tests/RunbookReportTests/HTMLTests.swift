import RunbookDocument
import RunbookModel
import Testing

@testable import RunbookReport

@Suite struct HTMLTests {
  @Test func writesTablesWithHeads() {
    let html = HTML.table([ValueMap([("a<b", .int(1)), ("c", .null)]), ValueMap([("c", "<i>")])])
    #expect(html.holds("<th scope=\"col\">a&lt;b</th><th scope=\"col\">c</th>"))
    #expect(html.holds("<tr><td class=\"number\">1</td><td><em>null</em></td></tr>"))
    #expect(html.holds("<tr><td></td><td>&lt;i&gt;</td></tr>"))
  }

  /// An author's text, in which `$V` is a value of the run.
  private func authored(_ text: String, value: String = "<i>*v*</i>") -> AuthoredText {
    var segments: [AuthoredText.Segment] = []
    for (index, words) in text.pieces(separatedBy: "$V", omittingEmptySubsequences: false)
      .enumerated()
    {
      if index > 0 { segments.append(.value(value)) }
      segments.append(.words(String(words)))
    }
    return AuthoredText(segments: segments)
  }

  @Test(arguments: [
    ("a *b* **c** ***d*** ~~e~~ _f_", "<p>a <em>b</em> <strong>c</strong> "),
    ("snake_case_name * alone", "<p>snake_case_name * alone</p>"),
    ("`a*b*` ``c`d``", "<p><code>a*b*</code> <code>c`d</code></p>"),
    ("\\*no\\* \\a", "<p>*no* \\a</p>"),
    ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
    ("a\nb\n\nc", "<p>a\nb</p>\n<p>c</p>"),
    ("# Head", "<p class=\"heading\"><strong>Head</strong></p>"),
    ("---", "<hr>"), ("> quoted\n> more", "<blockquote><p>quoted\nmore</p></blockquote>"),
    ("- a\n- b\n  c", "<ul>\n<li>a</li>\n<li>b\nc</li>\n</ul>"),
    ("1. a\n   - b\n2. c", "<ol>\n<li>a\n<ul>\n<li>b</li>\n</ul></li>\n<li>c</li>\n</ol>"),
    ("text\n- a", "<p>text</p>\n<ul>\n<li>a</li>\n</ul>"),
    ("2025-10-18 - not a list", "<p>2025-10-18 - not a list</p>"),
    ("unclosed **bold and `code", "<p>unclosed **bold and `code</p>"),
  ])
  func readsTheUsualMarkdown(_ text: String, _ wanted: String) {
    let html = AuthoredHTML(authored(text)).blocks
    #expect(html.begins(with: wanted), "\(html)")
  }

  @Test func keepsFencedCodeAsItIs() {
    let html = AuthoredHTML(authored("```python\nif a < b:\n\n    *x*\n```\nafter")).blocks
    #expect(
      html.holds(
        "<code class=\"language-python\">if a &lt; b:\n\n    *x*</code></pre></div>\n<p>after"))
  }

  @Test(arguments: [
    (
      "[a](https://e.org/x?y=1&z)", "<a href=\"https://e.org/x?y=1&amp;z\" rel=\"noreferrer\">a</a>"
    ),
    ("<https://e.org>", "<a href=\"https://e.org\" rel=\"noreferrer\">https://e.org</a>"),
    ("[m](mailto:a@b.c)", "<a href=\"mailto:a@b.c\" rel=\"noreferrer\">m</a>"),
    ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
    ("[x](JaVaScRiPt:alert)", "[x](JaVaScRiPt:alert)"), ("[x](data:text/html,a)", "[x](data:"),
    ("[x]( https://e.org)", "[x]( https"), ("[x](//e.org)", "[x](//e.org)"),
    ("[x](https://e.org/\"onx=)", "[x](https://e.org/&quot;onx=)"),
    ("![i](https://e.org/i.png)", "!<a href=\"https://e.org/i.png\" rel=\"noreferrer\">i</a>"),
  ])
  func followsOnlySafeLinks(_ text: String, _ wanted: String) {
    let html = AuthoredHTML(authored(text)).line
    #expect(html.begins(with: wanted), "\(html)")
  }

  @Test(arguments: [
    ("a $V b", "<p>a &lt;i&gt;*v*&lt;/i&gt; b</p>"),
    ("**$V**", "<p><strong>&lt;i&gt;*v*&lt;/i&gt;</strong></p>"),
    ("`$V`", "<p><code>&lt;i&gt;*v*&lt;/i&gt;</code></p>"),
    ("$V: a", "<p>&lt;i&gt;*v*&lt;/i&gt;: a</p>"),
    ("[l]($V)", "<p>[l](&lt;i&gt;*v*&lt;/i&gt;)</p>"),
    ("\u{100000}$V", "<p>\u{FFFD}&lt;i&gt;*v*&lt;/i&gt;</p>"),
  ])
  func takesAValueForTextWhereverItStands(_ text: String, _ wanted: String) {
    #expect(AuthoredHTML(authored(text)).blocks == wanted)
  }

  @Test(arguments: [
    "# h", "- i", "> q", "```", "1. x", "---", "</p><script>", "**b**", "\u{100000}",
  ])
  func makesNoMarkupOfAValue(_ value: String) {
    let html = AuthoredHTML(authored("$V\n\n$V", value: value)).blocks
    let text = HTMLText.prose(value)
    #expect(html == "<p>\(text)</p>\n<p>\(text)</p>")
  }

  @Test func putsAValueIntoAnAddressOnlyWhereThatIsSafe() {
    let link = authored("[l](https://e.org/$V)", value: "a&b")
    #expect(AuthoredHTML(link).line.begins(with: "<a href=\"https://e.org/a&amp;b\""))
    let script = authored("[l]($V)", value: "javascript:x")
    #expect(AuthoredHTML(script).line == "[l](javascript:x)")
    let broken = authored("[l](https://e.org/$V)", value: "\" onclick=\"x")
    #expect(!AuthoredHTML(broken).line.holds("<a"))
  }

  @Test func saysWhatIsUndefined() {
    let text = AuthoredText(segments: [.words("by "), .undefined("a<b"), .words("!")])
    let html = MarkTexts(todo: "", missing: nil).filled(in: AuthoredHTML(text).blocks)
    #expect(html == "<p>by <strong class=\"todo\">TODO (undefined: a&lt;b)</strong>!</p>")
  }

  @Test func endsOnWhatLiesDeepOrIsLong() {
    let deep = (0..<200).map { String(repeating: "  ", count: $0) + "- x" }.joined(separator: "\n")
    #expect(AuthoredHTML(authored(deep)).blocks.ranges(of: "<ul>").count == 8)
    let quotes = String(repeating: ">", count: 5_000)
    #expect(AuthoredHTML(authored(quotes)).blocks.ranges(of: "<blockquote>").count == 8)
    let marks = String(repeating: "*a [", count: 30_000)
    #expect(!AuthoredHTML(authored(marks)).blocks.holds("<em>"))
  }
}
