#!/usr/bin/env bash
# The program $1 (flops) as a user meets it: what is bad gets exit status 2 and
# one line that names it; what is good, 0 and nothing on stderr.
set -uo pipefail
program="$PWD/$1"
errors="$TEST_TMPDIR/errors"
failed=0

fail() {
  echo "flops $*"
  failed=1
}

refused() {  # what the line must hold, then the arguments
  local said=$1 status out
  shift
  out=$("$program" "$@" 2>"$errors")
  status=$?
  [ $status = 2 ] || fail "$*: exit status $status, not 2"
  [ -z "$out" ] || fail "$*: bad input has output: $out"
  [ "$(wc -l <"$errors")" = 1 ] || fail "$*: not one line: $(cat "$errors")"
  grep -q '^error: ' "$errors" || fail "$*: says $(cat "$errors")"
  grep -qF -- "$said" "$errors" || fail "$*: no '$said' in $(cat "$errors")"
}

accepted() {  # what the output must hold, then the arguments
  local said=$1 out
  shift
  out=$("$program" "$@" 2>"$errors") || fail "$*: exit status $?"
  [ -s "$errors" ] && fail "$*: says $(cat "$errors")"
  grep -qF -- "$said" <<<"$out" || fail "$*: no '$said' in $out"
}

sizes=(--M 32,512 --D 256 --B 8)
allowed="allowed are whole numbers from 1 to 2147483647"
refused "--N 0: $allowed" --N 0 "${sizes[@]}"
refused "--N -5: $allowed" --N -5 "${sizes[@]}"
refused "--N 4k: $allowed" --N 4k "${sizes[@]}"
refused "--N 1.5: $allowed" --N 1.5 "${sizes[@]}"
refused "--N 2147483648: $allowed" --N 2147483648 "${sizes[@]}"
refused "--N 99999999999999999999: $allowed" --N 99999999999999999999 \
  "${sizes[@]}"
refused "--N 1 2: $allowed" --N $'1\n2' "${sizes[@]}"
refused "--M 32,,512: $allowed" --N 64 --D 8 --M 32,,512
refused "--M 32,x: $allowed" --N 64 --D 8 --M 32,x
refused "--M 32,: $allowed" --N 64 --D 8 --M 32,
refused "--N is not given" "${sizes[@]}"
refused "--M is not given" --N 64 --D 8
refused "--D is not given" --N 64 --M 8
refused "--batch 0: $allowed" --N 64 --batch 0 "${sizes[@]}"
refused "H = 3: must divide D = 256" --N 64 --H 3 "${sizes[@]}"
refused "H = 4: must divide C = 6" --N 64 --C 6 --H 4 "${sizes[@]}"
refused "below 2^64" --N 2147483647 "${sizes[@]}"
refused "--Q" --N 64 --Q 1 "${sizes[@]}"
refused "--N" --N 64 --N 65 "${sizes[@]}"
refused "--N" "${sizes[@]}" --N

for figure in "67.1 M" "1.07 B" "0.524 M" "134 M"; do
  accepted "$figure" --N 4096 "${sizes[@]}"
done
accepted "67108864" --N 4096 "${sizes[@]}" --exact
accepted "65536,512,1,256,256,1,1,1,cross_scores,all,reduction,ratio,128" \
  --N 65536 --M 512 --D 256 --format csv
accepted "--batch" --help
exit $failed
