"""The published runs are whole, of today's definitions, and what the README quotes."""
import csv
import hashlib
import json
import pathlib
import re
import statistics
import subprocess
import tempfile
import unittest

from analysis.runs.old_words import in_todays_words

DEFINITIONS = pathlib.Path("experiments/definitions")
REFERENCE = pathlib.Path("results/reference")
README = pathlib.Path("README.md").read_text(encoding="utf-8")
VARIANTS_PAGE = pathlib.Path("docs/variants.md").read_text(encoding="utf-8")
VARIANTS = pathlib.Path("analysis/variants/variants").resolve()
VERIFY = pathlib.Path("analysis/verify/verify").resolve()
# What is no experiment of its own: it only shows that everything runs, or is run by a
# program that publishes nothing; or, as training, has not been published yet.
UNPUBLISHED = {"smoke", "roofline", "training_n", "training_m", "training_b", "training_depth",
               "training_memory", "training_million", "paper_training", "scaling_ranks"}

ROW = re.compile(r"^(\w)=(\d+)\s+(\S+)\s+([\d.]+) ms", re.M)
VERDICT = re.compile(r"^  (SUPPORTED|REFUTED|INCONCLUSIVE)\s+(\w+).*\n.*\n\s+(.*)$", re.M)


def machines():
    return sorted(path for path in REFERENCE.iterdir()
                  if path.is_dir() and path.name != "learning")


def rows_of(folder):
    with open(folder / "cells.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def block_after(text):
    """The first code block of the README after a text."""
    return README.split(text, 1)[1].split("```")[1]


def median_milliseconds(rows, dimension, value, contestant):
    base = {"N": "4096", "M": "128", "B": "2", dimension: value}
    seconds = [float(row["seconds"]) for row in rows
               if row["part"] == "total" and row["status"] == "ok"
               and row["contestant"] == contestant
               and all(row[name] in ("", base[name]) for name in base)]
    return 1e3 * statistics.median(seconds)


class ReferenceTest(unittest.TestCase):
    def test_every_definition_has_a_run_of_its_own_text(self):
        names = {path.stem for path in DEFINITIONS.glob("*.toml")} - UNPUBLISHED
        self.assertGreater(len(machines()), 0)
        for machine in machines():
            self.assertEqual({p.name for p in machine.iterdir() if p.is_dir()}, names)
            for name in sorted(names):
                text = (DEFINITIONS / f"{name}.toml").read_bytes()
                digest = hashlib.sha256(text).hexdigest()
                manifest = json.loads((machine / name / "manifest.json").read_text())
                self.assertEqual(manifest["definition"]["sha256"], digest, name)
                self.assertFalse(manifest["build"]["git"]["dirty"], name)
                self.assertIsNotNone(manifest["finished"], name)
                for row in rows_of(machine / name):
                    self.assertEqual(row["definition_sha256"], digest, name)
                    self.assertNotEqual(row["status"], "failed", row)

    def test_their_verdicts_can_be_made_again(self):
        for machine in machines():
            published = json.loads(in_todays_words((machine / "verdicts.json").read_text()))
            with tempfile.TemporaryDirectory() as folder:
                out = pathlib.Path(folder) / "verdicts.json"
                result = subprocess.run([VERIFY, "--results", machine.resolve(), "--out", out],
                                        capture_output=True, text=True)
                self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
                again = json.loads(out.read_text())
            # Who is older than the code that it measured is said, in the test's log; one that
            # says it is of this code and has other counts is refused.
            print(*re.findall("^note: .*", result.stdout, re.M), sep="\n")

            def words(verdicts):
                return [(v["experiment"], v["id"], v["verdict"]) for v in verdicts["verdicts"]]

            self.assertEqual(words(again), words(published))

    def test_the_readme_quotes_them(self):
        machine = machines()[0]
        rows = rows_of(machine / "quickstart")
        quoted = ROW.findall(block_after("It ends with this"))
        self.assertEqual(len(quoted), 14)
        for dimension, value, contestant, milliseconds in quoted:
            median = median_milliseconds(rows, dimension, value, contestant)
            self.assertEqual(f"{median:.3f}", milliseconds, (dimension, value, contestant))
        published = {(v["id"], v["verdict"], v["reason"])
                     for v in json.loads((machine / "verdicts.json").read_text())["verdicts"]
                     if v["experiment"] == "quickstart"}
        verdicts = VERDICT.findall(block_after("Then each claim"))
        self.assertGreater(len(verdicts), 1)
        for verdict, claim, reason in verdicts:
            self.assertIn((claim, verdict, reason), published)

    def test_the_page_of_variants_has_their_table(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / "variants.md"
            copy.write_text(VARIANTS_PAGE, encoding="utf-8")
            subprocess.run([VARIANTS, "--results", (machines()[0] / "variants").resolve(),
                            "--into", copy], check=True)
            self.assertEqual(copy.read_text(encoding="utf-8"), VARIANTS_PAGE,
                             "make it anew: ./bazelw run //analysis:variants -- --results "
                             "results/reference/MACHINE/variants --into docs/variants.md")


if __name__ == "__main__":
    unittest.main()
