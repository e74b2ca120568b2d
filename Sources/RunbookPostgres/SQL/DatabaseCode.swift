package import RunbookEngine
package import RunbookModel

/// What decides in the database what statements do: the functions, views and rules that they name, and of their tables,
/// and of those below views, partitions and keys that cascade:
///
/// | | |
/// | --- | --- |
/// | triggers, and event triggers for definitions | with their functions |
/// | defaults, generated columns, checks, indexes, policies, partition keys, domains | where they call functions of the database's own, by themselves, by operators or by what an index compares with |
///
/// Beside these the functions of operators that the text may use, those of casts, and the functions that all of these call
/// by their names, and so on. What an extension has in C is bound where the text names it. Not bound are the tables that a
/// function's body works on, what it puts together as a text, and functions by which a type's values are read and written
/// (only a superuser makes them).
///
/// An approval binds it as it is defined, with its owner; who may use it is not among that. What a step of the run has
/// changed is the run's own: the row of the catalogue is then of a transaction that has left a receipt of the run.
package struct DatabaseCode {
  private let names: [NamesInText.Name]
  private let isAnywhere: Bool
  /// Whether it may be one that event triggers are for.
  private let isDefinition: Bool
  private let run: RunID?
  private let text: String

  package init(_ texts: [String], run: RunID?) {
    text = texts.joined(separator: ";\n")
    names = NamesInText.names(in: texts)
    isAnywhere = ReadingSettings.folded(text).holds("search_path")
    isDefinition = NamesInText.mayDefine(names)
    self.run = run
  }

  /// What of it is found there.
  package func found(on link: PostgresLink) throws(StepFailure) -> DefinedCode {
    let outcomes: [SQLOutcome]
    let own = try ownTransactions(on: link)
    do throws(LinkError) {
      outcomes = try link.ask(SessionPath.commands + [command(own)])
    } catch {
      throw StepFailure(link: error, mayHaveCommitted: false, holders: [])
    }
    guard case .completed(let completion)? = outcomes.last else { return .unknown }
    let parts = completion.resultSet?.rows.compactMap { row -> DefinedCode.Part? in
      guard row.count == 3, let name = row[0].stringValue, let definition = row[1].stringValue
      else { return nil }
      return .init(name: name, definition: definition, isOwn: row[2].boolValue ?? false)
    }
    return DefinedCode(parts)
  }

  /// By what the run's receipts were written.
  private func ownTransactions(on link: PostgresLink) throws(StepFailure) -> [String] {
    guard let run else { return [] }
    let standing = try ReceiptTables.standing(link)
    // A view could say anything, and run anything.
    guard standing.isMade, standing.isUsable, standing.faults.isEmpty else { return [] }
    let key = ServerText.escaped(run.rawValue, for: link.serverEncoding)
    let question = SQLCommand("SELECT xmin::text FROM runbook.receipt WHERE run = $1", [key])
    let rows = try link.answers(to: [question]).first?.resultSet?.rows ?? []
    return rows.compactMap { $0.first?.stringValue }
  }

  private func command(_ own: [String]) -> SQLCommand {
    SQLCommand(
      """
      WITH RECURSIVE path AS (
        SELECT string_to_array(current_setting('runbook.path'), '/') AS schemas
      ), start AS (
        SELECT DISTINCT schema, name FROM unnest($1::text[], $2::text[]) AS s (schema, name)
      ), own AS MATERIALIZED (
        SELECT p.oid, n.nspname::text AS schema, p.proname::text AS name, p.prosrc AS body
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
          JOIN pg_language l ON l.oid = p.prolang
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
          AND l.lanname NOT IN ('c', 'internal')
      ), reached (id) AS (
        SELECT c.oid
        FROM start s JOIN pg_class c ON c.relname = s.name
          JOIN pg_namespace n ON n.oid = c.relnamespace, path
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
          AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
          AND coalesce(n.nspname = s.schema, $3::boolean OR n.nspname = ANY (path.schemas))
        UNION
        SELECT e.next FROM reached JOIN (
          SELECT inhparent AS id, inhrelid AS next FROM pg_inherits
          UNION ALL SELECT confrelid, conrelid FROM pg_constraint
          WHERE contype = 'f' AND (confdeltype IN ('c', 'n', 'd') OR confupdtype IN ('c', 'n', 'd'))
          UNION ALL SELECT w.ev_class, d.refobjid FROM pg_rewrite w
            JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
              AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> w.ev_class
        ) AS e ON e.id = reached.id
      ), relation AS (
        SELECT c.oid, n.nspname, c.relname, c.relkind
        FROM reached JOIN pg_class c ON c.oid = reached.id
          JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
      ), kind (id) AS (
        SELECT a.atttypid FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid
        WHERE a.attnum > 0 AND NOT a.attisdropped
        UNION
        SELECT t.oid FROM start s JOIN pg_type t ON t.typname = s.name JOIN pg_namespace n
          ON n.oid = t.typnamespace WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
        UNION
        SELECT e.next FROM kind JOIN pg_type t ON t.oid = kind.id, LATERAL (
          SELECT t.typbasetype WHERE t.typbasetype <> 0
          UNION ALL SELECT t.typelem WHERE t.typelem <> 0
          UNION ALL SELECT g.rngsubtype FROM pg_range g WHERE g.rngtypid = t.oid
          UNION ALL SELECT a.atttypid FROM pg_attribute a
          WHERE t.typrelid <> 0 AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
        ) AS e (next)
      ), trigger AS (
        SELECT t.oid, t.tgfoid, format('trigger %I of %I.%I', t.tgname, r.nspname, r.relname) AS name
        FROM relation r JOIN pg_trigger t ON t.tgrelid = r.oid
        WHERE NOT t.tgisinternal
      ), event AS (
        SELECT e.oid, e.evtfoid FROM pg_event_trigger e WHERE $5::boolean
      ), part (class, id, name, definition, mark) AS (
        SELECT 'pg_attrdef'::regclass, d.oid,
          format('default of %I.%I.%I', r.nspname, r.relname, a.attname),
          pg_get_expr(d.adbin, d.adrelid), d.xmin::text
        FROM relation r JOIN pg_attrdef d ON d.adrelid = r.oid
          JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
        UNION ALL SELECT 'pg_constraint'::regclass, c.oid,
          format('constraint %I of %I.%I', c.conname, r.nspname, r.relname),
          pg_get_constraintdef(c.oid), c.xmin::text
        FROM relation r JOIN pg_constraint c ON c.conrelid = r.oid
        UNION ALL SELECT 'pg_constraint'::regclass, c.oid,
          format('constraint %I of domain %s', c.conname, format_type(c.contypid, NULL)),
          pg_get_constraintdef(c.oid), c.xmin::text
        FROM kind JOIN pg_constraint c ON c.contypid = kind.id
        UNION ALL SELECT 'pg_type'::regclass, t.oid,
          format('default of domain %s', format_type(t.oid, NULL)), t.typdefault, t.xmin::text
        FROM kind JOIN pg_type t ON t.oid = kind.id WHERE t.typtype = 'd'
        UNION ALL SELECT 'pg_class'::regclass, x.oid, format('index %I.%I', r.nspname, x.relname),
          pg_get_indexdef(x.oid), x.xmin::text
        FROM relation r JOIN pg_index i ON i.indrelid = r.oid JOIN pg_class x ON x.oid = i.indexrelid
        UNION ALL SELECT 'pg_class'::regclass, r.oid,
          format('partition key of %I.%I', r.nspname, r.relname), pg_get_partkeydef(r.oid), k.xmin::text
        FROM relation r JOIN pg_partitioned_table k ON k.partrelid = r.oid
        UNION ALL SELECT 'pg_policy'::regclass, y.oid,
          format('policy %I of %I.%I', y.polname, r.nspname, r.relname),
          concat_ws(' ', y.polcmd, y.polpermissive, y.polroles, pg_get_expr(y.polqual, y.polrelid),
            pg_get_expr(y.polwithcheck, y.polrelid)), y.xmin::text
        FROM relation r JOIN pg_policy y ON y.polrelid = r.oid
        UNION ALL SELECT 'pg_rewrite'::regclass, w.oid, NULL, NULL, NULL
        FROM relation r JOIN pg_rewrite w ON w.ev_class = r.oid
        UNION ALL SELECT 'pg_trigger'::regclass, oid, NULL, NULL, NULL FROM trigger
      ), used AS MATERIALIZED (
        SELECT p.class, p.id, own.oid AS function FROM part p
          JOIN pg_depend d ON d.classid = p.class AND d.objid = p.id
            AND d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)
          LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
          JOIN own ON own.oid = coalesce(o.oprcode::oid, d.refobjid)
        UNION SELECT 'pg_class'::regclass, i.indexrelid, own.oid
        FROM relation r JOIN pg_index i ON i.indrelid = r.oid, unnest(i.indclass::oid[]) AS class (id)
          JOIN pg_opclass k ON k.oid = class.id,
          LATERAL (
            SELECT m.amproc::oid FROM pg_amproc m WHERE m.amprocfamily = k.opcfamily
            UNION ALL SELECT o.oprcode::oid FROM pg_amop m JOIN pg_operator o ON o.oid = m.amopopr
            WHERE m.amopfamily = k.opcfamily
          ) AS support (id) JOIN own ON own.oid = support.id
      ), called (id) AS (
        SELECT p.oid FROM start s JOIN pg_proc p ON p.proname = s.name
          JOIN pg_namespace n ON n.oid = p.pronamespace, path
        WHERE n.nspname = s.schema OR $3::boolean OR n.nspname = ANY (path.schemas)
        UNION SELECT tgfoid FROM trigger
        UNION SELECT evtfoid FROM event
        UNION SELECT function FROM used
        UNION SELECT own.oid FROM pg_operator o JOIN own ON own.oid = o.oprcode::oid
        WHERE position(o.oprname::text IN $6) > 0
        UNION SELECT own.oid FROM pg_cast c JOIN own ON own.oid = c.castfunc
        UNION
        SELECT e.next FROM called, LATERAL (
          SELECT coalesce(o.oprcode::oid, d.refobjid) FROM pg_depend d
            LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
          WHERE d.classid = 'pg_proc'::regclass AND d.objid = called.id
            AND d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)
          UNION ALL SELECT g.oid
          FROM own f, LATERAL (
              SELECT CASE WHEN one[1] LIKE '"%' THEN btrim(one[1], '"') ELSE lower(one[1]) END AS schema,
                CASE WHEN one[2] LIKE '"%' THEN btrim(one[2], '"') ELSE lower(one[2]) END AS name
              FROM regexp_matches(f.body,
                '(?:([[:alnum:]_$]+|"[^"]+")\\s*\\.\\s*)?([[:alnum:]_$]+|"[^"]+")\\s*\\(', 'g') AS one
            ) AS word JOIN own g ON g.name = word.name, path
          WHERE f.oid = called.id
            AND (g.schema = word.schema OR g.schema = f.schema OR g.schema = ANY (path.schemas))
        ) AS e (next)
      )
      SELECT format('function %s', p.oid::regprocedure), (to_jsonb(p) - '{oid,proacl}'::text[])::text,
        p.xmin::text = ANY ($4::text[])
      FROM called JOIN pg_proc p ON p.oid = called.id JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
      UNION SELECT t.name, (to_jsonb(g) - 'oid')::text, g.xmin::text = ANY ($4::text[])
      FROM trigger t JOIN pg_trigger g ON g.oid = t.oid
      UNION SELECT format('event trigger %I', g.evtname), (to_jsonb(g) - 'oid')::text,
        g.xmin::text = ANY ($4::text[])
      FROM event JOIN pg_event_trigger g ON g.oid = event.oid
      UNION SELECT format('rule %I of %I.%I', w.rulename, r.nspname, r.relname),
        (to_jsonb(w) - 'oid')::text, w.xmin::text = ANY ($4::text[])
      FROM relation r JOIN pg_rewrite w ON w.ev_class = r.oid WHERE r.relkind <> 'm'
      UNION SELECT p.name, p.definition, p.mark = ANY ($4::text[])
      FROM part p WHERE p.name IS NOT NULL AND p.definition IS NOT NULL
        AND EXISTS (SELECT FROM used u WHERE u.class = p.class AND u.id = p.id)
      ORDER BY 1
      """,
      [
        SQLValue.array(names.map(\.schema)), SQLValue.array(names.map(\.name)),
        isAnywhere ? "t" : "f", SQLValue.array(own), isDefinition ? "t" : "f", text,
      ])
  }
}
