/// A schema that has something of one's own for all that PostgreSQL has in `pg_catalog`.
///
/// Its functions and operators are errors whose message begins with `evil`, its relations are empty, its
/// types refuse every value: a question that finds anything there fails, or is answered falsely.
enum HostileSchema {
  /// As a connection's `search_path`.
  static let path = "evil,pg_catalog,public"

  static let sql = """
    CREATE SCHEMA evil;
    DO $make$
    DECLARE one record;
    BEGIN
      FOR one IN SELECT format('CREATE FUNCTION evil.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L',
          proname, pg_get_function_identity_arguments(oid), pg_get_function_result(oid),
          format('BEGIN RAISE EXCEPTION ''evil.%%'', %L; END', proname)) AS text
        FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind IN ('f', 'a')
      LOOP
        BEGIN EXECUTE one.text; EXCEPTION WHEN OTHERS THEN NULL; END;
      END LOOP;
      FOR one IN SELECT format('CREATE OPERATOR evil.%s (FUNCTION = evil.%I, %s RIGHTARG = %s)',
          oprname, p.proname,
          CASE WHEN oprkind = 'b' THEN format('LEFTARG = %s,', format_type(oprleft, NULL)) END,
          format_type(oprright, NULL)) AS text
        FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode
        WHERE oprnamespace = 'pg_catalog'::regnamespace
      LOOP
        BEGIN EXECUTE one.text; EXCEPTION WHEN OTHERS THEN NULL; END;
      END LOOP;
      FOR one IN SELECT format('CREATE VIEW evil.%1$I AS SELECT * FROM pg_catalog.%1$I WHERE false',
          relname) AS text
        FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v')
      LOOP
        BEGIN EXECUTE one.text; EXCEPTION WHEN OTHERS THEN NULL; END;
      END LOOP;
      FOR one IN SELECT format('CREATE DOMAIN evil.%I AS pg_catalog.int2 CHECK (false)', typname)
            AS text
        FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype = 'b'
          AND typelem = 0
      LOOP
        BEGIN EXECUTE one.text; EXCEPTION WHEN OTHERS THEN NULL; END;
      END LOOP;
    END $make$;
    CREATE FUNCTION evil.place() RETURNS pg_catalog.text LANGUAGE sql
      RETURN 'the session''s own'::pg_catalog.text;
    """

  /// How much of each sort there is.
  static let count = """
    SELECT (SELECT count(*) FROM pg_proc WHERE pronamespace = 'evil'::regnamespace) > 2000
      AND (SELECT count(*) FROM pg_operator WHERE oprnamespace = 'evil'::regnamespace) > 600
      AND (SELECT count(*) FROM pg_class WHERE relnamespace = 'evil'::regnamespace) > 100
      AND (SELECT count(*) FROM pg_type WHERE typnamespace = 'evil'::regnamespace
        AND typtype = 'd') > 50
    """
}
