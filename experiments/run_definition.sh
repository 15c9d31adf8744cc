#!/usr/bin/env bash
# Runs the program $1 with the definition $2, both beside this script, and the
# user's flags.
exec "$PWD/$1" "$PWD/$2" "${@:3}"
