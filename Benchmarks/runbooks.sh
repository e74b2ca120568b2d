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
