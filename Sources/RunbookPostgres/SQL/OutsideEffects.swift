import RunbookEngine
import RunbookModel

/// What statements lead to in their database that leaves the transaction, though no text of theirs shows it: foreign
/// tables that they write to, also below views and partitions, and functions behind triggers, rules, views, defaults,
/// checks, indexes, policies, keys that cascade, operators, casts and event triggers.
///
/// | a function leaves it                                             |
/// | ---------------------------------------------------------------- |
/// | whose language is not trusted, such as `plpython3u`               |
/// | whose body calls one of those known to (`KnownFunctions`), or copies with a program |
/// | that is one of them                                              |
///
/// What stands before a dot may be a row, and what stands behind it a function that is called with it.
///
/// What functions in C do cannot be seen, nor what a body puts together as a text and executes. Names are those of the
/// session's `search_path`, and of any schema where the statements set one.
package struct OutsideEffects {
  private let names: [NamesInText.Name]
  private let text: String

  package init(_ texts: [String]) {
    text = texts.joined(separator: ";\n")
    names = NamesInText.names(in: texts)
  }

  /// A few words each.
  package struct Found: Sendable {
    package var leaving: [String] = []
    /// Foreign tables that are read.
    package var read: [String] = []
  }

  /// - Returns: nil where it cannot be looked at, or names cannot be told.
  package func found(on link: PostgresLink) throws(LinkError) -> Found? {
    let isThere = try link.ask(SessionPath.commands + [Self.question]).last
    guard case .completed(let completion)? = isThere else { return nil }
    guard completion.resultSet?.rows.first?.first?.boolValue == true else { return Found() }
    guard !NamesInText.hasHiddenNames(text) else { return nil }
    guard case .completed(let completion)? = try link.ask(SessionPath.commands + [look]).last else {
      return nil
    }
    return (completion.resultSet?.rows ?? []).reduce(into: Found()) { found, row in
      guard row.count == 2, let words = row[0].stringValue else { return }
      if row[1].boolValue == true { found.read.append(words) } else { found.leaving.append(words) }
    }
  }

  /// Functions that may leave a transaction, of the database's own and of its extensions.
  private static let functions = """
    code AS MATERIALIZED (
      SELECT p.oid, n.nspname::text AS schema, p.proname::text AS name, p.prosrc AS body,
        l.lanname <> 'c' AS is_read,
        CASE WHEN l.lanname = 'c' THEN
            CASE WHEN p.proname = ANY ($1::text[])
                OR format('%s.%s', n.nspname, p.proname) = ANY ($1::text[])
              THEN format('%s.%s()', n.nspname, p.proname) END
          WHEN NOT l.lanpltrusted
            THEN format('the function %s.%s() in %s', n.nspname, p.proname, l.lanname)
          WHEN p.prosrc ~* $2
            THEN format('the function %s.%s(), which has %s', n.nspname, p.proname,
              rtrim(substring(lower(p.prosrc) FROM $2), ' (')) END AS leaves
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        JOIN pg_language l ON l.oid = p.prolang
      WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND l.lanname <> 'internal'
    )
    """

  /// The names of those that are known to, and a pattern for a body that calls one.
  private static let parameters: [String?] = {
    let names = KnownFunctions.leavingNames
    let calls = names.map { $0.replacingAll(".", with: "\\.") }.joined(separator: "|")
    return [
      SQLValue.array(names),
      "\\m(?:\(calls))\\s*\\(|\\mcopy\\M[^;]*\\m(?:to|from)\\s+program\\M",
    ]
  }()

  /// Whether anything in the database leaves a transaction at all.
  private static let question = SQLCommand(
    """
    WITH \(functions)
    SELECT EXISTS (SELECT FROM code WHERE leaves IS NOT NULL)
      OR EXISTS (SELECT FROM pg_foreign_table)
    """, parameters)

  private var look: SQLCommand {
    let isAnywhere = NamesInText.mayLookElsewhere(text)
    let isDefinition = NamesInText.mayDefine(names)
    return SQLCommand(
      """
      WITH RECURSIVE \(Self.functions), path AS (
        SELECT string_to_array(current_setting('runbook.path'), '/') AS schemas
      ), word AS MATERIALIZED (
        SELECT f.oid, f.schema AS own, parts[cardinality(parts)] AS name,
          CASE WHEN cardinality(parts) > 1 THEN parts[cardinality(parts) - 1] END AS schema,
          is_written
        FROM code f,
          LATERAL (
            SELECT string_to_array(replace(lower(one), '"', ''), '.') AS parts, false AS is_written
            FROM regexp_split_to_table(f.body, '\(Self.ends)+') AS one
            WHERE one <> ''
            UNION SELECT string_to_array(replace(lower(one[1]), '"', ''), '.'), true
            FROM regexp_matches(f.body,
              '(?:\\minto|\\mupdate|\\mdelete\\s+from|\\mtruncate(?:\\s+table)?|\\mcopy)\\s+(?:only\\s+)?(\(Self.ofName)+)',
              'gi') AS one) AS named
        WHERE f.is_read
      ), relation AS MATERIALIZED (
        SELECT c.oid, n.nspname::text AS schema, c.relname::text AS name, c.relkind
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN (
          'pg_catalog', 'information_schema', 'pg_toast')
      ), start AS (
        SELECT * FROM unnest($3::text[], $4::text[], $5::boolean[]) AS s (schema, name, is_written)
      ), edge AS MATERIALIZED (
        SELECT 'w' AS kind, tgrelid AS id, 'f' AS to_kind, tgfoid AS to_id FROM pg_trigger
        WHERE NOT tgisinternal AND tgenabled <> 'D'
        UNION ALL SELECT k, inhparent, k, inhrelid FROM pg_inherits, unnest('{w,r}'::text[]) AS k
        UNION ALL SELECT 'w', confrelid, 'w', conrelid FROM pg_constraint
        WHERE contype = 'f' AND (confdeltype IN ('c', 'n', 'd') OR confupdtype IN ('c', 'n', 'd'))
        UNION ALL SELECT 'w', oid, 'r', oid FROM relation
        UNION ALL SELECT k, w.ev_class, CASE d.refclassid WHEN 'pg_class'::regclass THEN k ELSE 'f' END,
          coalesce(o.oprcode::oid, d.refobjid)
        FROM unnest('{w,r}'::text[]) AS k JOIN pg_rewrite w ON k = 'w' OR w.ev_type = '1'
          JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
            AND d.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_operator'::regclass)
            AND d.refobjid <> w.ev_class
          LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
        UNION ALL SELECT e.kind, e.id, 'f', coalesce(o.oprcode::oid, d.refobjid)
        FROM (
            SELECT 'w' AS kind, adrelid AS id, 'pg_attrdef'::regclass AS class, oid AS object
            FROM pg_attrdef
            UNION ALL SELECT 'w', conrelid, 'pg_constraint'::regclass, oid FROM pg_constraint
            WHERE conrelid <> 0
            UNION ALL SELECT 'w', a.attrelid, 'pg_constraint'::regclass, c.oid
            FROM pg_constraint c JOIN pg_attribute a ON a.atttypid = c.contypid
            WHERE c.contypid <> 0
            UNION ALL SELECT 'w', indrelid, 'pg_class'::regclass, indexrelid FROM pg_index
            UNION ALL SELECT 'r', polrelid, 'pg_policy'::regclass, oid FROM pg_policy
          ) AS e (kind, id, class, object)
          JOIN pg_depend d ON d.classid = e.class AND d.objid = e.object
            AND d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)
          LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
        UNION ALL SELECT 'f', d.objid,
          CASE d.refclassid WHEN 'pg_class'::regclass THEN 'w' ELSE 'f' END, d.refobjid
        FROM pg_depend d
        WHERE d.classid = 'pg_proc'::regclass
          AND d.refclassid IN ('pg_proc'::regclass, 'pg_class'::regclass)
        UNION ALL SELECT 'f', w.oid, 'f', f.oid
        FROM word w JOIN code f ON f.name = w.name AND f.is_read AND f.oid <> w.oid, path
        WHERE f.schema = w.schema OR f.schema = w.own OR f.schema = ANY (path.schemas)
        UNION ALL SELECT 'f', w.oid, CASE WHEN w.is_written THEN 'w' ELSE 'r' END, r.oid
        FROM word w JOIN relation r ON r.name = w.name, path
        WHERE coalesce(r.schema = w.schema, r.schema = w.own OR r.schema = ANY (path.schemas))
      ), reach (kind, id) AS (
        SELECT * FROM (
          SELECT CASE WHEN s.is_written THEN 'w' ELSE 'r' END, r.oid
          FROM start s JOIN relation r ON r.name = s.name, path
          WHERE coalesce(r.schema = s.schema, $6::boolean OR r.schema = ANY (path.schemas))
          UNION ALL SELECT 'f', f.oid FROM start s JOIN code f ON f.name = s.name AND f.is_read, path
          WHERE f.schema = s.schema OR $6::boolean OR f.schema = ANY (path.schemas)
          UNION ALL SELECT 'f', evtfoid FROM pg_event_trigger WHERE $7::boolean AND evtenabled <> 'D'
          UNION ALL SELECT 'f', castfunc FROM pg_cast WHERE castfunc <> 0
          UNION ALL SELECT 'f', oprcode::oid FROM pg_operator
          WHERE oid >= 16384 AND position(oprname::text IN $8) > 0
        ) AS begun (kind, id)
        UNION SELECT e.to_kind, e.to_id
        FROM reach JOIN edge e ON e.kind = reach.kind AND e.id = reach.id
      )
      SELECT f.leaves, false FROM reach JOIN code f ON reach.kind = 'f' AND f.oid = reach.id
      WHERE f.leaves IS NOT NULL
      UNION SELECT format('foreign table %s.%s (%s%s)', r.schema, r.name, w.fdwname,
          (SELECT ' at ' || string_agg(o, ' ' ORDER BY o)
            FROM unnest(s.srvoptions || t.ftoptions) AS o
            WHERE o ~ '^(host|hostaddr|port|dbname|service|servername|filename|program)=')),
        bool_and(reach.kind = 'r')
      FROM reach JOIN relation r ON r.oid = reach.id AND r.relkind = 'f' AND reach.kind IN ('r', 'w')
        JOIN pg_foreign_table t ON t.ftrelid = r.oid JOIN pg_foreign_server s ON s.oid = t.ftserver
        JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
      GROUP BY 1
      ORDER BY 2, 1 LIMIT 20
      """,
      Self.parameters + [
        SQLValue.array(names.map(\.schema)), SQLValue.array(names.map(\.name)),
        SQLValue.array(names.map { $0.isWritten ? "t" : "f" }), isAnywhere ? "t" : "f",
        isDefinition ? "t" : "f", text,
      ])
  }

  /// What may stand beside a name in a body, and what is of one.
  private static let ends = "[][\\s(),;=<>+*/|:''!?%&^~@#{}$-]"
  private static let ofName = "[^][\\s(),;=<>+*/|:''!?%&^~@#{}$-]"
}
