package import RunbookEngine
package import RunbookModel

/// `wal:` which transactions removed relations' files, and when they were committed or rolled back, from
/// the write-ahead log.
package struct WALKind: RecoveryKind {
  private let tools: RecoveryTools

  package init(_ tools: RecoveryTools) { self.tools = tools }

  package var spec: KindSpec {
    KindSpec(
      "wal",
      .fields([
        FieldSpec(
          "folder", .template,
          "The folder with the server's log segments; otherwise pg_wal of its data directory"),
        FieldSpec("since", .template, "Only transactions that ended from this time on (RFC 3339)"),
        FieldSpec("until", .template, "Only transactions that ended up to this time (RFC 3339)"),
        FieldSpec(
          "statements", .expression,
          "Maps with `at` and `text`, such as a log step's `events`, whose transactions are asked for"
        ),
      ]),
      results: [
        ResultSpec("readable", "bool", "Whether the write-ahead log could be read", isPublic: true),
        ResultSpec("reason", "string", "Why not; empty when it could"),
        ResultSpec(
          "removals", "list",
          "Commits that removed files of this database: maps with `at`, `xid` and `files`"),
        ResultSpec(
          "aborted", "int", "How many transactions were rolled back in the time", isPublic: true),
        ResultSpec(
          "verdicts", "list",
          "Maps with `at`, `text`, `outcome` (committed, rolledBack or unknown), `xid`, `ended` and "
            + "`known`"),
        ResultSpec(
          "first", "timestamp", "The first end that the log has; null when there is none",
          isPublic: true),
        ResultSpec("last", "timestamp", "The last one", isPublic: true),
      ],
      usesConnection: true, work: WorkSpec(.text, in: ["folder"]),
      "Reads commits and rollbacks from the write-ahead log")
  }

  package func check(_ step: Step, in context: CheckContext) -> [Diagnostic] { [] }

  package func effect(of step: Step) -> Effect? { .readOnly }

  package func bind(_ step: Step, to context: BindingContext) throws(StepFailure) -> any Activity {
    let connection = try connection(of: step, in: context)
    var folder: String?
    if let template = step.body["folder"]?.text {
      if !(try context.render(template)).isEmpty { folder = try context.renderPath(template) }
    }
    return WALActivity(
      gateway: tools.gateway, environment: tools.environment, source: connection.name,
      folder: folder,
      since: try context.time("since", of: step), until: try context.time("until", of: step),
      statements: try Self.statements(of: step, context))
  }

  private static func statements(
    of step: Step, _ context: BindingContext
  ) throws(StepFailure) -> [WALFindings.Statement] {
    guard let source = step.body["statements"]?.text else { return [] }
    guard let items = try context.evaluate(source).listValue else {
      throw StepFailure(.invalid, "`statements` is not a list (\(source.place))")
    }
    var statements: [WALFindings.Statement] = []
    for item in items {
      guard case .timestamp(let at)? = item.mapValue?["at"] else {
        throw StepFailure(
          .invalid, "a statement has no time (\(source.place))",
          hint: "each is a map with `at` and `text`, as a log step's `events` are")
      }
      statements.append(.init(at: at, text: item.mapValue?["text"]?.stringValue ?? ""))
    }
    return statements
  }
}
