#!/usr/bin/env bash
# DEFINITION RUN VERIFY REPORT [VARIANTS] -- FLAGS: runs the definition with the
# user's flags, then lets the other programs judge the rows, compare variants where
# errors were asked for, and draw. Paths are beside this script. Ends as the run
# ended: what the numbers say of a claim is not the run's fault.
set -uo pipefail
programs=()
while [ "$1" != -- ]; do
  programs+=("$PWD/$1")
  shift
done
shift
definition=${programs[0]} run=${programs[1]} verify=${programs[2]}
report=${programs[3]} variants=${programs[4]-}

told=$(mktemp)
trap 'rm -f "$told"' EXIT
"$run" "$definition" "$@" --folder-file "$told" &
run=$!
# What ends us is meant for the run, which ends in order; Ctrl-C it hears itself.
trap 'kill -s TERM "$run"' TERM
trap : INT
while wait "$run"; status=$?; kill -0 "$run" 2>/dev/null; do :; done
trap - INT TERM
# Left before its end.
[ "$status" -lt 128 ] || exit "$status"
folder=$(cat "$told")
if [ -n "$folder" ] && [ -s "$folder/cells.csv" ]; then
  "$verify" --results "$folder" --write || true
  if [ -n "$variants" ] && [ -e "$folder/errors.csv" ]; then
    printf '\n'
    "$variants" --results "$folder" --write || true
  fi
  "$report" --results "$folder" || true
fi
exit $status
