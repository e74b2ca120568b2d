# Functions that write the runbooks which the benchmark runs; sourced by run.sh.

# head_of NAME
head_of() {
  printf 'runbook: %s\ntitle: A benchmark\nseverity: low\n' "$1"
}

# shell_runbook COUNT
shell_runbook() {
  head_of shell
  printf 'verification:\n'
  awk -v count="$1" 'BEGIN {
    for (i = 1; i <= count; i++)
      printf "  - id: step-%d\n    title: Step %d\n    effect: readOnly\n    shell: /bin/true\n", i, i
  }'
}

# sql_runbook COUNT QUERY
sql_runbook() {
  head_of sql
  # shellcheck disable=SC2016
  printf 'connections:\n  main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}\nverification:\n'
  awk -v count="$1" -v query="$2" 'BEGIN {
    for (i = 1; i <= count; i++)
      printf "  - id: step-%d\n    title: Step %d\n    sql: \"%s\"\n    expect: row_count >= 0\n", i, i, query
  }'
}

# change_runbook COUNT: steps that change a database, each with its receipt.
change_runbook() {
  head_of change
  # shellcheck disable=SC2016
  printf 'connections:\n  main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}\n'
  printf 'detection:\n  - id: always\n    sql: SELECT true AS broken\n    confirms: rows[0].broken\nrecovery:\n'
  awk -v count="$1" 'BEGIN {
    for (i = 1; i <= count; i++)
      printf "  - id: step-%d\n    title: Step %d\n    sql: INSERT INTO change VALUES (%d)\n", i, i, i
  }'
}

# long_runbook COUNT: what a person would write, over and over.
long_runbook() {
  head_of long
  printf 'inputs:\n  limit: {type: int, default: 3}\nverification:\n'
  awk -v count="$1" 'BEGIN {
    for (i = 1; i <= count; i++) {
      printf "  - id: step-%d\n    title: How many are there of number %d?\n", i, i
      printf "    when: inputs.limit > 1\n    effect: readOnly\n    shell: printf %%s %d\n", i
      printf "    capture: {count_%d: int(stdout)}\n    expect: exit_code == 0\n", i
    }
  }'
}

# log_runbook PATH
log_runbook() {
  head_of log
  printf 'verification:\n  - id: drops\n    title: Drops\n    timeout: 10m\n    expect: count > 0\n    log:\n'
  printf "      path: %s\n      format: postgres\n      match: '(?i)drop (table|column)'\n" "$1"
}

# server_log MEBIBYTES: a server's log as `log_statement = all` writes it, with a drop in each 2,000 events or so.
# One mebibyte is made and repeated, so that making it takes no longer than reading it.
server_log() {
  local block
  block=$(mktemp)
  awk 'BEGIN {
    srand(1)
    for (size = 0; size < 1048576; size += length(line) + 1) {
      kind = int(rand() * 2000)
      line = sprintf("2025-10-18 %02d:%02d:%02d.%03d UTC [%d] ", count / 3600 % 24, count / 60 % 60, count % 60,
        rand() * 1000, 400 + int(rand() * 90))
      count++
      if (kind == 0) line = line "LOG:  statement: \n\tDROP TABLE session"
      else if (kind < 40) line = line "ERROR:  relation \"session\" does not exist at character 15\n" line \
        "STATEMENT:  SELECT * FROM \"session\" WHERE id = $1"
      else if (kind < 900) line = line "LOG:  duration: " rand() * 10 " ms"
      else line = line "LOG:  execute <unnamed>: SELECT id, name, updated_at FROM users WHERE email = $1 AND id > " kind
      print line
    }
  }' >"$block"
  for ((i = 0; i < $1; i++)); do cat "$block"; done
  rm "$block"
}

# restore_runbook ARCHIVE: brings the table session back from it.
restore_runbook() {
  cat <<YAML
runbook: restore
severity: low
owner: bench
connections:
  main: {kind: postgres, url: "\${{ env.DATABASE_URL }}"}
detection:
  - id: ways
    ways: {tables: "['session']", archive: "$1"}
    capture: {plan: best}
    confirms: way == 'archive'
recovery:
  - id: bring-back
    restore: {way: plan}
verification:
  - id: rows
    sql: SELECT count(*) AS n FROM session
    expect: rows[0].n > 0
YAML
}

# report_logs FOLDER: a hundred server logs of a thousand events each.
report_logs() {
  awk -v folder="$1" 'BEGIN {
    srand(1)
    for (count = 0; count < 100000; count++) {
      file = folder "/" int(count / 1000) + 1 ".log"
      second = int(count / 10)
      printf "2025-10-18 %02d:%02d:%02d.%03d UTC [%d] ", 20 + int(second / 3600), int(second / 60) % 60,
        second % 60, rand() * 1000, 400 + int(rand() * 90) >file
      kind = int(rand() * 40)
      if (kind == 0) printf "LOG:  statement: DROP TABLE t%d\n", count >file
      else printf "ERROR:  relation \"session_%d\" does not exist at character %d\n", kind, rand() * 100 >file
    }
  }'
}

# report_runbook FOLDER: a thousand steps, of which a hundred read those logs.
report_runbook() {
  head_of report
  printf 'timeline:\n'
  awk -v folder="$1" 'BEGIN {
    for (i = 1; i <= 100; i++)
      printf "  - id: log-%d\n    title: Log %d\n    log: {path: %s/%d.log, format: postgres, match: \".\", limit: 1000}\n",
        i, i, folder, i
  }'
  printf 'detection:\n  - id: always\n    effect: readOnly\n    shell: /bin/true\n    confirms: exit_code == 0\n'
  shell_runbook 899 | sed -n '/^verification:/,$p'
}
