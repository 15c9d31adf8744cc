#!/usr/bin/env bash
# A sweep over a cluster, by Slurm: eight nodes to itself, each with a shard of every
# cell's repetitions. From the checkout:
#   sbatch [--array=0-3 ...] tools/cluster/slurm_sweep.sh DEFINITION DIR [FLAGS]
# Flags are the run's. A task that starts again goes on with its shard; SHARDS=8 is for
# those who start some of eight tasks alone. docs/scale.md has the rest.
#SBATCH --job-name=perceiver_sweep
#SBATCH --array=0-7
#SBATCH --nodes=1
#SBATCH --exclusive
#SBATCH --time=02:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=perceiver_sweep-%A_%a.log
set -euo pipefail
[ $# -ge 2 ] || { echo "slurm_sweep.sh: DEFINITION DIR [FLAGS]" >&2; exit 2; }
definition=$1 shard=$2/shards/$SLURM_ARRAY_TASK_ID
shift 2

place=(--out "$shard")
[ ! -e "$shard/manifest.json" ] || place=(--resume "$shard")
exec bazel-bin/experiments/run/run "$definition" "$@" "${place[@]}" \
  --shard "$SLURM_ARRAY_TASK_ID/${SHARDS:-$SLURM_ARRAY_TASK_COUNT}"
