"""Threads, kernels and phases: what a run is told to measure with, and of."""
import json
import os
import pathlib
import re
import socket
import unittest

from experiments.run.testing import SMOKE, RunTestCase, rows_of, run

PHASES = """
shows = "Phases."
contestants = ["perceiver", "attention"]
phases = ["forward", "backward", "update", "step"]
optimiser = "lamb"
keep = "recompute"
repetitions = 2
[base]
N = 64
M = 8
D = 16
H = 2
"""

# Large enough to be more than nothing in giga and mega.
PLANNED = """
shows = "A plan."
contestants = ["bare_perceiver", "transformer"]
[base]
N = 4096
M = 256
D = 64
H = 2
[[sweep]]
N = [2048, 8192, 16384]
"""


class SettingsTest(RunTestCase):
    def test_more_threads_than_cores_is_a_warning(self):
        out = self.folder / "out"
        threads = os.cpu_count() + 3
        result = run(SMOKE, "--out", out, "--threads", threads,
                     "--repetitions", 1, "--filter", "^bare_perceiver/N=64")
        self.assertEqual(result.returncode, 0, result.stderr)
        manifest = json.loads((out / "manifest.json").read_text())
        self.assertTrue(any("threads on" in w for w in manifest["warnings"]))
        self.assertEqual({r["threads"] for r in rows_of(out)}, {str(threads)})

    def test_several_counts_of_threads_are_one_run(self):
        out = self.folder / "out"
        words = (SMOKE, "--filter", "^(perceiver|transformer)/N=64", "--repetitions", 2)
        result = run(*words, "--out", out, "--threads", "2,1")
        self.assertEqual(result.returncode, 0, result.stderr)
        rows = [row for row in rows_of(out) if row["part"] == "total"]
        self.assertEqual({row["status"] for row in rows}, {"ok"})
        counts = {}
        for row in rows:
            counts.setdefault(row["cell_id"].rpartition("=")[0], []).append(row["threads"])
        self.assertEqual([sorted(each) for each in counts.values()],
                         [["1", "1", "2", "2"]] * len(counts))
        manifest = json.loads((out / "manifest.json").read_text())
        self.assertEqual(manifest["settings"]["threads"], [1, 2])
        speeds = manifest["calibration_by_threads"]
        self.assertEqual(sorted(speeds), ["1", "2"])
        self.assertEqual(speeds["2"], manifest["calibration"])
        self.assertLess(result.stdout.index("threads = 1\n"), result.stdout.index("threads = 2\n"))
        self.assert_refused(run(*words, "--resume", out, "--threads", 2), "threads, ranks, repetitions")
        self.assertEqual(run(*words, "--resume", out, "--threads", "1,2").returncode, 0)
        planned = run(*words, "--dry-run", "--threads", "1,2").stdout
        self.assertIn(f"{2 * len(counts)} cells", planned)
        self.assertEqual(planned.count("/threads=1\n"), planned.count("/threads=2\n"))

    def test_shards_share_out_repetitions(self):
        words = (SMOKE, "--filter", "^(bare_perceiver|transformer)/N=64", "--repetitions", 5)
        numbers = {}
        for shard in ("0/2", "1/2"):
            out = self.folder / shard[0]
            result = run(*words, "--out", out, "--shard", shard)
            self.assertEqual(result.returncode, 0, result.stderr)
            for row in rows_of(out):
                if row["part"] == "total":
                    numbers.setdefault((row["cell_id"], shard), set()).add(int(row["repetition"]))
            manifest = json.loads((out / "manifest.json").read_text())
            self.assertEqual(manifest["settings"]["shard"], {"index": int(shard[0]), "of": 2})
            self.assertEqual(manifest["settings"]["repetitions"], 5)
            self.assertEqual(manifest["hosts"], [socket.gethostname()])
        self.assertEqual(len(numbers), 2 * 2, "cells are not shared out")
        for (_, shard), found in numbers.items():
            self.assertEqual(found, {"0/2": {0, 2, 4}, "1/2": {1, 3}}[shard])
        planned = run(*words, "--dry-run", "--shard", "1/2").stdout
        self.assertIn("2 cells × 2 of 5 repetitions (shard 1/2)", planned)

    def test_a_shard_goes_on_as_itself_alone(self):
        out = self.folder / "out"
        words = (SMOKE, "--filter", "^bare_perceiver/N=64", "--repetitions", 5)
        self.assertEqual(run(*words, "--out", out, "--shard", "1/2").returncode, 0)
        path = out / "cells.csv"
        whole = path.read_text()
        path.write_text("".join(line for line in whole.splitlines(True)
                                if line.split(",")[-12] != "3"))
        self.assertLess(len(path.read_text()), len(whole))
        for other in ((), ("--shard", "0/2"), ("--shard", "1/3")):
            self.assert_refused(run(*words, "--resume", out, *other), "shard, seed or scalar differ")
        result = run(*words, "--resume", out, "--shard", "1/2")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual([row["repetition"] for row in rows_of(out) if row["part"] == "total"],
                         ["1", "3"])

    def test_a_shard_that_is_too_noisy_takes_more_of_its_own(self):
        out = self.folder / "out"
        text = PHASES.replace("[base]", "[precision]\nhalf_width = 1e-9\nmost_repetitions = 9\n[base]")
        result = run(self.define(text), "--out", out, "--shard", "1/2", "--filter",
                     "^attention/.*forward|^attention/[^:]*$")
        self.assertEqual(result.returncode, 0, result.stderr)
        found = {}
        for row in rows_of(out):
            if row["part"] == "total":
                found.setdefault(row["cell_id"], []).append(int(row["repetition"]))
        self.assertGreater(len(found), 0)
        for each in found.values():
            self.assertEqual(sorted(each), [1, 3, 5, 7])

    def test_shards_that_cannot_be_are_refused(self):
        for shard in ("3/2", "2/2", "a/b", "0/0", "1", "-1/2", "0/2/2"):
            self.assert_refused(run(SMOKE, f"--shard={shard}"), f"--shard {shard}: allowed is i/n")
        self.assert_refused(run(SMOKE, "--shard", "5/6", "--repetitions", 5),
                            "--shard 5/6: has none of 5 repetitions")

    def test_a_dry_runs_totals_are_those_of_its_rows(self):
        words = (self.define(PLANNED), "--dry-run", "--repetitions", 4)
        for more, skips in (((), False), (("--memory", 20_000_000), True)):
            said = run(*words, *more).stdout
            rows = re.findall(r"^ *([\d.]+) +([\d.]+) +([\d.e+-]+)  \S+(  SKIPPED)?", said, re.M)
            kept = [[float(number) for number in row[:3]] for row in rows if not row[3]]
            self.assertEqual(len(kept) < len(rows), skips)
            self.assertIn(f"\n{len(rows)} cells × 4 repetitions\n", said)
            total = re.search(r"^(\d+) cells would be run: ([\d.]+) GMACs in about ([\d.e+-]+) s of "
                              r"forwards, ([\d.]+) MB at most; (\d+) would be skipped", said, re.M)
            cells, macs, seconds, most, skipped = map(float, total.groups())
            self.assertEqual((cells, skipped), (len(kept), len(rows) - len(kept)))
            # Each runs once more than it is repeated.
            self.assertAlmostEqual(macs / (5 * sum(row[0] for row in kept)), 1, places=2)
            self.assertAlmostEqual(seconds / (5 * sum(row[2] for row in kept)), 1, places=1)
            self.assertEqual(most, max(row[1] for row in kept))

    def test_blas_kernels_older_than_the_cpu_are_a_warning(self):
        if "avx512bw" not in pathlib.Path("/proc/cpuinfo").read_text():
            self.skipTest("the CPU has no AVX-512")
        for core, warns in [("Haswell", True), ("SkylakeX", False)]:
            out = self.folder / core
            run(SMOKE, "--out", out, "--filter", "^bare_p.*N=64", "--repetitions", 1,
                env={**os.environ, "OPENBLAS_CORETYPE": core})
            warnings = json.loads((out / "manifest.json").read_text())["warnings"]
            self.assertEqual(
                any("OPENBLAS_CORETYPE" in w for w in warnings), warns, warnings)

    def test_phases_are_cells_of_their_own(self):
        out = self.folder / "out"
        result = run(self.define(PHASES), "--out", out)
        self.assertEqual(result.returncode, 0, result.stderr)
        rows = [row for row in rows_of(out) if row["part"] == "total"]
        self.assertEqual({row["status"] for row in rows}, {"ok"})
        counts = {}
        for row in rows:
            counts.setdefault((row["contestant"], row["phase"]), []).append(int(row["macs"]))
        self.assertEqual(sorted(counts), sorted(
            (contestant, phase) for contestant in ("attention", "perceiver")
            for phase in ("forward", "backward", "update", "step")))
        for contestant in ("attention", "perceiver"):
            macs = {phase: counts[contestant, phase][0]
                    for phase in ("forward", "backward", "update", "step")}
            self.assertEqual(macs["step"], macs["forward"] + macs["backward"])
            self.assertEqual(macs["update"], 0)
        parts = {row["part"] for row in rows_of(out) if row["phase"] == "update"}
        self.assertEqual(parts, {"update", "total"})
        plans = {row["plan"] for row in rows if row["phase"] == "step"}
        self.assertEqual({plan.split(", ")[1] for plan in plans}, {"recompute"})
        self.assertIn("perceiver: step", result.stdout)


if __name__ == "__main__":
    unittest.main()
