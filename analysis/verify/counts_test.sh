#!/usr/bin/env bash
# All claims on counts and facts come out as arithmetic says, none inconclusive.
set -euo pipefail
said=$("$PWD/$1" --counts) || { echo "$said"; exit 1; }
echo "$said"
tail -n 1 <<<"$said" | grep -q " 0 inconclusive; 0 not as expected"
