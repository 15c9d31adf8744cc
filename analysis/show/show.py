"""The newest run of this checkout, or another: what was measured, what was found, what to do next."""
import argparse
import datetime
import json
import os
import pathlib
import sys

import pandas

from experiments.peers.refused import Refused
from tools import perceiver_runs

BAD_INPUT = 2
TABLES = ("cells.csv", "curves.csv")
LETTERS = ["N", "M", "B", "C", "D", "H", "L", "O", "batch", "threads"]
COLOURS = {"SUPPORTED": 32, "REFUTED": 31, "INCONCLUSIVE": 33}


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Refused(message)


def arguments(words):
    parser = Parser(prog="show", description=__doc__, allow_abbrev=False)
    parser.add_argument("--results", default="", metavar="DIR", help="the newest run below it "
                        "(results/local)")
    return parser.parse_args(words)


def newest(folder):
    """The run's folder whose rows were written last."""
    found = [path for name in TABLES for path in folder.rglob(name)]
    if not found:
        raise Refused(f"{folder}: neither a run nor a folder with runs")
    return max(found, key=lambda path: path.stat().st_mtime).parent


def coloured(word, text):
    """As support/terminal.h has it."""
    if os.environ.get("NO_COLOR") or not sys.stdout.isatty() \
            or os.environ.get("TERM", "dumb") == "dumb":
        return text
    return f"\033[{COLOURS[word]}m{text}\033[0m"


def seconds(value):
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= size:
            return f"{value / size:.3f} {unit}"
    return f"{value * 1e9:.0f} ns"


def cells(folder):
    """Lines: medians of whole times by contestant and by the letters that vary."""
    rows = perceiver_runs.runs(folder)
    rows = rows[rows.part == "total"]
    counts = rows.drop_duplicates("cell_id").status.value_counts()
    yield ", ".join(f"{count} cells {status}" for status, count in counts.items())
    timed = rows[rows.status == "ok"]
    if timed.empty:
        return
    varying = [letter for letter in LETTERS if timed[letter].nunique() > 1]
    names = [f"{row.contestant}{'' if row.phase == 'forward' else ': ' + row.phase}"
             for row in timed.itertuples()]
    by_cell = timed.assign(name=names).groupby(
        varying + ["name"], dropna=False, sort=True)[["seconds", "macs", "bytes_peak"]].median()
    yield ""
    width = max(map(len, names))
    at = max((len(_place(varying, key)) for key in by_cell.index), default=0)
    yield f"{'':{at}}  {'contestant':{width}}  {'median':>11}  {'GMACs':>10}  {'peak MB':>9}"
    for key, cell in by_cell.iterrows():
        name = key[-1] if isinstance(key, tuple) else key
        yield (f"{_place(varying, key):{at}}  {name:{width}}  {seconds(cell.seconds):>11}  "
               f"{cell.macs / 1e9:>10.3f}  {cell.bytes_peak / 1e6:>9.1f}")


def _place(letters, key):
    values = key[:-1] if isinstance(key, tuple) else []
    return " ".join(f"{letter}={int(value)}" for letter, value in zip(letters, values)
                    if not pandas.isna(value))


def learners(folder):
    """Lines: the last look on held out examples, or on the test, by learner."""
    looks = perceiver_runs.curves(folder).sort_values("step", kind="stable")
    split = "test" if (looks.split == "test").any() else "held_out"
    last = looks[looks.split == split].groupby(["learner", "seed"]).tail(1)
    yield f"{last.learner.nunique()} learners, accuracy of {split}: mean [least, most] over seeds"
    yield ""
    for learner, of in last.groupby("learner", sort=False):
        yield (f"{of.accuracy.mean():.3f} [{of.accuracy.min():.3f}, {of.accuracy.max():.3f}]  "
               f"after {seconds(of.seconds.median())}  {learner}")


def verdicts(folder):
    """Lines: of each claim what verify found; none if nobody has judged."""
    path = folder / "verdicts.json"
    if not path.is_file():
        return
    yield ""
    judged = json.loads(path.read_text(encoding="utf-8"))
    for each in judged if isinstance(judged, list) else judged["verdicts"]:
        word = each["verdict"]
        yield f"  {coloured(word, f'{word:<13}')} {each['id']}"


def shown(folder):
    made = perceiver_runs.manifest(folder)
    machine = made.get("machine") or {}
    yield f"{made.get('experiment', folder.name)}, run {made.get('run_id', '?')}, " \
          f"{_age(folder)}, on {machine.get('cores', '?')} cores of {machine.get('cpu', '?')}"
    for warning in made.get("warnings") or []:
        yield f"warning: {warning}"
    yield from cells(folder) if (folder / "cells.csv").exists() else learners(folder)
    yield from verdicts(folder)
    yield ""
    if (folder / "report.html").exists():
        yield f"report: {folder}/report.html"
    yield f"rows in {folder}"


def _age(folder):
    written = max((folder / name).stat().st_mtime for name in TABLES if (folder / name).exists())
    ago = datetime.datetime.now().timestamp() - written
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if ago >= 2 * size:
            return f"{ago / size:.0f} {unit} ago"
    return "just now"


def main(words):
    try:
        given = arguments(words)
        folder = pathlib.Path(
            os.environ.get("BUILD_WORKING_DIRECTORY", "."), given.results) if given.results \
            else pathlib.Path(os.environ.get("BUILD_WORKSPACE_DIRECTORY", "."), "results/local")
        if not folder.is_dir():
            raise Refused(f"{folder}: no such folder" + (
                "" if given.results else "; nothing was run yet"))
        for line in shown(newest(folder)):
            print(line)
        return 0
    except BrokenPipeError:  # as of `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except (Refused, ValueError, KeyError) as error:
        what = str(error)
    except OSError as error:
        what = f"{error.filename}: {error.strerror}"
    print("error: " + " ".join(what.split()), file=sys.stderr)
    return BAD_INPUT


if __name__ == "__main__":
    if sys.stdout:
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal may know ASCII alone
    sys.exit(main(sys.argv[1:]))
