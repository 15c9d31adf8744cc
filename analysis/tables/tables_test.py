"""The program that prints tables, as a user meets it."""
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from analysis.runs import written_run

TABLES = pathlib.Path("analysis/tables/tables").resolve()


class TablesTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        rows = []
        for N in (64, 128):
            rows += written_run.timed("perceiver(sharing=all)", {"N": N, "M": 8},
                                      [N * 1e-5, N * 1.01e-5])
            rows += written_run.timed("transformer", {"N": N}, [N * 4e-5] * 2)
        rows.append(written_run.row("transformer", {"N": 256}, status="skipped",
                                    reason="too large", macs=9, logits=0, flops=18,
                                    bytes_moved=1))
        self.run = written_run.write(self.folder / "trial" / "run", rows)

    def tables(self, *words):
        return subprocess.run([TABLES, *map(str, words)], capture_output=True,
                              text=True, cwd=self.folder)

    def printed(self, *words):
        result = self.tables(*words)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def assert_refused(self, said, *words):
        result = self.tables(*words)
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertRegex(result.stderr, r"\Aerror: [^\n]*\n\Z")
        self.assertIn(said, result.stderr)

    def test_markdown_has_as_many_fields_in_every_line(self):
        lines = [line for line in self.printed("--results", self.run).splitlines()
                 if line.startswith("|")]
        self.assertEqual(len(lines), 2 + 5)
        self.assertEqual({line.count("|") for line in lines}, {10})
        self.assertEqual(len({len(line) for line in lines}), 1, "not aligned")
        self.assertTrue(re.fullmatch(r"(\| -+[-:] )+\|", lines[1]), lines[1])
        self.assertIn("skipped", lines[-1])

    def test_latex_is_balanced_and_escaped(self):
        text = self.printed("--results", self.run, "--format", "latex")
        self.assertTrue(text.startswith("% \\usepackage{booktabs}\n"))
        body = text.split("\n", 1)[1]
        self.assertEqual(re.findall(r"(?<!\\)[%#_]", body), [])
        self.assertEqual(body.count("{"), body.count("}"))
        self.assertEqual(body.count("$") % 2, 0)
        self.assertEqual(re.findall(r"\\begin\{(\w+)\}", body),
                         re.findall(r"\\end\{(\w+)\}", body)[::-1])
        sides = re.search(r"\\begin\{tabular\}\{([lr]+)\}", body).group(1)
        rows = [line for line in body.splitlines() if line.endswith(r"\\")]
        self.assertEqual(len(rows), 1 + 5)
        for row in rows:
            self.assertEqual(len(re.findall(r"(?<!\\)&", row)) + 1, len(sides))
        self.assertTrue(body.isascii(), "needs no input encoding")

    def test_a_folder_of_runs_and_a_letter(self):
        written_run.write(
            self.folder / "other", [
                each for M in (1, 2)
                for each in written_run.timed("perceiver", {"N": 9, "M": M}, [1, 2])])
        everything = self.printed("--results", ".")
        self.assertEqual(everything.count("swept at"), 2)
        self.assertIn("M swept", everything)
        self.assertNotIn("M swept", self.printed("--results", ".", "--letter", "N"))

    def test_bad_input_is_refused_in_one_line(self):
        self.assert_refused("--results is not given")
        self.assert_refused("none: no such folder", "--results", "none")
        self.assert_refused("allowed are markdown and latex",
                            "--results", self.run, "--format", "html")
        self.assert_refused("--letter Q: allowed are N, M, B",
                            "--results", self.run, "--letter", "Q")
        self.assert_refused("M takes one value only",
                            "--results", self.run, "--letter", "M")
        self.assert_refused("--colour", "--results", self.run, "--colour")
        (self.folder / "empty").mkdir()
        self.assert_refused("neither a run nor a folder with runs",
                            "--results", "empty")
        cells = self.run / "cells.csv"
        cells.write_text(cells.read_text()[:-5])
        self.assert_refused("trial/run/cells.csv:10: the last line is cut off",
                            "--results", self.run)

    def test_help_names_the_flags(self):
        for flag in ("--results", "--format", "--letter", "--paper"):
            self.assertIn(flag, self.printed("--help"))


class PaperTest(unittest.TestCase):
    """Run where the program finds the papers."""

    def tables(self, *words):
        return subprocess.run([TABLES, *map(str, words)], capture_output=True,
                              text=True)

    def printed(self, *words):
        result = self.tables(*words)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def test_a_line_has_published_ours_difference_and_verdict(self):
        fields = [[field.strip() for field in line.strip("|").split("|")]
                  for line in self.printed("--paper", "perceiver").splitlines()
                  if line.startswith("| 8 cross-attends")]
        self.assertIn(["8 cross-attends", "FLOPs", "346.1 B", "346.12 B", "+0.0 %",
                       "agrees to the digit"], fields)

    def test_every_paper_is_printed_in_both_formats(self):
        for paper in ("linformer", "nystromformer", "perceiver", "perceiver_io",
                      "vaswani"):
            with self.subTest(paper):
                self.assertIn("| verdict", self.printed("--paper", paper))
                body = self.printed("--paper", paper, "--format", "latex").split(
                    "\n", 1)[1]
                self.assertEqual(re.findall(r"(?<!\\)[%#_]",
                                            re.sub(r"\\label\{.*\}", "", body)), [])
                self.assertEqual(body.count("{"), body.count("}"))

    def test_what_was_measured_is_read_from_the_results(self):
        with tempfile.TemporaryDirectory() as folder:
            written_run.write(
                pathlib.Path(folder) / "run",
                [dict(each, experiment="paper_imagenet")
                 for each in (
                     written_run.timed("perceiver(sharing=none, cross_heads=1)",
                                       {"N": 9}, [2, 2]) +
                     written_run.timed("perceiver(cross_heads=1)", {"N": 9}, [1, 1]))])
            text = self.printed("--paper", "perceiver", "--results", folder)
        self.assertRegex(text, r"\| sharing +\| time +\| +- \| +0\.500× \|")
        nothing = self.printed("--paper", "perceiver")
        self.assertRegex(nothing, r"\| sharing +\| time +\| +- \| +- \| .*not measured")

    def test_bad_words_are_refused(self):
        for said, words in (
                ("--paper resnet: allowed are linformer, nystromformer, perceiver,"
                 " perceiver_io, vaswani", ("--paper", "resnet")),
                ("--letter N: a paper's tables have none",
                 ("--paper", "perceiver", "--letter", "N")),
                ("none: no such folder",
                 ("--paper", "perceiver", "--results", "none"))):
            result = self.tables(*words)
            self.assertEqual((result.returncode, result.stdout), (2, ""))
            self.assertRegex(result.stderr, r"\Aerror: [^\n]*\n\Z")
            self.assertIn(said, result.stderr)


if __name__ == "__main__":
    unittest.main()
