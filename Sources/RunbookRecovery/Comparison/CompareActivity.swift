package import RunbookEngine
package import RunbookModel
package import RunbookPostgres

/// One comparison.
package struct CompareActivity: Activity {
  package let gateway: PostgresGateway
  package let environment: [String: String]
  package let servers: any TemporaryServers
  package let source: String
  package let path: String
  package let tables: [String]?
  let counting: CatalogSnapshot.Counting
  /// Of a comparison after a recovery: the way that was taken, and what was lost before it.
  var way: RecoveryWay?
  var damage: CatalogDamage?

  package let effect = Effect.readOnly
  package let isEffectDeclared = false
  package var connection: String? { source }

  package var work: [WorkItem] {
    [
      WorkItem(
        language: .text, text: "Compare the catalogue of \(source) with \(path)", effect: .readOnly)
    ]
  }

  package func perform(in context: AttemptContext) async throws(StepFailure) -> StepResult {
    let expected = try await ExpectedCatalog(
      path: path, environment: environment, servers: servers, now: context.now
    ).read(name: "\(context.run)-\(context.step)", counting: counting == .none ? [] : tables)
    let actual = try await gateway.snapshot(of: source, counting: counting, in: context)
    let unmade = unmade(expected, actual)
    let comparison = CatalogComparison(
      expected: expected.snapshot.adding(unmade.gone), actual: actual, names: tables)
    let remaining = RemainingLoss(comparison, way: way, damage: damage)
    var result = StepResult(values: comparison.values)
    result.values["recoverable"] = .list(remaining.recoverable.map { .string($0.detail) })
    result.values["beyond"] = .list(remaining.beyond.map { .string($0.detail) })
    result.values[Remainder.lostForGood] = .list(remaining.lostForGood.map(Value.string))
    result.notices =
      expected.troubles.map { "not compared, as it could not be restored: \($0)" }
      + comparison.unknown.map { "\(path) has no table \($0)" }
      + comparison.incomparable.map {
        "which rows of \($0) are gone is not known: \(path) tells them apart in another way"
      }
    for finding in remaining.recoverable + comparison.findings(.undetermined) {
      context.output(OutputLine(.notice, finding.detail))
    }
    for finding in remaining.beyond {
      context.output(
        OutputLine(.notice, "\(finding.detail), which the way that was taken cannot bring back"))
    }
    for notice in result.notices { context.output(OutputLine(.notice, notice)) }
    result.evidence = [
      EvidenceDraft(what: "findings", source: source, content: .result("findings")),
      EvidenceDraft(what: "rows", source: source, content: .result("rows")),
    ]
    guard !remaining.recoverable.isEmpty else {
      try requireAnswer(comparison, unmade.there, result)
      return result
    }
    return result
  }

  /// Tables of a backup that its own server could not make, by whether the database has them.
  private func unmade(
    _ expected: ArchiveCatalog.Answer, _ actual: CatalogSnapshot
  ) -> (gone: [TableName], there: [TableName]) {
    let present = Set(actual.tables.map { TableName(identity: $0) })
    let asked = expected.unmade.filter { name in
      tables.map { $0.contains(where: name.isMeant) } ?? true
    }
    return (
      asked.filter { !present.contains($0) }, asked.filter { present.contains($0) }
    )
  }

  /// Where nothing is found lost, and not all could be looked at, nobody may take it for an all-clear.
  private func requireAnswer(
    _ comparison: CatalogComparison, _ unmade: [TableName], _ result: StepResult
  ) throws(StepFailure) {
    let open =
      comparison.findings(.undetermined).filter {
        !$0.object.isForeign && !$0.object.isMaterialized
      }
      .map(\.detail)
      + unmade.map { "\($0.shown): what \(path) has of it could not be made to compare with" }
      + comparison.unknown.filter { name in !unmade.contains { $0.isMeant(by: name) } }
      .map { "\($0): \(path) has no such table" }
    guard !open.isEmpty else { return }
    var failure = StepFailure(
      .invalid,
      "nothing is found lost, and not all could be looked at: "
        + open.prefix(3).joined(separator: "; ")
        + (open.count > 3 ? "; and \(open.count - 3) more" : ""),
      detail: open.joined(separator: "\n"),
      hint:
        "compare as a role that may read these tables, with a snapshot or backup that has their rows; "
        + "`rows: none` asks for their structure alone")
    failure.partial = result
    throw failure
  }
}

extension CatalogSnapshot {
  /// With tables of which nothing but the name is known.
  fileprivate func adding(_ tables: [TableName]) -> CatalogSnapshot {
    guard !tables.isEmpty else { return self }
    return CatalogSnapshot(
      database: database, serverVersion: serverVersion, takenAt: takenAt,
      objects: objects
        + tables.map { name in
          let identity =
            SQLQuote.identifier(name.schema) + "." + SQLQuote.identifier(name.name)
          return CatalogObject(kind: "table", identity: identity, table: identity, definition: "")
        }, rows: rows, positions: positions)
  }
}

extension CatalogComparison {
  /// As a step's result.
  package var values: ValueMap {
    func shown(_ fate: CatalogFinding.Fate) -> [Value] {
      findings(fate).map { .string(TableName(identity: $0.object.identity).shown) }
    }
    var values = ValueMap()
    values["damaged"] = .bool(isDamaged)
    values["equal"] = .bool(equalCount == objects.count)
    values["object_count"] = .int(Int64(objects.count))
    values["equal_count"] = .int(Int64(equalCount))
    values["dropped"] = .list(shown(.dropped))
    values["renamed"] = .list(findings(.renamed).map(\.renameValue))
    values["columns_lost"] = .list(findings(.columnLost).map(\.columnValue))
    values["emptied"] = .list(shown(.emptied))
    values["dependents_lost"] = .list(findings(.dependentLost).map(\.objectValue))
    values["changed"] = .list(findings(.changed).map(\.objectValue))
    values["added"] = .list(
      added.map { ["kind": .string($0.kind), "object": .string($0.identity)] })
    values["rows_lost"] = .list(shown(.rowsLost))
    values["properties_lost"] = .list(findings(.propertyLost).map(\.objectValue))
    values["undetermined"] = .list(shown(.undetermined))
    values["intact"] = .list(shown(.intact))
    values["findings"] = .list(
      findings.map {
        [
          "finding": .string($0.fate.rawValue), "object": .string($0.object.identity),
          "detail": .string($0.detail),
        ]
      })
    // The rows of a partitioned table are its partitions'.
    let tree = TableTree(expected.objects)
    values["rows"] = .list(
      (tables + emptiedOthers).filter { !tree.isPartitioned($0) }.map(rowsValue))
    values["loss"] = CatalogDamage(self).value
    values["as_of"] = expected.takenAt.map(Value.timestamp) ?? .null
    return values
  }

  private var emptiedOthers: [String] {
    let asked = ExactSet(tables)
    return findings(.emptied).filter { $0.object.kind == "table" }.map(\.object.identity)
      .filter { !asked.contains($0) }
  }

  private func rowsValue(_ table: String) -> Value {
    func known(_ rows: CatalogSnapshot.Rows?) -> (Value, Value) {
      guard let rows, let count = rows.count else { return (.null, "unknown") }
      return (.int(count), rows.counting == .estimated ? "estimated" : "counted")
    }
    let renamed = findings(.renamed).first { $0.object.identity.isIdentical(to: table) }?.foundAs
    let before = known(expected.rows[table])
    let now = known(actual.rows[renamed ?? table])
    var row = ValueMap([
      ("table", .string(TableName(identity: table).shown)), ("before", before.0),
      ("before_is", before.1), ("now", now.0), ("now_is", now.1),
    ])
    if let (were, are) = rows(of: table), let change = were.change(to: are) {
      row["gone"] = .int(change.gone)
      row["new"] = .int(change.new)
    }
    return .map(row)
  }

  private func rows(of table: String) -> (CatalogSnapshot.Rows, CatalogSnapshot.Rows)? {
    let renamed = findings(.renamed).first { $0.object.identity.isIdentical(to: table) }?.foundAs
    guard let were = expected.rows[table], let are = actual.rows[renamed ?? table] else {
      return nil
    }
    return (were, are)
  }

  /// Tables whose rows have numbers in both, and not of the same sort.
  fileprivate var incomparable: [String] {
    (tables + emptiedOthers).filter { table in
      guard let (were, are) = rows(of: table) else { return false }
      return were.keys != nil && are.keys != nil && were.numbers(with: are) == nil
    }.map { TableName(identity: $0).shown }
  }
}

extension CatalogFinding {
  fileprivate var renameValue: Value {
    [
      "table": .string(TableName(identity: object.identity).shown),
      "found_as": .string(foundAs.map { TableName(identity: $0).shown } ?? ""),
      "certain": .bool(isCertain),
    ]
  }

  fileprivate var columnValue: Value {
    [
      "table": .string(TableName(identity: object.table ?? "").shown),
      "column": .string(TableName.parts(of: object.identity).last ?? object.identity),
      "found_as": foundAs.map { .string($0) } ?? .null,
    ]
  }

  fileprivate var objectValue: Value {
    [
      "kind": .string(object.kind), "object": .string(object.identity),
      "still_there": .bool(isStillThere), "detail": .string(detail),
    ]
  }
}
