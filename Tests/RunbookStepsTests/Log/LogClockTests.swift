import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookLogs
@testable import RunbookPostgres
@testable import RunbookSystem

/// The source's clock is put right, and what was done is said.
@Suite struct LogClockTests {
  private static let log = """
    2025-10-18T22:01:13.000Z a
    2025-10-18T22:01:14.000Z b
    2025-10-18T22:01:15.000Z c
    """

  private func clock(_ key: String, _ value: String) -> FieldValue {
    .fields(KindFixture.fields([key: KindFixture.text(value)]))
  }

  @Test(arguments: [
    ("1.5s", Duration.milliseconds(1500)), ("-200ms", .milliseconds(-200)),
    ("+1m30s", .seconds(90)),
    ("1h", .seconds(3600)), ("0s", .zero), ("15us", .microseconds(15)), ("", nil), ("-", nil),
    ("1", nil), ("1 s", nil), ("1d", nil), ("s", nil), ("1e9s", nil), ("1.2.3s", nil),
    ("99999999999h", nil), ("--1s", nil),
  ])
  func readsOffsets(_ text: String, _ expected: Duration?) {
    #expect(LogClock.offset(text) == expected)
  }

  @Test func appliesTheOffsetThatItIsGiven() async throws {
    let result = try await LogFixture().read(
      Self.log, "iso8601",
      [
        "clock": clock("offset", "${{ measured }}"),
        "since": KindFixture.text("2025-10-18T22:01:12Z"),
        "until": KindFixture.text("2025-10-18T22:01:13Z"),
      ], values: ValueMap([("measured", "1.5s")]))
    #expect(result.rows == ["2025-10-18T22:01:12.500Z b"])
    #expect(result.values["clock_offset"] == .duration(.milliseconds(1500)))
    #expect(result.timeline.map(\.clockOffsetMicroseconds) == [1_500_000])
    #expect(result.event(0)?["at"] == .timestamp(result.timeline[0].at))
  }

  @Test func saysThatItKnowsNoOffset() async throws {
    let result = try await LogFixture().read(Self.log, "iso8601")
    #expect(result.values["clock_offset"] == .null)
    #expect(result.timeline.map(\.clockOffsetMicroseconds) == [nil, nil, nil])
  }

  @Test func refusesAnOffsetThatIsNone() async throws {
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await LogFixture().read(
        Self.log, "iso8601", ["clock": clock("offset", "${{ 'soon' }}")])
    }
    #expect(failure?.record.cause == .invalid)
  }

  private func read(_ gateway: PostgresGateway) async throws -> StepResult {
    let fixture = try LogFixture()
    let path = try fixture.attempt.file("the.log", Self.log)
    return try await fixture.perform(
      [
        ("path", KindFixture.text(path)), ("format", KindFixture.text("iso8601")),
        ("clock", clock("connection", "main")),
      ], gateway: gateway)
  }

  private func connect(_ gateway: PostgresGateway, _ url: String) async throws {
    let connection = Runbook.Connection(
      name: "main", place: KindFixture.place, kind: "postgres",
      url: SourceText(url, at: KindFixture.place, layout: .line))
    try await gateway.configure(connection, url: url)
  }

  /// The executor's clock is an hour behind, so the server's is an hour ahead of it.
  @Test(.enabled(if: TestServer.isAvailable))
  func asksTheServerForItsClock() async throws {
    let server = try #require(TestServer.shared)
    let gateway = PostgresGateway { testNow().adding(.seconds(-3600)) ?? .epoch }
    try await connect(gateway, server.url())
    let result = try await read(gateway)
    let micros = try #require(result.timeline.first?.clockOffsetMicroseconds)
    #expect(abs(micros - 3_600_000_000) < 60_000_000)
    #expect(micros % 1000 == 0)
    let first = try #require(Timestamp(rfc3339: "2025-10-18T22:01:13Z"))
    #expect(result.timeline.first?.at == first.adding(.microseconds(-micros)))
    await gateway.close()
  }

  @Test func readsTheLogAlsoWhenTheServerIsGone() async throws {
    let gateway = PostgresGateway { .epoch }
    try await connect(gateway, "host=/nowhere dbname=x")
    let result = try await read(gateway)
    #expect(result.rows.count == 3)
    #expect(result.values["clock_offset"] == .null)
    #expect(
      result.notices.first?.begins(
        with: "the clock of 'main' could not be measured, and times are as they are written: ")
        == true)
  }
}
