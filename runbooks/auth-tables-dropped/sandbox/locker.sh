#!/bin/sh
# With FAULT=locked: once the table "user" is gone, a transaction that writes to "users" stays open for
# eight seconds, which is longer than the recovery waits for a lock.
[ "${FAULT:-}" = locked ] || { echo none; exit 0; }
psql=$(command -v psql || echo "$(pg_config --bindir)/psql")
echo waiting
exec "$psql" -XqAt -v ON_ERROR_STOP=1 -c "
  DO \$\$ BEGIN
    WHILE to_regclass('public.\"user\"') IS NOT NULL LOOP PERFORM pg_sleep(0.05); COMMIT; END LOOP;
    UPDATE public.users SET is_active = is_active;
    PERFORM pg_sleep(8);
  END \$\$"
