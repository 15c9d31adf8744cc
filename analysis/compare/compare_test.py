"""The program that compares runs, as a user meets it."""
import csv
import json
import unittest

from analysis.compare import testing
from analysis.runs import written_run

NOISE = (1, 1.001, 0.999)


class CompareTest(testing.CompareCase):
    def setUp(self):
        super().setUp()
        self.a = self.write("a")

    def write(self, name, times=1, macs=1000, sizes=(64, 128), experiment="trial",
              **manifest):
        rows = []
        for N in sizes:
            rows += written_run.timed(
                "perceiver", {"N": N, "M": 8},
                [times * N * 1e-5 * noise for noise in NOISE], macs,
                experiment=experiment)
            rows += written_run.timed(
                "transformer", {"N": N},
                [times * N * N * 1e-7 * noise for noise in NOISE],
                experiment=experiment)
        return written_run.write(self.folder / name, rows,
                                 run_id=name.replace("/", "-"), **manifest)

    def test_it_says_whether_both_measured_the_same_code(self):
        b = self.write("b")
        self.assertIn("note: trial in A, trial in B: of which code it was is not recorded\n",
                      self.assert_said(0, "SAME", self.a, b))
        for folder, code in ((self.a, {"primitives": "1"}), (b, {"primitives": "2"})):
            path = folder / "manifest.json"
            path.write_text(json.dumps({**json.loads(path.read_text()), "build": {"code": code}}))
        said = self.assert_said(
            0, "note: trial: A and B measured different code: primitives\n", self.a, b)
        self.assertIn("note: trial in A, trial in B: older than the code that it measures; "
                      "changed since: baselines, contract,", said)

    def test_a_run_in_old_words_is_compared_with_one_in_todays(self):
        folders = [written_run.write(
            self.folder / word, written_run.timed(
                f"perceiver({word}=materialised)", {"N": 64, "M": 8},
                [1e-5 * noise for noise in NOISE]), run_id=word)
            for word in ("attention", "form")]
        self.assert_said(0, "1 SAME", *folders)

    def test_the_exit_status_says_whether_it_became_worse(self):
        self.assert_said(0, "4 SAME", self.a, self.a)
        self.assert_said(0, "4 SAME", self.a, self.write("b", times=1.01))
        self.assert_said(0, "4 FASTER", self.a, self.write("c", times=0.7))
        self.assert_said(1, "4 SLOWER", self.a, self.write("d", times=1.4))
        self.assert_said(1, "2 FASTER, 2 DIFFERENT", self.a,
                         self.write("e", times=0.7, macs=999))

    def test_the_tolerance_can_be_chosen(self):
        b = self.write("b", times=1.2)
        self.assert_said(1, "4 SLOWER", self.a, b)
        self.assert_said(0, "4 SAME", self.a, b, "--tolerance", 0.25)

    def test_drift_makes_it_unclear_and_is_said(self):
        b = self.write("b", times=1.2, after=1.5e9)
        self.assert_said(0, "4 UNCLEAR", self.a, b)
        self.assert_said(0, "drift: the sgemm speed moved by a factor of 1.50", self.a, b)

    def test_two_machines_are_not_compared_by_time(self):
        b = self.write("b", times=3, cpu="another")
        said = self.assert_said(
            0, "two machines (A: made, 2 cores; B: another", self.a, b)
        for part in ("times over perceiver's", "slopes", "crossovers"):
            self.assertIn(part, said)
        self.assert_said(1, "DIFFERENT", self.a,
                         self.write("c", cpu="another", macs=999))

    def test_folders_are_matched_by_experiment(self):
        for name, times in (("old/x", 1), ("old/y", 1), ("new/x", 1.4)):
            self.write(name, times=times, experiment=name[-1])
        said = self.assert_said(1, "x: A is run old-x, B is run new-x", "old", "new")
        self.assertIn("y: only in A", said)

    def test_peak_bytes_are_apart_from_speed(self):
        def run(name, seconds, peak):
            rows = written_run.timed("perceiver", {"N": 64, "M": 8},
                                     [seconds * noise for noise in NOISE])
            return written_run.write(self.folder / name, [
                row | {"bytes_peak": peak} for row in rows], run_id=name)
        a = run("p", 1e-3, 1000)
        said = self.assert_said(0, "1 FASTER; 1 with fewer peak bytes", a, run("q", 5e-4, 500))
        self.assertIn("peak bytes 1000 → 500", said)
        self.assert_said(1, "1 FASTER; 1 with more peak bytes", a, run("r", 5e-4, 2000))
        self.assert_said(1, "1 SAME; 1 with more peak bytes", a, run("s", 1e-3, 1051))
        said = self.assert_said(0, "1 SAME\n", a, run("t", 1e-3, 1049))
        self.assertIn("peak bytes 1000 → 1049", said)

    def test_more_runs_are_a_column_each(self):
        b, c = self.write("b", times=1.4), self.write("c", times=0.7, sizes=(128, 256))
        said = self.assert_said(1, "trial: A is run a, B is run b, C is run c", self.a, b, c,
                                "--out", "out.csv")
        self.assertRegex(said, r"contestant +at +A +B/A +C/A\n")
        self.assertRegex(said, r"perceiver +N=64 +640\.0 µs +1\.400 SLOWER +-\n")
        self.assertRegex(said, r"perceiver +N=128 +1\.280 ms +1\.400 SLOWER +0\.7000 FASTER\n")
        self.assertIn("\nB: 4 cells in both, 4 SLOWER\nC: 2 cells in both, 2 FASTER\n", said)
        with open(self.folder / "out.csv", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["table"] == "cell"]
        self.assertEqual([(row["run_b"], row["class"]) for row in rows],
                         [("b", "SLOWER")] * 4 + [("c", "FASTER")] * 2)
        said = self.assert_said(1, "N=128", self.a, b, c, "--only", "faster")
        self.assertNotIn("N=64 ", said)
        # Nothing is worse in any of them.
        self.assert_said(0, "C: 4 cells in both, 4 SAME", self.a, c, self.a)
        self.assert_refused("two by themselves", self.a, b, self.write("d", cpu="another"))
        self.assert_refused("at most 26", self.a, *[b] * 26)
        # Columns keep their letters where a run lacks an experiment.
        for name, experiment in (("x/1", "p"), ("x/2", "q"), ("y/1", "p"), ("z/2", "q")):
            self.write(name, experiment=experiment)
        said = self.assert_said(0, "q: A is run x-2, C is run z-2, all on", "x", "y", "z")
        self.assertIn("B as B: q: only in A", said)

    def test_only_what_is_asked_for_is_shown(self):
        b = self.write("b", times=1.4, macs=999)  # the transformers' counts stay
        said = self.assert_said(1, "2 SLOWER, 2 DIFFERENT", self.a, b, "--only", "slower")
        self.assertIn("transformer", said)
        self.assertNotIn("MACs", said)
        said = self.assert_said(1, "MACs", self.a, b, "--only", "slower,different")
        self.assertIn("transformer", said)
        self.assert_refused("--only slowr: allowed are same, faster", self.a, b, "--only", "slowr")
        self.assert_refused("did you mean slower?", self.a, b, "--only", "slowr")

    def test_csv_has_a_row_a_result(self):
        b = self.write("b", times=1.4, sizes=(128, 256))
        self.assert_said(1, "only in A: perceiver/N=64", self.a, b, "--out", "out.csv")
        with open(self.folder / "out.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        cells = [row for row in rows if row["table"] == "cell"]
        self.assertEqual([row["class"] for row in cells], ["SLOWER"] * 2)
        for row in cells:
            self.assertAlmostEqual(float(row["estimate"]), 1.4, 9)
            self.assertLess(float(row["low"]), 1.4)
        only = [row["table"] for row in rows if row["table"].startswith("only")]
        self.assertEqual(only, ["only_in_a"] * 2 + ["only_in_b"] * 2)

    def test_bad_input_is_refused_in_one_line(self):
        self.assert_refused("two folders must be given")
        self.assert_refused("two folders must be given", self.a)
        self.assert_refused("none: no such folder", self.a, "none")
        (self.folder / "empty").mkdir()
        self.assert_refused("empty: neither a run", "empty", self.a)
        self.assert_refused("no experiment in common", self.a,
                            self.write("b", experiment="other"))
        self.assert_refused("no cell in common", self.a, self.write("c", sizes=(7, 9)))
        for tolerance in (-1, 2, "nan"):
            self.assert_refused("allowed are numbers from 0 to 1",
                                self.a, self.a, "--tolerance", tolerance)
        self.assert_refused("--tolerance", self.a, self.a, "--tolerance", "some")
        self.assert_refused("--fast", self.a, self.a, "--fast")
        self.assert_refused("out.csv", self.a, self.a, "--out", "none/out.csv")
        cells = self.a / "cells.csv"
        whole = cells.read_text()
        cells.write_text(whole[:-5])
        self.assert_refused("a/cells.csv:13: the last line is cut off", self.a, "c")
        cells.write_text(whole.replace(",total,0,", ",total,0,x", 1))
        self.assert_refused("a/cells.csv:2: seconds = \"x", "c", self.a)
        cells.write_text(whole)
        (self.a / "manifest.json").write_text("{")
        self.assert_refused("a/manifest.json: not a manifest", self.a, "c")

    def test_help_says_what_the_words_mean(self):
        said = self.assert_said(0, "--tolerance", "--help")
        for word in ("SAME", "FASTER", "SLOWER", "UNCLEAR", "DIFFERENT"):
            self.assertIn(word, said)


if __name__ == "__main__":
    unittest.main()
