import RunbookEngine
import RunbookModel

/// Takes a snapshot over an open connection, in one READ ONLY transaction that sees one state.
struct CatalogReader {
  let link: PostgresLink
  let counting: CatalogSnapshot.Counting
  /// For each of its statements.
  let statementTimeout: Duration
  /// The `application_name`.
  let name: String
  let now: @Sendable () -> Timestamp
  /// The snapshot whose columns are the only ones that count of a row's contents; nil is all columns.
  var former: CatalogSnapshot?

  /// Tables' rows are counted this many at a time.
  private static let countedAtOnce = 100
  /// Of tables with more rows than this no keys are taken.
  private static let mostKeys: Int64 = 200_000

  func read() throws(StepFailure) -> CatalogSnapshot {
    do throws(StepFailure) {
      let snapshot = try readInTransaction()
      try end()
      return snapshot
    } catch {
      // The failure says more than that of the end, which also comes by itself.
      try? end()
      throw error
    }
  }

  private func end() throws(StepFailure) {
    guard !link.isSpent else { return }
    _ = try run([SQLRequest.rollback + link.reset])
  }

  private func readInTransaction() throws(StepFailure) -> CatalogSnapshot {
    let milliseconds = (statementTimeout.wholeNanoseconds ?? .max) / 1_000_000
    let setting = SQLCommand(
      """
      SELECT set_config('row_security', 'off', true), set_config('statement_timeout', $1, true),
        set_config('application_name', $2, true), set_config('datestyle', 'ISO', true)
      """, ["\(max(1, min(milliseconds, Int64(Int32.max))))ms", name])
    let opening = link.opening("ISOLATION LEVEL REPEATABLE READ READ ONLY") + [setting]
    let questions = [
      SQLCommand("SELECT current_database(), current_setting('server_version')"),
      CatalogQuery.objects, CatalogQuery.tables, CatalogQuery.positions,
    ]
    let answers = Array(try run([opening + questions]).dropFirst(opening.count))
    let takenAt = now()
    guard answers.count == questions.count else {
      throw StepFailure(.unreachable, "the server did not answer about its catalogue")
    }
    let server = answers[0].first ?? []
    return CatalogSnapshot(
      database: server.first?.stringValue ?? "", serverVersion: server.last?.stringValue ?? "",
      takenAt: takenAt, objects: answers[1].compactMap(Self.object),
      rows: try rows(of: answers[2], answers[1].compactMap(Self.object)),
      positions: Self.positions(answers[3]))
  }

  private static func object(_ row: [Value]) -> CatalogObject? {
    guard row.count == 6, let kind = row[0].stringValue, let identity = row[1].stringValue,
      let definition = row[4].stringValue
    else { return nil }
    return CatalogObject(
      kind: kind, identity: identity, table: row[2].stringValue,
      uses: row[3].listValue?.compactMap(\.stringValue) ?? [], definition: definition,
      remake: row[5].listValue?.compactMap(\.stringValue) ?? [])
  }

  private static func positions(_ rows: [[Value]]) -> ExactMap<Int64?> {
    var result = ExactMap<Int64?>()
    for row in rows where row.count == 2 {
      if let name = row[0].stringValue { result.updateValue(row[1].intValue, forKey: name) }
    }
    return result
  }

  /// The columns of the tables' primary keys, as SQL writes them.
  private static func keys(of objects: [CatalogObject]) -> ExactMap<String> {
    let mark = "PRIMARY KEY ("
    var result = ExactMap<String>()
    for object in objects where object.kind == "constraint" && object.definition.begins(with: mark)
    {
      guard let table = object.table else { continue }
      let text = object.definition.dropFirstScalars(mark.unicodeScalars.count)
      result[table] = text.firstOutsideQuotes(of: ")").map { String(text[..<$0]) }
    }
    return result
  }

  private func rows(
    of tables: [[Value]], _ objects: [CatalogObject]
  ) throws(StepFailure) -> ExactMap<CatalogSnapshot.Rows> {
    var result = ExactMap<CatalogSnapshot.Rows>()
    var countable: [String] = []
    for row in tables where row.count == 3 {
      guard let table = row[0].stringValue else { continue }
      let mayCount = row[1].boolValue == true
      switch counting {
      case .exact where mayCount, .keys where mayCount, .contents where mayCount:
        countable.append(table)
      case .exact, .keys, .contents:
        result[table] = CatalogSnapshot.Rows(count: nil, counting: .exact)
      case .estimated:
        result[table] = CatalogSnapshot.Rows(count: row[2].intValue, counting: .estimated)
      case .none: result[table] = CatalogSnapshot.Rows(count: nil, counting: .none)
      }
    }
    var rest = countable[...]
    while !rest.isEmpty {
      let batch = rest.prefix(Self.countedAtOnce)
      rest = rest.dropFirst(Self.countedAtOnce)
      // The names are quoted by the server itself.
      let commands = batch.map { SQLCommand("SELECT count(*) FROM ONLY \($0)") }
      for (table, answer) in zip(batch, try run([commands])) {
        result[table] = CatalogSnapshot.Rows(
          count: answer.first?.first?.intValue, counting: .exact)
      }
    }
    switch counting {
    case .keys:
      let keys = Self.keys(of: objects)
      try takeNumbers(of: &result) { keys[$0].map { ("ROW(\($0))::text", []) } }
    case .contents:
      let added = addedColumns(objects)
      // By the columns' names, whatever their order.
      try takeNumbers(of: &result) { table in
        let names = Value.list((added[table] ?? []).map { .string($0) })
        let text =
          "(to_jsonb(of_table.*) - ARRAY(SELECT jsonb_array_elements_text($1::jsonb)))::text"
        return (text, [names.json])
      }
    case .exact, .estimated, .none: break
    }
    return result
  }

  /// What tables have that the former snapshot does not know.
  private func addedColumns(_ objects: [CatalogObject]) -> ExactMap<[String]> {
    guard let former else { return [:] }
    let known = Set(former.objects.map(\.key))
    let added = objects.filter { $0.kind == "column" && !known.contains($0.key) }
    var names = ExactMap<[String]>()
    for column in added {
      guard let name = TableName.parts(of: column.identity).last else { continue }
      names[column.table ?? "", default: []].append(name)
    }
    return names
  }

  /// - Parameter text: what tells a table's rows apart, in SQL with its parameters; nil takes no numbers
  ///   of it.
  private func takeNumbers(
    of rows: inout ExactMap<CatalogSnapshot.Rows>, by text: (_ table: String) -> (String, [String])?
  ) throws(StepFailure) {
    for (table, known) in rows.inOrder {
      guard let count = known.count, count <= Self.mostKeys, let (text, parameters) = text(table)
      else {
        continue
      }
      let command = SQLCommand(
        "SELECT hashtextextended(\(text), 0) FROM ONLY \(table) AS of_table ORDER BY 1",
        parameters)
      let answer = try run([[command]]).first ?? []
      rows[table]?.keys = answer.compactMap { $0.first?.intValue }
    }
  }

  /// The rows of each command of the first batch.
  private func run(_ batches: [[SQLCommand]]) throws(StepFailure) -> [[[Value]]] {
    let outcomes: [[SQLOutcome]]
    do throws(LinkError) {
      outcomes = try link.run(batches)
    } catch {
      throw StepFailure(link: error, mayHaveCommitted: false, holders: link.holders)
    }
    var answers: [[[Value]]] = []
    for outcome in outcomes.first ?? [] {
      switch outcome {
      case .completed(let completion): answers.append(completion.resultSet?.rows ?? [])
      case .failed(let error): throw StepFailure(error, holders: link.holders)
      case .skipped: break
      }
    }
    return answers
  }
}
