package import RunbookEngine
import RunbookExpression
package import RunbookModel
package import RunbookPostgres

/// `compare:` a database with what it was, by a snapshot or a backup, and what became of each table.
package struct CompareKind: StepKind {
  private let gateway: PostgresGateway
  private let environment: [String: String]
  private let servers: any TemporaryServers

  /// - Parameters:
  ///   - gateway: where the sessions come from.
  ///   - environment: its `PATH` is where PostgreSQL's programs are looked for.
  ///   - servers: where a backup's schema is restored, to be read.
  package init(
    gateway: PostgresGateway, environment: [String: String], servers: any TemporaryServers
  ) {
    self.gateway = gateway
    self.environment = environment
    self.servers = servers
  }

  package var spec: KindSpec {
    KindSpec(
      "compare",
      .shorthand(
        key: "with",
        [
          FieldSpec(
            "with", .template, required: true,
            "A file of `runbook snapshot` or of a snapshot step, or an archive of pg_dump"),
          FieldSpec(
            "tables", .expression,
            "A list of tables: only these count, and what cannot be without them"),
          SnapshotKind.rowsField,
          FieldSpec(
            "loss", .expression, "After a recovery: the `loss` that was found before it, with `way`"
          ),
          FieldSpec("way", .expression, "After a recovery: the way that was taken, with `loss`"),
        ]),
      results: [
        ResultSpec("damaged", "bool", "Whether anything is lost", isPublic: true),
        ResultSpec(
          "recoverable", "list",
          "What is lost and the way that was taken could bring back, or was not lost before, as sentences"
        ),
        ResultSpec(
          "beyond", "list",
          "What is lost since before the recovery, and is beyond the way that was taken, as sentences"
        ),
        ResultSpec(
          Remainder.lostForGood, "list",
          "Of that what is no rows, as a sentence with its number: it stands where the run's end is",
          isPublic: true),
        ResultSpec("equal", "bool", "Whether every object is exactly as it was", isPublic: true),
        ResultSpec("object_count", "int", "How many objects there were", isPublic: true),
        ResultSpec(
          "equal_count", "int", "How many of them are exactly as they were", isPublic: true),
        ResultSpec("dropped", "list", "Names of the tables that are gone"),
        ResultSpec("renamed", "list", "Maps with `table`, `found_as` and `certain`"),
        ResultSpec("columns_lost", "list", "Maps with `table`, `column` and `found_as`"),
        ResultSpec("emptied", "list", "Names of the tables that have no rows any more"),
        ResultSpec(
          "rows_lost", "list",
          "Names of the tables that have far fewer rows, or none of those they had"),
        ResultSpec(
          "properties_lost", "list",
          "Maps with `kind`, `object` and `detail`: tables that lost their parent or row security"),
        ResultSpec(
          "dependents_lost", "list", "Maps with `kind`, `object`, `still_there` and `detail`"),
        ResultSpec("changed", "list", "Maps with `kind`, `object` and `detail`"),
        ResultSpec("added", "list", "What the tables have and did not have"),
        ResultSpec(
          "undetermined", "list", "Names of the tables whose rows could not be compared"),
        ResultSpec("intact", "list", "Names of the tables that are defined as they were"),
        ResultSpec("findings", "list", "All of these: maps with `finding`, `object` and `detail`"),
        ResultSpec(
          "rows", "list",
          "Maps with `table`, `before`, `now`, how each is known, and by keys `gone` and `new`"),
        ResultSpec("loss", "map", "What `ways` needs to know"),
        ResultSpec(
          "as_of", "timestamp", "When it was as it is held against; null if unknown", isPublic: true
        ),
      ],
      usesConnection: true, work: WorkSpec(.text, in: ["with"]),
      "Compares a database with a snapshot or a backup")
  }

  package func check(_ step: Step, in context: CheckContext) -> [Diagnostic] { [] }

  package func effect(of step: Step) -> Effect? { .readOnly }

  package func bind(_ step: Step, to context: BindingContext) throws(StepFailure) -> any Activity {
    guard let connection = context.connection, let with = step.body["with"]?.text else {
      throw StepFailure(.invalid, "step '\(step.id)' needs a connection and `with`")
    }
    guard !(try context.render(with)).isEmpty else {
      throw StepFailure(.invalid, "there is nothing to compare with (\(with.place))")
    }
    let way = try step.body["way"]?.text.map { (source) throws(StepFailure) in
      try context.evaluate(source)
    }
    let loss = try step.body["loss"]?.text.map { (source) throws(StepFailure) in
      try context.evaluate(source)
    }
    return CompareActivity(
      gateway: gateway, environment: environment, servers: servers, source: connection.name,
      path: try context.renderPath(with),
      tables: try context.names("tables", of: step),
      counting: step.body["rows"]?.string.flatMap(CatalogSnapshot.Counting.init) ?? .exact,
      way: way.flatMap { RecoveryWay($0) }, damage: loss.flatMap { CatalogDamage($0) })
  }
}
