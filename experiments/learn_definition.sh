#!/usr/bin/env bash
# DEFINITION DEBIAN_PACKAGES LEARN -- FLAGS: fetches the data of the definition's
# tasks, where they are missing, then learns with the user's flags. Paths are
# beside this script.
set -euo pipefail
definition=$PWD/$1 learn=$PWD/$3
say() { printf 'learn: %s\n' "$*" >&2; }
# shellcheck source=tools/debian_packages.sh
. "$PWD/$2"
shift 4

packages=$("$learn" "$definition" --packages)
if [ -n "$packages" ] && command -v dpkg-query >/dev/null; then
  # shellcheck disable=SC2086
  missing=$(missing_packages $packages)
  # shellcheck disable=SC2086
  [ -z "$missing" ] || install_packages $missing
fi
exec "$learn" "$definition" "$@"
