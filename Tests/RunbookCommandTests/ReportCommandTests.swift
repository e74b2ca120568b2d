import Foundation
import RunbookModel
import Testing

/// `runbook report` and what belongs to it, with the built program.
@Suite(.timeLimit(.minutes(15))) struct ReportCommandTests {
  /// A run that failed, with an output of 60 lines and one action item.
  private func failedRun() async throws -> (workspace: Workspace, report: String) {
    let workspace = try Workspace()
    try workspace.write(
      """
      runbook: told
      title: A run to tell of
      severity: medium
      owner: platform
      detection:
        - id: long
          effect: readOnly
          shell: seq 1 60; exit 3
          expect: exit_code == 3
          confirms: "true"
      recovery:
        - id: no
          shell: "true"
          gate: {approvals: 1}
      verification:
        - id: fails
          effect: readOnly
          shell: exit 1
      report:
        action_items: [Mend it]
      """, to: "told.yaml")
    let output = try await workspace.run(
      ["run", "told.yaml", "--approve", "recovery", "--approve", "no"])
    #expect(output.status == 1, "\(output.all)")
    let reports = try workspace.contents(of: "reports").map(\.path)
    return (workspace, try #require(reports.first { $0.ends(with: ".md") }))
  }

  @Test func writesTheWholeEvidenceBesideTheReport() async throws {
    let (workspace, report) = try await failedRun()
    let folder = report.replacingAll(".md", with: ".evidence")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(names == ["E1.txt"])
    let whole = try String(contentsOfFile: "\(folder)/E1.txt", encoding: .utf8)
    #expect(whole == (1...60).map { "\($0)\n" }.joined())
    let text = try String(contentsOfFile: report, encoding: .utf8)
    let name = (folder as NSString).lastPathComponent
    #expect(text.holds("writes the whole beside the report: `\(name)/E1.txt`"))
    for path in [report, folder + "/E1.txt"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect((attributes[.posixPermissions] as? Int ?? 0) & 0o777 == 0o600, "\(path)")
    }
    _ = workspace
  }

  @Test(arguments: [["report"], ["report", "--format", "json"], ["drill", "history"]])
  func aHyphenIsStandardOutput(command: [String]) async throws {
    let (workspace, _) = try await failedRun()
    let plain = try await workspace.run(command)
    let output = try await workspace.run(command + ["--output", "-"])
    #expect(output.status == 0 && output.stdout == plain.stdout && !output.stdout.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: workspace.path("-")))
  }

  @Test func saysThatAFileCannotBeWritten() async throws {
    let (workspace, _) = try await failedRun()
    let written = try await workspace.run(["report", "--output", "nowhere/report.md"])
    #expect(written.status == 74, "\(written.all)")
    #expect(written.stderr.holds("cannot write") && !written.stderr.holds("NSCocoa"))
  }

  @Test func putsPeoplesPartsIntoTheReport() async throws {
    let (workspace, _) = try await failedRun()
    let edit = try await workspace.run([
      "report", "edit", "--set", "reported_by=Support", "--set", "action.A1.owner=ops", "--add",
      "action=Page somebody", "--status", "review", "--as", "Ann",
    ])
    #expect(edit.status == 0, "\(edit.all)")
    #expect(edit.stdout.holds("New action item: A2"))
    let report = try await workspace.run(["report"])
    #expect(report.stdout.holds("- **Reported By**: Support (Ann (account \(Workspace.account)), "))
    #expect(report.stdout.holds("| in review, "))
    #expect(report.stdout.holds("| A2 | Page somebody (Ann (account \(Workspace.account)), "))
    for (arguments, message) in [
      (["--set", "impacts=x"], "a report has no field 'impacts'"), ([], "nothing is to be changed"),
      (["--set", "impact"], "'impact' is no FIELD=TEXT"),
      (["--status", "done"], "a report's status is"),
    ] {
      let refused = try await workspace.run(["report", "edit"] + arguments)
      #expect(refused.status == 64 && refused.all.holds(message), "\(refused.all)")
    }
    let fields = try await workspace.run(["report", "edit", "--fields"])
    #expect(fields.stdout.holds("lessons.lucky"))
  }

  @Test func namesWhatWasChangedByHand() async throws {
    let (workspace, report) = try await failedRun()
    let sound = try await workspace.run(["report", "verify", report])
    #expect(sound.status == 0 && sound.stdout.holds("Nothing was changed."), "\(sound.all)")
    for format in ["html", "json"] {
      let path = workspace.path("copy.\(format)")
      _ = try await workspace.run(["report", "--format", format, "--output", path])
      let verified = try await workspace.run(["report", "verify", path])
      #expect(verified.status == 0, "\(format): \(verified.all)")
      let text = try String(contentsOfFile: path, encoding: .utf8)
      try text.replacingAll("A run to tell of", with: "A run to forget").write(
        toFile: path, atomically: true, encoding: .utf8)
      let changed = try await workspace.run(["report", "verify", path])
      #expect(changed.status == 1 && changed.stdout.holds("changed by hand"), "\(changed.all)")
    }
    let text = try String(contentsOfFile: report, encoding: .utf8)
    try text.replacingAll("**Status** | FAILED", with: "**Status** | RESOLVED").write(
      toFile: report, atomically: true, encoding: .utf8)
    let changed = try await workspace.run(["report", "verify", report, "--json"])
    #expect(changed.status == 1)
    #expect(
      try changed.objects().first?["found"]?.listValue?.first?.stringValue?.holds("RESOLVED")
        == true)
    #expect(try changed.objects().last?["sound"] == false)
  }

  @Test func namesChangedEvidence() async throws {
    let (workspace, report) = try await failedRun()
    let file = report.replacingAll(".md", with: ".evidence/E1.txt")
    try (1...59).map { "\($0)\n" }.joined().write(toFile: file, atomically: true, encoding: .utf8)
    let changed = try await workspace.run(["report", "verify", report])
    #expect(changed.status == 1)
    #expect(changed.stdout.holds("E1.txt beside the report is not what was captured"))
    try FileManager.default.removeItem(atPath: file)
    let gone = try await workspace.run(["report", "verify", report])
    #expect(gone.status == 1 && gone.stdout.holds("beside the report cannot be read"))
  }

  @Test func namesAChangedFileOfTheRun() async throws {
    let workspace = try Workspace()
    try workspace.write(
      """
      runbook: long
      title: Long output
      detection:
        - id: long
          effect: readOnly
          shell: {script: seq 1 100000, output_limit: 100}
          confirms: "false"
      """, to: "long.yaml")
    let output = try await workspace.run(["run", "long.yaml"])
    #expect(output.status == 0, "\(output.all)")
    let report = try #require(
      try workspace.contents(of: "reports").map(\.path).first { $0.ends(with: ".md") })
    let sound = try await workspace.run(["report", "verify", report])
    #expect(sound.status == 0, "\(sound.all)")
    let file = try #require(
      try workspace.contents(of: "state").first {
        $0.path.holds("/evidence/") && $0.data.count > 500_000
      })
    var data = file.data
    data[77_777] ^= 1
    try data.write(to: URL(filePath: file.path))
    let changed = try await workspace.run(["report", "verify", report])
    #expect(changed.status == 1 && changed.stdout.holds("its SHA-256 is"), "\(changed.all)")
  }

  /// A report of a journal alone says what it did not look at.
  @Test func aJournalAloneSaysWhatWasNotChecked() async throws {
    let workspace = try Workspace()
    try workspace.write(
      """
      runbook: long
      title: Long output
      detection:
        - id: long
          effect: readOnly
          shell: {script: seq 1 100000, output_limit: 100}
          confirms: "false"
      """, to: "long.yaml")
    let output = try await workspace.run(["run", "long.yaml"])
    #expect(output.status == 0, "\(output.all)")
    let own = try await workspace.run(["report"])
    #expect(!own.stderr.holds("Not checked"), "\(own.stderr)")
    let journal = try await workspace.run(["journal"])
    let path = try workspace.write(journal.stdout, to: "a.journal")
    let alone = try await workspace.run(["report", "--journal", path])
    #expect(alone.status == 0 && alone.stdout == own.stdout, "\(alone.all)")
    #expect(alone.stderr.holds("Not checked: 1 file of evidence, which only the run's"))
  }

  /// A folder for reports within a run's own is refused before it is made.
  @Test func makesNoFolderForReportsInARun() async throws {
    let (workspace, _) = try await failedRun()
    let journal = try #require(
      try workspace.contents(of: "state").map(\.path).first { $0.ends(with: "journal.db") })
    let run = String(journal.dropLastScalars("/journal.db".unicodeScalars.count))
    let before = try FileManager.default.subpathsOfDirectory(atPath: run).sorted()
    let output = try await workspace.run(
      ["run", "told.yaml", "--approve", "recovery", "--approve", "no", "--reports", "\(run)/a/b"])
    #expect(output.status == 74, "\(output.all)")
    #expect(output.all.holds("is a run's own folder"), "\(output.all)")
    #expect(try FileManager.default.subpathsOfDirectory(atPath: run).sorted() == before)
  }

  /// What is refused leaves nothing, and says why alone.
  @Test(arguments: ["a.journal", "told.mustache", "witness", "journal.db"])
  func whatIsReadIsNotWrittenOver(_ name: String) async throws {
    let (workspace, _) = try await failedRun()
    let journal = try await workspace.run(["journal"])
    let text = try workspace.write(journal.stdout, to: "a.journal")
    let template = try workspace.write("{{title}}", to: "told.mustache")
    let own = try #require(
      try workspace.contents(of: "state").map(\.path).first { $0.ends(with: "journal.db") })
    let run = String(own.dropLastScalars("/journal.db".unicodeScalars.count))
    let isOfRun = name == "witness" || name == "journal.db"
    let output = isOfRun ? "\(run)/\(name)" : workspace.path(name)
    let source = isOfRun ? [] : ["--journal", text]
    // The program's output is kept there for the test, and SQLite has files of its own beside a journal.
    func files() throws -> Set<String> {
      let all = try FileManager.default.subpathsOfDirectory(atPath: workspace.path(""))
      return Set(
        all.filter { path in
          !["out-", "err-"].contains { path.begins(with: $0) }
            && !["-wal", "-shm"].contains { path.ends(with: $0) }
        })
    }
    let before = try files()
    let refused = try await workspace.run(
      ["report"] + source + ["--template", template, "--output", output])
    #expect(refused.status == 74, "\(refused.all)")
    #expect(
      refused.stderr.holds(isOfRun ? "is a run's own folder" : "it is what is read for it"),
      "\(refused.all)")
    #expect(!refused.all.holds("is kept"), "\(refused.all)")
    let left = try files().subtracting(before)
    #expect(left.isEmpty, "\(left)")
  }

  @Test(arguments: [
    ("/dev/zero", "is not a regular file"), ("pipe", "is not a regular file"),
    (".", "is a folder"), ("none", "is not there"),
  ]) func saysWhyAJournalIsNotRead(_ path: String, _ words: String) async throws {
    let workspace = try Workspace()
    _ = try workspace.makePipe("pipe")
    let output = try await workspace.run(["report", "--journal", path])
    #expect(output.status == 74, "\(output.all)")
    #expect(output.stderr.holds("cannot read \(path): it \(words)"), "\(output.all)")
  }

  /// A text of many lines stands in one line of a table as a person can read it.
  @Test func statusShowsLineBreaksForPeople() async throws {
    let workspace = try Workspace()
    try workspace.write(
      """
      runbook: lines
      title: Lines
      detection:
        - {id: sees, effect: readOnly, shell: "true", confirms: "true"}
      recovery:
        - {id: mends, shell: exit 3}
      """, to: "lines.yaml")
    _ = try await workspace.run(["run", "lines.yaml", "--approve", "recovery"])
    let skipped = try await workspace.run(["skip", "--yes", "--reason", "first line\nsecond line"])
    #expect(skipped.status == 79, "\(skipped.all)")
    let status = try await workspace.run(["status"])
    #expect(status.stdout.holds("first line↵ second line"), "\(status.all)")
    #expect(!status.stdout.holds("\\n"), "\(status.all)")
  }

  @Test func namesAChangedJournal() async throws {
    let (workspace, report) = try await failedRun()
    let journal = try await workspace.run(["journal"])
    let path = try workspace.write(
      journal.stdout.replacingAll("seq 1 60", with: "seq 1 61"), to: "changed.journal")
    let found = try await workspace.run(["report", "verify", report, "--journal", path])
    #expect(found.status == 74, "\(found.all)")
    #expect(found.all.holds("entry 1"), "\(found.all)")
  }

  @Test func listsTheReports() async throws {
    let (workspace, report) = try await failedRun()
    try workspace.write("# Mine\n", to: "reports/mine.md")
    let written = try await workspace.run(["report", "index"])
    #expect(written.status == 0, "\(written.all)")
    let index = try String(contentsOfFile: workspace.path("reports/README.md"), encoding: .utf8)
    let name = (report as NSString).lastPathComponent
    #expect(index.holds("[A run to tell of](\(name)) | medium | failed |"), "\(index)")
    #expect(index.holds("[A1](\(name)) | Mend it | TODO | TODO |"), "\(index)")
    #expect(!index.holds("mine.md"))
    let missing = try await workspace.run(["report", "index", "--reports", "nowhere"])
    #expect(missing.status == 64)
  }
}
