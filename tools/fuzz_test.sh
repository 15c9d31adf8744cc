#!/usr/bin/env bash
# fuzz_test.sh FUZZER SECONDS SEED...: passes if the fuzzer, starting from the
# seeds, finds nothing: no crash, no leak, no input of a few kilobytes that takes
# five seconds, or for which more than 16 MB are allocated at once.
set -euo pipefail
fuzzer=$1 seconds=$2
shift 2

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/corpus" "$folder/seeds"
cp "$@" "$folder/seeds"

code=0
"./$fuzzer" -max_total_time="$seconds" -timeout=5 -malloc_limit_mb=16 \
  -rss_limit_mb=1024 -max_len=4096 -print_final_stats=1 \
  -artifact_prefix="${TEST_UNDECLARED_OUTPUTS_DIR:-$folder}/" \
  "$folder/corpus" "$folder/seeds" >"$folder/log" 2>&1 || code=$?
if [ "$code" != 0 ]; then
  tail -n 80 "$folder/log"
  echo "the input in Base64 is above; to see it again: $fuzzer FILE"
  exit "$code"
fi

# A fuzzer that stood still would find nothing too.
runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/log")
if [ "${runs:-0}" -lt 1000 ]; then
  tail -n 20 "$folder/log"
  echo "only ${runs:-0} inputs tried"
  exit 1
fi
echo "$runs inputs tried, nothing found"
