"""What the tests of the program behind the experiments share."""
import csv
import pathlib
import shutil
import subprocess
import tempfile
import unittest

HERE = pathlib.Path("experiments/run").resolve()
# Knows a machine's speed from the start: tests begin it often.
RUN = HERE / "run_uncalibrated"
CALIBRATED = HERE / "run"
RUN_WITH_BROKEN = HERE / "run_with_broken_contestants"
SMOKE = HERE.parent / "definitions" / "smoke.toml"

def run(*words, program=RUN, **options):
    return subprocess.run(
        [program, *map(str, words)], capture_output=True, text=True, **options)


def rows_of(folder):
    with open(pathlib.Path(folder) / "cells.csv", newline="") as file:
        return list(csv.DictReader(file))


class RunTestCase(unittest.TestCase):
    """A folder of its own for each test, and what tests say of refusals."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def define(self, text):
        path = self.folder / "trial.toml"
        path.write_text(text)
        return path

    def assert_refused(self, result, said):
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertIn(said, result.stderr)
