#!/usr/bin/env bash
# The worked example $1 as a user meets it: plain where it is piped, coloured on
# a terminal unless NO_COLOR is set, one line for what it does not take.
set -uo pipefail
unset NO_COLOR
program="$PWD/$1"
failed=0

check() {  # what, expected, found
  [ "$2" = "$3" ] && return
  echo "$1: expected $2, found $3"
  failed=1
}

has_colours() { grep -q $'\x1b' && echo yes || echo no; }

check "piped, colours" no "$("$program" | has_colours)"
check "piped, exit status" 0 "$("$program" >/dev/null; echo $?)"
if command -v script >/dev/null; then  # gives the program a terminal
  check "terminal, colours" yes \
    "$(script -qec "$program" /dev/null </dev/null | has_colours)"
  check "terminal with NO_COLOR, colours" no \
    "$(NO_COLOR=1 script -qec "$program" /dev/null </dev/null | has_colours)"
fi

said=$("$program" --words 7 2>&1 >/dev/null)
check "unknown flag, exit status" 2 $?
check "unknown flag, lines" 1 "$(wc -l <<<"$said")"
check "unknown flag, begins" "error: " "${said:0:7}"
exit $failed
