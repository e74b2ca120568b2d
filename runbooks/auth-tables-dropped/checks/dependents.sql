-- What refers to the protected tables: foreign keys and views, which only tables that are there have,
-- and functions, whose text may name a table that is gone.
WITH protected AS (
    SELECT wanted.name, relation.oid
    FROM unnest(:protected::text[]) AS wanted (name)
    LEFT JOIN (
        pg_catalog.pg_class AS relation
        JOIN pg_catalog.pg_namespace AS schema
            ON schema.oid = relation.relnamespace AND schema.nspname = 'public'
    ) ON relation.relname = wanted.name AND relation.relkind IN ('r', 'p', 'f')
)
SELECT 'foreign key' AS kind, link.conrelid::regclass::text || '.' || link.conname AS object,
    protected.name AS uses, false AS is_missing
FROM protected
JOIN pg_catalog.pg_constraint AS link ON link.confrelid = protected.oid AND link.contype = 'f'
UNION
SELECT 'view', rule.ev_class::regclass::text, protected.name, false
FROM protected
JOIN pg_catalog.pg_depend AS link
    ON link.refobjid = protected.oid
    AND link.refclassid = 'pg_catalog.pg_class'::regclass
    AND link.classid = 'pg_catalog.pg_rewrite'::regclass
JOIN pg_catalog.pg_rewrite AS rule ON rule.oid = link.objid AND rule.ev_class <> protected.oid
UNION
SELECT 'function', routine.oid::regprocedure::text, protected.name, protected.oid IS NULL
FROM protected
JOIN pg_catalog.pg_proc AS routine
    ON routine.prosrc ~* ('\m(from|join|into|update)\s+(public\.)?"?' || protected.name || '"?(\W|$)')
JOIN pg_catalog.pg_namespace AS home ON home.oid = routine.pronamespace
JOIN pg_catalog.pg_language AS language ON language.oid = routine.prolang
WHERE language.lanname IN ('sql', 'plpgsql')
    AND home.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY 1, 2, 3
