-- The tables of schema public that are there and are not among the protected ones.
SELECT relation.relname::text AS table_name
FROM pg_catalog.pg_class AS relation
JOIN pg_catalog.pg_namespace AS schema ON schema.oid = relation.relnamespace
WHERE schema.nspname = 'public'
    AND relation.relkind IN ('r', 'p', 'f')
    AND relation.relname <> ALL (:protected::text[])
ORDER BY 1
