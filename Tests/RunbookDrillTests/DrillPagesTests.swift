import RunbookDrill
import RunbookModel
import RunbookTestSupport
import Testing

/// What a drill prints, held against files under `Golden/`.
@Suite("A drill's pages")
struct DrillPagesTests {
  @Test func handoutGivesNothingAway() throws {
    let drill = try #require(try DrillFixture.runbook().drill)
    let handout = DrillBook(drill).handout
    for secret in drill.injects.flatMap({
      [$0.text, $0.expected ?? "–", $0.notes ?? "–"] + $0.hints
    })
    where secret != "–" {
      #expect(!handout.holds(secret))
    }
    for expectation in drill.expectations { #expect(!handout.holds(expectation.title)) }
    try Golden.check(handout, "handout.md")
  }

  /// An author's words are their Markdown, and no HTML that could hide what follows.
  @Test func anAuthorsWordsHideNothingInPrint() throws {
    let words = "<!-- a *b* <script>x</script>\n```\nopen"
    let inject = Inject(
      id: "one", place: Place(file: "f", line: 1, column: 1), title: words, trigger: .hand,
      sender: words, channel: words, text: words, expected: words, hints: [words], notes: words)
    let page = DrillBook.participantsPage(inject).joined(separator: "\n\n") + "\n\nend"
    let blocks = try ReadPage(.markdown, [page]).blocks
    #expect(blocks.last?.text.holds("end") == true)
    #expect(!blocks.contains { $0.tag == "#comment" || $0.tag == "<script" })
    #expect(blocks.contains { $0.tag == "<em" })
  }

  @Test func bookHasEverything() throws {
    let drill = try #require(try DrillFixture.runbook().drill)
    try Golden.check(DrillBook(drill).facilitator, "facilitator.md")
  }

  @Test func reportsWhatHappened() throws {
    var drill = try DrillFixture()
    try drill.tell()
    drill.pass(65)
    try drill.act(.answer(subject: nil, participant: "Ada", text: "restore"))
    try drill.act(.hint("alert"))
    try drill.act(.answer(subject: "alert", participant: "Grace", text: "look"))
    try drill.tell()
    try drill.act(.decide(participant: "Ada", text: "No restore | yet"))
    try drill.act(.pause("coffee"))
    drill.pass(900)
    try drill.act(.goOn)
    try drill.act(.next("boss"))
    try drill.act(.end("enough"))
    try drill.act(.judge("spoke", isMet: true, reason: "Ada did"))
    try drill.act(.answer(subject: "better", participant: nil, text: "Look sooner"))
    let report = try AfterActionReport(entries: drill.entries)
    try Golden.check(try report.markdown(), "after-action.md")
    try Golden.check(try report.text(as: .html), "after-action.html")
    #expect(report.suggestedFileName.begins(with: "DRILL-"))
  }

  @Test func reportsInTheMiddleOfADrill() throws {
    var drill = try DrillFixture()
    try drill.tell()
    let text = try AfterActionReport(entries: drill.entries).markdown()
    #expect(text.holds("going on: this report is not final"))
    #expect(text.holds("4 are not judged yet"))
  }

  @Test func participantsSeeNoHintBeforeItIsGiven() throws {
    var drill = try DrillFixture()
    try drill.tell()
    var lines: [String] = []
    for entry in drill.entries {
      lines += ParticipantsView.lines(of: entry, drill.state)
    }
    let text = lines.joined(separator: "\n")
    #expect(text.holds("Sign-ins fail."))
    for hidden in ["Which tables are there?", "Look at the catalogue", "Do not say", "late"] {
      #expect(!text.holds(hidden))
    }
  }
}
