import Foundation
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookLogs
@testable import RunbookRecovery
@testable import RunbookSystem

@Suite struct LogKindTests {
  private func read(
    _ log: String, _ format: String, _ more: KeyValuePairs<String, FieldValue> = [:],
    values: ValueMap = ValueMap()
  ) async throws -> StepResult {
    try await LogFixture().read(log, format, more, values: values)
  }

  private func rows(_ result: StepResult) -> [String] { result.rows }

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
    #expect(try await read(Self.server, "postgres").values["count"] == 4)
    let between = try await read(
      Self.server, "postgres",
      [
        "since": KindFixture.text("2025-10-18T22:01:14Z"),
        "until": KindFixture.text("${{ end }}"),
      ], values: ValueMap([("end", "2025-10-19T00:04:02.5+02:00")]))
    #expect(between.values["count"] == 2)
  }

  @Test(arguments: [
    ("2025-10-18 22:01:13 UTC [1] LOG:  x", "2025-10-18T22:01:13Z LOG:  x"),
    ("2025-10-18 22:01:13.5+02 [1] LOG:  x", "2025-10-18T20:01:13.500Z LOG:  x"),
    ("2025-10-18 22:01:13 -0330 [1] LOG:  x", "2025-10-19T01:31:13Z LOG:  x"),
    ("db=a,time=2025-10-18 22:01:13 GMT LOG:  x", "2025-10-18T22:01:13Z LOG:  x"),
    ("2025-10-18 22:01:13 LOG:  x", "2025-10-18T22:01:13Z LOG:  x"),
    ("2025-10-18 22:01:13.1 CEST [1] LOG:  x", "2025-10-18T20:01:13.100Z LOG:  x"),
    ("2025-10-18 22:01:13 EDT [1] LOG:  x", "2025-10-19T02:01:13Z LOG:  x"),
  ])
  func readsPrefixes(_ line: String, _ row: String) async throws {
    #expect(rows(try await read(line, "postgres")) == [row])
  }

  @Test func putsWhatAddsToAMessageToIt() async throws {
    let result = try await read(
      """
      2025-10-18 22:04:02 UTC [413] ERROR:  duplicate key
      2025-10-18 22:04:02 UTC [413] DETAIL:  Key (id)=(1)
      \tsecond line
      2025-10-18 22:04:02 UTC [413] STATEMENT:  INSERT
      \t INTO t
      2025-10-18 22:04:03 UTC [500] STATEMENT:  of somebody else
      """, "postgres")
    #expect(
      rows(result) == [
        "2025-10-18T22:04:02Z ERROR:  duplicate key DETAIL:  Key (id)=(1) second line "
          + "STATEMENT:  INSERT INTO t",
        "2025-10-18T22:04:03Z STATEMENT:  of somebody else",
      ])
  }

  @Test func findsAMatchInWhatAddsToAMessage() async throws {
    let result = try await read(
      Self.server, "postgres", ["match": KindFixture.text("SELECT [*]")])
    #expect(
      rows(result) == [
        "2025-10-18T22:04:02.500Z ERROR:  relation \"session\" does not exist at character 15 "
          + "STATEMENT:  SELECT * FROM \"session\""
      ])
  }

  @Test(arguments: [("+02:00", "20:01:13Z"), ("-0330", ""), ("UTC", "22:01:13Z")])
  func takesTheOffsetThatItIsTold(_ zone: String, _ time: String) async throws {
    let expected = zone == "-0330" ? "2025-10-19T01:31:13Z x" : "2025-10-18T\(time) x"
    let result = try await read(
      "2025-10-18 22:01:13 IST x\n2025-10-18 22:01:13Z y", "iso8601",
      ["timezone": KindFixture.text(zone)])
    #expect(rows(result) == [expected, "2025-10-18T22:01:13Z y"])
  }

  /// A day that there is not is the time of its line all the same; another that stands there is not it.
  @Test(arguments: [
    ("iso8601", "2026-02-30 10:00:00 2026-03-01 10:00:00 x\n2026-03-02 10:00:00Z y"),
    ("iso8601", "2026-03-01 24:00:00 x\n2026-03-02 10:00:00Z y"),
    ("postgres", "2026-02-30 10:00:00 UTC [1] LOG:  x\n2026-03-02 10:00:00 UTC [1] LOG:  y"),
    (
      "jsonl",
      #"{"time": "2026-02-30T10:00:00Z", "ts": "2026-03-01T10:00:00Z", "msg": "x"}"#
        + "\n" + #"{"ts": "2026-03-02T10:00:00Z", "msg": "y"}"#
    ),
    (
      "jsonl",
      #"{"time": "31/Feb/2026:10:00:00 +0000", "ts": 1772359200, "msg": "x"}"#
        + "\n" + #"{"ts": "2026-03-02T10:00:00Z", "msg": "y"}"#
    ),
  ])
  func neverGuessesADay(_ format: String, _ log: String) async throws {
    let result = try await read(log, format)
    #expect(result.rows.count == 1)
    #expect(result.rows.first?.begins(with: "2026-03-02T10:00:00Z ") == true)
    #expect(
      result.notices == ["1 lines were left out: a date or a time of day that does not exist"])
  }

  @Test func saysWhereAnObjectHasAKeyTwice() async throws {
    let result = try await read(
      """
      {"time": "2026-03-01T10:00:00Z", "time": "2026-03-02T10:00:00Z", "msg": "a"}
      {"time": "2026-03-01T10:00:00Z", "msg": "b", "msg": "c"}
      {"time": "2026-03-01T10:00:00Z", "msg": "d", "user": 1, "user": 2}
      {"time": "2026-03-01T10:00:01Z", "msg": "e", "more": {"time": 1, "time": 2}}
      """, "jsonl")
    #expect(result.rows == ["2026-03-01T10:00:00Z d", "2026-03-01T10:00:01Z e"])
    #expect(
      result.notices == [
        "1 events have a key twice that is not read",
        "1 lines were left out: an object with the key `msg` twice",
        "1 lines were left out: an object with the key `time` twice",
      ])
  }

  @Test func saysWhereBytesAreNoUTF8() async throws {
    let fixture = try LogFixture()
    let path = fixture.folder + "/raw.log"
    var bytes = Array("2026-03-01 10:00:00 caf".utf8)
    bytes += [0xE9, 0x0A] + Array("2026-03-01 10:00:01 café\n".utf8)
    #expect(FileManager.default.createFile(atPath: path, contents: Data(bytes)))
    let result = try await fixture.perform([
      ("path", KindFixture.text(path)), ("format", KindFixture.text("iso8601")),
    ])
    #expect(result.rows == ["2026-03-01T10:00:00Z caf\u{FFFD}", "2026-03-01T10:00:01Z café"])
    #expect(
      result.notices == ["1 events hold bytes that are no UTF-8; they are shown as U+FFFD"])
  }

  /// A pattern takes time in proportion to a line's length and its own; on a long line that is too much.
  @Test(arguments: ["match", "damage"]) func boundsTheWorkOfAPattern(_ key: String) async throws {
    let line = "2026-03-01 10:00:00 " + String(repeating: "a", count: 400_000)
    let failure = await #expect(throws: StepFailure.self) {
      try await read(line, "iso8601", [key: KindFixture.text("(a|aa|aaa){1,300}b")])
    }
    #expect(failure?.record.cause == .invalid)
    #expect(
      failure?.record.message.begins(
        with: "`\(key)` takes too much work on the event of 2026-03-01T10:00:00Z") == true)
    #expect(failure?.record.message.holds("\(KindFixture.place)") == true)
  }

  @Test func boundsTheWorkOfALinesPattern() async throws {
    let long = "2026-03-01T10:00:00Z " + String(repeating: "a", count: 200_000) + "c b"
    let result = try await read(
      long + "\n2026-03-01T10:00:01Z aab", "pattern",
      ["pattern": KindFixture.text("^(?P<at>\\S+) (?P<text>(a|aa)*(a|aa){1,80}b)")])
    #expect(result.rows == ["2026-03-01T10:00:01Z aab"])
    #expect(
      result.notices
        == ["1 lines were left out: a line for which `pattern` takes too much work"])
  }

  @Test func neverGuessesAZone() async throws {
    let result = try await read("2025-10-18 22:01:13.1 IST [1] LOG:  x", "postgres")
    #expect(result.values["count"] == 0)
    #expect(
      result.notices
        == ["1 lines were left out: the time zone `IST`, whose offset is not known"])
  }

  /// What stands where a zone does and is none is not UTC.
  @Test(arguments: [
    ("iso8601", "2026-01-01T10:00:00+99:00 x"), ("iso8601", "2026-01-01T10:00:00+05:75 x"),
    ("iso8601", "2026-01-01T10:00:00-24:00 x"), ("iso8601", "2026-01-01 10:00:00+5 x"),
    ("postgres", "2026-01-01 10:00:00 +5575 [1] LOG:  x"),
    ("postgres", "2026-01-01 10:00:00 +99:00 [1] LOG:  x"),
    ("jsonl", #"{"time":"2026-01-01T10:00:00+5","msg":"x"}"#),
    ("jsonl", #"{"time":"2026-01-01T10:00:00 +99","msg":"x"}"#),
    ("jsonl", #"{"time":"2026-01-01T10:00:00 Europe/Nowhere","msg":"x"}"#),
  ])
  func takesNoTimeWhoseZoneCannotBeRead(_ format: String, _ line: String) async throws {
    let result = try await read(line, format)
    #expect(rows(result) == [])
    #expect(
      result.notices == ["1 lines were left out: a time zone or an offset that cannot be read"])
  }

  @Test(arguments: [
    ("jsonl", #"{"time":"2026-01-01T10:00:00+02:00[Europe/Paris]","msg":"x"}"#, "08:00:00Z x"),
    ("iso8601", "2026-01-01 10:00:00 -100 items", "10:00:00Z -100 items"),
    ("iso8601", "2026-01-01 10:00:00 -5 items", "10:00:00Z -5 items"),
  ])
  func takesWhatIsNoZoneForText(_ format: String, _ line: String, _ row: String) async throws {
    #expect(rows(try await read(line, format)) == ["2026-01-01T" + row])
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
      {"__REALTIME_TIMESTAMP":"1760824875250001","MESSAGE":"e"}
      {"log":"f\\n","stream":"stderr","time":"2025-10-18T22:01:16.000000001Z"}
      not JSON
      {"msg":"no time"}
      """
    let result = try await read(log, "jsonl")
    #expect(
      rows(result) == [
        "2025-10-18T22:01:13Z relation \"session\"", "2025-10-18T20:01:14.500Z b",
        "2025-10-18T22:01:15Z c", "2025-10-18T22:01:15.250Z d",
        "2025-10-18T22:01:15.250001Z e", "2025-10-18T22:01:16.000000001Z f",
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
    #expect(result.notices == ["44 of 50 events were not kept, by the step's own limit"])
  }

  /// What the author did not ask for is not missing; what found no room is.
  @Test func itsOwnLimitIsNoCut() async throws {
    let log = (0..<1_005).map { _ in "2025-10-18 22:01:10 event" }.joined(separator: "\n")
    let asked = try await read(log, "iso8601", ["limit": .int(5)])
    #expect(asked.incomplete.isEmpty && asked.values["events"]?.listValue?.count == 5)
    #expect(
      asked.evidence.map(\.what) == [
        "events of the application log, 5 of 1005 by the step's own limit"
      ])
    let cut = try await read(log, "iso8601")
    #expect(cut.incomplete["events"]?.description == "1000 of 1005 events")
    let long = (0..<900).map { _ in
      "2025-10-18 22:01:10 " + String(repeating: "x", count: 16_000)
    }.joined(separator: "\n")
    let full = try await read(long, "iso8601", ["limit": .int(800)])
    #expect(full.incomplete["events"]?.total == 900)
  }

  @Test func readsWhateverIsInAFile() async throws {
    var generator = SystemRandomNumberGenerator()
    let bytes = (0..<300_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    for format in ["postgres", "iso8601", "jsonl", "csvlog", "jsonlog"] {
      for text in [
        String(decoding: bytes, as: UTF8.self),
        String(repeating: "2025-10-18 99:99:99 ", count: 9000),
      ] {
        do {
          _ = try await read(text, format)
        } catch let failure as StepFailure {
          #expect(failure.record.message.holds("is understood as the format"))
        }
      }
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
    #expect(failure?.record.message.holds("\(fixture.folder)/nowhere.log") == true)
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

  static let mistakes: [(KeyValuePairs<String, FieldValue>, DiagnosticCode, String)] = {
    let text = KindFixture.text
    return [
      (["format": text("postgres")], .oneKeyOf, "a `log` step needs one of `path`, `command`"),
      (
        ["path": text("a"), "format": text("postgres"), "line_prefix": text("%m %z")],
        .badLinePrefix, "there is no escape `%z`"
      ),
      (
        ["path": text("a"), "format": text("postgres"), "line_prefix": text("[%p] ")],
        .badLinePrefix, "the prefix says no time"
      ),
      (
        ["path": text("a"), "format": text("postgres"), "line_prefix": text("%p %q%m")],
        .badLinePrefix, "the prefix says the time after %q, where not every process writes it"
      ),
      (
        ["path": text("a"), "format": text("csvlog"), "line_prefix": text("%m")],
        .keyElsewhere, "`line_prefix` is for `format: postgres` only"
      ),
      (
        ["path": text("a"), "format": text("csvlog"), "stderr": .bool(true)],
        .keyElsewhere, "`stderr` is for a `command` only"
      ),
      (
        ["path": text("a"), "format": text("pattern")], .patternGroup,
        "`format: pattern` needs the key `pattern`"
      ),
      (
        ["path": text("a"), "format": text("pattern"), "pattern": text("(?P<text>.)")],
        .patternGroup, "the pattern has no group `at`, which is an event's time"
      ),
      (
        ["path": text("a"), "format": text("pattern"), "pattern": text("(?P<at>.)(?P<txt>.)")],
        .patternGroup, "a log has no group `txt`"
      ),
      (
        ["path": text("a"), "format": text("pattern"), "pattern": text("(?P<at>")],
        .badPattern, "not a regular expression: a `(` without its `)`"
      ),
      (
        ["path": text("a"), "format": text("jsonl"), "timezone": text("CET")], .badOffset,
        "`CET` is no offset from UTC"
      ),
      (
        [
          "path": text("a"), "format": text("jsonl"),
          "clock": .fields(KindFixture.fields(["offset": text("1 s")])),
        ], .badOffset, "`1 s` is no offset of a clock"
      ),
      (
        [
          "path": text("a"), "format": text("jsonl"),
          "clock": .fields(KindFixture.fields(["connection": text("main")])),
        ], .noSuchConnection, "there is no connection 'main'"
      ),
      (
        [
          "path": text("a"), "format": text("jsonl"), "clock": .fields(KindFixture.fields([:])),
        ], .oneKeyOf, "`clock` has one of `offset` and `connection`"
      ),
      (
        ["command": LogFixture.words("ls"), "format": text("jsonl")], .undeclaredEffect,
        "a log step that runs a command in `timeline`, which is read-only, must declare that it only "
          + "reads"
      ),
    ]
  }()

  @Test func aCommandOnlyReadsInEveryPhase() {
    let fields: KeyValuePairs<String, FieldValue> = [
      "command": LogFixture.words("ls"), "format": KindFixture.text("jsonl"),
    ]
    let step = { LogFixture.step(fields, phase: .recovery, effect: $0) }
    #expect(KindFixture.check(LogKind(), step(nil)).map(\.code) == [.undeclaredEffect])
    #expect(KindFixture.check(LogKind(), step(.mutating)).map(\.code) == [.undeclaredEffect])
    #expect(KindFixture.check(LogKind(), step(.readOnly)).isEmpty)
  }

  @Test(arguments: mistakes.indices) func saysWhatIsWrongWithAStep(_ index: Int) {
    let (fields, code, message) = Self.mistakes[index]
    let found = KindFixture.check(LogKind(), LogFixture.step(fields))
    #expect(found.map(\.code) == [code])
    #expect(found.map(\.message) == [message])
  }
}
