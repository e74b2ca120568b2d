#!/usr/bin/env bash
# Installs the Debian packages that the build, the tests and the demo need, and only those that are missing.
# Nothing is started, and no database cluster need be running.
set -euo pipefail

required=(
  libyaml-dev libpq-dev libpg-query-dev libmd-dev libcurl4-openssl-dev zlib1g-dev libsqlite3-dev
  pkg-config git make postgresql postgresql-client cmark-gfm python3-html5lib
)
# Without these a test is skipped, the sandbox uses a recorded migration, or a figure is missing.
optional=(alembic python3-psycopg2 strace pgbouncer)

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "This is no Debian system; the following must be there already: ${required[*]} ${optional[*]}" >&2
  exit 0
fi

is_installed() {
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing_of() {
  local package
  for package in "$@"; do
    is_installed "$package" || printf '%s\n' "$package"
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "error: neither root nor sudo; have these installed: ${missing[*]}" >&2
    exit 1
  fi
}

install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
    -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

mapfile -t missing < <(missing_of "${required[@]}" "${optional[@]}")
[ "${#missing[@]}" -gt 0 ] || exit 0

echo "Installing ${missing[*]}"
as_root apt-get -o DPkg::Lock::Timeout=300 update </dev/null
install "${missing[@]}" && exit 0

# One that this system does not have must not keep the others away.
mapfile -t missing < <(missing_of "${required[@]}")
[ "${#missing[@]}" -eq 0 ] || install "${missing[@]}"
for package in $(missing_of "${optional[@]}"); do
  install "$package" || echo "warning: $package could not be installed; going on without it" >&2
done
