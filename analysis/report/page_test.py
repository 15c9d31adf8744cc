"""The page: what it says, that it is sound HTML, and that it needs nothing else."""
import html
import json
import re
import unittest

from analysis.report import testing
from analysis.report.figures import figures
from analysis.report.names import estimate_text
from analysis.report.page import page
from analysis.report.run import read_run
from analysis.report.sweep import sweeps
from analysis.report.tables import claimed, sweep_table
from analysis.report.testing import Parser


class PageTest(testing.FolderTest):
    def page(self, verdicts=None, others=(), draw=False):
        testing.write_run(self.folder, judged=False)
        run = read_run(self.folder)
        run.verdicts = verdicts
        asked = sweeps(run)
        return page([(run, asked, figures(run, asked) if draw else [])], list(others))

    def row(self, text, *starts):
        return next(row for row in Parser(text).rows if tuple(row[:len(starts)]) == starts)

    def test_tables_have_medians_quartiles_ratios_and_shares(self):
        text = self.page()
        self.assertEqual(self.row(text, "1,024", "perceiver"), [
            "1,024", "perceiver", "6.717", "6.668 … 6.865", "1.00", "0.001", "1.0", "3 %"])
        self.assertEqual(self.row(text, "1,024", "transformer"), [
            "1,024", "transformer", "107.5", "106.7 … 109.8", "16.00", "0.010", "1.0", "2 %"])
        self.assertEqual(self.row(text, "32", "transformer")[4], "32.00")

    def test_a_skipped_cell_says_why(self):
        self.assertEqual(self.row(self.page(), "2,048", "transformer"), [
            "2,048", "transformer", 'skipped: takes "too" long,\nit seems', "0.010", "≈ 2.0", "–"])

    def test_a_cell_that_was_given_up_shows_what_it_has(self):
        testing.write_run(self.folder)
        rows = testing.rows()
        rows.append(testing.skipped(testing.cell_rows("perceiver", 512, 64), "late"))
        testing.write_rows(self.folder, rows)
        table = sweep_table(sweeps(read_run(self.folder))[0], None)
        row = self.row(table, "512", "perceiverafter 4 repetitions skipped: late")
        self.assertEqual((row[2], row[-1]), ("3.359", "–"))

    def test_verdicts_have_word_symbol_estimate_and_reason(self):
        text = self.page(testing.verdicts()[:5], testing.verdicts()[5:])
        rows = [row for row in Parser(text).rows if len(row) == 5][1:]
        supported, wide, odd, undecided, meet = rows[:5]
        self.assertEqual(supported[0], "✓ SUPPORTED")
        self.assertEqual(supported[2:], ["N to the power 1 ± 0.1", "1.023 [0.987, 1.044]",
                                         "exponent 1.023"])
        self.assertEqual(wide[0], "✗ REFUTEDas expected")
        self.assertIn("As D² is.", wide[4])
        self.assertEqual((odd[0], odd[3]), ("✗ REFUTED! not as expected", "3"))
        self.assertEqual((undecided[0], undecided[3]), ("? INCONCLUSIVE", "–"))
        self.assertEqual((meet[2], meet[3]), ("at N = 390, to 10 %", "400 [380, 420]"))
        self.assertIn("2 supported, 2 refuted, 1 inconclusive; 1 not as expected", text)
        self.assertIn("Permuting changes nothing", text)

    def test_every_kind_of_claim_is_put_into_words(self):
        for kind, text in (("upper_bound", "at most N to the power 1"),
                           ("independent", "the same for every N, to 10 %"),
                           ("ratio", "ratio 1, to 10 %"), ("at_least", "ratio 1 or more"),
                           ("sum_of_terms", "a sum of its terms, to 10 %"),
                           ("growth", "a sum of its terms, to 10 %"),
                           ("share", "share 1, to 10 %")):
            self.assertEqual(claimed(testing.verdict(kind=kind)), text)
        self.assertEqual(claimed({"id": "a", "kind": "fact"}), "")
        self.assertEqual(estimate_text({"estimate": 2, "low": None, "high": None}), "2")
        self.assertEqual(estimate_text({"estimate": 1e-13, "kind": "sum_of_terms"}), "0 %")
        self.assertEqual(estimate_text({"estimate": 0.1082, "low": 0, "high": 0.366,
                                        "kind": "sum_of_terms"}), "10.8 % [0, 36.6]")

    def test_without_verdicts_it_says_how_to_get_them(self):
        self.assertIn("./bazelw run //analysis:verify -- --results DIR", self.page())
        self.assertNotIn("//analysis:verify", self.page(testing.verdicts()))
        self.assertIn("No claim is about this experiment", self.page([]))

    def test_texts_are_escaped(self):
        text = self.page([testing.verdict()])
        self.assertNotIn("<script", text)
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt; is linear", text)
        self.assertIn("That &lt;b&gt;N&lt;/b&gt; &amp; M matter.", text)
        self.assertIn("it is &lt;hot&gt;", text)
        self.assertIn("Some &amp; CPU", text)

    def test_the_manifest_in_a_few_lines(self):
        text = self.page()
        for said in ("2 cores, Some &amp; CPU · 8.00 GB memory", "commit 0123456789ab",
                     "sgemm 8.00 GFLOP/s → 10.0 GFLOP/s (+25.0 %)", "2 threads · 4 repetitions",
                     "8 of 9 timed, 1 skipped", "⚠ Warning"):
            self.assertIn(said, text)

    def test_a_manifest_with_little_in_it_will_do(self):
        testing.write_run(self.folder, judged=False)
        little = {"schema": 1, "run_id": "1-1", "definition": {"text": testing.DEFINITION}}
        (self.folder / "manifest.json").write_text(json.dumps(little))
        run = read_run(self.folder)
        self.assertEqual(Parser(page([(run, sweeps(run), [])], [])).open, [])

    def test_it_is_sound_html_and_fetches_nothing(self):
        text = self.page(testing.verdicts(), draw=True)
        parsed = Parser(text)
        self.assertEqual(parsed.open, [])
        self.assertEqual(text.count("<figure"), 9)
        identities = [value for _, key, value in parsed.attributes if key == "id"]
        self.assertEqual(len(identities), len(set(identities)))
        for tag, key, value in parsed.attributes:
            self.assertNotIn(tag, ("script", "link", "iframe", "img", "image"))
            if key in ("src", "href", "xlink:href", "action", "poster"):
                self.assertTrue(value.startswith("#"), value)
                self.assertIn(value[1:], identities)
            for target in re.findall(r"url\(([^)]*)\)", value or ""):
                self.assertIn(target.strip("#"), identities)
        self.assertNotIn("@import", text)
        self.assertNotIn("http", text)

    def test_figures_follow_the_page_into_the_dark(self):
        text = self.page(testing.verdicts(), draw=True)
        figure = text[text.index("<svg"):text.index("</svg>")]
        self.assertIn("fill: var(--ink)", figure)
        self.assertIn("stroke: var(--grid)", figure)
        self.assertNotIn("#15191e", figure)
        self.assertIn("prefers-color-scheme: dark", text)
        self.assertIn("@media print", text)

    def test_headings_say_what_is_swept(self):
        self.assertIn("<h3>Against inputs N</h3>", self.page())
        for sweep, heading in (("[[sweep]]\nN = [1024]\n", "At N = 1,024"), ("", "Measured")):
            testing.write_run(self.folder, definition=testing.DEFINITION.split("[[")[0] + sweep)
            run = read_run(self.folder)
            self.assertIn(f"<h3>{heading}</h3>", page([(run, sweeps(run), [])], []))

    def test_several_runs_have_a_list_of_contents(self):
        testing.write_run(self.folder / "a")
        run = read_run(self.folder / "a", "a")
        run.verdicts = testing.verdicts()
        text = page([(run, [], []), (run, [], [])], [])
        self.assertIn("<h1>2 runs</h1>", text)
        self.assertIn('<a href="#run1">trial</a>', text)
        self.assertIn('id="run1"', text)
        self.assertIn(html.escape("a: 3 supported, 2 refuted, 1 inconclusive"), text)


if __name__ == "__main__":
    unittest.main()
