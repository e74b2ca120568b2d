#!/usr/bin/env bash
# demo.sh PROGRAM STATE: runs the founding incident in a sandbox, and says where the report is.
set -euo pipefail

program=$1
state=$2
(umask 077 && mkdir -p "$state")
# In a checkout that belongs to somebody else the program keeps no runs.
"$program" runs --state "$state" >/dev/null 2>&1 || state=$(mktemp -d)
mkdir -p reports

status=0
"$program" run auth-tables-dropped --sandbox --approve-all --state "$state" --reports reports || status=$?
if [ "$status" -ne 0 ]; then
  echo "error: the run ended with status $status; its journal is in $state" >&2
  exit "$status"
fi

run=$(find "$state/runs" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | tail -n 1)
report=$(grep -lF "$run" reports/*.md | grep -v '/example-' | tail -n 1 || true)
if [ -z "$report" ]; then
  echo "error: there is no report of run $run in reports/" >&2
  exit 1
fi
echo
echo "A database was broken, recovered and verified; nothing outside of this folder was touched."
echo "  the incident report: $report"
echo "  its journal:         $state/runs/$run/journal.db"
