"""Looks at learners are read whole, or refused in one line with file and line."""
import gzip
import json
import math
import unittest

from analysis.report.learning import testing
from analysis.report.learning.curves import read_learning_run
from analysis.report.run import BadInput
from analysis.report.testing import FolderTest


class CurvesTest(FolderTest):
    def setUp(self):
        super().setUp()
        testing.write_run(self.folder)
        self.curves = self.folder / "curves.csv"
        self.whole = self.curves.read_text()

    def assert_refused(self, said, file="curves.csv"):
        with self.assertRaises(BadInput) as caught:
            read_learning_run(self.folder)
        self.assertTrue(str(caught.exception).startswith(f"{self.folder / file}:"))
        self.assertIn(said, str(caught.exception))
        self.assertNotIn("\n", str(caught.exception))

    def test_numbers_and_empty_fields(self):
        run = read_learning_run(self.folder, "deep/one")
        self.assertEqual((run.name, run.experiment, run.run_id), ("deep/one", "trial", "1-1"))
        self.assertIsNone(run.verdicts)
        self.assertEqual(len(run.rows), 3 * 3 * 5)
        last = run.rows.iloc[2]
        self.assertEqual((last["seed"], last["step"], last["examples"]), ("1", 200, 12800))
        self.assertEqual((last["accuracy"], last["seconds"]), (0.81, 2.2))
        # A test has no latents, and step 0 was not learned from.
        self.assertEqual(run.rows.iloc[4]["split"], "test")
        self.assertTrue(math.isnan(run.rows.iloc[4]["distinct_latents"]))
        self.assertTrue(math.isnan(run.rows.iloc[0]["train_loss"]))

    def test_published_looks_are_read_as_they_were(self):
        plain = read_learning_run(self.folder).rows
        (self.folder / "curves.csv.gz").write_bytes(gzip.compress(self.curves.read_bytes()))
        self.curves.unlink()
        self.assertTrue(read_learning_run(self.folder).rows.equals(plain))

    def test_what_went_astray_needs_no_finite_loss(self):
        found = testing.rows()
        found[1] |= {"loss": "nan", "train_loss": "inf", "latent_information": "-3e-17"}
        testing.write_run(self.folder, found)
        row = read_learning_run(self.folder).rows.iloc[1]
        self.assertTrue(math.isnan(row["loss"]) and math.isnan(row["train_loss"]))
        self.assertEqual(row["latent_information"], -3e-17)
        found[1] |= {"loss": "low"}
        testing.write_run(self.folder, found)
        self.assert_refused('curves.csv:3: loss = "low" is not a number')

    def test_what_failed_has_no_accuracy_and_others_have(self):
        found = testing.rows() + [testing.failure(testing.PERCEIVER, 4, 12, "step 12: nan")]
        testing.write_run(self.folder, found)
        self.assertEqual(read_learning_run(self.folder).rows["reason"].iloc[-1], "step 12: nan")
        found[-1]["status"] = "ok"
        testing.write_run(self.folder, found)
        self.assert_refused('curves.csv:47: accuracy = "" is not a number')
        found[-1] |= {"status": "failed", "seconds": ""}
        testing.write_run(self.folder, found)
        self.assert_refused('curves.csv:47: seconds = "" is not a number')

    def test_structure_is_checked(self):
        lines = self.whole.count("\n")
        for text, said in (
                (self.whole[:-4], f"curves.csv:{lines}: the last line is cut off"),
                (self.whole.replace("accuracy", "acuity", 1), ":1: column accuracy is missing"),
                (self.whole.replace("distinct_", "", 1), ":1: column distinct_latents is missing"),
                (self.whole.split("\n")[0] + "\n", "curves.csv:1: has no rows"),
                (self.whole.replace("\n1,", "\n2,", 1), "curves.csv:2: schema 2, this report"),
                (self.whole.replace(",ok,", ",skipped,", 1), ':2: status = "skipped": allowed'),
                (self.whole.replace(",held_out,", ",held,", 1), ':2: split = "held": allowed are'),
                (self.whole.replace(",ok,", ",ok,,", 1), "curves.csv:2: 43 fields"),
                (self.whole.replace(",12345,", ",-1,", 1), ':2: parameters = "-1" is not'),
                (self.whole.replace("1-1", "2-2", 1), "a row of run 1-1, the first is of 2-2")):
            with self.subTest(said):
                self.curves.write_text(text)
                self.assert_refused(said)

    def test_the_manifest_is_of_the_same_run(self):
        path = self.folder / "manifest.json"
        whole = path.read_text()
        for text, said in (
                (whole.replace("1-1", "2-2"), "manifest.json:4: of run 2-2"),
                (whole.replace('"schema": 1', '"schema": 7'), "manifest.json:2: schema 7"),
                (whole.replace('"text"', '"test"'), "definition.text is missing"),
                (whole.replace('"seeds": [', '"seeds": 3, "x": ['), "seeds = 3 is not a list")):
            path.write_text(text)
            self.assert_refused(said, "manifest.json")
        path.unlink()
        self.assert_refused("No such file", "manifest.json")

    def test_verdicts_are_a_list(self):
        testing.write_run(self.folder, judged=testing.verdicts())
        run = read_learning_run(self.folder)
        self.assertEqual([each["id"] for each in run.verdicts], ["soon", "apart"])
        path = self.folder / "verdicts.json"
        for content, said in (({"schema": 1}, "verdicts is not a list"),
                              ([{"id": "soon"}], "verdict = None: allowed are SUPPORTED")):
            path.write_text(json.dumps(content))
            self.assert_refused(said, "verdicts.json")


if __name__ == "__main__":
    unittest.main()
