"""A checkout in which programs are built, for what starts them on a cluster."""
import csv
import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path.cwd()
BUILT = {"experiments/run/run": "experiments/run/run_uncalibrated",
         "analysis/join/join": "analysis/join/join"}
FEW = "--filter ^bare_.*N=64 --repetitions 4"


class ClusterTestCase(unittest.TestCase):
    def setUp(self):
        self.checkout = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.checkout)
        for name, program in BUILT.items():
            path = self.checkout / "bazel-bin" / name
            path.parent.mkdir(parents=True)
            path.symlink_to(ROOT / program)
        for folder in ("tools/cluster", "experiments/definitions"):
            shutil.copytree(ROOT / folder, self.checkout / folder)

    def start(self, *words, **environment):
        return subprocess.run(
            [str(word) for word in words], cwd=self.checkout, capture_output=True, text=True,
            check=False, env={"PATH": "/usr/bin:/bin", "HOME": str(self.checkout), **environment})

    def assert_joined(self, folder):
        with open(folder / "cells.csv", newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["part"] == "total"]
        numbers = {}
        for row in rows:
            numbers.setdefault(row["cell_id"], []).append(row["repetition"])
        self.assertEqual(list(numbers.values()), [["0", "1", "2", "3"]] * 2, rows)
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        self.assertEqual([part["settings"]["shard"] for part in manifest["parts"]],
                         [{"index": 0, "of": 2}, {"index": 1, "of": 2}])
