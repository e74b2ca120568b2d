package import RunbookEngine
package import RunbookModel
package import RunbookPostgres

/// `snapshot:` what a database holds: its catalogue, with how many rows.
package struct SnapshotKind: StepKind {
  private let gateway: PostgresGateway

  /// - Parameter gateway: where the sessions come from.
  package init(gateway: PostgresGateway) { self.gateway = gateway }

  package static let rowsField = FieldSpec(
    "rows", .enumeration(CatalogSnapshot.Counting.allCases.map(\.rawValue)),
    "How rows are counted: keys (and which they are), contents (and what they hold), exact, estimated (by the server's "
      + "statistics) or none (exact)")

  package var spec: KindSpec {
    KindSpec(
      "snapshot", .shorthand(key: "rows", [Self.rowsField]),
      results: [
        ResultSpec("fingerprint", "string", "SHA-256 over the catalogue, without the rows"),
        ResultSpec("objects", "int", "How many objects the catalogue has", isPublic: true),
        ResultSpec("tables", "list", "Maps with `table` and `rows`; null where it is not known"),
        ResultSpec("file", "string", "The snapshot's file, for a later compare"),
      ],
      usesConnection: true, work: WorkSpec(.text, in: []),
      "Takes a snapshot of a database's catalogue and counts its rows")
  }

  package func check(_ step: Step, in context: CheckContext) -> [Diagnostic] { [] }

  package func effect(of step: Step) -> Effect? { .readOnly }

  package func bind(_ step: Step, to context: BindingContext) throws(StepFailure) -> any Activity {
    guard let connection = context.connection else {
      throw StepFailure(.invalid, "step '\(step.id)' has no connection")
    }
    return SnapshotActivity(
      gateway: gateway, source: connection.name,
      counting: step.body["rows"]?.string.flatMap(CatalogSnapshot.Counting.init) ?? .exact)
  }
}

/// Takes one snapshot, in a READ ONLY transaction.
package struct SnapshotActivity: Activity {
  package let gateway: PostgresGateway
  package let source: String
  package let counting: CatalogSnapshot.Counting

  package let effect = Effect.readOnly
  package let isEffectDeclared = false
  package var connection: String? { source }

  package var work: [WorkItem] {
    [WorkItem(language: .text, text: "Read the catalogue of \(source)", effect: .readOnly)]
  }

  private static let fileName = "catalog.json"

  package func perform(in context: AttemptContext) async throws(StepFailure) -> StepResult {
    let snapshot = try await gateway.snapshot(of: source, counting: counting, in: context)
    let clean = context.redactor.redact(snapshot.value)
    let text = clean.json + "\n"
    guard EvidenceFile.write(text, named: Self.fileName, in: context.evidenceFolder) else {
      throw StepFailure(.refused, "\(Self.fileName) cannot be written")
    }
    var values = ValueMap()
    values["fingerprint"] = .string(snapshot.fingerprint.hex)
    values["objects"] = .int(Int64(snapshot.objects.count))
    values["tables"] = .list(
      snapshot.rows.inOrder.map { table, rows in
        [
          "table": .string(TableName(identity: table).shown),
          "rows": rows.count.map(Value.int) ?? .null,
        ]
      })
    values["file"] = .string("\(context.evidenceFolder)/\(Self.fileName)")
    // Its file is written without them.
    let isClean = clean == snapshot.value
    return StepResult(
      values: values,
      evidence: [
        EvidenceDraft(what: "rows", source: source, content: .result("tables")),
        EvidenceDraft(what: "catalogue", source: source, content: .file(Self.fileName)),
      ],
      notices: isClean
        ? [] : ["secrets were taken out of the snapshot's file: it can be shown, not compared with"]
    )
  }
}
