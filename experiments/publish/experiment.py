"""What is published: an experiment's run, from its definition to its place in results/reference."""
import csv
import dataclasses
import gzip
import hashlib
import io
import json
import os
import pathlib
import shutil
import tomllib

from tools.perceiver_runs import content, table_in

# What only shows that everything runs, and what a program of its own runs for a terminal.
NOT_PUBLISHED = ("smoke", "roofline")
# Of a run's folder, beside its table: the rest a run can make again.
KEPT = ("manifest.json", "errors.csv", "variants.json")
KEPT_OF_CURVES = ("manifest.json", "verdicts.json")


@dataclasses.dataclass(frozen=True)
class Experiment:
    definition: pathlib.Path
    learns: bool
    program: pathlib.Path  # that runs it
    work: pathlib.Path     # where its run grows, of one machine
    place: pathlib.Path    # where it is published

    @property
    def name(self):
        """As its target under //experiments."""
        return ("learn_" if self.learns else "") + self.definition.stem

    @property
    def table(self):
        return "curves.csv" if self.learns else "cells.csv"

    @property
    def log(self):
        return self.work.with_name(self.work.name + ".log")

    def is_published(self):
        return self.is_whole(self.place)

    def is_whole(self, folder):
        """Is a run of today's program and definition there, from start to end, without a failure?"""
        made = self.manifest(folder)
        return bool(self.can_go_on(folder) and made.get("finished")) and not self._failures(folder)

    def can_go_on(self, folder):
        """Is a run of today's program and definition there?"""
        made = self.manifest(folder)
        return (made.get("build") or {}).get("binary_sha256") == digest(self.program) \
            and (made.get("definition") or {}).get("sha256") == digest(self.definition) \
            and table_in(folder, self.table) is not None

    def manifest(self, folder):
        try:
            return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}

    def _failures(self, folder):
        text = content(table_in(folder, self.table)).decode()
        return any(row["status"] == "failed" for row in csv.DictReader(io.StringIO(text, newline="")))

    def seconds(self):
        """(about how many a run takes, or None; whether that is a limit and no measurement)."""
        took = (self.manifest(self.place).get("accounts") or {}).get("wall_seconds")
        if took is not None or self.learns:
            return took, False
        budget = tomllib.loads(self.definition.read_text(encoding="utf-8")).get("budget") or {}
        return budget.get("seconds"), True

    def set_aside(self):
        """Moves away what cannot be gone on with: rows of another day are not deleted."""
        if not self.work.exists():
            return
        aside = self.work.parent / "set_aside"
        aside.mkdir(exist_ok=True)
        run_id = self.manifest(self.work).get("run_id", "unknown")
        to, number = aside / f"{self.work.name}-{run_id}", 1
        while to.exists():
            to, number = aside / f"{self.work.name}-{run_id}-{number}", number + 1
        self.work.rename(to)

    def publish(self):
        """Puts the run into its place, packed, instead of the one that is there."""
        staged, old = (self.place.with_name(f".{self.place.name}.{word}") for word in ("new", "old"))
        for each in (staged, old):
            shutil.rmtree(each, ignore_errors=True)
        staged.mkdir(parents=True)
        rows = content(table_in(self.work, self.table))
        # The same rows are the same bytes, whatever the clock says.
        (staged / f"{self.table}.gz").write_bytes(gzip.compress(rows, 9, mtime=0))
        for name in KEPT_OF_CURVES if self.learns else KEPT:
            if (self.work / name).exists():
                shutil.copyfile(self.work / name, staged / name)
        if self.place.exists():
            self.place.rename(old)
        staged.rename(self.place)
        shutil.rmtree(old, ignore_errors=True)


def experiments(folder, run, learn, work, place):
    """All of `folder`, in the order in which they are run: cells first, both by name."""
    found = [Experiment(path, False, run, work / path.stem, place / path.stem)
             for path in sorted((folder / "definitions").glob("*.toml"))
             if path.stem not in NOT_PUBLISHED]
    return found + [Experiment(path, True, learn, work / "learning" / path.stem,
                               place / "learning" / path.stem)
                    for path in sorted((folder / "learning").glob("*.toml"))]


_DIGESTS = {}


def digest(path):
    """SHA-256 of a file; of one that stays as it is computed once."""
    path = os.path.realpath(path)
    state = (path, os.stat(path).st_mtime_ns)
    if state not in _DIGESTS:
        with open(path, "rb") as file:
            _DIGESTS[state] = hashlib.file_digest(file, "sha256").hexdigest()
    return _DIGESTS[state]
