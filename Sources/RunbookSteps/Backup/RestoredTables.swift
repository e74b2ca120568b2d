import RunbookEngine
import RunbookModel

/// The rows of a restore: where each table's go, and what became of them.
struct RestoredTables {
  let way: RecoveryWay
  let link: PostgresLink
  let context: AttemptContext

  struct Count: Sendable {
    var restored: Int64 = 0
    var setAside: Int64 = 0
    var alreadyThere: Int64 = 0
  }

  private(set) var counts = ExactMap<Count>()
  private var progress: RestoreProgress
  private var current: TableLoad?
  /// By the table: its rows on their way, where they do not go right into it.
  private let stages: ExactMap<String>
  private var stagedColumns = ExactMap<[String]>()
  private var setAsideFiles: [EvidenceDraft] = []
  /// References that could not be made whole, with the number of rows without a parent.
  private var orphans: [(key: ForeignKey, rows: Int64)] = []

  /// Rows that a lost column has no value for, as they are newer than the backup.
  private var unfilled: [Value] = []

  init(way: RecoveryWay, link: PostgresLink, context: AttemptContext) {
    self.way = way
    self.link = link
    self.context = context
    progress = RestoreProgress(
      rows: way.loads.reduce(0) { $0 + $1.rows }, output: context.output)
    var stages = ExactMap<String>()
    for (index, load) in way.loads.enumerated() where load.mode != .whole {
      stages[load.table] = "pg_temp.runbook_stage_\(index)"
    }
    self.stages = stages
  }

  var restored: Int64 { counts.values.reduce(0) { $0 + $1.restored } }

  /// Makes the places for rows that do not go right into their table.
  func prepare() throws(StepFailure) {
    for load in way.loads where load.mode == .fill {
      guard let stage = stages[load.table] else { continue }
      try link.exchangeAll([
        SQLCommand(
          "CREATE TEMPORARY TABLE \(stage.droppingQualifier) (LIKE \(load.table)) ON COMMIT DROP")
      ])
    }
  }

  private func load(of table: String) -> TableLoad? {
    way.loads.first { $0.table.isIdentical(to: table) }
  }
}

extension RestoredTables: ArchiveData.Receiver {
  mutating func begin(_ copy: CopyStatement) throws(StepFailure) {
    guard let load = load(of: copy.table) else {
      throw StepFailure(.refused, "the archive has rows of \(copy.table), which were not asked for")
    }
    current = load
    stagedColumns[load.table] = copy.columns
    if load.mode == .columns, let stage = stages[load.table] {
      // Whatever types the columns have had since: as text any of them goes in.
      let columns = copy.columns.map { "\($0) text" }.joined(separator: ", ")
      try link.exchangeAll([
        SQLCommand("CREATE TEMPORARY TABLE \(stage.droppingQualifier) (\(columns)) ON COMMIT DROP")
      ])
    }
    let place = stages[load.table] ?? load.table
    try refuse(
      begun: Result { () throws(LinkError) in
        try link.beginCopy(
          "COPY \(place) (\(copy.columns.joined(separator: ", "))) FROM stdin")
      })
  }

  private func refuse(begun: Result<ServerError?, LinkError>) throws(StepFailure) {
    switch begun {
    case .success(nil): return
    case .success(let error?): throw StepFailure(error, holders: link.holders)
    case .failure(let error):
      throw StepFailure(link: error, mayHaveCommitted: false, holders: link.holders)
    }
  }

  mutating func receive(_ bytes: ArraySlice<UInt8>) throws(StepFailure) {
    do throws(LinkError) {
      try link.putCopy(bytes)
    } catch {
      throw StepFailure(link: error, mayHaveCommitted: false, holders: link.holders)
    }
    progress.note(bytes, of: current?.table ?? "")
  }

  mutating func end() throws(StepFailure) {
    let outcome: SQLOutcome
    do throws(LinkError) {
      outcome = try link.endCopy()
    } catch {
      throw StepFailure(link: error, mayHaveCommitted: false, holders: link.holders)
    }
    switch outcome {
    case .completed(let completion):
      guard let load = current, load.mode == .whole else { return }
      counts[load.table, default: Count()].restored = completion.affected
    case .failed(let error): throw StepFailure(error, holders: link.holders)
    case .skipped: throw StepFailure(.refused, "the server skipped the COPY")
    }
  }

  mutating func statement(_ text: String) throws(StepFailure) {
    try link.exchangeAll([SQLCommand(text)])
  }
}

extension RestoredTables {
  /// Brings staged rows to their tables: what is there already stays, what refers to nothing is set
  /// aside, and tables that others refer to come first.
  mutating func fill() throws(StepFailure) {
    for load in inReferenceOrder(way.loads.filter { $0.mode == .fill }) {
      guard let stage = stages[load.table] else { continue }
      if !load.key.isEmpty {
        let match = load.key.map { "present.\($0) = child.\($0)" }.joined(separator: " AND ")
        let there = try link.exchangeAll([
          SQLCommand("DELETE FROM \(stage) AS child USING \(load.table) AS present WHERE \(match)")
        ])
        counts[load.table, default: Count()].alreadyThere = there.affected
      }
      for key in way.foreignKeys where key.table.isIdentical(to: load.table) {
        let others = key.referenced.isIdentical(to: load.table) ? [stage] : []
        try setAside(load.table, from: stage, key, others: others)
      }
      try insert(load, from: stage)
    }
    for load in way.loads where load.mode == .columns { try fillColumns(load) }
  }

  private mutating func insert(_ load: TableLoad, from stage: String) throws(StepFailure) {
    let columns = (stagedColumns[load.table] ?? []).joined(separator: ", ")
    guard !columns.isEmpty else { return }
    let done = try link.exchangeAll([
      SQLCommand(
        "INSERT INTO \(load.table) (\(columns)) OVERRIDING SYSTEM VALUE "
          + "SELECT \(columns) FROM \(stage)" + (load.key.isEmpty ? "" : " ON CONFLICT DO NOTHING"))
    ])
    counts[load.table, default: Count()].restored = done.affected
    guard !load.key.isEmpty else { return }
    // What another unique key kept out.
    let match = load.key.map { "present.\($0) = child.\($0)" }.joined(separator: " AND ")
    try setAside(
      load.table, from: stage,
      where: "NOT EXISTS (SELECT 1 FROM \(load.table) AS present WHERE \(match))",
      why: "another row has its unique key")
  }

  private mutating func fillColumns(_ load: TableLoad) throws(StepFailure) {
    guard let stage = stages[load.table], !load.key.isEmpty,
      let staged = stagedColumns[load.table].map({ ExactSet($0) })
    else { return }
    let pairs = zip(load.columns, load.types).filter { staged.contains($0.0) }
    guard !pairs.isEmpty else { return }
    let values = pairs.map { "\($0.0) = source.\($0.0)::\($0.1)" }.joined(separator: ", ")
    let match = load.key.map { "target.\($0)::text = source.\($0)" }.joined(separator: " AND ")
    let done = try link.exchangeAll([
      SQLCommand(
        "UPDATE \(load.table) AS target SET \(values) FROM \(stage) AS source WHERE \(match)")
    ])
    counts[load.table, default: Count()].restored = done.affected
  }

  /// A table after those that it refers to.
  private func inReferenceOrder(_ loads: [TableLoad]) -> [TableLoad] {
    var left = loads
    var ordered: [TableLoad] = []
    while !left.isEmpty {
      let names = ExactSet(left.map(\.table))
      let next = left.firstIndex { load in
        !way.foreignKeys.contains {
          $0.table.isIdentical(to: load.table) && !$0.referenced.isIdentical(to: load.table)
            && names.contains($0.referenced)
        }
      }
      ordered.append(left.remove(at: next ?? 0))
    }
    return ordered
  }
}

extension RestoredTables {
  /// Takes rows out of tables that were just made, as long as some refer to a row that is not there.
  mutating func setOrphansAside() throws(StepFailure) {
    let made = ExactSet(way.loads.filter { $0.mode == .whole }.map(\.table))
    var isChanged = true
    while isChanged {
      isChanged = false
      for key in way.foreignKeys where made.contains(key.table) {
        let before = counts[key.table]?.setAside ?? 0
        try setAside(key.table, from: key.table, key, others: [])
        if counts[key.table]?.setAside ?? 0 > before { isChanged = true }
      }
    }
    for key in way.foreignKeys where !made.contains(key.table) && stages[key.table] == nil {
      let found = try link.exchangeAll([
        SQLCommand("SELECT count(*) FROM \(key.table) AS child WHERE \(key.orphanCondition())")
      ])
      let rows = found.lastRows?.rows.first?.first?.intValue ?? 0
      if rows > 0 { orphans.append((key, rows)) }
    }
  }

  /// The statements, without those that forbid nulls where rows newer than the backup have some.
  mutating func withoutUnfilled(_ statements: [String]) throws(StepFailure) -> [String] {
    var left = statements
    for load in way.loads where load.mode == .columns {
      for column in load.columns {
        let statement = "ALTER TABLE \(load.table) ALTER COLUMN \(column) SET NOT NULL"
        guard left.contains(where: { $0.isIdentical(to: statement) }) else { continue }
        let found = try link.exchangeAll([
          SQLCommand("SELECT count(*) FROM \(load.table) WHERE \(column) IS NULL")
        ])
        let rows = found.lastRows?.rows.first?.first?.intValue ?? 0
        guard rows > 0 else { continue }
        // An index with nulls cannot be what tells rows apart for replication.
        let identity = "ALTER TABLE ONLY \(load.table) REPLICA IDENTITY USING INDEX "
        left.removeAll { $0.isIdentical(to: statement) || $0.begins(with: identity) }
        unfilled.append(
          [
            "table": .string(TableName(identity: load.table).shown), "column": .string(column),
            "rows": .int(rows),
          ])
      }
    }
    return left
  }

  /// The statements, with references that rows of a standing table would break made without a look
  /// at these rows.
  func checked(_ statements: [String]) throws(StepFailure) -> [String] {
    statements.map { statement in
      let isBroken = orphans.contains { orphan in
        statement.holds("\(orphan.key.table)\n")
          && statement.holds("ADD CONSTRAINT \(orphan.key.name) FOREIGN KEY ")
      }
      return isBroken ? statement + " NOT VALID" : statement
    }
  }

  private mutating func setAside(
    _ table: String, from source: String, _ key: ForeignKey, others: [String]
  ) throws(StepFailure) {
    try setAside(
      table, from: source, where: key.orphanCondition(others: others),
      why: "what it refers to in \(TableName(identity: key.referenced).shown) is gone")
  }

  /// Moves rows to a file of the evidence folder, some at a time.
  private mutating func setAside(
    _ table: String, from source: String, where condition: String, why: String
  ) throws(StepFailure) {
    let name = TableName(identity: table)
    let file = "set-aside-\(setAsideFiles.count + 1)-\(name.name.filePart).jsonl"
    var writer: EvidenceWriter?
    var total: Int64 = 0
    while true {
      let done = try link.exchangeAll([
        SQLCommand(
          """
          WITH gone AS (DELETE FROM \(source) WHERE ctid = ANY (ARRAY(
              SELECT child.ctid FROM \(source) AS child WHERE \(condition) LIMIT 5000))
            RETURNING *)
          SELECT row_to_json(gone)::text FROM gone
          """)
      ])
      let rows = done.lastRows?.rows.compactMap { $0.first } ?? []
      guard !rows.isEmpty else { break }
      total += Int64(rows.count)
      var lines: [UInt8] = []
      for row in rows { lines += Array(((row.stringValue ?? row.json) + "\n").utf8) }
      var open =
        writer
        ?? EvidenceWriter(folder: context.evidenceFolder, name: file, redactor: context.redactor)
      guard open.write(lines) else {
        throw StepFailure(.refused, "rows cannot be set aside: \(file) cannot be written")
      }
      writer = open
    }
    guard var writer else { return }
    guard writer.close() else {
      throw StepFailure(.refused, "rows cannot be set aside: \(file) cannot be written")
    }
    counts[table, default: Count()].setAside += total
    if source.isIdentical(to: table) { counts[table, default: Count()].restored -= total }
    setAsideFiles.append(
      EvidenceDraft(
        what: "\(total) rows of \(name.shown) set aside: \(why)", source: "the archive",
        content: .file(file)))
    context.output(OutputLine(.notice, "\(name.shown): \(total) rows set aside: \(why)"))
  }
}

extension RestoredTables {
  func result(notices: [String]) -> StepResult {
    var values = ValueMap()
    let tables = way.loads.map { load -> Value in
      let count = counts[load.table] ?? Count()
      return [
        "table": .string(TableName(identity: load.table).shown),
        "mode": .string(load.mode.rawValue),
        "at_backup": .int(load.rows), "restored": .int(count.restored),
        "set_aside": .int(count.setAside), "already_there": .int(count.alreadyThere),
      ]
    }
    values["tables"] = .list(tables)
    values["rows"] = .int(restored)
    values["set_aside"] = .int(counts.values.reduce(0) { $0 + $1.setAside })
    values["objects"] = .int(way.objects)
    values["way"] = .string(way.name.rawValue)
    values["orphans"] = .list(
      orphans.map {
        [
          "table": .string(TableName(identity: $0.key.table).shown),
          "constraint": .string($0.key.name),
          "referenced": .string(TableName(identity: $0.key.referenced).shown),
          "rows": .int($0.rows),
        ]
      })
    values["unfilled"] = .list(unfilled)
    values["risks"] = .list(way.risks.map(Value.string))
    values["left_out"] = .list(way.leftOut.map(Value.string))
    var result = StepResult(values: values, notices: notices)
    if !tables.isEmpty {
      result.evidence.append(
        EvidenceDraft(
          what: "rows restored", source: way.archive?.path ?? "", content: .result("tables")))
    }
    result.evidence += setAsideFiles
    return result
  }
}

extension String {
  /// Letters and digits, for a file's name.
  fileprivate var filePart: String {
    String(
      unicodeScalars.prefix(60).map { $0.isASCIILetter || $0.isASCIIDigit ? Character($0) : "_" })
  }
}
