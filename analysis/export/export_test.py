"""export, as a user meets it: the same rows in each format."""
import json
import os
import pathlib
import shutil
import sqlite3
import stat
import subprocess
import tempfile
import unittest

from analysis.report.learning import testing
from analysis.runs.written_run import timed, write
from tools.perceiver_runs import runs

EXPORT = pathlib.Path("analysis/export/export").resolve()
SECONDS = [0.1 + 2**-56, 0.2, 3e-17]


class ExportTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.results, self.out = self.folder / "results", self.folder / "out"
        for name, n in (("a", 4), ("b", 8)):
            write(self.results / name, timed("perceiver", {"N": n}, SECONDS, macs=2**60,
                                             reason="a, ‘b’\nc"), run_id=name)

    def export(self, *words, results=None, **environment):
        return subprocess.run(
            [EXPORT, "--results", results or self.results, "--out", self.out, *words],
            capture_output=True, text=True, check=False, env=os.environ | environment)

    def exported(self, *words):
        result = self.export(*words)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return [pathlib.Path(line) for line in result.stdout.splitlines()]

    def test_sqlite(self):
        testing.write_run(self.results / "learned")
        path, = self.exported("--format", "sqlite")
        self.exported("--format", "sqlite")  # again, over the one before
        database = sqlite3.connect(path)
        self.addCleanup(database.close)
        def ask(query):
            return database.execute(query).fetchall()
        self.assertEqual(ask("SELECT folder, N, macs, seconds, cpu_seconds, reason FROM cells "
                             "WHERE repetition = 2 ORDER BY N"),
                         [("a", 4, 2**60, 3e-17, None, "a, ‘b’\nc"),
                          ("b", 8, 2**60, 3e-17, None, "a, ‘b’\nc")])
        self.assertEqual(ask("SELECT count(*) FROM curves WHERE split = 'test'")[0][0],
                         sum(row["split"] == "test" for row in testing.rows()))
        joined = ask("SELECT DISTINCT cells.run_id, json_extract(manifest, '$.machine.cores') "
                     "FROM cells JOIN manifests USING (run_id) ORDER BY 1")
        self.assertEqual(joined, [("a", 2), ("b", 2)])

    def test_lines_of_json(self):
        path, = self.exported("--format", "jsonl")
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        self.assertEqual([row["seconds"] for row in rows], SECONDS * 2)
        self.assertEqual({row["macs"] for row in rows}, {2**60})
        self.assertEqual({row["cpu_seconds"] for row in rows}, {None})
        self.assertEqual(list(rows[0]), list(runs(self.results).columns))

    def test_measurements_for_extra_p(self):
        results = self.results / "both"
        write(results, timed("perceiver", {"N": 4}, [0.1]) + timed("perceiver", {"N": 8}, [0.2]))
        result = self.export("--format", "extrap", results=results)
        self.assertEqual(result.returncode, 0, result.stderr)
        path, = map(pathlib.Path, result.stdout.splitlines())
        self.assertEqual(path.parent, self.out / "extrap")
        self.assertEqual([json.loads(line) for line in path.read_text().splitlines()], [
            {"callpath": "total", "metric": "seconds", "params": {"N": n}, "value": s}
            for n, s in ((4, 0.1), (8, 0.2))])

    def test_parquet_is_left_to_an_interpreter_that_has_what_it_needs(self):
        pretender = self.folder / "python"
        pretender.write_text('#!/bin/sh\nprintf "%s\\n" "$@" >"$TOLD"\nexit 7\n')
        pretender.chmod(stat.S_IRWXU)
        told = self.folder / "told"
        result = self.export("--format", "parquet", "--python", str(pretender), TOLD=str(told))
        self.assertEqual(result.returncode, 7, result.stderr)
        self.assertIn("parquet", told.read_text())
        # One that has not is refused, and asks no other again.
        result = self.export("--format", "parquet", "--python", "/usr/bin/python3")
        self.assert_refused(result, "has no pyarrow")
        self.assertEqual(list(self.out.iterdir()), [])

    def assert_refused(self, result, said):
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertIn(said, result.stderr)

    def test_bad_input_is_one_line(self):
        self.assert_refused(self.export("--format", "xls"), "parquet")
        self.assert_refused(self.export("--format", "jsonl", results=self.folder / "no"),
                            "no such folder")
        empty = self.folder / "empty"
        empty.mkdir()
        for each in ("jsonl", "extrap"):
            self.assert_refused(self.export("--format", each, results=empty), "empty: neither a run")
        self.exported("--format", "jsonl")
        before = (self.out / "cells.jsonl").read_text()
        cells = self.results / "b/cells.csv"
        cells.write_text(cells.read_text()[:-5])
        self.assert_refused(self.export("--format", "jsonl"), "b/cells.csv: the last line is cut")
        self.assertEqual((self.out / "cells.jsonl").read_text(), before)


if __name__ == "__main__":
    unittest.main()
