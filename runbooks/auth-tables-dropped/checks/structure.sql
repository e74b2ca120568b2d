-- How the tables that were missing differ from what the files in ddl/ make: no row where they do not.
-- A column's definition starts with its place. Names are compared without their schema. What is about
-- a role is expected only where the role exists.
WITH for_everybody (table_name, kind, name, definition) AS (
    VALUES
        ('user', 'column', 'id', '1: text NOT NULL'),
        ('user', 'column', 'name', '2: text NOT NULL'),
        ('user', 'column', 'email', '3: text NOT NULL'),
        ('user', 'column', 'emailVerified', '4: boolean NOT NULL'),
        ('user', 'column', 'image', '5: text'),
        ('user', 'column', 'createdAt', '6: timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP'),
        ('user', 'column', 'updatedAt', '7: timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP'),
        ('user', 'constraint', 'user_email_key', 'UNIQUE (email)'),
        ('user', 'constraint', 'user_pkey', 'PRIMARY KEY (id)'),
        ('user', 'index', 'user_email_key', 'CREATE UNIQUE INDEX user_email_key ON "user" USING btree (email)'),
        ('user', 'index', 'user_email_lower_idx', 'CREATE INDEX user_email_lower_idx ON "user" USING btree (lower(email))'),
        ('user', 'index', 'user_pkey', 'CREATE UNIQUE INDEX user_pkey ON "user" USING btree (id)'),
        ('user', 'trigger', 'user_touch', 'CREATE TRIGGER user_touch BEFORE UPDATE ON "user" FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION auth_touch()'),
        ('user', 'comment', 'column emailVerified', 'Whether a link in a mail was followed'),
        ('user', 'comment', 'constraint user_email_key', 'One person an address'),
        ('user', 'comment', 'table', 'Better Auth: who can sign in. Not the backend''s table users'),
        ('session', 'column', 'id', '1: text NOT NULL'),
        ('session', 'column', 'expiresAt', '2: timestamp with time zone NOT NULL'),
        ('session', 'column', 'token', '3: text NOT NULL'),
        ('session', 'column', 'createdAt', '4: timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP'),
        ('session', 'column', 'updatedAt', '5: timestamp with time zone NOT NULL'),
        ('session', 'column', 'ipAddress', '6: text'),
        ('session', 'column', 'userAgent', '7: text'),
        ('session', 'column', 'userId', '8: text NOT NULL'),
        ('session', 'constraint', 'session_pkey', 'PRIMARY KEY (id)'),
        ('session', 'constraint', 'session_token_key', 'UNIQUE (token)'),
        ('session', 'constraint', 'session_userId_fkey', 'FOREIGN KEY ("userId") REFERENCES "user"(id) ON DELETE CASCADE'),
        ('session', 'index', 'session_expiresAt_idx', 'CREATE INDEX "session_expiresAt_idx" ON session USING btree ("expiresAt")'),
        ('session', 'index', 'session_pkey', 'CREATE UNIQUE INDEX session_pkey ON session USING btree (id)'),
        ('session', 'index', 'session_token_key', 'CREATE UNIQUE INDEX session_token_key ON session USING btree (token)'),
        ('session', 'index', 'session_userId_idx', 'CREATE INDEX "session_userId_idx" ON session USING btree ("userId")'),
        ('session', 'trigger', 'session_touch', 'CREATE TRIGGER session_touch BEFORE UPDATE ON session FOR EACH ROW EXECUTE FUNCTION auth_touch()'),
        ('session', 'statistics', 'session_user_and_address', 'CREATE STATISTICS session_user_and_address (ndistinct, dependencies) ON "ipAddress", "userId" FROM session'),
        ('session', 'row security', 'session', 'enabled'),
        ('session', 'policy', 'session_of_the_user', 'r to public using ("userId" = current_setting(''app.user_id''::text, true))'),
        ('session', 'replica identity', 'session', 'session_token_key'),
        ('session', 'column setting', 'userAgent', 'storage e, statistics -1'),
        ('session', 'column setting', 'userId', 'storage x, statistics 500'),
        ('session', 'comment', 'column token', 'What the cookie holds; a secret'),
        ('session', 'comment', 'index session_expiresAt_idx', 'For the clean-up of sessions that have ended'),
        ('session', 'comment', 'table', 'Better Auth: one row a signed-in browser'),
        ('account', 'column', 'id', '1: text NOT NULL'),
        ('account', 'column', 'accountId', '2: text NOT NULL'),
        ('account', 'column', 'providerId', '3: text NOT NULL'),
        ('account', 'column', 'userId', '4: text NOT NULL'),
        ('account', 'column', 'accessToken', '5: text'),
        ('account', 'column', 'refreshToken', '6: text'),
        ('account', 'column', 'idToken', '7: text'),
        ('account', 'column', 'accessTokenExpiresAt', '8: timestamp with time zone'),
        ('account', 'column', 'refreshTokenExpiresAt', '9: timestamp with time zone'),
        ('account', 'column', 'scope', '10: text'),
        ('account', 'column', 'password', '11: text'),
        ('account', 'column', 'createdAt', '12: timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP'),
        ('account', 'column', 'updatedAt', '13: timestamp with time zone NOT NULL'),
        ('account', 'constraint', 'account_pkey', 'PRIMARY KEY (id)'),
        ('account', 'constraint', 'account_userId_fkey', 'FOREIGN KEY ("userId") REFERENCES "user"(id) ON DELETE CASCADE'),
        ('account', 'index', 'account_pkey', 'CREATE UNIQUE INDEX account_pkey ON account USING btree (id)'),
        ('account', 'index', 'account_provider_idx', 'CREATE UNIQUE INDEX account_provider_idx ON account USING btree ("providerId", "accountId")'),
        ('account', 'index', 'account_userId_idx', 'CREATE INDEX "account_userId_idx" ON account USING btree ("userId")'),
        ('account', 'trigger', 'account_touch', 'CREATE TRIGGER account_touch BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION auth_touch()'),
        ('account', 'comment', 'column password', 'A hash, for the provider "credential" alone'),
        ('account', 'comment', 'table', 'Better Auth: by which provider a user signs in'),
        ('verification', 'column', 'id', '1: text NOT NULL'),
        ('verification', 'column', 'identifier', '2: text NOT NULL'),
        ('verification', 'column', 'value', '3: text NOT NULL'),
        ('verification', 'column', 'expiresAt', '4: timestamp with time zone NOT NULL'),
        ('verification', 'column', 'createdAt', '5: timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP'),
        ('verification', 'column', 'updatedAt', '6: timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP'),
        ('verification', 'constraint', 'verification_pkey', 'PRIMARY KEY (id)'),
        ('verification', 'index', 'verification_identifier_idx', 'CREATE INDEX verification_identifier_idx ON verification USING btree (identifier)'),
        ('verification', 'index', 'verification_pkey', 'CREATE UNIQUE INDEX verification_pkey ON verification USING btree (id)'),
        ('verification', 'trigger', 'verification_touch', 'CREATE TRIGGER verification_touch BEFORE UPDATE ON verification FOR EACH ROW EXECUTE FUNCTION auth_touch()'),
        ('verification', 'comment', 'table', 'Better Auth: what waits for somebody to follow a link'),
        ('accounts', 'column', 'id', '1: integer NOT NULL DEFAULT nextval(''accounts_id_seq''::regclass)'),
        ('accounts', 'column', 'userId', '2: text NOT NULL'),
        ('accounts', 'column', 'type', '3: character varying(255) NOT NULL'),
        ('accounts', 'column', 'provider', '4: character varying(255) NOT NULL'),
        ('accounts', 'column', 'providerAccountId', '5: character varying(255) NOT NULL'),
        ('accounts', 'column', 'refresh_token', '6: text'),
        ('accounts', 'column', 'access_token', '7: text'),
        ('accounts', 'column', 'expires_at', '8: bigint'),
        ('accounts', 'column', 'id_token', '9: text'),
        ('accounts', 'column', 'scope', '10: text'),
        ('accounts', 'column', 'session_state', '11: text'),
        ('accounts', 'column', 'token_type', '12: text'),
        ('accounts', 'constraint', 'accounts_pkey', 'PRIMARY KEY (id)'),
        ('accounts', 'constraint', 'accounts_provider_key', 'UNIQUE (provider, "providerAccountId")'),
        ('accounts', 'constraint', 'accounts_userId_fkey', 'FOREIGN KEY ("userId") REFERENCES "user"(id) ON DELETE CASCADE'),
        ('accounts', 'index', 'accounts_expires_at_idx', 'CREATE INDEX accounts_expires_at_idx ON accounts USING btree (expires_at) WHERE (expires_at IS NOT NULL)'),
        ('accounts', 'index', 'accounts_pkey', 'CREATE UNIQUE INDEX accounts_pkey ON accounts USING btree (id)'),
        ('accounts', 'index', 'accounts_provider_key', 'CREATE UNIQUE INDEX accounts_provider_key ON accounts USING btree (provider, "providerAccountId")'),
        ('accounts', 'index', 'accounts_userId_idx', 'CREATE INDEX "accounts_userId_idx" ON accounts USING btree ("userId")'),
        ('accounts', 'sequence', 'accounts_id_seq', 'integer owned by id'),
        ('accounts', 'comment', 'table', 'Of the sign-in library before Better Auth; only read'),
        ('sessions', 'column', 'id', '1: integer NOT NULL DEFAULT nextval(''sessions_id_seq''::regclass)'),
        ('sessions', 'column', 'userId', '2: text NOT NULL'),
        ('sessions', 'column', 'expires', '3: timestamp with time zone NOT NULL'),
        ('sessions', 'column', 'sessionToken', '4: character varying(255) NOT NULL'),
        ('sessions', 'constraint', 'sessions_pkey', 'PRIMARY KEY (id)'),
        ('sessions', 'constraint', 'sessions_sessionToken_key', 'UNIQUE ("sessionToken")'),
        ('sessions', 'constraint', 'sessions_userId_fkey', 'FOREIGN KEY ("userId") REFERENCES "user"(id) ON DELETE CASCADE'),
        ('sessions', 'index', 'sessions_pkey', 'CREATE UNIQUE INDEX sessions_pkey ON sessions USING btree (id)'),
        ('sessions', 'index', 'sessions_sessionToken_key', 'CREATE UNIQUE INDEX "sessions_sessionToken_key" ON sessions USING btree ("sessionToken")'),
        ('sessions', 'index', 'sessions_userId_idx', 'CREATE INDEX "sessions_userId_idx" ON sessions USING btree ("userId")'),
        ('sessions', 'sequence', 'sessions_id_seq', 'integer owned by id'),
        ('sessions', 'comment', 'table', 'Of the sign-in library before Better Auth; only read'),
        ('verification_tokens', 'column', 'identifier', '1: text NOT NULL'),
        ('verification_tokens', 'column', 'token', '2: text NOT NULL'),
        ('verification_tokens', 'column', 'expires', '3: timestamp with time zone NOT NULL'),
        ('verification_tokens', 'constraint', 'verification_tokens_pkey', 'PRIMARY KEY (identifier, token)'),
        ('verification_tokens', 'constraint', 'verification_tokens_token_key', 'UNIQUE (token)'),
        ('verification_tokens', 'index', 'verification_tokens_pkey', 'CREATE UNIQUE INDEX verification_tokens_pkey ON verification_tokens USING btree (identifier, token)'),
        ('verification_tokens', 'index', 'verification_tokens_token_key', 'CREATE UNIQUE INDEX verification_tokens_token_key ON verification_tokens USING btree (token)'),
        ('verification_tokens', 'replica identity', 'verification_tokens', 'full'),
        ('pinned_stocks', 'column', 'id', '1: integer NOT NULL DEFAULT nextval(''pinned_stocks_id_seq''::regclass)'),
        ('pinned_stocks', 'column', 'user_id', '2: text NOT NULL'),
        ('pinned_stocks', 'column', 'symbol', '3: stock_symbol NOT NULL'),
        ('pinned_stocks', 'column', 'position', '4: integer NOT NULL DEFAULT 0'),
        ('pinned_stocks', 'column', 'pinned_at', '5: timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP'),
        ('pinned_stocks', 'constraint', 'pinned_stocks_pkey', 'PRIMARY KEY (id)'),
        ('pinned_stocks', 'constraint', 'pinned_stocks_user_id_fkey', 'FOREIGN KEY (user_id) REFERENCES "user"(id) ON DELETE CASCADE'),
        ('pinned_stocks', 'constraint', 'pinned_stocks_user_id_symbol_key', 'UNIQUE (user_id, symbol)'),
        ('pinned_stocks', 'index', 'pinned_stocks_pkey', 'CREATE UNIQUE INDEX pinned_stocks_pkey ON pinned_stocks USING btree (id)'),
        ('pinned_stocks', 'index', 'pinned_stocks_user_id_position_idx', 'CREATE INDEX pinned_stocks_user_id_position_idx ON pinned_stocks USING btree (user_id, "position")'),
        ('pinned_stocks', 'index', 'pinned_stocks_user_id_symbol_key', 'CREATE UNIQUE INDEX pinned_stocks_user_id_symbol_key ON pinned_stocks USING btree (user_id, symbol)'),
        ('pinned_stocks', 'sequence', 'pinned_stocks_id_seq', 'integer owned by id'),
        ('pinned_stocks', 'comment', 'column position', 'The user''s own order, from 0'),
        ('user_api_keys', 'column', 'id', '1: integer NOT NULL DEFAULT nextval(''user_api_keys_id_seq''::regclass)'),
        ('user_api_keys', 'column', 'user_id', '2: text NOT NULL'),
        ('user_api_keys', 'column', 'provider', '3: api_provider NOT NULL DEFAULT ''openai''::api_provider'),
        ('user_api_keys', 'column', 'encrypted_key', '4: text NOT NULL'),
        ('user_api_keys', 'column', 'last_four', '5: character varying(4) NOT NULL'),
        ('user_api_keys', 'column', 'is_active', '6: boolean NOT NULL DEFAULT true'),
        ('user_api_keys', 'column', 'created_at', '7: timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP'),
        ('user_api_keys', 'column', 'updated_at', '8: timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP'),
        ('user_api_keys', 'constraint', 'user_api_keys_last_four_check', 'CHECK ((length((last_four)::text) = 4))'),
        ('user_api_keys', 'constraint', 'user_api_keys_pkey', 'PRIMARY KEY (id)'),
        ('user_api_keys', 'constraint', 'user_api_keys_user_id_fkey', 'FOREIGN KEY (user_id) REFERENCES "user"(id) ON DELETE CASCADE'),
        ('user_api_keys', 'constraint', 'user_api_keys_user_id_provider_key', 'UNIQUE (user_id, provider)'),
        ('user_api_keys', 'index', 'user_api_keys_active_idx', 'CREATE INDEX user_api_keys_active_idx ON user_api_keys USING btree (user_id) WHERE is_active'),
        ('user_api_keys', 'index', 'user_api_keys_pkey', 'CREATE UNIQUE INDEX user_api_keys_pkey ON user_api_keys USING btree (id)'),
        ('user_api_keys', 'index', 'user_api_keys_user_id_provider_key', 'CREATE UNIQUE INDEX user_api_keys_user_id_provider_key ON user_api_keys USING btree (user_id, provider)'),
        ('user_api_keys', 'sequence', 'user_api_keys_id_seq', 'integer owned by id'),
        ('user_api_keys', 'trigger', 'user_api_keys_touch', 'CREATE TRIGGER user_api_keys_touch BEFORE UPDATE ON user_api_keys FOR EACH ROW EXECUTE FUNCTION touch_updated_at()'),
        ('user_api_keys', 'row security', 'user_api_keys', 'enabled'),
        ('user_api_keys', 'policy', 'user_api_keys_of_the_user', '* to public using (user_id = current_setting(''app.user_id''::text, true)) check (user_id = current_setting(''app.user_id''::text, true))'),
        ('user_api_keys', 'column setting', 'encrypted_key', 'storage e, statistics -1'),
        ('user_api_keys', 'comment', 'constraint user_api_keys_user_id_provider_key', 'One key a user and provider'),
        ('user_api_keys', 'comment', 'table', 'Users'' own API keys, encrypted by the application'),
        ('openai_usage', 'column', 'id', '1: bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY'),
        ('openai_usage', 'column', 'user_id', '2: text NOT NULL'),
        ('openai_usage', 'column', 'model', '3: character varying(64) NOT NULL'),
        ('openai_usage', 'column', 'prompt_tokens', '4: integer NOT NULL DEFAULT 0'),
        ('openai_usage', 'column', 'completion_tokens', '5: integer NOT NULL DEFAULT 0'),
        ('openai_usage', 'column', 'cost_usd', '6: numeric(12,6) NOT NULL DEFAULT 0'),
        ('openai_usage', 'column', 'created_at', '7: timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP'),
        ('openai_usage', 'constraint', 'openai_usage_pkey', 'PRIMARY KEY (id)'),
        ('openai_usage', 'constraint', 'openai_usage_tokens_check', 'CHECK (((prompt_tokens >= 0) AND (completion_tokens >= 0)))'),
        ('openai_usage', 'constraint', 'openai_usage_user_id_fkey', 'FOREIGN KEY (user_id) REFERENCES "user"(id) ON DELETE CASCADE'),
        ('openai_usage', 'index', 'openai_usage_pkey', 'CREATE UNIQUE INDEX openai_usage_pkey ON openai_usage USING btree (id)'),
        ('openai_usage', 'index', 'openai_usage_user_id_created_at_idx', 'CREATE INDEX openai_usage_user_id_created_at_idx ON openai_usage USING btree (user_id, created_at DESC)'),
        ('openai_usage', 'sequence', 'openai_usage_id_seq', 'bigint owned by id'),
        ('openai_usage', 'statistics', 'openai_usage_user_and_model', 'CREATE STATISTICS openai_usage_user_and_model (ndistinct, mcv) ON user_id, model FROM openai_usage'),
        ('openai_usage', 'setting', 'openai_usage', 'autovacuum_vacuum_scale_factor=0.05'),
        ('openai_usage', 'comment', 'table', 'What each user''s requests to OpenAI cost')
),
for_a_role (role, table_name, kind, name, definition) AS (
    VALUES
        ('auth_app', 'user', 'grant', 'auth_app', 'DELETE, INSERT, SELECT, UPDATE'),
        ('auth_reader', 'user', 'column grant', 'auth_reader', 'SELECT id, SELECT name, SELECT createdAt'),
        ('auth_app', 'session', 'policy', 'session_of_the_application', '* to auth_app using true'),
        ('auth_app', 'session', 'grant', 'auth_app', 'DELETE, INSERT, SELECT, UPDATE'),
        ('auth_reader', 'session', 'column grant', 'auth_reader', 'SELECT id, SELECT expiresAt, SELECT createdAt, SELECT userId'),
        ('auth_app', 'account', 'grant', 'auth_app', 'DELETE, INSERT, SELECT, UPDATE'),
        ('auth_app', 'verification', 'grant', 'auth_app', 'DELETE, INSERT, SELECT, UPDATE'),
        ('auth_app', 'accounts', 'grant', 'auth_app', 'SELECT'),
        ('auth_app', 'sessions', 'grant', 'auth_app', 'SELECT'),
        ('auth_app', 'verification_tokens', 'grant', 'auth_app', 'SELECT'),
        ('auth_app', 'pinned_stocks', 'grant', 'auth_app', 'DELETE, INSERT, SELECT, UPDATE'),
        ('auth_reader', 'pinned_stocks', 'grant', 'auth_reader', 'SELECT'),
        ('auth_app', 'user_api_keys', 'policy', 'user_api_keys_of_the_application', '* to auth_app using true'),
        ('auth_app', 'user_api_keys', 'grant', 'auth_app', 'DELETE, INSERT, SELECT, UPDATE'),
        ('auth_reader', 'user_api_keys', 'column grant', 'auth_reader', 'SELECT id, SELECT user_id, SELECT provider, SELECT is_active'),
        ('auth_app', 'openai_usage', 'grant', 'auth_app', 'INSERT, SELECT'),
        ('auth_reader', 'openai_usage', 'grant', 'auth_reader', 'SELECT')
),
expected AS (
    SELECT table_name, kind, name, definition FROM for_everybody
    UNION ALL
    SELECT table_name, kind, name, definition FROM for_a_role WHERE to_regrole(role) IS NOT NULL
),
relations AS (
    SELECT relation.oid, relation.relname, relation.relrowsecurity, relation.relforcerowsecurity,
        relation.relreplident, relation.reloptions, relation.relacl
    FROM pg_catalog.pg_class AS relation
    JOIN pg_catalog.pg_namespace AS schema ON schema.oid = relation.relnamespace
    WHERE schema.nspname = 'public'
        AND relation.relkind IN ('r', 'p')
        AND relation.relname IN (
            'user', 'session', 'account', 'verification', 'accounts', 'sessions',
            'verification_tokens', 'pinned_stocks', 'user_api_keys', 'openai_usage')
),
actual AS (
    SELECT relation.relname::text AS table_name, 'column' AS kind, attribute.attname::text AS name,
        -- Places are counted without dropped columns, as dumps do.
        row_number() OVER (PARTITION BY relation.oid ORDER BY attribute.attnum) || ': '
            || pg_catalog.format_type(attribute.atttypid, attribute.atttypmod)
            || CASE WHEN attribute.attnotnull THEN ' NOT NULL' ELSE '' END
            || CASE attribute.attidentity
                WHEN 'a' THEN ' GENERATED ALWAYS AS IDENTITY'
                WHEN 'd' THEN ' GENERATED BY DEFAULT AS IDENTITY'
                ELSE '' END
            || coalesce(' DEFAULT ' || pg_catalog.pg_get_expr(fallback.adbin, fallback.adrelid), '')
            AS definition
    FROM relations AS relation
    JOIN pg_catalog.pg_attribute AS attribute
        ON attribute.attrelid = relation.oid AND attribute.attnum > 0 AND NOT attribute.attisdropped
    LEFT JOIN pg_catalog.pg_attrdef AS fallback
        ON fallback.adrelid = attribute.attrelid AND fallback.adnum = attribute.attnum
    UNION ALL
    SELECT relation.relname::text, 'constraint', link.conname::text,
        pg_catalog.pg_get_constraintdef(link.oid)
    FROM relations AS relation
    JOIN pg_catalog.pg_constraint AS link
        ON link.conrelid = relation.oid AND link.contype IN ('p', 'u', 'f', 'c', 'x')
    UNION ALL
    SELECT relation.relname::text, 'index', key.relname::text, pg_catalog.pg_get_indexdef(key.oid)
    FROM relations AS relation
    JOIN pg_catalog.pg_index AS link ON link.indrelid = relation.oid
    JOIN pg_catalog.pg_class AS key ON key.oid = link.indexrelid
    UNION ALL
    SELECT relation.relname::text, 'sequence', sequence.relname::text,
        pg_catalog.format_type(numbers.seqtypid, NULL) || ' owned by ' || attribute.attname
    FROM relations AS relation
    JOIN pg_catalog.pg_depend AS link
        ON link.refobjid = relation.oid
        AND link.refclassid = 'pg_catalog.pg_class'::regclass
        AND link.classid = 'pg_catalog.pg_class'::regclass
        AND link.deptype IN ('a', 'i')
    JOIN pg_catalog.pg_class AS sequence ON sequence.oid = link.objid AND sequence.relkind = 'S'
    JOIN pg_catalog.pg_sequence AS numbers ON numbers.seqrelid = sequence.oid
    JOIN pg_catalog.pg_attribute AS attribute
        ON attribute.attrelid = relation.oid AND attribute.attnum = link.refobjsubid
    UNION ALL
    SELECT relation.relname::text, 'trigger', reaction.tgname::text,
        pg_catalog.pg_get_triggerdef(reaction.oid)
            || CASE reaction.tgenabled WHEN 'O' THEN '' ELSE ' (not enabled as usual)' END
    FROM relations AS relation
    JOIN pg_catalog.pg_trigger AS reaction
        ON reaction.tgrelid = relation.oid AND NOT reaction.tgisinternal
    UNION ALL
    SELECT relation.relname::text, 'row security', relation.relname::text,
        CASE WHEN relation.relforcerowsecurity THEN 'forced' ELSE 'enabled' END
    FROM relations AS relation
    WHERE relation.relrowsecurity
    UNION ALL
    SELECT relation.relname::text, 'policy', policy.polname::text,
        policy.polcmd::text
            || CASE WHEN policy.polpermissive THEN '' ELSE ' restrictive' END
            || ' to ' || coalesce((
                SELECT string_agg(coalesce(role.rolname::text, 'public'), ', ' ORDER BY role.rolname)
                FROM unnest(policy.polroles) AS member (oid)
                LEFT JOIN pg_catalog.pg_roles AS role ON role.oid = member.oid), 'nobody')
            || coalesce(' using ' || pg_catalog.pg_get_expr(policy.polqual, policy.polrelid), '')
            || coalesce(' check ' || pg_catalog.pg_get_expr(policy.polwithcheck, policy.polrelid), '')
    FROM relations AS relation
    JOIN pg_catalog.pg_policy AS policy ON policy.polrelid = relation.oid
    UNION ALL
    SELECT relation.relname::text, 'replica identity', relation.relname::text,
        CASE relation.relreplident
            WHEN 'f' THEN 'full'
            WHEN 'n' THEN 'nothing'
            ELSE (
                SELECT key.relname::text
                FROM pg_catalog.pg_index AS link
                JOIN pg_catalog.pg_class AS key ON key.oid = link.indexrelid
                WHERE link.indrelid = relation.oid AND link.indisreplident)
        END
    FROM relations AS relation
    WHERE relation.relreplident <> 'd'
    UNION ALL
    SELECT relation.relname::text, 'setting', relation.relname::text,
        array_to_string(relation.reloptions, ', ')
    FROM relations AS relation
    WHERE relation.reloptions IS NOT NULL
    UNION ALL
    SELECT relation.relname::text, 'column setting', attribute.attname::text,
        'storage ' || attribute.attstorage::text || ', statistics ' || coalesce(attribute.attstattarget, -1)
    FROM relations AS relation
    JOIN pg_catalog.pg_attribute AS attribute
        ON attribute.attrelid = relation.oid AND attribute.attnum > 0 AND NOT attribute.attisdropped
    JOIN pg_catalog.pg_type AS type ON type.oid = attribute.atttypid
    WHERE attribute.attstorage <> type.typstorage OR coalesce(attribute.attstattarget, -1) <> -1
    UNION ALL
    SELECT relation.relname::text, 'statistics', statistics.stxname::text,
        pg_catalog.pg_get_statisticsobjdef(statistics.oid)
    FROM relations AS relation
    JOIN pg_catalog.pg_statistic_ext AS statistics ON statistics.stxrelid = relation.oid
    UNION ALL
    SELECT relation.relname::text, 'comment',
        coalesce('column ' || attribute.attname, 'table'), remark.description
    FROM relations AS relation
    JOIN pg_catalog.pg_description AS remark
        ON remark.classoid = 'pg_catalog.pg_class'::regclass AND remark.objoid = relation.oid
    LEFT JOIN pg_catalog.pg_attribute AS attribute
        ON attribute.attrelid = relation.oid AND attribute.attnum = nullif(remark.objsubid, 0)
    UNION ALL
    SELECT relation.relname::text, 'comment', 'constraint ' || link.conname, remark.description
    FROM relations AS relation
    JOIN pg_catalog.pg_constraint AS link ON link.conrelid = relation.oid
    JOIN pg_catalog.pg_description AS remark
        ON remark.classoid = 'pg_catalog.pg_constraint'::regclass AND remark.objoid = link.oid
    UNION ALL
    SELECT relation.relname::text, 'comment', 'index ' || key.relname, remark.description
    FROM relations AS relation
    JOIN pg_catalog.pg_index AS link ON link.indrelid = relation.oid
    JOIN pg_catalog.pg_class AS key ON key.oid = link.indexrelid
    JOIN pg_catalog.pg_description AS remark
        ON remark.classoid = 'pg_catalog.pg_class'::regclass AND remark.objoid = key.oid
    UNION ALL
    SELECT relation.relname::text, 'grant', role.rolname::text,
        string_agg(entry.privilege_type, ', ' ORDER BY entry.privilege_type)
    FROM relations AS relation
    CROSS JOIN LATERAL pg_catalog.aclexplode(relation.relacl) AS entry
    JOIN pg_catalog.pg_roles AS role ON role.oid = entry.grantee
    WHERE role.rolname IN ('auth_app', 'auth_reader')
    GROUP BY relation.relname, role.rolname
    UNION ALL
    SELECT relation.relname::text, 'column grant', role.rolname::text,
        string_agg(
            entry.privilege_type || ' ' || attribute.attname, ', '
            ORDER BY attribute.attnum, entry.privilege_type)
    FROM relations AS relation
    JOIN pg_catalog.pg_attribute AS attribute ON attribute.attrelid = relation.oid
    CROSS JOIN LATERAL pg_catalog.aclexplode(attribute.attacl) AS entry
    JOIN pg_catalog.pg_roles AS role ON role.oid = entry.grantee
    WHERE role.rolname IN ('auth_app', 'auth_reader')
    GROUP BY relation.relname, role.rolname
)
SELECT coalesce(expected.table_name, actual.table_name) AS table_name,
    coalesce(expected.kind, actual.kind) AS kind,
    coalesce(expected.name, actual.name) AS name,
    expected.definition AS expected,
    replace(actual.definition, 'public.', '') AS actual
FROM expected
FULL JOIN actual
    ON actual.table_name = expected.table_name
    AND actual.kind = expected.kind
    AND actual.name = expected.name
WHERE coalesce(expected.table_name, actual.table_name) = ANY (:missing::text[])
    AND expected.definition IS DISTINCT FROM replace(actual.definition, 'public.', '')
ORDER BY 1, 2, 3
