import Foundation
import Glibc
import RunbookTestSupport

/// Puts inputs before the program: several a process where a command takes several.
struct Subject {
  let program: String
  /// Where inputs and runs are, of this process alone.
  let folder: String
  let mutation: Mutation
  /// A journal's file, and its write-ahead log where it has one.
  let journalFiles: [(name: String, bytes: [UInt8])]
  /// Where there is a server, for archives.
  let server: TestServer?

  enum Kind: String, CaseIterable {
    case runbook, sql, expression, journal, database, template, log, migration, drill, archive
  }

  /// One input, its commands, and the files that it stands in.
  struct Case {
    let kind: Kind
    let seed: UInt64
    let commands: [[String]]
  }

  var environment: [String: String] {
    var environment = [
      "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder, "LANG": "C.UTF-8",
      "RUNBOOK_STATE": "\(folder)/state", "RUNBOOK_SANDBOX_DIR": folder,
      "SWIFT_BACKTRACE": "enable=no",
    ]
    environment["DATABASE_URL"] = server?.url()
    return environment
  }

  /// Writes an input's files.
  ///
  /// - Parameter slot: which of a batch it is.
  func make(_ kind: Kind, seed: UInt64, slot: Int) throws -> Case {
    var generator = SeededGenerator(seed: seed)
    let place = "\(folder)/\(slot)"
    // One that is not there yet need not go.
    try? FileManager.default.removeItem(atPath: place)
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    func write(_ bytes: [UInt8], _ name: String) throws -> String {
      let path = "\(place)/\(name)"
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      return path
    }
    func text(_ kind: Corpus.Kind) -> [UInt8] { mutation.mutated(kind, &generator) }
    let commands: [[String]]
    switch kind {
    case .runbook: commands = [["validate", try write(text(.runbook), "runbook.yaml")]]
    case .drill:
      _ = try write(text(.drill), "drill.yaml")
      commands = [["validate", try write(Array(Self.plain.utf8), "runbook.yaml")]]
    case .sql:
      _ = try write(text(.sql), "a.sql")
      commands = [["validate", try write(Array(Self.withSQL.utf8), "runbook.yaml")]]
    case .expression:
      // An argument has no NUL, and is what the shell made of it.
      let expression = String(decoding: text(.expression).prefix(100_000), as: UTF8.self)
        .replacingOccurrences(of: "\0", with: "")
      _ = try write(Array(expression.utf8), "expression")
      commands = [["eval", expression]]
    case .journal:
      let path = try write(text(.journal), "a.journal")
      let format = generator.one(of: ["markdown", "html", "json"])
      commands = [
        ["verify-journal", "--journal", path], ["report", "--journal", path, "--format", format],
      ]
    case .database:
      let run = "20251018-220113-abc"
      let path = "\(place)/state/runs/\(run)"
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      let damaged = generator.below(journalFiles.count)
      for (index, file) in journalFiles.enumerated() {
        let bytes = index == damaged ? mutation.damaged(file.bytes, &generator) : file.bytes
        rename(try write(bytes, "file"), "\(path)/\(file.name)")
      }
      let command = generator.one(of: [
        ["status"], ["verify-journal"], ["runs"], ["report"], ["note", run, "x"],
      ])
      commands = [command + ["--state", "\(place)/state"]]
    case .template:
      let path = try write(text(.template), "a.mustache")
      let journal = try write(mutation.corpus.items(.journal).first ?? [], "a.journal")
      let format = generator.one(of: ["markdown", "html"])
      commands = [["report", "--journal", journal, "--template", path, "--format", format]]
    case .log:
      _ = try write(text(.log), "a.log")
      let format = generator.one(of: ["postgres", "jsonl", "stderr", "auto"])
      commands = [["run", try write(Array(Self.withLog(place, format).utf8), "runbook.yaml")]]
    case .migration:
      let name = generator.one(of: ["a.py", "001_a.sql", "a.up.sql", "V1__a.sql"])
      try FileManager.default.createDirectory(
        atPath: "\(place)/versions", withIntermediateDirectories: true)
      _ = try write(text(.migration), "versions/\(name)")
      commands = [["run", try write(Array(Self.withMigrations(place).utf8), "runbook.yaml")]]
    case .archive:
      let archives = mutation.corpus.items(.archive)
      guard !archives.isEmpty else { return try make(.database, seed: seed, slot: slot) }
      _ = try write(mutation.damaged(generator.one(of: archives), &generator), "a.dump")
      commands = [["run", try write(Array(Self.withArchive(place).utf8), "runbook.yaml")]]
    }
    return Case(kind: kind, seed: seed, commands: commands.map { [program] + $0 })
  }

  func execute(_ command: [String], count: Int = 1) -> Execution {
    Execution(
      command, environment: environment, folder: folder,
      patience: Execution.patience * Int32(count))
  }

  private static let plain =
    "runbook: r\nverification:\n  - {id: a, manual: {title: x, instruction: y}}\n"

  private static let withSQL = """
    runbook: r
    inputs: {id: {type: int, default: 1}, name: {type: string, default: x}}
    connections: {main: {kind: postgres, url: "postgresql:///x"}}
    recovery:
      - {id: a, sql: {file: a.sql}}
    """

  private static func withLog(_ place: String, _ format: String) -> String {
    """
    runbook: r
    timeline:
      - {id: a, log: {path: \(place)/a.log, format: \(format), match: '(?i)drop\\s+table', damage: 'DROP'}}
    """
  }

  private static func withMigrations(_ place: String) -> String {
    """
    runbook: r
    timeline:
      - {id: a, migrations: {path: \(place)/versions, tables: "['session', 'account']"}}
    """
  }

  private static func withArchive(_ place: String) -> String {
    """
    runbook: r
    connections: {main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}}
    detection:
      - {id: a, compare: {with: \(place)/a.dump}, confirms: damaged}
    """
  }
}
