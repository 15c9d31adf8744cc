#!/usr/bin/env bash
# DEFINITION DEBIAN_PACKAGES LEARN JUDGE REPORT -- FLAGS: fetches the data of the
# definition's tasks, where they are missing, then learns with the user's flags, and
# lets the other programs judge the curves and draw. Paths are beside this script.
# Ends as learning ended: what the numbers say of a claim is not its fault.
set -euo pipefail
definition=$PWD/$1 learn=$PWD/$3 judge=$PWD/$4 report=$PWD/$5
say() { printf 'learn: %s\n' "$*" >&2; }
# shellcheck source=tools/debian_packages.sh
. "$PWD/$2"
shift 6

packages=$("$learn" "$definition" --packages)
if [ -n "$packages" ] && command -v dpkg-query >/dev/null; then
  # shellcheck disable=SC2086
  missing=$(missing_packages $packages)
  # shellcheck disable=SC2086
  [ -z "$missing" ] || install_packages $missing
fi

told=$(mktemp)
trap 'rm -f "$told"' EXIT
"$learn" "$definition" "$@" --folder-file "$told" &
learn=$!
# What ends us is meant for the run, which ends in order; Ctrl-C it hears itself.
trap 'kill -s TERM "$learn"' TERM
trap : INT
while wait "$learn"; status=$?; kill -0 "$learn" 2>/dev/null; do :; done
trap - INT TERM
# Left before its end.
[ "$status" -lt 128 ] || exit "$status"
folder=$(cat "$told")
if [ -n "$folder" ] && [ -s "$folder/curves.csv" ]; then
  "$judge" --results "$folder" --write || true
  "$report" --results "$folder" || true
fi
exit $status
