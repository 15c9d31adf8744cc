"""The program, as a user meets it."""
import os
import pathlib
import subprocess
import unittest

from analysis.report import testing
from analysis.report.learning import testing as learning

REPORT = pathlib.Path("analysis/report/report").resolve()


class ReportTest(testing.FolderTest):
    def report(self, *words, **environment):
        # Matplotlib looks for fonts once, not in each process.
        fonts = os.environ.get("TEST_TMPDIR", str(self.folder))
        environment = {**os.environ, "MPLCONFIGDIR": fonts, **environment}
        return subprocess.run([REPORT, *map(str, words)], capture_output=True, text=True,
                              env=environment)

    def files(self, folder=None):
        """{path: bytes} of everything below."""
        folder = folder or self.folder
        return {path.relative_to(folder).as_posix(): path.read_bytes()
                for path in sorted(folder.rglob("*")) if path.is_file()}

    def assert_refused(self, said, *words):
        before = self.files()
        result = self.report(*words)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertTrue(result.stderr.startswith("error: "), result.stderr)
        self.assertIn(said, result.stderr)
        self.assertEqual(self.files(), before, "nothing is written")

    def test_one_run(self):
        testing.write_run(self.folder)
        result = self.report("--results", self.folder)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("and 9 figures", result.stdout)
        files = self.files()
        self.assertIn(b"SUPPORTED", files["report.html"])
        self.assertNotIn(str(self.folder).encode(), files["report.html"])
        figures = [name for name in files if name.startswith("figures/")]
        self.assertEqual(len(figures), 18)
        self.assertIn("figures/time_N.svg", figures)
        self.assertIn("figures/crossover_meet.png", figures)
        self.assertEqual(len(files), 18 + 4, "nothing temporary is left")

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
        self.assertEqual(self.report("--results", self.folder).returncode, 0)
        text = (self.folder / "report.html").read_text()
        self.assertIn("<h1>2 runs</h1>", text)
        self.assertEqual(text.count("✓ SUPPORTED"), 3)
        self.assertLess(text.index('id="run1"'), text.index("✓ SUPPORTED"))
        self.assertIn("No claim is about this experiment", text)
        self.assertTrue((self.folder / "figures" / "b" / "c" / "time_N.png").exists())
        self.assertEqual(text.count("Permuting changes nothing"), 1)

    def test_a_run_of_several_counts_of_threads_has_a_section_for_each(self):
        testing.write_run(self.folder, judged=False)
        testing.write_threads(self.folder, {})
        testing.write_verdicts(self.folder, 2 * [testing.verdict()])
        self.assertEqual(self.report("--results", self.folder).returncode, 0)
        text = (self.folder / "report.html").read_text()
        places = [text.index(said) for said in (
            "<h2>trial, 1 thread</h2>", "✓ SUPPORTED", "<h2>trial, 2 threads</h2>")]
        self.assertEqual(places, sorted(places))
        self.assertEqual(text.count("✓ SUPPORTED"), 2)
        for count in (1, 2):
            self.assertTrue((self.folder / f"figures/threads_{count}/time_N.png").exists())

    def test_a_run_that_learned(self):
        learning.write_run(self.folder, judged=learning.verdicts())
        result = self.report("--results", self.folder)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("and 3 figures", result.stdout)
        files = self.files()
        self.assertEqual([name for name in files if name.startswith("figures/")], [
            f"figures/{name}.{kind}" for name in ("accuracy", "latents", "loss")
            for kind in ("png", "svg")])
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
        text = (self.folder / "report.html").read_text()
        places = [text.index(said) for said in (
            "<h2>trial</h2>", "Over all cells", "<h2>digits</h2>", "Nobody has judged")]
        self.assertEqual(places, sorted(places))
        self.assertTrue((self.folder / "figures" / "b" / "c" / "accuracy.svg").exists())

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
        self.assertTrue((self.folder / "run" / "figures" / "time_N.svg").exists())
        self.assertFalse((self.folder / "run" / "report.html").exists())

    def test_bad_input_is_refused_in_one_line(self):
        self.assert_refused("--results")
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
