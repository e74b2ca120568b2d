#!/usr/bin/env bash
# All output goes through Console, which makes text of others harmless: nothing else may write to the terminal,
# nor make a control sequence.
set -euo pipefail
cd "$(dirname "$0")/.."

found=$(grep -rnE --include='*.swift' \
  '(^|[^.A-Za-z_])(print|debugPrint|dump|fputs|puts|putchar|printf|fprintf|perror|fwrite)\(|FileHandle\.standard(Output|Error)|STD(OUT|ERR)_FILENO|\\u\{0*1[bB]\}|FileHandle\(fileDescriptor: [12]\b|[^A-Za-z_.]std(out|err)\)' \
  Sources | grep -vE '^Sources/runbook/Output/Console\.swift:|^[^:]*:[0-9]+: *//' || true)
# The document's own words may name the functions; methods called print are Console's.
found=$(grep -vE '(func|console|Console\.current\(\.current\(\)\))[ .]print' <<<"$found" || true)
if [ -n "$found" ]; then
  echo "$found"
  echo "error: output goes through Console (Sources/runbook/Output/Console.swift)" >&2
  exit 1
fi
