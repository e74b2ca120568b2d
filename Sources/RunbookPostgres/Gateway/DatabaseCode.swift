import RunbookModel

/// What decides in a database what statements do, whatever they name: all code that is not PostgreSQL's own.
///
/// Names in statements are not followed: SQL that is put together, a value that is executed, what a trigger's function
/// calls in turn, and whatever names mean in a session of which a function sets the `search_path`, nobody can tell from
/// outside. So all of it is bound, in a few parts of one kind each.
///
/// The server hashes what is there, so that the answer is short however much that is. Left out are grants; temporary
/// things; and the program's own tables for receipts, which are looked at where they are used (`ReceiptTables`).
enum DatabaseCode {
  static func parts(on link: PostgresLink) throws(LinkError) -> [Surrounding]? {
    let outcomes = try link.ask([limit, SQLCommand("SET LOCAL jit = off"), question])
    guard case .completed(let completion)? = outcomes.last else { return nil }
    return completion.resultSet?.rows.compactMap { row in
      guard row.count == 5, let kind = row[0].stringValue, let hash = row[1].stringValue,
        let count = row[2].intValue
      else { return nil }
      let newest = [row[3], row[4]].compactMap(\.stringValue).filter { !$0.isEmpty }
      return Surrounding(
        name: SealedPart.databaseCode + kind, content: hash,
        group: SealedPart.Group(count: count, newest: newest))
    }
  }

  private static let limit = SQLCommand("SET LOCAL statement_timeout = '20s'")

  /// One row a kind: its name, the hash, how many there are, and the two that were changed last (a grant counts).
  static let question = SQLCommand(
    """
    WITH space AS MATERIALIZED (
      SELECT oid, nspname, nspname IN ('pg_catalog', 'information_schema') AS is_own
      FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp_|toast_temp_)'
    ), relation AS MATERIALIZED (
      SELECT c.oid, c.xmin, c.relkind, format('%I.%I', n.nspname, c.relname) AS name,
        concat_ws(' ', c.oid, c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity,
          c.relispartition, c.relowner, c.reloftype,
          CASE WHEN c.relkind IN ('v', 'm') THEN c.reloptions END,
          c.relpartbound,
          (SELECT string_agg(inhparent::text, ',' ORDER BY inhseqno) FROM pg_inherits
            WHERE inhrelid = c.oid),
          (SELECT string_agg(concat_ws(' ', attnum, atttypid, atttypmod, attcollation, attidentity,
              quote_ident(attname)), ',' ORDER BY attnum) FROM pg_attribute
            WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped)) AS means
      FROM pg_class c JOIN space n ON n.oid = c.relnamespace
      WHERE (NOT n.is_own OR c.oid >= 16384)
        AND NOT (n.nspname = 'runbook' AND c.relname IN ('receipt', 'lease'))
    ), rel AS MATERIALIZED (
      SELECT * FROM relation WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    ), found (kind, name, definition, row_xmin) AS (
      SELECT 'functions', p.oid::regprocedure::text,
        row(p.proowner, p.prolang, p.procost, p.prorows, p.provariadic, p.prosupport, p.prokind,
          p.prosecdef, p.proleakproof, p.proisstrict, p.proretset, p.provolatile, p.proparallel,
          p.prorettype, p.proargtypes, p.proallargtypes, p.proargmodes, p.proargnames,
          p.proargdefaults, p.protrftypes, p.probin, p.proconfig, length(p.prosrc))::text
          || p.prosrc || CASE WHEN p.prosrc = '' THEN coalesce(to_jsonb(p) ->> 'prosqlbody', '') ELSE '' END
          || CASE WHEN p.prokind = 'a' THEN (to_jsonb(a) - 'aggfnoid')::text ELSE '' END, p.xmin
      FROM pg_proc p JOIN space n ON n.oid = p.pronamespace
        LEFT JOIN pg_aggregate a ON a.aggfnoid = p.oid
      WHERE NOT n.is_own OR p.oid >= 16384
      UNION ALL
      SELECT 'functions and views of PostgreSQL itself', p.oid::regprocedure::text,
        concat_ws(' ', p.proowner, p.prolang, p.prosecdef, p.proconfig, p.probin, p.prosrc), p.xmin
      FROM pg_proc p JOIN space n ON n.oid = p.pronamespace
      WHERE n.is_own AND p.oid < 16384
      UNION ALL
      SELECT 'functions and views of PostgreSQL itself', 'view ' || c.oid::regclass::text,
        w.ev_action::text, w.xmin
      FROM pg_rewrite w JOIN pg_class c ON c.oid = w.ev_class JOIN space n ON n.oid = c.relnamespace
      WHERE n.is_own AND c.oid < 16384
      UNION ALL
      SELECT 'triggers', format('trigger %I of %s', t.tgname, r.name),
        (to_jsonb(t) - '{oid,tgconstrindid}'::text[])::text, t.xmin
      FROM rel r JOIN pg_trigger t ON t.tgrelid = r.oid WHERE NOT t.tgisinternal OR t.tgenabled <> 'O'
      UNION ALL
      SELECT 'views and rules', CASE w.rulename WHEN '_RETURN' THEN 'view ' || r.name
          ELSE format('rule %I of %s', w.rulename, r.name) END,
        (to_jsonb(w) - 'oid')::text, w.xmin
      FROM rel r JOIN pg_rewrite w ON w.ev_class = r.oid
      UNION ALL
      SELECT 'policies', format('policy %I of %s', g.polname, r.name),
        (to_jsonb(g) - 'oid')::text, g.xmin
      FROM rel r JOIN pg_policy g ON g.polrelid = r.oid
      UNION ALL
      SELECT 'defaults and generated columns', format('column %I of %s', a.attname, r.name),
        a.attgenerated::text || (to_jsonb(d) - 'oid')::text, d.xmin
      FROM rel r JOIN pg_attrdef d ON d.adrelid = r.oid
        JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
      UNION ALL
      SELECT 'checks and foreign keys', format('constraint %I of %s', c.conname,
          coalesce(r.name, c.contypid::regtype::text)),
        (to_jsonb(c) - '{oid,conparentid,conindid}'::text[])::text, c.xmin
      FROM pg_constraint c LEFT JOIN rel r ON r.oid = c.conrelid
        LEFT JOIN pg_type t ON t.oid = c.contypid LEFT JOIN space n ON n.oid = t.typnamespace
      WHERE c.contype IN ('c', 'f', 'x') AND c.oid >= 16384
        AND coalesce(r.oid, n.oid) IS NOT NULL
      UNION ALL
      SELECT 'unique indexes and those with expressions', 'index ' || r.name,
        concat_ws(' ', i.indrelid, i.indisunique, i.indkey, i.indclass, i.indcollation, i.indexprs,
          i.indpred), i.xmin
      FROM relation r JOIN pg_index i ON i.indexrelid = r.oid JOIN rel t ON t.oid = i.indrelid
      WHERE i.indexprs IS NOT NULL OR i.indpred IS NOT NULL OR i.indisunique
      UNION ALL
      SELECT 'unique indexes and those with expressions', format('statistics %I', s.stxname),
        (to_jsonb(s) - 'oid')::text, s.xmin
      FROM pg_statistic_ext s JOIN rel r ON r.oid = s.stxrelid
      WHERE to_jsonb(s) ->> 'stxexprs' IS NOT NULL
      UNION ALL
      SELECT 'types and domains', 'type ' || t.oid::regtype::text,
        (to_jsonb(t) - '{typacl,typarray}'::text[])::text || coalesce(to_jsonb(g)::text, '')
          || coalesce((SELECT string_agg(concat_ws(' ', oid, enumsortorder, quote_literal(enumlabel)), ','
              ORDER BY oid) FROM pg_enum WHERE enumtypid = t.oid), '') || coalesce(r.means, ''),
        t.xmin
      FROM pg_type t JOIN space n ON n.oid = t.typnamespace LEFT JOIN pg_range g ON g.rngtypid = t.oid
        LEFT JOIN relation r ON r.oid = t.typrelid
      WHERE t.oid >= 16384 AND t.typtype NOT IN ('p', 'm') AND t.typcategory <> 'A'
        AND (t.typtype <> 'c' OR r.relkind = 'c')
      UNION ALL
      SELECT 'operators and casts', 'operator ' || o.oid::regoperator::text,
        (to_jsonb(o) - 'oid')::text, o.xmin
      FROM pg_operator o WHERE o.oid >= 16384
      UNION ALL
      SELECT 'operators and casts', format('cast (%s AS %s)', c.castsource::regtype, c.casttarget::regtype),
        (to_jsonb(c) - 'oid')::text, c.xmin
      FROM pg_cast c WHERE c.oid >= 16384
      UNION ALL
      SELECT 'operators and casts', format('operator class %I', c.opcname),
        (to_jsonb(c) - 'oid')::text, c.xmin
      FROM pg_opclass c WHERE c.oid >= 16384
      UNION ALL
      SELECT 'operators and casts', format('operator family %I', f.opfname),
        (to_jsonb(m) - 'oid')::text, m.xmin
      FROM pg_amop m JOIN pg_opfamily f ON f.oid = m.amopfamily WHERE m.oid >= 16384
      UNION ALL
      SELECT 'operators and casts', format('operator family %I', f.opfname),
        (to_jsonb(m) - 'oid')::text, m.xmin
      FROM pg_amproc m JOIN pg_opfamily f ON f.oid = m.amprocfamily WHERE m.oid >= 16384
      UNION ALL
      SELECT 'operators and casts', format('conversion %I', c.conname),
        (to_jsonb(c) - 'oid')::text, c.xmin
      FROM pg_conversion c WHERE c.oid >= 16384
      UNION ALL
      SELECT 'operators and casts', format('access method %I', m.amname),
        (to_jsonb(m) - 'oid')::text, m.xmin
      FROM pg_am m WHERE m.oid >= 16384
      UNION ALL
      SELECT 'operators and casts', format('collation %I', c.collname),
        (to_jsonb(c) - 'oid')::text, c.xmin
      FROM pg_collation c WHERE c.oid >= 16384
      UNION ALL
      SELECT CASE WHEN c.oid < 16384 THEN 'functions and views of PostgreSQL itself'
          ELSE 'operators and casts' END, format('text search configuration %I', c.cfgname),
        to_jsonb(c)::text || coalesce((SELECT string_agg(concat_ws(' ', maptokentype, mapseqno, mapdict),
          ',' ORDER BY maptokentype, mapseqno) FROM pg_ts_config_map WHERE mapcfg = c.oid), ''), c.xmin
      FROM pg_ts_config c
      UNION ALL
      SELECT 'operators and casts', format('text search dictionary %I', d.dictname),
        (to_jsonb(d) - 'oid')::text, d.xmin
      FROM pg_ts_dict d WHERE d.oid >= 16384
      UNION ALL
      SELECT 'languages and extensions', format('language %I', l.lanname),
        (to_jsonb(l) - '{oid,lanacl}'::text[])::text, l.xmin
      FROM pg_language l
      UNION ALL
      SELECT 'languages and extensions', format('transform for %s', t.trftype::regtype),
        (to_jsonb(t) - 'oid')::text, t.xmin
      FROM pg_transform t
      UNION ALL
      SELECT 'languages and extensions', format('extension %I', e.extname), e.extversion, e.xmin
      FROM pg_extension e
      UNION ALL
      SELECT 'event triggers', format('event trigger %I', e.evtname), (to_jsonb(e) - 'oid')::text,
        e.xmin
      FROM pg_event_trigger e
      UNION ALL
      SELECT 'foreign servers and tables', format('foreign-data wrapper %I', w.fdwname),
        (to_jsonb(w) - '{oid,fdwacl}'::text[])::text, w.xmin
      FROM pg_foreign_data_wrapper w
      UNION ALL
      SELECT 'foreign servers and tables', format('server %I', s.srvname),
        (to_jsonb(s) - '{oid,srvacl}'::text[])::text, s.xmin
      FROM pg_foreign_server s
      UNION ALL
      SELECT 'foreign servers and tables', 'foreign table ' || r.name,
        to_jsonb(t)::text || coalesce((SELECT string_agg(concat_ws(' ', a.attname, a.attfdwoptions),
          E'\\n' ORDER BY a.attnum) FROM pg_attribute a
          WHERE a.attrelid = r.oid AND a.attfdwoptions IS NOT NULL), ''), t.xmin
      FROM rel r JOIN pg_foreign_table t ON t.ftrelid = r.oid
      UNION ALL
      SELECT 'foreign servers and tables', format('user mapping of %s for %I%s', u.usename, u.srvname,
          CASE WHEN u.umoptions IS NULL THEN ', as far as this role may see it' ELSE '' END),
        to_jsonb(u)::text, NULL
      FROM pg_user_mappings u
      UNION ALL
      SELECT 'tables and sequences', name, means, xmin FROM rel
    ), hashed AS (
      SELECT kind, name, encode(sha256(convert_to(definition, getdatabaseencoding())), 'hex') AS hash,
        coalesce(age(row_xmin), 2147483647) AS age
      FROM found
    ), grouped AS (
      SELECT kind, count(*) AS number,
        encode(sha256(convert_to(string_agg(name || ' ' || hash, E'\\n'
          ORDER BY name COLLATE "C", hash COLLATE "C"), getdatabaseencoding())), 'hex') AS hash,
        (array_agg(name ORDER BY age, name COLLATE "C"))[1:2] AS newest, min(age) AS least,
        (array_agg(age ORDER BY age, name COLLATE "C"))[2] AS next
      FROM hashed GROUP BY kind
    )
    SELECT k.kind, coalesce(g.hash, 'none'), coalesce(g.number, 0), g.newest[1],
      CASE WHEN g.next = g.least THEN g.newest[2] END
    FROM unnest('{functions,triggers,views and rules,policies,defaults and generated columns,checks and foreign keys,unique indexes and those with expressions,types and domains,operators and casts,languages and extensions,event triggers,foreign servers and tables,tables and sequences,functions and views of PostgreSQL itself}'::text[])
      WITH ORDINALITY AS k (kind, place) LEFT JOIN grouped g ON g.kind = k.kind
    ORDER BY k.place
    """)
}
