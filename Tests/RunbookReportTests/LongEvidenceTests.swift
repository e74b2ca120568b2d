import RunbookModel
import Testing

@testable import RunbookReport

/// A page shows a bounded part of a value, and says of what.
@Suite struct LongEvidenceTests {
  private func report(_ fill: (inout JournalBuilder) -> Void) throws -> IncidentReport {
    var journal = JournalBuilder()
    journal.start([StepRecord("say", "Say", .detection, "shell")])
    fill(&journal)
    return try IncidentReport(entries: journal.entries)
  }

  @Test func aLineOfThreeMillionCharactersIsNotMostOfThePage() throws {
    let line = String(repeating: "<", count: 3_000_000)
    let report = try report { journal in
      journal.attempt(
        "say", result: ["stdout": .string("a\n\(line)")],
        captures: ["all": .string(line), "deep": ["x": .string(line)], "many": [.string(line)]],
        evidence: [("standard output", "stdout")])
    }
    for format in [ReportFormat.markdown, .html] {
      let text = try report.text(as: format)
      #expect(text.utf8.count < 300_000, "\(format): \(text.utf8.count)")
      #expect(text.holds("the first 2000 of 3000000 characters"), "\(format)")
      #expect(text.holds("of each line at most 2000 characters; the journal has them all"))
    }
    // The whole is beside the report.
    #expect(report.evidenceFiles.map(\.name) == ["E1.txt"])
  }

  @Test func aLongValueInARowIsBesideTheReport() throws {
    let report = try report { journal in
      journal.attempt(
        "say", result: ["rows": [["a": .string(String(repeating: "x", count: 500))]]],
        evidence: [("rows", "rows")])
    }
    #expect(report.evidenceFiles.map(\.name) == ["E1.json"])
    #expect(try report.markdown().holds("of each value at most 400 characters"))
  }

  /// What the journal has may itself be a part.
  @Test func saysOfWhatTheFirstRowsAreAPart() throws {
    let rows = Value.list((0..<1_000).map { ["n": .int($0)] })
    let cut = try report { journal in
      journal.finish(
        "say", ["rows": rows], of: "rows", "rows", cut: "1000 of 2500 rows", size: 99_999)
    }
    let text = try cut.markdown()
    #expect(
      text.holds(
        "the first 40 of 1000 rows; the journal has 1000 rows, which are not all: "
          + "the first 1000 of 2500 rows"))
    let whole = try report { journal in
      journal.attempt("say", result: ["rows": rows], evidence: [("rows", "rows")])
    }
    #expect(try whole.markdown().holds("the first 40 of 1000 rows; the journal has them all"))
  }
}
