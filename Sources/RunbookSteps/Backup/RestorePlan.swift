import RunbookModel

/// Everything that a restore sends, in order, but for the transaction around it.
///
/// It follows from the way alone. What depends on rows that only the restore sees is a command with a
/// condition.
struct RestorePlan: Sendable {
  private(set) var commands: [RestoreCommand] = []
  /// What the archive's data come to, in its order.
  private(set) var data: Range<Int> = 0..<0
  /// What takes orphans out of tables that were made, over and over until there are none.
  private(set) var orphans: Range<Int> = 0..<0

  private let way: RecoveryWay
  private let stages: ExactMap<String>

  init(_ way: RecoveryWay) {
    self.way = way
    var stages = ExactMap<String>()
    for (index, load) in way.loads.enumerated() where load.mode != .whole {
      stages[load.table] = "pg_temp.runbook_stage_\(index)"
    }
    self.stages = stages
    if way.archive != nil { add(Self.setting) }
    for statement in way.before { add(statement) }
    addData()
    for statement in way.after { addAfter(statement) }
    addOrphans()
    for statement in way.last { addLast(statement) }
  }

  /// As `pg_restore` sets them for what it writes; they end with the transaction. What Alembic renders
  /// names no schemas.
  static let setting = """
    SELECT pg_catalog.set_config('search_path', '', true),
      pg_catalog.set_config('check_function_bodies', 'off', true),
      pg_catalog.set_config('row_security', 'off', true),
      pg_catalog.set_config('xmloption', 'content', true),
      pg_catalog.set_config('client_min_messages', 'warning', true)
    """

  private mutating func add(
    _ sql: String, _ action: RestoreCommand.Action = .send, _ condition: String? = nil
  ) {
    commands.append(RestoreCommand(sql: sql, action: action, condition: condition))
  }
}

// MARK: - Rows

extension RestorePlan {
  private mutating func addData() {
    for load in way.loads { addStage(of: load) }
    let first = commands.count
    for part in way.contents {
      switch part {
      case .rows(let table):
        guard let load = way.loads.first(where: { $0.table.isIdentical(to: table) }) else {
          continue
        }
        let place = stages[table] ?? table
        add(
          "COPY \(place)\(load.columnList) FROM stdin", .copy(load),
          "the backup's \(load.rows) rows follow")
      case .sequence(let statement): add(statement)
      }
    }
    data = first..<commands.count
    let staged = way.loads.filter { $0.mode != .whole }
    for trigger in staged.flatMap(\.triggers) { add(trigger.off) }
    for load in inReferenceOrder(way.loads.filter { $0.mode == .fill }) { addFill(load) }
    for load in way.loads where load.mode == .columns { addColumns(load) }
    guard !staged.isEmpty else { return }
    // A table cannot be altered while a deferred reference still waits for its check.
    add("SET CONSTRAINTS ALL IMMEDIATE")
    for trigger in staged.flatMap(\.triggers) { add(trigger.on) }
  }

  /// Where rows wait that do not go right into their table.
  private mutating func addStage(of load: TableLoad) {
    guard let stage = stages[load.table] else { return }
    // Whatever types the columns have had since: as text any of them goes in. What comes back has its type already,
    // as COPY reads it: a cast may be one that a user has made.
    let types = ExactMap(
      zip(load.columns, load.types).map { (Self.bare($0), $1) }
        + load.zoned.map { (Self.bare($0), "timestamp with time zone") })
    let shape =
      load.mode == .fill
      ? "LIKE \(load.table)"
      : load.copied.map { "\($0) \(types[Self.bare($0)] ?? "text")" }.joined(separator: ", ")
    add("CREATE TEMPORARY TABLE \(stage.droppingQualifier) (\(shape)) ON COMMIT DROP")
  }

  /// Brings staged rows to their table: what is there already stays, and what refers to nothing is set
  /// aside.
  private mutating func addFill(_ load: TableLoad) {
    guard let stage = stages[load.table], !load.copied.isEmpty else { return }
    let match = load.key.map { "present.\($0) = child.\($0)" }.joined(separator: " AND ")
    if !load.key.isEmpty {
      add(
        "DELETE FROM \(stage) AS child USING \(load.table) AS present WHERE \(match)",
        .takeKnown(table: load.table))
    }
    for key in way.foreignKeys where key.table.isIdentical(to: load.table) {
      let others = key.referenced.isIdentical(to: load.table) ? [stage] : []
      addSetAside(load.table, from: stage, key, others: others)
    }
    let columns = load.copied.joined(separator: ", ")
    add(
      "INSERT INTO \(load.table) (\(columns)) OVERRIDING SYSTEM VALUE "
        + "SELECT \(columns) FROM \(stage)" + (load.key.isEmpty ? "" : " ON CONFLICT DO NOTHING"),
      .put(table: load.table))
    guard !load.key.isEmpty else { return }
    // What another unique key kept out.
    addSetAside(
      load.table, from: stage,
      where: "NOT EXISTS (SELECT 1 FROM \(load.table) AS present WHERE \(match))",
      why: "another row has its unique key")
  }

  /// Without the quotes that `pg_dump` may set where the server sets none.
  private static func bare(_ column: String) -> String { TableName(identity: column).name }

  private mutating func addColumns(_ load: TableLoad) {
    let copied = ExactSet(load.copied.map(Self.bare))
    let columns = load.columns.filter { copied.contains(Self.bare($0)) }
    guard let stage = stages[load.table], !load.key.isEmpty, !columns.isEmpty else { return }
    let values = columns.map { "\($0) = source.\($0)" }.joined(separator: ", ")
    // As the backup has it: `format` takes the type's own output, a cast to text may be a user's.
    let match = load.key.map { key in
      let isZoned = load.zoned.contains { $0.isIdentical(to: key) }
      return "format('%s', target.\(key)) = "
        + (isZoned ? "format('%s', source.\(key))" : "source.\(key)")
    }.joined(separator: " AND ")
    add(
      "UPDATE \(load.table) AS target SET \(values) FROM \(stage) AS source WHERE \(match)",
      .put(table: load.table))
  }

  private mutating func addSetAside(
    _ table: String, from source: String, _ key: ForeignKey, others: [String] = []
  ) {
    addSetAside(
      table, from: source, where: key.orphanCondition(others: others),
      why: "what it refers to in \(TableName(identity: key.referenced).shown) is gone")
  }

  private mutating func addSetAside(
    _ table: String, from source: String, where condition: String, why: String
  ) {
    add(
      """
      WITH gone AS (DELETE FROM \(source) WHERE ctid = ANY (ARRAY(
          SELECT child.ctid FROM \(source) AS child WHERE \(condition) LIMIT 5000))
        RETURNING *)
      SELECT *, ROW(gone.*)::text FROM gone
      """, .setAside(table: table, source: source, why: why),
      "repeated as long as it finds rows; they go to a file of evidence")
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

// MARK: - What comes after the rows

extension RestorePlan {
  private mutating func addAfter(_ statement: String) {
    for load in way.loads where load.mode == .columns {
      for column in load.columns
      where statement.isIdentical(
        to: "ALTER TABLE \(load.table) ALTER COLUMN \(column) SET NOT NULL")
      {
        add(
          "SELECT count(*) FROM \(load.table) WHERE \(column) IS NULL",
          .countNulls(table: load.table, column: column))
        return add(
          statement, .forbidNulls(table: load.table, column: column),
          "left out where rows newer than the backup have no value")
      }
      if statement.begins(with: "ALTER TABLE ONLY \(load.table) REPLICA IDENTITY USING INDEX ") {
        return add(
          statement, .identify(table: load.table),
          "left out where a column that came back keeps nulls")
      }
    }
    add(statement)
  }

  private mutating func addOrphans() {
    let first = commands.count
    orphans = first..<first
    guard !way.contents.isEmpty else { return }
    let made = ExactSet(way.loads.filter { $0.mode == .whole }.map(\.table))
    for key in way.foreignKeys where made.contains(key.table) {
      addSetAside(key.table, from: key.table, key)
    }
    orphans = first..<commands.count
    for key in standingKeys {
      add(
        "SELECT count(*) FROM \(key.table) AS child WHERE \(key.orphanCondition())",
        .countOrphans(key))
    }
  }

  /// References of tables that stand, and to which no rows come.
  private var standingKeys: [ForeignKey] {
    guard !way.contents.isEmpty else { return [] }
    let loaded = ExactSet(way.loads.map(\.table))
    return way.foreignKeys.filter { !loaded.contains($0.table) }
  }

  private mutating func addLast(_ statement: String) {
    if let key = standingKeys.first(where: { $0.isMade(by: statement) }) {
      add(
        statement, .refer(key), "NOT VALID where rows are found that refer to nothing")
    } else {
      add(statement)
    }
  }
}

extension TableLoad {
  /// A table may have none.
  fileprivate var columnList: String {
    copied.isEmpty ? "" : " (\(copied.joined(separator: ", ")))"
  }
}

extension ForeignKey {
  /// Whether the statement makes it, as `pg_restore` writes it or as it is made of the catalogue.
  fileprivate func isMade(by statement: String) -> Bool {
    let rest = "ADD CONSTRAINT \(name) FOREIGN KEY "
    return statement.begins(with: "ALTER TABLE ONLY \(table)\n    \(rest)")
      || statement.begins(with: "ALTER TABLE \(table) \(rest)")
  }
}
