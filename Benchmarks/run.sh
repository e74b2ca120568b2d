#!/usr/bin/env bash
# run.sh PROGRAM: measures a release build of the program beside its floors, as ratios within one run.
# Everything is local: a throwaway PostgreSQL on a unix socket, and folders that are removed at the end.
set -euo pipefail

program=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
built=$here/../.build-bench
steps=${STEPS:-1000}
changes=${CHANGES:-200}
long_steps=${LONG_STEPS:-10000}
rounds=${ROUNDS:-31}
log_mebibytes=${LOG_MEBIBYTES:-1024}
restore_rows=${RESTORE_ROWS:-1000000}

# shellcheck source=runbooks.sh
. "$here/runbooks.sh"

work=$(mktemp -d)
server=
finish() {
  [ -z "$server" ] || as_server "$bin/pg_ctl" -D "$server/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$work" ${server:+"$server"}
}
trap finish EXIT
export HOME=$work XDG_STATE_HOME=$work/state
unset RUNBOOK_STATE RUNBOOK_PATH DATABASE_URL

# The floors.

build_floors() {
  mkdir -p "$built"
  local includes libraries
  includes="-I$(pg_config --includedir)"
  libraries="-L$(pg_config --libdir)"
  cc -O2 -o "$built/compare" "$here/compare.c"
  cc -O2 -D_GNU_SOURCE -o "$built/spawn_loop" "$here/spawn_loop.c"
  cc -O2 "$includes" -o "$built/query_loop" "$here/query_loop.c" "$libraries" -lpq -lsqlite3
  cc -O2 -o "$built/yaml_events" "$here/yaml_events.c" -lyaml
  swiftc -O -I "$here/CSQLite" -o "$built/cold_start" "$here/ColdStart.swift" \
    -module-cache-path "$built/modules"
}

# The throwaway server. PostgreSQL does not run as root.

as_server() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else (cd / && "$@"); fi
}

start_server() {
  bin=$(pg_config --bindir)
  server=$(mktemp -d /tmp/runbook-bench-XXXXXX)
  [ "$(id -u)" != 0 ] || chown postgres "$server"
  as_server "$bin/initdb" -D "$server/data" -U bench -A trust -E UTF8 --locale C -N >/dev/null
  as_server "$bin/pg_ctl" -D "$server/data" -l "$server/log" -w start >/dev/null \
    -o "-c listen_addresses='' -c unix_socket_directories='$server' -c fsync=off"
}

# Figures.

# line NUMBER of the text on standard input, field FIELD
field() { awk -v row="$1" -v column="$2" 'NR == row { print $column }'; }
calculate() { awk "BEGIN { printf \"%.3f\", $1 }"; }

# show WHAT OURS FLOOR UNIT RATIO GOAL
show() {
  local verdict=reached
  awk "BEGIN { exit !($5 <= $6) }" || verdict=missed
  printf '%-34s %12s %12s %-5s %8.2f %8s  %s\n' "$1" "$2" "$3" "$4" "$5" "$6" "$verdict"
}

run_it() { # FILE: a run of its own, in a state folder of its own
  printf '%s\n' "$program" run "$1" --state "$work/state" --reports "$work/reports"
}

# forced COMMAND...: how many forced writes it makes
forced() {
  strace -f -c -o "$work/strace" -e trace=fsync,fdatasync,sync_file_range,msync "$@" >/dev/null 2>&1
  awk '$NF == "fsync" || $NF == "fdatasync" || $NF == "sync_file_range" || $NF == "msync" { n += $4 }
    END { print n + 0 }' "$work/strace"
}

# steps_beside WHAT GOAL SHORT LONG FLOOR...: shows the microseconds of one step, from runs of 1 and of $steps steps,
# beside a program that goes $steps rounds; they take turns, so that a busy machine is busy for all.
steps_beside() {
  local what=$1 goal=$2 short long times ours floor
  mapfile -t short < <(run_it "$3")
  mapfile -t long < <(run_it "$4")
  shift 4
  times=$("$built/compare" 5 "${short[@]}" -- "${long[@]}" -- "$@")
  ours=$(calculate "($(field 2 1 <<<"$times") - $(field 1 1 <<<"$times")) / ($steps - 1)")
  floor=$(calculate "$(field 3 1 <<<"$times") / $steps")
  show "$what" "$ours" "$floor" us "$(calculate "$ours / $floor")" "$goal"
}

cold_start() {
  local command times ours floor commits=4
  mapfile -t command < <(run_it "$work/shell-1.yaml")
  "${command[@]}" >/dev/null
  if command -v strace >/dev/null; then
    # As many forced writes to the journal as ours, by which its commits are known: all but those for the
    # folder of runs and for the report.
    commits=$(($(forced "${command[@]}") - 2 - $(forced "$built/cold_start" "$work/floor" 10) + 10))
  fi
  times=$("$built/compare" "$rounds" "${command[@]}" -- "$built/cold_start" "$work/floor" "$commits")
  ours=$(calculate "$(field 1 1 <<<"$times") / 1000")
  floor=$(calculate "$(field 2 1 <<<"$times") / 1000")
  show "cold start, one step ($commits commits)" "$ours" "$floor" ms "$(calculate "$ours / $floor")" 1.2
}

shell_steps() {
  steps_beside "a shell step, of $steps" 1.25 "$work/shell-1.yaml" "$work/shell-n.yaml" \
    "$built/spawn_loop" "$steps" "$work/records"
}

sql_steps() {
  export DATABASE_URL="host=$server user=bench dbname=postgres"
  steps_beside "a SQL check, of $steps" 1.5 "$work/sql-1.yaml" "$work/sql-n.yaml" \
    "$built/query_loop" "$steps" "$DATABASE_URL" "$query" "$work/floor.db"
}

# forced_writes_of WHAT GOAL COUNT SHORT LONG: per step, from runs of 1 and of COUNT steps.
forced_writes_of() {
  local what=$1 goal=$2 count=$3 short long one many ratio
  mapfile -t short < <(run_it "$4")
  mapfile -t long < <(run_it "$5")
  one=$(forced "${short[@]}" --approve recovery)
  many=$(forced "${long[@]}" --approve recovery)
  ratio=$(calculate "($many - $one) / ($count - 1)")
  show "$what ($one for one)" "$many" "$count" "" "$ratio" "$goal"
}

forced_writes() {
  if ! command -v strace >/dev/null; then
    echo "forced writes per step: not measured, there is no strace"
    return
  fi
  forced_writes_of "forced writes per step" 1.0 "$steps" "$work/shell-1.yaml" "$work/shell-n.yaml"
  export DATABASE_URL="host=$server user=bench dbname=postgres"
  as_server "$bin/psql" -qX -h "$server" -U bench -c 'CREATE TABLE change (step integer)' postgres
  forced_writes_of "forced writes per SQL change" 2.0 "$changes" "$work/change-1.yaml" "$work/change-n.yaml"
}

reading() {
  local times ours floor
  times=$("$built/compare" 7 "$program" validate "$work/long-n.yaml" -- "$program" validate "$work/long-1.yaml" \
    -- "$built/yaml_events" 1 "$work/long-n.yaml")
  ours=$(calculate "($(field 1 1 <<<"$times") - $(field 2 1 <<<"$times")) / 1000")
  floor=$(calculate "$(field 3 1 <<<"$times") / 1000")
  show "reading $long_steps steps" "$ours" "$floor" ms "$(calculate "$ours / $floor")" 3
  local mebibytes
  mebibytes=$(calculate "$(field 1 2 <<<"$times") / 1024")
  show "its peak memory" "$mebibytes" "-" MiB "$mebibytes" 60
}

# In the C locale, where grep is quickest; both read the file from memory. Where its output is thrown away, grep
# ends at the first line: hence the pipe.
server_log_reading() {
  local command times ours floor mebibytes
  server_log "$log_mebibytes" >"$work/server.log"
  log_runbook "$work/server.log" >"$work/log.yaml"
  mapfile -t command < <(run_it "$work/log.yaml")
  times=$(LC_ALL=C "$built/compare" 5 "${command[@]}" -- \
    sh -c 'grep -icE "drop (table|column)" "$0" | cat' "$work/server.log")
  rm "$work/server.log"
  ours=$(calculate "$(field 1 1 <<<"$times") / 1000")
  floor=$(calculate "$(field 2 1 <<<"$times") / 1000")
  show "server log of $log_mebibytes MiB, beside grep" "$ours" "$floor" ms "$(calculate "$ours / $floor")" 3
  mebibytes=$(calculate "$(field 1 2 <<<"$times") / 1024")
  show "its peak memory" "$mebibytes" "-" MiB "$mebibytes" 50
}

# One table with a key, an index and as many rows, by the step of a run and by pg_restore alone.
restoring() {
  local url=postgresql:///bench?host=$server\&user=bench round ours='' floor='' start end best_ours best_floor peak
  export PGHOST=$server PGUSER=bench
  "$bin/createdb" bench
  "$bin/psql" -XqAt bench -c "
    CREATE TABLE session (id bigint PRIMARY KEY, user_id text NOT NULL, token text NOT NULL, made timestamptz);
    INSERT INTO session SELECT n, 'user' || n % 5000, md5(n::text) || md5((n + 1)::text),
      timestamptz '2025-01-01' + n * interval '1 second' FROM generate_series(1, $restore_rows) n;
    CREATE INDEX ON session (user_id);"
  "$bin/pg_dump" -Fc bench -f "$work/bench.dump"
  restore_runbook "$work/bench.dump" >"$work/restore.yaml"
  for round in 1 2 3; do
    "$bin/psql" -XqAt bench -c 'DROP TABLE session; DROP SCHEMA IF EXISTS runbook CASCADE' 2>/dev/null
    start=$(date +%s%N)
    "$bin/pg_restore" -d bench --single-transaction "$work/bench.dump"
    end=$(date +%s%N)
    floor+="$(((end - start) / 1000)) "
    "$bin/psql" -XqAt bench -c 'DROP TABLE session'
    DATABASE_URL=$url /usr/bin/time -f %M -o "$work/peak" "$program" run "$work/restore.yaml" \
      --approve recovery --state "$work/state" --reports "$work/reports" >/dev/null
    ours+="$("$program" journal --state "$work/state" | grep '"type":"attemptFinished"' | grep '"step":"bring-back"' \
      | sed 's/.*"elapsedMicroseconds":\([0-9]*\).*/\1/') "
  done
  best_ours=$(tr ' ' '\n' <<<"$ours" | sort -n | awk 'NF { print; exit }')
  best_floor=$(tr ' ' '\n' <<<"$floor" | sort -n | awk 'NF { print; exit }')
  show "restore of $restore_rows rows" "$(calculate "$best_ours / 1000")" "$(calculate "$best_floor / 1000")" ms \
    "$(calculate "$best_ours / $best_floor")" 1.1
  peak=$(calculate "$(cat "$work/peak") / 1024")
  show "its peak memory" "$peak" "-" MiB "$peak" 100
  unset PGHOST PGUSER
}

# Reading the journal and writing the report of a run of 1,000 steps with 100,000 rows in its timeline, in each
# format. Most of it is reading the journal, which `status` does as well.
reporting() {
  local times format row=1 state=$work/report-state
  mkdir "$work/logs"
  report_logs "$work/logs"
  report_runbook "$work/logs" >"$work/report.yaml"
  "$program" run "$work/report.yaml" --state "$state" --reports "$work/reports" >/dev/null
  times=$("$built/compare" 5 "$program" status --state "$state" -- \
    "$program" report --state "$state" --output "$work/report.md" -- \
    "$program" report --state "$state" --format html --output "$work/report.html" -- \
    "$program" report --state "$state" --format json --output "$work/report.json")
  for format in markdown html json; do
    row=$((row + 1))
    show "100,000 rows, $format, beside status" "$(calculate "$(field $row 1 <<<"$times") / 1000000")" \
      "$(calculate "$(field 1 1 <<<"$times") / 1000000")" s "$(calculate "$(field $row 1 <<<"$times") / 1000000")" 5
    show "its peak memory" "$(calculate "$(field $row 2 <<<"$times") / 1024")" \
      "$(calculate "$(field 1 2 <<<"$times") / 1024")" MiB "$(calculate "$(field $row 2 <<<"$times") / 1024")" 300
  done
}

query="SELECT t AS table_name FROM unnest(ARRAY['user', 'session', 'account', 'verification']) AS t"
query+=" WHERE to_regclass(quote_ident(t)) IS NULL"

build_floors
shell_runbook 1 >"$work/shell-1.yaml"
shell_runbook "$steps" >"$work/shell-n.yaml"
sql_runbook 1 "$query" >"$work/sql-1.yaml"
sql_runbook "$steps" "$query" >"$work/sql-n.yaml"
change_runbook 1 >"$work/change-1.yaml"
change_runbook "$changes" >"$work/change-n.yaml"
long_runbook 1 >"$work/long-1.yaml"
long_runbook "$long_steps" >"$work/long-n.yaml"
start_server

cd "$work"
printf '%-34s %12s %12s %-5s %8s %8s\n' figure ours floor unit ratio goal
cold_start
shell_steps
sql_steps
forced_writes
reading
server_log_reading
restoring
reporting
