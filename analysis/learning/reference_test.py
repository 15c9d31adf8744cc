"""The published learning runs are whole, of today's definitions, and judged as said."""
import csv
import hashlib
import json
import pathlib
import re
import subprocess
import tempfile
import unittest

DEFINITIONS = pathlib.Path("experiments/learning")
REFERENCE = pathlib.Path("results/reference/learning")
JUDGE = pathlib.Path("analysis/learning/judge_curves").resolve()
# Not published yet.
UNPUBLISHED = {"fashion_patches"}


def runs():
    return sorted(path for path in REFERENCE.iterdir() if path.is_dir())


class ReferenceTest(unittest.TestCase):
    def test_every_definition_has_a_run_of_its_own_text(self):
        names = {path.stem for path in DEFINITIONS.glob("*.toml")} - UNPUBLISHED
        self.assertEqual({run.name for run in runs()}, names)
        for run in runs():
            text = (DEFINITIONS / f"{run.name}.toml").read_bytes()
            digest = hashlib.sha256(text).hexdigest()
            manifest = json.loads((run / "manifest.json").read_text())
            self.assertEqual(manifest["definition"]["sha256"], digest, run.name)
            self.assertIsNotNone(manifest["finished"], run.name)
            with open(run / "curves.csv", newline="", encoding="utf-8") as file:
                rows = list(csv.DictReader(file))
            seeds = {(row["learner"], row["seed"]) for row in rows}
            ended = {(row["learner"], row["seed"]) for row in rows if row["split"] == "test"}
            self.assertEqual(seeds, ended, run.name)
            for row in rows:
                self.assertEqual(row["definition_sha256"], digest, run.name)
                self.assertNotEqual(row["status"], "failed", row)

    def test_their_verdicts_can_be_made_again(self):
        for run in runs():
            with self.subTest(run.name), tempfile.TemporaryDirectory() as folder:
                out = pathlib.Path(folder, "verdicts.json")
                judged = subprocess.run([JUDGE, "--results", run.resolve(), "--out", out],
                                        capture_output=True, check=False, text=True)
                print(*re.findall("^note: .*", judged.stdout, re.M), sep="\n")
                self.assertEqual(json.loads(out.read_text()),
                                 json.loads((run / "verdicts.json").read_text()))


if __name__ == "__main__":
    unittest.main()
