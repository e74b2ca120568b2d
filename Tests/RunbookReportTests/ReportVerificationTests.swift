import RunbookModel
import RunbookReport
import Testing

/// A byte changed in a report, or in its evidence, is found and named.
struct ReportVerificationTests {
  private func journal() -> JournalBuilder {
    var journal = Incident.begun()
    Incident.timeline(&journal)
    Incident.detection(&journal)
    return journal
  }

  private func verify(_ text: String, _ journal: JournalBuilder) throws -> ReportVerification {
    try ReportVerification(of: text, entries: journal.entries) { try $0.markdown() }
  }

  @Test func findsNothingInAReportAsItWasWritten() throws {
    var journal = journal()
    let text = try IncidentReport(entries: journal.entries).markdown()
    journal.add(.noteAdded(NoteAdded(text: "later", at: nil)))
    let found = try verify(text, journal)
    #expect(found.changes.isEmpty)
    #expect(found.basis?.sequence == Int64(journal.entries.count - 1))
    #expect(found.laterCount == 1)
    let copy = try IncidentReport(entries: journal.entries, isPublic: true).markdown()
    #expect(try verify(copy, journal).changes.isEmpty)
  }

  @Test func findsEveryByteThatIsChanged() throws {
    let journal = journal()
    let text = try IncidentReport(entries: journal.entries).markdown()
    let bytes = Array(text.utf8)
    // A step without a common factor with the length of lines, so that all sorts of places are hit.
    for index in stride(from: 0, to: bytes.count, by: 997) {
      var changed = bytes
      changed[index] = changed[index] == UInt8(ascii: "x") ? UInt8(ascii: "y") : UInt8(ascii: "x")
      let found = try verify(String(decoding: changed, as: UTF8.self), journal)
      #expect(!found.changes.isEmpty || found.basis == nil, "byte \(index)")
    }
  }

  /// U+037E is a semicolon to Swift, and U+1FEF a backtick.
  @Test(arguments: [(";", "\u{37E}"), ("`", "\u{1FEF}"), ("K", "\u{212A}")])
  func findsAnotherSignThatCountsAsTheSame(_ sign: String, _ other: String) throws {
    let text = try IncidentReport(entries: journal().entries).markdown()
    try #require(text.holds(sign))
    let changed = text.replacingAll(sign, with: other)
    #expect(try verify(changed, journal()).changes.isEmpty == false)
  }

  @Test func namesLineAndSection() throws {
    let journal = journal()
    let text = try IncidentReport(entries: journal.entries).markdown()
    let changed = text.replacingAll("all sessions lost", with: "no sessions lost")
      .replacingAll("### Trigger\n", with: "### Trigger\n\nMine.\n")
    let found = try verify(changed, journal)
    #expect(found.changes.map(\.section) == ["Executive Summary", "Impact", "Trigger"])
    let line = try #require(found.changes.first?.line)
    #expect(
      changed.pieces(separatedBy: "\n", omittingEmptySubsequences: false)[line - 1].holds(
        "no sessions lost"))
    #expect(found.changes.last?.expected == [])
    #expect(
      found.changes.last?.found == ["", "Mine."] || found.changes.last?.found == ["Mine.", ""])
  }

  @Test func saysThatAReportIsOfAnotherJournal() throws {
    var other = JournalBuilder()
    other.start([])
    other.add(.noteAdded(NoteAdded(text: "another", at: nil)))
    let text = try IncidentReport(entries: other.entries).markdown()
    #expect(try verify(text, journal()).basis == nil)
  }

  @Test func holdsEvidenceAgainstItsDigest() throws {
    var journal = JournalBuilder()
    journal.start([StepRecord("a", "A", .detection)])
    journal.begin("a")
    func evidence(_ id: String, _ content: EvidenceRecord.Content, _ text: String) -> EvidenceRecord
    {
      EvidenceRecord(
        id: id, what: "w", source: "s", capturedAt: .epoch, size: 1,
        digest: Digest.sha256(of: text), content: content, isCut: false)
    }
    journal.add(
      .attemptFinished(
        AttemptFinished(
          step: StepID("a"), attempt: 1, outcome: .succeeded,
          result: ["stdout": "as it was", "rows": [["n": 1]]],
          evidence: [
            evidence("E1", .result(key: "stdout"), "as it was"),
            evidence("E2", .result(key: "rows"), #"[{"n":1}]"#),
            evidence("E3", .result(key: "stdout"), "another"),
            evidence("E4", .file(path: "evidence/a/1/x"), "whole"),
            evidence("E5", .file(path: "evidence/a/1/y"), "whole"),
            evidence("E6", .result(key: "gone"), ""),
          ], elapsedMicroseconds: 1)))
    let problems = try IncidentReport(entries: journal.entries).evidenceProblems { path in
      path.ends(with: "x") ? Digest.sha256(of: "whole") : nil
    }
    #expect(problems.map(\.id) == ["E3", "E5", "E6"])
    #expect(problems[1].message == "the file evidence/a/1/y cannot be read")
  }

  /// What the report says of files that are gone or are others is of the day that it is written.
  @Test(arguments: [false, true], [ReportFormat.markdown, .html, .json])
  func theReportSaysWhatBecameOfFiles(isPublic: Bool, format: ReportFormat) throws {
    var journal = JournalBuilder()
    journal.start([StepRecord("a", "A", .detection)])
    journal.begin("a")
    let files = ["x", "y", "z"].enumerated().map { index, name in
      EvidenceRecord(
        id: "E\(index + 1)", what: "output", source: "s", capturedAt: .epoch, size: 1,
        digest: Digest.sha256(of: "whole"), content: .file(path: "evidence/a/1/\(name)"),
        isCut: false)
    }
    journal.add(
      .attemptFinished(
        AttemptFinished(
          step: StepID("a"), attempt: 1, outcome: .succeeded, result: [:], evidence: files,
          elapsedMicroseconds: 1)))
    let digest: (String) -> Digest? = { path in
      path.ends(with: "y") ? nil : Digest.sha256(of: path.ends(with: "x") ? "whole" : "another")
    }
    let text = try IncidentReport(entries: journal.entries, isPublic: isPublic, digest: digest)
      .text(as: format)
    for words in ["cannot be read any more", "is not what was captured"] {
      #expect(text.pieces(separatedBy: words).count == 2, "\(words)")
    }
    let silent = try IncidentReport(entries: journal.entries, isPublic: isPublic).text(as: format)
    #expect(!silent.holds("any more") && !silent.holds("is not what was captured"))
    guard format == .markdown else { return }
    for report in [text, silent] {
      let found = try ReportVerification(of: report, entries: journal.entries, digest: digest) {
        try $0.markdown()
      }
      #expect(found.changes.isEmpty)
    }
  }
}
