import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres
@testable import RunbookRecovery

/// A real server's write-ahead log, read while the server goes on.
@Suite(.enabled(if: TestServer.isAvailable), .serialized) struct WALKindTests {
  private func perform(
    _ fixture: SQLFixture, statements: [Timestamp], folder: String? = nil
  ) async throws -> StepResult {
    let kind = WALKind(
      gateway: fixture.gateway, environment: ProcessInfo.processInfo.environment)
    var fields: [(String, FieldValue)] = [("statements", KindFixture.text("asked"))]
    if let folder { fields.append(("folder", KindFixture.text(folder))) }
    let step = Step(
      id: StepID("a-step"), title: "A step", phase: .timeline, kind: "wal",
      body: Fields(
        fields.map { .init(name: $0.0, place: KindFixture.place, value: $0.1) },
        at: KindFixture.place), place: KindFixture.place)
    let asked = statements.map { ["at": .timestamp($0), "text": "DROP TABLE t"] as Value }
    let activity = try kind.bind(
      step, to: KindFixture.binding(ValueMap([("asked", .list(asked))]), connection: "main"))
    return try await activity.perform(in: try AttemptFixture().context())
  }

  /// The server's time by this host's clock, with the same offset as the step has.
  private func now(_ fixture: SQLFixture) async throws -> Timestamp {
    let text = fixture.server.psql(
      "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
      database: fixture.database)
    let offset = try await fixture.gateway.identify("main").clockOffsetMicroseconds ?? 0
    let rounded = Duration.milliseconds((offset + 500) / 1000)
    return try #require(
      Timestamp(rfc3339: text.trimmingCharacters(in: .whitespacesAndNewlines))?
        .adding(.zero - rounded))
  }

  private func outcomes(_ result: StepResult) -> [String?] {
    (result.values["verdicts"]?.listValue ?? []).map { $0.mapValue?["outcome"]?.stringValue }
  }

  @Test func tellsACommittedDropFromOneRolledBack() async throws {
    let fixture = try await SQLFixture()
    func run(_ sql: String) -> String { fixture.server.psql(sql, database: fixture.database) }
    // Each checkpoint that another test's DROP DATABASE asks for removes what nobody holds.
    let slot = "held_for_\(fixture.database)"
    #expect(run("SELECT count(*) FROM pg_create_physical_replication_slot('\(slot)', true)") == "1")
    defer { _ = run("SELECT pg_drop_replication_slot('\(slot)')") }
    _ = run("CREATE TABLE t (id int PRIMARY KEY, note text); INSERT INTO t VALUES (1, 'x')")
    // What follows is in other segments.
    _ = run("SELECT pg_switch_wal()")
    _ = run("INSERT INTO t VALUES (5, 'v')")
    let tried = try await now(fixture)
    _ = run("BEGIN; INSERT INTO t VALUES (3, 'z'); ROLLBACK")
    _ = run("BEGIN; SAVEPOINT s; DROP TABLE t; ROLLBACK")
    _ = run("BEGIN; INSERT INTO t VALUES (2, 'y'); ROLLBACK")
    // A rollback is written to the log's file with the next commit.
    _ = run("INSERT INTO t VALUES (4, 'w')")
    // What goes on beside it in other databases, and without a lock, does not count.
    let untilNow = try await perform(fixture, statements: [tried])
    #expect(untilNow.values["readable"] == true, "\(untilNow.values)")
    #expect(outcomes(untilNow) == ["rolledBack"], "\(untilNow.values)")
    #expect(untilNow.timeline.contains { $0.text.ends(with: "was rolled back") && !$0.isDamage })
    let dropped = try await now(fixture)
    _ = run("DROP TABLE t")
    let after = try await perform(fixture, statements: [dropped])
    #expect(outcomes(after) == ["committed"], "\(after.values)")
    let row = try #require(after.timeline.last { $0.isDamage })
    let end = try await now(fixture)
    #expect(row.at >= dropped && row.at <= end)
    // The table, its TOAST table with index, and the key's index.
    #expect(row.text.ends(with: "was committed and removed 4 files of relations"), "\(row.text)")
    // Each has its own.
    let both = try await perform(fixture, statements: [tried, dropped])
    #expect(outcomes(both) == ["rolledBack", "committed"], "\(both.values)")
    #expect(outcomes(try await perform(fixture, statements: [.epoch])) == ["unknown"])
  }

  @Test func saysWhyItCannotBeRead() async throws {
    let fixture = try await SQLFixture()
    let folder = NSTemporaryDirectory() + "runbook-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let names = [
      "000000010000000000000001", "000000010000000000000002", "00000001ZZ0000000000000F",
    ]
    for (name, size) in zip(names, [0, 40, 8192]) {
      try Data(repeating: 0xFF, count: size).write(to: URL(filePath: "\(folder)/\(name)"))
    }
    let result = try await perform(fixture, statements: [testNow()], folder: folder)
    #expect(result.values["readable"] == false)
    #expect(
      result.values["reason"]?.stringValue
        == "\(folder) holds no readable segment of this server's log")
    #expect(outcomes(result) == ["unknown"])
    #expect(result.notices.first?.holds("the catalogue alone tells") == true)
    let missing = try await perform(fixture, statements: [], folder: "/nonexistent")
    #expect(missing.values["reason"]?.stringValue?.holds("No such file or directory") == true)
  }
}
