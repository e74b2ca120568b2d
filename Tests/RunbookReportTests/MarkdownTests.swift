import Testing

@testable import RunbookReport

@Suite struct MarkdownTests {
  @Test(arguments: [
    ("plain words", "plain words"),
    ("pinned_stocks", "pinned_stocks"),
    ("_emphasis_", "\\_emphasis\\_"),
    ("a|b", "a&#124;b"),
    ("<script>", "&lt;script&gt;"),
    ("[x](y)", "\\[x\\](y)"),
    ("# head", "\\# head"), ("C# 1 #", "C\\# 1 \\#"),
    ("- item", "\\- item"),
    ("1. item", "1\\. item"),
    ("15.18 of it", "15.18 of it"),
    ("two\nlines", "two lines"),
    ("see https://evil.example now", "see `https://evil.example` now"),
    ("ping @all", "ping `@all`"),
    ("a\u{202E}b\u{1B}", "a\u{FFFD}b\u{241B}"),
    ("\u{10FF00}", "\u{FFFD}"),
  ])
  func makesProseOfAnything(_ text: String, _ wanted: String) {
    #expect(Markdown.prose(text) == wanted)
  }

  @Test(arguments: [
    ("a", "`a`"), ("a`b", "``a`b``"), ("`a`", "`` `a` ``"), ("", "(empty)"), ("a\n b", "`a b`"),
    ("a|b", "a&#124;b"),
  ])
  func makesCodeOfAnything(_ text: String, _ wanted: String) {
    #expect(Markdown.code(text) == wanted)
  }

  @Test(arguments: [
    ("statement: DROP TABLE \"user\"", "statement: DROP TABLE \"user\""),
    ("expected `status == 200`", "expected `status == 200`"),
    ("a ``b", "```a ``b```"), ("*a* `b`", "`` *a* `b` ``"), ("a `b|c`", "a \\`b&#124;c\\`"),
    ("2. item", "`2. item`"), ("82 rows", "82 rows"),
  ])
  func quotesWhatIsPlainAsItIs(_ text: String, _ wanted: String) {
    #expect(Markdown.quote(text) == wanted)
  }

  @Test func fencesWithALongerFenceThanAnyInside() {
    #expect(Markdown.fence("a\n````\nb\n", language: "sql") == "`````sql\na\n````\nb\n`````")
  }

  @Test(arguments: [
    ("a", AuthoredPlace.prose), ("`a", .span), ("`a` b", .prose), ("``a", .span),
    ("`a\n\nb", .prose), ("```sql\na", .fence("```")), ("```sql\na\n```\n", .prose),
    ("~~~\na", .fence("~~~")),
  ])
  func knowsWhereAValueStands(_ text: String, _ wanted: AuthoredPlace) {
    #expect(AuthoredPlace(after: text) == wanted)
  }

  @Test func tidiesOutsideOfFencesOnly() {
    let text = "a  \n\n\n\nb\n```sql\nx  \n\n\ny\n```\n\n\n"
    #expect(Markdown().tidied(text) == "a\n\nb\n```sql\nx  \n\n\ny\n```\n")
  }

  @Test func takesACodeSpanAtTheStartOfALineForNoFence() {
    let text = "``` a` ```\n\n\nb"
    #expect(Markdown().tidied(text) == "``` a` ```\n\nb\n")
  }

  @Test(arguments: [
    ("m@e.vil|", "m`@`e.vil&#124;"), ("http://e.vil|", "http&#58;//e.vil&#124;"),
    ("www.e.vil|", "www\\.e.vil&#124;"),
  ])
  func breaksLinksThatCodeCannotHold(_ text: String, _ wanted: String) {
    #expect(Markdown.prose(text) == wanted)
  }

  @Test func countsWhatNobodyFilled() {
    let text = "\(Mark.todoCount): \(Mark.todo) \(Mark.missing) \(Mark.counted)TODO"
    let todo = Markdown().todo(owner: "ops")
    #expect(
      MarkTexts(todo: todo, missing: nil).filled(in: text)
        == "3: TODO (owner: ops) TODO (owner: ops) TODO")
    #expect(MarkTexts(todo: "T", missing: "n/a").filled(in: text) == "2: T n/a TODO")
  }

  @Test(arguments: [
    (Duration.zero, "0 s"), (.microseconds(90), "under 1 ms"), (.milliseconds(12), "12 ms"),
    (.milliseconds(4_250), "4.2 s"), (.seconds(125), "2 min 5 s"), (.seconds(3_780), "1 h 3 min"),
    (.seconds(-380), "-6 min 20 s"),
  ])
  func writesDurations(_ duration: Duration, _ wanted: String) {
    #expect(duration.reportText == wanted)
  }
}
