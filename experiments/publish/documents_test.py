"""What the README quotes is found, and made anew."""
import json
import pathlib
import re
import unittest

from experiments.publish import documents

README = pathlib.Path("README.md").read_text(encoding="utf-8")
VERDICTS = {"verdicts": [{"experiment": "scaling_n", "estimate": 1.234567,
                          "id": "perceiver_linear_in_inputs_seconds"}]}
SAID = """quickstart: What it shows.

             contestant           time
N=256        perceiver        0.465 ms
transformer over perceiver at N=256: whole time 1
M=16         perceiver        0.1 ms
transformer over perceiver at M=16: whole time 1

1080 rows in anywhere/quickstart

quickstart
  SUPPORTED     transformer_quadratic_in_inputs_seconds
                Quadratic  [Vaswani]
                exponent 2.1
  INCONCLUSIVE  perceiver_linear_in_inputs_seconds
                Linear  [Perceiver]
                exponent 1.1
                more repetitions
  REFUTED       perceiver_two_terms_alone  as expected
                Two terms  [Perceiver]
                76 %
  SUPPORTED     another
                Not shown  [nobody]
                1

quickstart: of 210 repetitions 3 are mild outliers and 1 severe; all were kept
"""


class DocumentsTest(unittest.TestCase):
    def test_the_readme_of_today_is_made_of_what_it_quotes(self):
        table = documents.block_after(README, documents.TABLE)
        verdicts = documents.block_after(README, documents.VERDICTS)
        self.assertGreater(len(documents.judged(verdicts)), 1)
        published = sorted(pathlib.Path("results/reference").glob("*/verdicts.json"))[0]
        again = documents.readme(README, table, verdicts, json.loads(published.read_text()))
        self.assertEqual(again, README)
        # Of what a run says, its part on N.
        run_id = re.search(r"rows in results/local/quickstart/(\S+)\n", table).group(1)
        said = table.replace("             … the same for M and for B …\n", "M=8  perceiver  1 ms\n")
        self.assertEqual(documents.quickstart_table("quickstart: of 3 is an outlier\n" + said, run_id),
                         table)

    def test_all_that_it_quotes_is_made_anew(self):
        table = documents.quickstart_table(SAID.replace("0.465", "0.999") + SAID, "now")
        self.assertIn("0.465 ms\ntransformer over perceiver at N=256: whole time 1\n\n", table)
        self.assertTrue(table.startswith("quickstart: What it shows.\n"))
        self.assertTrue(table.endswith("\n\n1080 rows in results/local/quickstart/now\n"))
        self.assertNotIn("M=16", table)
        text = documents.readme(README, table, SAID, VERDICTS)
        self.assertEqual(documents.block_after(text, documents.TABLE), table)
        self.assertEqual(documents.block_after(text, documents.VERDICTS),
                         "".join(documents.judged(SAID)[claim] for claim in
                                 documents.judged(documents.block_after(README, documents.VERDICTS))))
        self.assertIn("                more repetitions\n", text)
        self.assertNotIn("Not shown", text)
        self.assertRegex(text, r"exponent\s+in\s+N\s+is\s+1\.23\b")

    def test_what_cannot_be_quoted_is_said(self):
        table = documents.block_after(README, documents.TABLE)
        for text, said, verdicts, what in (
                ("no block", SAID, VERDICTS, "no code block"),
                (README, SAID.replace("linear_in", "cubic_in"), VERDICTS,
                 "no verdict on perceiver_linear_in_inputs_seconds"),
                (README, SAID, {"verdicts": []}, "no exponent of scaling_n")):
            with self.assertRaisesRegex(documents.Missing, what):
                documents.readme(text, table, said, verdicts)
        with self.assertRaisesRegex(documents.Missing, "no table"):
            documents.quickstart_table("3 cells failed\n", "now")


if __name__ == "__main__":
    unittest.main()
