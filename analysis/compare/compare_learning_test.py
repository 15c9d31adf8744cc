"""The program that compares runs, on runs that learned, as a user meets it."""
import csv
import json
import unittest

from analysis.compare.testing import CompareCase
from analysis.report.learning import testing
from analysis.runs import written_run


class CompareLearningTest(CompareCase):
    def setUp(self):
        super().setUp()
        self.a = self.write("a")

    def write(self, name, rows=None, cpu="made", **fields):
        """A run of `rows`, all with these fields."""
        rows = testing.rows() if rows is None else rows
        folder = self.folder / name
        testing.write_run(folder, [{**row, "run_id": name, **fields} for row in rows])
        path = folder / "manifest.json"
        manifest = json.loads(path.read_text())
        path.write_text(json.dumps({**manifest, "run_id": name,
                                    "machine": {"cpu": cpu, "cores": 2}}))
        return folder

    def changed(self, name, column, change, split=None):
        """A run whose column, of a split, is changed."""
        return self.write(name, [
            {**row, column: change(row[column])} if split in (None, row["split"]) else row
            for row in testing.rows()])

    def test_the_same_run_is_the_same_everywhere(self):
        said = self.assert_said(0, "3 learners in both, 12 SAME; 9 of 9 curves are the same to "
                                "the bit", self.a, self.a)
        self.assertIn("A and B are the same run", said)
        one = self.write("one", testing.rows(seeds=(2,)))
        self.assert_said(0, "3 learners in both, 12 SAME; 3 of 3", one, one)

    def test_the_exit_status_says_whether_it_became_worse(self):
        faster = self.changed("faster", "seconds", lambda seconds: 0.5 * seconds)
        said = self.assert_said(0, "6 SAME, 6 FASTER; 9 of 9 curves are the same to the bit",
                                self.a, faster)
        self.assertNotIn("same run", said)
        self.assert_said(1, "6 SAME, 6 SLOWER", faster, self.a)
        better = self.changed("better", "accuracy", lambda share: share + 0.1, "test")
        self.assert_said(0, "9 SAME, 3 BETTER; 0 of 9", self.a, better)
        self.assert_said(1, "9 SAME, 3 WORSE; 0 of 9", better, self.a)
        self.assert_said(0, "12 SAME; 0 of 9", better, self.a, "--points", 15)

    def test_a_bit_is_found(self):
        rows = testing.rows()
        rows[1]["loss"] += 1e-15
        b = self.write("b", rows)
        self.assert_said(0, "2 of 3 curves are the same to the bit; of seed 1 they part at step "
                         "100", self.a, b)

    def test_a_definition_may_differ_and_that_is_said(self):
        b = self.write("b", definition_sha256="1")
        self.assert_said(0, "two definitions (A: trial 0; B: trial 1): what differs may be what "
                         "was asked for", self.a, b)

    def test_the_time_to_an_accuracy_can_be_chosen(self):
        self.assert_said(0, "time to 81 %", self.a, self.a)
        self.assert_said(0, "time to 60 %", self.a, self.a, "--reach", 0.6)
        self.assert_said(0, "no seed took steps to come so far", self.a, self.a, "--reach", 1)

    def test_csv_has_a_row_a_result(self):
        self.compare(self.a, self.write("b", seconds=7), "--out", "out.csv")
        with open(self.folder / "out.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["at"] for row in rows[:4]],
                         ["accuracy", "loss", "seconds_a_step", "seconds_to_0.81"])
        self.assertEqual([row["table"] for row in rows[4:7]], 3 * ["curve"])

    def test_what_cannot_be_compared_is_refused_in_one_line(self):
        cells = written_run.write(self.folder / "cells", written_run.timed(
            "perceiver", {"N": 64}, [1, 1]))
        self.assert_refused("a is a learning run, ", self.a, cells)
        self.assert_refused("cells is not: it has no curves.csv", cells, self.a)
        self.assert_refused("two at a time", self.a, self.a, self.a)
        self.assert_refused("none is not: it has no curves.csv", self.a, "none")
        self.assert_refused("no learner in common", self.write(
            "p", testing.rows([testing.PERCEIVER])), self.write(
            "t", testing.rows([testing.TRANSFORMER])))
        self.assert_refused("no seed in common", self.write(
            "s", testing.rows(seeds=(1,))), self.write("r", testing.rows(seeds=(2, 3))))
        for words, said in ((("--points", -1), "--points -1: allowed are numbers from 0 to 100"),
                            (("--reach", 0), "--reach 0: allowed are numbers above 0, to 1"),
                            (("--tolerance", 2), "allowed are numbers from 0 to 1")):
            self.assert_refused(said, self.a, self.a, *words)
        self.assert_refused("are for two learning runs", cells, cells, "--points", 2)

    def test_a_damaged_run_is_refused_in_one_line(self):
        b = self.write("b")
        manifest = b / "manifest.json"
        whole = manifest.read_text()
        for text, said in (("{", "b/manifest.json: not a manifest"),
                           (whole.replace('"cpu"', '"gpu"'), "b/manifest.json: not a manifest"),
                           (whole.replace('"b"', '"c"'), "of run c, the rows beside it are of b")):
            manifest.write_text(text)
            self.assert_refused(said, self.a, b)
        manifest.write_text(whole)
        curves = b / "curves.csv"
        lines = curves.read_text().splitlines(keepends=True)
        curves.write_text(lines[0])
        self.assert_refused("b/curves.csv: has no rows", self.a, b)
        curves.write_text("".join(lines[:6]) + lines[6].replace(",b,", ",c,"))
        self.assert_refused("a row of run c, the first is of b", self.a, b)


if __name__ == "__main__":
    unittest.main()
