import RunbookModel
import RunbookPostgres

/// Everything that a restore sends, in order, but for the transaction around it.
///
/// It follows from the way alone. What depends on rows that only the restore sees is a command with a
/// condition.
///
/// A statement that is meant for the rows of one table names it with ONLY, but for a partitioned one, which has none of
/// its own, and one that was just made and has no children.
package struct RestorePlan: Sendable {
  package private(set) var commands: [RestoreCommand] = []
  /// What the archive's data come to, in its order.
  package private(set) var data: Range<Int> = 0..<0
  /// What takes out rows that refer to nothing, each over and over until there are none: a row that is taken out may be
  /// what another one refers to.
  package private(set) var loops: [Range<Int>] = []

  private let way: RecoveryWay
  private let stages: ExactMap<String>
  private let made: ExactSet
  /// Of partitioned tables: those of their partitions that rows come to.
  private let partitions: ExactMap<[String]>
  private let parents: ExactSet

  package init(_ way: RecoveryWay) {
    self.way = way
    var stages = ExactMap<String>()
    for (index, load) in way.loads.enumerated() where load.mode != .whole {
      stages[load.table] = "pg_temp.runbook_stage_\(index)"
    }
    self.stages = stages
    made = ExactSet(way.loads.filter { $0.mode == .whole }.map(\.table))
    partitions = ExactMap(
      way.partitioned.compactMap { names in names.first.map { ($0, Array(names.dropFirst())) } })
    parents = ExactSet(way.parents)
    if way.archive != nil { add(Self.setting) }
    for statement in way.before { add(statement) }
    addData()
    for statement in way.after { addAfter(statement) }
    for statement in way.positions { add(statement) }
    addOrphans()
    for statement in way.attach { add(statement) }
    for statement in way.last { addLast(statement) }
  }

  /// As `pg_restore` sets them for what it writes; they end with the transaction. What Alembic renders
  /// names no schemas.
  package static let setting = """
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

  /// Where a table's own rows are.
  private func rows(of table: String) -> String {
    if partitions[table] != nil { return table }
    return made.contains(table) && !parents.contains(table) ? table : "ONLY \(table)"
  }

  /// Where a row that is referred to may be: partitions that were just made are not attached yet.
  private func sources(of table: String) -> [String] {
    [rows(of: table)] + (partitions[table] ?? []).filter(made.contains)
  }

  /// The tables that hold its rows.
  private func holders(of table: String) -> [String] { partitions[table] ?? [table] }
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
    for group in referenceGroups(of: way.loads.filter { $0.mode == .fill }) { addFill(group) }
    for load in way.loads where load.mode == .columns { addColumns(load) }
    guard !staged.isEmpty else { return }
    // A table cannot be altered while a deferred reference still waits for its check.
    add("SET CONSTRAINTS ALL IMMEDIATE")
    for trigger in staged.flatMap(\.triggers) { add(trigger.on) }
  }

  /// Where rows wait that do not go right into their table.
  private mutating func addStage(of load: TableLoad) {
    guard let stage = stages[load.table] else { return }
    let name = stage.droppingQualifier
    guard load.mode == .columns else {
      // The types of now, and nothing that forbids what the backup does not have.
      return add(
        "CREATE TEMPORARY TABLE \(name) ON COMMIT DROP AS "
          + "SELECT \(load.copied.joined(separator: ", ")) FROM ONLY \(load.table) WITH NO DATA")
    }
    // Whatever types the columns have had since: as text any of them goes in. What comes back has its type already,
    // as COPY reads it: a cast may be one that a user has made.
    let types = ExactMap(
      zip(load.columns, load.types).map { (Self.bare($0), $1) }
        + load.zoned.map { (Self.bare($0), "timestamp with time zone") })
    let shape = load.copied.map { "\($0) \(types[Self.bare($0)] ?? "text")" }
      .joined(separator: ", ")
    add("CREATE TEMPORARY TABLE \(name) (\(shape)) ON COMMIT DROP")
  }

  /// Brings staged rows to tables that refer to one another in a circle, or to one that is in none: what is there already
  /// stays, and what refers to nothing is set aside.
  private mutating func addFill(_ group: [TableLoad]) {
    let loads = group.filter { stages[$0.table] != nil && !$0.copied.isEmpty }
    let names = ExactSet(loads.map(\.table))
    for load in loads {
      addColumns(load)
      addTakeKnown(load)
    }
    let first = commands.count
    for load in loads {
      for key in way.foreignKeys where key.table.isIdentical(to: load.table) {
        let others = holders(of: key.referenced).filter(names.contains).compactMap { stages[$0] }
        addSetAside(load.table, from: stages[load.table] ?? "", key, others: others)
      }
    }
    if loads.count > 1 { loops.append(first..<commands.count) }
    let circle =
      loads.count < 2
      ? []
      : way.foreignKeys.filter { key in
        !key.isInner && key.timing.isOfMoment && !names.isDisjoint(with: holders(of: key.table))
          && !names.isDisjoint(with: holders(of: key.referenced))
      }
    for key in circle { addTiming(of: key, "DEFERRABLE INITIALLY DEFERRED") }
    for load in loads {
      let columns = load.copied.joined(separator: ", ")
      add(
        "INSERT INTO \(load.table) (\(columns)) OVERRIDING SYSTEM VALUE "
          + "SELECT \(columns) FROM \(stages[load.table] ?? "") ON CONFLICT DO NOTHING",
        .put(table: load.table))
    }
    for load in loads where !load.key.isEmpty {
      // What another unique key kept out.
      addSetAside(
        load.table, from: stages[load.table] ?? "",
        where: "NOT EXISTS (SELECT 1 FROM ONLY \(load.table) AS present WHERE \(Self.match(load)))",
        why: "another row has its unique key")
    }
    guard !circle.isEmpty else { return }
    add("SET CONSTRAINTS ALL IMMEDIATE")
    for key in circle { addTiming(of: key, key.timing) }
  }

  private mutating func addTiming(of key: ForeignKey, _ timing: String) {
    add("ALTER TABLE \(key.table) ALTER CONSTRAINT \(key.name) \(timing)")
  }

  private static func match(_ load: TableLoad) -> String {
    load.key.map { "present.\($0) = child.\($0)" }.joined(separator: " AND ")
  }

  /// Takes out of the staged rows those that the table has: by the key, and without one as often as it has them.
  private mutating func addTakeKnown(_ load: TableLoad) {
    guard let stage = stages[load.table] else { return }
    guard load.key.isEmpty else {
      return add(
        "DELETE FROM \(stage) AS child USING ONLY \(load.table) AS present "
          + "WHERE \(Self.match(load))", .takeKnown(table: load.table))
    }
    let content = "ROW(\(load.copied.joined(separator: ", ")))::pg_catalog.text"
    let number = "pg_catalog.row_number() OVER (PARTITION BY \(content)) AS number"
    add(
      """
      DELETE FROM \(stage) AS child USING
        (SELECT ctid AS place, \(content) AS content, \(number) FROM \(stage)) AS staged,
        (SELECT \(content) AS content, \(number) FROM ONLY \(load.table)) AS present
      WHERE child.ctid = staged.place AND staged.content = present.content
        AND staged.number = present.number
      """, .takeKnown(table: load.table))
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
      if load.mode == .fill { return "target.\(key) = source.\(key)" }
      let isZoned = load.zoned.contains { $0.isIdentical(to: key) }
      return "format('%s', target.\(key)) = "
        + (isZoned ? "format('%s', source.\(key))" : "source.\(key)")
    }.joined(separator: " AND ")
    add(
      "UPDATE ONLY \(load.table) AS target SET \(values) FROM \(stage) AS source WHERE \(match)",
      .putValues(table: load.table))
  }

  private mutating func addSetAside(
    _ table: String, from source: String, _ key: ForeignKey, others: [String] = []
  ) {
    addSetAside(
      table, from: source,
      where: key.orphanCondition(in: sources(of: key.referenced) + others),
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

  /// A table after those that it refers to; those that refer to one another together.
  private func referenceGroups(of loads: [TableLoad]) -> [[TableLoad]] {
    let names = ExactSet(loads.map(\.table))
    let keys = way.foreignKeys.filter { names.contains($0.table) }
    func reach(_ table: String) -> ExactSet {
      var found = ExactSet()
      var open = [table]
      while let next = open.popLast() {
        let more = keys.filter { $0.table.isIdentical(to: next) }
          .flatMap { holders(of: $0.referenced) }
          .filter { names.contains($0) && !found.contains($0) }
        found.formUnion(more)
        open += more
      }
      return found
    }
    let reached = ExactMap(loads.map { ($0.table, reach($0.table)) })
    var left = loads
    var ordered: [[TableLoad]] = []
    while let first = left.first(where: { load in
      // All that it needs is there, or needs it as well.
      left.allSatisfy { other in
        !(reached[load.table]?.contains(other.table) ?? false)
          || reached[other.table]?.contains(load.table) ?? false
      }
    }) ?? left.first {
      let group = left.filter { other in
        other.table.isIdentical(to: first.table)
          || (reached[first.table]?.contains(other.table) ?? false)
            && (reached[other.table]?.contains(first.table) ?? false)
      }
      left.removeAll { load in group.contains { $0.table.isIdentical(to: load.table) } }
      ordered.append(group)
    }
    return ordered
  }
}

// MARK: - What comes after the rows

extension RestorePlan {
  private mutating func addAfter(_ statement: String) {
    for one in way.numbered where statement.isIdentical(to: one[2]) {
      return add(
        statement, .number(table: one[0], column: one[1]), "rows that the backup does not have")
    }
    let inLoads = way.loads.filter { $0.mode == .columns }.flatMap { load in
      load.columns.map { [load.table, $0] }
    }
    for one in way.required + inLoads
    where statement.isIdentical(to: "ALTER TABLE \(one[0]) ALTER COLUMN \(one[1]) SET NOT NULL") {
      add(
        "SELECT count(*) FROM \(one[0]) WHERE \(one[1]) IS NULL",
        .countNulls(table: one[0], column: one[1]))
      return add(
        statement, .forbidNulls(table: one[0], column: one[1]),
        "left out where rows newer than the backup have no value")
    }
    for load in way.loads where !load.columns.isEmpty {
      if statement.begins(with: "ALTER TABLE ONLY \(load.table) REPLICA IDENTITY USING INDEX ") {
        return add(
          statement, .identify(table: load.table),
          "left out where a column that came back keeps nulls")
      }
    }
    add(statement)
  }

  private mutating func addOrphans() {
    guard !way.contents.isEmpty else { return }
    let first = commands.count
    for key in way.foreignKeys where made.contains(key.table) {
      addSetAside(key.table, from: rows(of: key.table), key)
    }
    loops.append(first..<commands.count)
    for key in standingKeys {
      add(
        "SELECT count(*) FROM \(rows(of: key.table)) AS child "
          + "WHERE \(key.orphanCondition(in: sources(of: key.referenced)))",
        .countOrphans(key))
    }
  }

  /// References of tables that stand, and to which no rows come.
  private var standingKeys: [ForeignKey] {
    guard !way.contents.isEmpty else { return [] }
    let loaded = ExactSet(way.loads.map(\.table))
    return way.foreignKeys.filter { key in
      !loaded.contains(key.table) && way.last.contains(where: key.isMade)
    }
  }

  private mutating func addLast(_ statement: String) {
    if let key = standingKeys.first(where: { $0.isMade(by: statement) }) {
      let canBeInvalid = partitions[key.table] == nil
      add(
        statement, .refer(key, canBeInvalid: canBeInvalid),
        canBeInvalid
          ? "NOT VALID where rows are found that refer to nothing"
          : "left out where rows are found that refer to nothing")
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

extension String {
  /// Of a reference's timing: whether it is checked at the end of each statement.
  fileprivate var isOfMoment: Bool { !ends(with: "INITIALLY DEFERRED") }
}

extension ForeignKey {
  /// Whether the statement makes it, as `pg_restore` writes it or as it is made of the catalogue.
  fileprivate func isMade(by statement: String) -> Bool {
    let rest = "ADD CONSTRAINT \(name) FOREIGN KEY "
    return statement.begins(with: "ALTER TABLE ONLY \(table)\n    \(rest)")
      || statement.begins(with: "ALTER TABLE \(table)\n    \(rest)")
      || statement.begins(with: "ALTER TABLE \(table) \(rest)")
  }
}
