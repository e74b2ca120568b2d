import RunbookEngine
import RunbookModel

/// One comparison.
struct CompareActivity: Activity {
  let gateway: PostgresGateway
  let environment: [String: String]
  let source: String
  let path: String
  let tables: [String]?
  let counting: CatalogSnapshot.Counting

  let effect = Effect.readOnly
  let isEffectDeclared = false
  var connection: String? { source }

  var work: [WorkItem] {
    [
      WorkItem(
        language: .text, text: "Compare the catalogue of \(source) with \(path)", effect: .readOnly)
    ]
  }

  func perform(in context: AttemptContext) async throws(StepFailure) -> StepResult {
    let expected = try await ExpectedCatalog(path: path, environment: environment, now: context.now)
      .read(
        name: "\(context.run)-\(context.step)", counting: counting == .none ? [] : tables)
    let actual = try await gateway.snapshot(of: source, counting: counting, in: context)
    let comparison = CatalogComparison(
      expected: expected.snapshot, actual: actual, names: tables)
    var result = StepResult(values: comparison.values)
    result.notices =
      expected.troubles.map { "not compared, as it could not be restored: \($0)" }
      + comparison.unknown.map { "\(path) has no table \($0)" }
      + comparison.incomparable.map {
        "which rows of \($0) are gone is not known: \(path) tells them apart in another way"
      }
    for finding in comparison.findings where finding.fate.isDamage {
      context.output(OutputLine(.notice, finding.detail))
    }
    for notice in result.notices { context.output(OutputLine(.notice, notice)) }
    result.evidence = [
      EvidenceDraft(what: "findings", source: source, content: .result("findings")),
      EvidenceDraft(what: "rows", source: source, content: .result("rows")),
    ]
    return result
  }
}

extension CatalogComparison {
  /// As a step's result.
  var values: ValueMap {
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
    values["intact"] = .list(shown(.intact))
    values["findings"] = .list(
      findings.map {
        [
          "finding": .string($0.fate.rawValue), "object": .string($0.object.identity),
          "detail": .string($0.detail),
        ]
      })
    values["rows"] = .list((tables + emptiedOthers).map(rowsValue))
    values["loss"] = CatalogDamage(self).value
    values["as_of"] = expected.takenAt.map(Value.timestamp) ?? .null
    return values
  }

  private var emptiedOthers: [String] {
    let asked = ExactSet(tables)
    return findings(.emptied).map(\.object.identity).filter { !asked.contains($0) }
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
