-- Whether this role may make an event trigger, which PostgreSQL lets superusers alone do.
SELECT role.rolsuper AS is_superuser,
    EXISTS (
        SELECT FROM pg_catalog.pg_event_trigger AS event
        WHERE event.evtname = 'runbook_refuse_drops' AND event.evtenabled <> 'D') AS is_there,
    -- How a program can tell that it is connected to this very database.
    encode(sha256(convert_to(
        (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())::text || '@'
            || (SELECT system_identifier FROM pg_control_system())::text, 'UTF8')), 'hex') AS database_mark
FROM pg_catalog.pg_roles AS role
WHERE role.rolname = current_user
