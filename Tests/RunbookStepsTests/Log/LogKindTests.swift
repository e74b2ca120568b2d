import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookSteps

@Suite struct LogKindTests {
  private func read(
    _ log: String, _ format: String, _ more: KeyValuePairs<String, FieldValue> = [:],
    values: ValueMap = ValueMap()
  ) async throws -> StepResult {
    let fixture = try AttemptFixture()
    let path = try fixture.file("the.log", log)
    let fields =
      [("path", KindFixture.text(path)), ("format", KindFixture.text(format))]
      + more.map { ($0.key, $0.value) }
    let step = Step(
      id: StepID("a-step"), title: "", phase: .timeline, kind: "log",
      body: Fields(
        fields.map { .init(name: $0.0, place: KindFixture.place, value: $0.1) },
        at: KindFixture.place), place: KindFixture.place)
    return try await LogKind().bind(step, to: KindFixture.binding(values))
      .perform(in: fixture.context())
  }

  private func rows(_ result: StepResult) -> [String] {
    result.timeline.map { "\($0.at) \($0.text)\($0.isDamage ? " !" : "")" }
  }

  private static let server = """
    2025-10-18 22:01:12.900 UTC [411] LOG:  connection received: host=[local]
    2025-10-18 22:01:13.123 UTC [412] LOG:  statement:\u{20}
    \tDROP TABLE
    \t  session
    2025-10-18 22:01:14 GMT [412]: user=app,db=main LOG:  statement: drop table "user"
    2025-10-18 22:04:02.500 UTC [413] ERROR:  relation "session" does not exist at character 15
    2025-10-18 22:04:02.500 UTC [413] STATEMENT:  SELECT * FROM "session"
    """

  @Test func readsPostgreSQLsLogWithStatementsOverManyLines() async throws {
    let result = try await read(
      Self.server, "postgres",
      ["match": KindFixture.text("(?i)drop table"), "damage": KindFixture.text("session")])
    #expect(
      rows(result) == [
        "2025-10-18T22:01:13.123Z LOG:  statement: DROP TABLE session !",
        "2025-10-18T22:01:14Z LOG:  statement: drop table \"user\"",
      ])
    #expect(result.timeline.map(\.source) == ["PostgreSQL log", "PostgreSQL log"])
    #expect(result.values["count"] == 2)
    #expect(result.values["first"]?.typeName == "timestamp")
    #expect(result.evidence.count == 1)
  }

  @Test func takesAllWithoutAPatternAndOnlyWithinItsTime() async throws {
    #expect(try await read(Self.server, "postgres").values["count"] == 5)
    let between = try await read(
      Self.server, "postgres",
      [
        "since": KindFixture.text("2025-10-18T22:01:14Z"),
        "until": KindFixture.text("${{ end }}"),
      ], values: ValueMap([("end", "2025-10-19T00:04:02.5+02:00")]))
    #expect(between.values["count"] == 3)
  }

  @Test(arguments: [
    ("2025-10-18 22:01:13 UTC [1] LOG:  x", "2025-10-18T22:01:13Z LOG:  x"),
    ("2025-10-18 22:01:13.5+02 [1] LOG:  x", "2025-10-18T20:01:13.500Z LOG:  x"),
    ("2025-10-18 22:01:13 -0330 [1] LOG:  x", "2025-10-19T01:31:13Z LOG:  x"),
    ("db=a,time=2025-10-18 22:01:13 GMT LOG:  x", "2025-10-18T22:01:13Z LOG:  x"),
    ("2025-10-18 22:01:13 LOG:  x", "2025-10-18T22:01:13Z LOG:  x"),
  ])
  func readsPrefixes(_ line: String, _ row: String) async throws {
    #expect(rows(try await read(line, "postgres")) == [row])
  }

  @Test func neverGuessesAZone() async throws {
    let result = try await read("2025-10-18 22:01:13.1 CEST [1] LOG:  x", "postgres")
    #expect(result.values["count"] == 0)
    #expect(
      result.notices
        == ["1 lines were left out: the time zone `CEST`, whose offset is not known"])
  }

  @Test(arguments: [
    ("2025-10-18T22:01:13.5Z ERROR lost", "2025-10-18T22:01:13.500Z ERROR lost"),
    ("2025-10-18 22:01:13,250 INFO here", "2025-10-18T22:01:13.250Z INFO here"),
    ("2025-10-18T22:01:13+0200 a", "2025-10-18T20:01:13Z a"),
    ("[2025-10-18 22:01:13] a", "2025-10-18T22:01:13Z a"),
    ("web[3]: 2025-10-18 22:01:13 a", "2025-10-18T22:01:13Z web[3]: 2025-10-18 22:01:13 a"),
    ("2025-10-18 22:01:13 a\r\n  at b\n\nat c", "2025-10-18T22:01:13Z a at b at c"),
  ])
  func readsLinesWithATime(_ line: String, _ row: String) async throws {
    #expect(rows(try await read(line, "iso8601")) == [row])
  }

  @Test func readsJSONLines() async throws {
    let log = """
      {"time":"2025-10-18T22:01:13Z","level":"error","msg":"relation \\"session\\""}
      {"@timestamp":"2025-10-18T22:01:14.5+02:00","message":"b"}
      {"ts":1760824875,"event":"c"}
      {"timestamp":1760824875250,"text":"d"}
      not JSON
      {"msg":"no time"}
      """
    let result = try await read(log, "jsonl")
    #expect(
      rows(result) == [
        "2025-10-18T22:01:13Z relation \"session\"", "2025-10-18T20:01:14.500Z b",
        "2025-10-18T22:01:15Z c", "2025-10-18T22:01:15.250Z d",
      ])
    #expect(result.notices.count == 2)
  }

  @Test func keepsTheDamageBeyondItsLimit() async throws {
    let log = (0..<50).map { "2025-10-18 22:01:\(10 + $0) \($0 == 40 ? "damage" : "event")" }
      .joined(separator: "\n")
    let result = try await read(
      log, "iso8601", ["limit": .int(5), "damage": KindFixture.text("damage")])
    #expect(result.timeline.count == 6)
    #expect(result.values["count"] == 50)
    #expect(result.timeline.last?.isDamage == true)
    #expect(result.notices == ["44 of 50 events were not kept"])
  }

  @Test func readsWhateverIsInAFile() async throws {
    var generator = SystemRandomNumberGenerator()
    let bytes = (0..<300_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    for format in ["postgres", "iso8601", "jsonl"] {
      _ = try await read(String(decoding: bytes, as: UTF8.self), format)
      _ = try await read(String(repeating: "2025-10-18 99:99:99 ", count: 9000), format)
      #expect(try await read("", format).values["first"] == .null)
    }
  }

  @Test func saysWhichFileIsMissing() async throws {
    let step = KindFixture.step(
      "log",
      ["path": KindFixture.text("nowhere.log"), "format": KindFixture.text("postgres")],
      phase: .timeline)
    let fixture = try AttemptFixture()
    let activity = try LogKind().bind(step, to: KindFixture.binding(folder: fixture.folder))
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await activity.perform(in: fixture.context())
    }
    #expect(failure?.record.cause == .unreachable)
    #expect(failure?.record.message.contains("\(fixture.folder)/nowhere.log") == true)
  }

  @Test func refusesWhatIsNoPattern() {
    let step = KindFixture.step(
      "log",
      [
        "path": KindFixture.text("a"), "format": KindFixture.text("postgres"),
        "match": KindFixture.text("a("),
      ], phase: .timeline)
    #expect(KindFixture.check(LogKind(), step).map(\.code) == [.badPattern])
  }
}
