"""One run, made of shards: its rows, its manifest, and what it lacks."""
import csv
import io
import json
import math
import statistics

import pandas

from analysis.join import spread
from analysis.report.run import Refused

COMMON = ("schema", "experiment", "definition", "build")  # of all parts' manifests
TELLING = ("kernel", "microcode", "governor")  # of machines: they may differ, and it is said


class Joined:
    def __init__(self, shards):
        self.shards = shards
        # After every shard's own, as it is of none of them.
        self.run_id = max(shard.manifest["run_id"] for shard in shards) + "-joined"
        self.rows = _rows(shards)
        self.cells = spread.by_cell(shards)
        self.warnings = [*_missing(shards), *_lacking(shards, self.rows), *_unlike(shards)]

    def files(self):
        """{name: text} of the run's folder."""
        tables = {"cells.csv": self.rows, "errors.csv": _errors(self.shards),
                  "ranks.csv": _together(self.shards, "ranks.csv"),
                  "shards.csv": self.cells}
        texts = {name: _csv(rows.assign(run_id=self.run_id))
                 for name, rows in tables.items() if len(rows)}
        return {**texts, "manifest.json": json.dumps(self._manifest(), indent=2) + "\n"}

    def summary(self):
        first = self.shards[0]
        timed = self.rows[(self.rows["part"] == "total") & (self.rows["status"] == "ok")]
        return (f"{len(self.shards)} of {first.of} shards of {first.manifest['experiment']}, "
                f"{len(timed)} repetitions of {self.rows['cell_id'].nunique()} cells, "
                f"{len(self.rows)} rows")

    def _manifest(self):
        parts = [shard.manifest for shard in self.shards]
        first = parts[0]
        by_threads = first.get("calibration_by_threads") or {}
        joined = {
            **first, "run_id": self.run_id,
            "started": min(part["started"] for part in parts),
            "finished": max(part["finished"] for part in parts)
            if all(part["finished"] for part in parts) else None,
            "command_line": ["join", *(shard.folder.name for shard in self.shards)],
            "settings": {**first["settings"], "shards": self.shards[0].of},
            "load": {when: max((part["load"][when] for part in parts if part["load"][when]),
                               default=None) for when in ("before", "after")},
            "calibration": _mean([part["calibration"] for part in parts]),
            "accounts": _sums([part.get("accounts") or {} for part in parts]),
            "resumed": sorted(when for part in parts for when in part["resumed"]),
            "warnings": self.warnings + [f"{shard}: {warning}" for shard in self.shards
                                         for warning in shard.manifest["warnings"]],
            "hosts": sorted({host for part in parts for host in part.get("hosts") or []}),
            "parts": [{key: value for key, value in part.items() if key not in COMMON}
                      for part in parts]}
        del joined["settings"]["shard"]
        if by_threads:
            joined["calibration_by_threads"] = {
                threads: _mean([part["calibration_by_threads"][threads] for part in parts])
                for threads in by_threads}
        return joined


def _rows(shards):
    """By repetition, as one machine would have written them; what was not timed last, and once
    where all say the same of it."""
    rows = pandas.concat([shard.rows for shard in shards], ignore_index=True)
    timed, untimed = rows[rows["status"] == "ok"], rows[rows["status"] != "ok"]
    order = timed["repetition"].astype(int).sort_values(kind="stable").index
    others = [column for column in rows if column != "run_id"]
    return pandas.concat([timed.loc[order], untimed.drop_duplicates(others)], ignore_index=True)


def _together(shards, name):
    return pandas.concat([shard.table(name) for shard in shards], ignore_index=True)


def _errors(shards):
    """Of approximations: no machine's, so that all must say the same."""
    rows = _together(shards, "errors.csv")
    if not len(rows):
        return rows
    rows = rows.drop_duplicates([column for column in rows if column != "run_id"])
    twice = rows[rows.duplicated(["cell_id", "pattern"])]
    for row in twice.itertuples():
        raise Refused(f"errors.csv: shards differ in the error of {row.cell_id}, {row.pattern}")
    return rows


def _csv(rows):
    text = io.StringIO(newline="")
    rows.to_csv(text, index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    return text.getvalue()


def _mean(calibrations):
    """Geometric, of what machines could do; null where one of them was not asked."""
    def mean(speeds):
        if not all(speeds):
            return None
        return {what: statistics.geometric_mean([speed[what] for speed in speeds])
                if all(speed[what] > 0 for speed in speeds) else 0 for what in speeds[0]}
    return {when: mean([each.get(when) for each in calibrations]) for when in ("before", "after")}


def _sums(accounts):
    names = dict.fromkeys(name for each in accounts for name in each)
    return {name: math.fsum(each.get(name, 0) for each in accounts) for name in names}


def _missing(shards):
    of = shards[0].of
    missing = sorted(set(range(of)) - {shard.index for shard in shards})
    if missing:
        yield "missing: shard " + ", ".join(f"{index}/{of}" for index in missing)


def _lacking(shards, rows):
    """What some shards have and others, which are to have it too, have not."""
    repetitions = shards[0].manifest["settings"]["repetitions"]
    cells = list(dict.fromkeys(rows["cell_id"]))
    timed_by = {cell: 0 for cell in cells}
    for shard in shards:
        totals = shard.rows[shard.rows["part"] == "total"]
        timed = totals[totals["status"] == "ok"].groupby("cell_id")["repetition"].agg(
            lambda numbers: set(map(int, numbers)))
        for cell in timed.index:
            timed_by[cell] += 1
        settled = set(totals[totals["status"] != "ok"]["cell_id"])
        lacking = sum(len(set(shard.owns(repetitions)) - timed.get(cell, set()))
                      for cell in cells if cell not in settled)
        if lacking:
            yield f"{shard} lacks {lacking} of its repetitions; --resume completes it"
    uneven = [cell for cell in cells if 0 < timed_by[cell] < len(shards)]
    if uneven:
        yield (f"{len(uneven)} cells were timed by some of the shards alone, as {uneven[0]}: "
               "the machine's speed does not cancel there")


def _unlike(shards):
    for what in TELLING:
        found = {str(shard.manifest["machine"].get(what)): shard for shard in reversed(shards)}
        if len(found) > 1:
            yield f"machines differ in their {what}: " + ", ".join(
                f"{value} ({shard})" for value, shard in sorted(found.items()))
