#!/bin/sh
# Prints the Python that Alembic runs with: that of ALEMBIC_PYTHON, else the one that the program `alembic`
# in PATH begins with, else python3. Status 1 where it has no Alembic.
set -eu
python=${ALEMBIC_PYTHON:-}
if [ -z "$python" ]; then
  program=$(command -v alembic || true)
  if [ -n "$program" ]; then
    python=$(sed -n '1s/^#![[:space:]]*\(\/[^[:space:]]*\).*$/\1/p' "$program")
  fi
  case $python in
  '' | */env | */sh) python=$(command -v python3 || true) ;;
  esac
fi
look='import importlib.util as u, sys; sys.exit(u.find_spec("alembic") is None)'
if [ -z "$python" ] || ! "$python" -c "$look" 2>/dev/null; then
  echo "Alembic was not found" >&2
  exit 1
fi
printf %s "$python"
