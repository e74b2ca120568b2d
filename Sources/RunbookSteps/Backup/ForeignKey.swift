import RunbookModel

/// A foreign key, as `pg_get_constraintdef` writes it; all names as SQL writes them.
struct ForeignKey: Sendable, Hashable {
  let table: String
  let name: String
  let columns: [String]
  let referenced: String
  let referencedColumns: [String]
  /// `MATCH FULL`: a key that is null in part refers to nothing that could be there.
  let isFull: Bool

  /// - Returns: nil for any other constraint.
  init?(_ object: CatalogObject) {
    let mark = "FOREIGN KEY ("
    guard object.kind == "constraint", let table = object.table,
      object.definition.begins(with: mark)
    else { return nil }
    let text = object.definition.dropFirstScalars(mark.unicodeScalars.count)
    guard let end = text.firstOutsideQuotes(of: ")") else { return nil }
    let rest = text[end...].dropFirstScalars()
    let reference = " REFERENCES "
    guard rest.begins(with: reference) else { return nil }
    let target = rest.dropFirstScalars(reference.unicodeScalars.count)
    guard let open = target.firstOutsideQuotes(of: "("),
      let close = target.firstOutsideQuotes(of: ")"), open < close
    else { return nil }
    self.table = table
    name = object.name
    columns = text[..<end].splitOutsideQuotes(by: ",").map(\.trimmingSpaces)
    referenced = String(target[..<open])
    referencedColumns = target[open..<close].dropFirstScalars().splitOutsideQuotes(by: ",")
      .map(\.trimmingSpaces)
    isFull = target[close...].holds(" MATCH FULL")
    guard columns.count == referencedColumns.count else { return nil }
  }

  /// The rows of `source`, called `child`, that refer to a row that is not there.
  ///
  /// - Parameter others: tables beside the one referred to in which the row may be as well.
  func orphanCondition(others: [String] = []) -> String {
    let set = columns.map { "child.\($0) IS NOT NULL" }.joined(separator: isFull ? " OR " : " AND ")
    let match = zip(columns, referencedColumns).map { "parent.\($1) = child.\($0)" }
      .joined(separator: " AND ")
    let absent = ([referenced] + others).map {
      "NOT EXISTS (SELECT 1 FROM \($0) AS parent WHERE \(match))"
    }
    return "(\(set)) AND " + absent.joined(separator: " AND ")
  }

  var value: Value {
    [
      "table": .string(table), "name": .string(name),
      "columns": .list(columns.map(Value.string)), "referenced": .string(referenced),
      "referenced_columns": .list(referencedColumns.map(Value.string)), "full": .bool(isFull),
    ]
  }

  init?(_ value: Value) {
    guard let map = value.mapValue, let table = map["table"]?.stringValue,
      let name = map["name"]?.stringValue, let referenced = map["referenced"]?.stringValue,
      let columns = map["columns"]?.listValue?.compactMap(\.stringValue),
      let referencedColumns = map["referenced_columns"]?.listValue?.compactMap(\.stringValue),
      columns.count == referencedColumns.count, !columns.isEmpty
    else { return nil }
    self.table = table
    self.name = name
    self.referenced = referenced
    self.columns = columns
    self.referencedColumns = referencedColumns
    isFull = map["full"]?.boolValue ?? false
  }
}
