import ArgumentParser
import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookSyntax

/// Finds, reads and checks runbooks for the commands.
struct Library {
  let console: Console
  let finder: RunbookFinder
  let kinds: [any StepKind]

  /// For runbooks that are known by their paths.
  init(_ folders: [String], _ surroundings: Surroundings, kinds: [any StepKind]) {
    console = Console.current(surroundings)
    finder = RunbookFinder(flag: folders, surroundings)
    self.kinds = kinds
  }

  init(_ options: FinderOptions, _ surroundings: Surroundings, kinds: [any StepKind]) {
    console = Console.current(surroundings)
    finder = RunbookFinder(flag: options.paths, surroundings)
    self.kinds = kinds
  }

  /// All that is wrong with a runbook, and the runbook where nothing is.
  ///
  /// - Parameter withDrill: whether `drill.yaml` is read as well. A real run does without: a mistake
  ///   in it keeps no recovery from its start.
  func attempt(_ path: String, withDrill: Bool = true) -> (
    runbook: Runbook?, diagnostics: Diagnostics, sources: ExactMap<String>
  ) {
    let connections = Composition.checkingConnections().kinds
    let attempt = RunbookReader(
      kinds: kinds.map(\.spec), connectionKinds: connections.map(\.name),
      readsDrillFile: withDrill
    ).attempt(path: path)
    guard let draft = attempt.draft else { return (nil, attempt.diagnostics, attempt.sources) }
    var checked = RunbookChecker(kinds: kinds, connections: connections).check(draft)
    checked += DrillChecker(kinds: kinds.map(\.spec)).check(draft)
    var diagnostics = attempt.diagnostics
    if attempt.runbook == nil {
      diagnostics += checked.all.filter(\.standsInDrafts)
    } else {
      diagnostics += checked
    }
    let sources = Self.masked(attempt.sources, WrittenCredentials(draft, kinds: kinds))
    return (diagnostics.hasErrors ? nil : draft, diagnostics.sorted(), sources)
  }

  /// The texts of which lines are shown, with a mark for each character of a credential: what stands behind one keeps
  /// its column.
  private static func masked(
    _ sources: ExactMap<String>, _ credentials: WrittenCredentials
  ) -> ExactMap<String> {
    guard !credentials.values.isEmpty else { return sources }
    let values = credentials.values.sorted { $0.utf8.count > $1.utf8.count }
    return sources.mapValues { text in
      values.reduce(text) { text, value in
        text.replacingAll(value, with: String(repeating: "*", count: value.unicodeScalars.count))
      }
    }
  }

  func path(of name: String) throws -> String {
    if let path = finder.file(of: name) { return path }
    console.printError("error: there is no runbook '\(name)'")
    let names = finder.all().map(\.name)
    console.printError(
      names.isEmpty
        ? "  looked in \(finder.folders.joined(separator: ", "))"
        : "  there is \(names.joined(separator: ", "))")
    throw ExitStatus.usage.code
  }

  /// A runbook without an error, and the file that its name led to.
  func located(_ name: String) throws -> (runbook: Runbook, path: String) {
    (try runbook(name), try path(of: name))
  }

  /// A runbook without an error; what is wrong is printed.
  ///
  /// - Parameters:
  ///   - withDrill: whether `drill.yaml` is read as well. What its simulation leaves out is not printed:
  ///     it is an error where a simulation begins, and no matter of any other drill.
  ///   - isReadAgain: whether its warnings were printed before.
  func runbook(
    _ name: String, withDrill: Bool = false, isReadAgain: Bool = false
  ) throws -> Runbook {
    let (runbook, diagnostics, sources) = attempt(try path(of: name), withDrill: withDrill)
    let shown = diagnostics.all.filter {
      $0.severity == .error || !isReadAgain && $0.code.rawValue != "RB808"
    }
    if !shown.isEmpty {
      let renderer = DiagnosticRenderer(sources: sources)
      console.printError(renderer.render(Diagnostics(shown)))
    }
    guard let runbook else { throw ExitStatus.invalidRunbook.code }
    return runbook
  }
}

extension Diagnostic {
  /// Whether it is also true of a runbook of which parts could not be read: what a missing part would
  /// have named or given is not held against the rest.
  fileprivate var standsInDrafts: Bool {
    ![
      "RB300", "RB302", "RB303", "RB304", "RB307", "RB308", "RB404", "RB406", "RB802", "RB808",
    ].contains(code.rawValue)
  }
}
