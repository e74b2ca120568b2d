package import RunbookPostgres

/// The questions that a snapshot asks, each one query.
///
/// They are asked with an empty `search_path`, so that PostgreSQL writes every name with its schema:
/// https://www.postgresql.org/docs/current/functions-info.html
package enum CatalogQuery {
  /// Columns: kind, identity, table, uses (an array), definition, what makes it again (an array).
  ///
  /// What PostgreSQL makes of a parent's part for each partition or child is of an `inner` kind: it comes and goes
  /// with the parent's.
  ///
  /// - Parameter version: the server's: `tgparentid` is there since 13, `attcompression` since 14.
  package static func objects(version: Int) -> SQLCommand {
    let own = (parts + [triggers(version)]).map { "(\($0))" }.joined(separator: unionAll)
    return SQLCommand(
      common + "SELECT o.*, NULL::text[] FROM (" + own + ") AS o" + unionAll + "(\(relations))"
        + unionAll + "(\(columns(version)))\nORDER BY 1, 2")
  }

  private static let unionAll = "\nUNION ALL\n"

  /// Columns: what may hold rows, its `relkind`, why they cannot be counted, the statistics' number.
  ///
  /// A foreign table's are on another server, a partitioned table's in its partitions.
  package static let tables = SQLCommand(
    common + """
      SELECT r.identity, c.relkind::text,
        CASE WHEN c.relkind = 'f' THEN 'they are on another server'
          WHEN NOT has_schema_privilege(c.relnamespace, 'USAGE')
            THEN 'the role ' || quote_ident(current_user) || ' lacks USAGE on its schema'
          WHEN NOT has_table_privilege(c.oid, 'SELECT')
            THEN 'the role ' || quote_ident(current_user) || ' lacks SELECT on it'
          WHEN row_security_active(c.oid)
            THEN 'row security hides rows of it from the role ' || quote_ident(current_user)
          WHEN NOT c.relispopulated THEN '\(unfilled)' END AS reason,
        CASE WHEN s.n_live_tup > 0 THEN s.n_live_tup
          WHEN c.reltuples >= 0 THEN c.reltuples::bigint END AS estimate
      FROM relation r JOIN pg_class c ON c.oid = r.oid
      LEFT JOIN pg_stat_user_tables s ON s.relid = r.oid
      WHERE c.relkind IN ('r', 'p', 'f', 'm') ORDER BY 1
      """)

  /// Of a materialized view that holds nothing and cannot be read.
  package static let unfilled = "it was never filled"

  /// Columns: sequence, last value.
  package static let positions = SQLCommand(
    common + """
      SELECT r.identity,
        CASE WHEN has_sequence_privilege(r.oid, 'SELECT, USAGE')
          THEN pg_sequence_last_value(r.oid) END AS last_value
      FROM relation r JOIN pg_class c ON c.oid = r.oid WHERE c.relkind = 'S' ORDER BY 1
      """)

  /// What is not the server's, an extension's or ours.
  private static let common = """
    WITH space AS (
        SELECT n.oid, quote_ident(n.nspname) AS name, n.nspowner, n.nspacl FROM pg_namespace n
        WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'runbook')
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass
            AND d.objid = n.oid AND d.deptype = 'e')),
      member AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
      relation AS (
        SELECT c.oid, s.name || '.' || quote_ident(c.relname) AS identity
        FROM pg_class c JOIN space s ON s.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'i', 'I', 'c')
          AND (c.oid::oid) NOT IN (SELECT objid FROM member
            WHERE classid = 'pg_class'::regclass)),
      base AS (
        SELECT r.oid, r.identity FROM relation r JOIN pg_class c ON c.oid = r.oid
        WHERE c.relkind IN ('r', 'p', 'f')),
      routine AS (
        SELECT p.oid, s.name || '.' || quote_ident(p.proname) || '('
          || pg_get_function_identity_arguments(p.oid) || ')' AS identity
        FROM pg_proc p JOIN space s ON s.oid = p.pronamespace
        WHERE p.oid NOT IN (SELECT objid FROM member WHERE classid = 'pg_proc'::regclass)),
      kind AS (
        SELECT t.oid, s.name || '.' || quote_ident(t.typname) AS identity
        FROM pg_type t JOIN space s ON s.oid = t.typnamespace
        WHERE (t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c'
            AND (SELECT relkind FROM pg_class c WHERE c.oid = t.typrelid) = 'c'))
          AND t.oid NOT IN (SELECT objid FROM member WHERE classid = 'pg_type'::regclass)),
      acl AS (
        SELECT 'schema' AS kind, name AS object, NULL::text AS owner_table, nspacl AS acl,
          acldefault('n', nspowner) AS usual FROM space
        UNION ALL
        SELECT CASE c.relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'm' THEN 'view'
            ELSE 'table' END, r.identity,
          CASE WHEN c.relkind IN ('r', 'p', 'f') THEN r.identity
            WHEN c.relkind = 'S' THEN (SELECT b.identity FROM pg_depend d
              JOIN base b ON b.oid = d.refobjid WHERE d.classid = 'pg_class'::regclass
                AND d.objid = c.oid AND d.deptype IN ('a', 'i') LIMIT 1) END,
          c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)
        FROM relation r JOIN pg_class c ON c.oid = r.oid
        WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
        UNION ALL
        SELECT 'column', r.identity || '.' || quote_ident(a.attname),
          CASE WHEN c.relkind IN ('r', 'p', 'f') THEN r.identity END, a.attacl, NULL
        FROM relation r JOIN pg_class c ON c.oid = r.oid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE a.attacl IS NOT NULL
        UNION ALL
        SELECT 'function', r.identity, NULL, p.proacl, acldefault('f', p.proowner)
        FROM routine r JOIN pg_proc p ON p.oid = r.oid
        UNION ALL
        SELECT 'type', k.identity, NULL, t.typacl, acldefault('T', t.typowner)
        FROM kind k JOIN pg_type t ON t.oid = k.oid)

    """

  private static let parts = [
    """
    SELECT 'schema', name, NULL::text, NULL::text[], 'owner ' || quote_ident(pg_get_userbyid(nspowner))
    FROM space
    """,
    """
    SELECT 'extension', quote_ident(extname), NULL, NULL,
      'version ' || extversion || ' in ' || quote_ident((SELECT nspname FROM pg_namespace n
        WHERE n.oid = e.extnamespace))
    FROM pg_extension e
    """,
    constraints, indexes, sequences, views,
    """
    SELECT 'rule', r.identity || '.' || quote_ident(w.rulename),
      (SELECT b.identity FROM base b WHERE b.oid = r.oid), NULL, pg_get_ruledef(w.oid)
    FROM relation r JOIN pg_rewrite w ON w.ev_class = r.oid WHERE w.rulename <> '_RETURN'
    """,
    routines, types,
    """
    SELECT 'policy', b.identity || '.' || quote_ident(p.polname), b.identity, NULL,
      CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update'
        WHEN 'd' THEN 'delete' ELSE 'all' END
        || CASE WHEN p.polpermissive THEN ' permissive' ELSE ' restrictive' END
        || ' to ' || (SELECT string_agg(CASE WHEN role = 0 THEN 'public'
          ELSE quote_ident(pg_get_userbyid(role)) END, ', ' ORDER BY pg_get_userbyid(role))
          FROM unnest(p.polroles) AS role)
        || coalesce(' using (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
        || coalesce(' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '')
    FROM base b JOIN pg_policy p ON p.polrelid = b.oid
    """,
    """
    SELECT 'statistics', s.name || '.' || quote_ident(x.stxname), b.identity, NULL,
      pg_get_statisticsobjdef(x.oid)
        || CASE WHEN x.stxstattarget >= 0 THEN ' target ' || x.stxstattarget ELSE '' END
    FROM pg_statistic_ext x JOIN space s ON s.oid = x.stxnamespace
    JOIN base b ON b.oid = x.stxrelid
    """,
    """
    SELECT 'grant', kind || ' ' || object || ' to ' || grantee, owner_table, NULL,
      string_agg(privilege, ', ' ORDER BY privilege COLLATE "C")
    FROM (SELECT a.kind, a.object, a.owner_table,
        CASE WHEN x.grantee = 0 THEN 'public' ELSE quote_ident(pg_get_userbyid(x.grantee)) END
          AS grantee,
        lower(x.privilege_type) || CASE WHEN x.is_grantable THEN ' with grant option' ELSE '' END
          AS privilege
      FROM acl a, aclexplode(coalesce(a.acl, a.usual)) AS x) AS g
    GROUP BY kind, object, owner_table, grantee
    """,
    """
    SELECT 'default grant', 'of ' || quote_ident(pg_get_userbyid(d.defaclrole)) || ' in '
        || coalesce((SELECT name FROM space s WHERE s.oid = d.defaclnamespace), 'every schema')
        || ' on ' || d.defaclobjtype::text, NULL, NULL, d.defaclacl::text
    FROM pg_default_acl d
    WHERE d.defaclnamespace = 0 OR d.defaclnamespace IN (SELECT oid FROM space)
    """,
    comments,
    """
    SELECT 'event trigger', quote_ident(e.evtname), NULL, NULL,
      'on ' || e.evtevent || ' execute ' || e.evtfoid::regprocedure::text || ' enabled '
        || e.evtenabled::text || coalesce(' tags ' || array_to_string(e.evttags, ', '), '')
    FROM pg_event_trigger e
    WHERE e.oid NOT IN (SELECT objid FROM member WHERE classid = 'pg_event_trigger'::regclass)
    """,
    """
    SELECT 'publication', quote_ident(p.pubname), NULL, NULL,
      concat_ws(' ', CASE WHEN p.puballtables THEN 'all tables' END,
        CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
        CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END)
    FROM pg_publication p
    """,
    """
    SELECT o.kind, o.identity, NULL, NULL, o.definition FROM (
      SELECT 'collation' AS kind, c.oid, 'pg_collation'::regclass AS catalog,
        c.collnamespace AS namespace,
        (SELECT name FROM space WHERE oid = c.collnamespace) || '.' || quote_ident(c.collname)
          AS identity,
        'owner ' || quote_ident(pg_get_userbyid(c.collowner)) || ' provider ' || c.collprovider::text
          AS definition
      FROM pg_collation c
      UNION ALL
      SELECT 'operator', p.oid, 'pg_operator'::regclass, p.oprnamespace,
        (SELECT name FROM space WHERE oid = p.oprnamespace) || '.' || p.oprname || '('
          || CASE p.oprleft WHEN 0 THEN 'NONE' ELSE format_type(p.oprleft, NULL) END || ', '
          || CASE p.oprright WHEN 0 THEN 'NONE' ELSE format_type(p.oprright, NULL) END || ')',
        'owner ' || quote_ident(pg_get_userbyid(p.oprowner)) || ' calls ' || p.oprcode::text
      FROM pg_operator p
      UNION ALL
      SELECT 'operator class', p.oid, 'pg_opclass'::regclass, p.opcnamespace,
        (SELECT name FROM space WHERE oid = p.opcnamespace) || '.' || quote_ident(p.opcname)
          || ' using ' || (SELECT quote_ident(amname) FROM pg_am m WHERE m.oid = p.opcmethod),
        'owner ' || quote_ident(pg_get_userbyid(p.opcowner)) || ' for '
          || format_type(p.opcintype, NULL)
      FROM pg_opclass p
      UNION ALL
      SELECT 'conversion', c.oid, 'pg_conversion'::regclass, c.connamespace,
        (SELECT name FROM space WHERE oid = c.connamespace) || '.' || quote_ident(c.conname),
        'owner ' || quote_ident(pg_get_userbyid(c.conowner)) || ' calls ' || c.conproc::text
      FROM pg_conversion c
      UNION ALL
      SELECT 'text search configuration', c.oid, 'pg_ts_config'::regclass, c.cfgnamespace,
        (SELECT name FROM space WHERE oid = c.cfgnamespace) || '.' || quote_ident(c.cfgname),
        'owner ' || quote_ident(pg_get_userbyid(c.cfgowner))
      FROM pg_ts_config c
      UNION ALL
      SELECT 'text search dictionary', d.oid, 'pg_ts_dict'::regclass, d.dictnamespace,
        (SELECT name FROM space WHERE oid = d.dictnamespace) || '.' || quote_ident(d.dictname),
        'owner ' || quote_ident(pg_get_userbyid(d.dictowner)) || coalesce(' ' || d.dictinitoption, '')
      FROM pg_ts_dict d
      UNION ALL
      SELECT 'text search parser', p.oid, 'pg_ts_parser'::regclass, p.prsnamespace,
        (SELECT name FROM space WHERE oid = p.prsnamespace) || '.' || quote_ident(p.prsname), ''
      FROM pg_ts_parser p
      UNION ALL
      SELECT 'text search template', t.oid, 'pg_ts_template'::regclass, t.tmplnamespace,
        (SELECT name FROM space WHERE oid = t.tmplnamespace) || '.' || quote_ident(t.tmplname), ''
      FROM pg_ts_template t
      UNION ALL
      SELECT 'foreign data wrapper', w.oid, 'pg_foreign_data_wrapper'::regclass, NULL,
        quote_ident(w.fdwname), 'owner ' || quote_ident(pg_get_userbyid(w.fdwowner))
      FROM pg_foreign_data_wrapper w
      UNION ALL
      SELECT 'server', v.oid, 'pg_foreign_server'::regclass, NULL, quote_ident(v.srvname),
        'owner ' || quote_ident(pg_get_userbyid(v.srvowner)) || ' by '
          || (SELECT quote_ident(fdwname) FROM pg_foreign_data_wrapper w WHERE w.oid = v.srvfdw)
      FROM pg_foreign_server v
      UNION ALL
      SELECT 'language', l.oid, 'pg_language'::regclass, NULL, quote_ident(l.lanname),
        'owner ' || quote_ident(pg_get_userbyid(l.lanowner))
      FROM pg_language l
      UNION ALL
      SELECT 'cast', c.oid, 'pg_cast'::regclass, NULL,
        'CAST (' || format_type(c.castsource, NULL) || ' AS ' || format_type(c.casttarget, NULL)
          || ')', 'method ' || c.castmethod::text || ' context ' || c.castcontext::text
      FROM pg_cast c) AS o
    WHERE o.oid >= 16384 AND o.identity IS NOT NULL
      AND NOT EXISTS (SELECT FROM member m WHERE m.classid = o.catalog AND m.objid = o.oid)
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.catalog AND d.objid = o.oid
        AND d.deptype = 'i')
    """,
    """
    SELECT 'published table', b.identity || ' in ' || quote_ident(p.pubname), b.identity, NULL, ''
    FROM pg_publication_rel x JOIN base b ON b.oid = x.prrelid
    JOIN pg_publication p ON p.oid = x.prpubid
    """,
  ]

  private static let relations = """
    SELECT 'table', b.identity, b.identity,
      ARRAY(SELECT p.identity FROM pg_inherits i JOIN base p ON p.oid = i.inhparent
        WHERE i.inhrelid = b.oid ORDER BY i.inhseqno),
      concat_ws('; ',
        CASE c.relkind WHEN 'f' THEN 'foreign' WHEN 'p' THEN 'partitioned by '
          || pg_get_partkeydef(c.oid) END,
        CASE c.relpersistence WHEN 'u' THEN 'unlogged' END,
        'owner ' || quote_ident(pg_get_userbyid(c.relowner)),
        (SELECT 'inherits ' || string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno)
          FROM pg_inherits i WHERE i.inhrelid = c.oid),
        CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END,
        CASE WHEN c.relrowsecurity THEN 'row security' END,
        CASE WHEN c.relforcerowsecurity THEN 'forced row security' END,
        CASE c.relreplident WHEN 'n' THEN 'replica identity nothing'
          WHEN 'f' THEN 'replica identity full'
          WHEN 'i' THEN 'replica identity ' || (SELECT i.indexrelid::regclass::text
            FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident) END,
        'with ' || array_to_string(c.reloptions, ', '),
        (SELECT 'tablespace ' || quote_ident(spcname) FROM pg_tablespace t
          WHERE t.oid = c.reltablespace),
        (SELECT 'using ' || amname FROM pg_am m WHERE m.oid = c.relam AND amname <> 'heap')),
      ARRAY(SELECT CASE WHEN c.relispartition THEN 'ALTER TABLE ' || p.identity
            || ' ATTACH PARTITION ' || b.identity || ' ' || pg_get_expr(c.relpartbound, c.oid)
          ELSE 'ALTER TABLE ' || b.identity || ' INHERIT ' || p.identity END
        FROM pg_inherits i JOIN base p ON p.oid = i.inhparent
        WHERE i.inhrelid = b.oid ORDER BY i.inhseqno)
      || array_remove(ARRAY[
        CASE WHEN c.relrowsecurity
          THEN 'ALTER TABLE ' || b.identity || ' ENABLE ROW LEVEL SECURITY' END,
        CASE WHEN c.relforcerowsecurity
          THEN 'ALTER TABLE ' || b.identity || ' FORCE ROW LEVEL SECURITY' END], NULL)
    FROM base b JOIN pg_class c ON c.oid = b.oid
    """
}
