import RunbookEngine
package import RunbookModel
package import RunbookPostgres

/// Takes a snapshot over an open connection, in one READ ONLY transaction that sees one state.
///
/// Values are written the same in every session (`SessionSettings.sameEverywhereToRead`): defaults stand in
/// definitions, and rows are told apart by hashes of their texts.
///
/// Nothing that a user of the database has made is called: whoever owns a type may have made casts of it, to
/// `text` and to `json` too, and they would run with the rights of the one who looks. So rows are read as `ROW(…)::text`
/// alone, which calls the types' output functions (`record_out`), and these only a superuser can make.
package struct CatalogReader {
  package let link: PostgresLink
  package let counting: CatalogSnapshot.Counting
  /// For each of its statements.
  package let statementTimeout: Duration
  /// The `application_name`.
  package let name: String
  package let now: @Sendable () -> Timestamp
  /// The snapshot whose columns are the only ones that count of a row's contents; nil is all columns.
  package var former: CatalogSnapshot?

  /// Tables' rows are counted this many at a time.
  private static let countedAtOnce = 100
  /// Of tables with more rows than this no keys are taken.
  private static let mostKeys: Int64 = 200_000

  package func read() throws(StepFailure) -> CatalogSnapshot {
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
    _ = try run([SQLTransaction.rollback + link.reset])
  }

  private func readInTransaction() throws(StepFailure) -> CatalogSnapshot {
    let milliseconds = (statementTimeout.wholeNanoseconds ?? .max) / 1_000_000
    let setting = SQLCommand(
      """
      SELECT set_config('row_security', 'off', true), set_config('statement_timeout', $1, true),
        set_config('application_name', $2, true)
      """, ["\(max(1, min(milliseconds, Int64(Int32.max))))ms", name])
    let opening =
      link.opening("ISOLATION LEVEL REPEATABLE READ READ ONLY")
      + [setting, SessionSettings.sameEverywhereToRead, Self.tablesOnly]
    let questions = [
      SQLCommand("SELECT current_database(), current_setting('server_version')"),
      CatalogQuery.objects(version: Int(link.serverVersion)), CatalogQuery.tables,
      CatalogQuery.positions,
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

  /// A table that its owner replaces by a view, between the questions, is not read: the view's functions would be called.
  /// As `pg_dump` does since CVE-2024-7348, where the server knows it:
  /// https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-RESTRICT-NONSYSTEM-RELATION-KIND
  private static let tablesOnly = SQLCommand(
    """
    SELECT set_config(name, 'view, foreign-table', true) FROM pg_settings
    WHERE name = 'restrict_nonsystem_relation_kind'
    """)

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
    for object in objects
    where object.outerKey.kind == "constraint" && object.definition.begins(with: mark) {
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
    var partitioned: [String] = []
    for row in tables where row.count == 4 {
      guard let table = row[0].stringValue, let kind = row[1].stringValue else { continue }
      let reason = row[2].stringValue
      if kind == "p", counting != .none {
        partitioned.append(table)
        continue
      }
      switch counting {
      case .exact where reason == CatalogQuery.unfilled,
        .keys where reason == CatalogQuery.unfilled,
        .contents where reason == CatalogQuery.unfilled:
        result[table] = CatalogSnapshot.Rows(count: 0, counting: .exact, reason: reason)
      case .exact where reason == nil, .keys where reason == nil, .contents where reason == nil:
        countable.append(table)
      case .exact, .keys, .contents:
        result[table] = CatalogSnapshot.Rows(count: nil, counting: .exact, reason: reason)
      case .estimated:
        let count = kind == "f" ? nil : row[3].intValue
        result[table] = CatalogSnapshot.Rows(
          count: count, counting: .estimated,
          reason: count == nil ? reason ?? "the server has no statistics of it" : nil)
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
      try takeNumbers(of: &result, .keys, keys)
    case .contents:
      try takeNumbers(of: &result, .contents, contents(objects))
    case .exact, .estimated, .none: break
    }
    let tree = TableTree(objects)
    for table in partitioned {
      result[table] = tree.sum(
        of: table, in: result, counting == .estimated ? .estimated : .exact)
    }
    return result
  }

  /// The tables' columns that the former snapshot knows, by their names, whatever their order.
  private func contents(_ objects: [CatalogObject]) -> ExactMap<String> {
    let known = former.map { Set($0.objects.map(\.key)) }
    var names = ExactMap<[String]>()
    for object in objects where object.kind == "column" {
      guard let table = object.table, known?.contains(object.key) ?? true else { continue }
      names[table, default: []].append("of_table.\(object.name)")
    }
    return names.mapValues { $0.sorted { $0.isBeforeExactly($1) }.joined(separator: ", ") }
  }

  /// - Parameter columns: what tells a table's rows apart, as SQL writes them; of other tables none are taken.
  private func takeNumbers(
    of rows: inout ExactMap<CatalogSnapshot.Rows>, _ numbering: CatalogSnapshot.Numbering,
    _ columns: ExactMap<String>
  ) throws(StepFailure) {
    for (table, known) in rows.inOrder {
      guard let count = known.count, count <= Self.mostKeys, let columns = columns[table] else {
        continue
      }
      let command = SQLCommand(
        "SELECT hashtextextended(ROW(\(columns))::text, 0) FROM ONLY \(table) AS of_table ORDER BY 1"
      )
      let answer = try run([[command]]).first ?? []
      rows[table]?.keys = answer.compactMap { $0.first?.intValue }
      rows[table]?.numbering = numbering
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
