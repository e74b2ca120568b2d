-- Who may do what with the ten tables, for the roles that this database has: the application's
-- (auth_app) and one that may only read (auth_reader). A table whose privileges somebody has set
-- already is left as it is, so only tables that were just made get them.
DO $access$
DECLARE
    untouched regclass[] := ARRAY(
        SELECT relation.oid::regclass
        FROM pg_catalog.pg_class AS relation
        WHERE relation.relnamespace = 'public'::regnamespace
            AND relation.relkind = 'r'
            AND relation.relacl IS NULL);
    wanted record;
BEGIN
    FOR wanted IN
        SELECT untouched.relation, rights.role, rights.privileges
        FROM (VALUES
            ('user', 'auth_app', 'SELECT, INSERT, UPDATE, DELETE'),
            ('session', 'auth_app', 'SELECT, INSERT, UPDATE, DELETE'),
            ('account', 'auth_app', 'SELECT, INSERT, UPDATE, DELETE'),
            ('verification', 'auth_app', 'SELECT, INSERT, UPDATE, DELETE'),
            ('accounts', 'auth_app', 'SELECT'),
            ('sessions', 'auth_app', 'SELECT'),
            ('verification_tokens', 'auth_app', 'SELECT'),
            ('pinned_stocks', 'auth_app', 'SELECT, INSERT, UPDATE, DELETE'),
            ('user_api_keys', 'auth_app', 'SELECT, INSERT, UPDATE, DELETE'),
            ('openai_usage', 'auth_app', 'SELECT, INSERT'),
            ('user', 'auth_reader', 'SELECT (id, name, "createdAt")'),
            ('session', 'auth_reader', 'SELECT (id, "userId", "createdAt", "expiresAt")'),
            ('pinned_stocks', 'auth_reader', 'SELECT'),
            ('user_api_keys', 'auth_reader', 'SELECT (id, user_id, provider, is_active)'),
            ('openai_usage', 'auth_reader', 'SELECT')
        ) AS rights (name, role, privileges)
        JOIN unnest(untouched) AS untouched (relation)
            ON untouched.relation = to_regclass(format('public.%I', rights.name))
        WHERE to_regrole(rights.role) IS NOT NULL
    LOOP
        EXECUTE format('GRANT %s ON %s TO %I', wanted.privileges, wanted.relation, wanted.role);
    END LOOP;
    FOR wanted IN
        SELECT untouched.relation, sequences.name AS sequence
        FROM (VALUES
            ('pinned_stocks', 'pinned_stocks_id_seq'),
            ('user_api_keys', 'user_api_keys_id_seq'),
            ('openai_usage', 'openai_usage_id_seq')
        ) AS sequences (table_name, name)
        JOIN unnest(untouched) AS untouched (relation)
            ON untouched.relation = to_regclass(format('public.%I', sequences.table_name))
        WHERE to_regrole('auth_app') IS NOT NULL
    LOOP
        EXECUTE format('GRANT USAGE ON SEQUENCE public.%I TO auth_app', wanted.sequence);
    END LOOP;
    FOR wanted IN
        SELECT untouched.relation, policies.name
        FROM (VALUES
            ('session', 'session_of_the_application'),
            ('user_api_keys', 'user_api_keys_of_the_application')
        ) AS policies (table_name, name)
        JOIN unnest(untouched) AS untouched (relation)
            ON untouched.relation = to_regclass(format('public.%I', policies.table_name))
        WHERE to_regrole('auth_app') IS NOT NULL
            AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_policy AS policy
                WHERE policy.polrelid = untouched.relation AND policy.polname = policies.name)
    LOOP
        EXECUTE format(
            'CREATE POLICY %I ON %s TO auth_app USING (true)', wanted.name, wanted.relation);
    END LOOP;
END
$access$;
