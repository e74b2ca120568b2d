import Foundation
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookLogs
@testable import RunbookSteps
@testable import RunbookSystem

/// Lines in what docker, Kubernetes, syslog and others put around them.
@Suite struct LogEnvelopeTests {
  private let fixture: LogFixture

  init() throws { fixture = try LogFixture() }

  private func read(
    _ log: String, _ format: String = "postgres",
    _ more: KeyValuePairs<String, FieldValue> = [:]
  ) async throws -> StepResult { try await fixture.read(log, format, more) }

  private static let expected = [
    "2025-10-18T22:01:13Z LOG:  statement: DROP TABLE session CASCADE;",
    "2025-10-18T22:01:15Z ERROR:  relation \"session\" does not exist",
  ]

  /// A statement over two lines, between whose lines another process writes.
  private static let wrapped: [(String, String)] = [
    (
      "compose",
      """
      Attaching to db-1, web-1
      \u{1B}[36mdb-1   |\u{1B}[0m 2025-10-18 22:01:13.000 UTC [77] LOG:  statement: DROP TABLE
      \u{1B}[33mweb-1  |\u{1B}[0m INFO: "GET / HTTP/1.1" 200
      \u{1B}[36mdb-1   |\u{1B}[0m \tsession CASCADE;
      \u{1B}[36mdb-1   |\u{1B}[0m 2025-10-18 22:01:15.000 UTC [77] ERROR:  relation "session" does not exist
      """
    ),
    (
      "kubectl --prefix",
      """
      [pod/db-0/postgres] 2025-10-18 22:01:13.000 UTC [77] LOG:  statement: DROP TABLE
      [pod/web-1/app] GET /
      [pod/db-0/postgres] \tsession CASCADE;
      [pod/db-0/postgres] 2025-10-18 22:01:15.000 UTC [77] ERROR:  relation "session" does not exist
      """
    ),
    (
      "CRI, with a line in parts",
      """
      2025-10-18T22:01:13.100000001Z stderr P 2025-10-18 22:01:13.000 UTC [77] LOG:  state
      2025-10-18T22:01:13.100000002Z stdout F GET /
      2025-10-18T22:01:13.100000003Z stderr F ment: DROP TABLE
      2025-10-18T22:01:13.100000004Z stderr F \tsession CASCADE;
      2025-10-18T22:01:15.100000005Z stderr F 2025-10-18 22:01:15.000 UTC [77] ERROR:  relation "session" does not exist
      """
    ),
    (
      "Docker's JSON",
      #"""
      {"log":"2025-10-18 22:01:13.000 UTC [77] LOG:  statement: DROP","stream":"stderr","time":"2025-10-18T22:01:13.1Z"}
      {"log":" TABLE\n","stream":"stderr","time":"2025-10-18T22:01:13.1Z"}
      {"log":"GET /\n","stream":"stdout","time":"2025-10-18T22:01:13.2Z"}
      {"log":"\tsession CASCADE;\n","stream":"stderr","time":"2025-10-18T22:01:13.3Z"}
      {"log":"2025-10-18 22:01:15.000 UTC [77] ERROR:  relation \"session\" does not exist\n","stream":"stderr","time":"2025-10-18T22:01:15.1Z"}
      """#
    ),
    (
      "Cloud Logging",
      #"""
      {"textPayload":"2025-10-18 22:01:13.000 UTC [77] LOG:  statement: DROP TABLE\n\tsession CASCADE;","timestamp":"2025-10-18T22:01:13.1Z"}
      {"textPayload":"2025-10-18 22:01:15.000 UTC [77] ERROR:  relation \"session\" does not exist","timestamp":"2025-10-18T22:01:15.1Z"}
      """#
    ),
    (
      "a log drain",
      """
      2025-10-18T22:01:13.000000+00:00 app[postgres.77]: [DATABASE] [9-1] sql_error_code = 00000 LOG:  statement: DROP TABLE
      2025-10-18T22:01:13.000000+00:00 heroku[router]: at=info
      2025-10-18T22:01:13.100000+00:00 app[postgres.77]: [DATABASE] [9-2] \tsession CASCADE;
      2025-10-18T22:01:15.000000+00:00 app[postgres.77]: [DATABASE] [10-1] sql_error_code = 42P01 ERROR:  relation "session" does not exist
      """
    ),
    (
      "syslog of RFC 5424",
      """
      <134>1 2025-10-18T22:01:13Z host postgres 77 - - [9-1] LOG:  statement: DROP TABLE
      <134>1 2025-10-18T22:01:13Z host postgres 77 - - [9-2] #011session CASCADE;
      <134>1 2025-10-18T22:01:15Z host postgres 77 - - [10-1] ERROR:  relation "session" does not exist
      """
    ),
    (
      "a newer syslog",
      """
      2025-10-18T22:01:13+00:00 host postgres[77]: [9-1] LOG:  statement: DROP TABLE
      2025-10-18T22:01:13+00:00 host postgres[77]: [9-2] #011session CASCADE;
      2025-10-18T22:01:15+00:00 host postgres[77]: [10-1] ERROR:  relation "session" does not exist
      """
    ),
    (
      "timestamps",
      """
      2025-10-18T22:01:13.123456789Z 2025-10-18 22:01:13.000 UTC [77] LOG:  statement: DROP TABLE
      2025-10-18T22:01:13.123456790Z \tsession CASCADE;
      2025-10-18T22:01:15.123456789Z 2025-10-18 22:01:15.000 UTC [77] ERROR:  relation "session" does not exist
      """
    ),
  ]

  @Test(arguments: wrapped)
  func takesLinesOutOfTheirEnvelopes(name: String, log: String) async throws {
    let result = try await read(log)
    #expect(result.rows == Self.expected)
  }

  @Test(arguments: wrapped)
  func matchesWhatIsInside(name: String, log: String) async throws {
    let result = try await read(log, "postgres", ["match": KindFixture.text("DROP TABLE session")])
    #expect(result.rows == [Self.expected[0]])
  }

  @Test func saysWhichLinesHadNoTime() async throws {
    let result = try await read(Self.wrapped[0].1)
    #expect(
      result.notices == [
        "1 lines of `web-1` were left out: they are not written as this log's lines are",
        "1 lines are not in an envelope of docker compose as the others are",
        "2 lines were left out: no time that is understood",
      ])
  }

  @Test func unwrapsWhatACommandPrints() async throws {
    let path = try fixture.attempt.file("the.log", Self.wrapped[0].1)
    let result = try await fixture.perform(
      [("command", LogFixture.words("cat", path)), ("format", KindFixture.text("postgres"))],
      effect: .readOnly)
    #expect(result.rows == Self.expected)
  }

  @Test func takesTheEnvelopesTimeWhereTheLineSaysNone() async throws {
    let result = try await read(
      #"""
      {"log":"something happened\n","stream":"stdout","time":"2025-10-18T22:01:13.5Z"}
      {"log":"  and more\n","stream":"stdout","time":"2025-10-18T22:01:13.6Z"}
      {"log":"something else\n","stream":"stdout","time":"2025-10-18T22:01:14.5Z"}
      """#, "iso8601")
    #expect(
      result.rows == [
        "2025-10-18T22:01:13.500Z something happened and more",
        "2025-10-18T22:01:14.500Z something else",
      ])
  }

  @Test func infersTheYearOfASyslogAndSaysSo() async throws {
    let path = try fixture.attempt.file(
      "the.log",
      """
      Dec 31 23:59:58 host postgres[77]: [9-1] LOG:  statement: DROP TABLE
      Dec 31 23:59:58 host postgres[77]: [9-2] #011session CASCADE;
      Jan  1 00:00:01 host postgres[77]: [10-1] ERROR:  relation "session" does not exist
      """)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1_767_225_700)], ofItemAtPath: path)
    let result = try await fixture.perform([
      ("path", KindFixture.text(path)), ("format", KindFixture.text("postgres")),
    ])
    #expect(
      result.rows == [
        "2025-12-31T23:59:58Z LOG:  statement: DROP TABLE session CASCADE;",
        "2026-01-01T00:00:01Z ERROR:  relation \"session\" does not exist",
      ])
    #expect(
      result.notices == [
        "the lines say no year: 2025 and 2026 is taken, so that none is later than 2026-01-01T00:01:40Z"
      ])
  }

  @Test(arguments: ["jsonl", "jsonlog"])
  func readsARecordWithinAnObject(format: String) async throws {
    let result = try await read(
      #"""
      {"level":"info","ts":1760824874.9,"logger":"postgres","msg":"record","record":{"log_time":"2025-10-18 22:01:14.220 UTC","user_name":"app","database_name":"main","process_id":"77","error_severity":"ERROR","message":"no session","query":"SELECT 1"}}
      {"ts":1760824875,"logger":"pgaudit","msg":"record","record":{"log_time":"2025-10-18 22:01:15 UTC","error_severity":"LOG","message":"","audit":{"statement":"DROP TABLE session"}}}
      """#, format)
    #expect(
      result.rows == [
        "2025-10-18T22:01:14.220Z ERROR:  no session STATEMENT:  SELECT 1",
        "2025-10-18T22:01:15Z LOG:  AUDIT: DROP TABLE session",
      ])
    #expect(result.event(0)?["pid"] == 77)
    #expect(result.event(0)?["user"] == "app")
    #expect(result.event(0)?["database"] == "main")
    let matched = try await read(
      #"{"ts":1760824874,"msg":"record","record":{"error_severity":"LOG","message":"statement: DROP TABLE x"}}"#,
      format, ["match": KindFixture.text("LOG:  statement: DROP")])
    #expect(matched.texts.count == 1)
  }

  @Test func readsTheTimeByTheNameThatIsGiven() async throws {
    let log = #"{"time":"2025-10-18T01:00:00Z","meta":{"at":"2025-10-18T22:01:13Z"},"msg":"x"}"#
    let result = try await read(log, "jsonl", ["time_key": KindFixture.text("meta.at")])
    #expect(result.rows == ["2025-10-18T22:01:13Z x"])
  }

  @Test(arguments: [
    ("jsonl", #"{"date":"2025-10-18T22:01:13Z","textPayload":"x"}"#),
    ("jsonl", #"{"receiveTimestamp":"2025-10-18T22:01:13Z","jsonPayload":{"message":"x"}}"#),
    ("jsonl", #"{"properties":{"timestamp":"2025-10-18 22:01:13 UTC","message":"x"}}"#),
    ("iso8601", "2025-10-18T22:01:13Z x"), ("iso8601", "2025-10-18T22:01:13Z\tx"),
  ])
  func readsOtherNamesAndLeavesPlainLinesAlone(format: String, log: String) async throws {
    let result = try await read(log, format)
    #expect(result.rows == ["2025-10-18T22:01:13Z x"])
    #expect(result.notices == [])
  }

  @Test func readsLinesOfAnotherPrefixAndTellsHowMany() async throws {
    let result = try await read(
      """
      2025-01-21 17:37:49.802 UTC [78776] LOG:  ready
      2025-01-21 17:38:06.453 UTC [78798] app@app ERROR:  relation "session" does not exist
      2025-01-21 17:38:06.453 UTC [78798] app@app STATEMENT:  SELECT 1
      """, "postgres", ["line_prefix": KindFixture.text("%m [%p] ")])
    #expect(
      result.rows == [
        "2025-01-21T17:37:49.802Z LOG:  ready",
        "2025-01-21T17:38:06.453Z ERROR:  relation \"session\" does not exist STATEMENT:  SELECT 1",
      ])
    #expect(
      result.notices == [
        "2 lines of what was read begin with a time, and not with `line_prefix`:"
          + " they were read without it"
      ])
  }

  @Test(arguments: [
    ("%n|%p|", "1760824873.000|77|LOG:  x"), ("%u|%m|", "app|2025-10-18 22:01:13 UTC|LOG:  x"),
  ])
  func takesAPrefixOfTheServersForNoEnvelope(prefix: String, line: String) async throws {
    let result = try await read(line, "postgres", ["line_prefix": KindFixture.text(prefix)])
    #expect(result.rows == ["2025-10-18T22:01:13Z LOG:  x"])
    #expect(result.notices == [])
  }

  @Test func takesNoTimeOfAMessageForTheLines() async throws {
    let result = try await read("LOG:  database system was shut down at 2026-11-29 15:47:22 UTC\n")
    #expect(result.rows == [])
    #expect(result.notices.contains { $0.holds("no time that is understood") })
  }

  @Test func findsSecondsSince1970AndSingleBlanks() async throws {
    let result = try await read(
      """
      1795967242.210 [11] LOG:  database system was shut down at 2026-11-29 15:00:00 UTC
      1795967242.271 [12] [psql] LOG: statement: DROP TABLE session
      """)
    #expect(
      result.rows == [
        "2026-11-29T15:47:22.210Z LOG:  database system was shut down at 2026-11-29 15:00:00 UTC",
        "2026-11-29T15:47:22.271Z LOG: statement: DROP TABLE session",
      ])
  }

  private static let line = "2025-10-18 22:01:13 UTC [77] LOG:  statement: DROP TABLE über\r\n"

  @Test(
    arguments: [
      [0xEF, 0xBB, 0xBF] + Array(line.utf8),
      [0xFF, 0xFE] + line.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] },
      [0xFE, 0xFF] + line.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] },
      line.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] },
      [0xFF, 0xFE, 0, 0] + line.unicodeScalars.flatMap { [UInt8($0.value), 0, 0, 0] },
    ] as [[UInt8]])
  func readsAnyEncoding(bytes: [UInt8]) async throws {
    let path = "\(fixture.folder)/the.log"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    for more in [[], [("line_prefix", KindFixture.text("%t [%p] "))]] {
      let result = try await fixture.perform(
        [("path", KindFixture.text(path)), ("format", KindFixture.text("postgres"))] + more)
      #expect(result.rows == ["2025-10-18T22:01:13Z LOG:  statement: DROP TABLE über"])
      #expect(result.notices == [])
    }
  }

  @Test(arguments: ["gzip", "bzip2", "xz", "zstd"])
  func unpacks(program: String) async throws {
    let text = (0..<40_000).map { "2025-10-18 22:01:13 UTC [\($0)] LOG:  line \($0)\n" }.joined()
    let path = try fixture.attempt.file("the.log", text)
    // Two members behind one another, as programs append them.
    let output = try await ChildProcess.run(
      ["sh", "-c", "\(program) -c the.log > packed; \(program) -c the.log >> packed"],
      environment: ["PATH": ProgramPath.standard], workingDirectory: fixture.folder)
    try #require(output.exitCode == 0, "\(output.stderr)")
    let fields = [
      ("path", KindFixture.text("\(fixture.folder)/packed")),
      ("format", KindFixture.text("postgres")), ("match", KindFixture.text("line 39999$")),
    ]
    let result = try await fixture.perform(fields)
    #expect(result.values["count"] == 2)
    #expect(result.notices == [])

    let packed = try Data(contentsOf: URL(fileURLWithPath: "\(fixture.folder)/packed"))
    try packed.prefix(packed.count - 20).write(to: URL(fileURLWithPath: "\(fixture.folder)/packed"))
    let cut = try await fixture.perform(fields)
    #expect(cut.notices.count == 1 && cut.notices[0].begins(with: "not all of "))
    _ = path
  }

  @Test func saysHowAFileIsPackedThatIsNotRead() async throws {
    let path = "\(fixture.folder)/the.log.lz4"
    try Data([0x04, 0x22, 0x4D, 0x18, 0x64]).write(to: URL(fileURLWithPath: path))
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await fixture.perform([
        ("path", KindFixture.text(path)), ("format", KindFixture.text("postgres")),
      ])
    }
    #expect(
      failure?.record.message
        == "cannot read \(path): it is packed by lz4, which is not read: unpack it first")
  }
}
