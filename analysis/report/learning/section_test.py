"""The page of a learning run: its table's numbers, its troubles, its verdicts."""
import unittest

from analysis.report.learning import testing
from analysis.report.learning.curves import read_learning_run
from analysis.report.pages.experiment import Links, experiment_page
from analysis.report.testing import FolderTest, Parser


class SectionTest(FolderTest):
    def page(self, rows=None, judged=None):
        testing.write_run(self.folder, rows, judged)
        return experiment_page([(read_learning_run(self.folder), [], [])], Links())

    def row(self, text, start):
        return next(row for row in Parser(text).rows if row[0].startswith(start))

    def test_the_table_has_medians_ranges_and_counts(self):
        text = self.page()
        self.assertEqual(self.row(text, "learner"), [
            "learner", "test accuracy", "range over seeds", "seeds", "train − test, points",
            "training, s", "examples/s", "parameters", "MMAC an example", "distinct latents"])
        self.assertEqual(self.row(text, "perceiver, M=16"), [
            "perceiver, M=16", "81.0 %", "80.0 % … 85.0 %", "3", "+5.0", "4.80", "2,670",
            "12,345", "5.00", "1.25 → 2.27"])
        self.assertEqual(self.row(text, "transformer")[-2:], ["9.00", "–"])
        # A gap may be the other way round.
        found = testing.curve(testing.PERCEIVER, 1)
        found[-2]["accuracy"] = 0.7
        self.assertEqual(self.row(self.page(found), "perceiver")[1:5],
                         ["80.0 %", "–", "1", "−10.0"])

    def test_what_went_wrong_stands_with_its_learner(self):
        found = testing.rows([testing.PERCEIVER], (1, 2)) \
            + testing.curve(testing.WIDER, 1, status="stopped", reason="60 s of training") \
            + [testing.failure(testing.PERCEIVER, 3, 7, "step 8: the loss is <nan>"),
               testing.failure(testing.TRANSFORMER, 1, 0, "step 1: inf")] \
            + testing.curve(testing.WIDER, 2)[:2]
        text = self.page(found)
        row = self.row(text, "perceiver, M=8")
        self.assertEqual(row[0], "perceiver, M=8failed: step 8: the loss is <nan> (seed 3)")
        self.assertEqual(row[1:4], ["80.5 %", "80.0 % … 81.0 %", "2 of 3"])
        self.assertEqual(self.row(text, "perceiver, M=16")[0], "perceiver, M=16stopped: 60 s of "
                         "training (seed 1); not finished: at step 100 (seed 2)")
        self.assertEqual(self.row(text, "transformer"), [
            "transformerfailed: step 1: inf", "–", "–", "0 of 1", "–", "–", "–",
            "12,345", "–", "–"])
        self.assertIn("6 curves of 3 learners: 3 tested, 2 failed, 1 not finished", text)
        self.assertIn("&lt;nan&gt;", text)

    def test_verdicts_without_columns_for_numbers_that_they_have_not(self):
        text = self.page(judged=testing.verdicts())
        rows = [row for row in Parser(text).rows if len(row) == 3]
        self.assertEqual(rows[0], ["verdict", "claim", "reason"])
        self.assertEqual(rows[1], ["✓ SUPPORTED", "It learns & soon [this suite's <target>]soonits rows",
                                   "3 of 3 seeds in 0.9 s"])
        self.assertEqual(rows[2][0], "✗ REFUTED! not as expected")
        self.assertIn("1 supported, 1 refuted, 0 inconclusive; 1 not as expected", text)

    def test_what_nobody_judged_says_who_would(self):
        self.assertIn("//analysis:judge_curves -- --results DIR", self.page())
        self.assertIn("No claim is about this experiment", self.page(judged=[]))

    def test_facts_and_definition(self):
        text = self.page()
        for said in ("<h1>trial</h1>", "That &lt;b&gt;M&lt;/b&gt; &amp; seeds matter.",
                     "2 threads · float · seeds 1, 2, 3", "9 curves of 3 learners: 9 tested<",
                     "task = &#34;digits&#34;"):
            self.assertIn(said, text)
        self.assertEqual(Parser(text).open, [])


if __name__ == "__main__":
    unittest.main()
