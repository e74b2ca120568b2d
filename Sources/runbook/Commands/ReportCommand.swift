import ArgumentParser
import Foundation
import RunbookEngine
import RunbookModel
import RunbookReport
import RunbookStore

struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "write",
    abstract:
      "Write a run's incident report from its journal, at any time (what 'report' does by itself).",
    discussion: """
      The report goes to standard output, or to --output FILE. The same journal and template give the \
      same bytes. A template of your own starts with 'runbook report --print-template', for HTML with \
      --format html. 'runbook schema --report' says what is in the JSON.
      """)

  @Argument(help: "The run, by its id or the start of one; the newest when it is left out.")
  var run: String?

  @Option(
    help: ArgumentHelp(
      "A journal as 'runbook journal' prints it, in place of a run.", valueName: "file"))
  var journal: String?

  @Option(
    help: "What to write: markdown, html (one file, with pictures) or json (for tools).",
    transform: Self.format(named:))
  var format = ReportFormat.markdown

  @Option(help: ArgumentHelp("A Mustache template for the format.", valueName: "file"))
  var template: String?

  @OptionGroup var output: OutputOptions

  @Flag(
    name: .customLong("public"),
    help: "A copy without hosts, people and query values. Read it before you publish it.")
  var isPublic = false

  @Flag(help: "Print the format's default template.")
  var printTemplate = false

  @OptionGroup var state: StateOptions

  func validate() throws {
    if format.templates == nil, template != nil || printTemplate {
      throw ValidationError("the format \(format.rawValue) has no template")
    }
  }

  func run() async throws {
    let surroundings = Surroundings.current()
    let console = Console.current(surroundings)
    if printTemplate, let templates = format.templates {
      return console.print(document: ReportTemplate.standardSource(for: templates))
    }
    do {
      let entries = try await JournalSource(
        run: run, file: journal, state: state, surroundings: surroundings
      ).entries()
      let folder = try runFolder(surroundings)
      let report = try IncidentReport(
        entries: entries, isPublic: isPublic, rules: Composition.publicRules(),
        digest: folder.map { folder in
          { (path: String) in ReportFile.digest(of: path, inRunFolder: folder) }
        })
      if folder == nil { tellOfEvidence(report, console) }
      let text = try format.text(of: report, template: template)
      console.warnOfSecrets(in: text, output.file ?? "the report")
      guard let output = output.file else { return console.print(document: text) }
      let inputs = [journal, template].compactMap { $0.map(surroundings.absolute) }
      // What is refused leaves nothing behind.
      try OutputFile(path: surroundings.absolute(output), inputs: inputs).requireAllowed()
      try keepEdits(in: output, entries, folder, surroundings, console)
      for notice in try ReportFile(report: report, runFolder: folder, inputs: inputs)
        .write(text, to: surroundings.absolute(output))
      {
        console.printError("  \(notice)")
      }
      console.printError("Wrote \(output)")
    } catch let error as StoreError {
      try console.fail(error)
    } catch let error as ReportError {
      try console.fail(error, template: template)
    }
  }

  /// Who names a file has it written over; what somebody wrote into a report of this run is kept beside it.
  private func keepEdits(
    in output: String, _ entries: [Entry], _ folder: String?, _ surroundings: Surroundings,
    _ console: Console
  ) throws {
    let path = surroundings.absolute(output)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
      let attributes = try? FileManager.default.attributesOfItem(
        atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path),
      attributes[.type] as? FileAttributeType == .typeRegular,
      let data = FileManager.default.contents(atPath: path)
    else { return }
    let former = FormerReport(
      entries: entries, runFolder: folder, template: template.map { ($0, format) })
    guard case .edited = former.standing(of: String(decoding: data, as: UTF8.self)) else { return }
    let kept = FormerReport.name(of: path, Array(data))
    try OutputFile(path: kept).write(String(decoding: data, as: UTF8.self))
    console.printError(
      "  what was in \(output) is not what the run's journal gives: it is kept in \(kept)")
  }

  /// What a journal alone can show of its evidence, and what not.
  private func tellOfEvidence(_ report: IncidentReport, _ console: Console) {
    for problem in report.evidenceProblems(digest: nil) {
      console.printError("  evidence \(problem.id): \(problem.message)")
    }
    let count = report.filesOfEvidence.count
    guard count > 0 else { return }
    let files = count == 1 ? "1 file of evidence" : "\(count) files of evidence"
    console.printError(
      "  Not checked: \(files), which only the run's own folder has ('runbook report RUN' looks at them)"
    )
  }

  private func runFolder(_ surroundings: Surroundings) throws -> String? {
    guard journal == nil else { return nil }
    let store = surroundings.store(state.state)
    return store.folder(of: try store.resolve(run))
  }

  private static func format(named name: String) throws -> ReportFormat {
    guard let format = ReportFormat(rawValue: name) else {
      let names = ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("there is no format '\(name)': \(names)")
    }
    return format
  }
}

struct JournalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "journal",
    abstract: "Print a run's journal: a line for each entry, its hash and its JSON.",
    discussion: "The chain of hashes is checked; an entry that does not fit is named.")

  @Argument(help: "The run, by its id or the start of one; the newest when it is left out.")
  var run: String?

  @OptionGroup var state: StateOptions

  func run() async throws {
    let surroundings = Surroundings.current()
    let console = Console.current(surroundings)
    do {
      let entries = try await JournalSource(
        run: run, file: nil, state: state, surroundings: surroundings
      ).entries()
      console.print(document: JournalText.text(of: entries))
    } catch let error as StoreError {
      try console.fail(error)
    }
  }
}

/// Where a command's entries come from: a run of the state folder, or a journal as text.
struct JournalSource {
  let run: String?
  let file: String?
  let state: StateOptions
  let surroundings: Surroundings

  private static let largest = 1 << 30

  /// What a database of SQLite begins with (<https://www.sqlite.org/fileformat.html>).
  private static let sqliteMark = Array("SQLite format 3\0".utf8)

  func entries() async throws -> [Entry] {
    guard let file else {
      let store = surroundings.store(state.state)
      return try await store.open(try store.resolve(run)).entries()
    }
    let data: [UInt8]
    do throws(BoundedFile.Problem) {
      // A journal may be as large as what its run brought back.
      data = try BoundedFile.bytes(of: surroundings.absolute(file), atMost: Self.largest)
    } catch {
      throw StoreError(.cannotRead, subject: file, "cannot read \(file): it \(error.message)")
    }
    guard !data.starts(with: Self.sqliteMark) else {
      throw StoreError(
        .cannotRead, subject: file,
        "\(file) is a SQLite file, such as a run's own journal.db, and no journal as text: name the run in "
          + "its place, or have it printed first: runbook journal RUN > FILE")
    }
    return try JournalText.parse(String(decoding: data, as: UTF8.self), from: file)
  }
}
