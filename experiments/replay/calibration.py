"""How fast a rank computes: from runs that were measured on the plain program."""
import csv
import dataclasses
import gzip
import json
import math
import re
import statistics

from tools.command_line import Refused

LETTERS = ["N", "M", "B", "C", "D", "H", "L", "O", "batch"]


@dataclasses.dataclass(frozen=True)
class Speeds:
    """Of a cell's kinds of work, a second: FLOPs of read and latent, bytes of merge; None of
    what it has none of."""
    read: float | None
    latent: float | None
    merge: float
    run_id: str  # of the measured cell, and its N
    inputs: int

    def words(self):
        return [f"{kind}={getattr(self, kind)!r}" for kind in ("read", "latent", "merge")
                if getattr(self, kind) is not None]


@dataclasses.dataclass
class _Measured:
    run_id: str
    inputs: int
    bytes_per_second: float
    parts: dict  # name: (seconds, FLOPs, bytes), by medians over repetitions
    total: float  # seconds


class Calibration:
    """The measured cells of all runs below a folder."""

    def __init__(self, folder):
        if not folder.is_dir():
            raise Refused(f"{folder}: no such folder")
        self.folder = folder
        self.cells = {}  # what but N makes a cell: {N: _Measured}
        for path in sorted(folder.rglob("cells.csv*")):
            if path.name in ("cells.csv", "cells.csv.gz"):
                self._read(path)

    def speeds(self, cell):
        """Of a cell of traces.json; None if none was measured that differs in N alone."""
        others = {name: str(value) for name, value in cell["letters"].items() if name != "N"}
        key = _key(cell["contestant"], others, cell["threads"], cell["scalar"])
        known = self.cells.get(key)
        if not known:
            return None
        # A tree's rank reads as a small cell does; rows are attended to by all.
        like = cell["inputs"] if cell["exchange"] == "tree" else cell["letters"]["N"]
        nearest = min(sorted(known), key=lambda n: abs(math.log(n / like)))
        return _speeds(known[nearest], cell)

    def _read(self, path):
        rows = {}
        try:
            opened = gzip.open if path.suffix == ".gz" else open
            with opened(path, "rt", newline="", encoding="utf-8") as file:
                for row in csv.DictReader(file):
                    if row["status"] == "ok" and row["phase"] == "forward" and not row.get("ranks"):
                        rows.setdefault(row["cell_id"], []).append(row)
            if not rows:
                return
            manifest = json.loads(path.with_name("manifest.json").read_text(encoding="utf-8"))
            for of_cell in rows.values():
                first = of_cell[0]
                letters = {name: first[name] for name in LETTERS if name != "N" and first[name]}
                key = _key(first["contestant"], letters, first["threads"], first["scalar"])
                measured = _measured(of_cell, _bandwidth(manifest, first["threads"]))
                known = self.cells.setdefault(key, {})
                # The newest run counts.
                if first["run_id"] >= getattr(known.get(measured.inputs), "run_id", ""):
                    known[measured.inputs] = measured
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Refused(f"{path}: not a run's rows beside its manifest ({error!r})") from None


def _key(contestant, letters, threads, scalar):
    # How ranks exchange is nothing to one that is alone.
    contestant = re.sub(r"\(exchange=\w+\)|exchange=\w+, |, exchange=\w+", "", contestant)
    return contestant, tuple(sorted(letters.items())), str(threads), scalar


def _bandwidth(manifest, threads):
    several = manifest.get("calibration_by_threads", {})
    calibration = several.get(str(threads), manifest["calibration"])
    return max((each or {}).get("bytes_per_second", 0) for each in calibration.values())


def _measured(rows, bandwidth):
    by_part = {}
    for row in rows:
        by_part.setdefault(row["part"], []).append(row)
    parts = {name: (statistics.median(float(row["seconds"]) for row in of_part),
                    int(of_part[0]["flops"]), int(of_part[0]["bytes_moved"]))
             for name, of_part in by_part.items()}
    total = parts.pop("total")[0]
    return _Measured(rows[0]["run_id"], int(rows[0]["N"]), bandwidth, parts, total)


def _speeds(measured, cell):
    """Each part as fast as it was; what lies between parts in proportion to them."""
    between = measured.total / sum(seconds for seconds, _, _ in measured.parts.values())

    def speed(kind):
        seconds = flops = 0
        for name, work in cell[kind].items():
            took, of_flops, of_bytes = measured.parts.get(name, (0, 0, 0))
            done, of = (work["flops"], of_flops) if work["flops"] else (work["bytes"], of_bytes)
            if done and not of:
                raise Refused(f"{cell['cell_id']}: {name} was not measured by {measured.run_id}")
            seconds += between * took * done / of if done else 0
            flops += work["flops"]
        return flops / seconds if seconds else None

    return Speeds(speed("read"), speed("latent"), measured.bytes_per_second, measured.run_id,
                  measured.inputs)
