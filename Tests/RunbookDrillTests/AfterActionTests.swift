import RunbookDrill
import RunbookEngine
import RunbookModel
import Testing

/// The report of a drill whose steps were carried out, held against files under `Golden/`.
@Suite("After-action reports")
struct AfterActionTests {
  @Test func reportsASandboxDrill() async throws {
    let report = try AfterActionReport(entries: try await SandboxDrillFixture().entries)
    try Golden.check(try report.markdown(), "sandbox-after-action.md")
    try Golden.check(try report.text(as: .html), "sandbox-after-action.html")
    try Golden.check(try report.text(as: .json), "sandbox-after-action.json")
  }

  @Test func isMarkedAsADrillAndAsksForNothing() async throws {
    let html = try AfterActionReport(entries: try await SandboxDrillFixture().entries)
      .text(as: .html)
    #expect(html.holds("<p class=\"rehearsal\" role=\"note\"><strong>DRILL</strong>"))
    #expect(html.holds("content: \"DRILL - DRILL - DRILL\""))
    #expect(html.holds("default-src 'none'"))
    for other in ["<script", "src=", "@import", "url(http", "href=\"http", "{{"] {
      #expect(!html.holds(other), "\(other)")
    }
  }

  @Test func nothingThatWasWrittenBecomesMarkup() async throws {
    var drill = try await SandboxDrillFixture(onlyBegun: ())
    let text = "<script>alert('`x`')</script> a `b` \u{202E}c \u{1B}[31m & |"
    try await drill.add(
      .drill(
        .answerGiven(
          DrillAnswer(subject: "alert", participant: "<i>", choice: nil, text: text))))
    let report = try AfterActionReport(entries: drill.entries)
    let html = try report.text(as: .html)
    #expect(html.holds("&lt;script&gt;alert(&#39;<code>x</code>&#39;)&lt;/script&gt; a"))
    #expect(html.holds("<code>b</code> \\u{202e}c \u{241B}[31m &amp; |"))
    #expect(!html.holds("<script") && !html.holds("<i>") && !html.holds("<b>"))
    let markdown = try report.markdown()
    #expect(!markdown.holds(" <script") && markdown.holds("&lt;script&gt;"))
  }

  /// Backslashes of the text's own do not undo those of the page.
  @Test(arguments: [
    (#"\<img src=x>"#, #"\\&lt;img src=x&gt;"#), (#"a \| b"#, #"a \\&#124; b"#),
    ("![p](http://x)", "`![p](http://x)`"), ("[c](javascript:x)", #"\[c\](javascript:x)"#),
    ("*a* ` &lt;", #"\*a\* \` &amp;lt;"#), (#"`a\|b`"#, #"a\\&#124;b"#),
    ("`a_b` c_d", "`a_b` c_d"), ("<\u{338}b>", "&lt;\u{338}b&gt;"), ("ping @ops", "ping `@ops`"),
  ])
  func whatWasWrittenIsShownAsItIs(_ text: String, _ shown: String) async throws {
    var drill = try await SandboxDrillFixture(onlyBegun: ())
    try await drill.add(.drill(.decisionMade(DrillWord(text))))
    let markdown = try AfterActionReport(entries: drill.entries).markdown()
    #expect(markdown.holds(shown + " |"), "\(markdown)")
  }

  @Test(arguments: DrillReportFormat.allCases)
  func canBeMadeAfterEveryEntry(_ format: DrillReportFormat) async throws {
    let entries = try await SandboxDrillFixture().entries
    for count in 2...entries.count {
      let text = try AfterActionReport(entries: Array(entries.prefix(count))).text(as: format)
      #expect(text.holds("DRILL") || format == .json)
    }
  }

  @Test func namesTheLinesThatWereWeak() async throws {
    let text = try AfterActionReport(entries: try await SandboxDrillFixture().entries)
      .markdown()
    for line in [
      "`tables-gone.yaml:5` step `restore`: took 2 attempts; before the last one: the backup is "
        + "`locked`",
      "`tables-gone.yaml:5` step `restore`: its gate `recovery` waited 1 min 35 s for a decision",
      "`tables-gone.yaml:5` step `restore`: held the run for 1 min 1 s: the step failed",
      "`tables-gone.yaml:5` step `restore`: took 2 min 10 s (attempt 2)",
      "`tables-gone.yaml:6` step `grant`: people waited 45 s before it, after `restore` had ended",
    ] { #expect(text.holds(line), "\(line)") }
    for step in ["probe", "check"] { #expect(!text.holds("step `\(step)`: ")) }
  }

  @Test func countsApprovalsOfThoseWhoWereNotListed() async throws {
    let text = try AfterActionReport(entries: try await SandboxDrillFixture().entries)
      .markdown()
    #expect(text.holds("- Ada: lead; 1 answer, 0 decisions, 1 approval"))
  }

  @Test func foldsWhatDoesNotApplyIntoOneRow() async throws {
    var drill = try await SandboxDrillFixture(onlyBegun: ())
    for step in ["probe", "restore"] { try await drill.skip(step, .condition) }
    try await drill.skip("grant", .decision)
    try await drill.skip("check", .condition)
    let rows = DrillTimeline(entries: drill.entries).rows.suffix(3).map(\.what)
    #expect(
      rows == [
        "2 steps were skipped: `probe`, `restore`", "Step `grant` was skipped: because",
        "Step `check` was skipped",
      ])
  }
}
