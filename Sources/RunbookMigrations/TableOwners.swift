package import RunbookModel
import RunbookPostgres

/// Which application owns which tables.
package struct TableOwners: Sendable {
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
  package init?(_ value: Value) {
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

  /// Who owns what is lost: of a column whoever put it there, before whoever owns its table.
  package func owner(of loss: SQLLoss) -> String? {
    guard let name = loss.table ?? (SQLLoss.relations.contains(loss.kind) ? loss.name : nil)
    else { return nil }
    let table = TableName(schema: loss.schema ?? "public", name: name)
    let ofColumn = owners.first { owner in
      guard loss.kind == "column", let column = loss.name else { return false }
      return owner.columns.pairs.contains { key, names in
        key.stringValue.map(table.isMeant) ?? false
          && names.listValue?.contains(.string(column)) ?? false
      }
    }
    return (ofColumn ?? owners.first { $0.tables.contains(where: table.isMeant) })?.application
  }
}
