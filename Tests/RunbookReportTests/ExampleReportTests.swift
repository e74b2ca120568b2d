import Foundation
import RunbookReport
import RunbookStore
import Testing

/// The committed example: a real run's journal, and the report that the program makes of it.
@Suite struct ExampleReportTests {
  private func text(of name: String) throws -> String {
    let root = URL(filePath: #filePath).appending(path: "../../..").standardized
    return try String(contentsOf: root.appending(path: "reports/\(name)"), encoding: .utf8)
  }

  @Test func isMadeFromItsJournalToTheByte() throws {
    let journal = try text(of: "example-auth-tables-dropped.journal")
    let entries = try JournalText.parse(journal, from: "example-auth-tables-dropped.journal")
    let report = try IncidentReport(entries: entries).markdown()
    let example = try text(of: "example-auth-tables-dropped.md")
    let differing = zip(
      report.split(separator: "\n", omittingEmptySubsequences: false),
      example.split(separator: "\n", omittingEmptySubsequences: false)
    ).first { $0 != $1 }
    #expect(differing == nil)
    #expect(report.utf8.elementsEqual(example.utf8))
  }

  /// Journals that earlier versions wrote are read for as long as there are any.
  @Test func readsAJournalOfVersionOne() throws {
    let path = URL(filePath: #filePath).appending(path: "../Golden/version-1.journal").standardized
    let entries = try JournalText.parse(
      String(contentsOf: path, encoding: .utf8), from: "version-1.journal")
    let report = try IncidentReport(entries: entries).markdown()
    #expect(report.contains("**Format of the entries**: version 1"))
    #expect(report.contains("Run ended: resolved (every verification step passed)"))
  }

  /// What the source incident's report says and a run can know.
  @Test(arguments: [
    "add_research_report_streaming_fields.py", "relation \"session\" does not exist",
    "op.drop_table('session')", "op.add_column('research_reports'", "Status**: RESOLVED",
    "The sign-in endpoint answers 200", "CREATE TABLE public.session (", "SANDBOX",
  ])
  func tellsWhatTheRunKnows(fact: String) throws {
    #expect(try text(of: "example-auth-tables-dropped.md").contains(fact))
  }

  @Test(arguments: [
    "user", "session", "account", "verification", "sessions", "accounts", "verification_tokens",
    "pinned_stocks", "user_api_keys", "openai_usage",
  ])
  func namesEveryDroppedTable(table: String) throws {
    #expect(try text(of: "example-auth-tables-dropped.md").contains("op.drop_table('\(table)')"))
  }
}
