"""Writes small runs for the tests of programs that read them."""
import csv
import json
import pathlib

COLUMNS = (
    "schema experiment definition_sha256 run_id cell_id contestant phase N M B C"
    " D H L O batch threads scalar attention plan part repetition seconds"
    " cpu_seconds macs logits flops bytes_moved bytes_peak parameters status"
    " reason").split()


def row(contestant, dimensions, run_id="run", experiment="trial", **fields):
    shape = "/".join(f"{name}={value}" for name, value in dimensions.items())
    return {
        "schema": 1, "experiment": experiment, "definition_sha256": "d",
        "run_id": run_id, "cell_id": f"{contestant}/{shape}/float/threads=2",
        "contestant": contestant, "phase": "forward", **dimensions, "threads": 2,
        "scalar": "float", "plan": "as_written", "part": "total",
        "status": "ok", **fields}


def timed(contestant, dimensions, seconds, macs=1000, **fields):
    """The rows of a cell, one a repetition."""
    return [row(contestant, dimensions, repetition=r, seconds=s, macs=macs, logits=0,
                flops=2 * macs, bytes_moved=macs, bytes_peak=4 * macs,
                parameters=10, **fields) for r, s in enumerate(seconds)]


def write(folder, rows, run_id="run", cpu="made", before=1e9, after=1e9):
    """A run of `rows`, which are given its run_id."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True)
    with open(folder / "cells.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({**each, "run_id": run_id} for each in rows)
    speeds = [{"gemm_flops_per_second": flops, "bytes_per_second": 1e9}
              for flops in (before, after)]
    (folder / "manifest.json").write_text(json.dumps({
        "run_id": run_id, "machine": {"cpu": cpu, "cores": 2},
        "calibration": dict(zip(("before", "after"), speeds))}))
    return folder
