#!/usr/bin/env bash
# All transactions begin with PostgresLink.opening, whose question keeps them from any other server than the known one,
# or with SQLiteFile.begin, which looks whether the file is the one that it was.
set -euo pipefail
cd "$(dirname "$0")/.."

found=$(grep -rnE --include='*.swift' 'SQLCommand\("(BEGIN|START TRANSACTION)' Sources \
  | grep -vE '^Sources/RunbookPostgres/Session/PostgresLink\.swift:' || true)
if [ -n "$found" ]; then
  echo "$found"
  echo "error: a transaction is opened by PostgresLink.opening" >&2
  exit 1
fi
found=$(grep -rnE --include='*.swift' '"(BEGIN|SAVEPOINT)' Sources/RunbookSQLite \
  | grep -vE '^Sources/RunbookSQLite/SQLiteFile\.swift:' || true)
if [ -n "$found" ]; then
  echo "$found"
  echo "error: a transaction on a file is opened by SQLiteFile.begin" >&2
  exit 1
fi
