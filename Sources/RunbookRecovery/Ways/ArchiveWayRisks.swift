import RunbookModel
import RunbookPostgres

/// What is said of the way by a backup: what it does not bring back, and what to know of it.
extension ArchiveWay {
  func describe(
    _ way: inout RecoveryWay, _ entries: [ArchiveEntry], _ uncovered: [CatalogObject]
  ) {
    let time = archive.createdAt.map { "\($0)" } ?? "an unknown time"
    way.title = "the backup \(archive.path), made at \(time)"
    way.loses = "rows written after \(time), and changes of rows since then"
    let made = way.loads.filter { $0.mode == .whole }.map { TableName(identity: $0.table).shown }
    if !made.isEmpty {
      way.risks.append(
        "rows of \(made.joined(separator: ", ")) that were deleted after \(time) come back, and "
          + "updates since then are undone; the database no longer says which")
    }
    let partly = damage.emptied.filter { table in
      way.loads.contains { $0.mode == .fill && $0.table.isIdentical(to: table) }
    }
    if !partly.isEmpty {
      let names = partly.map { TableName(identity: $0).shown }.joined(separator: ", ")
      way.risks.append(
        "rows of \(names) that were deleted after \(time) come back; rows that are there stay as they are"
      )
    }
    let routines = unqualified(among: ExactSet(way.loads.map(\.table)))
    if !routines.isEmpty {
      way.risks.append(
        "checks, indexes or columns call \(routines.joined(separator: ", ")): rows come back with an empty "
          + "search_path, as pg_restore does it, and if a body names something without its schema this way fails; "
          + "ALTER FUNCTION … SET search_path before it mends that")
    }
    let tree = tree
    let inArchive = Set(
      archive.entries.filter { $0.kind == "TABLE" || $0.kind == "FOREIGN TABLE" }
        .map { TableName(schema: $0.schema ?? "", name: $0.tag) })
    let tables = damage.missing.filter { $0.kind == "table" && damage.renamed[$0.identity] == nil }
      .map(\.identity)
    for table in tables where !inArchive.contains(TableName(identity: table)) {
      way.remains.append("the backup has no table \(TableName(identity: table).shown)")
    }
    let without = (tables + damage.emptied.filter(live.tables.contains)).filter { table in
      inArchive.contains(TableName(identity: table)) && !tree.isPartitioned(table)
        && !tree.isForeign(table) && !way.loads.contains { $0.table.isIdentical(to: table) }
    }
    if !without.isEmpty {
      let names = without.map { TableName(identity: $0).shown }.joined(separator: ", ")
      way.remains.append("the backup has no rows of \(names)")
    }
    for object in damage.missing where isWithoutColumns(object) {
      way.remains.append(
        "the reference \(object.name) of \(TableName(identity: object.table ?? "").shown) cannot "
          + "come back without its columns")
    }
    for column in missingColumns where column.isMade == false {
      guard let table = column.table,
        let load = way.loads.first(where: { $0.table.isIdentical(to: table) })
      else { continue }
      let isCopied = load.copied.contains {
        TableName(identity: $0).name.isIdentical(to: TableName(identity: column.name).name)
      }
      if !isCopied {
        way.remains.append(
          "the backup has no values of \(TableName(identity: table).shown).\(column.name)")
      }
    }
    way.risks += way.remains
    for load in way.loads where load.mode == .columns && load.key.isEmpty && !load.columns.isEmpty {
      way.risks.append(
        "\(TableName(identity: load.table).shown) has no primary key: the lost columns' values "
          + "cannot be put back")
    }
    for object in uncovered where object.statements.isEmpty {
      way.risks.append("this way does not bring back the \(object.kind) \(object.identity)")
    }
    let names = ExactSet(entries.compactMap(\.objectName))
    for object in damage.missing
    where CatalogObject.laterKinds.contains(object.kind) && !names.contains(object.archiveName) {
      way.risks.append("this way does not bring back the \(object.kind) \(object.identity)")
    }
    addLargeObjects(to: &way)
    way.risks += damage.changed.map { "this way does not change it: \($0)" }
  }
}
