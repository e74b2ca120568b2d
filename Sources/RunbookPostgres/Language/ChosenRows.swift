import RunbookEngine
import RunbookModel

/// Which rows the `DELETE`s, `UPDATE`s and `MERGE`s of a statement take, off its parse tree.
///
/// The nodes and their fields are those of PostgreSQL 15:
/// https://github.com/pganalyze/libpg_query/blob/15-latest/protobuf/pg_query.proto
enum ChosenRows {
  /// - Parameter sql: one statement.
  static func choice(in sql: String) -> RowChoice {
    do throws(PGQuery.Fault) {
      let json = try SQLParser.parse(sql) { String(decoding: $0, as: UTF8.self) }
      // It fails on nothing but depth: the parser wrote it.
      guard let tree = try? Value(json: json) else { return .open }
      return worst(in: tree)
    } catch {
      return .open
    }
  }

  private static func worst(in value: Value) -> RowChoice {
    var found = RowChoice.some
    func take(_ choice: RowChoice) {
      if choice == .none || found == .some { found = choice }
    }
    for (key, item) in value.members {
      if ["DeleteStmt", "UpdateStmt", "MergeStmt"].contains(key) { take(choice(of: key, item)) }
      take(worst(in: item))
    }
    for item in value.listValue ?? [] { take(worst(in: item)) }
    return found
  }

  /// - Parameter statement: the body of a node of that name.
  private static func choice(of name: String, _ statement: Value) -> RowChoice {
    let others = ["usingClause", "fromClause"].flatMap { statement.items($0) }
    let reader = RowConditionReader(
      statement.at("relation"), hasOthers: !others.isEmpty || name == "MergeStmt")
    guard name == "MergeStmt" else {
      return statement.at("whereClause").map { reader.condition($0).choice } ?? .none
    }
    let join = statement.at("joinCondition").map { reader.condition($0) } ?? .constant(true)
    let changes = statement.items("mergeWhenClauses").compactMap { $0.at("MergeWhenClause") }
      .filter { ["CMD_UPDATE", "CMD_DELETE"].contains($0.at("commandType")?.stringValue) }
    let choices = changes.map { clause in
      RowCondition.all(
        [join] + [clause.at("condition").map { reader.condition($0) }].compactMap(\.self)
      ).choice
    }
    return choices.contains(.none) ? .none : choices.contains(.open) ? .open : .some
  }
}

/// Reads a condition on the rows of one table.
private struct RowConditionReader {
  private let table: String
  /// The name by which its columns are qualified.
  private let name: String
  /// Whether a name without a table's may be one of another table.
  private let hasOthers: Bool

  init(_ relation: Value?, hasOthers: Bool) {
    table = relation?.at("relname")?.stringValue ?? ""
    name = relation?.at("alias")?.at("aliasname")?.stringValue ?? table
    self.hasOthers = hasOthers
  }

  func condition(_ node: Value) -> RowCondition {
    guard let (kind, body) = node.node else { return .other(.open, node.json) }
    switch kind {
    case "BoolExpr":
      let parts = body.items("args").map { condition($0) }
      switch body.at("boolop") {
      case "AND_EXPR": return .all(parts)
      case "OR_EXPR": return .any(parts)
      default: return .not(.all(parts))
      }
    case "A_Const":
      guard let truth = body.at("boolval") else { return .truth(term(node)) }
      return .constant((truth.at("boolval") ?? truth) == .bool(true))
    case "NullTest":
      let isNull = RowCondition.isNull(term(body.at("arg")))
      return body.at("nulltesttype") == "IS_NULL" ? isNull : .not(isNull)
    case "BooleanTest": return booleanTest(body)
    case "A_Expr": return expression(body, node)
    case "SubLink": return subquery(body, node)
    case "CurrentOfExpr": return .other(.some, "current of")
    default: return .truth(term(node))
    }
  }

  private func booleanTest(_ body: Value) -> RowCondition {
    guard let argument = body.at("arg") else { return .other(.open, body.json) }
    switch body.at("booltesttype") {
    case "IS_TRUE", "IS_NOT_FALSE": return condition(argument)
    case "IS_FALSE", "IS_NOT_TRUE": return .not(condition(argument))
    case "IS_UNKNOWN": return .isNull(term(argument))
    default: return .not(.isNull(term(argument)))
    }
  }

  private func expression(_ body: Value, _ node: Value) -> RowCondition {
    let sign = body.items("name").last?.at("String")?.at("sval")?.stringValue ?? ""
    let (left, right) = (term(body.at("lexpr")), term(body.at("rexpr")))
    func denied(_ isDenied: Bool, _ condition: RowCondition) -> RowCondition {
      isDenied ? .not(condition) : condition
    }
    switch body.at("kind") {
    case "AEXPR_OP" where body.at("lexpr") == nil: return .truth(term(node))
    case "AEXPR_OP":
      switch sign {
      case "=": return .comparison(.equal, left, right)
      case "<>": return .not(.comparison(.equal, left, right))
      case "<": return .comparison(.less, left, right)
      case ">=": return .not(.comparison(.less, left, right))
      case ">": return .comparison(.greater, left, right)
      case "<=": return .not(.comparison(.greater, left, right))
      // Operators that a text matches by.
      case "~", "~*", "!~", "!~*": return denied(sign.begins(with: "!"), match(left, body))
      default: return .comparison(.other, left, right)
      }
    case "AEXPR_DISTINCT": return .not(.comparison(.equal, left, right))
    case "AEXPR_NOT_DISTINCT": return .comparison(.equal, left, right)
    case "AEXPR_IN":
      let items = body.at("rexpr")?.at("List")?.items("items").map { term($0) } ?? [right]
      return denied(
        sign.isIdentical(to: "<>"),
        items.contains(left) ? .constant(true) : .comparison(.match, left, right))
    case "AEXPR_LIKE", "AEXPR_ILIKE", "AEXPR_SIMILAR":
      return denied(sign.begins(with: "!"), match(left, body))
    case "AEXPR_BETWEEN", "AEXPR_BETWEEN_SYM": return .comparison(.match, left, right)
    case "AEXPR_NOT_BETWEEN", "AEXPR_NOT_BETWEEN_SYM": return .not(.comparison(.match, left, right))
    case "AEXPR_OP_ANY" where sign.isIdentical(to: "="): return .comparison(.match, left, right)
    default: return .comparison(.other, left, right)
    }
  }

  /// A pattern that everything fits leaves out what is null alone.
  private func match(_ left: RowTerm, _ body: Value) -> RowCondition {
    let pattern = body.at("rexpr")?.at("A_Const")?.at("sval")?.at("sval")?.stringValue
    if let pattern, ["", "%", "%%", ".*", "^", "$", "^.*$"].contains(pattern),
      !(pattern.isEmpty && body.at("kind") != "AEXPR_OP")
    {
      return .not(.isNull(left))
    }
    return .comparison(.match, left, term(body.at("rexpr")))
  }

  private func subquery(_ body: Value, _ node: Value) -> RowCondition {
    guard let query = body.at("subselect")?.at("SelectStmt") else { return .truth(term(node)) }
    let text = self.text(of: node)
    switch body.at("subLinkType") {
    case "EXISTS_SUBLINK":
      if isOfRow(query) { return .other(.some, text) }
      let isNamed = ["whereClause", "fromClause"].contains { query.at($0).map(readsBare) ?? false }
      return isNamed ? .other(.open, text) : .other(.none, text)
    case "ANY_SUBLINK":
      let left = term(body.at("testexpr"))
      guard left.form == .column else { return .other(left.columns.isEmpty ? .none : .open, text) }
      return .other(choice(of: query), text)
    default: return .truth(term(node))
    }
  }

  /// Which rows of the same table a subquery gives.
  private func choice(of query: Value) -> RowChoice {
    let isOwn = { (range: Value) in range.at("relname")?.stringValue == table }
    guard query.all("RangeVar").contains(where: isOwn), query.at("limitCount") == nil else {
      return .some
    }
    let sources = query.items("fromClause")
    guard sources.count == 1, let own = sources[0].at("RangeVar"), isOwn(own) else { return .open }
    guard let condition = query.at("whereClause") else { return .none }
    return RowConditionReader(own, hasOthers: false).condition(condition).choice
  }

  /// Whether a subquery asks about the row: by its table's name, where it has none of that name itself.
  private func isOfRow(_ value: Value) -> Bool {
    let own = value.all("RangeVar").contains { range in
      (range.at("alias")?.at("aliasname") ?? range.at("relname"))?.stringValue == name
    }
    return !own
      && value.all("ColumnRef").contains { column in
        let names = column.names
        return names.count > 1 && names[names.count - 2].isIdentical(to: name)
      }
  }

  private func readsBare(_ value: Value) -> Bool {
    value.all("ColumnRef").contains { $0.names.count == 1 }
  }

  private func term(_ node: Value?) -> RowTerm {
    guard let node else { return RowTerm("") }
    let text = text(of: node)
    if let column = node.at("ColumnRef") {
      guard let own = ownColumn(column) else { return RowTerm(text) }
      return RowTerm(
        text, columns: [own.name], form: own.isKnown && !own.name.isEmpty ? .column : .other)
    }
    var columns: Set<String> = []
    collect(node, &columns)
    let isCall = ["FuncCall", "TypeCast", "CollateClause", "RowExpr"].contains {
      node.at($0) != nil
    }
    return RowTerm(text, columns: columns, form: isCall ? .call : .other)
  }

  /// Of its columns, without those of subqueries that are not the row's.
  private func collect(_ value: Value, _ columns: inout Set<String>) {
    if let query = value.at("SubLink")?.at("subselect") {
      if let test = value.at("SubLink")?.at("testexpr") { collect(test, &columns) }
      if isOfRow(query) { columns.insert("") }
      return
    }
    if let column = value.at("ColumnRef") {
      if let own = ownColumn(column) { columns.insert(own.name) }
      return
    }
    for (_, item) in value.members { collect(item, &columns) }
    for item in value.listValue ?? [] { collect(item, &columns) }
  }

  /// The row's column; nil where it is of another table. A star is all of them, without a name.
  private func ownColumn(_ column: Value) -> (name: String, isKnown: Bool)? {
    let names = column.names
    guard let last = names.last else { return ("", !hasOthers) }
    if column.items("fields").last?.at("A_Star") != nil {
      return last.isIdentical(to: name) ? ("", true) : nil
    }
    guard names.count > 1 else { return (last, !hasOthers) }
    return names[names.count - 2].isIdentical(to: name) ? (last, true) : nil
  }

  /// The same for the same expression, wherever it stands; each parameter is one of its own.
  private func text(of value: Value) -> String {
    if let column = value.at("ColumnRef"), let own = ownColumn(column) {
      return "column \(own.name)"
    }
    if value.mapValue != nil {
      let isParameter = value.at("number") != nil
      let parts = value.members.compactMap { key, item -> String? in
        key.isIdentical(to: "location") && !isParameter ? nil : "\(key):\(text(of: item))"
      }
      return "{\(parts.joined(separator: ","))}"
    }
    if let list = value.listValue { return "[\(list.map { text(of: $0) }.joined(separator: ","))]" }
    return value.json
  }
}

extension Value {
  fileprivate func at(_ key: String) -> Value? { mapValue?[key] }
  fileprivate func items(_ key: String) -> [Value] { at(key)?.listValue ?? [] }

  fileprivate var members: [(String, Value)] {
    (mapValue ?? ValueMap()).pairs.map { ($0.key.stringValue ?? "", $0.value) }
  }

  /// The node's name and what is in it.
  fileprivate var node: (String, Value)? {
    members.first
  }

  /// Of a column: its name behind those of what it is of.
  fileprivate var names: [String] {
    items("fields").compactMap { $0.at("String")?.at("sval")?.stringValue }
  }

  /// All nodes of a name, however deep.
  fileprivate func all(_ name: String) -> [Value] {
    var found: [Value] = []
    for (key, item) in members {
      if key.isIdentical(to: name) { found.append(item) }
      found += item.all(name)
    }
    for item in listValue ?? [] { found += item.all(name) }
    return found
  }
}
