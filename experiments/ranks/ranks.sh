#!/usr/bin/env bash
# ONE_RANK -- FLAGS: runs a definition over ranks of this machine, by mpirun, or over
# those of the machines that --hostfile names; of several numbers of ranks, a run of
# each. Paths are beside this script.
set -euo pipefail
again=("${BASH_SOURCE[0]}" "${@:1:2}")
program=$PWD/$1
definitions=$PWD/experiments/definitions
shift 2
say() { printf 'ranks: %s\n' "$*" >&2; }

# Some of the words say how to start what the others are for, and where.
ranks='' threads=1 hosts=() places=()
flags=()
while [ $# -gt 0 ]; do
  case $1 in
    --ranks=* | --threads=* | --hostfile=* | --out=* | --resume=*)
      set -- "${1%%=*}" "${1#*=}" "${@:2}" ;;
    --ranks | --threads | --hostfile | --out | --resume) ;;
    *)
      flags+=("$1")
      shift
      continue
      ;;
  esac
  [ $# -ge 2 ] || { say "$1: a value is missing"; exit 2; }
  case $1 in
    --ranks) ranks=$2 ;;
    --threads) threads=$2 flags+=("$1" "$2") ;;
    --hostfile) hosts=("$1" "$2") ;;
    *) places+=("$1" "$2") ;;
  esac
  shift 2
done

# A run has one number of ranks: of several, each has a folder of its own.
if [[ $ranks == *,* ]]; then
  for each in ${ranks//,/ }; do
    "$program" "${flags[@]}" "${places[@]}" --ranks "$each" --definitions "$definitions" \
      --rehearse || exit $?
  done
  status=0
  for each in ${ranks//,/ }; do
    here=()
    if [ ${#places[@]} -gt 0 ]; then
      here=("${places[0]}" "${places[1]}/ranks_$each")
      # Resumed may be what has not begun.
      (cd "${BUILD_WORKING_DIRECTORY:-.}" && [ -e "${here[1]}" ]) || here[0]=--out
    fi
    say "--ranks $each"
    "${again[@]}" "${flags[@]}" "${hosts[@]}" --ranks "$each" "${here[@]}" || status=$?
  done
  exit "$status"
fi
flags+=(${ranks:+--ranks "$ranks"} "${places[@]}" --definitions "$definitions")

command -v mpirun >/dev/null || {
  say "no mpirun: install $(printf '%s ' libopenmpi-dev openmpi-bin)"
  exit 1
}
# Once without mpirun, which has much to say of ranks that refuse their input.
"$program" "${flags[@]}" --rehearse || exit $?
for word in "${flags[@]}"; do
  case $word in --dry-run | --help | -h) exec "$program" "${flags[@]}" ;; esac
done

# Paths of sockets hold 108 characters.
folder=$(mktemp -d /tmp/ranks.XXXX)
trap 'rm -rf "$folder"' EXIT
export TMPDIR=$folder
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_pml=ob1 OMPI_MCA_btl_vader_single_copy_mechanism=none
if [ ${#hosts[@]} -eq 0 ] && [ $((ranks * threads)) -gt "$(nproc)" ]; then
  placed=(--oversubscribe --bind-to none)
  flags+=(--untimed)
else
  placed=(--map-by "slot:PE=$threads" --bind-to core)
fi
# In a group of its own: at Ctrl-C mpirun would end all ranks at once. As SIGUSR1 and
# SIGUSR2 it hands on to rank 0 what ends a run in order; a second time ends mpirun.
set -m
mpirun -n "$ranks" "${hosts[@]}" "${placed[@]}" "$program" "${flags[@]}" \
  --status-file "$folder/status" </dev/null &
mpirun=$!
set +m
heard=0
hand_on() {
  [ "$heard" -eq 0 ] || { kill -s TERM "$mpirun"; return; }
  heard=1
  say 'interrupted: ends after this repetition; once more: at once'
  kill -s "$1" "$mpirun"
}
trap 'hand_on USR1' INT
trap 'hand_on USR2' TERM
while wait "$mpirun"; status=$?; kill -0 "$mpirun" 2>/dev/null; do :; done
[ ! -s "$folder/status" ] || status=$(cat "$folder/status")
exit "$status"
