#!/usr/bin/env bash
# Runs the definition $2 with the program $1 and the user's flags, then lets $3
# judge the results, $4 compare variants where errors were asked for, and $5 draw. Paths are beside this script. Ends as $1
# ended: what the numbers say of a claim is not the run's fault.
set -uo pipefail
run=$PWD/$1 definition=$PWD/$2 verify=$PWD/$3 variants=$PWD/$4 report=$PWD/$5
shift 5

told=$(mktemp)
trap 'rm -f "$told"' EXIT
"$run" "$definition" "$@" --folder-file "$told"
status=$?
folder=$(cat "$told")
if [ -n "$folder" ] && [ -s "$folder/cells.csv" ]; then
  "$verify" --results "$folder" || true
  if [ -e "$folder/errors.csv" ]; then
    printf '\n'
    "$variants" --results "$folder" || true
  fi
  "$report" --results "$folder" || true
fi
exit $status
