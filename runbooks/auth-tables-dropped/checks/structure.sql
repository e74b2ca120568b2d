-- How the tables that were missing differ from what the files in ddl/ make: no row where they do not.
-- A column's definition starts with its place. Names are compared without their schema.
WITH expected (table_name, kind, name, definition) AS (
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
        ('user', 'index', 'user_pkey', 'CREATE UNIQUE INDEX user_pkey ON "user" USING btree (id)'),
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
        ('session', 'index', 'session_pkey', 'CREATE UNIQUE INDEX session_pkey ON session USING btree (id)'),
        ('session', 'index', 'session_token_key', 'CREATE UNIQUE INDEX session_token_key ON session USING btree (token)'),
        ('session', 'index', 'session_userId_idx', 'CREATE INDEX "session_userId_idx" ON session USING btree ("userId")'),
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
        ('account', 'index', 'account_userId_idx', 'CREATE INDEX "account_userId_idx" ON account USING btree ("userId")'),
        ('verification', 'column', 'id', '1: text NOT NULL'),
        ('verification', 'column', 'identifier', '2: text NOT NULL'),
        ('verification', 'column', 'value', '3: text NOT NULL'),
        ('verification', 'column', 'expiresAt', '4: timestamp with time zone NOT NULL'),
        ('verification', 'column', 'createdAt', '5: timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP'),
        ('verification', 'column', 'updatedAt', '6: timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP'),
        ('verification', 'constraint', 'verification_pkey', 'PRIMARY KEY (id)'),
        ('verification', 'index', 'verification_identifier_idx', 'CREATE INDEX verification_identifier_idx ON verification USING btree (identifier)'),
        ('verification', 'index', 'verification_pkey', 'CREATE UNIQUE INDEX verification_pkey ON verification USING btree (id)'),
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
        ('accounts', 'index', 'accounts_pkey', 'CREATE UNIQUE INDEX accounts_pkey ON accounts USING btree (id)'),
        ('accounts', 'index', 'accounts_provider_key', 'CREATE UNIQUE INDEX accounts_provider_key ON accounts USING btree (provider, "providerAccountId")'),
        ('accounts', 'index', 'accounts_userId_idx', 'CREATE INDEX "accounts_userId_idx" ON accounts USING btree ("userId")'),
        ('accounts', 'sequence', 'accounts_id_seq', 'integer owned by id'),
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
        ('verification_tokens', 'column', 'identifier', '1: text NOT NULL'),
        ('verification_tokens', 'column', 'token', '2: text NOT NULL'),
        ('verification_tokens', 'column', 'expires', '3: timestamp with time zone NOT NULL'),
        ('verification_tokens', 'constraint', 'verification_tokens_pkey', 'PRIMARY KEY (identifier, token)'),
        ('verification_tokens', 'constraint', 'verification_tokens_token_key', 'UNIQUE (token)'),
        ('verification_tokens', 'index', 'verification_tokens_pkey', 'CREATE UNIQUE INDEX verification_tokens_pkey ON verification_tokens USING btree (identifier, token)'),
        ('verification_tokens', 'index', 'verification_tokens_token_key', 'CREATE UNIQUE INDEX verification_tokens_token_key ON verification_tokens USING btree (token)'),
        ('pinned_stocks', 'column', 'id', '1: integer NOT NULL DEFAULT nextval(''pinned_stocks_id_seq''::regclass)'),
        ('pinned_stocks', 'column', 'user_id', '2: text NOT NULL'),
        ('pinned_stocks', 'column', 'symbol', '3: character varying(16) NOT NULL'),
        ('pinned_stocks', 'column', 'position', '4: integer NOT NULL DEFAULT 0'),
        ('pinned_stocks', 'column', 'pinned_at', '5: timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP'),
        ('pinned_stocks', 'constraint', 'pinned_stocks_pkey', 'PRIMARY KEY (id)'),
        ('pinned_stocks', 'constraint', 'pinned_stocks_user_id_fkey', 'FOREIGN KEY (user_id) REFERENCES "user"(id) ON DELETE CASCADE'),
        ('pinned_stocks', 'constraint', 'pinned_stocks_user_id_symbol_key', 'UNIQUE (user_id, symbol)'),
        ('pinned_stocks', 'index', 'pinned_stocks_pkey', 'CREATE UNIQUE INDEX pinned_stocks_pkey ON pinned_stocks USING btree (id)'),
        ('pinned_stocks', 'index', 'pinned_stocks_user_id_position_idx', 'CREATE INDEX pinned_stocks_user_id_position_idx ON pinned_stocks USING btree (user_id, "position")'),
        ('pinned_stocks', 'index', 'pinned_stocks_user_id_symbol_key', 'CREATE UNIQUE INDEX pinned_stocks_user_id_symbol_key ON pinned_stocks USING btree (user_id, symbol)'),
        ('pinned_stocks', 'sequence', 'pinned_stocks_id_seq', 'integer owned by id'),
        ('user_api_keys', 'column', 'id', '1: integer NOT NULL DEFAULT nextval(''user_api_keys_id_seq''::regclass)'),
        ('user_api_keys', 'column', 'user_id', '2: text NOT NULL'),
        ('user_api_keys', 'column', 'provider', '3: character varying(32) NOT NULL DEFAULT ''openai''::character varying'),
        ('user_api_keys', 'column', 'encrypted_key', '4: text NOT NULL'),
        ('user_api_keys', 'column', 'last_four', '5: character varying(4) NOT NULL'),
        ('user_api_keys', 'column', 'is_active', '6: boolean NOT NULL DEFAULT true'),
        ('user_api_keys', 'column', 'created_at', '7: timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP'),
        ('user_api_keys', 'column', 'updated_at', '8: timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP'),
        ('user_api_keys', 'constraint', 'user_api_keys_pkey', 'PRIMARY KEY (id)'),
        ('user_api_keys', 'constraint', 'user_api_keys_user_id_fkey', 'FOREIGN KEY (user_id) REFERENCES "user"(id) ON DELETE CASCADE'),
        ('user_api_keys', 'constraint', 'user_api_keys_user_id_provider_key', 'UNIQUE (user_id, provider)'),
        ('user_api_keys', 'index', 'user_api_keys_pkey', 'CREATE UNIQUE INDEX user_api_keys_pkey ON user_api_keys USING btree (id)'),
        ('user_api_keys', 'index', 'user_api_keys_user_id_provider_key', 'CREATE UNIQUE INDEX user_api_keys_user_id_provider_key ON user_api_keys USING btree (user_id, provider)'),
        ('user_api_keys', 'sequence', 'user_api_keys_id_seq', 'integer owned by id'),
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
        ('openai_usage', 'sequence', 'openai_usage_id_seq', 'bigint owned by id')
),
relations AS (
    SELECT relation.oid, relation.relname
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
