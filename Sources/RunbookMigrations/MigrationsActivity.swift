import Glibc
package import RunbookEngine
package import RunbookModel
import RunbookSystem

/// One reading of a project's revision files.
package struct MigrationsActivity: Activity {
  package let environment: [String: String]
  package let path: String
  /// Nil where the layout of the files says it.
  package let tool: MigrationTool?
  let revision: String?
  let since: Timestamp?
  let tables: [String]
  package let owners: TableOwners?
  let application: String?
  /// What the database says is applied; nil where it was not asked.
  let applied: [String]?

  package let effect = Effect.readOnly
  package let isEffectDeclared = false
  package let connection: String? = nil

  private static let defaultTimeout = Duration.seconds(60)
  private static let debianPython = "/usr/bin/python3"

  package var work: [WorkItem] {
    [WorkItem(language: .text, text: "Read the migrations in \(path)", effect: .readOnly)]
  }

  package func perform(in context: AttemptContext) async throws(StepFailure) -> StepResult {
    var files = try await read(within: context.timeout(else: Self.defaultTimeout))
    for index in files.revisions.indices {
      files.revisions[index].hideHash(context.redactor, context.key)
    }
    let findings = MigrationFindings(
      files: files, revision: revision, since: since, tables: tables, owners: owners,
      application: application, redactor: context.redactor)
    var values = findings.values
    let (culprits, rows, notices) = try await withOrigins(values["culprits"]?.listValue ?? [])
    values["culprits"] = .list(culprits)
    var all = findings.notices(of: values) + notices
    if files.revisions.isEmpty {
      all.append("no migration is in \(path): nothing is known of what was dropped")
    }
    var result = StepResult(
      values: values,
      evidence: culprits.isEmpty
        ? []
        : [EvidenceDraft(what: "migration files", source: path, content: .result("culprits"))],
      timeline: culprits.compactMap { $0.mapValue.flatMap(Self.row) } + rows, notices: all)
    let leftOut = files.revisions.reduce(0) { $0 + $1.leftOut }
    if leftOut > 0 {
      let told = files.revisions.reduce(0) { $0 + $1.operations.count }
      let cut = Incomplete(
        held: Int64(told), total: Int64(told + leftOut), noun: "statements of migrations")
      result.incomplete = ["revisions": cut, "culprits": cut]
      result.notices.append("only \(cut) are told")
    }
    let unread = values["unreadable"]?.listValue?.count ?? 0
    // One that could not be read may be what is looked for.
    if culprits.isEmpty, unread > 0, result.incomplete["culprits"] == nil {
      result.incomplete["culprits"] = .unreadable(
        "none was found, and \(unread) files or statements could not be read")
    }
    for notice in result.notices { context.output(OutputLine(.notice, notice)) }
    return result
  }

  /// The culprits with what git knows of their files.
  private func withOrigins(
    _ culprits: [Value]
  ) async throws(StepFailure) -> ([Value], [TimelineRow], [String]) {
    let history = GitHistory(environment: environment)
    var known: [Value] = []
    var rows: [TimelineRow] = []
    var notices: [String] = []
    for culprit in culprits {
      guard var map = culprit.mapValue, let file = map["path"]?.stringValue else {
        known.append(culprit)
        continue
      }
      let answer = try await history.origin(of: file)
      for (key, value) in answer.facts?.pairs.map({ ($0.key, $0.value) }) ?? [] { map[key] = value }
      rows += answer.rows
      for notice in answer.notices where !notices.contains(notice) { notices.append(notice) }
      known.append(.map(map))
    }
    return (known, rows, notices)
  }

  private func read(within limit: Duration) async throws(StepFailure) -> MigrationFiles {
    guard FolderNames.exists(path) else { throw missing }
    let (path, given) = (path, tool)
    let (found, folder) = try await OwnThread.run {
      given.map { ($0, $0.folder(at: path)) } ?? MigrationTool.found(at: path)
    }
    let applied = applied
    guard found == .alembic else {
      return try await OwnThread.run {
        var files = SQLMigrationReader(tool: found, folder: folder).read()
        if let applied { files.mark(applied, resolved: Set(applied)) }
        return files
      }
    }
    let answer = try await readAlembic(within: limit)
    guard answer["missing"] == nil else { throw missing }
    return try await OwnThread.run {
      var files = Self.files(of: answer, applied: applied)
      if files.revisions.isEmpty, given == nil {
        files.unreadable += FilesBeside.others(in: path).map { one in
          [
            "file": .string(one.file), "path": .string("\(path)/\(one.file)"),
            "error": .string(one.why),
          ]
        }
      }
      return files
    }
  }

  private var missing: StepFailure {
    StepFailure(
      .unreachable, "there are no migrations at \(path)",
      hint: "name the folder that holds alembic.ini or versions/, or the files of SQL")
  }

  private static func files(of answer: ValueMap, applied: [String]?) -> MigrationFiles {
    let found = (answer["revisions"]?.listValue ?? []).compactMap { $0.mapValue }
    let graph = AlembicGraph(found.compactMap(MigrationRevision.init(alembic:)))
    let ordered = graph.ordered
    let heads = graph.heads(of: ordered)
    var files = MigrationFiles(
      tool: .alembic, revisions: ordered, unreadable: answer["unreadable"]?.listValue ?? [],
      heads: heads,
      notices: (answer["notices"]?.listValue ?? []).compactMap(\.stringValue)
        + graph.notices(heads: heads))
    if let applied { files.mark(applied, resolved: graph.applied(by: applied)) }
    return files
  }

  /// Runs Python without its site packages, its user's settings and its compiled files.
  private func readAlembic(within limit: Duration) async throws(StepFailure) -> ValueMap {
    // What is left is for starting it, and for its answer.
    let request: Value = [
      "path": .string(path), "seconds": .double(Double(limit.components.seconds) * 0.8),
    ]
    let output = try await ChildProcess.run(
      [try python(), "-I", "-S", "-B", "-c", MigrationProgram.text],
      environment: ["PATH": ProgramPath.standard, "LANG": "C.UTF-8"], workingDirectory: "/",
      input: request.json, timeout: limit)
    guard output.exitCode == 0 else {
      throw StepFailure(
        .refused, "the migrations in \(path) could not be read",
        detail: output.stderr.pieces(separatedBy: "\n").suffix(3).joined(separator: "\n"),
        code: "\(output.exitCode)")
    }
    do {
      if let answer = try Value(json: output.stdout).mapValue { return answer }
    } catch {
      throw StepFailure(
        .refused, "what was read of the migrations is not JSON: \(error.message)")
    }
    throw StepFailure(.refused, "what was read of the migrations is no JSON object")
  }

  private func python() throws(StepFailure) -> String {
    if access(Self.debianPython, X_OK) == 0 { return Self.debianPython }
    if let found = ProgramPath.find("python3", in: environment["PATH"] ?? "") { return found }
    throw StepFailure(
      .unreachable, "python3 is not installed, by which migrations are read",
      hint: "install it: `apt-get install python3-minimal`")
  }
}

extension MigrationsActivity {
  private static func row(_ culprit: ValueMap) -> TimelineRow? {
    guard case .timestamp(let time)? = culprit["created"], let file = culprit["file"]?.stringValue
    else { return nil }
    let zone = culprit["created_has_zone"]?.boolValue == true ? "" : " (no zone given, read as UTC)"
    return TimelineRow(
      at: time, text: "Migration \(file) generated\(zone)", source: "migration file")
  }
}
