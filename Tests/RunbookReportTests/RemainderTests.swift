import RunbookModel
import RunbookReport
import Testing

/// What a step left is something to be done.
struct RemainderTests {
  @Test func eachIsAnOpenActionItem() throws {
    var journal = JournalBuilder()
    journal.start(
      [
        StepRecord("look", "Look", .detection), StepRecord("mend", "Mend", .recovery),
        StepRecord("check", "Check", .verification),
      ], report: ["action_items": ["Review the migration"]])
    journal.attempt("look", sql: "SELECT 1", isConfirmed: true)
    journal.attempt(
      "mend", sql: "UPDATE t SET a = 1", effect: .mutating,
      result: [
        "remains": ["t: 5 of the backup's 60 rows were set aside, in a file"],
        "left_to_do": ["t.c: 2 rows have no value"],
      ])
    journal.attempt("check", sql: "SELECT 1")
    let text = try IncidentReport(entries: journal.entries).markdown()
    #expect(
      text.holds("A2") && text.holds("5 of the backup's 60 rows were set aside")
        && text.holds("A3") && text.holds("2 rows have no value"))
    let digest = try #require(ReportDigest(report: text))
    #expect(digest.openActions.map(\.id) == ["A1", "A2", "A3"])
  }

  @Test func saysWhatIsLeft() {
    let one = Remainder(["remains": ["a", "b"], "left_to_do": ["c"]])
    #expect(one.words == "did not come back: a; b; left to do: c")
    #expect(Remainder([one, Remainder(["remains": ["d"]])]).missing == ["a", "b", "d"])
    let many = Remainder(["remains": .list((1...7).map { .string("\($0)") })])
    #expect(many.words == "did not come back: 1; 2; 3; 4; 5; and 2 more")
    #expect(Remainder(["remains": "x", "rows": 1]).words == nil && Remainder(.null).isEmpty)
  }
}
