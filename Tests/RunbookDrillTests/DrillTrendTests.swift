import RunbookDrill
import RunbookEngine
import RunbookModel
import Testing

/// How drills went over time, and how long steps usually take.
@Suite("Trends")
struct DrillTrendTests {
  private func item(
    _ entries: [Entry], _ run: String, day: Int64, counts: Bool = true
  ) throws -> DrillTrend.Item {
    DrillTrend.Item(
      run: RunID(rawValue: run), runbook: "tables-gone",
      startedAt: try #require(Timestamp(seconds: 1_760_000_000 + day * 86_400)),
      manner: counts ? "sandbox" : "check", counts: counts,
      score: try DrillScore(entries: entries),
      times: DrillTimes(try DrillState(replaying: entries)))
  }

  @Test func showsScoreAndTimesOverTheirDates() async throws {
    let whole = try await SandboxDrillFixture().entries
    let begun = try await SandboxDrillFixture(onlyBegun: ()).entries
    let html = try DrillTrend(
      [
        try item(begun, "20251009-100000-aaa", day: 0),
        try item(whole, "20251029-100000-bbb", day: 20),
        try item(whole, "20251030-100000-ccc", day: 21, counts: false),
        try item(whole, "20251208-100000-ddd", day: 60),
      ], of: "tables-gone"
    ).html()
    try Golden.check(html, "drill-history.html")
    #expect(html.ranges(of: "<svg class=\"trend\"").count == 3)
    // Three drills have a score, two of them times, and the check is in the table alone.
    #expect(html.ranges(of: "<circle").count == 7)
    #expect(html.holds("<strong>DRILL</strong>") && !html.holds("<script"))
  }

  @Test func saysThatThereIsNone() throws {
    #expect(try DrillTrend([], of: nil).html().holds("No drill was held yet."))
    let unknown = try DrillTrend([], of: nil, unread: 2).html()
    #expect(!unknown.holds("No drill was held yet.") && unknown.holds("2 runs"))
  }

  @Test(
    arguments: [
      ([4], 4), ([1, 9, 4], 4), ([8, 2], 5), ([.max, .max - 2], .max - 1),
    ] as [([Int64], Int64)])
  func usualIsTheMedian(_ lengths: [Int64], _ median: Int64) {
    var usual = UsualDurations()
    for length in lengths { usual.take(length, of: StepID(rawValue: "a")) }
    #expect(usual.duration(of: StepID(rawValue: "a")) == .microseconds(median))
    #expect(usual.duration(of: StepID(rawValue: "b")) == nil)
  }
}
