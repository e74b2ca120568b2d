import RunbookModel
import RunbookReport
import RunbookTestSupport
import Testing

/// A step is shown as it was carried out, whatever a change made of it since.
struct CarriedOutTests {
  private func runbook(_ steps: [StepRecord]) -> RunbookRecord {
    RunbookRecord(
      name: "example", title: "An example", severity: .high, owner: nil, steps: steps, report: [:],
      folder: "/srv/runbooks/example", fileName: "runbook.yaml", sources: [])
  }

  /// A run whose titles were all changed while it was held, and whose check `look` was carried out again.
  private func journal() -> JournalBuilder {
    var journal = JournalBuilder()
    journal.start([
      StepRecord("look", "Is sesion gone?", .detection), StepRecord("mend", "Insert x", .recovery),
      StepRecord("rows", "At least 0 rows", .verification),
      StepRecord("more", "To come", .verification),
    ])
    journal.attempt("look", sql: "SELECT 1", captures: ["found": 1], isConfirmed: true)
    journal.attempt("mend", sql: "INSERT", effect: .mutating, hasReceipt: true)
    journal.attempt(
      "rows", sql: "SELECT 2", expectations: [.init(expression: "n >= 0", isMet: true)])
    let changed = runbook([
      StepRecord("look", "Is session gone?", .detection),
      StepRecord("mend", "Bring back 3400 rows", .recovery),
      StepRecord("rows", "All 3400 rows are there", .verification),
      StepRecord("more", "Another title", .verification),
    ])
    journal.add(
      .runResumed(
        RunResumed(
          host: "ops1", approvals: [],
          change: PlanChange(
            difference: "d", runbook: changed,
            connections: [ConnectionRecord(name: "db", kind: "postgres", target: "ops@db2/app")],
            planFingerprint: .zero))))
    journal.add(.stepReopened(StepReopened(step: StepID("look"), cause: .changed)))
    journal.attempt("look", 2, sql: "SELECT 3", isConfirmed: false)
    return journal
  }

  @Test func titlesAreThoseOfWhatWasCarriedOut() throws {
    let text = try IncidentReport(entries: journal().entries).markdown()
    #expect(text.holds("Insert x"))
    #expect(!text.holds("3400"))
    #expect(text.holds("At least 0 rows"))
    #expect(text.holds("Finding confirmed by `look`: Is sesion gone?"))
    #expect(text.holds("Checked by `look` and not confirmed: Is session gone?"))
    #expect(text.holds("Another title"))
    #expect(!text.holds("To come"))
  }

  /// The last answer of a check is the one that counts.
  @Test func aFindingThatWasTakenBackIsNone() throws {
    let text = try IncidentReport(entries: journal().entries).text(as: .json)
    #expect(text.holds("what the run had found it did not find when it looked again"))
  }

  @Test func theHeadHasConnectionsThatAChangeBrought() throws {
    let text = try IncidentReport(entries: journal().entries).markdown()
    #expect(text.holds("Connection `db`"))
    #expect(text.holds("Connection `main`"))
  }
}
