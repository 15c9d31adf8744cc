"""The index: what all runs say together."""
import re
import unittest

from analysis.report import testing
from analysis.report.learning import testing as learning
from analysis.report.learning.curves import read_learning_run
from analysis.report.pages.changes import changes
from analysis.report.pages.index import index_page
from analysis.report.pages.summary import summary, surprises
from analysis.report.run import read_run
from analysis.report.testing import Parser


def section(text, name):
    """Of the index, from a heading to the next."""
    return re.split(r"<h2", text.split(f'<h2 id="{name}">')[1])[0].partition("</h2>")[2]


class IndexTest(testing.FolderTest):
    def summary(self, experiment="trial", verdicts=None, factor=1, href="report/trial.html"):
        found = testing.rows()
        for row in found:
            if row["seconds"]:
                row["seconds"] *= factor
        folder = self.folder / experiment
        testing.write_run(folder, experiment, judged=False)
        testing.write_rows(folder, found, experiment)
        run = read_run(folder)
        run.verdicts = testing.verdicts()[:5] if verdicts is None else verdicts
        return summary(run, 0, href)

    def learned(self, accuracy=0):
        found = learning.rows()
        for row in found:
            if row["split"] == "test":
                row["accuracy"] += accuracy
        learning.write_run(self.folder / "digits", found, learning.verdicts(), "digits")
        return summary(read_learning_run(self.folder / "digits"), 0, "report/digits.html")

    def page(self, *summaries, **how):
        return index_page(list(summaries), [testing.verdicts()[5]], **how)

    def test_it_is_sound_html_whose_links_lead_somewhere(self):
        text = self.page(self.summary(), self.learned())
        parsed = Parser(text)
        self.assertEqual(parsed.open, [])
        identities = [value for _, key, value in parsed.attributes if key == "id"]
        self.assertEqual(len(identities), len(set(identities)))
        for _, key, value in parsed.attributes:
            if key == "href" and value.startswith("#") and not value.startswith("#m"):
                self.assertIn(value[1:], identities)

    def test_totals_machine_and_build_once(self):
        text = self.page(self.summary("a"), self.summary("b"))
        self.assertIn("<h1>2 experiments on 2 cores, Some &amp; CPU</h1>", text)
        self.assertEqual(section(text, "made").count("Some &amp; CPU"), 1)
        for number, what in ((2, "experiments"), (5, "supported"), (4, "refuted"),
                             (2, "inconclusive"), (2, "not as expected")):
            self.assertIn(f"<li><b>{number}</b> {what}</li>", text)

    def test_what_surprises_comes_first_and_leads_to_its_verdict(self):
        text = section(self.page(self.summary()), "surprises")
        self.assertEqual(re.findall(r'href="([^"]+)"', text),
                         ["report/trial.html#verdict-odd", "report/trial.html#verdict-open"])
        # Of two experiments too.
        both = section(self.page(self.summary("a"), self.summary("b")), "surprises")
        self.assertEqual(re.findall(r"#verdict-(\w+)", both), ["odd", "odd", "open", "open"])
        quiet = self.page(self.summary(verdicts=testing.verdicts()[:2]))
        self.assertIn("Nothing: every verdict is as expected", section(quiet, "surprises"))
        # Without an expectation nothing but an open verdict is worth a look.
        loose = testing.verdict(expected=None)
        self.assertEqual(surprises([loose, {**loose, "verdict": "INCONCLUSIVE"}]),
                         [{**loose, "verdict": "INCONCLUSIVE"}])

    def test_exponents_have_their_place_on_a_scale(self):
        text = section(self.page(self.summary()), "exponents")
        self.assertIn("1.023 [0.987, 1.044]", text)
        self.assertIn('class="estimate supported" style="left:40.92%"', text)
        self.assertIn('class="claim" style="left:36.0%;right:56.0%"', text)
        self.assertIn("#verdict-meet", section(self.page(self.summary()), "crossings"))

    def test_learners_are_ranked_by_accuracy(self):
        rows = Parser(section(self.page(self.summary(), self.learned()), "learning")).rows
        self.assertEqual(rows[0][:3], ["experiment", "learner", "test accuracy"])
        self.assertEqual(len(rows), 4)
        self.assertTrue(all(row[0] == "digits" and row[2] == "81.0 %" for row in rows[1:]))

    def test_what_changed(self):
        old = [self.summary(), self.learned(), self.summary("gone")]
        verdicts = [testing.verdict(verdict="REFUTED", reason="now < before"),
                    *testing.verdicts()[1:5]]
        new = [self.summary(verdicts=verdicts, factor=2), self.learned(0.1), self.summary("fresh")]
        found = changes(old, new)
        [row] = [row for row in found.times.rows if row[0].text == "trial"]
        self.assertEqual([cell.text for cell in row[:5]], ["trial", "8", "2.00×", "0", "8"])
        self.assertEqual([(row[1].text, row[2].verdict, row[3].verdict)
                          for row in found.verdicts.rows], [("linear", "SUPPORTED", "REFUTED")])
        self.assertEqual(found.verdicts.rows[0][1].href, "report/trial.html#verdict-linear")
        self.assertEqual([row[3].text for row in found.learned.rows], 3 * ["91.0 %"])
        self.assertEqual((found.only_new, found.only_old), (["fresh"], ["gone"]))
        text = section(self.page(*new, changes=found, since="old<er"), "changes")
        for said in ("old&lt;er", "2.00×", "now &lt; before", "New: fresh.", "Not run again: gone."):
            self.assertIn(said, text)
        self.assertIn("Nothing was compared", self.page(*new))

    def test_equal_runs_have_not_changed(self):
        found = changes([self.summary()], [self.summary()])
        self.assertEqual([cell.text for cell in found.times.rows[0][:5]],
                         ["trial", "8", "1.00×", "0", "0"])
        self.assertEqual(found.verdicts.rows, [])


if __name__ == "__main__":
    unittest.main()
