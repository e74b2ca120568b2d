-- Tables of schema public that look like a missing one under another name: a renamed table keeps the
-- name of its primary key's index.
SELECT gone.name AS table_name, relation.relname::text AS found_as
FROM unnest(:missing::text[]) AS gone (name)
JOIN pg_catalog.pg_class AS key ON key.relname = gone.name || '_pkey' AND key.relkind = 'i'
JOIN pg_catalog.pg_index AS link ON link.indexrelid = key.oid
JOIN pg_catalog.pg_class AS relation ON relation.oid = link.indrelid
JOIN pg_catalog.pg_namespace AS schema ON schema.oid = relation.relnamespace
WHERE schema.nspname = 'public' AND relation.relname <> gone.name
ORDER BY 1, 2
