import RunbookModel
import Testing

@Suite("Story time")
struct StoryTimeTests {
  @Test func staysWhereItCanBeReckonedWith() {
    let far = StoryTime(rawValue: .max)
    #expect(far.duration > .seconds(290 * 365 * 86_400))
    #expect(far + far == far)
    #expect(StoryTime(rawValue: .min) + far == .start)
    #expect(StoryTime(.seconds(Int64.max)) <= far)
    #expect(StoryTime(.seconds(Int64.min)) < .start)
    // By ten thousand times the wall's speed, in percent.
    #expect(!far.rawValue.multipliedReportingOverflow(by: 1_000_000).overflow)
  }

  @Test(arguments: [
    (0, "00:00"), (999, "00:00"), (330_000, "05:30"), (3_720_000, "1:02:00"), (-61_000, "-01:01"),
  ])
  func readsAsAClock(_ milliseconds: Int64, _ words: String) {
    #expect(StoryTime(rawValue: milliseconds).description == words)
  }

  @Test func dropsWhatIsBelowAMillisecond() {
    #expect(StoryTime(.microseconds(1999)).rawValue == 1)
    #expect(StoryTime(.seconds(-1)).rawValue == -1000)
  }
}
