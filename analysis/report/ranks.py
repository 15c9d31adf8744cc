"""Runs of one definition over several numbers of ranks, side by side: strong and weak scaling."""
import collections
import dataclasses
import random
import statistics

from analysis.report import texts
from analysis.report.charts.chart import Axis, Drawing, Line, Panel
from analysis.report.charts.colours import GUIDE, Palette
from analysis.report.names import short_names, where_text
from analysis.report.run import DIMENSIONS
from analysis.report.sweep import cells, medians_of_parts, repetitions
from analysis.report.tables import Cell, Column, Table, milliseconds

# Of an interval: resamples of either side's repetitions, always the same ones.
DRAWS, CONFIDENCE, SEED = 2000, 0.95, 1


@dataclasses.dataclass
class Place:
    """A cell over one number of ranks."""
    seconds: list  # of its repetitions; none of one that was counted alone
    macs: float  # of rank 0
    exchange: float  # its share of the time


@dataclasses.dataclass
class Scaling:
    """Of runs that differ in their ranks alone."""
    experiment: str
    base: dict  # the definition's
    places: dict  # (contestant, shape) -> {ranks: Place}


@dataclasses.dataclass
class Gain:
    """Over P ranks against one: what it is, its interval, and what multiply-adds foretell."""
    ranks: int
    seconds: float
    value: float
    low: float
    high: float
    foretold: float
    exchange: float


def scalings(runs):
    """One for each definition and machine whose runs are over one rank and over more."""
    found = collections.defaultdict(list)
    for run in runs:
        if getattr(run, "ranks", None):
            # Of the machine its cores alone differ: rank 0 is bound to some of them.
            key = (run.rows["definition_sha256"].iloc[0],
                   str((run.manifest.get("machine") or {}).get("cpu")), run.threads,
                   tuple(sorted(run.rows["threads"].unique())))
            found[key].append(run)
    for together in found.values():
        # The newest of each number: run ids begin with their start.
        newest = {run.ranks: run for run in sorted(together, key=lambda each: each.run_id)}
        if len(newest) > 1 and 1 in newest:
            yield _scaling(newest)


def _scaling(runs):
    places = collections.defaultdict(dict)
    for ranks, run in sorted(runs.items()):
        seconds = repetitions(run, "total")
        parts = medians_of_parts(run)["seconds"]
        for name, cell in cells(run).iterrows():
            shape = tuple((letter, int(cell[letter])) for letter in DIMENSIONS
                          if cell[letter] == cell[letter])
            own = list(seconds.get(name, []))
            whole = statistics.median(own) if own else 0
            sent = parts.get((name, "exchange"), 0)
            places[cell["contestant"], shape][ranks] = Place(
                own, cell["macs"], sent / whole if whole else 0)
    one = runs[1]
    return Scaling(one.experiment, dict(one.definition.get("base", {})), dict(places))


def gains(alone, over, more=1):
    """Of {ranks: Place} `over` against one Place of one rank: how many times as fast, of
    `more` times the work."""
    for ranks, place in sorted(over.items()):
        if not place.seconds or not alone.seconds:
            continue
        value, low, high = (1, 1, 1) if place is alone else _ratio(alone.seconds, place.seconds)
        yield Gain(ranks, statistics.median(place.seconds), more * value, more * low, more * high,
                   more * alone.macs / place.macs, place.exchange)


def _ratio(above, below):
    """Of medians, with its interval: both sides were made apart, and are drawn apart."""
    draw = random.Random(SEED)
    drawn = sorted(statistics.median(draw.choices(above, k=len(above)))
                   / statistics.median(draw.choices(below, k=len(below))) for _ in range(DRAWS))
    cut = int(DRAWS * (1 - CONFIDENCE) / 2)
    return statistics.median(above) / statistics.median(below), drawn[cut], drawn[-1 - cut]


def strong(scaling):
    """(contestant, shape, gains over one rank at the same shape)"""
    for (contestant, shape), over in scaling.places.items():
        found = list(gains(over[1], over)) if 1 in over else []
        if len(found) > 1:
            yield contestant, dict(shape), found


def weak(scaling):
    """(contestant, shape on one rank, gains over P ranks with P times the inputs)"""
    for (contestant, shape), over in scaling.places.items():
        if 1 not in over or "N" not in dict(shape):
            continue
        found = list(gains(over[1], {1: over[1]}))
        for ranks in sorted({each for places in scaling.places.values() for each in places} - {1}):
            larger = tuple((letter, value * (ranks if letter == "N" else 1))
                           for letter, value in shape)
            places = scaling.places.get((contestant, larger), {})
            if ranks in places:
                found += gains(over[1], {ranks: places[ranks]}, ranks)
        if len(found) > 1:
            yield contestant, dict(shape), found


COLUMNS = [Column("contestant"), Column("at"), Column("ranks", True), Column("time, ms", True),
           Column("speed-up", True), Column("efficiency, %", True), Column("95 % interval", True),
           Column("foretold, %", True), Column("exchange, %", True)]


def table(scaling, kind):
    """Of strong or weak scaling; None if it has none."""
    rows, places = [], set()
    for contestant, shape, found in {"strong": strong, "weak": weak}[kind](scaling):
        places.add(len(rows))
        for gain in found:
            share = [100 * each / gain.ranks for each in (gain.value, gain.low, gain.high)]
            foretold = 100 * gain.foretold / gain.ranks
            at = {**shape, "N": shape["N"] * gain.ranks} if kind == "weak" else shape
            rows.append([Cell(contestant), Cell(_at(at, scaling.base)),
                         Cell(str(gain.ranks), gain.ranks),
                         Cell(milliseconds(gain.seconds), gain.seconds),
                         Cell(f"{gain.value:.2f}", gain.value), Cell(f"{share[0]:.1f}", share[0]),
                         Cell(f"{share[1]:.1f} … {share[2]:.1f}", share[2] - share[1]),
                         Cell(f"{foretold:.1f}", foretold),
                         Cell(f"{100 * gain.exchange:.1f}", gain.exchange)])
    return Table(COLUMNS, rows, "cells", NOTES[kind], frozenset(places)) if rows else None


NOTES = {"strong": "Strong scaling: the same cell over more ranks. Foretold is Amdahl's law: "
         "latents are on every rank, the read of the inputs is shared, and time is as the "
         "multiply-adds of one rank.",
         "weak": "Weak scaling: over P ranks P times the inputs."}


def _at(shape, base):
    """What differs from the base, and N."""
    known = {"C": base.get("D"), "B": 1, "H": 1, "L": 1, "O": 0, "batch": 1, **base}
    return where_text({letter: value for letter, value in shape.items()
                       if letter == "N" or value != known.get(letter, value)})


def drawing(scaling):
    """Speed-up at the definition's base against ranks; beyond what was timed, what is
    foretold."""
    found = [(contestant, shape, gained) for contestant, shape, gained in strong(scaling)
             if _at(shape, scaling.base) == where_text({"N": scaling.base.get("N", 0)})]
    if not found:
        return None
    names = short_names([contestant for contestant, _, _ in found])
    palette, items = Palette(contestant for contestant, _, _ in found), []
    most = max(ranks for places in scaling.places.values() for ranks in places)
    counts = [1]
    while counts[-1] < most:
        counts.append(2 * counts[-1])
    for contestant, shape, gained in found:
        look = palette.look(contestant)
        items.append(Line(names[contestant], look, [(each.ranks, each.value) for each in gained],
                          [each.low for each in gained], [each.high for each in gained]))
        over = scaling.places[contestant, tuple(shape.items())]
        items.append(Line(f"{names[contestant]}, foretold",
                          dataclasses.replace(look, marker="", dash="2 4"),
                          [(ranks, over[1].macs / over[ranks].macs) for ranks in counts
                           if ranks in over], kind="fit"))
    items.append(Line("ideal", GUIDE, [(1, 1), (most, most)], kind="roof"))

    def number(value):
        return texts.plain(value)

    return Drawing(
        f"ranks_{scaling.experiment}", "Speed-up over one rank at the definition's base, with "
        "intervals. Dotted: Amdahl's law, by the multiply-adds that one rank does.",
        [Panel("", Axis("ranks", number, at=counts, letter="ranks"), Axis("speed-up", number),
               items, 290)])
