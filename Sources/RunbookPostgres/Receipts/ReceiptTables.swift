import RunbookEngine
package import RunbookModel

/// Whether the tables for receipts are what they have to be.
///
/// What this program writes into them and reads there it does as the role that carries the run out. So
/// nothing of somebody else's may run with that (a trigger, a rule, a policy, a constraint, an index on an
/// expression, a domain), and nobody else may take a receipt away. They are looked through once for a
/// session. Each transaction that uses them locks them first, so that nothing about them changes any more,
/// and holds them against a mark of what was looked through.
package enum ReceiptTables {
  /// What a role finds and may do, without touching anything.
  package struct Standing: Sendable {
    package let isMade: Bool
    package let isUsable: Bool
    package let mayMake: Bool
    /// Whether it may let others use them.
    package let mayGrant: Bool
    package let isReplica: Bool
    package let role: String
    package let mark: String
    /// Why they are not to be trusted, one a line.
    package let faults: [String]
  }

  /// What they have to be: names, types and defaults, in the order of names.
  private static let columns = [
    "receipt":
      "actor text NOT NULL, affected bigint NOT NULL, attempt integer NOT NULL, "
      + "recorded_at timestamp with time zone NOT NULL DEFAULT clock_timestamp(), result text, "
      + "row_count bigint NOT NULL, run text NOT NULL, statements_sha256 text NOT NULL, "
      + "step text NOT NULL",
    "lease": "generation bigint NOT NULL, run text NOT NULL",
  ]

  /// The rows of the tables and their columns in the catalogue, as most of what is changed about them makes a
  /// new version of a row, and how much there is of what may come and go without.
  private static let markText = """
    (SELECT concat_ws(' ', n.oid, n.xmin, (
          SELECT string_agg(concat_ws(' ', c.relname, c.oid, c.xmin,
              (SELECT string_agg(a.xmin::text, ',' ORDER BY a.attnum) FROM pg_attribute a
                WHERE a.attrelid = c.oid AND a.attnum > 0),
              (SELECT count(*) FROM pg_index x WHERE x.indrelid = c.oid),
              (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = c.oid),
              (SELECT count(*) FROM pg_rewrite w WHERE w.ev_class = c.oid),
              (SELECT count(*) FROM pg_inherits i WHERE i.inhparent = c.oid)), ' '
            ORDER BY c.relname)
          FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname IN ('receipt', 'lease')))
      FROM pg_namespace n WHERE n.nspname = 'runbook')
    """

  /// Fails where the tables are not what they were.
  static func guardCommand(_ mark: String) -> SQLCommand {
    SQLCommand("SELECT 1 / CASE WHEN \(markText) = $1 THEN 1 ELSE 0 END", [mark])
  }

  /// Nobody changes anything about them until the transaction ends.
  package static let lock = SQLCommand(
    "LOCK TABLE runbook.receipt, runbook.lease IN ROW EXCLUSIVE MODE")

  /// Whether the lock or the guard failed, as the tables are not what they were.
  package static func areOtherwise(_ lock: SQLOutcome, _ check: SQLOutcome) -> Bool {
    if case .failed(let error) = lock { return error.code == "42809" }
    if case .failed(let error) = check { return error.code == "22012" }
    return false
  }

  /// - Parameter roles: those of the plan, in that database: what is theirs is as good as our own.
  package static func question(_ roles: [String]) -> SQLCommand {
    SQLCommand(
      questionText,
      [SQLValue.text(of: .list(roles.map { .string($0) })), columns["receipt"], columns["lease"]])
  }

  /// Whoever can act as this role anyway (itself, its members, superusers), owns the database, or is one of
  /// the plan's roles may own the tables. That this role is a member of another is no reason: in PostgreSQL
  /// before version 15 a role may make others its members unasked, and until 16 whoever has `CREATEROLE`.
  private static let questionText = """
    WITH space AS (SELECT * FROM pg_namespace WHERE nspname = 'runbook'),
      trusted AS (
        SELECT r.oid FROM pg_roles r
        WHERE pg_has_role(r.oid, current_user, 'USAGE') OR r.rolname = ANY ($1::text[])
          OR r.oid = (SELECT datdba FROM pg_database WHERE datname = current_database())),
      found AS (
        SELECT c.*, 'runbook.' || c.relname AS called,
          c.relkind = 'r' AND c.relpersistence = 'p' AS is_ordinary
        FROM pg_class c JOIN space s ON s.oid = c.relnamespace
        WHERE c.relname IN ('receipt', 'lease')),
      granted AS (
        SELECT f.relname, f.called, f.relnamespace, g.grantee, g.privilege_type
        FROM found f CROSS JOIN aclexplode(f.relacl) g
        UNION SELECT f.relname, f.called, f.relnamespace, g.grantee, g.privilege_type
        FROM found f JOIN pg_attribute a ON a.attrelid = f.oid CROSS JOIN aclexplode(a.attacl) g),
      fault (number, text) AS (
        SELECT 1, 'schema runbook belongs to ' || pg_get_userbyid(nspowner) FROM space
        WHERE nspowner NOT IN (SELECT oid FROM trusted)
        UNION ALL SELECT 2, called || ' is no ordinary table' FROM found WHERE NOT is_ordinary
        UNION ALL SELECT 3, called || ' belongs to ' || pg_get_userbyid(relowner) FROM found
        WHERE relowner NOT IN (SELECT oid FROM trusted)
        UNION ALL SELECT 4, called || ' has the rule ' || w.rulename
        FROM found JOIN pg_rewrite w ON w.ev_class = found.oid WHERE is_ordinary
        UNION ALL SELECT 5, called || ' has the trigger ' || t.tgname
        FROM found JOIN pg_trigger t ON t.tgrelid = found.oid
        UNION ALL SELECT 6, called || ' has row security' FROM found
        WHERE relrowsecurity OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = found.oid)
        UNION ALL SELECT 7, called || ' is part of another table, or has parts' FROM found
        WHERE relispartition OR EXISTS (
          SELECT FROM pg_inherits i WHERE found.oid IN (i.inhrelid, i.inhparent))
        UNION ALL SELECT 8, called || ' has the constraint ' || k.conname
        FROM found JOIN pg_constraint k ON k.conrelid = found.oid WHERE k.contype NOT IN ('p', 'n')
        UNION ALL SELECT 9, called || ' has the index ' || x.indexrelid::regclass
        FROM found JOIN pg_index x ON x.indrelid = found.oid WHERE NOT x.indisprimary
        UNION ALL SELECT 10, called || ' has not the primary key that it should have' FROM found
        WHERE is_ordinary AND NOT EXISTS (
          SELECT FROM pg_constraint k JOIN pg_index x ON x.indexrelid = k.conindid
          WHERE k.conrelid = found.oid AND k.contype = 'p' AND x.indisvalid AND x.indexprs IS NULL
            AND pg_get_constraintdef(k.oid) = CASE relname
              WHEN 'receipt' THEN 'PRIMARY KEY (run, step)' ELSE 'PRIMARY KEY (run)' END)
        UNION ALL SELECT 11, called || ' has other columns than it should have' FROM found
        WHERE is_ordinary AND CASE relname WHEN 'receipt' THEN $2 ELSE $3 END IS DISTINCT FROM (
          SELECT string_agg(concat(a.attname, ' ', format_type(a.atttypid, a.atttypmod),
              CASE WHEN a.attnotnull THEN ' NOT NULL' END,
              ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid),
              CASE WHEN a.attgenerated <> '' OR a.attidentity <> '' THEN ' GENERATED' END,
              CASE WHEN a.attcollation NOT IN (0, 100) THEN ' COLLATE' END), ', '
            ORDER BY a.attname)
          FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
          WHERE a.attrelid = found.oid AND a.attnum > 0 AND NOT a.attisdropped)
        UNION ALL SELECT DISTINCT 12, called || ' can be changed by '
          || CASE grantee WHEN 0 THEN 'everybody' ELSE pg_get_userbyid(grantee) END
        FROM granted
        WHERE grantee NOT IN (SELECT oid FROM trusted)
          AND (privilege_type IN ('DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER')
            OR privilege_type = 'UPDATE' AND relname = 'receipt'
            OR privilege_type IN ('INSERT', 'UPDATE') AND grantee = 0)
          AND CASE grantee
            WHEN 0 THEN EXISTS (
              SELECT FROM space s CROSS JOIN aclexplode(s.nspacl) g
              WHERE g.grantee = 0 AND g.privilege_type = 'USAGE')
            ELSE has_schema_privilege(grantee, relnamespace, 'USAGE') END)
    SELECT (SELECT count(*) = 2 FROM found),
      coalesce((SELECT has_schema_privilege(oid, 'USAGE') FROM space), false)
        AND (SELECT coalesce(bool_and(
            has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
            AND (relname = 'receipt' OR has_table_privilege(oid, 'UPDATE'))), false)
          FROM found),
      coalesce(
        (SELECT has_schema_privilege(oid, 'USAGE') AND has_schema_privilege(oid, 'CREATE')
          FROM space),
        has_database_privilege(current_database(), 'CREATE')),
      coalesce((SELECT pg_has_role(current_user, nspowner, 'USAGE') FROM space), false)
        AND (SELECT coalesce(bool_and(pg_has_role(current_user, relowner, 'USAGE')), false)
          FROM found),
      pg_is_in_recovery(), current_user, coalesce(\(markText), ''),
      (SELECT coalesce(array_agg(text ORDER BY number, text), '{}') FROM fault)
    """

  static func standing(_ link: PostgresLink) throws(StepFailure) -> Standing {
    guard
      let row = try link.answers(to: [question(link.facts.receiptRoles)]).first?.resultSet?.rows
        .first,
      row.count == 8,
      let faults = row[7].listValue?.compactMap(\.stringValue)
    else { throw StepFailure(.unreachable, "the server gave no answer about receipts") }
    return Standing(
      isMade: row[0].boolValue ?? false, isUsable: row[1].boolValue ?? false,
      mayMake: row[2].boolValue ?? false, mayGrant: row[3].boolValue ?? false,
      isReplica: row[4].boolValue ?? false, role: row[5].stringValue ?? "",
      mark: row[6].stringValue ?? "", faults: faults)
  }

  /// The mark of the tables as they were looked through for this session.
  ///
  /// - Throws: `refused` where they are not to be trusted, `invalid` where they are not there.
  package static func mark(on link: PostgresLink) throws(StepFailure) -> String {
    if let mark = link.facts.receiptMark { return mark }
    let standing = try standing(link)
    try standing.requireTrust()
    guard standing.isMade else {
      throw StepFailure(.invalid, "the tables for receipts are not there")
    }
    link.facts.receiptMark = standing.mark
    return standing.mark
  }
}

extension ReceiptTables.Standing {
  package func requireTrust(mayBeReplica: Bool = false) throws(StepFailure) {
    guard mayBeReplica || !isReplica else {
      throw StepFailure(
        .refused,
        "the server is a replica, which keeps no receipts: what it can do all the same needs "
          + "`receipts: none` on the connection, and `transaction: none` on the step")
    }
    guard faults.isEmpty else {
      throw StepFailure(
        .refused,
        "the tables for receipts are not to be trusted: \(faults.joined(separator: "; "))",
        detail:
          "what is done with them runs with the rights of role \(role), and whoever made them so "
          + "would say which steps are done",
        hint: "find out who made them; where no run is under way, drop the schema runbook, and let "
          + "\(role) make it anew; or say `receipts: none` for the connection")
    }
  }
}
