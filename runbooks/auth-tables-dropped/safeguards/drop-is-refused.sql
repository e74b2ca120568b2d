-- Really drops each protected table and column, each in a subtransaction that is taken back, and tells what
-- the database said. It also drops what is not protected, and a protected table with the owner's word: a
-- guard that refused everything would be as wrong as one that refuses nothing.
CREATE TEMPORARY TABLE attempt (statement text NOT NULL, expected text NOT NULL, answer text NOT NULL)
    ON COMMIT DROP;
CREATE TABLE runbook_guard.unprotected (id integer, spare integer);

DO $trial$
DECLARE
    trial record;
    answer text;
BEGIN
    FOR trial IN
        SELECT format('DROP TABLE %I.%I CASCADE', kept.schema_name, kept.table_name) AS statement,
            'refused' AS expected, '' AS allowed
        FROM runbook_guard.protected AS kept
        WHERE kept.column_name = ''
            AND to_regclass(format('%I.%I', kept.schema_name, kept.table_name)) IS NOT NULL
        UNION ALL
        SELECT format('ALTER TABLE %I.%I DROP COLUMN %I',
            kept.schema_name, kept.table_name, attribute.attname), 'refused', ''
        FROM runbook_guard.protected AS kept
        JOIN pg_catalog.pg_attribute AS attribute
            ON attribute.attrelid = to_regclass(format('%I.%I', kept.schema_name, kept.table_name))
            AND attribute.attname = kept.column_name
            AND NOT attribute.attisdropped
        UNION ALL
        VALUES
            ('ALTER TABLE runbook_guard.unprotected DROP COLUMN spare', 'dropped', ''),
            ('DROP TABLE runbook_guard.unprotected', 'dropped', '')
        UNION ALL
        (SELECT format('DROP TABLE %I.%I CASCADE', kept.schema_name, kept.table_name), 'dropped',
            kept.table_name
        FROM runbook_guard.protected AS kept
        WHERE kept.column_name = ''
            AND to_regclass(format('%I.%I', kept.schema_name, kept.table_name)) IS NOT NULL
        ORDER BY kept.table_name LIMIT 1)
    LOOP
        BEGIN
            PERFORM set_config('runbook_guard.allow_drop', trial.allowed, true);
            EXECUTE trial.statement;
            RAISE EXCEPTION USING ERRCODE = 'RBG00', MESSAGE = 'taken back';
        EXCEPTION
            WHEN SQLSTATE 'RBG01' THEN answer := 'refused';
            WHEN SQLSTATE 'RBG00' THEN answer := 'dropped';
        END;
        INSERT INTO attempt (statement, expected, answer)
        VALUES (
            trial.statement || CASE trial.allowed WHEN '' THEN '' ELSE ', which its owner allowed' END,
            trial.expected, answer);
    END LOOP;
END
$trial$;

SELECT statement, expected, answer FROM attempt ORDER BY expected DESC, statement;
