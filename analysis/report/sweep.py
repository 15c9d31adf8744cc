"""What a run's sweeps asked for, and what its cells took: medians, quartiles, series."""
import collections
import dataclasses
import functools
import re

import pandas

from analysis.report.charts.colours import Palette
from analysis.report.run import DIMENSIONS

ATTENTION = ("scores", "softmax", "weighted_sum")
# What a definition leaves out.
DEFAULTS = {"B": 1, "H": 1, "L": 1, "O": 0, "batch": 1}


def parts_of(part):
    """The parts that a name stands for."""
    return ATTENTION if part == "attention" else (part,)


def _once(function):
    """What is asked of a run again and again."""
    @functools.wraps(function)
    def cached(run, *words):
        key = (function.__name__, *words)
        if key not in run.known:
            run.known[key] = function(run, *words)
        return run.known[key]
    return cached


@_once
def repetitions(run, part):
    """Seconds of a part, (cell, repetition) -> s. Of several parts their sum, but for
    repetitions that lack one which others have."""
    rows = run.rows[(run.rows["status"] == "ok") & run.rows["part"].isin(parts_of(part))]
    grouped = rows.groupby(["cell_id", "repetition"], sort=False)["seconds"]
    count = grouped.count()
    return grouped.sum()[count == count.groupby(level="cell_id").transform("max")]


@_once
def cells(run):
    """One row a cell: its dimensions, status, counts, and time with quartiles."""
    rows = run.rows
    first = rows.groupby("cell_id", sort=False).first()
    table = first[["contestant", "scalar", "attention", "threads"] + DIMENSIONS].copy()
    totals = rows[rows["part"] == "total"].groupby("cell_id", sort=False)
    for column in ("macs", "flops", "bytes_peak", "parameters"):
        table[column] = totals[column].max()
    # A cell can be given up after some of its repetitions.
    troubled = rows[rows["status"] != "ok"].groupby("cell_id", sort=False)
    table["status"] = troubled["status"].last().reindex(table.index).fillna("ok")
    table["reason"] = troubled["reason"].last().reindex(table.index).fillna("")
    return table.join(quartiles(run, "total"))


@_once
def quartiles(run, part):
    """Columns seconds (the median), low and high (the quartiles) and repetitions."""
    grouped = repetitions(run, part).groupby(level="cell_id", sort=False)
    return pandas.DataFrame({
        "seconds": grouped.median(), "low": grouped.quantile(0.25),
        "high": grouped.quantile(0.75), "repetitions": grouped.count()})


@_once
def medians_of_parts(run):
    """Median seconds, MACs and bytes moved of each cell's parts, without the total."""
    rows = run.rows[(run.rows["status"] == "ok") & (run.rows["part"] != "total")]
    return rows.groupby(["cell_id", "part"], sort=False).agg(
        seconds=("seconds", "median"), macs=("macs", "max"),
        bytes_moved=("bytes_moved", "max"))


def parse_name(text):
    """"name(a=b, c=d)" -> ("name", {("a", "b"), ("c", "d")})"""
    stem, _, options = text.partition("(")
    pairs = re.findall(r"([^=,\s]+)\s*=\s*([^,]*[^,\s])", options.rstrip().removesuffix(")"))
    return stem.strip(), frozenset(pairs)


def measured_names(wanted, measured):
    """The contestants of a definition as the rows name them: without options that
    are at their defaults. {wanted: measured}"""
    found = {}
    for exact in (True, False):
        for name in wanted:
            stem, options = parse_name(name)
            for other in measured:
                other_stem, others = parse_name(other)
                same = others == options if exact else others < options
                if stem == other_stem and same and name not in found \
                        and other not in found.values():
                    found[name] = other
    return found


@dataclasses.dataclass
class Series:
    """Cells of one contestant that differ in the sweep's dimension alone."""
    contestant: str
    fixed: dict  # values of the other swept dimensions that it reads
    cells: pandas.DataFrame  # with a column x; one row, x = NaN, if it doesn't read the dimension

    @property
    def is_flat(self):
        return bool(self.cells["x"].isna().any())

    @property
    def timed(self):
        return self.cells[self.cells["seconds"].notna()]


@dataclasses.dataclass
class Sweep:
    dimensions: dict  # dimension -> values, as the definition lists them
    contestants: list  # as rows name them, in the definition's order
    cells: pandas.DataFrame

    @property
    def dimension(self):
        """The one for the horizontal axis; None if there is nothing to draw along."""
        return max(self._varied(), key=self._seen, default=None)

    def _seen(self, dimension):
        return self.cells[dimension].nunique()

    def _varied(self):
        return [dimension for dimension in self.dimensions if self._seen(dimension) > 1]

    @property
    def name(self):
        """For file names."""
        return "_".join(self.dimensions) or "base"

    def series(self):
        """Contestants in the definition's order, then the other swept dimensions."""
        dimension = self.dimension
        others = [each for each in self._varied() if each != dimension]
        found = []
        for key, group in self.cells.groupby(["contestant", "scalar"] + others, dropna=False):
            fixed = {a: int(v) for a, v in zip(others, key[2:]) if v == v}
            x = group[dimension] if dimension else float("nan")
            found.append(Series(key[0], fixed, group.assign(x=x).sort_values("x")))
        return sorted(found, key=lambda each: self.contestants.index(each.contestant))

    def places(self):
        """(values of the swept dimensions, cells there): a contestant that doesn't read a
        dimension stands at all of its values."""
        order = {name: i for i, name in enumerate(self.contestants)}
        ranked = self.cells.assign(rank=self.cells["contestant"].map(order)).sort_values("rank")
        for values in _combinations(list(self.dimensions.items())):
            here = ranked
            for dimension, value in values.items():
                here = here[here[dimension].isna() | (here[dimension] == value)]
            if len(here):
                yield values, here


def _combinations(lists):
    if not lists:
        yield {}
        return
    (dimension, values), rest = lists[0], lists[1:]
    for value in values:
        for others in _combinations(rest):
            yield {dimension: value, **others}


def sweeps(run):
    """The definition's sweeps with the cells that the run has of them."""
    definition, table = run.definition, cells(run)
    base = {**DEFAULTS, **definition.get("base", {})}
    found = []
    for index, asked in enumerate(definition.get("sweep") or [{}]):
        dimensions = {key: asked[key] for key in DIMENSIONS if isinstance(asked.get(key), list)}
        sweep = _sweep(table, base, dimensions, _contestants(run, index, asked, table))
        if len(sweep.cells):
            found.append(sweep)
    return found


def _contestants(run, index, asked, table):
    """Of one sweep, as rows name them. A run from before manifests said so is asked by
    its definition."""
    known = run.manifest["definition"].get("contestants")
    if known:
        measured = set(table["contestant"])
        return [name for name in dict.fromkeys(known[index]) if name in measured]
    definition = run.definition
    wanted = asked.get("contestants") or definition.get("contestants", [])
    everyone = list(definition.get("contestants", []))
    for sweep in definition.get("sweep") or []:
        everyone += sweep.get("contestants", [])
    known = measured_names(everyone, list(table["contestant"].unique()))
    return list(dict.fromkeys(known[name] for name in wanted if name in known))


def _sweep(table, base, dimensions, contestants):
    here = table["contestant"].isin(contestants)
    for dimension in DIMENSIONS:
        column = table[dimension]
        if dimension in dimensions:
            allowed = column.isin(dimensions[dimension])
        elif dimension == "C" and base.get("C", base.get("D")) == base.get("D"):
            # An input as wide as the model.
            allowed = column == table["D"]
        else:
            allowed = column == base[dimension] if dimension in base else True
        here &= column.isna() | allowed
    return Sweep(dimensions, contestants, table[here])


@_once
def palette(run):
    """One for all figures of a run: contestants in the order of its sweeps."""
    return Palette(name for sweep in sweeps(run) for name in sweep.contestants)


def looks(run, everyone):
    """Of series: colours and markers tell contestants apart, dashes the other swept
    dimensions."""
    siblings = collections.Counter()
    for series in everyone:
        yield palette(run).look(series.contestant, siblings[series.contestant])
        siblings[series.contestant] += 1
