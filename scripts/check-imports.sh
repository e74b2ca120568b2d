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

forbid Sources/RunbookModel 'Runbook[A-Za-z]+' 'the model stands on nothing of the package'
forbid Sources/RunbookExpression 'Runbook(Syntax|Engine|Store|Steps|Report|Drill|Web)' 'expressions know the model alone'
forbid Sources/RunbookSyntax 'Runbook(Engine|Store|Steps|Report|Drill|Web)' 'the file format knows no run'
forbid Sources/RunbookEngine 'Runbook(Syntax|Store|Steps|Report|Drill|Web)' 'the engine knows its ports, not their adapters'
forbid Sources/RunbookStore 'Runbook(Expression|Syntax|Steps|Report|Drill|Web)' 'adapters do not know one another'
forbid Sources/RunbookSteps 'Runbook(Syntax|Store|Report|Drill|Web)' 'adapters do not know one another'
forbid Sources/RunbookSystem 'Runbook(Expression|Syntax|Engine|Store|Steps|Document|Report|Drill|Web)' 'the system knows no run'
forbid Sources/RunbookDocument 'Runbook(Expression|Syntax|Engine|Store|Steps|Report|Drill|Web)' 'a page knows texts, not runs'
forbid Sources/RunbookReport 'Runbook(Syntax|Engine|Store|Steps|Drill|Web)' 'the report comes from the journal alone'
forbid Sources/RunbookDrill 'Runbook(Syntax|Store|Steps|Report|Web)' 'adapters do not know one another'
forbid Sources/RunbookEngine 'GRDB|Mustache|SystemPackage|RunbookSystem|C[A-Z][A-Za-z]+' 'the engine has no effects of its own'
forbid Sources/RunbookDocument 'Foundation|GRDB|Subprocess|Dispatch|Glibc|C[A-Z][A-Za-z]+' 'a page is a pure function of its texts'
forbid Sources/RunbookReport 'GRDB|Subprocess|Dispatch|Glibc|C[A-Z][A-Za-z]+' 'the report is a pure function of the journal'
forbid Sources/RunbookDrill 'GRDB|Subprocess|Dispatch|Glibc|C[A-Z][A-Za-z]+' 'a drill has no way to the world'
forbid Sources/RunbookDrill/Simulation 'Foundation' 'a simulated run opens no connection, file or process'
forbid Sources 'FoundationNetworking|XCTest' 'HTTP goes through libcurl, tests through Swift Testing'
forbid Tests 'XCTest' 'Swift Testing only'

exit "$status"
