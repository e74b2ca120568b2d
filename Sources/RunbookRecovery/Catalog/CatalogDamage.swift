package import RunbookModel
import RunbookPostgres

/// What a comparison found lost, as far as bringing it back needs it; it goes through a capture.
package struct CatalogDamage: Sendable {
  /// What is not there at all under its name.
  package let missing: [CatalogObject]
  /// By the old identity.
  package let renamed: ExactMap<String>
  /// Of schemas, as SQL writes them, by the old name: all that was in one is in another that was not there.
  package let renamedSchemas: ExactMap<String>
  /// The table, the old and the new name.
  package let renamedColumns: [[String]]
  /// Identities of the tables that lost their rows, all or many, and of such materialized views.
  package let emptied: [String]
  /// Of the emptied tables, and of those that lost columns: what belongs to them. Of those that are missing: what
  /// they have of a parent's.
  package let standing: [CatalogObject]
  /// Statements that give standing tables back what is no object of its own.
  package let properties: [String]
  /// What is there and not as it was, as sentences.
  package let changed: [String]
  /// By the table's identity: how many there were.
  package let rows: ExactMap<Int64>

  package init(_ comparison: CatalogComparison) {
    missing = comparison.missing
    renamed = ExactMap(
      comparison.findings(.renamed).compactMap { finding in
        finding.foundAs.map { (finding.object.identity, $0) }
      })
    renamedSchemas = Self.renamedSchemas(comparison, renamed)
    renamedColumns = comparison.findings(.columnLost).compactMap { finding in
      guard finding.isCertain, let new = finding.foundAs, let table = finding.object.table else {
        return nil
      }
      return [table, finding.object.name, new]
    }
    emptied = (comparison.findings(.emptied) + comparison.findings(.rowsLost))
      .map(\.object).filter { !$0.isPartitioned }.map(\.identity)
    properties = comparison.findings(.propertyLost).compactMap(\.cure)
    changed = comparison.findings(.changed).map(\.detail)
    let columnTables = comparison.findings(.columnLost).compactMap(\.object.table)
    let touched = ExactSet(emptied + columnTables)
    let gone = ExactSet(missing.filter { $0.kind == "table" }.map(\.identity))
    standing = comparison.expected.objects.filter { object in
      ["constraint", "inner constraint", "column"].contains(object.kind)
        && object.belongs(toOneOf: touched)
        || object.kind == "inner constraint" && object.belongs(toOneOf: gone)
    }
    let asked = ExactSet(comparison.tables)
    rows = ExactMap(
      comparison.expected.rows.compactMap { table, rows in
        guard touched.contains(table) || asked.contains(table) else { return nil }
        return rows.count.map { (table, $0) }
      })
  }

  private static func renamedSchemas(
    _ comparison: CatalogComparison, _ renamed: ExactMap<String>
  ) -> ExactMap<String> {
    let known = ExactSet(
      comparison.expected.objects.filter { $0.kind == "schema" }.map(\.identity))
    let schemas = comparison.expected.objects.filter { object in
      object.kind == "schema"
        && !comparison.actual.objects.contains { $0.key == object.key }
    }
    var found = ExactMap<String>()
    for schema in schemas {
      let tables = comparison.expected.tables.filter {
        $0.qualifier.isIdentical(to: schema.identity)
      }
      let places = tables.map { renamed[$0] }
      guard let first = places.first??.qualifier, !known.contains(first),
        zip(tables, places).allSatisfy({ was, now in
          now?.isIdentical(to: "\(first).\(was.droppingQualifier)") ?? false
        })
      else { continue }
      found[schema.identity] = first
    }
    return found
  }

  /// - Parameter tables: names of tables that are gone, as runbooks name them.
  package init(tables: [String]) {
    missing = tables.map { text in
      let parts = text.pieces(separatedBy: ".", maxSplits: 1).map { part in
        SQLQuote.identifier(String(part))
      }
      let identity = (parts.count == 2 ? parts : ["public"] + parts).joined(separator: ".")
      return CatalogObject(kind: "table", identity: identity, table: identity, definition: "")
    }
    renamed = [:]
    renamedSchemas = [:]
    renamedColumns = []
    emptied = []
    standing = []
    properties = []
    changed = []
    rows = [:]
  }

  package var value: Value {
    var map = ValueMap()
    map["missing"] = .list(missing.map(\.value))
    map["renamed"] = .map(ValueMap(renamed.inOrder.map { ($0.key, .string($0.value)) }))
    map["renamed_schemas"] = .map(
      ValueMap(renamedSchemas.inOrder.map { ($0.key, .string($0.value)) }))
    map["renamed_columns"] = .list(renamedColumns.map { .list($0.map(Value.string)) })
    map["emptied"] = .list(emptied.map(Value.string))
    map["standing"] = .list(standing.map(\.value))
    map["properties"] = .list(properties.map(Value.string))
    map["changed"] = .list(changed.map(Value.string))
    map["rows"] = .map(ValueMap(rows.inOrder.map { ($0.key, .int($0.value)) }))
    return .map(map)
  }

  package init?(_ value: Value) {
    guard let map = value.mapValue, let missing = map["missing"]?.listValue,
      let standing = map["standing"]?.listValue, let renamed = map["renamed"]?.mapValue
    else { return nil }
    self.missing = missing.compactMap { CatalogObject($0) }
    self.standing = standing.compactMap { CatalogObject($0) }
    emptied = map["emptied"]?.listValue?.compactMap(\.stringValue) ?? []
    properties = map["properties"]?.listValue?.compactMap(\.stringValue) ?? []
    changed = map["changed"]?.listValue?.compactMap(\.stringValue) ?? []
    self.renamed = Self.dictionary(renamed) { $0.stringValue }
    renamedSchemas = Self.dictionary(map["renamed_schemas"]?.mapValue ?? ValueMap()) {
      $0.stringValue
    }
    renamedColumns =
      map["renamed_columns"]?.listValue?.compactMap { $0.listValue?.compactMap(\.stringValue) }
      .filter { $0.count == 3 } ?? []
    rows = Self.dictionary(map["rows"]?.mapValue ?? ValueMap()) { $0.intValue }
    guard self.missing.count == missing.count, self.standing.count == standing.count else {
      return nil
    }
  }

  private static func dictionary<Item: Sendable>(
    _ map: ValueMap, _ read: (Value) -> Item?
  ) -> ExactMap<Item> {
    var result = ExactMap<Item>()
    for (key, value) in map.pairs {
      if let key = key.stringValue, let item = read(value) { result[key] = item }
    }
    return result
  }
}
