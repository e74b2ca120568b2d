import Foundation
import RunbookModel
import RunbookReport
import RunbookStore
import Testing

@Suite struct ReportJSONTests {
  private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// Tools that people have written read by it: a change shows here first.
  @Test func publishesTheSchemaThatItKeeps() throws {
    let path = "docs/report.schema.json"
    if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
      try Data(ReportSchema.text.utf8).write(to: Self.root.appending(path: path))
      Issue.record("recorded \(path)")
    }
    #expect(try Self.text(path) == ReportSchema.text)
  }

  @Test(arguments: ["resolved", "not-confirmed", "held", "failed", "unverified", "hostile"])
  func keepsItsSchema(_ name: String) throws {
    let json = try Value(json: Self.text("Tests/RunbookReportTests/Golden/\(name).json"))
    #expect(SchemaCheck(try Value(json: ReportSchema.text)).faults(of: json) == [])
  }

  @Test func keepsItsSchemaInTheExample() throws {
    let entries = try JournalText.parse(
      Self.text("reports/example-auth-tables-dropped.journal"), from: "example")
    let json = try Value(json: IncidentReport(entries: entries).text(as: .json))
    #expect(SchemaCheck(try Value(json: ReportSchema.text)).faults(of: json) == [])
    #expect(json.mapValue?["format_version"] == .int(1))
  }

  @Test func checksWhatItIsSaidToCheck() throws {
    let check = SchemaCheck(try Value(json: ReportSchema.text))
    #expect(check.faults(of: [:]).contains("/: format_version is missing"))
    var report = try #require(
      try Value(json: Self.text("Tests/RunbookReportTests/Golden/held.json")).mapValue)
    report["title"] = 1
    report["extra"] = 1
    #expect(check.faults(of: .map(report)) == ["/: extra is unknown", "/title: not string"])
  }

  @Test func listsEveryTodoWithItsOwnerAndPlace() throws {
    var journal = JournalBuilder()
    journal.start(
      [StepRecord("a", "A", .detection)],
      report: [
        "trigger": "by ${{ inputs.backup }}", "action_items": [["action": "Mend", "owner": "a"]],
      ],
      inputs: [
        InputRecord(name: "backup", type: "path", value: nil, origin: .none, isSecret: false)
      ])
    journal.attempt("a", isConfirmed: true)
    let json = try Value(json: IncidentReport(entries: journal.entries).text(as: .json))
    let todos = try #require(json.mapValue?["todos"]?.listValue).compactMap(\.mapValue)
    #expect(todos.allSatisfy { $0["owner"] == "platform" })
    let reasons = todos.filter { $0["reason"] != .null }
    #expect(reasons.map { $0["field"] } == ["/root_cause/trigger"])
    #expect(reasons.map { $0["reason"] } == ["undefined: inputs.backup"])
    let fields = todos.compactMap { $0["field"]?.stringValue }
    #expect(fields.contains("/prevention/actions/0/due"))
    #expect(!fields.contains("/prevention/actions/0/owner"))
    for field in fields where field != "/root_cause/trigger" {
      #expect(value(at: field, in: json) == .null, "\(field)")
    }
  }

  private func value(at pointer: String, in json: Value) -> Value? {
    pointer.pieces(separatedBy: "/").reduce(json) { value, part in
      Int(part).flatMap { index in value?.listValue.map { $0[index] } }
        ?? value?.mapValue?[String(part)]
    }
  }

  @Test func saysTimesDurationsAndEvidenceForTools() throws {
    let json = try Value(json: Self.text("Tests/RunbookReportTests/Golden/resolved.json"))
    #expect(value(at: "/key_times/times/0/at", in: json) == "2025-10-18T22:01:40Z")
    #expect(value(at: "/key_times/measures/0/duration_seconds", in: json) == .double(380.088))
    #expect(value(at: "/timeline/groups/1/rows/0/reference", in: json) == "E2")
    #expect(value(at: "/evidence/items/0/size_bytes", in: json)?.intValue != nil)
    #expect(value(at: "/summary/status", in: json) == "resolved")
  }
}
