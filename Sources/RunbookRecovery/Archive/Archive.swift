import Glibc
import RunbookEngine
package import RunbookModel
import RunbookPostgres
package import RunbookSystem
import SystemPackage

/// A backup that `pg_dump` wrote in its custom, directory or tar format, as its table of contents tells.
package struct Archive: Sendable {
  package let path: String
  /// In the archive's own order, which is one in which they can be made.
  package let entries: [ArchiveEntry]
  package let createdAt: Timestamp?
  let database: String
  package let serverVersion: String
  /// `pg_restore`.
  package let program: String

  package static let environment = ["PATH": ProgramPath.standard, "LANG": "C.UTF-8", "TZ": "UTC"]

  /// - Throws: `unreachable` where there is no such file or no `pg_restore`, `invalid` for a file that
  ///   it does not read.
  package static func open(
    _ path: String, environment: [String: String]
  ) async throws(StepFailure) -> Archive {
    guard access(path, R_OK) == 0 else {
      throw StepFailure(.unreachable, "\(path) cannot be read: \(Errno.last.description)")
    }
    let program = try await restoreProgram(for: path, environment)
    let contents = try await OwnThread.run { () -> Result<ArchiveTableOfContents, StepFailure> in
      do throws(StepFailure) {
        return .success(try ArchiveTableOfContents(of: path))
      } catch {
        return .failure(error)
      }
    }.get()
    return Archive(path: path, program: program, contents)
  }

  /// The first `pg_restore` that can restore of it: an older one does not read what a newer `pg_dump` wrote.
  private static func restoreProgram(
    for path: String, _ environment: [String: String]
  ) async throws(StepFailure) -> String {
    let programs = try restorePrograms(environment)
    var refusals: [String] = []
    for program in programs {
      let output = try await ChildProcess.run(
        [program, "--list", "--", path], environment: Self.environment,
        workingDirectory: "/", timeout: .seconds(120))
      if output.exitCode == 0 { return program }
      refusals.append("\(program): \(output.stderr.trimming(where: \.isWhitespace))")
    }
    let problem = ArchiveProblem(path)
    var hint = problem.hint
    if let newer = problem.writer {
      let version = try await ChildProcess.run(
        [programs[0], "--version"], environment: Self.environment, workingDirectory: "/",
        timeout: .seconds(10))
      let own = version.stdout.pieces { $0.isWhitespace }.dropFirst(2).first ?? "unknown"
      hint =
        "install PostgreSQL \(newer.major)'s client programs (`apt-get install "
        + "postgresql-client-\(newer.major)`) or put them first in PATH: "
        + "\(programs[0]) is of version \(own)"
    }
    throw StepFailure(
      .invalid, "\(path) \(problem.message)", detail: refusals.joined(separator: "\n"), hint: hint)
  }

  private static func restorePrograms(
    _ environment: [String: String]
  ) throws(StepFailure) -> [String] {
    let versions = Folder.names(in: PostgresInstallation.debianFolder).compactMap(Int.init)
    let debian = versions.sorted(by: >).map {
      "\(PostgresInstallation.debianFolder)/\($0)/bin/pg_restore"
    }
    var found = debian.filter { access($0, X_OK) == 0 }
    if let other = ProgramPath.find("pg_restore", in: environment["PATH"] ?? ""),
      !found.contains(other)
    {
      found.append(other)
    }
    guard found.isEmpty else { return found }
    throw StepFailure(
      .unreachable, "pg_restore is not installed, by which backups are read",
      hint: "install it: `apt-get install postgresql-client`")
  }

  private init(path: String, program: String, _ contents: ArchiveTableOfContents) {
    self.path = path
    self.program = program
    entries = contents.entries
    createdAt = contents.createdAt
    database = contents.database
    serverVersion = contents.serverVersion
  }

  /// When an entry's part of the script comes; that of a remark is its object's.
  package func section(of entry: ArchiveEntry) -> ArchiveEntry.Section {
    guard entry.isRemark else { return entry.section }
    let objects = entries.filter { entry.dependencies.contains($0.id) && !$0.isRemark }
    let sections = objects.map(\.section)
    return [.last, .attach, .after].first(where: sections.contains) ?? .before
  }

  /// The part of a script that makes these entries, in the archive's order.
  package func command(for ids: Set<Int>) -> ChildProcess {
    let lines = entries.filter { ids.contains($0.id) }.map { "\($0.id);\n" }
    return ChildProcess(
      command: [program, "--file=-", "--use-list=/dev/stdin", "--", path],
      environment: Self.environment, workingDirectory: "/", input: Array(lines.joined().utf8),
      timeout: nil)
  }

  /// The statements that make these entries, none of which may be data.
  ///
  /// - Throws: `invalid` for one that `pg_dump` does not write in such an entry (`DumpStatement`).
  package func statements(for ids: Set<Int>) async throws(StepFailure) -> [String] {
    guard !ids.isEmpty else { return [] }
    let process = command(for: ids)
    let output = try await ChildProcess.run(
      process.command, environment: process.environment, workingDirectory: "/",
      input: String(decoding: process.input, as: UTF8.self), timeout: .seconds(120))
    guard output.exitCode == 0 else {
      throw StepFailure(
        .refused, "pg_restore could not read \(path)", detail: output.stderr,
        code: "\(output.exitCode)")
    }
    for entry in entries where ids.contains(entry.id) {
      guard let definition = entry.definition else { continue }
      for statement in try ArchiveScript(definition).statements
      where !DumpStatement(statement).mayStand(in: entry.kind) {
        throw Self.foreign(statement)
      }
    }
    let statements = try ArchiveScript(output.stdout).statements
    for statement in statements where !DumpStatement(statement).mayBeRun {
      throw Self.foreign(statement)
    }
    return statements
  }

  private static func foreign(_ statement: String) -> StepFailure {
    StepFailure(
      .invalid, "the archive holds a statement that pg_dump does not write there",
      detail: String(statement.prefixOfScalars(200)))
  }
}
