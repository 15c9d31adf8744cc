#!/usr/bin/env bash
# The simulation, held against a measurement: two ranks of this machine send through a link of
# limited rate, the loopback of a network namespace with a token bucket, and two simulated hosts
# through one of the same rate. Needs root, iproute2, Open MPI and SimGrid. From the checkout:
#   ./bazelw build //experiments:run //experiments:ranks //experiments:replay
#   sudo experiments/replay/limited_link.sh [MBIT] [FOLDER]
# prints both times of each cell and their ratio, and ends with 1 where they are more than a
# quarter apart.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
mbit=${1:-200}
folder=$(readlink -m "${2:-results/local/limited_link}")
space=limited_link_$$
mkdir -p "$folder"

cells=$folder/limited_link.toml
cat >"$cells" <<END
shows = "Two ranks over a limited link."
contestants = ["perceiver", "bare_perceiver"]
repetitions = 5
[base]
N = 16384
M = 256
B = 2
D = 256
H = 8
[[sweep]]
N = [8192, 16384, 32768, 65536]
[[sweep]]
N = [16384, 32768]
M = [512]
END
# Both ranks send through one bucket, so that the two hosts share one link.
cat >"$folder/limited_link.xml" <<END
<?xml version='1.0'?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <config>
    <prop id="network/model" value="CM02"/>
    <prop id="network/bandwidth-factor" value="0.97"/>
    <prop id="network/crosstraffic" value="0"/>
  </config>
  <zone id="both" routing="Full">
    <host id="host-0" speed="1Gf"/>
    <host id="host-1" speed="1Gf"/>
    <link id="link" bandwidth="${mbit}Mbps" latency="25us"/>
    <route src="host-0" dst="host-1"><link_ctn id="link"/></route>
  </zone>
</platform>
END
rm -rf "$folder"/{alone,over_link,simulated}

say() { printf 'limited_link: %s\n' "$*" >&2; }
say "one rank's share, alone"
bazel-bin/experiments/run/run "$cells" --threads 1 --out "$folder/alone" >/dev/null

say "two ranks over $mbit Mbit/s"
ip netns add "$space"
trap 'ip netns del "$space"' EXIT
ip -n "$space" link set lo up mtu 1500  # as Ethernet's: the bucket counts packets
ip netns exec "$space" tc qdisc add dev lo root tbf rate "${mbit}mbit" burst 256kb latency 1s
(
  cd bazel-bin/experiments/ranks/ranks.runfiles/perceiver_benchmark
  # Not through shared memory.
  OMPI_MCA_btl=self,tcp OMPI_MCA_btl_tcp_if_include=lo \
    ip netns exec "$space" experiments/ranks/ranks.sh experiments/ranks/one_rank -- \
    --ranks 2 --threads 1 "$cells" --out "$folder/over_link" >/dev/null
)

say "two simulated hosts"
bazel-bin/experiments/replay/replay "$cells" --ranks 2 --results "$folder/alone" \
  --platform "$folder/limited_link.xml" --out "$folder/simulated" >/dev/null

python3 - "$folder" <<'END'
import csv, statistics, sys
def rows(name):
    with open(f"{sys.argv[1]}/{name}", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
measured = {}
for row in rows("over_link/cells.csv"):
    if row["status"] == "ok" and row["part"] == "total":
        measured.setdefault(row["cell_id"], []).append(float(row["seconds"]))
print(f"{'measured s':>11} {'simulated s':>11} {'ratio':>6} {'exchange':>8}  cell")
worst = 1
for row in rows("simulated/simulated.csv"):
    took, told = statistics.median(measured[row["cell_id"]]), float(row["seconds"])
    worst = max(worst, told / took, took / told)
    print(f"{took:11.4f} {told:11.4f} {told / took:6.3f} "
          f"{float(row['exchange_seconds']) / told:8.0%}  {row['cell_id']}")
print(f"the simulation is off by {100 * (worst - 1):.1f} % at most")
sys.exit(worst > 1.25)
END
