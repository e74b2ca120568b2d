import RunbookModel

/// Which application owns which tables.
struct TableOwners: Sendable {
  private struct Owner {
    let application: String
    let tables: [String]
    /// Columns in tables of another application, by the table.
    let columns: ValueMap
  }

  private let owners: [Owner]

  /// Reads `{APPLICATION: [TABLES]}`, or `{APPLICATION: {tables: [TABLES], columns: {TABLE: [NAMES]}}}` as a
  /// manifest has it, also below a key `owners`.
  ///
  /// - Returns: nil for anything else.
  init?(_ value: Value) {
    guard var map = value.mapValue else { return nil }
    if let inner = map["owners"]?.mapValue, map.count == 1 { map = inner }
    var owners: [Owner] = []
    for (key, value) in map.pairs {
      guard let application = key.stringValue,
        let tables = (value.mapValue?["tables"] ?? value).listValue
      else { return nil }
      owners.append(
        Owner(
          application: application, tables: tables.compactMap(\.stringValue),
          columns: value.mapValue?["columns"]?.mapValue ?? ValueMap()))
    }
    self.owners = owners
  }

  /// - Parameter column: whoever owns it comes before whoever owns the table.
  func owner(of name: String, schema: String?, column: String? = nil) -> String? {
    let table = TableName(schema: schema ?? "public", name: name)
    let ofColumn = owners.first { owner in
      guard let column else { return false }
      return owner.columns[name]?.listValue?.contains(.string(column)) ?? false
    }
    return (ofColumn ?? owners.first { $0.tables.contains(where: table.isMeant) })?.application
  }

  /// A revision with an owner for each thing that it drops from a table, and whether that is another
  /// application than the one whose migrations these are.
  func marking(_ revision: ValueMap, application: String?) -> ValueMap {
    var revision = revision
    let drops = revision["drops"]?.listValue ?? []
    revision["drops"] = .list(
      drops.map { item in
        guard var drop = item.mapValue, let table = drop["table"]?.stringValue,
          let owner = owner(
            of: table, schema: drop["schema"]?.stringValue,
            column: drop["kind"] == "column" ? drop["name"]?.stringValue : nil)
        else { return item }
        drop["owner"] = .string(owner)
        if let application { drop["is_foreign"] = .bool(owner != application) }
        return .map(drop)
      })
    return revision
  }
}
