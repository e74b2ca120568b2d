import ArgumentParser
import Foundation
import RunbookEngine
import RunbookModel
import RunbookReport
import RunbookStore

struct ReportVerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check a report against its journal: what was changed by hand since is named.",
    discussion: """
      The journal's chain of hashes is checked, the report written anew from the entries up to the one \
      whose hash it names, and each piece of evidence held against its SHA-256.

      Exit status: 0 when all is as the run left it, 1 when something was changed, 74 when the journal \
      itself was.
      """)

  @Argument(help: ArgumentHelp("The report.", valueName: "file"))
  var file: String

  @Option(
    help: ArgumentHelp(
      "A journal as 'runbook journal' prints it, in place of the run in the state folder.",
      valueName: "file"))
  var journal: String?

  @Option(help: ArgumentHelp("The Mustache template that it was written with.", valueName: "file"))
  var template: String?

  @Flag(help: "One JSON object for each change, and one at the end.")
  var json = false

  @OptionGroup var state: StateOptions

  func run() async throws {
    let surroundings = Surroundings.current()
    let console = Console.current(surroundings)
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: surroundings.absolute(file)))
    } catch {
      console.printError("error: cannot read \(file): \(error.localizedDescription)")
      throw ExitStatus.usage.code
    }
    let text = String(decoding: data, as: UTF8.self)
    do {
      let store = surroundings.store(state.state)
      let run = journal == nil ? try run(named: text, in: store) : nil
      let entries = try await JournalSource(
        run: run?.rawValue, file: journal, state: state, surroundings: surroundings
      ).entries()
      let format = ReportFormat(of: text)
      // Without the run's folder its files cannot be looked at.
      let fileDigest = run.map { run in
        { (path: String) in ReportFile.digest(of: path, inRunFolder: store.folder(of: run)) }
      }
      let found = try ReportVerification(
        of: text, entries: entries, rules: Composition.publicRules(), digest: fileDigest
      ) { report in
        try format.text(of: report, template: template)
      }
      let problems = try IncidentReport(entries: entries).evidenceProblems(digest: fileDigest)
      let beside = ReportFile.problems(
        of: try IncidentReport(entries: entries), beside: surroundings.absolute(file))
      try show(found, problems + beside, entries, console)
    } catch let error as StoreError {
      try console.fail(error)
    } catch let error as ReportError {
      try console.fail(error, template: template)
    }
  }

  /// The run that the report names and the state folder has.
  private func run(named text: String, in store: RunStore) throws -> RunID {
    let known = Set(store.runs().map(\.rawValue))
    let words = text.pieces { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-")) }
    guard let run = words.first(where: { known.contains(String($0)) }) else {
      throw StoreError(
        .notFound, subject: file,
        "the report names no run of the state folder; give its journal: --journal FILE")
    }
    return RunID(rawValue: String(run))
  }

  private func show(
    _ found: ReportVerification, _ problems: [IncidentReport.EvidenceProblem], _ entries: [Entry],
    _ console: Console
  ) throws {
    json
      ? showJSON(found, problems, entries, console) : showText(found, problems, entries, console)
    guard found.basis != nil, found.changes.isEmpty, problems.isEmpty else {
      throw ExitStatus.failed.code
    }
  }

  private func showText(
    _ found: ReportVerification, _ problems: [IncidentReport.EvidenceProblem], _ entries: [Entry],
    _ console: Console
  ) {
    console.print("Journal: all \(entries.count) entries fit the chain")
    if let basis = found.basis {
      let later = found.laterCount == 0 ? "" : "; \(found.laterCount) came after it"
      console.print("Report: written after entry \(basis.sequence)\(later)")
    } else {
      console.print("Report: it names the hash of no entry of this journal")
    }
    for change in found.changes {
      let place = change.section.isEmpty ? "before the first section" : "in '\(change.section)'"
      console.print("\("\(file):\(change.line): changed by hand", .red), \(place)")
      for line in change.expected.prefix(5) { console.print("  - \(line)") }
      for line in change.found.prefix(5) { console.print("  + \(line)") }
      let more = max(0, change.expected.count - 5) + max(0, change.found.count - 5)
      if more > 0 { console.print("  … and \(more) lines more") }
    }
    for problem in problems {
      console.print("\("Evidence \(problem.id)", .red): \(problem.message)")
    }
    guard found.basis != nil, found.changes.isEmpty, problems.isEmpty else { return }
    console.print("\("Nothing was changed.", .green)")
  }

  private func showJSON(
    _ found: ReportVerification, _ problems: [IncidentReport.EvidenceProblem], _ entries: [Entry],
    _ console: Console
  ) {
    for change in found.changes {
      let object: Value = [
        "kind": "changed", "line": .int(Int64(change.line)), "section": .string(change.section),
        "expected": .list(change.expected.map(Value.string)),
        "found": .list(change.found.map(Value.string)),
      ]
      console.print(json: object.json)
    }
    for problem in problems {
      let object: Value = [
        "kind": "evidence", "id": .string(problem.id), "message": .string(problem.message),
      ]
      console.print(json: object.json)
    }
    let isSound = found.basis != nil && found.changes.isEmpty && problems.isEmpty
    let object: Value = [
      "kind": "result", "sound": .bool(isSound), "entries": .int(Int64(entries.count)),
      "basis": found.basis.map { .int($0.sequence) } ?? .null,
      "later": .int(Int64(found.laterCount)),
    ]
    console.print(json: object.json)
  }
}
