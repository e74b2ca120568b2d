import RunbookModel
import RunbookPostgres

/// A statement of an archive's, as one that `pg_dump` may write there or not.
///
/// An archive that somebody passes on may hold any text as an object's definition. What it is counts, as PostgreSQL's
/// own parser reads it, and what sort of entry it stands in: a comment's holds comments. Nothing in an archive has to
/// do with roles and who belongs to them, with the server, or with whole databases.
package struct DumpStatement {
  private let text: String
  private let node: SyntaxTree.Node?

  init(_ text: String) {
    self.text = text
    node = SchemaStatement.node(of: text)
  }

  /// Whether an entry may hold it. `pg_restore` leaves out what is on the whole database, and an entry of a kind that
  /// is not known is judged by what it writes of it.
  package func mayStand(in kind: String) -> Bool {
    guard let names = Self.kinds[kind] else { return true }
    guard let node else { return mayBeNewer }
    return names.contains(node.name) || node.name == "AlterObjectDependsStmt"
  }

  /// Whether a script that `pg_restore` writes may hold it.
  package var mayBeRun: Bool {
    guard let node else { return mayBeNewer }
    let isKnown =
      Self.restored.contains(node.name) || Self.kinds.values.contains { $0.contains(node.name) }
    return isKnown && isOfObjects(node)
  }

  private func isOfObjects(_ node: SyntaxTree.Node) -> Bool {
    switch node.name {
    case "GrantStmt":
      !["OBJECT_DATABASE", "OBJECT_TABLESPACE", "OBJECT_PARAMETER_ACL"].contains(
        node.attributes["objtype"] ?? "")
    case "AlterOwnerStmt":
      !["OBJECT_DATABASE", "OBJECT_TABLESPACE"].contains(
        node.attributes["objectType"] ?? "")
    // `CREATE TABLE … AS` is one, too.
    case "CreateTableAsStmt": node.attributes["objtype"] == "OBJECT_MATVIEW"
    case "CreateSchemaStmt": node.attributes["schemaElts"] == nil
    default: true
    }
  }

  /// Whether a later version's syntax may be all that this parser does not know: what makes or alters an object, and
  /// neither reads rows into it nor names a role.
  private var mayBeNewer: Bool {
    guard let all = try? PGQuery.words(of: text) else { return false }
    let words = all.prefix(6).map { $0.uppercased() }
    guard let verb = words.first, verb == "CREATE" || verb == "ALTER" else { return false }
    let noise: Set<String> = [
      "OR", "REPLACE", "UNLOGGED", "UNIQUE", "CONSTRAINT", "TRUSTED", "PROCEDURAL",
    ]
    guard let noun = words.dropFirst().first(where: { !noise.contains($0) }) else { return false }
    guard noun == "TABLE" else { return Self.newer.contains(noun) }
    var depth = 0
    for word in all {
      if word == "(" { depth += 1 }
      if word == ")" { depth -= 1 }
      if depth == 0, word.uppercased() == "AS" { return false }
    }
    return true
  }

  private static let newer: Set<String> = [
    "AGGREGATE", "COLLATION", "DOMAIN", "FOREIGN", "FUNCTION", "INDEX", "POLICY", "PROCEDURE",
    "PUBLICATION", "RULE", "SEQUENCE", "STATISTICS", "TRIGGER", "TYPE", "VIEW",
  ]

  private static let restored: Set<String> = [
    "AlterOwnerStmt", "VariableSetStmt", "AlterObjectDependsStmt",
  ]

  /// As `pg_dump` makes its entries:
  /// https://github.com/postgres/postgres/blob/REL_15_STABLE/src/bin/pg_dump/pg_dump.c
  private static let kinds: [String: Set<String>] = [
    "ACCESS METHOD": ["CreateAmStmt"], "ACL": ["GrantStmt"], "AGGREGATE": ["DefineStmt"],
    "CAST": ["CreateCastStmt"], "CHECK CONSTRAINT": ["AlterTableStmt", "AlterDomainStmt"],
    "COLLATION": ["DefineStmt"], "COMMENT": ["CommentStmt"],
    "CONSTRAINT": ["AlterTableStmt", "AlterDomainStmt"], "CONVERSION": ["CreateConversionStmt"],
    "DEFAULT": ["AlterTableStmt"], "DEFAULT ACL": ["AlterDefaultPrivilegesStmt"],
    "DOMAIN": ["CreateDomainStmt"],
    "EVENT TRIGGER": ["CreateEventTrigStmt", "AlterEventTrigStmt"],
    "EXTENSION": ["CreateExtensionStmt"], "FK CONSTRAINT": ["AlterTableStmt"],
    "FOREIGN DATA WRAPPER": ["CreateFdwStmt"],
    "FOREIGN TABLE": ["CreateForeignTableStmt", "AlterTableStmt"],
    "FUNCTION": ["CreateFunctionStmt"], "INDEX": ["IndexStmt", "AlterTableStmt"],
    "INDEX ATTACH": ["AlterTableStmt"],
    "MATERIALIZED VIEW": ["CreateTableAsStmt", "AlterTableStmt"],
    "MATERIALIZED VIEW DATA": ["RefreshMatViewStmt"], "OPERATOR": ["DefineStmt"],
    "OPERATOR CLASS": ["CreateOpClassStmt"],
    "OPERATOR FAMILY": ["CreateOpFamilyStmt", "AlterOpFamilyStmt"],
    "POLICY": ["CreatePolicyStmt"], "PROCEDURAL LANGUAGE": ["CreatePLangStmt"],
    "PROCEDURE": ["CreateFunctionStmt"], "PUBLICATION": ["CreatePublicationStmt"],
    "PUBLICATION TABLE": ["AlterPublicationStmt"],
    "PUBLICATION TABLES IN SCHEMA": ["AlterPublicationStmt"], "ROW SECURITY": ["AlterTableStmt"],
    "RULE": ["RuleStmt", "ViewStmt", "AlterTableStmt"], "SCHEMA": ["CreateSchemaStmt"],
    "SECURITY LABEL": ["SecLabelStmt"],
    "SEQUENCE": ["CreateSeqStmt", "AlterSeqStmt", "AlterTableStmt"],
    "SEQUENCE OWNED BY": ["AlterSeqStmt"], "SERVER": ["CreateForeignServerStmt"],
    "SHELL TYPE": ["DefineStmt"], "STATISTICS": ["CreateStatsStmt", "AlterStatsStmt"],
    "SUBSCRIPTION": ["CreateSubscriptionStmt", "AlterSubscriptionStmt"],
    "TABLE": ["CreateStmt", "AlterTableStmt"], "TABLE ATTACH": ["AlterTableStmt"],
    "TEXT SEARCH CONFIGURATION": ["DefineStmt", "AlterTSConfigurationStmt"],
    "TEXT SEARCH DICTIONARY": ["DefineStmt"], "TEXT SEARCH PARSER": ["DefineStmt"],
    "TEXT SEARCH TEMPLATE": ["DefineStmt"], "TRANSFORM": ["CreateTransformStmt"],
    "TRIGGER": ["CreateTrigStmt", "AlterTableStmt"],
    "TYPE": [
      "DefineStmt", "CompositeTypeStmt", "CreateEnumStmt", "AlterEnumStmt", "CreateRangeStmt",
      "AlterTypeStmt",
    ],
    "USER MAPPING": ["CreateUserMappingStmt"], "VIEW": ["ViewStmt", "AlterTableStmt"],
  ]
}
