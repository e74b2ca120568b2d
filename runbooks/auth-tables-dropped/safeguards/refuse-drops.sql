-- The database itself refuses to drop what another system owns: a table, or a column of one, whoever asks
-- and by whatever way (DROP TABLE, CASCADE from elsewhere, DROP SCHEMA, DROP OWNED, ALTER TABLE … DROP).
-- It cannot see TRUNCATE, DELETE, a rename, or DROP DATABASE: no event trigger fires for those in time.
--
-- To drop one on purpose, by the role that owns it, in the same transaction:
--     SET LOCAL runbook_guard.allow_drop = 'session, users.name';
-- To protect more or less: INSERT into or DELETE from runbook_guard.protected. To take all of it away:
--     DROP EVENT TRIGGER runbook_refuse_drops; DROP SCHEMA runbook_guard CASCADE;
CREATE SCHEMA IF NOT EXISTS runbook_guard;
COMMENT ON SCHEMA runbook_guard IS 'Refuses to drop tables of other owners; see runbook_guard.refuse_drops()';
GRANT USAGE ON SCHEMA runbook_guard TO PUBLIC;

CREATE TABLE IF NOT EXISTS runbook_guard.protected (
    schema_name text NOT NULL DEFAULT 'public',
    table_name text NOT NULL,
    -- '' stands for the whole table.
    column_name text NOT NULL DEFAULT '',
    PRIMARY KEY (schema_name, table_name, column_name)
);
COMMENT ON TABLE runbook_guard.protected IS 'What runbook_guard.refuse_drops() refuses to drop';
GRANT SELECT ON runbook_guard.protected TO PUBLIC;

INSERT INTO runbook_guard.protected (table_name)
SELECT wanted.name FROM unnest(:protected::text[]) AS wanted (name)
ON CONFLICT DO NOTHING;

INSERT INTO runbook_guard.protected (table_name, column_name)
SELECT 'users', wanted.name FROM unnest(:user_columns::text[]) AS wanted (name)
ON CONFLICT DO NOTHING;

CREATE OR REPLACE FUNCTION runbook_guard.refuse_drops() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $refuse$
DECLARE
    allowed text[] := regexp_split_to_array(
        coalesce(current_setting('runbook_guard.allow_drop', true), ''), '\s*,\s*');
    refused text;
BEGIN
    SELECT string_agg(DISTINCT gone.object_type || ' ' || gone.object_identity, ', ')
    INTO refused
    FROM pg_event_trigger_dropped_objects() AS gone
    JOIN runbook_guard.protected AS kept
        ON kept.schema_name = gone.address_names[1]
        AND kept.table_name = gone.address_names[2]
        AND kept.column_name IN ('', coalesce(gone.address_names[3], ''))
    WHERE gone.object_type IN ('table', 'foreign table', 'table column')
        AND kept.table_name <> ALL (allowed)
        AND kept.table_name || '.' || coalesce(gone.address_names[3], '') <> ALL (allowed);
    IF refused IS NOT NULL THEN
        RAISE EXCEPTION 'refused to drop what another system owns: %', refused
            USING ERRCODE = 'RBG01',
                HINT = 'Its owner can allow it in this transaction: '
                    'SET LOCAL runbook_guard.allow_drop = ''NAME'', with the table''s name or TABLE.COLUMN.';
    END IF;
END
$refuse$;

DO $trigger$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_event_trigger WHERE evtname = 'runbook_refuse_drops') THEN
        CREATE EVENT TRIGGER runbook_refuse_drops ON sql_drop
            EXECUTE FUNCTION runbook_guard.refuse_drops();
    END IF;
    ALTER EVENT TRIGGER runbook_refuse_drops ENABLE ALWAYS;
END
$trigger$;
