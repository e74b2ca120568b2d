import RunbookEngine
import RunbookModel

/// Reads traits off a statement's parse tree.
package enum SQLClassifier {
  /// - Parameter sql: the statement alone.
  package static func traits(of statement: SyntaxTree.Statement, _ sql: String) -> SQLTraits {
    guard let top = statement.nodes.first else { return SQLTraits(effect: .readOnly) }
    var traits = SQLTraits(effect: effect(of: top, in: statement.nodes))
    if traits.effect == .mutating, rowChangers.contains(top.name),
      statement.nodes.contains(where: { choosers.contains($0.name) })
    {
      switch ChosenRows.choice(in: sql) {
      case .none: traits.effect = .destructive
      case .open: traits.mayTakeEveryRow = true
      case .some: break
      }
    }
    traits.mayGiveRows = rowGivers.contains(top.name) || top.attributes["returningList"] != nil
    traits.takesParameters = parameterTakers.contains(top.name)
    traits.runsProcedure = top.name == "DoStmt" || top.name == "CallStmt"
    traits.needsNoTransaction = needsNoTransaction(top, statement.nodes)
    traits.mayLeaveInvalidIndex =
      traits.needsNoTransaction && (top.name == "IndexStmt" || top.name == "ReindexStmt")
    if top.name == "IndexStmt" { traits.indexName = top.attributes["idxname"] }
    if top.name == "TransactionStmt" { traits.isTransactionControl = !endsPrepared(top) }
    if top.name == "CopyStmt" {
      traits.copiesOnServer = top.attributes["filename"] != nil
      traits.copiesToClient = !traits.copiesOnServer
      traits.unguarded += [unguardedCopy(top)].compactMap(\.self)
    }
    if top.name == "VariableSetStmt" { readSetting(top, &traits) }
    traits.serverFiles = ServerFiles.named(by: top, in: statement.nodes)
    traits.mayBeSeveral = perRelation.contains(top.name)
    traits.fields = fields(in: statement.nodes)
    readCalls(statement.nodes, &traits)
    readFunctions(statement.nodes, &traits)
    if top.attributes["target"] == "DISCARD_ALL" { traits.changesRole = true }
    if top.name == "PrepareStmt" { traits.sessionNeed = "PREPARE" }
    let lock = traits.calls.first { sessionLocks.contains($0.pieces(separatedBy: ".").last ?? "") }
    if let lock { traits.sessionNeed = lock }
    return traits
  }

  private static let sessionLocks: Set<Substring> = [
    "pg_advisory_lock", "pg_advisory_lock_shared", "pg_try_advisory_lock",
    "pg_try_advisory_lock_shared",
  ]

  /// Whether it ends a transaction that was prepared before, by whatever session: none of the step's own.
  private static func endsPrepared(_ top: SyntaxTree.Node) -> Bool {
    ["TRANS_STMT_COMMIT_PREPARED", "TRANS_STMT_ROLLBACK_PREPARED"]
      .contains(top.attributes["kind"] ?? "")
  }

  /// What is read from a file becomes rows, which a transaction guards.
  private static func unguardedCopy(_ top: SyntaxTree.Node) -> String? {
    guard top.attributes["filename"] != nil else { return nil }
    let isReading = top.attributes["is_from"] != nil
    if top.attributes["is_program"] != nil { return "COPY \(isReading ? "FROM" : "TO") PROGRAM" }
    return isReading ? nil : "COPY TO a file of the server"
  }

  /// Statements that carry out what they hold of these.
  private static let rowChangers: Set<String> = [
    "SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CreateTableAsStmt",
    "CopyStmt", "ExplainStmt", "PrepareStmt", "DeclareCursorStmt",
  ]
  private static let choosers: Set<String> = ["UpdateStmt", "DeleteStmt", "MergeStmt"]

  private static let parameterTakers: Set<String> = [
    "SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "ExplainStmt",
    "DeclareCursorStmt", "CreateTableAsStmt", "CallStmt",
  ]

  private static let rowGivers: Set<String> = [
    "SelectStmt", "ExplainStmt", "VariableShowStmt", "FetchStmt", "CallStmt", "ExecuteStmt",
  ]

  private static let readers: Set<String> = [
    "VariableShowStmt", "VariableSetStmt", "DeclareCursorStmt", "FetchStmt", "ClosePortalStmt",
    "DeallocateStmt", "ConstraintsSetStmt", "DiscardStmt", "TransactionStmt",
  ]

  private static let destroyers: Set<String> = [
    "DropStmt", "TruncateStmt", "DropdbStmt", "DropRoleStmt", "DropTableSpaceStmt",
    "DropOwnedStmt", "DropSubscriptionStmt", "DropUserMappingStmt",
  ]

  private static func effect(of top: SyntaxTree.Node, in nodes: [SyntaxTree.Node]) -> Effect {
    switch top.name {
    case "TransactionStmt" where endsPrepared(top):
      return top.attributes["kind"] == "TRANS_STMT_COMMIT_PREPARED" ? .mutating : .destructive
    case let name where destroyers.contains(name): return .destructive
    case "SelectStmt":
      if top.attributes["intoClause"] != nil { return max(changes(in: nodes), .mutating) }
      return changes(in: nodes)
    case "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CreateTableAsStmt", "CopyStmt":
      return copyReads(top) ? changes(in: nodes) : max(changes(in: nodes), .mutating)
    case "PrepareStmt", "DeclareCursorStmt": return changes(in: nodes)
    case "ExplainStmt": return runsExplained(nodes) ? changes(in: nodes) : .readOnly
    case "AlterTableStmt":
      let drops = nodes.contains {
        $0.name == "AlterTableCmd" && $0.attributes["subtype"] == "AT_DropColumn"
      }
      return drops ? .destructive : .mutating
    case "AlterTypeStmt", "CompositeTypeStmt": return .mutating
    case "DoStmt", "CallStmt", "ExecuteStmt": return .undetermined
    case let name where readers.contains(name): return .readOnly
    default: return .mutating
    }
  }

  private static func copyReads(_ top: SyntaxTree.Node) -> Bool {
    top.name == "CopyStmt" && top.attributes["is_from"] == nil
      && top.attributes["filename"] == nil
  }

  /// Of `EXPLAIN`'s options only `ANALYZE` runs the statement.
  private static func runsExplained(_ nodes: [SyntaxTree.Node]) -> Bool {
    nodes.contains {
      $0.name == "DefElem" && $0.parent == 0 && $0.attributes["defname"] == "analyze"
    }
  }

  /// The worst of what the statement and everything in it change.
  private static func changes(in nodes: [SyntaxTree.Node]) -> Effect {
    nodes.reduce(.readOnly) { worst, node in
      switch node.name {
      case "DeleteStmt", "UpdateStmt":
        max(worst, node.attributes["whereClause"] == nil ? .destructive : .mutating)
      case "InsertStmt", "MergeStmt", "LockingClause": max(worst, .mutating)
      default: worst
      }
    }
  }

  private static func max(_ one: Effect, _ other: Effect) -> Effect {
    if one == .destructive || other == .destructive { return .destructive }
    return one == .mutating || other == .mutating ? .mutating : .readOnly
  }

  /// https://www.postgresql.org/docs/current/sql-commands.html, each command's notes.
  private static func needsNoTransaction(
    _ top: SyntaxTree.Node, _ nodes: [SyntaxTree.Node]
  ) -> Bool {
    switch top.name {
    case "VacuumStmt": return top.attributes["is_vacuumcmd"] == "true"
    case "TransactionStmt": return endsPrepared(top)
    case "IndexStmt", "DropStmt": return top.attributes["concurrent"] == "true"
    case "ReindexStmt":
      let kind = top.attributes["kind"] ?? ""
      let isWide = ["REINDEX_OBJECT_SCHEMA", "REINDEX_OBJECT_SYSTEM", "REINDEX_OBJECT_DATABASE"]
        .contains(kind)
      return isWide || nodes.contains { $0.attributes["defname"] == "concurrently" }
    case "ClusterStmt": return top.attributes["relation"] == nil
    case "AlterTableStmt":
      return nodes.contains { $0.name == "PartitionCmd" && $0.attributes["concurrent"] == "true" }
    case "DiscardStmt": return top.attributes["target"] == "DISCARD_ALL"
    case "AlterDatabaseStmt":
      return nodes.contains { $0.attributes["defname"] == "tablespace" }
    case "CreatedbStmt", "DropdbStmt", "CreateTableSpaceStmt", "DropTableSpaceStmt",
      "AlterSystemStmt", "CreateSubscriptionStmt", "DropSubscriptionStmt":
      return true
    default: return false
    }
  }

  /// Each a transaction for every table, partition or index, where it stands outside of a transaction block:
  /// https://www.postgresql.org/docs/current/sql-cluster.html, sql-reindex.html, sql-analyze.html and sql-vacuum.html.
  private static let perRelation: Set<String> = ["ClusterStmt", "ReindexStmt", "VacuumStmt"]

  /// The names behind a dot.
  private static func fields(in nodes: [SyntaxTree.Node]) -> [String] {
    var found: [String] = []
    for node in nodes {
      let names =
        switch node.name {
        case "ColumnRef": node.strings.dropFirst()
        case "A_Indirection": node.strings[...]
        default: [String]()[...]
        }
      for name in names where !found.contains(where: { $0.isIdentical(to: name) }) {
        found.append(name)
      }
    }
    return found
  }

  private static let transactionSettings: Set<String> = [
    "transaction", "session characteristics", "transaction snapshot", "transaction_read_only",
    "transaction_isolation", "transaction_deferrable",
  ]
  private static let roleSettings: Set<String> = ["role", "session_authorization"]

  private static func readSetting(_ top: SyntaxTree.Node, _ traits: inout SQLTraits) {
    let kind = top.attributes["kind"] ?? ""
    let name = top.attributes["name"] ?? ""
    traits.settingName = name
    if kind == "VAR_RESET_ALL" { traits.changesRole = true }
    traits.isTransactionControl = transactionSettings.contains(ReadingSettings.folded(name))
    readSetting(name, to: kind == "VAR_SET_VALUE" ? top.strings.first : nil, &traits)
  }

  /// `SET`, `RESET` and `set_config` alike. Names of settings are compared as PostgreSQL does.
  private static func readSetting(_ name: String, to value: String?, _ traits: inout SQLTraits) {
    let name = ReadingSettings.folded(name)
    if roleSettings.contains(name) { traits.changesRole = true }
    if !ReadingSettings.isReadTheSame(name, by: value) { traits.changesReading = name }
  }

  private static func readFunctions(_ nodes: [SyntaxTree.Node], _ traits: inout SQLTraits) {
    for node in nodes where node.name == "FuncCall" {
      let name = Array(node.strings.prefix(node.nameParts))
      let character = KnownFunctions.character(of: name)
      guard character != .harmless else { continue }
      let shown = name.joined(separator: ".")
      if !traits.calls.contains(where: { $0.isIdentical(to: shown) }) { traits.calls.append(shown) }
      if character == .changing { traits.effect = max(traits.effect, .mutating) }
      if KnownFunctions.isUnguarded(name) { traits.unguarded.append("\(shown)()") }
    }
  }

  /// `set_config('role', …)`, wherever it stands. Where its first argument is no constant it may be any.
  private static func readCalls(_ nodes: [SyntaxTree.Node], _ traits: inout SQLTraits) {
    for node in nodes where node.name == "FuncCall" {
      guard let place = node.strings.firstIndex(of: "set_config") else { continue }
      traits.callsSetConfig = true
      let constants = node.strings[(place + 1)...]
      guard node.firstArgument == "A_Const", let name = constants.first else {
        traits.changesRole = true
        for name in constants { readSetting(name, to: nil, &traits) }
        continue
      }
      readSetting(name, to: constants.dropFirst().first, &traits)
    }
  }
}
