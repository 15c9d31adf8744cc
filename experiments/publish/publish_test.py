"""Publishing as a user meets it, in a checkout of its own: what is run, what goes on, what fails."""
import contextlib
import gzip
import io
import json
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile
import types
import unittest

from experiments.publish.publish import Programs, Publication, arguments, main
from tools.command_line import Refused

TINY = """shows = "That it is run."
contestants = ["perceiver", "transformer"]
repetitions = 2
[base]
N = 64
M = 8
D = 16
H = 2
[budget]
seconds = 100
"""
FEW = """shows = "Few needles in a small haystack."
task = "needles(facts=2, inputs=8, symbols=4, types=4)"
contestant = "perceiver_io"
schedule = "warm_up_cosine(rate=0.004, warm_up=10, steps=20)"
batch = 8
steps = 20
seeds = [1]
evaluate_every = 10
held_out = 16
[base]
M = 4
B = 1
D = 16
H = 2
L = 1
"""
REPORT = '#!/bin/sh\necho "$*" >>"$(dirname "$0")/drawn"\n'


class PublishTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp()).resolve()
        self.addCleanup(shutil.rmtree, self.folder)
        self.checkout, self.definitions = self.folder / "checkout", self.folder / "experiments"
        self.place = self.checkout / "results/reference/here"
        self.work = self.checkout / "results/local/publish/here"
        for each in (self.checkout, self.definitions / "definitions", self.definitions / "learning"):
            each.mkdir(parents=True)
        (self.definitions / "definitions/tiny.toml").write_text(TINY)
        (self.definitions / "definitions/smoke.toml").write_text(TINY)  # of no interest
        (self.definitions / "learning/few.toml").write_text(FEW)
        (self.checkout / ".gitignore").write_text("/results/local/\n")
        self.git("init", "-q")
        self.commit()
        report = self.folder / "report"  # what it draws has tests of its own
        report.write_text(REPORT)
        report.chmod(stat.S_IRWXU)
        self.programs = Programs(run=pathlib.Path("experiments/run/run_uncalibrated").absolute(),
                                 report=report)

    def git(self, *words):
        subprocess.run(["git", "-C", self.checkout, "-c", "user.name=x", "-c", "user.email=x", *words],
                       check=True, capture_output=True)

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "all", "--allow-empty")

    def publish(self, *words, plan=False):
        """(exit status, stdout, stderr)"""
        given = arguments(["--machine", "here", *words])
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            made = Publication(given, self.checkout, self.programs, self.definitions)
            status = made.plan() if plan else made.run()
        return types.SimpleNamespace(status=status, out=out.getvalue(), err=err.getvalue())

    def manifest(self, name="tiny"):
        return json.loads((self.place / name / "manifest.json").read_text())

    def test_everything_is_run_once_and_what_fails_is_said(self):
        (self.definitions / "definitions/bad.toml").write_text(TINY.replace('"transformer"', '"none"'))
        said = self.publish()
        self.assertEqual(said.status, 1, said.out)
        self.assertIn("not published: bad: ended with 2; ", said.err)
        self.assertEqual(said.err.count("not published"), 1, said.err)
        self.assertIn("2 of 3 experiments in", said.out)
        self.assertEqual(sorted(str(path.relative_to(self.place))
                                for path in self.place.rglob("*") if path.is_file()),
                         ["learning/few/curves.csv.gz", "learning/few/manifest.json",
                          "learning/few/verdicts.json", "tiny/cells.csv.gz", "tiny/manifest.json",
                          "verdicts.json"])
        packed = (self.place / "tiny/cells.csv.gz").read_bytes()
        self.assertEqual(gzip.decompress(packed), (self.work / "tiny/cells.csv").read_bytes())
        self.assertEqual(packed[4:8], bytes(4), "of no hour")
        drawn = (self.folder / "drawn").read_text().splitlines()
        self.assertEqual(drawn[-1], f"--results {self.place}")
        # Again: what is there is not repeated, and what failed is tried anew.
        self.commit()
        (self.definitions / "definitions/bad.toml").write_text(TINY)
        before = self.manifest()
        plan = self.publish(plan=True)
        self.assertRegex(plan.out, r"(?m)^ +\d+:\d\d  tiny  SKIPPED: published$")
        self.assertRegex(plan.out, r"(?m)^ +≤ 1:40  bad$")
        self.assertIn("1 of 3 experiments would be run", plan.out)
        said = self.publish()
        self.assertEqual((said.status, said.err), (0, ""))
        self.assertIn("publish: 1 of 1, bad\n", said.out)
        self.assertEqual(self.manifest(), before)
        drawn = (self.folder / "drawn").read_text().splitlines()
        self.assertEqual(drawn[-1], f"--results {self.place} --since {self.work / 'before'}")
        self.assertFalse((self.work / "before/bad").exists())

    def test_what_was_interrupted_goes_on(self):
        self.assertEqual(self.publish("--only", "tiny").status, 0)
        self.assertFalse((self.place / "learning").exists())
        run_id = self.manifest()["run_id"]
        shutil.rmtree(self.place)
        made = json.loads((self.work / "tiny/manifest.json").read_text())
        (self.work / "tiny/manifest.json").write_text(json.dumps(made | {"finished": None}))
        cells = self.work / "tiny/cells.csv"
        whole = cells.read_text()
        cells.write_text(whole[:len(whole) // 2])
        self.assertRegex(self.publish(plan=True).out, r"tiny  goes on")
        self.assertEqual(self.publish("--only", "tiny").status, 0)
        self.assertEqual((self.manifest()["run_id"], len(self.manifest()["resumed"])), (run_id, 1))
        rows = gzip.decompress((self.place / "tiny/cells.csv.gz").read_bytes())
        self.assertEqual(rows.count(b"\n"), whole.count("\n"))

    def test_another_definition_is_another_run(self):
        self.publish("--only", "tiny")
        self.commit()
        first = self.manifest()
        (self.definitions / "definitions/tiny.toml").write_text(TINY.replace("N = 64", "N = 32"))
        # What is published stays until the new run is whole.
        said = self.publish("--only", "tiny", "--budget", "0")
        self.assertEqual((said.status, self.manifest()), (1, first))
        self.assertIn("tiny: not begun, the budget is used up", said.err)
        self.assertEqual(self.publish("--only", "tiny").status, 0)
        self.assertNotEqual(self.manifest()["run_id"], first["run_id"])
        self.assertTrue((self.work / f"set_aside/tiny-{first['run_id']}/cells.csv").exists())
        self.assertEqual(json.loads((self.work / "before/tiny/manifest.json").read_text()), first)
        # A cell that failed makes no published run.
        packed = self.place / "tiny/cells.csv.gz"
        packed.write_bytes(gzip.compress(gzip.decompress(packed.read_bytes()).replace(b",ok,", b",failed,")))
        shutil.rmtree(self.work)
        self.assertRegex(self.publish("--only", "tiny", plan=True).out, r"(?m)^ +\d+:\d\d  tiny$")

    def test_rows_name_a_commit(self):
        (self.checkout / "README.md").write_text("changed")
        with self.assertRaisesRegex(Refused, r"has changes \(README.md\)"):
            self.publish()
        self.assertFalse(self.work.exists())
        shutil.rmtree(self.checkout / ".git")
        with self.assertRaisesRegex(Refused, "no git checkout"):
            self.publish()

    def test_bad_input_is_refused(self):
        for words, what in ((["--machine", "../x"], "--machine ../x: allowed are"),
                            (["--machine", "x", "--budget", "soon"], "--budget soon: allowed are"),
                            (["--machine", "x", "--only", "scaling"], "did you mean scaling_"),
                            (["--machine", "x", "--only", "smoke"], "--only smoke: no experiment"),
                            ([], "--machine")):
            with self.assertRaisesRegex(Refused, what):
                main(words + ["--dry-run"])
        self.assertEqual(arguments(["--machine", "x", "--budget", "1.5h"]).budget, 5400)


if __name__ == "__main__":
    unittest.main()
