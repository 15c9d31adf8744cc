"""The page: what it says, that it is sound HTML, and that it needs nothing else."""
import json
import re
import unittest

from analysis.report import testing
from analysis.report.facts import MEASURED, code, warnings
from analysis.report.figures import figures
from analysis.report.names import estimate_text
from analysis.report.pages.experiment import Links, experiment_page
from analysis.report.run import read_run
from analysis.report.sweep import sweeps
from analysis.report.tables import claimed, sweep_table
from analysis.report.testing import Parser


class ExperimentTest(testing.FolderTest):
    def page(self, verdicts=None, others=(), draw=False):
        testing.write_run(self.folder, judged=False)
        run = read_run(self.folder)
        run.verdicts = verdicts
        asked = sweeps(run)
        return experiment_page([(run, asked, figures(run, asked) if draw else [])],
                               Links(files="files"), list(others))

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
        self.assertEqual(self.row(self.page(), "2,048"), [
            "2,048", "perceiver", "13.43", "13.34 … 13.73", "1.00", "0.001", "2.0", "1 %"])
        row = next(row for row in Parser(self.page()).rows if row[1].startswith("transformer")
                   and row[0] == "2,048")
        self.assertEqual(row, ["2,048", 'transformerskipped: takes "too" long,\nit seems',
                               "–", "–", "–", "0.010", "≈ 2.0", "–"])

    def test_a_cell_that_was_given_up_shows_what_it_has(self):
        testing.write_run(self.folder)
        rows = testing.rows()
        rows.append(testing.skipped(testing.cell_rows("perceiver", 512, 64), "late"))
        testing.write_rows(self.folder, rows)
        table = sweep_table(sweeps(read_run(self.folder))[0], None)
        [row] = [row for row in table.rows if row[1].note == "after 4 repetitions skipped: late"]
        self.assertEqual([row[0].text, row[1].text, row[2].text, row[-1].text],
                         ["512", "perceiver", "3.359", "–"])

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
        text = self.page([testing.verdict(reason="<img src=x onerror=alert(2)>",
                                          contestant='"><script>alert(3)</script>')], draw=True)
        self.assertEqual(text.count("<script>"), 1, "our own")
        self.assertNotIn("<img", text)
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt; is linear", text)
        self.assertIn("That &lt;b&gt;N&lt;/b&gt; &amp; M matter.", text)
        self.assertIn("it is &lt;hot&gt;", text)
        self.assertIn("Some &amp; CPU", text)

    def test_labels_of_figures_are_escaped(self):
        name = 'perceiver(a=<svg/onload=alert(1)>"&)'
        testing.write_run(self.folder, judged=False, definition=testing.DEFINITION.replace(
            '"perceiver(form=streaming)"', f"'{name}'"))
        testing.write_rows(self.folder, [{**row, "contestant": name} if row["contestant"] ==
                                         "perceiver" else row for row in testing.rows()])
        run = read_run(self.folder)
        drawn = figures(run, sweeps(run))
        text = experiment_page([(run, sweeps(run), drawn)], Links(files="files"))
        for each in [text] + [figure.svg for figure in drawn]:
            self.assertIn("a=&lt;svg/onload", each)
            self.assertNotIn("<svg/onload", each)
        self.assertEqual(Parser(text).open, [])

    def test_the_manifest_in_a_few_lines(self):
        text = self.page()
        for said in ("2 cores, Some &amp; CPU · 8.00 GB memory", "commit 0123456789ab",
                     "sgemm 8.00 GFLOP/s → 10.0 GFLOP/s (+25.0 %)", "2 threads · 4 repetitions",
                     "8 of 9 timed, 1 skipped", "⚠ Warning"):
            self.assertIn(said, text)

    def test_it_says_whether_it_is_of_todays_code(self):
        self.assertIn("not recorded", self.page())
        today = {"primitives": "a", "flags": "b"}
        self.assertEqual(code({"build": {"code": today}}, today), "as it is today")
        self.assertEqual(code({"build": {"code": {"primitives": "c", "gone": "d"}}}, today),
                         "older than what it measures: since then flags, gone, primitives changed")
        built = json.loads(MEASURED.read_text())
        self.assertTrue(all(re.fullmatch("[0-9a-f]{64}", each) for each in built.values()), built)
        self.assertEqual(code({"build": {"code": built}}), "as it is today")

    def test_a_manifest_with_little_in_it_will_do(self):
        testing.write_run(self.folder, judged=False)
        little = {"schema": 1, "run_id": "1-1", "definition": {"text": testing.DEFINITION}}
        (self.folder / "manifest.json").write_text(json.dumps(little))
        run = read_run(self.folder)
        self.assertEqual(Parser(experiment_page([(run, sweeps(run), [])], Links())).open, [])

    def test_it_is_sound_html_and_fetches_nothing(self):
        text = self.page(testing.verdicts(), draw=True)
        parsed = Parser(text)
        self.assertEqual(parsed.open, [])
        self.assertEqual(text.count("<figure"), 9)
        identities = [value for _, key, value in parsed.attributes if key == "id"]
        self.assertEqual(len(identities), len(set(identities)))
        for tag, key, value in parsed.attributes:
            self.assertNotIn(tag, ("link", "iframe", "img", "object"))
            if key in ("src", "href", "xlink:href", "action", "poster"):
                if value.startswith("files/"):
                    self.assertRegex(value, r"^files/\w+\.(svg|csv)$")
                    continue
                self.assertTrue(value.startswith("#"), value)
                self.assertIn(value[1:], identities)
            self.assertNotIn("url(", value or "")
        for fetched in ("@import", "http", "url(", "fetch(", "XMLHttp"):
            self.assertNotIn(fetched, text)

    def test_a_verdict_leads_to_its_figure_and_its_rows_and_they_lead_back(self):
        text = self.page(testing.verdicts(), draw=True)
        row = re.search(r'<tr id="verdict-linear">.*?</tr>', text, re.S)[0]
        self.assertIn('<a href="#figure0-time_N">Figure 1</a>', row)
        self.assertIn('<a href="#rows0-0" data-names="perceiver">its rows</a>', row)
        meet = re.search(r'<tr id="verdict-meet">.*?</tr>', text, re.S)[0]
        self.assertIn("#figure0-crossover_meet", meet)
        self.assertIn('data-names="perceiver|transformer"', meet)
        figure = re.search(r'<figure id="figure0-time_N">.*?</figure>', text, re.S)[0]
        self.assertIn('href="#verdict-linear"', figure)
        self.assertIn('<a href="files/time_N.svg" download>SVG</a>', figure)
        self.assertIn('<a href="files/time_N.csv" download>CSV</a>', figure)
        block = text[text.index('id="part0-0"'):text.index('id="rows0-0"')]
        self.assertIn("Judged by these rows", block)
        self.assertIn('href="#verdict-meet"', block)
        self.assertEqual(text.count('data-c="perceiver"'), 4 + 2)

    def test_many_panels_are_folded_and_counted(self):
        testing.write_run(self.folder, judged=False)
        run = read_run(self.folder)
        figure = next(each for each in figures(run, sweeps(run)) if each.name == "shares_N")
        figure.panels *= 8
        figure.sweep = None
        text = experiment_page([(run, [], [figure])], Links())
        self.assertIn("<summary>4 more panels</summary>", text)
        self.assertEqual(text.count('<div class="panel"'), 16)

    def test_figures_follow_the_page_into_the_dark(self):
        text = self.page(testing.verdicts(), draw=True)
        figure = text[text.index("<figure"):text.index("</figure>")]
        self.assertIn("color:var(--c0)", figure)
        self.assertNotIn("#15191e", figure)
        self.assertIn("prefers-color-scheme: dark", text)
        self.assertIn("@media print", text)

    def test_headings_say_what_is_swept(self):
        self.assertIn(">Against inputs N</h3>", self.page())
        for sweep, heading in (("[[sweep]]\nN = [1024]\n", "At N = 1,024"), ("", "Measured")):
            testing.write_run(self.folder, definition=testing.DEFINITION.split("[[")[0] + sweep)
            run = read_run(self.folder)
            self.assertIn(f">{heading}</h3>", experiment_page([(run, sweeps(run), [])], Links()))

    def test_warnings_are_in_units(self):
        testing.write_run(self.folder, judged=False)
        run = read_run(self.folder)
        run.manifest["warnings"] = ["the machine drifted: bytes_per_second was 8.03e+10 before the "
                                    "sweep and 5.02e+10 after it", "another"]
        self.assertEqual(warnings(run), ["the machine drifted: memory was 80.3 GB/s before the sweep "
                                         "and 50.2 GB/s after it (−37 %)", "another"])


if __name__ == "__main__":
    unittest.main()
