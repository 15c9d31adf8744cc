"""The program that compares runs, asked as a user asks it."""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

COMPARE = pathlib.Path("analysis/compare/compare").resolve()


class CompareCase(unittest.TestCase):
    """Has a folder of its own, in which the program starts."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def compare(self, *words):
        return subprocess.run([COMPARE, *map(str, words)], capture_output=True,
                              text=True, cwd=self.folder, check=False)

    def assert_said(self, status, said, *words):
        result = self.compare(*words)
        self.assertEqual(result.stderr, "")
        self.assertEqual(result.returncode, status, result.stdout)
        self.assertIn(said, result.stdout)
        return result.stdout

    def assert_refused(self, said, *words):
        result = self.compare(*words)
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertRegex(result.stderr, r"\Aerror: [^\n]*\n\Z")
        self.assertIn(said, result.stderr)
