import Foundation
import RunbookEngine
import RunbookModel
import RunbookSandbox
import Testing

@testable import RunbookLogs
@testable import RunbookSystem

/// Logs that a server wrote while the test ran.
@Suite(.enabled(if: TestSandbox.isPossible)) struct LiveLogTests {
  private static let prefix = "%n|%-12u|%d|%p|%l-1|%x|%q%a "

  /// What a sandbox does not let its runbook set.
  private static let settings = """
    ALTER SYSTEM SET logging_collector = on;
    ALTER SYSTEM SET log_destination = 'stderr,csvlog,jsonlog';
    ALTER SYSTEM SET log_filename = 'server.log';
    ALTER SYSTEM SET log_statement = 'ddl';
    ALTER SYSTEM SET log_timezone = 'Europe/Berlin';
    ALTER SYSTEM SET log_line_prefix = '\(prefix)';
    """

  private static let statements = #"""
    CREATE TABLE "a, ""b""" (id int);
    CREATE TABLE c (id int);
    DO $$ BEGIN RAISE LOG E'one\ntwo' USING DETAIL = 'three'; END $$;
    DROP TABLE
      "a, ""b""",
    c;
    """#

  @Test func readsAllThatAServerWrites() async throws {
    let test = TestSandbox()
    let first = try await test.provider.start(in: test.folder, settings: [])
    _ = try? await first.query(Self.settings)
    await first.stop()
    let sandbox = try await test.provider.restart(in: test.folder)
    let start = testNow()
    _ = try? await sandbox.query(Self.statements)
    let folder = try? await sandbox.query("SHOW data_directory")
    for (name, format) in [
      ("server.log", "postgres"), ("server.csv", "csvlog"), ("server.json", "jsonlog"),
    ] {
      let fields = [
        ("path", KindFixture.text("\(folder ?? "")/log/\(name)")),
        ("format", KindFixture.text(format)),
        ("match", KindFixture.text("(?i)drop table|one two")),
      ]
      let prefix = [("line_prefix", KindFixture.text(Self.prefix))]
      let result = try? await LogFixture().perform(fields + (format == "postgres" ? prefix : []))
      #expect(result?.texts == Self.events, "\(format)")
      #expect(result?.notices == [])
      let event = result?.event(1)
      #expect(event?["user"] != nil && event?["database"] != nil && event?["pid"] != nil)
      let at = result?.timeline.last?.at ?? .epoch
      #expect(at >= start.adding(.seconds(-1)) ?? start && at <= testNow(), "\(format) \(at)")
    }
    await sandbox.stop()
    try await test.provider.remove(folder: test.folder)
  }

  private static let events = [
    "LOG:  one two DETAIL:  three "
      + "CONTEXT:  PL/pgSQL function inline_code_block line 1 at RAISE "
      + #"STATEMENT:  DO $$ BEGIN RAISE LOG E'one\ntwo' USING DETAIL = 'three'; END $$;"#,
    #"LOG:  statement: DROP TABLE "a, ""b""", c;"#,
  ]

  @Test func findsTheUsualPrefixByItself() async throws {
    try await TestSandbox.with(settings: [TestSandbox.setting("log_statement", "ddl")]) { sandbox in
      _ = try await sandbox.query("CREATE TABLE c (id int);\nDROP\n TABLE c;")
      let found = try await LogFixture().perform([
        ("path", KindFixture.text(sandbox.serverLog)), ("format", KindFixture.text("postgres")),
        ("match", KindFixture.text("DROP TABLE")),
      ])
      #expect(found.texts == ["LOG:  statement: DROP TABLE c;"])
    }
  }
}
