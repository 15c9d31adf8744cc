"""Runs as one HTML page, with every figure as a file beside it."""
import argparse
import os
import pathlib
import sys
import warnings

from analysis.report.figures import figures, rendered
from analysis.report.learning.curves import TABLE as CURVES
from analysis.report.learning.curves import LearningRun, read_learning_run
from analysis.report.learning.drawings import drawings
from analysis.report.page import page
from analysis.report.run import Refused, by_threads, is_run, read_run, run_folders
from analysis.report.sweep import sweeps
from analysis.report.variants import read_errors, read_variants
from analysis.report.verdicts import hand_out, read_verdicts

BAD_INPUT = 2


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Refused(message)


def arguments(words):
    parser = Parser(prog="report", description=__doc__)
    parser.add_argument("--results", required=True, type=pathlib.Path, metavar="DIR",
                        help="a run's folder, or one that holds several")
    parser.add_argument("--out", type=pathlib.Path, metavar="FILE",
                        help="the page (DIR/report.html)")
    return parser.parse_args(words)


def read(folder):
    """(runs, verdicts about none of them) of a folder."""
    if not folder.is_dir():
        raise Refused(f"{folder}: no such folder")
    runs, others = [], []
    for path in run_folders(folder):
        name = "" if path == folder else path.relative_to(folder).as_posix()
        if (path / CURVES).exists():
            runs.append(read_learning_run(path, name))
            continue
        parts = by_threads(read_run(path, name))
        # What they are about is of the most threads.
        parts[-1].variants, parts[-1].errors = read_variants(path), read_errors(path)
        own = read_verdicts(path)
        if own is not None:
            others += hand_out(parts, own)
        runs += parts
    if not runs:
        raise Refused(f"{folder}: neither a run nor a folder with runs")
    of_all = None if is_run(folder) else read_verdicts(folder)
    if of_all is not None:
        others += hand_out([run for run in runs if not isinstance(run, LearningRun)], of_all)
    # Each run's file repeats what is about no run.
    return runs, list({(v.get("experiment"), v["id"]): v for v in others}.values())


def _drawn(run):
    """(sweeps, figures)"""
    if isinstance(run, LearningRun):
        return [], rendered((None, drawing) for drawing in drawings(run))
    asked = sweeps(run)
    return asked, figures(run, asked)


def files_of(folder, out):
    """{path: bytes} of the whole report."""
    runs, others = read(folder)
    files, shown = {}, []
    for run in runs:
        asked, drawn = _drawn(run)
        for figure in drawn:
            path = folder / "figures" / run.name / figure.name
            files[path.with_name(figure.name + ".svg")] = figure.svg.encode()
            files[path.with_name(figure.name + ".png")] = figure.png
        shown.append((run, asked, drawn))
    # Last, so that a page never shows what is not there.
    files[out] = page(shown, others).encode()
    return files


def write(files):
    """All of them under other names first: nothing is half-written."""
    staged = {}
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            staged[path] = path.with_name(f".{path.name}.{os.getpid()}")
            try:
                staged[path].write_bytes(content)
            except OSError as error:  # a write that failed names no file
                raise OSError(error.errno, error.strerror, str(path)) from None
        for path in list(staged):
            os.replace(staged[path], path)
            del staged[path]
    finally:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)


def main(words):
    # Under `bazel run`, relative paths are meant from where the user stands.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
    # A letter that the font lacks is shown as a box; the page has the text.
    warnings.filterwarnings("ignore", module="matplotlib")
    try:
        given = arguments(words)
        out = given.out or given.results / "report.html"
        files = files_of(given.results, out)
        write(files)
    except Refused as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{error.filename}: {error.strerror}")
    print(f"{out}, and {len(files) // 2} figures in {given.results / 'figures'}")
    return 0


def _refuse(what):
    print("error: " + " ".join(what.split()), file=sys.stderr)
    return BAD_INPUT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
