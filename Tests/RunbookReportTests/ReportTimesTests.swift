import RunbookModel
import Testing

@testable import RunbookReport

/// What a report says of gaps and of times that people give.
struct ReportTimesTests {
  private static func journal() -> JournalBuilder {
    var journal = JournalBuilder()
    journal.start(
      [StepRecord("read", "Read", .timeline, "log"), StepRecord("look", "Look", .detection)],
      report: ["summary": "${{ gone }}${{ gone }} and ${{ gone }}"])
    journal.attempt(
      "read",
      timeline: [TimelineRow(at: .at("21:00:00"), text: "DROP", source: "log", isDamage: true)])
    journal.attempt("look", isConfirmed: true)
    return journal
  }

  @Test func aGapIsSaidOnce() throws {
    let text = try IncidentReport(entries: Self.journal().entries).markdown()
    #expect(text.pieces(separatedBy: "undefined: gone").count - 1 == 2)
  }

  @Test(arguments: [
    ("detected", "2025-10-18T20:00:00Z", true), ("detected", "2025-10-18T21:30:00Z", false),
    ("resolved", "2025-10-18T20:00:00Z", true), ("declared", "2025-10-18T20:00:00Z", false),
    ("incident_start", "2030-01-01T00:00:00Z", true),
  ])
  func timesHaveAnOrder(_ field: String, _ time: String, _ isWrong: Bool) throws {
    var journal = Self.journal()
    #expect(try IncidentReport(entries: journal.entries).contradictions == [])
    journal.add(
      .reportEdited(
        ReportEdited(edits: [.init(field: field, operation: .set, text: time)])))
    let found = try IncidentReport(entries: journal.entries).contradictions
    #expect(found.isEmpty == !isWrong, "\(found)")
  }
}
