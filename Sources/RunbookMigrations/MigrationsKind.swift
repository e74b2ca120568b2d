package import RunbookEngine
package import RunbookModel

/// `migrations`: reads the revision files of an Alembic project, or the files of SQL of another tool, and says
/// which of them take away what.
///
/// Alembic's files are read by Python's own `ast` and never executed, so that what is computed when a
/// migration runs is not known: such names are null, and told as undetermined. SQL in a text is judged by
/// PostgreSQL's own parser.
package struct MigrationsKind: StepKind {
  private let environment: [String: String]

  /// - Parameter environment: its `PATH` is where `python3` is looked for, after Debian's own place.
  package init(environment: [String: String]) {
    self.environment = environment
  }

  package var spec: KindSpec {
    KindSpec(
      "migrations",
      .shorthand(
        key: "path",
        [
          FieldSpec(
            "path", .template, required: true,
            "The project, its folder of migrations, or one such file."),
          FieldSpec(
            "tool", .enumeration(["auto"] + MigrationTool.allCases.map(\.rawValue)),
            "What applies the migrations; unless given, the layout of the files says it."),
          FieldSpec("revision", .template, "Only the revision of this id, or of this beginning."),
          FieldSpec("since", .template, "Only revisions made at or after this time (RFC 3339)."),
          FieldSpec(
            "tables", .expression,
            "A list of tables: culprits are the revisions that take away one of them."),
          FieldSpec(
            "owners", .expression,
            "A map from applications to the tables that each owns, for the owner of each drop."),
          FieldSpec(
            "applied", .expression,
            "What the database says is applied: the `version_num` of `alembic_version`, or a list."),
          FieldSpec("application", .text, "The application whose migrations these are."),
        ]),
      results: [
        ResultSpec("revisions", "list", "Every revision, each after those that it revises."),
        ResultSpec(
          "culprits", "list", "The revisions that take away tables or rows, with their source."),
        ResultSpec("drops", "list", "The names of the tables that the culprits drop."),
        ResultSpec(
          "applied", "list", "The ids of the revisions that are applied, if that is known."),
        ResultSpec("pending", "list", "The ids of those that are not."),
        ResultSpec("tool", "string", "What applies them."),
        ResultSpec("head", "string", "The newest revision; several are separated by commas."),
        ResultSpec(
          "unreadable", "list", "Files and statements that could not be read, each with its error."),
        ResultSpec(
          "undetermined", "list", "Statements that are only known when they run, with their lines."),
      ], work: WorkSpec(.text, in: ["path"]),
      "Reads migrations, Alembic's or files of SQL, without executing them")
  }

  package func check(_ step: Step, in context: CheckContext) -> [Diagnostic] { [] }

  package func effect(of step: Step) -> Effect? { .readOnly }

  package func bind(
    _ step: Step, to context: BindingContext
  ) throws(StepFailure) -> any Activity {
    guard let template = step.body["path"]?.text, !(try context.render(template)).isEmpty else {
      throw StepFailure(.invalid, "the path of the migrations is empty")
    }
    return MigrationsActivity(
      environment: environment,
      path: try context.renderPath(template),
      tool: step.body["tool"]?.string.flatMap(MigrationTool.init),
      revision: try rendered("revision", of: step, in: context),
      since: try since(of: step, in: context),
      tables: try names("tables", of: step, in: context) ?? [],
      owners: try owners(of: step, in: context), application: step.body["application"]?.string,
      applied: try names("applied", of: step, in: context))
  }

  private func owners(
    of step: Step, in context: BindingContext
  ) throws(StepFailure) -> TableOwners? {
    guard let source = step.body["owners"]?.text else { return nil }
    guard let owners = TableOwners(try context.evaluate(source)) else {
      throw StepFailure(
        .invalid, "`owners` is not a map from applications to lists of tables (\(source.place))")
    }
    return owners
  }

  /// - Returns: nil when the key is missing or its text is empty, as of an input that was not given.
  private func rendered(
    _ key: String, of step: Step, in context: BindingContext
  ) throws(StepFailure) -> String? {
    guard let template = step.body[key]?.text else { return nil }
    let text = try context.render(template)
    return text.isEmpty ? nil : text
  }

  private func since(
    of step: Step, in context: BindingContext
  ) throws(StepFailure) -> Timestamp? {
    guard let text = try rendered("since", of: step, in: context) else { return nil }
    guard let time = Timestamp(rfc3339: text) else {
      throw StepFailure(
        .invalid, "`since` is not a time: \(text)", hint: "write it as 2025-10-18T22:01:13Z")
    }
    return time
  }

  /// - Returns: nil when the key is missing, or its value is null.
  private func names(
    _ key: String, of step: Step, in context: BindingContext
  ) throws(StepFailure) -> [String]? {
    guard let source = step.body[key]?.text else { return nil }
    let value = try context.evaluate(source)
    if value == .null { return nil }
    let names = value.stringValue.map { [$0] } ?? value.listValue?.compactMap(\.stringValue)
    guard let names, names.count == value.listValue?.count ?? 1 else {
      throw StepFailure(.invalid, "`\(key)` is not a list of names (\(source.place))")
    }
    return names
  }
}
