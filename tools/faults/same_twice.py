"""A/A: how often is a difference found where there is none?

    ./bazelw run //tools/faults:same_twice -- --results results/reference/MACHINE/scaling_n

Twice as many repetitions as each cell of a real run has are drawn from its own, whole and
with replacement, for two runs that differ by chance alone: `compare` may find nothing SLOWER
or FASTER. Of the two, one contestant under two names makes a third run, of which `verify`
may refute nothing. What machines do from one hour to the next is not in it: draws are of
one hour.
"""
import argparse
import collections
import csv
import io
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

from tools import perceiver_runs

COMPARE = pathlib.Path("analysis/compare/compare").resolve()
VERIFY = pathlib.Path("analysis/verify/verify").resolve()
MOST_FALSE = 0.01
ONE, OTHER = "perceiver", "perceiver(sharing=all)"  # which differ in parameters alone

CLAIMS = """
[[claim]]
id = "counted"
statement = "One contestant under two names counts the same"
source = "arithmetic"
experiment = ["{experiment}"]
kind = "ratio"
contestant = "perceiver"
versus = {{contestant = "perceiver(sharing=all)"}}
quantity = "macs"
variable = "{letter}"
value = 1
tolerance = 0
"""
TIMED = """
[[claim]]
id = "{id}"
statement = "One contestant under two names takes the same time"
source = "arithmetic"
experiment = ["{experiment}"]
kind = "{kind}"
contestant = "perceiver"
versus = {{contestant = "perceiver(sharing=all)"}}
quantity = "seconds"
variable = "{letter}"
value = 1
tolerance = {tolerance}
anchor = "counted"
"""


def claims(experiment, letter):
    """At the border: a half of whole intervals would lie below 1, were they of no width."""
    made = [CLAIMS.format(experiment=experiment, letter=letter)]
    for kind, tolerance in (("ratio", 0.001), ("ratio", 0.01), ("ratio", 0.05), ("at_least", 0)):
        made.append(TIMED.format(id=f"{kind}_{tolerance}".replace(".", "_"), kind=kind,
                                 experiment=experiment, letter=letter, tolerance=tolerance))
    return "".join(made)


class Cells:
    """A real run's timed repetitions, by cell."""

    def __init__(self, folder):
        self.folder = folder
        self.manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        table = perceiver_runs.content(perceiver_runs.table_in(folder, "cells.csv")).decode()
        reader = csv.DictReader(io.StringIO(table, newline=""))
        self.columns = reader.fieldnames
        self.cells = collections.defaultdict(lambda: collections.defaultdict(list))
        for row in reader:
            if row["status"] == "ok":
                self.cells[row["cell_id"]][row["repetition"]].append(row)

    def drawn(self, draw, contestant=None, name=None):
        """Rows of as many repetitions as there are; of one contestant under a name."""
        for repetitions in self.cells.values():
            kept = list(repetitions.values())
            if contestant and kept[0][0]["contestant"] != contestant:
                continue
            for number in range(len(kept)):
                for row in draw.choice(kept):
                    row = {**row, "repetition": number}
                    if name:
                        row["cell_id"] = row["cell_id"].replace(contestant, name, 1)
                        row["contestant"] = name
                    yield row

    def write(self, folder, rows):
        folder.mkdir(exist_ok=True)
        with open(folder / "cells.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self.columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        (folder / "manifest.json").write_text(json.dumps(self.manifest), encoding="utf-8")
        return folder


def called(*words):
    made = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          check=False)
    if made.returncode not in (0, 1):
        raise SystemExit(made.stderr)


def campaign(results, letter, times, seed):
    """{what was asked: {answer: how often}}"""
    cells, draw = Cells(results), random.Random(seed)
    found = collections.defaultdict(collections.Counter)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        text = claims(cells.manifest["experiment"], letter)
        (folder / "claims.toml").write_text(text, encoding="utf-8")
        for _ in range(times):
            a = cells.write(folder / "a", cells.drawn(draw))
            b = cells.write(folder / "b", cells.drawn(draw))
            called(COMPARE, a, b, "--out", folder / "compared.csv")
            with open(folder / "compared.csv", newline="", encoding="utf-8") as file:
                for row in csv.DictReader(file):
                    if row["table"] == "cell":
                        found["compare"][row["class"]] += 1
            both = cells.write(folder / "both", [*cells.drawn(draw, ONE),
                                                 *cells.drawn(draw, ONE, OTHER)])
            called(VERIFY, "--results", both, "--claims", folder / "claims.toml", "--out",
                   folder / "verdicts.json")
            judged = json.loads((folder / "verdicts.json").read_text(encoding="utf-8"))
            for verdict in judged["verdicts"]:
                found[f"{verdict['kind']} 1 ± {verdict['tolerance']:g} of "
                      f"{verdict['quantity']}"][verdict["verdict"]] += 1
    return found


def main(words):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=pathlib.Path, required=True, metavar="DIR",
                        help="a real run that has the contestant perceiver")
    parser.add_argument("--letter", default="N", help="that it swept; N")
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(words)
    results = pathlib.Path(os.environ.get("BUILD_WORKING_DIRECTORY", "."), given.results)
    worst = 0
    for asked, answers in campaign(results, given.letter, given.times, given.seed).items():
        false = sum(count for answer, count in answers.items()
                    if answer in ("SLOWER", "FASTER", "DIFFERENT", "REFUTED"))
        share = false / sum(answers.values())
        worst = max(worst, share)
        print(f"{asked:28} {false:5} false of {sum(answers.values()):6}, {100 * share:.2f} %: "
              + ", ".join(f"{count} {answer}" for answer, count in sorted(answers.items())))
    return 1 if worst > MOST_FALSE else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
