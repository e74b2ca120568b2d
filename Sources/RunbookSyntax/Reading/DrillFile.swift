import RunbookModel

/// What came of reading `drill.yaml`.
struct DrillFile {
  static let name = "drill.yaml"

  let fields: Fields?
  let diagnostics: Diagnostics
  /// The file and what it names.
  let sources: [SourceFile]
  /// The drill's first key, or the file's start.
  let place: Place

  /// Nil where there is no such file.
  init?(besideRunbookIn path: String, tables: FileTables) {
    var folder = SourceFolder(path: path)
    do throws(FileFailure) {
      let text = try folder.contents(of: Self.name).text
      let (root, found) = YAMLComposer.compose(text, file: Self.name)
      var reader = FieldReader(file: Self.name, tables: tables, folder: folder)
      reader.diagnostics = found
      fields = root.flatMap { reader.fields($0, tables.drill, "a drill") }
      diagnostics = reader.diagnostics
      sources = reader.folder.files
    } catch {
      if error.code == .fileMissing { return nil }
      fields = nil
      diagnostics = Diagnostics([error.diagnostic(at: error.place)])
      sources = []
    }
    place = fields?.place ?? Place(file: Self.name, line: 1, column: 1)
  }
}
