#!/bin/sh
# With FAULT=locked: once the table "user" is gone, a transaction that writes to a table that referred to
# it stays open until the recovery has waited for its lock in vain, once.
[ "${FAULT:-}" = locked ] || { echo none; exit 0; }
psql=$(command -v psql || echo "$(pg_config --bindir)/psql")
echo waiting
exec "$psql" -XqAt -v ON_ERROR_STOP=1 -c "
  DO \$\$
  DECLARE
    waiters CONSTANT text := 'SELECT EXISTS (SELECT FROM pg_locks
      WHERE NOT granted AND relation = ''crm.customers''::regclass)';
    is_awaited boolean;
  BEGIN
    WHILE to_regclass('public.\"user\"') IS NOT NULL LOOP PERFORM pg_sleep(0.05); COMMIT; END LOOP;
    UPDATE crm.customers SET company = company;
    LOOP EXECUTE waiters INTO is_awaited; EXIT WHEN is_awaited; PERFORM pg_sleep(0.05); END LOOP;
    LOOP EXECUTE waiters INTO is_awaited; EXIT WHEN NOT is_awaited; PERFORM pg_sleep(0.05); END LOOP;
  END \$\$"
