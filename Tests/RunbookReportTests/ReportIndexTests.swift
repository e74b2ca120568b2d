import RunbookModel
import RunbookReport
import Testing

struct ReportIndexTests {
  private func report(sandbox: Bool, title: String = "Authentication tables dropped") throws
    -> String
  {
    var journal = JournalBuilder()
    journal.start(
      Incident.steps, report: Incident.report, title: title, isSandbox: sandbox)
    Incident.timeline(&journal)
    Incident.detection(&journal)
    Incident.recovery(&journal)
    Incident.verification(&journal)
    journal.add(.runEnded(RunEnded(status: .resolved, reason: "every verification step passed")))
    journal.add(
      .reportEdited(
        ReportEdited(edits: [.init(field: "action.A1.status", operation: .set, text: "done")])))
    return try IncidentReport(entries: journal.entries).markdown()
  }

  @Test func readsWhatAReportSaysOfItself() throws {
    let digest = try #require(
      ReportDigest(report: try report(sandbox: true, title: "a --> b -- <c>")))
    #expect(digest.title == "a --> b -- <c>")
    #expect(digest.status == "resolved")
    #expect(digest.severity == "critical")
    #expect(digest.rehearsal == "sandbox")
    #expect(digest.startedAt == .at("22:01:40"))
    #expect(digest.openActions.map(\.id) == ["A2"])
    #expect(ReportDigest(report: "# A text\n<!-- runbook-report {} -->") == nil)
    #expect(ReportDigest(report: "<!-- runbook-report {\"run\": -->") == nil)
  }

  /// The words of an author's Markdown, and not its marks.
  @Test func showsNoMarkdownAsItsSource() throws {
    var journal = JournalBuilder()
    journal.start(
      Incident.steps,
      report: ["action_items": ["**Mend** `it` by [this](https://e.org/x), *soon*\n\n- a|b <i>"]])
    Incident.timeline(&journal)
    Incident.detection(&journal)
    let text = try IncidentReport(entries: journal.entries).markdown()
    let index = ReportIndex([
      .init(fileName: "a.md", digest: try #require(ReportDigest(report: text)))
    ]).markdown
    #expect(index.holds("| Mend it by this, soon a&#124;b &lt;i&gt; |"), "\(index)")
  }

  @Test func listsIncidentsApartFromRehearsals() throws {
    let items = try [("b c.md", false), ("a.md", true)].map { name, sandbox in
      ReportIndex.Item(
        fileName: name, digest: try #require(ReportDigest(report: try report(sandbox: sandbox))))
    }
    try expectGolden(ReportIndex(items).markdown, "index.md")
    #expect(ReportIndex([]).markdown.holds("## Incidents\n\nNone.\n"))
  }
}
