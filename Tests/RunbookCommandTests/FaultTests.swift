import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// Every fault of the sandbox of auth-tables-dropped ends in the right finding and the right cure.
///
/// One after the other: each is a server, an application and an Alembic of its own.
@Suite(.serialized, .enabled(if: TestServer.isAvailable), .timeLimit(.minutes(10)))
struct FaultTests {
  struct Fault: Sendable, CustomTestStringConvertible {
    let name: String
    /// Of the run as it ended.
    var state = "resolved"
    var status: Int32 = 0
    /// What the step that brings back became.
    var cure = "succeeded"
    /// What the report says.
    let says: [String]
    /// What it must not say.
    var saysNot: [String] = []
    /// Lines of the table of rows: table, before, backup, restored, set aside, now, lost.
    var rows: [String] = []
    var testDescription: String { name }
  }

  /// The fixture has 675 sessions, of which the backup has 595 and five that had signed out since.
  static let faults = [
    Fault(
      name: "partly",
      says: [
        "session is gone, with", "user_api_keys is gone, with", "208 of 208",
        "Rows lost for good: 80.",
      ],
      rows: [
        "| session | 675 | 600 | 600 | 0 | 600 | 80 |", "| user | 125 | – | – | – | 125 | 0 |",
      ]),
    Fault(
      name: "cascade",
      says: [
        "user is gone, with", "of crm.customers is gone, which used user",
        "the view signed_in is gone",
        "the view signed_in_count is gone", "Rows lost for good: 0.",
      ],
      rows: ["| user | 125 | 125 | 125 | 0 | 125 | 0 |"]),
    Fault(
      name: "locked",
      says: ["canceling statement due to lock timeout", "the lock is held by", "attempt"]),
    Fault(
      name: "column",
      says: ["session has no column token", "users has no column", "session.token: 80"],
      saysNot: ["session is gone, with"]),
    Fault(
      name: "emptied",
      says: ["session has no row; it had 675", "openai_usage has no row; it had 1560"],
      rows: ["| session | 675 | 600 | 600 | 0 | 600 | 80 |"]),
    Fault(
      name: "renamed",
      says: [
        "session is called session_2025 now", "RENAME TO session", "Rows lost for good: 0.",
      ],
      saysNot: ["COPY public.session"],
      rows: ["| session | 675 | – | – | – | 675 | 0 |"]),
    Fault(
      name: "orphaned", state: "unverified", status: 79,
      says: [
        "Bring back what did not come back: session: 5 of the backup's 600 rows were set aside",
        "5 rows of session set aside: what it refers to in user is gone",
      ],
      rows: ["| session | 675 | 600 | 595 | 5 | 595 | 85 |"]),
    Fault(
      name: "failed-upgrade", state: "notConfirmed", cure: "notBegun",
      says: [
        "their transaction was rolled back", "The write-ahead log has the rollback",
        "A recovery would have done harm.",
      ],
      saysNot: ["is gone"]),
  ]

  @Test(arguments: faults) func endsInTheRightCure(_ fault: Fault) async throws {
    let workspace = try Workspace()
    let output = try await workspace.run([
      "run", "auth-tables-dropped", "--path", PackageFolder.path + "/runbooks", "--sandbox",
      "--approve-all", "--set", "fault=\(fault.name)",
    ])
    #expect(output.status == fault.status, "\(output.all)")
    let object = try #require(try await workspace.run(["status", "--json"]).objects().first)
    #expect(object["state"]?.stringValue == fault.state)
    let steps = (object["steps"]?.listValue ?? []).compactMap(\.mapValue)
    let cure = steps.first { $0["id"] == "bring-back" }
    #expect(cure?["status"]?.stringValue == fault.cure)
    // The runbook's own statements are for when nothing better is open.
    #expect(steps.first { $0["id"] == "recreate-session" }?["status"] != "succeeded")
    let report = try plainReport(of: workspace)
    for text in fault.says + fault.rows { #expect(report.holds(text) as Bool, "\(text)") }
    for text in fault.saysNot { #expect(!report.holds(text) as Bool, "\(text)") }
  }

  /// Without what Markdown makes of a name.
  private func plainReport(of workspace: Workspace) throws -> String {
    try workspace.report().keepingScalars { !"\\`".holds($0) }
  }

  /// The statements beside the runbook make every object again, and no row.
  @Test func makesTheTablesAgainByTheRunbooksStatements() async throws {
    let workspace = try Workspace()
    let output = try await workspace.run([
      "run", "auth-tables-dropped", "--path", PackageFolder.path + "/runbooks", "--sandbox",
      "--approve-all", "--set", "way=runbook",
    ])
    #expect(output.status == 0, "\(output.all)")
    let object = try #require(try await workspace.run(["status", "--json"]).objects().first)
    let steps = (object["steps"]?.listValue ?? []).compactMap(\.mapValue)
    #expect(steps.first { $0["id"] == "bring-back" }?["status"] == "skipped")
    #expect(steps.first { $0["id"] == "recreate-session" }?["status"] == "succeeded")
    let report = try plainReport(of: workspace)
    #expect(report.holds("Rows lost for good: 3567."))
    // The last lines say it too, and so does the first page.
    #expect(output.stdout.holds("Resolved: ") && output.stdout.holds("lost for good: 3567 rows"))
    #expect(report.holds("Lost for good: 3567 rows."))
    #expect(report.holds("No session came back: all users have to sign in again."))
    #expect(!report.holds("valid again"))
    #expect(report.holds("| session | 675 | – | – | – | 0 | 675 |"))
    #expect(report.holds("208 of 208"))
  }

  /// What a downgrade makes again lacks what Alembic does not describe, and the run says so.
  @Test func saysWhatADowngradeDoesNotBringBack() async throws {
    let workspace = try Workspace()
    let output = try await workspace.run([
      "run", "auth-tables-dropped", "--path", PackageFolder.path + "/runbooks", "--sandbox",
      "--approve-all", "--set", "way=downgrade",
    ])
    #expect(output.status == 1, "\(output.all)")
    let object = try #require(try await workspace.run(["status", "--json"]).objects().first)
    let steps = (object["steps"]?.listValue ?? []).compactMap(\.mapValue)
    #expect(steps.first { $0["id"] == "bring-back" }?["status"] == "succeeded")
    #expect(steps.first { $0["id"] == "tables-are-back" }?["status"] == "succeeded")
    #expect(steps.first { $0["id"] == "structure-is-right" }?["status"] == "failed")
    #expect(output.stdout.holds("user has no row; it had 125, which the way that was taken cannot"))
    #expect(output.stdout.holds("lost for good: ") && output.stdout.holds("3567 rows"))
    #expect(output.stdout.holds("left out: ALTER TABLE research_reports DROP COLUMN"))
  }
}
