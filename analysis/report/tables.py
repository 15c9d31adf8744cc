"""The report's tables: what was measured, and what it says about the claims."""
import collections
import dataclasses

import pandas

from analysis.report import texts
from analysis.report.names import estimate_text, is_sum_of_terms
from analysis.report.verdicts import SYMBOLS, is_surprise

DASH = "–"


@dataclasses.dataclass
class Column:
    name: str
    number: bool = False


@dataclasses.dataclass
class Cell:
    text: str
    value: float = None  # to sort by; the text if there is none
    note: str = ""
    verdict: str = None  # its word, as a mark
    href: str = None


@dataclasses.dataclass
class Table:
    columns: list
    rows: list  # of lists of cells
    kind: str = ""
    note: str = ""  # above it
    places: frozenset = frozenset()  # rows that begin another place of a sweep
    names: list = None  # of the rows: contestants, for links to them
    id: str = ""


def sweep_table(sweep, peak):
    """Medians with quartiles at each place of a sweep; the ratio is to the first
    contestant there. `peak` is the sgemm speed, or None."""
    letters = list(sweep.dimensions)
    columns = [Column(letter, True) for letter in letters] + [Column("contestant")] + [
        Column(name, True) for name in (
            "time, ms", "quartiles, ms", "ratio", "GMACs", "peak MB", "of sgemm peak")]
    rows, places, names = [], set(), []
    for values, here in sweep.places():
        base = here["seconds"].iloc[0]
        places.add(len(rows))
        for _, cell in here.iterrows():
            rows.append([Cell(f"{int(values[letter]):,}", values[letter]) for letter in letters]
                        + _cells(cell, base, peak))
            names.append(cell["contestant"])
    return Table(columns, rows, "cells", places=frozenset(places if letters else ()), names=names)


def _cells(cell, base, peak):
    note, seconds = "", cell["seconds"]
    timed = not pandas.isna(seconds)
    if not timed:
        note = _why(cell)
    elif cell["status"] != "ok":
        note = f"after {int(cell['repetitions'])} repetitions {_why(cell)}"
    held = f"{cell['bytes_peak'] / 1e6:,.1f}" if cell["bytes_peak"] >= 0 else DASH
    if not timed and held != DASH:
        held = f"≈ {held}"
    share = 2 * cell["macs"] / seconds / peak if peak and seconds > 0 else float("nan")
    measured = [Cell(DASH)] * 3
    if timed:
        measured = [Cell(milliseconds(seconds), seconds),
                    Cell(f"{milliseconds(cell['low'])} … {milliseconds(cell['high'])}",
                         cell["high"] - cell["low"]),
                    Cell(f"{seconds / base:,.2f}", seconds / base) if base > 0 else Cell(DASH)]
    return [Cell(cell["contestant"], note=note), *measured,
            Cell(f"{cell['macs'] / 1e9:,.3f}", cell["macs"]) if cell["macs"] >= 0 else Cell(DASH),
            Cell(held, cell["bytes_peak"]),
            Cell(f"{100 * share:.0f} %", share) if share == share else Cell(DASH)]


def _why(cell):
    return f"{cell['status']}: {cell['reason']}" if cell["reason"] else cell["status"]


def milliseconds(seconds):
    return texts.significant(1e3 * seconds, 4)


def counts_text(verdicts):
    """"3 supported, 1 refuted, 0 inconclusive; 1 not as expected" """
    counts = collections.Counter(verdict["verdict"] for verdict in verdicts)
    text = ", ".join(f"{counts[word]} {word.lower()}" for word in SYMBOLS)
    surprises = sum(is_surprise(verdict) for verdict in verdicts)
    return text + (f"; {surprises} not as expected" if surprises else "")


def verdict_row(verdict):
    """Of a claim's row: its texts."""
    word = verdict["verdict"]
    # Of a claim about many contestants the id names the one.
    contestant = str(verdict.get("contestant") or "")
    named = "" if verdict["id"].endswith(f":{contestant}") else contestant
    about = [verdict["id"], named, _versus(verdict), verdict.get("part"),
             verdict.get("quantity"), _anchor(verdict)]
    mark = "as expected" if word == verdict.get("expected") == "REFUTED" else \
        "! not as expected" if is_surprise(verdict) else ""
    return {"word": word, "mark": mark, "surprise": is_surprise(verdict),
            "statement": str(verdict.get("statement", "")),
            "source": str(verdict.get("source") or ""),
            "about": " · ".join(str(each) for each in about if each and each != "fact"),
            "claimed": claimed(verdict), "estimate": estimate_text(verdict),
            "reason": str(verdict.get("reason") or ""), "note": str(verdict.get("note") or "")}


def _versus(verdict):
    return f"versus {verdict['versus']}" if verdict.get("versus") else ""


def _anchor(verdict):
    return f"counted by {verdict['anchor']}" if verdict.get("anchor") else ""


def claimed(verdict):
    """What the claim's value and tolerance say, in words."""
    kind, value = verdict.get("kind"), verdict.get("value")
    tolerance = verdict.get("tolerance") or 0
    number = "" if value is None else texts.plain(value, 6)
    # Counts have a tolerance for rounding only.
    around = f" ± {tolerance:g}" if tolerance > 1e-4 else ""
    percent = f", to {100 * tolerance:g} %" if tolerance > 1e-4 else ""
    variable = verdict.get("variable") or "x"
    if kind == "exponent":
        return f"{variable} to the power {number}{around}"
    if kind == "upper_bound":
        return f"at most {variable} to the power {number}"
    if kind == "independent":
        return f"the same for every {variable}{percent}"
    if kind == "at_least":
        return f"ratio {number} or more"
    if kind == "crossover":
        return f"at {variable} = {number}{percent}"
    if is_sum_of_terms(kind):
        return f"a sum of its terms{percent}"
    return f"{kind} {number}{percent}" if number else ""
