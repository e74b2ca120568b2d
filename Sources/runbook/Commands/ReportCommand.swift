import ArgumentParser
import Foundation
import RunbookEngine
import RunbookModel
import RunbookReport
import RunbookStore
import RunbookSyntax

struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write a run's incident report from its journal, at any time.",
    discussion: """
      The report goes to standard output, or to --output FILE. The same journal and template give the \
      same bytes. A template of your own starts with 'runbook report --print-template'.
      """)

  @Argument(help: "The run, by its id or the start of one; the newest when it is left out.")
  var run: String?

  @Option(
    help: ArgumentHelp(
      "A journal as 'runbook journal' prints it, in place of a run.", valueName: "file"))
  var journal: String?

  @Option(help: ArgumentHelp("A Mustache template.", valueName: "file"))
  var template: String?

  @Option(name: [.short, .long], help: ArgumentHelp("The file to write.", valueName: "file"))
  var output: String?

  @Flag(help: "Print the default template.")
  var printTemplate = false

  @OptionGroup var state: StateOptions

  func run() async throws {
    let surroundings = Surroundings.current()
    let console = Console.current(surroundings)
    if printTemplate {
      return console.print(ReportTemplate.standardSource(for: .markdown), terminator: "")
    }
    do {
      let entries = try await JournalSource(
        run: run, file: journal, state: state, surroundings: surroundings
      ).entries()
      let text = try IncidentReport(entries: entries).text(
        template: try ownTemplate() ?? .standard(for: .markdown))
      guard let output else { return console.print(text, terminator: "") }
      try text.write(
        toFile: surroundings.absolute(output), atomically: true, encoding: .utf8)
      console.printError("Wrote \(output)")
    } catch let error as StoreError {
      try console.fail(error)
    } catch let error as ReportError {
      try fail(error, console)
    }
  }

  private func ownTemplate() throws -> ReportTemplate? {
    guard let template else { return nil }
    guard let data = FileManager.default.contents(atPath: template) else {
      throw ValidationError("cannot read the template \(template)")
    }
    return try ReportTemplate(loading: String(decoding: data, as: UTF8.self), file: template)
  }

  private func fail(_ error: ReportError, _ console: Console) throws {
    switch error {
    case .emptyJournal: console.printError("error: the journal has no entries")
    case .damagedJournal(let sequence, let reason):
      console.printError("error: entry \(sequence) of the journal: \(reason)")
    case .template(let diagnostics):
      // A template that cannot be read has been reported by now.
      let text = template.flatMap { try? String(contentsOfFile: $0, encoding: .utf8) } ?? ""
      let renderer = DiagnosticRenderer(
        sources: [template ?? "": text], isColored: console.isColored)
      console.printError(renderer.render(diagnostics))
    }
    throw ExitStatus.invalidRunbook.code
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
      console.print(JournalText.text(of: entries), terminator: "")
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

  func entries() async throws -> [Entry] {
    guard let file else {
      let store = RunStore(folder: surroundings.stateFolder(state.state))
      return try await store.open(try store.resolve(run)).entries()
    }
    guard let data = FileManager.default.contents(atPath: surroundings.absolute(file)) else {
      throw StoreError(.cannotRead, subject: file, "cannot read \(file)")
    }
    return try JournalText.parse(String(decoding: data, as: UTF8.self), from: file)
  }
}
