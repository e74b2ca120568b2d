#!/usr/bin/env bash
# All transactions begin with PostgresLink.opening, whose question keeps them from any other server than the known one.
set -euo pipefail
cd "$(dirname "$0")/.."

found=$(grep -rnE --include='*.swift' 'SQLCommand\("(BEGIN|START TRANSACTION)' Sources \
  | grep -vE '^Sources/RunbookPostgres/Session/PostgresLink\.swift:' || true)
if [ -n "$found" ]; then
  echo "$found"
  echo "error: a transaction is opened by PostgresLink.opening" >&2
  exit 1
fi
