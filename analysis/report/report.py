"""Runs as a page; several as an index and a page an experiment, with every figure as SVG and
its numbers as CSV in a folder beside it."""
import argparse
import concurrent.futures
import dataclasses
import multiprocessing
import os
import pathlib
import sys
import time

from analysis.report.figures import figures, rendered
from analysis.report.learning.curves import TABLE as CURVES
from analysis.report.learning.curves import LearningRun, read_learning_run
from analysis.report.learning.drawings import drawings
from analysis.report.pages.changes import changes
from analysis.report.pages.experiment import Links, experiment_page
from analysis.report.pages.index import index_page
from analysis.report.pages.summary import summary
from analysis.report.ranks import drawing as ranks_drawing
from analysis.report.ranks import scalings
from analysis.report.ranks import table as ranks_table
from analysis.report.run import Refused, by_threads, is_run, read_run, run_folders
from analysis.report.sweep import sweeps
from analysis.report.variants import read_errors, read_variants
from analysis.report.verdicts import FILE as VERDICTS
from analysis.report.verdicts import hand_out, read_verdicts

BAD_INPUT = 2
# Without a terminal, seconds between two lines of progress.
QUIET = 5


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Refused(message)


def arguments(words):
    parser = Parser(prog="report", description=__doc__)
    parser.add_argument("folder", nargs="?", type=pathlib.Path, metavar="DIR",
                        help="a run's folder, or one that holds several")
    parser.add_argument("--results", type=pathlib.Path, metavar="DIR", help="the same")
    parser.add_argument("--out", type=pathlib.Path, metavar="FILE",
                        help="the page, or the index (DIR/report.html); further pages and figures "
                        "go into a folder of its name beside it")
    parser.add_argument("--since", type=pathlib.Path, metavar="DIR",
                        help="earlier runs: the index says what changed since")
    given = parser.parse_args(words)
    if (given.folder is None) == (given.results is None):
        raise Refused("of which runs? Give one DIR, by itself or as --results DIR")
    given.folder = given.folder or given.results
    given.out = given.out or given.folder / "report.html"
    if given.out.suffix != ".html":
        raise Refused(f"--out {given.out}: must end in .html")
    return given


@dataclasses.dataclass
class Page:
    """Of a run's folder: the run, or its parts by threads."""
    name: str  # below the folder that was asked for; empty if it is that one
    runs: list


def read(folder, progress=lambda said: None):
    """(pages, verdicts about none of them) of a folder."""
    if not folder.is_dir():
        raise Refused(f"{folder}: no such folder")
    pages, others = [], []
    for path in run_folders(folder):
        name = "" if path == folder else path.relative_to(folder).as_posix()
        progress(f"reads {name or path.name}")
        if (path / CURVES).exists():
            pages.append(Page(name, [read_learning_run(path, name)]))
            continue
        parts = by_threads(read_run(path, name))
        # What they are about is of the most threads.
        parts[-1].variants, parts[-1].errors = read_variants(path), read_errors(path)
        own = read_verdicts(path)
        if own is not None:
            others += hand_out(parts, own)
        pages.append(Page(name, parts))
    if not pages:
        raise Refused(f"{folder}: neither a run nor a folder with runs")
    for path in sorted(folder.rglob(VERDICTS)) if not is_run(folder) else []:
        if not is_run(path.parent):
            others += hand_out([run for page in pages for run in page.runs
                                if not isinstance(run, LearningRun)
                                and path.parent in (folder / page.name).parents],
                               read_verdicts(path.parent))
    # Each run's file repeats what is about no run.
    return pages, list({(v.get("experiment"), v["id"]): v for v in others}.values())


def _drawn(run):
    """(run, sweeps, figures)"""
    if isinstance(run, LearningRun):
        return run, [], rendered((None, drawing) for drawing in drawings(run))
    asked = sweeps(run)
    return run, asked, figures(run, asked)


def page_files(page, path, files, links, others=()):
    """({path: bytes} of a page and its figures, summaries); `files` is the figures' folder."""
    parts = [_drawn(run) for run in page.runs]
    taken, written = set(), {}
    for run, _, drawn in parts:
        for figure in drawn:
            # Parts of one run have figures of one name.
            if len(parts) > 1:
                figure.name = f"threads_{run.threads}_{figure.name}"
            taken.add(figure.name)
            written[files / f"{figure.name}.svg"] = figure.svg.encode()
            written[files / f"{figure.name}.csv"] = figure.csv.encode()
    written[path] = experiment_page(parts, links, others).encode()
    return written, [summary(run, i, path.name) for i, run in enumerate(page.runs)]


def files_of(folder, out, since, progress):
    """{path: bytes} of the whole report."""
    pages, others = read(folder, progress)
    home = out.with_suffix("")
    if len(pages) == 1:
        files, _ = page_files(pages[0], out, home, Links(files=home.name), others)
        return files
    names = _names(pages)
    work = []
    for i, (page, name) in enumerate(zip(pages, names)):
        def neighbour(k):
            return (f"{names[k]}.html", pages[k].runs[0].experiment) if 0 <= k < len(pages) else ()
        links = Links(f"../{out.name}", neighbour(i - 1), neighbour(i + 1), name)
        work.append((page, home / f"{name}.html", home / name, links))
    files, summaries = {}, []
    for name, (written, found) in zip(names, _each(work)):
        progress(f"{len(summaries) + 1} of {len(work)} pages, {name}")
        files |= written
        for each in found:
            each.href = f"{home.name}/{each.href}"
        summaries.append(found)
    summaries = [each for found in summaries for each in found]
    changed = changes(_summaries(since), summaries) if since else None
    scaled, figures = over_ranks([run for page in pages for run in page.runs])
    for figure in figures:
        files[home / f"{figure.name}.svg"] = figure.svg.encode()
        files[home / f"{figure.name}.csv"] = figure.csv.encode()
    # Last, so that an index never shows what is not there.
    files[out] = index_page(summaries, others, changed, str(since or ""), scaled,
                            home.name).encode()
    return files


def over_ranks(runs):
    """([(experiment, figure or None, tables)], figures) of runs that differ in their ranks."""
    sections, drawings = [], []
    for scaling in scalings(runs):
        drawing = ranks_drawing(scaling)
        drawings += [(None, drawing)] if drawing else []
        tables = [ranks_table(scaling, kind) for kind in ("strong", "weak")]
        sections.append((scaling.experiment, drawing, [each for each in tables if each]))
    figures = rendered(drawings)
    drawn = iter(figures)
    return [(experiment, next(drawn) if drawing else None, tables)
            for experiment, drawing, tables in sections], figures


def _names(pages):
    """Of their files: the folder's own, or all of its path where two are alike."""
    stems = [page.name.rpartition("/")[2] for page in pages]
    return [stem if stems.count(stem) == 1 else page.name.replace("/", "-")
            for stem, page in zip(stems, pages)]


def _each(work):
    """Pages in their order, drawn by as many processes as there are cores."""
    _WORK[:] = work
    # Not every system says which cores are ours.
    ours = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    cores = min(ours, len(work))
    # Runs pass to the others as they are: nothing is copied.
    with concurrent.futures.ProcessPoolExecutor(
            cores, mp_context=multiprocessing.get_context("fork")) as pool:
        yield from pool.map(_one, range(len(work)))


_WORK = []


def _one(i):
    return page_files(*_WORK[i])


def _summaries(folder):
    pages, _ = read(folder)
    return [summary(run, i, "") for page in pages for i, run in enumerate(page.runs)]


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


class Progress:
    """One line that changes on a terminal; elsewhere a line now and then."""

    def __init__(self, stream):
        self._stream, self._last, self._open = stream, time.monotonic(), False

    def __call__(self, said):
        if self._stream.isatty():
            self._stream.write(f"\r\033[Kreport: {said}")
            self._open = True
        elif time.monotonic() - self._last >= QUIET:
            self._stream.write(f"report: {said}\n")
            self._last = time.monotonic()
        self._stream.flush()

    def end(self):
        if self._open:
            self._stream.write("\r\033[K")


def main(words):
    # Under `bazel run`, relative paths are meant from where the user stands.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
    progress = Progress(sys.stderr)
    try:
        given = arguments(words)
        files = files_of(given.folder, given.out, given.since, progress)
        write(files)
    except Refused as error:
        return _refuse(str(error), progress)
    except OSError as error:
        return _refuse(f"{error.filename}: {error.strerror}", progress)
    progress.end()
    kinds = [path.suffix for path in files]
    pages, drawn = kinds.count(".html"), kinds.count(".svg")
    beside = given.out.with_suffix("")
    print(f"{given.out}, and {f'{pages - 1} pages with ' if pages > 1 else ''}{drawn} figures "
          f"in {beside}")
    return 0


def _refuse(what, progress):
    progress.end()
    print("error: " + " ".join(what.split()), file=sys.stderr)
    return BAD_INPUT


if __name__ == "__main__":
    if sys.stdout:
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal may know ASCII alone
    sys.exit(main(sys.argv[1:]))
