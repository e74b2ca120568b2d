package import RunbookModel
package import RunbookPostgres

/// A statement that makes something of an archive's, with who has to run it.
///
/// A superuser evaluates nothing of an archive's: no function, default, predicate or cast of it may run as one. It
/// makes extensions while only empty schemas are there; casts, unless they would have bytes read as another type's;
/// publications of whole schemas and databases, without predicates; and event triggers when nothing else follows.
package struct SchemaStatement {
  /// In this order, each with all of its statements.
  package enum Stage: CaseIterable { case schemas, extensions, objects, eventTriggers }

  package let text: String
  package private(set) var stage = Stage.objects
  package private(set) var needsSuperuser = false

  /// - Returns: nil for what is neither compared nor could be done: an event trigger's and a publication's owner.
  package init?(_ text: String) {
    self.text = text
    guard Self.special.contains(where: { text.begins(with: $0) }), let node = Self.node(of: text)
    else { return }
    let object = node.attributes["objtype"] ?? node.attributes["objectType"]
    switch (node.name, object) {
    case ("CreateSchemaStmt", _) where node.attributes["schemaElts"] == nil: stage = .schemas
    case ("CreateExtensionStmt", _), ("CommentStmt", "OBJECT_EXTENSION"):
      (stage, needsSuperuser) = (.extensions, true)
    case ("CreateEventTrigStmt", _), ("AlterEventTrigStmt", _),
      ("CommentStmt", "OBJECT_EVENT_TRIGGER"):
      (stage, needsSuperuser) = (.eventTriggers, true)
    case ("CreateCastStmt", _):
      needsSuperuser = node.attributes["func"] != nil || node.attributes["inout"] == "true"
    case ("CreatePublicationStmt", _):
      needsSuperuser = node.attributes["for_all_tables"] == "true"
    case ("AlterPublicationStmt", _):
      needsSuperuser =
        Self.tree(of: text).map {
          $0.holds("PUBLICATIONOBJ_TABLES_IN_SCHEMA") && !$0.holds("whereClause")
        } ?? false
    case ("AlterOwnerStmt", "OBJECT_EVENT_TRIGGER"), ("AlterOwnerStmt", "OBJECT_PUBLICATION"):
      return nil
    default: break
    }
  }

  /// Whether roles beside owners may be named in it.
  package var mayNameRoles: Bool {
    let heads = [
      "GRANT ", "REVOKE ", "ALTER DEFAULT PRIVILEGES ", "CREATE POLICY ", "CREATE USER MAPPING ",
    ]
    return heads.contains { text.begins(with: $0) } && Self.isParsable(text)
  }

  /// As `pg_dump` writes them; whatever is written otherwise is run as all others are.
  private static let special = [
    "ALTER EVENT TRIGGER ", "ALTER PUBLICATION ", "COMMENT ON EVENT TRIGGER ",
    "COMMENT ON EXTENSION ", "CREATE CAST ", "CREATE EVENT TRIGGER ", "CREATE EXTENSION ",
    "CREATE PUBLICATION ", "CREATE SCHEMA ",
  ]

  private static func isParsable(_ text: String) -> Bool {
    (try? PGQuery.scan(text)).map { NestingLimit.excess(in: $0) == nil } ?? false
  }

  /// The one statement that a text is; nil for none, several, and what the parser does not know.
  package static func node(of text: String) -> SyntaxTree.Node? {
    guard isParsable(text), let tree = try? SQLParser.parse(text), tree.statements.count == 1
    else { return nil }
    return tree.statements.first?.nodes.first
  }

  private static func tree(of text: String) -> String? {
    try? SQLParser.parse(text) { String(decoding: $0, as: UTF8.self) }
  }
}

extension RoleNames {
  /// Names of our own beside those of an archive's roles.
  package struct Own {
    package let others: ExactSet
    package let administrator: String
    package let bootstrap: String
    package let restorer: String
    package let reader: String
    package let holders: String

    package init(besides others: ExactSet) {
      func free(_ name: String) -> String {
        var name = name
        while others.contains(name) { name += "_" }
        return name
      }
      self.others = others
      administrator = free("runbook_administrator")
      bootstrap = free("runbook_bootstrap")
      restorer = free("runbook_restorer")
      reader = free("runbook_reader")
      holders = free("runbook_holders")
    }
  }
}
