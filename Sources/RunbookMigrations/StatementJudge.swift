package import RunbookModel
package import RunbookPostgres

/// What one statement takes away and makes, off its parse tree.
///
/// The nodes and their fields are those of PostgreSQL 15:
/// https://github.com/pganalyze/libpg_query/blob/15-latest/protobuf/pg_query.proto
package enum StatementJudge {
  /// Whether a statement can take away or make something that is told of.
  package static func isAsked(_ name: String, _ nodes: [SyntaxTree.Node]) -> Bool {
    judges.contains(name)
      || runners.contains(name) && nodes.contains { $0.name == "DeleteStmt" }
  }

  private static let judges: Set<String> = [
    "DropStmt", "AlterTableStmt", "RenameStmt", "AlterObjectSchemaStmt", "TruncateStmt",
    "DropOwnedStmt", "DropdbStmt", "DropRoleStmt", "DropTableSpaceStmt", "DropSubscriptionStmt",
    "DropUserMappingStmt", "DoStmt", "CallStmt", "ExecuteStmt", "CreateStmt", "IndexStmt",
    "ViewStmt", "CreateForeignTableStmt", "GrantStmt",
  ]

  /// Statements that run a DELETE in them, unlike a rule or a function that only hold one.
  private static let runners: Set<String> = [
    "SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CreateTableAsStmt",
    "CopyStmt", "ExplainStmt", "PrepareStmt", "DeclareCursorStmt",
  ]

  package static func reading(of name: String, _ body: Value) -> SQLReading {
    switch name {
    case "DropStmt": SQLReading(losses: drops(body))
    case "AlterTableStmt": altering(body)
    case "RenameStmt": renaming(body)
    case "AlterObjectSchemaStmt": SQLReading(losses: moves(body))
    case "TruncateStmt":
      SQLReading(
        losses: body.list("relations").compactMap { $0.at("RangeVar") }
          .map { SQLLoss(action: .truncate, kind: "rows", schema: $0.schema, table: $0.table) })
    case "DropOwnedStmt":
      SQLReading(losses: [SQLLoss(kind: "owned", name: body.roles("roles"))])
    case "DropdbStmt": SQLReading(losses: [SQLLoss(kind: "database", name: body.text("dbname"))])
    case "DropRoleStmt": SQLReading(losses: [SQLLoss(kind: "role", name: body.roles("roles"))])
    case "DropTableSpaceStmt":
      SQLReading(losses: [SQLLoss(kind: "tablespace", name: body.text("tablespacename"))])
    case "DropSubscriptionStmt":
      SQLReading(losses: [SQLLoss(kind: "subscription", name: body.text("subname"))])
    case "DropUserMappingStmt":
      SQLReading(losses: [SQLLoss(kind: "user mapping", name: body.text("servername"))])
    case "GrantStmt": SQLReading(losses: grants(body))
    case "CallStmt":
      SQLReading(undetermined: [.init(line: 0, reason: "what a procedure does is not read")])
    case "ExecuteStmt":
      SQLReading(undetermined: [
        .init(line: 0, reason: "what a prepared statement does is not read")
      ])
    case "CreateStmt", "CreateForeignTableStmt", "IndexStmt", "ViewStmt":
      SQLReading(makes: made(name, body))
    case "ExplainStmt" where !body.list("options").contains(where: \.isAnalyze): SQLReading()
    default: SQLReading(losses: deletions(in: .map(ValueMap([(name, body)]))))
    }
  }

  private static func made(_ name: String, _ body: Value) -> Set<MadeName> {
    let range =
      body.at("relation") ?? body.at("view") ?? body.at("base")?.at("relation")
      ?? body.at("baseStmt")?.at("relation")
    switch name {
    case "IndexStmt": return [MadeName("index", table: range?.table, name: body.text("idxname"))]
    case "ViewStmt": return [MadeName("view", table: nil, name: range?.table)]
    default: return [MadeName("table", table: range?.table)]
    }
  }

  private static func altering(_ body: Value) -> SQLReading {
    var reading = SQLReading()
    let range = body.at("relation")
    let isType = body.text("objtype") == "OBJECT_TYPE"
    for command in body.list("cmds").compactMap({ $0.at("AlterTableCmd") }) {
      let name = command.text("name")
      switch command.text("subtype") {
      case "AT_DropColumn":
        reading.losses.append(
          SQLLoss(
            kind: isType ? "attribute" : "column", schema: range?.schema, table: range?.table,
            name: name))
      case "AT_DropConstraint":
        reading.losses.append(
          SQLLoss(kind: "constraint", schema: range?.schema, table: range?.table, name: name))
      case "AT_DetachPartition":
        let partition = command.at("def")?.at("PartitionCmd")?.at("name")
        reading.losses.append(
          SQLLoss(
            action: .detach, kind: "partition", schema: range?.schema, table: range?.table,
            name: partition?.table))
      case "AT_DisableRowSecurity", "AT_NoForceRowSecurity":
        reading.losses.append(
          SQLLoss(
            action: .disable, kind: "row security", schema: range?.schema, table: range?.table))
      case "AT_AddColumn":
        let column = command.at("def")?.at("ColumnDef")?.text("colname")
        reading.makes.insert(MadeName("column", table: range?.table, name: column))
      case "AT_AddConstraint":
        let constraint = command.at("def")?.at("Constraint")?.text("conname")
        reading.makes.insert(MadeName("constraint", table: range?.table, name: constraint))
      default: break
      }
    }
    return reading
  }

  /// A renamed index, constraint or sequence is found by its table all the same.
  private static func renaming(_ body: Value) -> SQLReading {
    let range = body.at("relation")
    let target = body.text("newname")
    switch body.text("renameType") {
    case "OBJECT_COLUMN":
      let loss = SQLLoss(
        action: .rename, kind: "column", schema: range?.schema, table: range?.table,
        name: body.text("subname"), target: target)
      return SQLReading(
        losses: [loss], makes: [MadeName("column", table: range?.table, name: target)])
    case "OBJECT_SCHEMA":
      let name = body.text("subname")
      return SQLReading(losses: [
        SQLLoss(action: .rename, kind: "schema", name: name, target: target)
      ])
    case let type?:
      let kind = word(type)
      guard SQLLoss.relations.contains(kind) else { return SQLReading() }
      let loss = SQLLoss(
        action: .rename, kind: kind, schema: range?.schema, table: range?.table,
        name: range?.table, target: target)
      return SQLReading(losses: [loss], makes: [MadeName(kind, table: target, name: target)])
    case nil: return SQLReading()
    }
  }

  /// All privileges at once, which is more than anybody needs.
  private static func grants(_ body: Value) -> [SQLLoss] {
    guard body.at("is_grant") == .bool(true), body.list("privileges").isEmpty else { return [] }
    let grantees = body.roles("grantees")
    guard body.text("objtype") == "OBJECT_TABLE", body.text("targtype") == "ACL_TARGET_OBJECT"
    else {
      return [SQLLoss(action: .grant, kind: "privileges", name: grantees)]
    }
    return body.list("objects").compactMap { $0.at("RangeVar") }.map {
      SQLLoss(
        action: .grant, kind: "privileges", schema: $0.schema, table: $0.table, name: grantees)
    }
  }

  private static func moves(_ body: Value) -> [SQLLoss] {
    let kind = word(body.text("objectType") ?? "")
    let range = body.at("relation")
    let names = range == nil ? names(body.at("object")) : []
    let isTable = kind == "table" || kind == "foreign table"
    return [
      SQLLoss(
        action: .move, kind: kind, schema: range?.schema ?? names.dropLast().last,
        table: isTable ? range?.table : nil, name: range?.table ?? names.last,
        target: body.text("newschema"))
    ]
  }

  private static let ofTables: Set<String> = ["trigger", "rule", "policy"]

  private static func drops(_ body: Value) -> [SQLLoss] {
    let kind = word(body.text("removeType") ?? "")
    return body.list("objects").map { object in
      let names = names(object)
      if ofTables.contains(kind) {
        return SQLLoss(
          kind: kind, schema: names.dropLast(2).last, table: names.dropLast().last,
          name: names.last)
      }
      let isTable = kind == "table" || kind == "foreign table"
      return SQLLoss(
        kind: kind, schema: names.dropLast().last, table: isTable ? names.last : nil,
        name: names.last)
    }
  }

  /// The parts of the name of what is dropped.
  private static func names(_ object: Value?) -> [String] {
    guard let object else { return [] }
    if let name = object.at("String")?.text("sval") { return [name] }
    let items =
      object.at("List")?.list("items") ?? object.at("TypeName")?.list("names")
      ?? object.at("ObjectWithArgs")?.list("objname") ?? []
    return items.compactMap { $0.at("String")?.text("sval") }
  }

  /// `OBJECT_FOREIGN_TABLE` as people write it.
  private static func word(_ type: String) -> String {
    switch type {
    case "OBJECT_MATVIEW": "materialized view"
    case "OBJECT_STATISTIC_EXT": "statistics"
    case "OBJECT_OPCLASS": "operator class"
    case "OBJECT_OPFAMILY": "operator family"
    case "OBJECT_FDW": "foreign data wrapper"
    default: type.replacingAll("OBJECT_", with: "").replacingAll("_", with: " ").lowercased()
    }
  }

  /// Each DELETE that spares no row.
  private static func deletions(in value: Value) -> [SQLLoss] {
    var found: [SQLLoss] = []
    for (key, item) in value.mapValue?.pairs.map({ ($0.key, $0.value) }) ?? [] {
      if key == "DeleteStmt", item.at("whereClause").map(\.isAlwaysTrue) ?? true {
        let range = item.at("relation")
        found.append(
          SQLLoss(action: .delete, kind: "rows", schema: range?.schema, table: range?.table))
      }
      found += deletions(in: item)
    }
    for item in value.listValue ?? [] { found += deletions(in: item) }
    return found
  }
}

extension Value {
  package func at(_ key: String) -> Value? { mapValue?[key] }
  fileprivate func list(_ key: String) -> [Value] { at(key)?.listValue ?? [] }
  fileprivate func text(_ key: String) -> String? { at(key)?.stringValue }
  fileprivate var schema: String? { text("schemaname") }
  fileprivate var table: String? { text("relname") }

  fileprivate func roles(_ key: String) -> String {
    list(key).map { role in
      let spec = role.at("RoleSpec")
      return spec?.text("rolename")
        ?? (spec?.text("roletype") == "ROLESPEC_PUBLIC" ? "PUBLIC" : "CURRENT_USER")
    }
    .joined(separator: ", ")
  }

  fileprivate var isAnalyze: Bool { at("DefElem")?.text("defname") == "analyze" }

  /// `WHERE true`, `WHERE 1 = 1`, `WHERE NOT false`.
  fileprivate var isAlwaysTrue: Bool {
    if let constant = at("A_Const") {
      return constant.at("boolval")?.at("boolval") == .bool(true)
    }
    if let sum = at("BoolExpr") {
      let parts = sum.list("args")
      switch sum.text("boolop") {
      case "AND_EXPR": return parts.allSatisfy(\.isAlwaysTrue)
      case "OR_EXPR": return parts.contains(where: \.isAlwaysTrue)
      default:
        return parts.first?.at("A_Const")?.at("boolval").map { $0.at("boolval") != .bool(true) }
          ?? false
      }
    }
    guard let comparison = at("A_Expr"), comparison.text("kind") == "AEXPR_OP",
      comparison.list("name").first?.at("String")?.text("sval") == "=",
      let left = comparison.at("lexpr")?.literal, let right = comparison.at("rexpr")?.literal
    else { return false }
    return left == right
  }

  /// A constant without its place.
  private var literal: Value? {
    guard let constant = at("A_Const") else { return nil }
    return ["ival", "fval", "sval", "boolval"].lazy.compactMap { constant.at($0) }.first
  }
}
