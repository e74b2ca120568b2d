-- Whether public.users insists on a password, which somebody who signs in by a provider does not have.
SELECT attribute.attname::text AS column_name
FROM pg_catalog.pg_attribute AS attribute
JOIN pg_catalog.pg_class AS relation ON relation.oid = attribute.attrelid
JOIN pg_catalog.pg_namespace AS schema ON schema.oid = relation.relnamespace
WHERE schema.nspname = 'public'
    AND relation.relname = 'users'
    AND relation.relkind IN ('r', 'p')
    AND attribute.attname = 'hashed_password'
    AND attribute.attnotnull
    AND NOT attribute.attisdropped
