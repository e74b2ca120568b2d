#!/bin/sh
# Runs COMMAND with a folder of its own for all that is temporary, and removes the folder when COMMAND has ended, also
# when it and this script are killed: what cleans up waits for the end of a pipe that this script holds open.
set -eu
folder=$(mktemp -d "${TMPDIR:-/tmp}/runbook.XXXXXX")
# Test servers run as another user, and their folders are in it.
chmod 0755 "$folder"
mkfifo "$folder/open"
# In a session of its own, which no signal to the command's group ends. Servers in the folder are stopped first by what
# watches over them, which takes their data away with them; 10 seconds are enough for that.
# shellcheck disable=SC2016
setsid sh -c '
  read -r _
  tries=0
  while [ $tries -lt 100 ] && find "$1" -maxdepth 3 -name PG_VERSION | grep -q .; do
    sleep 0.1
    tries=$((tries + 1))
  done
  until rm -rf "$1"; do sleep 0.2; done' sh "$folder" <"$folder/open" >/dev/null 2>&1 &
exec 9>"$folder/open"
status=0
TMPDIR=$folder RUNBOOK_SANDBOX_DIR=$folder "$@" 9>&- || status=$?
exec 9>&-
wait
exit "$status"
