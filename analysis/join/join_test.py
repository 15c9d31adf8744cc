"""join, as a user meets it: shards that the program behind the experiments made."""
import contextlib
import csv
import io
import json
import math
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from analysis.join import join as program
from tools.command_line import run_command

ROOT = pathlib.Path.cwd()
JOIN = ROOT / "analysis/join/join"
RUN = ROOT / "experiments/run/run_uncalibrated"
READERS = (["analysis/verify/verify", "--results"], ["analysis/report/report", "--results"],
           ["analysis/show/show", "--results"])
DEFINITION = """
shows = "A sweep over two machines."
contestants = ["perceiver", "transformer(attention=sliding_window, window=8)"]
repetitions = 4
[base]
N = 64
M = 8
D = 32
H = 2
[[sweep]]
N = [32, 64, 16777216]
[budget]
memory = 10000000
[errors]
patterns = ["random"]
"""


def measure(definition, out, *words):
    subprocess.run([RUN, definition, "--out", out, "--threads", "1", *words], check=True,
                   capture_output=True)


def rows_of(folder, name="cells.csv"):
    with open(folder / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def manifest_of(folder):
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def timed(folder):
    return [row for row in rows_of(folder) if row["part"] == "total" and row["status"] == "ok"]


def without_run(rows):
    return sorted(tuple(value for key, value in row.items() if key != "run_id") for row in rows)


class JoinTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.made = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.made)
        cls.definition = cls.made / "trial.toml"
        cls.definition.write_text(DEFINITION)
        for index in range(2):
            measure(cls.definition, cls.made / f"s{index}", "--shard", f"{index}/2")

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.shards = [shutil.copytree(self.made / name, self.folder / name)
                       for name in ("s0", "s1")]
        self.out = self.folder / "joined"

    def join(self, *folders):
        """As the program does; to start it each time takes longer than all else."""
        words = [str(each) for each in (*(folders or self.shards), "--out", self.out)]
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = run_command(lambda: program.main(words))
        return subprocess.CompletedProcess(words, status, out.getvalue(), err.getvalue())

    def joined(self, *folders):
        result = self.join(*folders)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result

    def assert_refused(self, said, *folders):
        before = sorted(self.folder.rglob("*"))
        result = self.join(*folders)
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertRegex(result.stderr, r"\Aerror: [^\n]*\n\Z")
        self.assertIn(said, result.stderr)
        self.assertEqual(sorted(self.folder.rglob("*")), before, "something was written")

    def edit(self, folder, **tables):
        """Other values in the manifest's tables."""
        manifest = manifest_of(folder)
        for name, values in tables.items():
            manifest[name].update(values)
        (folder / "manifest.json").write_text(json.dumps(manifest))

    def rewrite(self, folder, change):
        """Rows as `change` makes them of each; None: without it."""
        rows = [row for row in map(change, rows_of(folder)) if row]
        with open(folder / "cells.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def test_no_row_is_lost_and_none_is_there_twice(self):
        result = self.joined()
        self.assertEqual(result.stderr, "")
        self.assertIn("2 of 2 shards of trial, 16 repetitions of 6 cells", result.stdout)
        rows = rows_of(self.out)
        shards = [row for folder in self.shards for row in rows_of(folder)]
        ok = [row for row in rows if row["status"] == "ok"]
        self.assertEqual(without_run(ok),
                         without_run(row for row in shards if row["status"] == "ok"))
        totals = {}
        for row in ok:
            if row["part"] == "total":
                totals.setdefault(row["cell_id"], []).append(row["repetition"])
        self.assertEqual(list(totals.values()), [["0", "1", "2", "3"]] * 4)
        skipped = [row["cell_id"] for row in rows if row["status"] == "skipped"]
        self.assertEqual(len(skipped), 2, "both say the same of it")
        self.assertEqual(skipped, list(dict.fromkeys(skipped)))
        # A repetition's total stays its last row, as it is written.
        for before, after in zip(ok, ok[1:]):
            if before["part"] != "total":
                self.assertEqual([before[key] for key in ("cell_id", "repetition")],
                                 [after[key] for key in ("cell_id", "repetition")])
        self.assertEqual(without_run(rows_of(self.out, "errors.csv")),
                         without_run(rows_of(self.shards[0], "errors.csv")))

    def test_the_manifest_says_of_what_it_was_made(self):
        self.edit(self.shards[1], machine={"memory_bytes": 1, "kernel": "Linux 7"},
                  calibration={"before": {**manifest_of(self.shards[0])["calibration"]["before"],
                                          "gemm_flops_per_second": 4e9}})
        self.edit(self.shards[0], calibration={
            "before": {**manifest_of(self.shards[0])["calibration"]["before"],
                       "gemm_flops_per_second": 1e9}})
        said = self.joined().stderr
        self.assertIn("machines differ in their kernel: ", said)
        manifest = manifest_of(self.out)
        parts = [manifest_of(folder) for folder in self.shards]
        self.assertEqual([part["run_id"] for part in manifest["parts"]],
                         [part["run_id"] for part in parts])
        self.assertEqual([part["settings"]["shard"] for part in manifest["parts"]],
                         [{"index": index, "of": 2} for index in range(2)])
        self.assertEqual(manifest["definition"], parts[0]["definition"])
        self.assertEqual(manifest["settings"]["shards"], 2)
        self.assertNotIn("shard", manifest["settings"])
        self.assertEqual({row["run_id"] for name in ("cells.csv", "errors.csv", "shards.csv")
                          for row in rows_of(self.out, name)}, {manifest["run_id"]})
        self.assertNotIn(manifest["run_id"], [part["run_id"] for part in parts])
        # Geometric: the two were measured twice as fast and half as fast as it.
        self.assertAlmostEqual(
            manifest["calibration"]["before"]["gemm_flops_per_second"], 2e9, delta=1)
        self.assertAlmostEqual(manifest["accounts"]["wall_seconds"],
                               sum(part["accounts"]["wall_seconds"] for part in parts))

    def test_others_read_it_as_any_run(self):
        subprocess.run([JOIN, *self.shards, "--out", self.out], check=True, capture_output=True)
        for reader, *words in READERS:
            result = subprocess.run([ROOT / reader, *words, self.out], capture_output=True,
                                    text=True, check=False)
            self.assertEqual((result.returncode, result.stderr), (0, ""), reader)
        result = subprocess.run([ROOT / "analysis/compare/compare", self.out, self.out],
                                capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("6 cells in both", result.stdout)
        # It is no machine's, and none goes on with it.
        result = subprocess.run([RUN, self.definition, "--threads", "1", "--resume", self.out],
                                capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertIn("shard, seed or scalar differ", result.stderr)

    def test_variance_between_shards_is_told_from_that_within(self):
        a, d = 0.01, 0.2  # logarithms: repetitions differ by 2a, shards by d
        cell = timed(self.shards[0])[0]["cell_id"]

        def of(shard):
            def seconds(row):
                if row["status"] == "ok" and row["part"] == "total":
                    log = 2 * a * (int(row["repetition"]) // 2)
                    row["seconds"] = math.exp(log + d * shard * (row["cell_id"] == cell))
                return row
            return seconds
        for index, folder in enumerate(self.shards):
            self.rewrite(folder, of(index))
        said = self.joined().stdout
        first, *others = rows_of(self.out, "shards.csv")
        self.assertEqual((first["cell_id"], first["slowest"], first["repetitions"]),
                         (cell, "1", "4"))
        self.assertAlmostEqual(float(first["within"]), math.sqrt(2) * a, 12)
        # Mean squares d² between and 2a² within, of two repetitions each.
        self.assertAlmostEqual(float(first["between"]), math.sqrt((d**2 - 2 * a**2) / 2), 12)
        self.assertAlmostEqual(float(first["over_mean"]), math.exp(d / 2), 12)
        self.assertEqual({row["between"] for row in others}, {"0.0"})
        self.assertIn(f"the largest between: 14.11 %, {cell}, where shard 1/2 takes 1.105", said)
        self.assertRegex(said, rf"\n +1/2 +{math.exp(d / 8):.3f} +1\.000 to 1\.105 ")

    def test_what_lacks_is_said_and_can_be_made_good(self):
        for index in range(3):
            measure(self.definition, self.folder / f"t{index}", "--shard", f"{index}/3",
                    "--repetitions", "6", "--filter", "^perceiver/")
        thirds = [self.folder / f"t{index}" for index in range(3)]
        result = self.joined(*thirds[:2])
        self.assertEqual(result.stderr, "warning: missing: shard 2/3\n")
        self.assertIn("missing: shard 2/3", manifest_of(self.out)["warnings"])
        shutil.rmtree(self.out)
        whole = rows_of(thirds[1])
        self.rewrite(thirds[1], lambda row: row if row["N"] != "32" else None)
        result = self.joined(*thirds)
        self.assertIn("warning: shard 1/3 lacks 2 of its repetitions; --resume", result.stderr)
        self.assertIn("1 cells were timed by some of the shards alone, as perceiver/N=32",
                      result.stderr)
        shutil.rmtree(self.out)
        subprocess.run([RUN, self.definition, "--resume", thirds[1], "--threads", "1", "--shard",
                        "1/3", "--repetitions", "6", "--filter", "^perceiver/"], check=True,
                       capture_output=True)
        self.assertEqual(len(rows_of(thirds[1])), len(whole))
        self.assertEqual(self.joined(self.folder / "t0", *thirds[1:]).stderr, "")

    def test_shards_that_differ_are_refused_by_name(self):
        s0, s1 = self.shards
        s2 = shutil.copytree(s1, self.folder / "s2")
        kept = (s0 / "manifest.json").read_text()
        for tables, said in (
                ({"build": {"binary_sha256": "another"}}, "the program"),
                ({"build": {"blas": "another"}}, "the BLAS"),
                ({"machine": {"cpu": "another"}}, "the CPU (another, not "),
                ({"machine": {"cpu_flags": "fpu new"}}, "its flags (has new and lacks "),
                ({"machine": {"cache_bytes": {"level_2": 1}}}, "its caches"),
                ({"settings": {"seed": 9}}, "the seed (9, not 1)"),
                ({"settings": {"shard": {"index": 0, "of": 4}}},
                 "the number of shards (4, not 2)")):
            self.edit(s0, **tables)
            # Two others are alike, so that this one is who differs.
            self.assert_refused(f"differs from {s1} (shard 1/2) in {said}", s0, s1, s2)
            (s0 / "manifest.json").write_text(kept)
        other = self.folder / "trial.toml"
        other.write_text(DEFINITION.replace("N = [32, 64, ", "N = [32, 64, 65, "))
        measure(other, self.folder / "o", "--shard", "0/2")
        self.assert_refused("in the definition", self.folder / "o", s1)

        def miscount(row):
            return {**row, "macs": int(row["macs"]) + 1} if row["part"] == "mlp" else row
        self.rewrite(s0, miscount)
        self.assert_refused("in what was counted: macs ", s0, s1)

    def test_a_repetition_is_one_shards(self):
        s0, s1 = self.shards
        again = shutil.copytree(s0, self.folder / "again")
        self.assert_refused("both hold repetition 0 of ", s0, again)
        self.edit(again, settings={"shard": {"index": 1, "of": 2}})
        self.assert_refused("both hold repetition 0 of ", s0, again)
        # One that says it is a shard, and has a row more.
        row = timed(s0)[0]
        with open(s1 / "cells.csv", "a", newline="", encoding="utf-8") as file:
            csv.DictWriter(file, row, lineterminator="\n").writerow(
                {**row, "run_id": manifest_of(s1)["run_id"]})
        self.assert_refused(f"both hold repetition {row['repetition']} of {row['cell_id']}")

    def test_bad_input_is_one_line(self):
        s0, s1 = self.shards
        self.assert_refused("none: neither a run nor a folder with runs", self.folder / "none")
        self.joined()
        kept = rows_of(self.out)
        self.assert_refused("joined: exists")
        self.assertEqual(rows_of(self.out), kept)
        self.out = self.folder / "again"
        self.assert_refused("joined: is joined already", self.folder / "joined", s1)
        whole = (s1 / "cells.csv").read_text()
        (s1 / "cells.csv").write_text(whole[:-5])
        self.assert_refused("the last line is cut off; `--resume")
        lines = whole.splitlines(keepends=True)
        last = max(at for at, line in enumerate(lines) if ",total," in line and ",ok," in line)
        (s1 / "cells.csv").write_text("".join(lines[:last] + lines[last + 1:]))
        self.assert_refused("a repetition lacks its total; `--resume")
        (s1 / "cells.csv").write_text(whole)
        self.edit(s1, settings={"shard": {"index": 2, "of": 2}})
        self.assert_refused("settings.shard is not an index of so many")
        (s1 / "manifest.json").write_text("{")
        self.assert_refused("manifest.json:1: not JSON")
        result = subprocess.run([JOIN, s0, s1], capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn("--out", result.stderr)


if __name__ == "__main__":
    unittest.main()
