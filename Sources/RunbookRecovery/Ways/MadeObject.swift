import RunbookModel
package import RunbookPostgres

/// A statement that makes a table, or something on one.
package struct MadeObject {
  package let statement: String
  package let table: TableName
  /// For a column that is added.
  package let column: String?
  let isTable: Bool
  /// Tables that foreign keys in it refer to.
  package let references: Set<TableName>

  /// - Returns: nil for a statement that does anything else, or something else as well.
  package init?(_ statement: String) {
    // What the parser does not know is nothing that is taken.
    guard let json = try? SQLParser.parse(statement, { String(decoding: $0, as: UTF8.self) }),
      let statements = (try? Value(json: json))?["stmts"]?.listValue, statements.count == 1,
      let node = statements.first?["stmt"]?.mapValue, let kind = node.keys.first?.stringValue,
      let body = node[kind]
    else { return nil }
    var column: String?
    switch kind {
    case "CreateStmt", "IndexStmt": break
    case "AlterTableStmt":
      for command in body["cmds"]?.listValue ?? [] {
        let command = command["AlterTableCmd"]
        switch command?["subtype"]?.stringValue {
        case "AT_AddColumn": column = command?["def"]?["ColumnDef"]?["colname"]?.stringValue
        case "AT_AddConstraint": break
        default: return nil
        }
      }
    default: return nil
    }
    guard let table = body["relation"].flatMap(Self.table) else { return nil }
    self.statement = statement
    self.table = table
    self.column = column
    isTable = kind == "CreateStmt"
    var references: Set<TableName> = []
    Self.collect(from: body, into: &references)
    self.references = references
  }

  private static func table(_ range: Value) -> TableName? {
    range["relname"]?.stringValue.map {
      TableName(schema: range["schemaname"]?.stringValue ?? "public", name: $0)
    }
  }

  private static func collect(from value: Value, into references: inout Set<TableName>) {
    if let table = value["pktable"].flatMap(table) { references.insert(table) }
    for (_, item) in value.mapValue?.pairs.map({ ($0.key, $0.value) }) ?? [] {
      collect(from: item, into: &references)
    }
    for item in value.listValue ?? [] { collect(from: item, into: &references) }
  }
}

extension Value {
  fileprivate subscript(key: String) -> Value? { mapValue?[key] }
}
