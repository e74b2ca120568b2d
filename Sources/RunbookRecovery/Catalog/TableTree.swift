package import RunbookModel
import RunbookPostgres

/// How tables hang together: which are partitions, and of what.
package struct TableTree: Sendable {
  private var tables = ExactMap<CatalogObject>()
  private var partitions = ExactMap<[String]>()
  /// Tables with children of any sort.
  package private(set) var parents = ExactSet()

  package init(_ objects: [CatalogObject]) {
    for object in objects where object.kind == "table" {
      tables[object.identity] = object
      parents.formUnion(object.uses)
      guard object.isPartition else { continue }
      for parent in object.uses { partitions[parent, default: []].append(object.identity) }
    }
  }

  package func isPartitioned(_ table: String) -> Bool { tables[table]?.isPartitioned ?? false }

  package func isPartition(_ table: String) -> Bool { tables[table]?.isPartition ?? false }

  package func isForeign(_ table: String) -> Bool { tables[table]?.isForeign ?? false }

  package func children(of table: String) -> [String] { partitions[table] ?? [] }

  /// The tables, and their partitions over all levels.
  package func withPartitions(_ tables: ExactSet) -> ExactSet {
    var found = tables
    var open = Array(tables)
    while let table = open.popLast() {
      let more = children(of: table).filter { !found.contains($0) }
      found.formUnion(more)
      open += more
    }
    return found
  }

  /// The tables, and those that they are partitions of over all levels.
  package func withPartitioned(_ tables: ExactSet) -> ExactSet {
    var found = tables
    var open = Array(tables)
    while let table = open.popLast() {
      guard isPartition(table) else { continue }
      let more = (self.tables[table]?.uses ?? []).filter { !found.contains($0) }
      found.formUnion(more)
      open += more
    }
    return found
  }

  /// The rows of a partitioned table: those of its partitions, but for what is on another server.
  package func sum(
    of table: String, in rows: ExactMap<CatalogSnapshot.Rows>,
    _ counting: CatalogSnapshot.Counting = .exact
  ) -> CatalogSnapshot.Rows {
    var total: Int64 = 0
    for partition in children(of: table) where !isForeign(partition) {
      let own = isPartitioned(partition) ? sum(of: partition, in: rows) : rows[partition]
      guard let count = own?.count else {
        return CatalogSnapshot.Rows(
          count: nil, counting: counting,
          reason: "those of its partition \(TableName(identity: partition).shown) were not counted")
      }
      total += count
    }
    return CatalogSnapshot.Rows(count: total, counting: counting)
  }
}
