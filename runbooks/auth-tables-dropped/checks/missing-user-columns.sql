-- The columns that Better Auth needs in public.users and that it lacks; none where there is no such table.
SELECT wanted.name AS column_name
FROM unnest(:user_columns::text[]) WITH ORDINALITY AS wanted (name, position)
JOIN pg_catalog.pg_class AS relation
    ON relation.relname = 'users' AND relation.relkind IN ('r', 'p')
JOIN pg_catalog.pg_namespace AS schema
    ON schema.oid = relation.relnamespace AND schema.nspname = 'public'
WHERE NOT EXISTS (
    SELECT FROM pg_catalog.pg_attribute AS attribute
    WHERE attribute.attrelid = relation.oid
        AND attribute.attname = wanted.name
        AND attribute.attnum > 0
        AND NOT attribute.attisdropped
)
ORDER BY wanted.position
