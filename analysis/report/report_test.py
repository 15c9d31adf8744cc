"""The program, as a user meets it."""
import contextlib
import io
import os
import pathlib
import re
import subprocess
import unittest
from unittest import mock

from analysis.report import testing
from analysis.report.learning import testing as learning
from analysis.report.report import main
from tools.command_line import run_command

REPORT = pathlib.Path("analysis/report/report").resolve()


class ReportTest(testing.FolderTest):
    def report(self, *words, **environment):
        """In this process: starting one takes longer than most reports."""
        out, err, here = io.StringIO(), io.StringIO(), os.getcwd()
        with mock.patch.dict(os.environ, environment), contextlib.redirect_stdout(out), \
                contextlib.redirect_stderr(err):
            try:
                code = run_command(lambda: main([str(word) for word in words]))
            except SystemExit as end:
                code = end.code
            finally:
                os.chdir(here)
        return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())

    def files(self, folder=None):
        """{path: bytes} of everything below."""
        folder = folder or self.folder
        return {path.relative_to(folder).as_posix(): path.read_bytes()
                for path in sorted(folder.rglob("*")) if path.is_file()}

    def assert_refused(self, said, *words):
        before = self.files()
        result = self.report(*words, BUILD_WORKING_DIRECTORY=str(self.folder))
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertTrue(result.stderr.startswith("error: "), result.stderr)
        self.assertIn(said, result.stderr)
        self.assertEqual(self.files(), before, "nothing is written")

    def test_one_run(self):
        testing.write_run(self.folder)
        result = subprocess.run([REPORT, self.folder], capture_output=True, text=True)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn(f"report.html, and 9 figures in {self.folder / 'report'}", result.stdout)
        files = self.files()
        page = files["report.html"].decode()
        self.assertIn("SUPPORTED", page)
        self.assertIn("Permuting changes nothing", page)
        self.assertNotIn(str(self.folder), page)
        figures = [name for name in files if name.startswith("report/")]
        self.assertEqual(len(figures), 18)
        self.assertIn("report/time_N.svg", figures)
        self.assertIn("report/crossover_meet.csv", figures)
        self.assertEqual(len(files), 18 + 4, "nothing temporary is left")
        self.assert_links_lead_somewhere("report.html")

    def assert_links_lead_somewhere(self, *pages):
        """To a file that was written, and to a place in it."""
        texts = {page: (self.folder / page).read_text() for page in pages}
        for page, text in texts.items():
            for target in re.findall(r'<a [^>]*href="([^"]+)"', text):
                path, _, place = target.partition("#")
                file = (self.folder / page).parent / path if path else self.folder / page
                self.assertTrue(file.is_file(), f"{page}: {target}")
                if place:
                    self.assertIn(f'id="{place}"', file.read_text(), f"{page}: {target}")

    def test_the_same_bytes_twice_and_elsewhere(self):
        other = self.folder / "other"
        one = self.folder / "one"
        testing.write_run(one)
        testing.write_run(other)
        self.report("--results", one)
        first = self.files(one)
        self.report("--results", one)
        self.assertEqual(self.files(one), first)
        self.report("--results", other)
        self.assertEqual(self.files(other), first)

    def test_several_runs_with_one_file_of_verdicts(self):
        testing.write_run(self.folder / "a", experiment="first", judged=False)
        testing.write_run(self.folder / "b" / "c", experiment="trial", run_id="2-2", judged=False)
        testing.write_verdicts(self.folder, testing.verdicts())
        result = self.report("--results", self.folder)
        self.assertEqual(result.returncode, 0)
        self.assertIn("and 2 pages with 17 figures", result.stdout)
        index, first, second = ((self.folder / name).read_text() for name in (
            "report.html", "report/a.html", "report/c.html"))
        self.assertIn("<h1>2 experiments on 2 cores", index)
        self.assertIn('<a href="report/c.html#verdict-odd">', index)
        self.assertEqual(index.count("Permuting changes nothing"), 1)
        self.assertIn("No claim is about this experiment", first)
        self.assertEqual(second.count("✓ SUPPORTED"), 2)
        self.assertTrue((self.folder / "report" / "c" / "time_N.svg").exists())
        self.assert_links_lead_somewhere("report.html", "report/a.html", "report/c.html")

    def test_runs_that_differ_in_ranks_stand_side_by_side(self):
        for ranks in (1, 2):
            run = self.folder / f"ranks_{ranks}"
            testing.write_run(run, run_id=f"1-{ranks}", judged=False)
            testing.write_rows(run, [{**row, "ranks": ranks} for row in testing.rows()],
                               run_id=f"1-{ranks}", more=["ranks"])
        self.assertEqual(self.report(self.folder).returncode, 0)
        index = (self.folder / "report.html").read_text()
        for said in ("<h2 id=\"ranks\">Over ranks</h2>", "trial, 2 ranks", "Strong scaling",
                     "Amdahl"):
            self.assertIn(said, index)
        self.assertTrue((self.folder / "report" / "ranks_trial.svg").exists())
        self.assert_links_lead_somewhere("report.html")

    def test_verdicts_of_a_machine_belong_to_its_runs(self):
        for machine in ("one", "two"):
            testing.write_run(self.folder / machine / "trial", judged=False)
        testing.write_verdicts(self.folder / "two", [testing.verdict(id="of_two")])
        self.assertEqual(self.report(self.folder).returncode, 0)
        self.assertNotIn("of_two", (self.folder / "report/one-trial.html").read_text())
        self.assertIn("of_two", (self.folder / "report/two-trial.html").read_text())

    def test_a_run_of_several_counts_of_threads_has_a_section_for_each(self):
        testing.write_run(self.folder, judged=False)
        testing.write_threads(self.folder, {})
        testing.write_verdicts(self.folder, 2 * [testing.verdict()])
        self.assertEqual(self.report(self.folder).returncode, 0)
        text = (self.folder / "report.html").read_text()
        places = [text.index(said) for said in (
            "<h2>trial, 1 thread</h2>", "✓ SUPPORTED", "<h2>trial, 2 threads</h2>")]
        self.assertEqual(places, sorted(places))
        self.assertEqual(text.count("✓ SUPPORTED"), 2)
        for count in (1, 2):
            self.assertTrue((self.folder / f"report/threads_{count}_time_N.svg").exists())
        self.assert_links_lead_somewhere("report.html")

    def test_a_run_that_learned(self):
        learning.write_run(self.folder, judged=learning.verdicts())
        result = self.report(self.folder)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("and 3 figures", result.stdout)
        files = self.files()
        self.assertEqual([name for name in files if name.startswith("report/")], [
            f"report/{name}.{kind}" for name in ("accuracy", "latents", "loss")
            for kind in ("csv", "svg")])
        text = files["report.html"].decode()
        self.assertEqual(text.count("<figure"), 3)
        self.assertIn("80.0 % … 85.0 %", text)
        self.assertIn("✓ SUPPORTED", text)

    def test_runs_that_learned_stand_among_others(self):
        testing.write_run(self.folder / "a")
        learning.write_run(self.folder / "b" / "c", experiment="digits")
        # What `verify` says of all runs is not about curves.
        testing.write_verdicts(self.folder, [testing.verdict(id="of_all")])
        self.assertEqual(self.report("--results", self.folder).returncode, 0)
        self.assertIn("Over all cells", (self.folder / "report/a.html").read_text())
        self.assertIn("Nobody has judged", (self.folder / "report/c.html").read_text())
        self.assertTrue((self.folder / "report" / "c" / "accuracy.svg").exists())

    def test_what_changed_since_earlier_runs(self):
        for folder in ("old", "new"):
            for name in ("a", "b"):
                testing.write_run(self.folder / folder / name, experiment=name)
        rows = [{**row, "seconds": row["seconds"] and 2 * row["seconds"]} for row in testing.rows()]
        testing.write_rows(self.folder / "new" / "a", rows, "a")
        self.assertEqual(self.report(self.folder / "new", "--since", self.folder / "old").returncode, 0)
        text = (self.folder / "new/report.html").read_text().split('id="changes">')[1]
        self.assertIn("2.00×", text)
        self.assertIn("1.00×", text)
        self.assertIn("No verdict changed", text)

    def test_bad_curves_are_refused_in_one_line(self):
        learning.write_run(self.folder)
        curves = self.folder / "curves.csv"
        whole = curves.read_text()
        for text, said in (
                (whole[:-3], f"{curves}:{whole.count(chr(10))}: the last line is cut off"),
                (whole.replace(",macs,", ",mocs,", 1), f"{curves}:1: column macs is missing"),
                (whole.replace("\n1,", "\n2,", 1), f"{curves}:2: schema 2")):
            curves.write_text(text)
            self.assert_refused(said, "--results", self.folder)

    def test_without_verdicts(self):
        testing.write_run(self.folder, judged=False)
        self.assertEqual(self.report("--results", self.folder).returncode, 0)
        self.assertIn("Nobody has judged", (self.folder / "report.html").read_text())

    def test_paths_are_meant_from_where_the_user_stands(self):
        testing.write_run(self.folder / "run")
        result = self.report("--results", "run", "--out", "deep/page.html",
                             BUILD_WORKING_DIRECTORY=str(self.folder))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("deep/page.html", result.stdout)
        self.assertTrue((self.folder / "deep" / "page.html").exists())
        self.assertTrue((self.folder / "deep" / "page" / "time_N.svg").exists())
        self.assertEqual(sorted(path.name for path in (self.folder / "run").iterdir()),
                         ["cells.csv", "manifest.json", "verdicts.json"], "--out is obeyed")

    def test_bad_input_is_refused_in_one_line(self):
        self.assert_refused("of which runs?")
        self.assert_refused("of which runs?", self.folder, "--results", self.folder)
        self.assert_refused("--out page.txt: must end in .html", self.folder, "--out", "page.txt")
        self.assert_refused("--frobnicate", "--results", self.folder, "--frobnicate")
        self.assert_refused("no such folder", "--results", self.folder / "none")
        self.assert_refused("neither a run nor a folder with runs", "--results", self.folder)
        testing.write_run(self.folder)
        cells = self.folder / "cells.csv"
        whole = cells.read_text()
        cells.write_text(whole[:-3])
        self.assert_refused(f"{cells}:{whole.count(chr(10))}: the last line is cut off",
                            "--results", self.folder)
        cells.write_text(whole.replace("\n1,", "\n3,", 1))
        self.assert_refused(f"{cells}:2: schema 3", "--results", self.folder)
        cells.write_text(whole.replace(",5000000,", ",five,", 1))
        self.assert_refused(f'{cells}:2: macs = "five"', "--results", self.folder)
        cells.write_text(whole)
        (self.folder / "verdicts.json").write_text("{\n,")
        self.assert_refused("verdicts.json:2: not JSON", "--results", self.folder)

    def test_a_report_that_cannot_be_written_leaves_the_old_one(self):
        testing.write_run(self.folder)
        self.report("--results", self.folder)
        testing.write_verdicts(self.folder, [])
        (self.folder / "file").write_text("")
        self.assert_refused("file", "--results", self.folder, "--out",
                            self.folder / "file" / "page.html")

    def test_help_names_the_flags(self):
        result = self.report("--help")
        self.assertEqual(result.returncode, 0)
        self.assertIn("--results DIR", result.stdout)


if __name__ == "__main__":
    unittest.main()
