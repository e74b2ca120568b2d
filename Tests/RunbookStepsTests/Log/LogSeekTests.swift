import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookLogs
@testable import RunbookPostgres
@testable import RunbookSystem

/// Only the window of a sorted file is read.
@Suite struct LogSeekTests {
  private let fixture: LogFixture

  init() throws { fixture = try LogFixture() }

  private static let start = Timestamp(rfc3339: "2025-10-18T00:00:00Z") ?? .epoch

  /// A line every ten seconds of a day, of 800 bytes.
  private static func line(_ second: Int, at time: Int? = nil, zone: String = " UTC") -> String {
    let at = (start.adding(.seconds(time ?? second)) ?? start).description
    let shown = at.dropLastScalars().replacingAll("T", with: " ")
    return "\(shown)\(zone) [1] LOG:  line \(second) \(rest)\n"
  }

  private static let rest = String(repeating: ".", count: 750)

  private func log(_ line: (Int) -> String) throws -> LogFile {
    let path = try fixture.attempt.file("a.log", (0..<8640).map { line($0 * 10) }.joined())
    return try LogFile(path: path)
  }

  private func range(_ file: LogFile, _ since: String?, _ until: String?) -> Range<Int64>? {
    LogSeek.range(
      of: file, PostgresGrammar(prefix: nil, zones: LogZones()),
      since: since.flatMap { Timestamp(rfc3339: "2025-10-18T\($0)Z") },
      until: until.flatMap { Timestamp(rfc3339: "2025-10-18T\($0)Z") })
  }

  @Test func readsLittleMoreThanTheWindow() async throws {
    let file = try log { Self.line($0) }
    let size = try #require(file.size)
    let window = try #require(range(file, "12:00:00", "12:10:00"))
    #expect(window.lowerBound <= size / 144 * 72)
    #expect(window.upperBound >= size / 144 * 73)
    #expect(Int64(window.count) < 600_000 + 2 * 1 << 18)
    let result = try await fixture.perform([
      ("path", KindFixture.text("a.log")), ("format", KindFixture.text("postgres")),
      ("since", KindFixture.text("2025-10-18T12:00:00Z")),
      ("until", KindFixture.text("2025-10-18T12:10:00Z")),
    ])
    #expect(result.values["count"] == 61)
    #expect(result.texts.first?.begins(with: "LOG:  line 43200 ") == true)
    #expect(result.texts.last?.begins(with: "LOG:  line 43800 ") == true)
  }

  @Test(
    arguments: [
      ("00:00:00", nil), (nil, "23:59:59"), (nil, "00:00:00"), ("23:59:59", nil),
    ] as [(String?, String?)])
  func takesAnOpenWindow(_ since: String?, _ until: String?) throws {
    let file = try log { Self.line($0) }
    let size = try #require(file.size)
    let window = try #require(range(file, since, until))
    if since == nil { #expect(window.lowerBound == 0) }
    if until == nil { #expect(window.upperBound == size) }
    if since == "23:59:59" { #expect(window.count < 1 << 20) }
    if until == "00:00:00" { #expect(window.count < 1 << 20) }
  }

  @Test func takesAWindowOutsideOfTheFile() throws {
    let file = try log { Self.line($0) }
    let grammar = PostgresGrammar(prefix: nil, zones: LogZones())
    let before = Timestamp(rfc3339: "2024-01-01T00:00:00Z")
    let after = Timestamp(rfc3339: "2026-01-01T00:00:00Z")
    #expect(LogSeek.range(of: file, grammar, since: before, until: after) == 0..<(file.size ?? 0))
    let none = LogSeek.range(of: file, grammar, since: after, until: nil)
    #expect((none?.count ?? .max) < 1 << 20)
  }

  /// Steps back that a busy server's processes make, and clocks that are put back.
  @Test func toleratesWhatIsALittleOutOfOrder() throws {
    let jitter = try log { Self.line($0, at: $0 + ($0 / 10 % 5) * 9) }
    #expect(range(jitter, "12:00:00", "12:10:00") != nil)
    let local = try log { Self.line($0, at: $0 > 40_000 ? $0 - 3600 : $0, zone: "") }
    let window = try #require(range(local, "10:30:00", "10:31:00"))
    let first = try #require(range(local, "11:00:00", "11:00:01"))
    #expect(window.lowerBound < 3_800 * 800 && window.upperBound > 4_150 * 800)
    #expect(first.upperBound > 4_320 * 800)
  }

  @Test func readsAnUnsortedFileAsAWhole() async throws {
    let file = try log { Self.line($0, at: $0 < 43_200 ? $0 + 43_200 : $0 - 43_200) }
    #expect(range(file, "12:00:00", "12:10:00") == nil)
    let result = try await fixture.perform([
      ("path", KindFixture.text("a.log")), ("format", KindFixture.text("postgres")),
      ("since", KindFixture.text("2025-10-18T12:00:00Z")),
      ("until", KindFixture.text("2025-10-18T12:10:00Z")),
    ])
    #expect(result.values["count"] == 61)
  }

  /// Such as eight days' logs of equal size, put together in the wrong way.
  @Test func isNotMisledByRepetition() throws {
    let file = try log { Self.line($0, at: $0 % 10_800) }
    #expect(range(file, "01:00:00", "01:10:00") == nil)
  }

  @Test func readsAsAWholeWhatHasNoTimes() throws {
    let file = try log { "line \($0) \(Self.rest)\n" }
    #expect(range(file, "12:00:00", nil) == nil)
    #expect(range(file, nil, nil) == nil)
  }
}
