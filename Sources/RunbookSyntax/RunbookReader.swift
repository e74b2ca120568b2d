public import RunbookModel

/// Reads runbooks from their files.
public struct RunbookReader: Sendable {
  private let tables: FileTables
  private let readsDrillFile: Bool

  /// - Parameter kinds: the kinds of steps that a runbook may have.
  public init(kinds: [KindSpec]) { self.init(kinds: kinds, readsDrillFile: true) }

  /// - Parameters:
  ///   - connectionKinds: the kinds of connections, by name.
  ///   - readsDrillFile: whether `drill.yaml` beside a `runbook.yaml` is read. A real run
  ///     leaves it alone: a mistake in it must keep no recovery from its start.
  public init(
    kinds: [KindSpec], connectionKinds: [String] = ["postgres"], readsDrillFile: Bool
  ) {
    tables = FileTables(FileSpec(kinds: kinds, connectionKinds: connectionKinds))
    self.readsDrillFile = readsDrillFile
  }

  /// Reads a runbook's file and what it names.
  ///
  /// - Throws: all that is wrong, warnings included, in the order of places. `attempt(path:)` gives
  ///   the sources with them, so that they can be rendered.
  public func read(path: String) throws(Diagnostics) -> ReadRunbook {
    try attempt(path: path).result()
  }

  /// Reads a runbook from text.
  ///
  /// - Parameters:
  ///   - fileName: the file's name, for places.
  ///   - folder: where the files are that the runbook names; nil means that it can name none.
  /// - Throws: as `read(path:)`.
  public func read(
    text: String, fileName: String, folder: String? = nil
  ) throws(Diagnostics) -> ReadRunbook {
    try attempt(text: text, fileName: fileName, folder: folder).result()
  }

  /// As `read(path:)`, with the sources whether it succeeds or not.
  public func attempt(path: String) -> ReadingAttempt {
    let parts = path.pieces(separatedBy: "/", omittingEmptySubsequences: false)
    let fileName = parts.last.map(String.init) ?? path
    var folder = parts.dropLast().joined(separator: "/")
    if folder.isEmpty { folder = path.begins(with: "/") ? "/" : "." }
    do throws(FileFailure) {
      let text = try FileText.read(path, as: path)
      return attempt(text, file: path, fileName: fileName, folder: folder)
    } catch {
      return ReadingAttempt(failure: error.diagnostic(at: error.place))
    }
  }

  /// As `read(text:fileName:folder:)`, with the sources whether it succeeds or not.
  public func attempt(text: String, fileName: String, folder: String? = nil) -> ReadingAttempt {
    do throws(FileFailure) {
      let text = try FileText.text(Array(text.utf8), fileName)
      return attempt(text, file: fileName, fileName: fileName, folder: folder)
    } catch {
      return ReadingAttempt(failure: error.diagnostic(at: error.place))
    }
  }

  private func attempt(
    _ text: String, file: String, fileName: String, folder: String?
  ) -> ReadingAttempt {
    let (root, diagnostics) = YAMLComposer.compose(text, file: file)
    var reader = FieldReader(file: file, tables: tables, folder: SourceFolder(path: folder))
    reader.diagnostics = diagnostics
    guard let root, let fields = reader.top(root) else {
      return ReadingAttempt(nil, reader, file: file, text: text)
    }
    var builder = RunbookBuilder(
      reader: reader, fields: fields, source: SourceFile(path: fileName, text: text),
      folder: folder ?? ".", fileName: fileName)
    if readsDrillFile, let folder, fileName == "runbook.yaml" {
      builder.drillFile = DrillFile(besideRunbookIn: folder, tables: tables)
    }
    let runbook = builder.runbook()
    return ReadingAttempt(
      runbook, builder.reader, file: file, text: text, more: builder.drillFile?.sources ?? [])
  }
}

/// A runbook that was read without an error.
public struct ReadRunbook: Sendable {
  public let runbook: Runbook
  public let warnings: Diagnostics
  /// The text of each file by the name that places give it.
  public let sources: ExactMap<String>
}

/// What came of reading a runbook.
public struct ReadingAttempt: Sendable {
  /// Nil where there is an error.
  public let runbook: Runbook?
  /// What could be read in spite of errors: parts of it may be missing. For further checks only.
  public let draft: Runbook?
  /// In the order of places.
  public let diagnostics: Diagnostics
  /// The text of each file that could be read, by the name that places give it.
  public let sources: ExactMap<String>

  init(failure: Diagnostic) {
    runbook = nil
    draft = nil
    diagnostics = Diagnostics([failure])
    sources = [:]
  }

  init(
    _ runbook: Runbook?, _ reader: FieldReader, file: String, text: String,
    more: [SourceFile] = []
  ) {
    var sources = ExactMap((reader.folder.files + more).map { ($0.path, $0.text) })
    sources[file] = text
    self.sources = sources
    var found = reader.diagnostics
    found.append(contentsOf: Self.deceptions(in: sources))
    diagnostics = found.sorted()
    self.runbook = diagnostics.hasErrors ? nil : runbook
    draft = runbook
  }

  /// What looks otherwise than it is read, in the runbook and in all files that it names.
  private static func deceptions(in sources: ExactMap<String>) -> [Diagnostic] {
    sources.inOrder.flatMap { file, text in
      let survey = DeceptiveText.survey(of: text, limit: 10)
      let last = survey.shown.count - 1
      return survey.shown.enumerated().map { index, finding in
        let rest = index == last ? survey.rest.map { "; the file holds \($0)" } : nil
        return Diagnostic(
          .warning, .deceptiveText, "the text holds \(finding.description)\(rest ?? "")",
          at: Place(file: file, line: finding.line, column: finding.column, length: 1),
          hint: DeceptiveText.hint
        )
      }
    }
  }

  /// The runbook, or the diagnostics as an error.
  public func result() throws(Diagnostics) -> ReadRunbook {
    guard let runbook else { throw diagnostics }
    return ReadRunbook(runbook: runbook, warnings: diagnostics, sources: sources)
  }
}
