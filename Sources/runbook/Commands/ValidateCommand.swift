import ArgumentParser
import RunbookModel
import RunbookSyntax

struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check runbooks: their form, names, expressions and SQL.",
    discussion: """
      All that is wrong is shown at once, each with its place. Nothing is connected to.
      The exit status is 65 when there is an error; warnings alone leave it 0.
      """)

  @Argument(help: "Runbooks by name or path; all of them when none is named.")
  var names: [String] = []

  @OptionGroup var finder: FinderOptions

  @Flag(help: "One JSON object a line for each diagnostic.")
  var json = false

  func run() throws {
    let library = Composition.library(finder)
    let console = library.console
    let paths =
      names.isEmpty ? library.finder.all().map(\.path) : try names.map(library.path(of:))
    if paths.isEmpty { console.printError("there are no runbooks to check") }
    var isValid = true
    var codes: [String] = []
    for path in paths {
      let (runbook, diagnostics, sources) = library.attempt(path)
      isValid = isValid && runbook != nil
      if json {
        for diagnostic in diagnostics.all { console.print(json: diagnostic.json) }
        if let remainder = diagnostics.remainder {
          let note = Diagnostic(.note, .moreDiagnostics, "\(remainder) in \(path)", at: nil)
          console.print(json: note.json)
        }
      } else if diagnostics.isEmpty {
        console.print("\(path): \("ok", .green), \(runbook?.steps.count ?? 0) steps")
      } else {
        let renderer = DiagnosticRenderer(sources: sources)
        console.print(renderer.render(diagnostics))
        for code in diagnostics.all.map(\.code.rawValue) where !codes.contains(code) {
          codes.append(code)
        }
      }
    }
    if !codes.isEmpty { sayMore(of: codes, console) }
    if !isValid { throw ExitStatus.invalidRunbook.code }
  }

  /// Advice, and no part of the result: on standard error.
  private func sayMore(of codes: [String], _ console: Console) {
    let shown = codes.prefix(5).joined(separator: " ")
    console.printError("For what this means and what to do: runbook explain \(shown)")
  }
}
