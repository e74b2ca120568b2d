import RunbookDrill
import RunbookEngine
import RunbookModel
import Testing

@Suite("A sandbox drill's state")
struct SandboxDrillStateTests {
  private static let drill = """
      injects:
        - {id: call, on: start, text: Come.}
        - {id: talked, on: start, modes: talk, text: Said.}
      expectations:
        - {id: whole, title: Is whole, points: 2, expect: comparison.done && comparison.missing == 0}
        - {id: quick, title: Is quick, points: 3, deadline: 1m, expect: findings.probe}
    """

  private func fixture(recovered: String? = nil) throws -> DrillFixture {
    let line = recovered.map { "\n  recovered: \($0)" } ?? ""
    return try DrillFixture(mode: .sandbox, drill: Self.drill + line)
  }

  private func prepared(_ drill: DrillFixture, brokenAgo seconds: Int64) -> Event {
    let time = drill.now.adding(.seconds(-seconds)) ?? drill.now
    return .sandboxPrepared(
      SandboxPrepared(
        serverVersion: "15",
        steps: [
          PreparationRecord(
            part: .fault, id: StepID("break"), title: "Break", kind: "sql", outcome: .succeeded,
            startedAt: time, finishedAt: time, work: [], result: .map(ValueMap()))
        ], inputs: [], connections: []))
  }

  private func end(_ drill: inout DrillFixture, _ status: RunEnded.Status = .resolved) throws {
    try drill.add(.runEnded(RunEnded(status: status, reason: "r")))
  }

  @Test func storyBeginsWhenItIsBroken() throws {
    var drill = try fixture()
    drill.pass(600)
    #expect(try drill.tell() == [])
    #expect(drill.state.storyTime(at: drill.now) == .start)
    try drill.add(prepared(drill, brokenAgo: 7))
    #expect(drill.state.storyTime(at: drill.now) == StoryTime(.seconds(7)))
    #expect(try drill.tell() == ["call"])
    #expect(drill.state.drill?.inject("talked") == nil)
  }

  @Test func aheadOfTheStoryBringsTheFaultNearer() throws {
    var drill = try fixture()
    try drill.act(.ahead(StoryTime(.seconds(60))))
    try drill.act(.ahead(StoryTime(.seconds(30))))
    #expect(drill.state.broughtForward == StoryTime(.seconds(90)))
    #expect(drill.state.storyTime(at: drill.now) == .start)
    try drill.add(prepared(drill, brokenAgo: 0))
    #expect(drill.state.storyTime(at: drill.now) == .start)
    try drill.act(.ahead(StoryTime(.seconds(60))))
    #expect(drill.state.storyTime(at: drill.now) == StoryTime(.seconds(60)))
  }

  @Test func deadlinesCountFromThere() throws {
    var drill = try fixture()
    drill.pass(600)
    try drill.add(prepared(drill, brokenAgo: 0))
    drill.pass(59)
    try drill.addFinding("probe")
    try end(&drill)
    let result = try #require(
      try DrillScore(entries: drill.entries).results.first { $0.expectation.id == "quick" })
    #expect(result.verdict == .met)
    #expect(result.at == StoryTime(.seconds(59)))
    #expect(DrillTimes(drill.state).detect == StoryTime(.seconds(59)))
  }

  private struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var condition: String?
    var comparison: DrillComparison?
    var status = RunEnded.Status.resolved
    let isRecovered: Bool
  }

  private static let rows: [Row] = [
    Row(
      testDescription: "all is there",
      comparison: DrillComparison(objects: 3, equalObjects: 3, rowsBefore: 5), isRecovered: true),
    Row(testDescription: "not compared", isRecovered: false),
    Row(
      testDescription: "could not be compared", comparison: DrillComparison(trouble: "no"),
      isRecovered: false),
    Row(
      testDescription: "an object is missing",
      comparison: DrillComparison(objects: 3, equalObjects: 2, missing: ["table t"], rowsBefore: 5),
      isRecovered: false),
    Row(
      testDescription: "an object is another",
      comparison: DrillComparison(objects: 3, equalObjects: 2, changed: ["table t"], rowsBefore: 5),
      isRecovered: false),
    Row(
      testDescription: "a column is the last one now",
      comparison: DrillComparison(
        objects: 3, equalObjects: 2, moved: ["column t.c"], rowsBefore: 5),
      isRecovered: false),
    Row(
      testDescription: "columns may stand elsewhere", condition: "comparison.changed == 0",
      comparison: DrillComparison(
        objects: 3, equalObjects: 2, moved: ["column t.c"], rowsBefore: 5),
      isRecovered: true),
    Row(
      testDescription: "a row is lost",
      comparison: DrillComparison(objects: 3, equalObjects: 3, rowsBefore: 5, rowsLost: 1),
      isRecovered: false),
    Row(
      testDescription: "as many may be lost", condition: "comparison.rows_lost <= 1",
      comparison: DrillComparison(objects: 3, equalObjects: 3, rowsBefore: 5, rowsLost: 1),
      isRecovered: true),
    Row(
      testDescription: "more are lost than may", condition: "comparison.rows_lost <= 1",
      comparison: DrillComparison(objects: 3, equalObjects: 3, rowsBefore: 5, rowsLost: 2),
      isRecovered: false),
    Row(
      testDescription: "the run failed",
      comparison: DrillComparison(objects: 3, equalObjects: 3, rowsBefore: 5), status: .failed,
      isRecovered: false),
    Row(
      testDescription: "nothing was confirmed",
      comparison: DrillComparison(objects: 3, equalObjects: 3, rowsBefore: 5),
      status: .notConfirmed, isRecovered: false),
    Row(
      testDescription: "nothing was verified",
      comparison: DrillComparison(objects: 3, equalObjects: 3, rowsBefore: 5), status: .unverified,
      isRecovered: false),
  ]

  @Test(arguments: rows)
  private func isRecoveredByTheComparisonAlone(_ row: Row) throws {
    var drill = try fixture(recovered: row.condition)
    try drill.add(prepared(drill, brokenAgo: 0))
    #expect(DrillRecovery(drill.state) == nil)
    if let comparison = row.comparison { try drill.add(.drill(.compared(comparison))) }
    drill.pass(30)
    try end(&drill, row.status)
    #expect(DrillRecovery(drill.state)?.isRecovered == row.isRecovered)
    let recover = DrillTimes(drill.state).recover
    #expect(recover == (row.isRecovered ? StoryTime(.seconds(30)) : nil))
  }

  /// Counts the points of random sandbox drills once more, by the entries alone.
  @Test(arguments: 1...20)
  func isScoredAsAnIndependentCountSays(_ seed: Int) throws {
    var drill = try fixture()
    drill.pass(Int64(seed * 7 % 90))
    try drill.add(prepared(drill, brokenAgo: 0))
    let brokenAt = drill.now
    drill.pass(Int64(seed * 13 % 120))
    if seed % 3 > 0 { try drill.addFinding("probe") }
    let foundAt = drill.now
    let missing = seed % 4 == 0 ? ["table t"] : []
    if seed % 5 > 0 {
      try drill.add(
        .drill(
          .compared(
            DrillComparison(
              objects: 2, equalObjects: 2 - missing.count, missing: missing, rowsBefore: 1)
          )))
    }
    drill.pass(200)
    try end(&drill)
    let isQuick = seed % 3 > 0 && foundAt.since(brokenAt) <= .seconds(60)
    let isWhole = seed % 5 > 0 && missing.isEmpty
    let points = (isQuick ? 3 : 0) + (isWhole ? 2 : 0)
    #expect(try DrillScore(entries: drill.entries).points == points)
  }
}
