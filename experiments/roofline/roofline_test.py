"""The roofline program, as a user meets it."""
import csv
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOFLINE = pathlib.Path("experiments/roofline/roofline").resolve()
SMALL = """
shows = "Small."
contestants = ["perceiver(sharing=none)", "transformer"]
[base]
N = 64
M = 16
D = 32
H = 2
[[sweep]]
N = [64, 96]
"""


def roofline(*words, **options):
    return subprocess.run([ROOFLINE, *map(str, words)], capture_output=True, text=True, **options)


class RooflineTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.definition = self.folder / "trial.toml"
        self.definition.write_text(SMALL)

    def assert_refused(self, said, *words):
        result = roofline(*words)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual((result.stderr.count("\n"), result.stdout), (1, ""), result.stderr)
        self.assertTrue(result.stderr.startswith("error: "), result.stderr)
        self.assertIn(said, result.stderr)

    def test_every_part_has_its_bound_and_its_share(self):
        out = self.folder / "roofline.csv"
        result = roofline(self.definition, "--repetitions", 2, "--threads", 2, "--out", out)
        self.assertEqual(result.returncode, 0, result.stderr)
        for said in ("trial: Small.", "float, 2 threads", "FMA peak", "sgemm", "ridge"):
            self.assertIn(said, result.stdout)
        with open(out, newline="") as file:
            rows = list(csv.DictReader(file))
        cells = {row["cell_id"] for row in rows}
        self.assertEqual(len(cells), 4)
        for cell in cells:
            self.assertIn(f"\n{cell}\n", result.stdout)
            own = [row for row in rows if row["cell_id"] == cell]
            self.assert_sums(own[:-1], own[-1])
            bounds = {row["part"]: row["bound"] for row in own}
            self.assertEqual((bounds["layer_norm"], bounds["total"]),
                             ("bandwidth", "all parts"))
            # Exponentials are made, and timed, within the scores.
            self.assertIn("scores+softmax", bounds)
            self.assertNotIn("softmax", bounds)

    def assert_sums(self, parts, total):
        self.assertEqual(total["part"], "total")
        for column in ("macs", "logits", "bytes_moved"):
            self.assertEqual(sum(int(part[column]) for part in parts), int(total[column]))
        bounds = sum(float(part["bound_seconds"]) for part in parts)
        self.assertAlmostEqual(bounds / float(total["bound_seconds"]), 1, 9)
        for row in parts + [total]:
            share = float(row["bound_seconds"]) / float(row["seconds"])
            self.assertAlmostEqual(share / float(row["share_of_bound"]), 1, 9)

    def test_flags_choose_cells_inputs_and_precision(self):
        result = roofline(self.definition, "--filter", "transformer", "--set", "N=48", "--threads", 1,
                          "--scalar", "double", "--repetitions", 1)
        self.assertEqual(result.returncode, 0, result.stderr)
        cells = [line for line in result.stdout.split("\n") if "/N=" in line]
        self.assertEqual(cells, ["transformer/N=48/B=1/C=32/D=32/H=2/batch=1/double/threads=1"])
        self.assertIn("of dgemm", result.stdout)

    def test_several_counts_of_threads_have_roofs_of_their_own(self):
        out = self.folder / "roofline.csv"
        result = roofline(self.definition, "--filter", "N=64", "--threads", "2,1",
                          "--repetitions", 1, "--out", out)
        self.assertEqual(result.returncode, 0, result.stderr)
        places = [result.stdout.index(said) for said in (
            "float, 1 threads", "transformer/N=64/B=1/C=32/D=32/H=2/batch=1/float/threads=1",
            "float, 2 threads", "transformer/N=64/B=1/C=32/D=32/H=2/batch=1/float/threads=2")]
        self.assertEqual(places, sorted(places))
        with open(out, newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len({row["cell_id"] for row in rows}), 4)
        peaks = {count: {row["fma_flops_per_second"] for row in rows
                         if row["cell_id"].endswith(f"/threads={count}")} for count in (1, 2)}
        self.assertEqual([len(peak) for peak in peaks.values()], [1, 1])
        self.assertNotEqual(peaks[1], peaks[2])

    def test_bad_input_is_refused_in_one_line(self):
        self.assert_refused("cannot read nowhere.toml", "nowhere.toml")
        self.assert_refused("--threads -1: allowed are 0 to 1024", "--threads", -1)
        self.assert_refused("--threads 2,2: allowed are 0 to 1024", "--threads", "2,2")
        self.assert_refused("--scalar half: allowed are float and double", "--scalar", "half")
        self.assert_refused("--filter nobody: no cell", "--filter", "nobody")
        self.assert_refused("--set N=0", "--set", "N=0")
        self.assert_refused("--repetitions", "--repetitions", 0)
        self.assert_refused("--frobnicate", "--frobnicate")
        self.definition.write_text(SMALL.replace("H = 2", "H = 3"))
        self.assert_refused("heads do not divide", self.definition)
        self.definition.write_text(SMALL.replace("[64, 96]", "[2147483647]"))
        self.assert_refused("that are free", self.definition)
        self.definition.write_text(SMALL)
        self.assert_refused("cannot write into folder", self.definition, "--out",
                            self.definition / "roofline.csv")


if __name__ == "__main__":
    unittest.main()
