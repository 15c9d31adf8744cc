"""show, as a user meets it."""
import gzip
import json
import os
import pathlib
import pty
import shutil
import subprocess
import tempfile
import unittest

from analysis.report.learning import testing
from analysis.runs.written_run import row, timed, write

SHOW = pathlib.Path("analysis/show/show").resolve()


class ShowTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.local = self.folder / "results/local"
        self.old = self.written("old", 100)
        self.new = self.written("new", 2000)

    def written(self, name, at):
        rows = [each for N in (64, 128) for each in (
            timed("perceiver", {"N": N, "M": 8}, [N * 1e-5, N * 3e-5, N * 2e-5], macs=2 * 10**9)
            + timed("transformer", {"N": N}, [N * 1e-3] * 3))]
        rows += [row("transformer", {"N": 256}, status="skipped", reason="too long")]
        folder = write(self.local / name, rows, run_id=name)
        os.utime(folder / "cells.csv", (at, at))
        return folder

    def show(self, *words, **options):
        return subprocess.run([SHOW, *map(str, words)], text=True, check=False, env=os.environ | {
            "BUILD_WORKSPACE_DIRECTORY": str(self.folder),
            "BUILD_WORKING_DIRECTORY": str(self.folder)} | options.pop("env", {}),
            **{"capture_output": True} | options)

    def said(self, *words):
        result = self.show(*words)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def test_the_newest_run(self):
        said = self.said()
        self.assertIn("run new", said)
        self.assertIn("4 cells ok, 1 cells skipped", said)
        self.assertRegex(said, r"(?m)^N=64 +perceiver +1\.280 ms +2\.000 +8000\.0$")
        self.assertRegex(said, r"(?m)^N=128 +transformer +128\.000 ms ")
        self.assertTrue(said.endswith(f"rows in {self.new}\n"))
        os.utime(self.old / "cells.csv", (3000, 3000))
        self.assertIn("run old", self.said())
        self.assertIn("run new", self.said("--results", "results/local/new"))

    def test_published_runs_are_runs(self):
        for folder, name in ((self.old, "cells.csv"), (self.local / "learned", "curves.csv")):
            if name == "curves.csv":
                testing.write_run(folder)
            (folder / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes()))
            (folder / name).unlink()
            said = self.said()
            self.assertIn(f"rows in {folder}", said)
            self.assertIn("learners, accuracy" if name == "curves.csv" else "4 cells ok", said)

    def test_what_learned(self):
        testing.write_run(self.local / "learned")
        said = self.said()
        self.assertIn("3 learners, accuracy of test", said)
        for learner in testing.LEARNERS:
            self.assertIn(testing.identity(learner), said)

    def test_verdicts_have_colours_on_a_terminal_alone(self):
        (self.new / "verdicts.json").write_text(json.dumps({"verdicts": [
            {"id": "linear", "verdict": "SUPPORTED"}, {"id": "small", "verdict": "REFUTED"}]}))
        self.assertIn("  SUPPORTED     linear\n  REFUTED       small\n", self.said())
        green = "\033[32mSUPPORTED    \033[0m linear"
        self.assertIn(green, self.on_a_terminal(TERM="xterm", NO_COLOR=""))
        self.assertNotIn("\033", self.on_a_terminal(TERM="xterm", NO_COLOR="1"))
        self.assertNotIn("\033", self.on_a_terminal(TERM="dumb", NO_COLOR=""))

    def on_a_terminal(self, **environment):
        ours, theirs = pty.openpty()
        self.assertEqual(self.show(env=environment, stdout=theirs, capture_output=False).returncode, 0)
        os.close(theirs)
        with os.fdopen(ours, "rb") as file:
            said = b""
            try:
                while part := file.read1():
                    said += part
            except OSError:  # its other end is closed
                pass
        return said.decode()

    def test_bad_input_is_one_line(self):
        for words, what in ((("--results", "none"), "none: no such folder"),
                            (("--newest",), "--newest"),
                            (("--results", self.folder / "results"), "last line is cut off")):
            if "cut off" in what:
                with open(self.new / "cells.csv", "a") as file:
                    file.write("1,")
            result = self.show(*words)
            self.assertEqual((result.returncode, result.stdout.count("cells ok")), (2, 0))
            self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
            self.assertIn(what, result.stderr)
        shutil.rmtree(self.local)
        self.assertIn("nothing was run yet", self.show().stderr)


if __name__ == "__main__":
    unittest.main()
