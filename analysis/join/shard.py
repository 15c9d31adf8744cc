"""Shards of one run: read from their folders, and alike."""
import collections
import dataclasses
import pathlib

import pandas

from analysis.report import run
from analysis.report.run import Refused

# What must be equal for repetitions to belong to one run: its name, and where the
# manifest has it. Neither the host's name nor the bytes of its memory.
ALIKE = {
    "the program": ("build", "binary_sha256"), "the BLAS": ("build", "blas"),
    "the definition": ("definition", "sha256"), "the CPU": ("machine", "cpu"),
    "its flags": ("machine", "cpu_flags"), "its cores": ("machine", "cores"),
    "its caches": ("machine", "cache_bytes"), "the scalar": ("settings", "scalar"),
    "the threads": ("settings", "threads"), "the ranks": ("settings", "ranks"),
    "the repetitions": ("settings", "repetitions"), "the seed": ("settings", "seed"),
    "the number of shards": ("settings", "shard", "of")}
# What a cell costs is the same on every machine.
COUNTS = ["macs", "logits", "flops", "bytes_moved", "bytes_peak", "parameters"]
LONGEST = 60  # of what a refusal quotes
PLAIN = {"index": 0, "of": 1}  # of a run that has all repetitions
NEEDED = ("started", "finished", "settings", "machine", "build", "calibration", "load", "resumed",
          "warnings")  # of a manifest


@dataclasses.dataclass(eq=False)
class Shard:
    folder: pathlib.Path
    manifest: dict
    rows: pandas.DataFrame  # of cells.csv, the text of each field
    index: int
    of: int

    def __str__(self):
        return f"shard {self.index}/{self.of}"

    @property
    def hosts(self):
        return ", ".join(self.manifest.get("hosts") or ["?"])

    @property
    def named(self):
        return f"{self.folder} ({self})"

    def owns(self, repetitions):
        return range(self.index, repetitions, self.of)

    def table(self, name):
        """Rows of a file of the folder, as text; none where the run didn't write it."""
        path = self.folder / name
        if not path.exists():
            return pandas.DataFrame()
        records, lines = run.read_records(path)
        for record, line in zip(records, lines):
            if len(record) != len(records[0]):
                raise run.BadInput(
                    path, line, f"{len(record)} fields, there must be {len(records[0])}")
        return pandas.DataFrame(records[1:], columns=records[0], dtype=object)


def read_shards(folders):
    """All shards below the folders, by their index. Refused, in one line that names who: what
    is no shard, shards that differ in what makes one run, or that have a repetition in common."""
    found = []
    for folder in folders:
        runs = run.run_folders(folder) if folder.is_dir() else []
        if not runs:
            raise Refused(f"{folder}: neither a run nor a folder with runs")
        found += map(_read, runs)
    shards = sorted(found, key=lambda shard: (shard.index, str(shard.folder)))
    _require_alike(shards)
    _require_disjoint(shards)
    _require_equal_counts(shards)
    return shards


def _read(folder):
    made = run.read_run(folder)  # is it sound?
    for key in NEEDED:
        if key not in made.manifest:
            raise Refused(f"{folder}/manifest.json: lacks {key}")
    settings = made.manifest["settings"]
    if "shards" in settings:
        raise Refused(f"{folder}: is joined already; give the shards that it was made of")
    at = settings.get("shard", PLAIN)
    if not isinstance(at, dict) or not all(isinstance(at.get(key), int) for key in PLAIN) \
            or not 0 <= at["index"] < at["of"]:
        raise Refused(f"{folder}/manifest.json: settings.shard is not an index of so many")
    made.manifest["settings"] = {**settings, "shard": at}
    shard = Shard(folder, made.manifest, None, at["index"], at["of"])
    shard.rows = shard.table("cells.csv")
    totals = made.rows[made.rows["part"] == "total"]
    whole = set(zip(totals["cell_id"], totals["repetition"]))
    timed = made.rows[made.rows["status"] == "ok"]
    for line, *repetition in zip(timed.index, timed["cell_id"], timed["repetition"]):
        if tuple(repetition) not in whole:
            raise run.BadInput(folder / "cells.csv", line, "a repetition lacks its total; "
                               f"`--resume {folder}` completes the run")
    return shard


def _at(manifest, keys):
    for key in keys:
        manifest = (manifest or {}).get(key)
    return manifest


def _require_alike(shards):
    """All are held against what most of them are."""
    identities = [{name: _at(shard.manifest, keys) for name, keys in ALIKE.items()}
                  for shard in shards]
    usual = collections.Counter(map(str, identities)).most_common(1)[0][0]
    first = next(i for i, each in enumerate(identities) if str(each) == usual)
    for shard, identity in zip(shards, identities):
        differences = [_difference(name, identity[name], identities[first][name])
                       for name in ALIKE if identity[name] != identities[first][name]]
        if differences:
            raise Refused(f"{shard.named} differs from {shards[first].named} in "
                          + "; ".join(differences))


def _difference(name, own, other):
    if name == "its flags":
        own, other = (set(str(flags).split()) for flags in (own, other))
        said = [f"has {' '.join(sorted(own - other))}" if own - other else "",
                f"lacks {' '.join(sorted(other - own))}" if other - own else ""]
        return f"{name} ({' and '.join(filter(None, said))})"
    own, other = str(own), str(other)
    if max(len(own), len(other)) > LONGEST:
        return name
    return f"{name} ({own}, not {other})"


def _require_disjoint(shards):
    owners = {}
    for shard in shards:
        timed = shard.rows[(shard.rows["part"] == "total") & (shard.rows["status"] == "ok")]
        for cell, repetition in zip(timed["cell_id"], timed["repetition"]):
            owner = owners.setdefault((cell, int(repetition)), shard)
            if owner is not shard:
                raise Refused(f"{owner.named} and {shard.named} both hold repetition "
                              f"{repetition} of {cell}")
        if timed.duplicated(["cell_id", "repetition"]).any():
            raise Refused(f"{shard.named} holds a repetition twice")


def _require_equal_counts(shards):
    known = {}
    for shard in shards:
        timed = shard.rows[shard.rows["status"] == "ok"]
        for row in timed[["cell_id", "part", *COUNTS]].drop_duplicates().itertuples(index=False):
            owner, usual = known.setdefault((row.cell_id, row.part), (shard, row))
            for count in COUNTS:
                own, other = getattr(row, count), getattr(usual, count)
                if own != other:
                    raise Refused(
                        f"{shard.named} differs from {owner.named} in what was counted: {count} "
                        f"{own}, not {other}, of {row.part} of {row.cell_id}")
