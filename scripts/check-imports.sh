#!/usr/bin/env bash
# Fails when a file imports what its room may not: the table in CONTRIBUTING.md, as a list.
# The build checks the package's own targets; this adds the toolchain's modules, which it cannot know.
set -euo pipefail

status=0

# forbid ROOM PATTERN REASON: no file of the room imports a module that the pattern matches.
forbid() {
  local found
  found=$(grep -rnE --include='*.swift' \
    "^[[:space:]]*(@[a-zA-Z]+[[:space:]]+)*((public|package|internal|fileprivate|private)[[:space:]]+)?import[[:space:]]+((struct|class|enum|func|protocol|var|let|typealias)[[:space:]]+)?($2)([.[:space:]]|$)" \
    "$1" 2>/dev/null) || return 0
  printf '%s\n' "$found" "  ^ $3" >&2
  status=1
}

adapters='Store|Steps|Postgres|SQLite|Recovery|Logs|Migrations|Sandbox|Drill'
forbid Sources/RunbookModel 'Runbook[A-Za-z]+' 'the model stands on nothing of the package'
forbid Sources/RunbookExpression "Runbook(Syntax|Engine|System|Document|Report|$adapters)" 'expressions know the model alone'
forbid Sources/RunbookSyntax "Runbook(Engine|System|Document|Report|$adapters)" 'the file format knows no run'
forbid Sources/RunbookEngine "Runbook(Syntax|Document|Report|$adapters)" 'the engine knows its ports, not their adapters'
forbid Sources/RunbookStore "Runbook(Expression|Syntax|System|Document|Report|SQLite|Steps|Postgres|Recovery|Logs|Migrations|Sandbox|Drill)" 'adapters do not know one another'
forbid Sources/RunbookSystem "Runbook(Expression|Syntax|Engine|Document|Report|$adapters)" 'the system knows no run'
forbid Sources/RunbookPostgres 'Runbook(Expression|Syntax|Document|Report|Store|SQLite|Steps|Recovery|Logs|Migrations|Sandbox|Drill)' 'a connection kind knows none of what uses it'
forbid Sources/RunbookSQLite 'Runbook(Expression|Syntax|Document|Report|Store|Steps|Postgres|Recovery|Logs|Migrations|Sandbox|Drill)' 'a connection kind knows none of what uses it'
forbid Sources/RunbookRecovery 'Runbook(Syntax|Document|Report|Store|SQLite|Steps|Logs|Migrations|Sandbox|Drill)' 'recovery knows PostgreSQL, and no other adapter'
forbid Sources/RunbookLogs 'Runbook(Expression|Syntax|Document|Report|Store|SQLite|Steps|Postgres|Recovery|Migrations|Sandbox|Drill)' 'adapters do not know one another'
forbid Sources/RunbookMigrations 'Runbook(Expression|Syntax|Document|Report|Store|SQLite|Steps|Recovery|Logs|Sandbox|Drill)' "migrations know PostgreSQL's parser, and no other adapter"
forbid Sources/RunbookSandbox 'Runbook(Expression|Syntax|Document|Report|Store|SQLite|Steps|Recovery|Logs|Migrations|Drill)' 'a sandbox knows how its server is reached, and no other adapter'
forbid Sources/RunbookSteps 'Runbook(Expression|Syntax|Document|Report|Store|SQLite|Postgres|Recovery|Logs|Migrations|Sandbox|Drill)' 'adapters do not know one another'
forbid Sources/RunbookDocument "Runbook(Expression|Syntax|Engine|System|Report|$adapters)" 'a page knows texts, not runs'
forbid Sources/RunbookReport "Runbook(Syntax|Engine|System|$adapters)" 'the report comes from the journal alone'
forbid Sources/RunbookDrill "Runbook(Syntax|System|Report|Store|SQLite|Steps|Postgres|Recovery|Logs|Migrations|Sandbox)" 'adapters do not know one another'
forbid Sources/RunbookEngine 'GRDB|GRDBSQLite|Mustache|SystemPackage|RunbookSystem|C[A-Z][A-Za-z]+' 'the engine has no effects of its own'
forbid Sources/RunbookDocument 'Foundation|GRDB|GRDBSQLite|Subprocess|Dispatch|Glibc|C[A-Z][A-Za-z]+' 'a page is a pure function of its texts'
forbid Sources/RunbookReport 'GRDB|GRDBSQLite|Subprocess|Dispatch|Glibc|C[A-Z][A-Za-z]+' 'the report is a pure function of the journal'
forbid Sources/RunbookDrill 'GRDB|GRDBSQLite|Subprocess|Dispatch|Glibc|C[A-Z][A-Za-z]+' 'a drill has no way to the world'
forbid Sources/RunbookDrill/Simulation 'Foundation' 'a simulated run opens no connection, file or process'
forbid Sources 'FoundationNetworking|XCTest' 'HTTP goes through libcurl, tests through Swift Testing'
forbid Tests 'XCTest' 'Swift Testing only'

exit "$status"
