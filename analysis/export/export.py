"""The rows of runs in a format of others: Parquet, SQLite, lines of JSON, Extra-P."""
import argparse
import functools
import json
import math
import os
import pathlib
import sqlite3
import subprocess
import sys

import pandas

from experiments.peers import environment
from experiments.peers.refused import Refused
from tools import perceiver_runs

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
VERIFY = ROOT / "analysis/verify/verify"
BAD_INPUT = 2
FORMATS = ("parquet", "sqlite", "jsonl", "extrap")
TABLES = ("cells", "curves")
AGAIN = "PERCEIVER_EXPORT_AGAIN"  # set where Parquet's interpreter runs this program


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Refused(message)


def arguments(words):
    parser = Parser(prog="export", description=__doc__, allow_abbrev=False)
    parser.add_argument("--results", required=True, metavar="DIR",
                        help="a run's folder, or one that holds several")
    parser.add_argument("--format", required=True, choices=FORMATS,
                        help="extrap: what Extra-P fits; the others: all rows and columns")
    parser.add_argument("--out", metavar="DIR", help="folder for the files (that of --results)")
    parser.add_argument("--python", metavar="FILE", help="for parquet: an interpreter that has "
                        "pandas and pyarrow; nothing is installed")
    return parser.parse_args(words)


def tables(folder):
    """{name: rows} of what the runs in `folder` have."""
    found = {name: perceiver_runs.runs(folder, table=f"{name}.csv")
             for name in TABLES if any(folder.rglob(f"{name}.csv"))}
    if not found:
        raise Refused(f"{folder}: neither a run nor a folder with runs")
    for rows in found.values():  # where the runs lie is nobody's
        rows["folder"] = [os.path.relpath(each, folder) for each in rows.folder]
    return found


def write_sqlite(found, out, runs):
    """One file: a table of rows for each kind of run, and `manifests`, as JSON, by run_id."""
    def write(path):
        database = sqlite3.connect(path)
        for name, rows in found.items():
            rows.to_sql(name, database, index=False)
        folders = {folder: run_id for rows in found.values()
                   for folder, run_id in zip(rows.folder, rows.run_id)}
        pandas.DataFrame(
            [(run_id, folder, json.dumps(perceiver_runs.manifest(runs / folder)))
             for folder, run_id in folders.items()],
            columns=["run_id", "folder", "manifest"]).to_sql("manifests", database, index=False)
        database.commit()
        database.close()
    return [replaced(out / "runs.sqlite", write)]


def write_jsonl(found, out, _):
    """A row a line, numbers to their last digit; what is empty is null."""
    def write(rows, path):
        # Neither NaN nor infinity is a number of JSON.
        known = rows.astype(object).where(rows.notna() & ~rows.isin([math.inf, -math.inf]), None)
        with open(path, "w", encoding="utf-8") as file:
            for row in known.to_dict("records"):
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return [replaced(out / f"{name}.jsonl", functools.partial(write, rows))
            for name, rows in found.items()]


def write_parquet(found, out, _):
    return [replaced(out / f"{name}.parquet", functools.partial(
        rows.to_parquet, index=False, compression="zstd")) for name, rows in found.items()]


def replaced(path, write):
    """The file, once it is whole."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def with_parquet(given, words):
    """This program again, by an interpreter that has what Parquet needs; its exit status."""
    if AGAIN in os.environ:
        raise Refused(f"{sys.executable} has no pyarrow")
    python = given.python or environment.python_with(
        HERE / "requirements.txt", environment.cache_folder(), "export")
    return subprocess.run(
        [python, __file__, *words], check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT), AGAIN: "1"}).returncode


def export(given, words, here):
    folder = pathlib.Path(os.path.abspath(here / given.results))
    out = pathlib.Path(os.path.abspath(here / given.out)) if given.out else folder
    if not folder.is_dir():
        raise Refused(f"{folder}: no such folder")
    out.mkdir(parents=True, exist_ok=True)
    if given.format == "extrap":
        return subprocess.run([VERIFY, "--results", folder, "--export", "extrap",
                               "--out", out / "extrap"], cwd=ROOT, check=False).returncode
    if given.format == "parquet":
        try:
            import pyarrow  # noqa: F401  pandas' to_parquet wants it
        except ImportError:
            return with_parquet(given, words)
    write = {"parquet": write_parquet, "sqlite": write_sqlite, "jsonl": write_jsonl}
    for path in write[given.format](tables(folder), out, folder):
        print(path)
    return 0


def main(words):
    try:
        return export(arguments(words), words,
                      pathlib.Path(os.environ.get("BUILD_WORKING_DIRECTORY", ".")))
    except (Refused, ValueError, sqlite3.Error) as error:
        what = str(error)
    except OSError as error:
        what = f"{error.filename}: {error.strerror}"
    print("error: " + " ".join(what.split()), file=sys.stderr)
    return BAD_INPUT


if __name__ == "__main__":
    if sys.stdout:
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal may know ASCII alone
    sys.exit(main(sys.argv[1:]))
