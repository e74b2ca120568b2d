#!/bin/sh
# Dumps the whole database, as it is before recovery changes it, into a file that only its owner can
# read. The connection comes from the PG* variables. Prints one line: the file's path, size and SHA-256.
set -eu
umask 077

folder=${DUMP_FOLDER:-}
if [ -z "$folder" ]; then
  state=${XDG_STATE_HOME:-${HOME:?neither HOME nor XDG_STATE_HOME is set: give dump_folder}/.local/state}
  folder=$state/runbook/dumps
fi
mkdir -p -- "$folder"
folder=$(cd -- "$folder" && pwd)

pg_dump=$(command -v pg_dump || true)
if [ -z "$pg_dump" ] && command -v pg_config >/dev/null; then
  pg_dump=$(pg_config --bindir)/pg_dump
fi
if [ ! -x "$pg_dump" ]; then
  echo "pg_dump was not found; install PostgreSQL's client programs (postgresql-client on Debian)" >&2
  exit 1
fi

file=$folder/before-recovery-${RUNBOOK_RUN:-$$}-$(date -u +%Y%m%dT%H%M%SZ).dump
messages=$file.messages
trap 'rm -f -- "$file.partial" "$messages"' EXIT
if ! "$pg_dump" --no-password --format=custom --lock-wait-timeout=10s --file="$file.partial" \
  2>"$messages"; then
  cat "$messages" >&2
  if grep -q 'server version mismatch' "$messages"; then
    echo "this pg_dump is older than the server: put one of the server's version or newer first in PATH" >&2
  fi
  exit 1
fi
cat "$messages" >&2
mv -- "$file.partial" "$file"
size=$(wc -c <"$file" | tr -d ' ')
digest=$(sha256sum <"$file" | cut -d ' ' -f 1)
echo "$file ($size bytes, SHA-256 $digest, by $("$pg_dump" --version))"
