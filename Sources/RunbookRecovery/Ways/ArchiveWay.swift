import Glibc
import RunbookEngine
package import RunbookModel
import RunbookPostgres
import RunbookSystem

/// The way by a backup: what of the damage it undoes, and how.
package struct ArchiveWay {
  package let damage: CatalogDamage
  package let archive: Archive
  package let live: CatalogSnapshot
  package let back: RenameBack
  /// Looks up a standing table's triggers.
  package let triggers:
    @Sendable ([(table: String, present: String)]) async throws(StepFailure) -> ExactMap<
      [TableTrigger]
    >
  /// Looks up which of these roles are not there.
  package let absentRoles: @Sendable ([String]) async throws(StepFailure) -> [String]

  package func find() async throws(StepFailure) -> RecoveryWay {
    var way = RecoveryWay(.archive)
    let lost = damage.missing.filter { object in
      object.kind != "column" && !back.covers(object) && !isWithoutColumns(object)
    }
    let ids = ArchiveClosure(archive: archive, present: present)
      .ids(for: ExactSet(lost.map(\.archiveName))).union(ofColumns).union(ofContents)
    let entries = archive.entries.filter { ids.contains($0.id) }
    let identities = identities(among: entries)
    func statements(
      _ section: ArchiveEntry.Section, where isMeant: (ArchiveEntry) -> Bool = { _ in true }
    ) async throws(StepFailure) -> [String] {
      let chosen = entries.filter {
        archive.section(of: $0) == section && !identities.contains($0.id) && isMeant($0)
      }
      return try await archive.statements(for: Set(chosen.map(\.id)))
    }
    let columns = lostColumns
    let early = early(of: entries)
    way.before = back.statements + (try await statements(.before) { early.contains($0.id) })
    way.before += columns.compactMap(adding)
    way.before += try await statements(.before) { !early.contains($0.id) }
    way.required = columns.filter { column in
      column.remake.contains { $0.ends(with: " SET NOT NULL") }
    }.compactMap { column in column.table.map { [$0, column.name] } }
    for column in columns where column.isIdentity {
      guard let number = numbering(of: column) else { continue }
      way.numbered.append(number)
      way.after.append(number[2])
    }
    way.after += columns.flatMap { $0.remake.dropFirst() }
    way.after += try await archive.statements(for: identities)
    way.after += try await statements(.after)
    way.attach = try await statements(.attach)
    way.attach += damage.properties.filter { !$0.ends(with: " ROW LEVEL SECURITY") }
    way.last = try await statements(.last)
    way.last += damage.properties.filter { $0.ends(with: " ROW LEVEL SECURITY") }
    let uncovered = uncovered(lost, by: ExactSet(entries.compactMap(\.objectName)))
    let known = ExactSet(way.statements.map(\.droppingEnd))
    way.last += uncovered.flatMap(\.statements).filter { !known.contains($0) }
    try await requireRoles(of: way, entries)
    try await addLoads(to: &way, entries, identities)
    addForeignKeys(to: &way, lost, entries)
    way.objects = Int64(lost.count + columns.count + damage.properties.count)
    way.asOf = archive.createdAt
    way.archive = try await ArchiveMark(of: archive.path)
    describe(&way, entries, uncovered)
    return way
  }

  /// Whoever owns or may do something has to be there: a statement that names nobody fails.
  private func requireRoles(
    of way: RecoveryWay, _ entries: [ArchiveEntry]
  ) async throws(StepFailure) {
    var roles = ExactSet(entries.compactMap(\.owner).filter { !$0.isEmpty })
    for text in way.statements where SchemaStatement(text)?.mayNameRoles ?? false {
      roles.formUnion((try? RoleNames.find(in: text)) ?? [])
    }
    let absent = try await absentRoles(roles.sorted().filter { !$0.begins(with: "pg_") })
    guard !absent.isEmpty else { return }
    let names = absent.map(SQLQuote.identifier).joined(separator: ", ")
    let owned = entries.filter { entry in
      entry.kind == "TABLE" && absent.contains { $0.isIdentical(to: entry.owner ?? "") }
    }.map(\.tag).joined(separator: ", ")
    throw StepFailure(
      .invalid,
      "the role \(names) is not there, which the backup's objects belong or are granted to",
      detail: (owned.isEmpty ? "" : "it is the owner of \(owned); ")
        + "make the role, and run this again: "
        + absent.map { "CREATE ROLE \(SQLQuote.identifier($0)) NOLOGIN" }.joined(separator: "; "))
  }

  /// Routines that a check, an index or a column of what is made calls, and that may name others without a schema.
  func unqualified(among made: ExactSet) -> [String] {
    let texts = damage.missing.filter {
      ["constraint", "index", "column"].contains($0.kind) && $0.belongs(toOneOf: made)
    }.map(\.definition)
    guard !texts.isEmpty else { return [] }
    return (live.objects + damage.missing).filter { routine in
      guard routine.kind == "function" else { return false }
      let text = routine.definition
      let isOpen =
        !text.holds(" SET search_path ") && !text.holds("BEGIN ATOMIC")
        && !text.holds(" LANGUAGE c") && !text.holds(" LANGUAGE internal")
      let name = routine.identity.prefixOfScalars { $0 != "(" }
      return isOpen && texts.contains { $0.holds("\(name)(") }
    }.map { TableName(identity: String($0.identity.prefixOfScalars { $0 != "(" })).shown + "()" }
  }

  private var present: ExactSet { ExactSet(live.objects.map(\.archiveName)) }

  /// How the tables hang together, those that are there and those that were.
  var tree: TableTree { TableTree(live.objects + damage.missing) }

  /// Parts of standing tables that an archive holds only within their table: checks, say, and grants.
  private func uncovered(_ lost: [CatalogObject], by names: ExactSet) -> [CatalogObject] {
    let there = ExactSet(live.objects.map { "\($0.kind) \($0.identity)" })
    return lost.filter { object in
      if let granted = object.grantedObject { return there.contains(String(granted)) }
      return object.belongs(toOneOf: live.tables)
        && !names.contains(object.archiveName)
    }
  }

  /// Types, functions and the like, which a column that is added again may need, as far as they need no table.
  private func early(of entries: [ArchiveEntry]) -> Set<Int> {
    let sorts: Set<String> = [
      "SCHEMA", "EXTENSION", "SHELL TYPE", "TYPE", "DOMAIN", "COLLATION", "FUNCTION", "PROCEDURE",
      "AGGREGATE", "OPERATOR", "TEXT SEARCH CONFIGURATION", "TEXT SEARCH DICTIONARY",
      "TEXT SEARCH PARSER", "TEXT SEARCH TEMPLATE",
    ]
    let ids = Set(entries.map(\.id))
    var early = Set(entries.filter { sorts.contains($0.kind) }.map(\.id))
    // What depends on what is not early is not, either.
    while true {
      let late = entries.filter { entry in
        early.contains(entry.id)
          && entry.dependencies.contains { ids.contains($0) && !early.contains($0) }
      }
      guard !late.isEmpty else { break }
      early.subtract(late.map(\.id))
    }
    let remarks = entries.filter { entry in
      entry.isRemark && !entry.dependencies.isEmpty
        && entry.dependencies.allSatisfy { early.contains($0) || !ids.contains($0) }
        && entry.dependencies.contains(where: early.contains)
    }
    return early.union(remarks.map(\.id))
  }

  /// What fills materialized views that stand and are empty.
  private var ofContents: Set<Int> {
    let views = Set(
      damage.emptied.filter { !live.tables.contains($0) }.map { TableName(identity: $0) })
    return Set(
      archive.entries.filter { entry in
        entry.kind == "MATERIALIZED VIEW DATA"
          && views.contains(TableName(schema: entry.schema ?? "", name: entry.tag))
      }.map(\.id))
  }

  private func addLoads(
    to way: inout RecoveryWay, _ entries: [ArchiveEntry], _ identities: Set<Int>
  ) async throws(StepFailure) {
    var modes: [TableName: TableLoad.Mode] = [:]
    // Whatever is made gets its rows, also what another table only needed.
    for entry in entries where entry.kind == "TABLE" {
      if let schema = entry.schema { modes[TableName(schema: schema, name: entry.tag)] = .whole }
    }
    for table in damage.emptied { modes[TableName(identity: table)] = .fill }
    for column in missingColumns where !column.isMade {
      if let table = column.table {
        modes[TableName(identity: table), default: .columns] = .columns
      }
    }
    // A table that lost both has its rows first.
    for table in damage.emptied { modes[TableName(identity: table)] = .fill }
    let data = archive.entries.filter { entry in
      guard entry.kind == "TABLE DATA", let schema = entry.schema else { return false }
      return modes[TableName(schema: schema, name: entry.tag)] != nil
    }
    let numbers = Set(
      archive.entries.filter { identities.contains($0.id) }
        .map { TableName(schema: $0.schema ?? "", name: $0.tag) })
    let sequences = entries.filter {
      $0.kind == "SEQUENCE SET"
        && !numbers.contains(TableName(schema: $0.schema ?? "", name: $0.tag))
    }
    way.data = archive.entries.map(\.id).filter { id in
      data.contains { $0.id == id } || sequences.contains { $0.id == id }
    }
    let known = damage.missing + damage.standing + live.objects
    let names = Dictionary(
      known.filter { $0.kind == "table" }.map { (TableName(identity: $0.identity), $0.identity) }
    ) { first, _ in first }
    let contents = try await archive.contents(of: Set(way.data), as: names)
    way.contents = contents.parts
    let standing = contents.counts.inOrder.map(\.key).filter { table in
      modes[TableName(identity: table)].map { $0 != .whole } ?? false
    }
    let triggers = try await triggers(standing.map { ($0, damage.renamed[$0] ?? $0) })
    let keys = primaryKeys
    for (table, rows) in contents.counts.inOrder {
      guard let mode = modes[TableName(identity: table)] else { continue }
      var load = load(table, mode, rows, key: keys[table] ?? [])
      load.copied = contents.columns[table] ?? []
      load.triggers = triggers[table] ?? []
      way.loads.append(load)
    }
    way.rows = way.loads.filter { $0.mode != .columns }.reduce(0) { $0 + $1.rows }
    addShapes(to: &way, entries)
    addPositions(to: &way)
  }

  private func addShapes(to way: inout RecoveryWay, _ entries: [ArchiveEntry]) {
    let tree = tree
    let loaded = ExactSet(way.loads.map(\.table))
    let tables = tree.withPartitioned(loaded)
    let referenced = (live.objects + damage.missing + damage.standing).compactMap { ForeignKey($0) }
      .flatMap { [$0.table, $0.referenced] }
    way.partitioned = ExactSet(Array(tables) + referenced).sorted().filter(tree.isPartitioned)
      .map { table in
        [table] + tree.withPartitions(ExactSet([table])).sorted().filter(loaded.contains)
      }
    // In an archive only a child's table depends on another table.
    let made = Set(entries.filter { $0.kind == "TABLE" }.flatMap(\.dependencies))
    let parents = entries.filter { $0.kind == "TABLE" && made.contains($0.id) }.map {
      TableName(schema: $0.schema ?? "", name: $0.tag)
    }
    way.parents = loaded.sorted().filter {
      tree.parents.contains($0) || parents.contains(TableName(identity: $0))
    }
  }

  /// Rows that come back have numbers that were given out.
  private func addPositions(to way: inout RecoveryWay) {
    let filled = tree.withPartitioned(
      ExactSet(way.loads.filter { $0.mode == .fill }.map(\.table)))
    let numbered = lostColumns.filter(\.isIdentity).compactMap(\.table)
    for position in positions(of: filled.sorted() + numbered) {
      let sequence = live.objects.first {
        $0.kind == "sequence" && TableName(identity: $0.identity) == position.sequence
      }
      if let sequence {
        guard sequence.belongs(toOneOf: filled) else { continue }
        let isFalling = sequence.definition.holds(" increment -")
        way.positions.append(
          "SELECT pg_catalog.setval(\(SQLQuote.literal(sequence.identity)), \(position.number), true) "
            + "FROM \(sequence.identity) AS present WHERE NOT present.is_called "
            + "OR present.last_value \(isFalling ? ">" : "<") \(position.number)")
      } else if let column = identityColumn(of: position.sequence), let table = column.table {
        let name =
          SQLQuote.identifier(position.sequence.schema) + "."
          + SQLQuote.identifier(position.sequence.name)
        let place = tree.isPartitioned(table) ? table : "ONLY \(table)"
        way.positions.append(
          "SELECT pg_catalog.setval(\(SQLQuote.literal(name)), (SELECT greatest(max(\(column.name)), "
            + "\(position.number)) FROM \(place)), true)")
      }
    }
  }

  /// The column that is added again and numbered by a sequence.
  private func identityColumn(of sequence: TableName) -> CatalogObject? {
    guard
      let object = damage.missing.first(where: {
        $0.kind == "sequence" && TableName(identity: $0.identity) == sequence
      }), let mark = object.definition.range(ofFirst: " owned by ")
    else { return nil }
    let column = object.definition[mark.upperBound...]
    return lostColumns.first { $0.isIdentity && $0.identity.isIdentical(to: column) }
  }

  /// Where the tables' sequences stood at the backup, of those that had given out numbers.
  func positions(of tables: [String]) -> [SequencePosition] {
    let names = Set(
      (live.objects + damage.missing).filter { object in
        object.kind == "sequence" && tables.contains { object.belongs(to: $0) }
      }.map { TableName(identity: $0.identity) })
    return archive.entries.compactMap { entry in
      guard entry.kind == "SEQUENCE SET",
        names.contains(TableName(schema: entry.schema ?? "", name: entry.tag)),
        let text = entry.filling?.trimming(where: { $0 == "\n" || $0 == ";" }),
        let position = SequencePosition(String(text)), position.isCalled
      else { return nil }
      return position
    }
  }

  /// Those that are made again, as the archive or the catalogue tells, and those of tables that rows come to.
  private func addForeignKeys(
    to way: inout RecoveryWay, _ lost: [CatalogObject], _ entries: [ArchiveEntry]
  ) {
    let loaded = ExactSet(way.loads.map(\.table))
    let around = tree.withPartitioned(loaded)
    var keys = lost.compactMap { ForeignKey($0) }
    keys += damage.standing.filter { $0.belongs(toOneOf: loaded) }.compactMap { ForeignKey($0) }
    // A circle of references is opened at the partitioned table's own.
    keys += live.objects.filter { $0.kind == "constraint" && $0.belongs(toOneOf: around) }
      .compactMap { ForeignKey($0) }
      .filter { tree.isPartitioned($0.table) && way.loads.contains { $0.mode == .fill } }
    keys += entries.compactMap { ForeignKey($0) }.filter { loaded.contains($0.table) }
    for key in keys
    where !way.foreignKeys.contains(where: {
      $0.table.isIdentical(to: key.table) && $0.name.isIdentical(to: key.name)
    }) {
      way.foreignKeys.append(key)
    }
  }

  /// The columns of the tables' primary keys, those of partitions among them.
  private var primaryKeys: ExactMap<[String]> {
    let mark = "PRIMARY KEY ("
    var found = ExactMap<[String]>()
    for object in damage.standing + damage.missing + live.objects
    where object.outerKey.kind == "constraint" && object.definition.begins(with: mark) {
      guard let table = object.table, found[table] == nil else { continue }
      let text = object.definition.dropFirstScalars(mark.unicodeScalars.count)
      let end = text.firstOutsideQuotes(of: ")") ?? text.endIndex
      found[table] = text[..<end].splitOutsideQuotes(by: ",").map(\.trimmingSpaces)
    }
    return found
  }

  private func load(
    _ table: String, _ mode: TableLoad.Mode, _ rows: Int64, key: [String]
  ) -> TableLoad {
    let columns =
      mode == .whole ? [] : missingColumns.filter { $0.belongs(to: table) && !$0.isMade }
    var load = TableLoad(
      table: table, mode: mode, rows: rows, key: key, columns: columns.map(\.name),
      types: columns.map(\.columnType))
    if mode == .columns {
      load.zoned = load.key.filter { name in
        damage.standing.contains { column in
          column.kind == "column" && column.belongs(to: table)
            && column.name.isIdentical(to: name)
            && column.columnType.begins(with: "timestamp")
            && column.columnType.ends(with: " with time zone")
        }
      }
    }
    return load
  }

  /// Large objects are no part of a table: rows name them, and a trigger may have taken them away with the rows.
  func addLargeObjects(to way: inout RecoveryWay) {
    guard archive.entries.contains(where: { $0.kind.begins(with: "BLOB") }) else { return }
    let loaded = ExactSet(way.loads.map(\.table))
    let columns = (live.objects + damage.missing + damage.standing).filter { object in
      object.kind == "column" && object.belongs(toOneOf: loaded)
        && ["oid", "lo"].contains(object.columnType.droppingQualifier)
    }.map { "\(TableName(identity: $0.table ?? "").shown).\($0.name)" }
    guard !columns.isEmpty else { return }
    let list = ExactSet(columns).sorted().joined(separator: ", ")
    way.risks.append(
      "the backup has large objects, which this way neither compares nor brings back: those that "
        + "\(list) name may be gone; pg_restore into another database gives them, and "
        + "lo_from_bytea(oid, …) puts them back under their numbers")
  }
}

extension String {
  /// A statement without what stands behind it.
  fileprivate var droppingEnd: String { String(trimming { $0 == ";" || $0 == "\n" }) }
}

extension CatalogObject {
  /// Of a column: whether its values are numbers that the server gives.
  var isIdentity: Bool { definition.holds(" AS IDENTITY") }

  /// Of a column: whether its values are made of others.
  var isMade: Bool { definition.holds(" GENERATED ALWAYS AS (") }

  /// Of a column: `3: character varying(20) NOT NULL` has the type between.
  fileprivate var columnType: String {
    let text = definition.dropScalars { $0 != ":" }.dropFirstScalars(2)
    let ends = [
      " collate ", " NOT NULL", " GENERATED ", " DEFAULT ", " STORAGE ", " STATISTICS ", " WITH ",
    ]
    var isQuoted = false
    let end = text.unicodeScalars.indices.first { index in
      if text.unicodeScalars[index] == "\"" { isQuoted.toggle() }
      return !isQuoted && ends.contains { text[index...].begins(with: $0) }
    }
    return String(text[..<(end ?? text.endIndex)])
  }
}
