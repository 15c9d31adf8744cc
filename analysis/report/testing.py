"""A small run with known numbers, for tests: written as experiments write theirs; and what
reads a page."""
import csv
import html.parser
import json
import pathlib
import shutil
import tempfile
import unittest

COLUMNS = ("schema experiment definition_sha256 run_id cell_id contestant phase N M B C D H L O "
           "batch threads scalar attention plan part repetition seconds cpu_seconds macs logits "
           "flops bytes_moved bytes_peak parameters status reason").split()
DEFINITION = """shows = "That <b>N</b> & M matter."
contestants = ["perceiver(form=streaming)", "transformer"]
[base]
N = 1024
M = 64
D = 32
[[sweep]]
N = [256, 512, 1024, 2048]
[[sweep]]
M = [32, 64]
"""
VOID = {"meta", "br", "link", "img", "hr"}
MACS = {"perceiver": 10**6, "transformer": 10**7}


def total_seconds(contestant, N, M, repetition):
    """Linear or quadratic in N, with repetitions 1, 2, 3 and 10 % above."""
    exact = N * M * 1e-7 if contestant == "perceiver" else N * N * 1e-7
    return exact * (1.01, 1.02, 1.03, 1.10)[repetition]


def cell_rows(contestant, N, M):
    """Rows of one cell: three parts with 50, 30 and 20 % of the time, and the total."""
    dimensions = {"N": N, "B": 1, "C": 32, "D": 32, "H": 1, "batch": 1}
    if contestant == "perceiver":
        dimensions |= {"M": M, "L": 1}
    common = {"contestant": contestant, "cell_id": f"{contestant}/N={N}/M={dimensions.get('M')}",
              "phase": "forward", **dimensions, "threads": 2, "scalar": "float",
              "attention": "streaming", "plan": "as_written", "status": "ok"}
    macs = MACS[contestant]
    for repetition in range(4):
        seconds = total_seconds(contestant, N, M, repetition)
        for part, share in (("scores", 0.5), ("weighted_sum", 0.3), ("mlp", 0.2)):
            yield {**common, "part": part, "repetition": repetition, "seconds": share * seconds,
                   "macs": int(share * macs), "logits": 0, "flops": int(share * 2 * macs),
                   "bytes_moved": int(share * macs / 10)}
        yield {**common, "part": "total", "repetition": repetition, "seconds": seconds,
               "cpu_seconds": 2 * seconds, "macs": macs, "logits": 0, "flops": 2 * macs,
               "bytes_moved": macs // 10, "bytes_peak": 1000 * N, "parameters": 99}


def skipped(rows, reason):
    """The rows of a cell as its one row if it isn't run."""
    row = next(row for row in rows if row["part"] == "total")
    return {**row, "repetition": "", "seconds": "", "cpu_seconds": "", "status": "skipped",
            "reason": reason}


def rows():
    found = []
    for N in (256, 512, 1024):
        found += list(cell_rows("transformer", N, None))
    found.append(skipped(cell_rows("transformer", 2048, None), 'takes "too" long,\nit seems'))
    for N, M in ((2048, 64), (256, 64), (512, 64), (1024, 64), (1024, 32)):
        found += list(cell_rows("perceiver", N, M))
    return found


def write_rows(folder, found, experiment="trial", run_id="1-1", more=()):
    """With `more` columns than files had from the first."""
    with open(folder / "cells.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*COLUMNS, *more], restval="", lineterminator="\n")
        writer.writeheader()
        for row in found:
            writer.writerow({"schema": 1, "experiment": experiment, "run_id": run_id,
                             "definition_sha256": "0", **row})


def manifest(experiment="trial", run_id="1-1", definition=DEFINITION):
    return {"schema": 1, "experiment": experiment, "run_id": run_id,
            "definition": {"text": definition}, "warnings": ["it is <hot>"],
            "machine": {"cpu": "Some & CPU", "cores": 2, "memory_bytes": 8 * 10**9},
            "build": {"compiler": "12.2", "blas": "OpenBLAS", "git": {"commit": "0123456789abcd"}},
            "settings": {"threads": 2, "repetitions": 4, "seed": 1, "scalar": "float"},
            "calibration": {
                "before": {"gemm_flops_per_second": 8e9, "bytes_per_second": 1e9},
                "after": {"gemm_flops_per_second": 1e10, "bytes_per_second": 1e9}}}


def verdict(**keys):
    """A supported exponent with its points."""
    points = [{"x": N, "y": total_seconds("perceiver", N, 64, 1), "low": 0.9e-7 * N * 64,
               "high": 1.1e-7 * N * 64, "fit": 1.02e-7 * N * 64} for N in (256, 512, 1024, 2048)]
    return {"id": "linear", "statement": "<script>alert(1)</script> is linear",
            "source": "Perceiver §3.1", "experiment": "trial", "contestant": "perceiver",
            "part": "total", "quantity": "seconds", "kind": "exponent", "variable": "N",
            "value": 1, "tolerance": 0.1, "anchor": None, "expected": "SUPPORTED",
            "verdict": "SUPPORTED", "estimate": 1.023, "low": 0.987, "high": 1.044,
            "reason": "exponent 1.023", "points": points, **keys}


def verdicts():
    crossing = {"kind": "crossover", "quantity": "seconds", "versus": "transformer",
                "variable": "N", "points": []}
    return [verdict(),
            verdict(id="wide", expected="REFUTED", verdict="REFUTED", points=[], note="As D² is."),
            verdict(id="odd", verdict="REFUTED", points=[], estimate=3, low=3, high=3),
            verdict(id="open", verdict="INCONCLUSIVE", estimate=None, low=None, high=None,
                    points=[], reason="too few"),
            verdict(id="meet", estimate=400, low=380, high=420, value=390, **crossing),
            verdict(id="a_fact", experiment="", kind="fact", quantity="fact", value=None,
                    variable=None, estimate=None, points=[], statement="Permuting changes nothing")]


def write_verdicts(folder, found):
    (folder / "verdicts.json").write_text(
        json.dumps({"schema": 1, "confidence": 0.95, "verdicts": found}, indent=1))


def write_run(folder, experiment="trial", run_id="1-1", judged=True, definition=DEFINITION):
    folder.mkdir(parents=True, exist_ok=True)
    write_rows(folder, rows(), experiment, run_id)
    (folder / "manifest.json").write_text(
        json.dumps(manifest(experiment, run_id, definition), indent=2))
    if judged:
        write_verdicts(folder, verdicts())


def write_threads(folder, calibrations):
    """Makes the run in FOLDER one of 1 and 2 threads, with those calibrations."""
    found = rows()
    slower = [{**row, "threads": 1, "cell_id": row["cell_id"] + "/threads=1"} for row in found]
    write_rows(folder, slower + found)
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()),
                                "calibration_by_threads": calibrations}, indent=2))


class Parser(html.parser.HTMLParser):
    """Complains about what isn't closed; gathers attributes and table cells."""

    def __init__(self, text):
        super().__init__()
        self.open, self.attributes, self.rows = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.attributes += [(tag, key, value) for key, value in attributes]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_startendtag(self, tag, attributes):
        self.attributes += [(tag, key, value) for key, value in attributes]

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise AssertionError(f"</{tag}> closes nothing")

    def handle_data(self, data):
        if "td" in self.open or "th" in self.open:
            self.rows[-1][-1] += data


class FolderTest(unittest.TestCase):
    """With a folder of its own."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
