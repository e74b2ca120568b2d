import Foundation
import RunbookModel
import RunbookSyntax
import Testing

@Suite("Files of a runbook")
struct FileTests {
  /// A folder of its own for one test.
  private final class Folder {
    let url: URL

    init() throws {
      url = FileManager.default.temporaryDirectory
        .appending(path: "runbook-files-\(UUID().uuidString)")
      try FileManager.default.createDirectory(
        at: url.appending(path: "book/ddl"), withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ text: String, _ path: String) throws {
      try Data(text.utf8).write(to: url.appending(path: path))
    }

    func path(_ name: String) -> String { url.appending(path: name).path }
  }

  private func attempt(_ folder: Folder, file: String) throws -> ReadingAttempt {
    let text = "runbook: r\nverification:\n  - id: a\n    sql: {file: \(file)}\n"
    try folder.write(text, "book/runbook.yaml")
    return Fixture.reader.attempt(path: folder.path("book/runbook.yaml"))
  }

  @Test func readsAFileBesideTheRunbook() throws {
    let folder = try Folder()
    try folder.write("SELECT 1;\nSELECT 2;\n", "book/ddl/a.sql")
    let runbook = try #require(try attempt(folder, file: "ddl/a.sql").runbook)
    #expect(runbook.sources.map(\.path) == ["runbook.yaml", "ddl/a.sql"])
    #expect(runbook.folder == folder.path("book"))
    guard case .file(_, let contents)? = runbook.steps.first?.body["file"] else {
      Issue.record("the step has no file")
      return
    }
    #expect(
      contents.place(atByte: 10, length: 6)
        == Place(file: "ddl/a.sql", line: 2, column: 1, length: 6))
  }

  private func constants(
    _ folder: Folder, _ constants: String, file: String
  ) throws -> ReadingAttempt {
    try folder.write(file, "book/owners.yaml")
    let text = "runbook: r\nconstants:\n\(constants)\nverification:\n  - id: a\n    sql: SELECT 1\n"
    try folder.write(text, "book/runbook.yaml")
    return Fixture.reader.attempt(path: folder.path("book/runbook.yaml"))
  }

  /// "é" in one code point and in two: Linux has two files, of which neither is read for the other.
  @Test func tellsSpellingsOfANameApart() throws {
    let folder = try Folder()
    let names = ["caf\u{e9}.sql", "cafe\u{301}.sql"]
    let texts = ["SELECT 1", "SELECT '\u{202E}'"]
    for (name, text) in zip(names, texts) {
      let path = folder.path("book") + "/" + name
      #expect(FileManager.default.createFile(atPath: path, contents: Data(text.utf8)))
    }
    try folder.write(
      """
      runbook: r
      verification:
        - {id: a, sql: {file: "\(names[0])"}}
        - {id: b, sql: {file: "\(names[1])"}}
      """, "book/runbook.yaml")
    let attempt = Fixture.reader.attempt(path: folder.path("book/runbook.yaml"))
    let runbook = try #require(attempt.runbook)
    #expect(runbook.sources.dropFirst().map(\.text) == texts)
    #expect(attempt.sources[names[0]] == texts[0] && attempt.sources[names[1]] == texts[1])
    #expect(attempt.diagnostics.all.map(\.code.rawValue) == ["RB140"])
  }

  /// What an escape makes is nowhere in the file to be seen; what stands there is found once.
  @Test(
    arguments: [
      (#""SELECT '\u202e'""#, ["U+202E"]), (#""a\u200bb""#, ["U+200B"]),
      (#""\U000E0041""#, ["U+E0041"]), (#"!!str "x\u3164""#, ["U+3164"]),
      (#"&a "x\u2800""#, ["U+2800"]), ("\"x\\\n      y\\u00ad\"", ["U+00AD"]),
      ("\"SELECT '\u{202E}'\"", ["U+202E"]), (#"'SELECT ''\u202e'''"#, []),
      (#""\t\n\e[0m \x7f""#, []), (#""\u0645\u06cc\u200c\u062e""#, []), (#""\u2764\ufe0f""#, []),
    ] as [(String, [String])])
  func findsWhatAnEscapeHides(scalar: String, found: [String]) {
    for text in ["title: \(scalar)\n", "constants: {a: [\(scalar)]}\n"] {
      let read = Fixture.reader.attempt(
        text: "runbook: r\n\(text)verification:\n  - id: a\n    sql: SELECT 1\n",
        fileName: "r.yaml")
      let warnings = read.diagnostics.all.filter { $0.code == .deceptiveText }
      #expect(warnings.count == found.count, "\(warnings)")
      for (warning, code) in zip(warnings, found) {
        #expect(warning.message.holds(code), "\(warning.message)")
        #expect(warning.place?.line == 2)
      }
    }
  }

  @Test func readsAConstantFromAFile() throws {
    let attempt = try constants(
      Folder(),
      """
        whole: {file: owners.yaml}
        part: {file: owners.yaml, at: [owners, web, tables]}
        top: {file: owners.yaml, at: since}
        plain: {file: owners.yaml, mode: 3}
      """, file: "since: 2025\nowners:\n  web: {tables: [a, b]}\n")
    let runbook = try #require(attempt.runbook)
    let values = ValueMap(runbook.constants.map { ($0.name, $0.value) })
    #expect(values["part"] == ["a", "b"])
    #expect(values["whole"] == ["since": 2025, "owners": ["web": ["tables": ["a", "b"]]]])
    #expect(values["top"] == 2025)
    #expect(values["plain"] == ["file": "owners.yaml", "mode": 3])
    #expect(runbook.sources.map(\.path) == ["runbook.yaml", "owners.yaml"])
  }

  @Test func saysWhatIsWrongWithAConstantsFile() throws {
    let missing = try constants(
      Folder(), "  part: {file: owners.yaml, at: [owners, wep]}", file: "owners: {web: 1}")
    #expect(missing.diagnostics.all.map(\.code) == [.missingKey])
    #expect(missing.diagnostics.all.first?.hint == "did you mean `web`?")
    #expect(missing.diagnostics.all.first?.place?.line == 3)
    let broken = try constants(
      Folder(), "  a: {file: owners.yaml}\n  b: {file: owners.yaml}", file: "a: 1\na: 2\n")
    #expect(broken.diagnostics.all.map(\.place?.file) == ["owners.yaml"])
    let outside = try constants(Folder(), "  a: {file: ../x.yaml}", file: "a: 1")
    #expect(outside.diagnostics.all.map(\.code) == [.pathOutside])
  }

  @Test(arguments: ["/etc/passwd", "../other.sql", "ddl/../../other.sql", "link.sql"])
  func refusesAFileOutside(_ file: String) throws {
    let folder = try Folder()
    try folder.write("SELECT 1", "other.sql")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("book/link.sql"), withDestinationPath: "../other.sql")
    let diagnostics = try attempt(folder, file: file).diagnostics
    #expect(diagnostics.all.map(\.code) == [.pathOutside])
    #expect(diagnostics.all.first?.place?.line == 4)
    #expect(diagnostics.all.first?.place?.column == 17)
  }

  @Test func refusesWhatIsNoTextFile() throws {
    let folder = try Folder()
    try Data([0x61, 0x0A, 0x62, 0xFF]).write(to: folder.url.appending(path: "book/latin.sql"))
    try folder.write("a\n\u{0}", "book/nul.sql")
    try Data(count: 8 * 1024 * 1024 + 1).write(to: folder.url.appending(path: "book/big.sql"))
    let codes = try ["gone.sql", "ddl", "latin.sql", "nul.sql", "big.sql"].map {
      try attempt(folder, file: $0).diagnostics.all.map(\.code)
    }
    #expect(
      codes == [[.fileMissing], [.notAFile], [.notUTF8], [.controlCharacter], [.fileTooLarge]])
    let place = try attempt(folder, file: "latin.sql").diagnostics.all.first?.place
    #expect(place == Place(file: "latin.sql", line: 2, column: 2, length: 1))
  }

  @Test func refusesADrillFileThatCannotBeRead() throws {
    let folder = try Folder()
    try folder.write("runbook: r\nverification: [{id: a, sql: SELECT 1}]\n", "book/runbook.yaml")
    let codes = {
      Fixture.reader.attempt(path: folder.path("book/runbook.yaml")).diagnostics.all.map(\.code)
    }
    #expect(codes() == [])
    let drill = folder.path("book/drill.yaml")
    try #require(mkfifo(drill, 0o600) == 0)
    #expect(codes() == [.notAFile])
    for link in ["nowhere", "drill.yaml"] {
      try FileManager.default.removeItem(atPath: drill)
      try FileManager.default.createSymbolicLink(atPath: drill, withDestinationPath: link)
      #expect(codes() == [.notAFile])
    }
    try FileManager.default.removeItem(atPath: drill)
    let artefact = "title: t\ninjects: [{id: a, text: x, artefact: {file: ddl}}]\n"
    try folder.write(artefact, "book/drill.yaml")
    #expect(codes() == [.notAFile])
  }

  @Test func refusesARunbookThatIsNoFile() throws {
    let folder = try Folder()
    try Data([0x61, 0xC3]).write(to: folder.url.appending(path: "latin.yaml"))
    let codes = ["gone.yaml", "book", "latin.yaml"].map {
      Fixture.reader.attempt(path: folder.path($0)).diagnostics.all.map(\.code)
    }
    #expect(codes == [[.fileMissing], [.notAFile], [.notUTF8]])
  }

  @Test func readsPastAByteOrderMark() throws {
    let text = "\u{FEFF}runbook: r\nverification: [{id: a, sql: SELECT 1}]\n"
    #expect(Fixture.reader.attempt(text: text, fileName: "r.yaml").runbook?.name == "r")
  }

  @Test func refusesTextThatIsTooLong() {
    let text = String(repeating: "# comment\n", count: 900_000)
    let diagnostics = Fixture.reader.attempt(text: text, fileName: "r.yaml").diagnostics
    #expect(diagnostics.all.map(\.code) == [.fileTooLarge])
  }
}
