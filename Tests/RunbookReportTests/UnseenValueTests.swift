import RunbookModel
import RunbookReport
import RunbookTestSupport
import Testing

/// What an author's text reads of steps that brought nothing is not told as a value.
struct UnseenValueTests {
  private static let report: Value = [
    "impact": "${{ lost }} orders have no customer.",
    "detection": "Found by: ${{ findings.filter(f, findings[f]) }}",
    "data_loss": [
      "lost": "${{ lost == 0 ? 'Nothing was lost.' : 'Orders were lost.' }}",
      "preserved": "${{ seen }} rows",
    ],
    "times": ["incident_start": "${{ lost == 0 ? '2025-10-18T20:00:00Z' : '' }}"],
    "action_items": ["Call ${{ lost }} customers"],
    "root_cause": "Known: ${{ false && lost > 0 ? 'a' : 'b' }}",
  ]

  private static func step(
    _ id: String, _ phase: Phase, captures: [String] = [], fallbacks: Value? = nil
  ) -> StepRecord {
    StepRecord(
      id: StepID(id), title: id, phase: phase, kind: "shell", line: 1, captures: captures,
      fallbacks: fallbacks)
  }

  /// A run whose step `look` came to nothing, so that `count` did not apply.
  private static func journal(_ look: Look) -> JournalBuilder {
    var journal = JournalBuilder()
    journal.start(
      [
        step("look", .timeline),
        step("count", .timeline, captures: ["lost"], fallbacks: ["lost": 0]),
        step("d", .detection, captures: ["seen"]), step("d2", .detection),
      ], report: report)
    var standIns: [StandIn] = []
    switch look {
    case .unable:
      journal.attempt(
        "look", outcome: .failed,
        failure: FailureRecord(cause: .refused, message: "no such program", code: "exit 127"))
      standIns = [StandIn(StepID("look"), .couldNotRun)]
    case .skipped:
      journal.skip("look", .decision, "no time")
      standIns = [StandIn(StepID("look"), .skipped)]
    case .refused:
      journal.attempt(
        "look", outcome: .failed,
        failure: FailureRecord(cause: .refused, message: "no", code: "exit 1"))
    }
    journal.add(
      .stepSkipped(
        StepSkipped(
          step: StepID("count"), cause: .condition, reason: "steps['look'].outcome == 'succeeded'",
          restsOn: standIns)))
    journal.attempt("d", captures: ["seen": 5], isConfirmed: true)
    journal.begin("d2", 1)
    journal.add(
      .attemptFinished(
        AttemptFinished(
          step: StepID("d2"), attempt: 1, outcome: .succeeded, result: [:], isConfirmed: true,
          elapsedMicroseconds: 1, restsOn: standIns)))
    return journal
  }

  enum Look: CaseIterable { case unable, skipped, refused }

  @Test(arguments: Look.allCases) func isToldAsNotKnown(_ look: Look) throws {
    let report = try IncidentReport(entries: Self.journal(look).entries)
    let text = try report.markdown()
    let words = look == .unable ? "could not be carried out" : "was left out"
    let gap = look == .refused ? nil : "not known (rests on 'look', which \(words))"
    #expect(text.holds("\(gap ?? "0") orders have no customer."))
    #expect(text.holds("Nothing was lost.") == (gap == nil))
    #expect(text.holds("Call \(gap ?? "0") customers"))
    #expect(text.holds("2025-10-18 20:00") == (gap == nil))
    // What was seen is told, and what comes to the same without.
    #expect(text.holds("5 rows"))
    #expect(text.holds("Known: b"))
    #expect(text.holds("Found by: d\(gap == nil ? ", d2" : "")\n"))
    #expect(try report.text(as: .json).holds("not known (rests on 'look'") == (gap != nil))
  }
}
