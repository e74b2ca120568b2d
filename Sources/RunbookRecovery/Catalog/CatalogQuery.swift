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

  private static func triggers(_ version: Int) -> String {
    let kind =
      version < 130_000
      ? "'trigger'" : "CASE t.tgparentid WHEN 0 THEN 'trigger' ELSE 'inner trigger' END"
    return """
      SELECT \(kind), b.identity || '.' || quote_ident(t.tgname), b.identity, NULL,
        pg_get_triggerdef(t.oid) || CASE t.tgenabled WHEN 'O' THEN '' WHEN 'D' THEN ' disabled'
          WHEN 'A' THEN ' enabled always' ELSE ' enabled on replica' END
      FROM base b JOIN pg_trigger t ON t.tgrelid = b.oid WHERE NOT t.tgisinternal
      """
  }

  /// The position is that among the columns that are there: dropped ones leave gaps.
  private static func columns(_ version: Int) -> String {
    let compression =
      version < 140_000
      ? "NULL"
      : """
      CASE a.attcompression WHEN 'l' THEN concat_ws(' ', 'ALTER TABLE', b.identity,
          'ALTER COLUMN', quote_ident(a.attname), 'SET COMPRESSION lz4')
          WHEN 'p' THEN concat_ws(' ', 'ALTER TABLE', b.identity,
          'ALTER COLUMN', quote_ident(a.attname), 'SET COMPRESSION pglz') END
      """
    return """
      SELECT 'column', b.identity || '.' || quote_ident(a.attname), b.identity, NULL,
        concat_ws(' ', row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) || ':',
          format_type(a.atttypid, a.atttypmod),
          (SELECT 'collate ' || a.attcollation::regcollation::text FROM pg_type t
            WHERE t.oid = a.atttypid AND a.attcollation <> t.typcollation AND a.attcollation <> 0),
          CASE WHEN a.attnotnull THEN 'NOT NULL' END,
          CASE a.attidentity WHEN 'a' THEN 'GENERATED ALWAYS AS IDENTITY'
            WHEN 'd' THEN 'GENERATED BY DEFAULT AS IDENTITY' END,
          CASE WHEN a.attgenerated = 's' THEN 'GENERATED ALWAYS AS ('
              || pg_get_expr(d.adbin, d.adrelid) || ') STORED'
            WHEN d.adbin IS NOT NULL THEN 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) END,
          (SELECT 'STORAGE ' || CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external'
              WHEN 'm' THEN 'main' ELSE 'extended' END
            FROM pg_type t WHERE t.oid = a.atttypid AND a.attstorage <> t.typstorage),
          CASE WHEN a.attstattarget >= 0 THEN 'STATISTICS ' || a.attstattarget END,
          'WITH ' || array_to_string(a.attoptions, ', ')),
        array_remove(ARRAY[
          concat_ws(' ', 'ALTER TABLE', b.identity, 'ADD COLUMN', quote_ident(a.attname),
            format_type(a.atttypid, a.atttypmod),
            (SELECT 'COLLATE ' || a.attcollation::regcollation::text FROM pg_type t
              WHERE t.oid = a.atttypid AND a.attcollation <> t.typcollation
                AND a.attcollation <> 0),
            CASE WHEN a.attgenerated = 's' THEN 'GENERATED ALWAYS AS ('
              || pg_get_expr(d.adbin, d.adrelid) || ') STORED'
              WHEN pg_get_expr(d.adbin, d.adrelid) !~ '^nextval\\('
                THEN 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) END),
          CASE WHEN a.attnotnull THEN concat_ws(' ', 'ALTER TABLE', b.identity, 'ALTER COLUMN',
            quote_ident(a.attname), 'SET NOT NULL') END,
          (SELECT concat_ws(' ', 'ALTER TABLE', b.identity, 'ALTER COLUMN', quote_ident(a.attname),
            'SET STORAGE', CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external'
              WHEN 'm' THEN 'main' ELSE 'extended' END)
            FROM pg_type t WHERE t.oid = a.atttypid AND a.attstorage <> t.typstorage),
          \(compression),
          CASE WHEN a.attstattarget >= 0 THEN concat_ws(' ', 'ALTER TABLE', b.identity,
            'ALTER COLUMN', quote_ident(a.attname), 'SET STATISTICS', a.attstattarget) END], NULL)
      FROM base b JOIN pg_attribute a ON a.attrelid = b.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      """
  }

  /// A reference to a partitioned table has one more part for each partition that is referred to: it says less than
  /// what it is a part of.
  private static let constraints = """
    SELECT CASE
        WHEN c.conparentid <> 0 AND c.confrelid <> (SELECT p.confrelid FROM pg_constraint p
          WHERE p.oid = c.conparentid) THEN 'inner reference'
        WHEN c.conparentid <> 0 OR (c.coninhcount > 0 AND NOT c.conislocal) THEN 'inner constraint'
        ELSE 'constraint' END,
      coalesce(b.identity, k.identity) || '.' || quote_ident(c.conname),
      b.identity,
      ARRAY(SELECT f.identity FROM base f WHERE f.oid = c.confrelid AND c.confrelid <> c.conrelid),
      pg_get_constraintdef(c.oid)
    FROM pg_constraint c LEFT JOIN base b ON b.oid = c.conrelid
    LEFT JOIN kind k ON k.oid = c.contypid
    WHERE (b.oid IS NOT NULL OR k.oid IS NOT NULL) AND c.contype IN ('p', 'u', 'f', 'c', 'x')
    """

  /// Those of constraints are the constraints' own.
  private static let indexes = """
    SELECT CASE WHEN (SELECT relispartition FROM pg_class x WHERE x.oid = i.indexrelid)
        THEN 'inner index' ELSE 'index' END,
      r.identity, coalesce(b.identity,
        (SELECT m.identity FROM relation m WHERE m.oid = i.indrelid)),
      CASE WHEN b.oid IS NULL THEN ARRAY(SELECT m.identity FROM relation m
        WHERE m.oid = i.indrelid) END,
      pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' invalid' END
        || CASE WHEN i.indisclustered THEN ' clustered' ELSE '' END
        || coalesce((SELECT ' statistics ' || string_agg(a.attnum || '=' || a.attstattarget, ', '
            ORDER BY a.attnum)
          FROM pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0), '')
    FROM pg_index i JOIN relation r ON r.oid = i.indexrelid
    LEFT JOIN base b ON b.oid = i.indrelid
    WHERE NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid
      AND c.contype IN ('p', 'u', 'x'))
    """

  private static let sequences = """
    SELECT 'sequence', r.identity, b.identity, NULL,
      concat_ws(' ', format_type(s.seqtypid, NULL), 'start', s.seqstart, 'increment',
        s.seqincrement, 'from', s.seqmin, 'to', s.seqmax, 'cache', s.seqcache,
        CASE WHEN s.seqcycle THEN 'cycle' END, 'owner', quote_ident(pg_get_userbyid(c.relowner)),
        'owned by ' || b.identity || '.' || quote_ident(a.attname))
    FROM relation r JOIN pg_class c ON c.oid = r.oid JOIN pg_sequence s ON s.seqrelid = r.oid
    LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
      AND d.deptype IN ('a', 'i') AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
    LEFT JOIN base b ON b.oid = d.refobjid
    LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    """

  private static let views = """
    SELECT 'view', r.identity, NULL,
      ARRAY(SELECT DISTINCT b.identity FROM pg_rewrite w JOIN pg_depend d
          ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
          AND d.refclassid = 'pg_class'::regclass
        JOIN relation b ON b.oid = d.refobjid AND b.oid <> r.oid
        WHERE w.ev_class = r.oid ORDER BY 1),
      concat_ws(' ', CASE c.relkind WHEN 'm' THEN 'materialized' END,
        'owner ' || quote_ident(pg_get_userbyid(c.relowner)),
        'with ' || array_to_string(c.reloptions, ', '), 'as', pg_get_viewdef(r.oid))
    FROM relation r JOIN pg_class c ON c.oid = r.oid WHERE c.relkind IN ('v', 'm')
    """

  private static let routines = """
    SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
      r.identity, NULL, NULL,
      'owner ' || quote_ident(pg_get_userbyid(p.proowner)) || ' '
        || CASE WHEN p.prokind = 'a' THEN (SELECT concat_ws(' ', 'returns',
            format_type(p.prorettype, NULL), 'by', g.aggtransfn::regproc, g.aggfinalfn::regproc,
            'state', format_type(g.aggtranstype, NULL), 'from', g.agginitval)
          FROM pg_aggregate g WHERE g.aggfnoid = p.oid)
        ELSE pg_get_functiondef(p.oid) END
    FROM routine r JOIN pg_proc p ON p.oid = r.oid
    """

  private static let types = """
    SELECT CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, k.identity, NULL, NULL,
      'owner ' || quote_ident(pg_get_userbyid(t.typowner)) || ' '
        || CASE t.typtype
          WHEN 'e' THEN 'enum (' || (SELECT string_agg(quote_literal(enumlabel), ', '
            ORDER BY enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid) || ')'
          WHEN 'd' THEN concat_ws(' ', format_type(t.typbasetype, t.typtypmod),
            CASE WHEN t.typnotnull THEN 'NOT NULL' END, 'DEFAULT ' || t.typdefault)
          WHEN 'r' THEN (SELECT 'range of ' || format_type(g.rngsubtype, NULL) FROM pg_range g
            WHERE g.rngtypid = t.oid)
          ELSE '(' || (SELECT string_agg(quote_ident(attname) || ' '
            || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute a
            WHERE a.attrelid = t.typrelid AND attnum > 0 AND NOT attisdropped) || ')' END
    FROM kind k JOIN pg_type t ON t.oid = k.oid
    """

  /// The comment of an extension's member is the extension's.
  private static let comments = """
    SELECT 'comment', o.type || ' ' || o.identity,
      coalesce((SELECT b.identity FROM base b WHERE b.oid = x.table_oid), NULL), NULL, x.description
    FROM (
      SELECT d.classoid, d.objoid, d.objsubid, d.description,
        CASE d.classoid
          WHEN 'pg_class'::regclass THEN coalesce(
            (SELECT indrelid FROM pg_index i WHERE i.indexrelid = d.objoid), d.objoid)
          WHEN 'pg_constraint'::regclass THEN
            (SELECT conrelid FROM pg_constraint c WHERE c.oid = d.objoid)
          WHEN 'pg_trigger'::regclass THEN
            (SELECT tgrelid FROM pg_trigger t WHERE t.oid = d.objoid)
          WHEN 'pg_policy'::regclass THEN
            (SELECT polrelid FROM pg_policy p WHERE p.oid = d.objoid)
          WHEN 'pg_statistic_ext'::regclass THEN
            (SELECT stxrelid FROM pg_statistic_ext s WHERE s.oid = d.objoid) END AS table_oid
      FROM pg_description d
      WHERE d.classoid IN ('pg_class'::regclass, 'pg_constraint'::regclass,
          'pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_statistic_ext'::regclass,
          'pg_proc'::regclass, 'pg_type'::regclass, 'pg_namespace'::regclass,
          'pg_rewrite'::regclass, 'pg_event_trigger'::regclass)
        AND (d.classoid, d.objoid) NOT IN (SELECT classid, objid FROM member)) AS x,
      pg_identify_object(x.classoid, x.objoid, x.objsubid) AS o
    WHERE x.objoid >= 16384 OR (x.classoid = 'pg_namespace'::regclass AND x.objoid = 2200
      AND x.description <> 'standard public schema')
    """
}
