#!/bin/sh
# The nightly backup: the whole database, as it is now, into BACKUP. The connection comes from the PG*
# variables.
set -eu
umask 022
: "${BACKUP:?must name the file to write}"
pg_dump=$(command -v pg_dump || true)
if [ -z "$pg_dump" ] && command -v pg_config >/dev/null; then
  pg_dump=$(pg_config --bindir)/pg_dump
fi
"${pg_dump:?was not found: install the client programs of PostgreSQL}" --no-password --format=custom --file="$BACKUP"
