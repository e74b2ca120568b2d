-- The protected tables that schema public does not have, in the order in which they can be made.
SELECT wanted.name AS table_name
FROM unnest(:protected::text[]) WITH ORDINALITY AS wanted (name, position)
WHERE NOT EXISTS (
    SELECT FROM pg_catalog.pg_class AS relation
    JOIN pg_catalog.pg_namespace AS schema ON schema.oid = relation.relnamespace
    WHERE schema.nspname = 'public'
        AND relation.relname = wanted.name
        AND relation.relkind IN ('r', 'p', 'f')
)
ORDER BY wanted.position
