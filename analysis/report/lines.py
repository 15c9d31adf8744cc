"""Figures along a swept dimension: time and memory."""
from analysis.report import texts
from analysis.report.charts.chart import Axis, Drawing, Line, Look, Panel
from analysis.report.names import DIMENSIONS, label, part_text, short_names, where_text
from analysis.report.sweep import looks, quartiles, repetitions
from analysis.report.verdicts import points_of

# A verdict's points lie on a series if they are as near to its medians as this.
NEAR = 0.25
# Figures of one panel alone are higher.
ALONE = 290
FIT = "a verdict's fit"


def matching(verdicts, series, quantity, part, values):
    """The verdicts whose points are this series, whose medians are {x: value}."""
    for verdict in verdicts or []:
        points = fitted(verdict)
        if verdict.get("contestant") == series.contestant and len(points) > 1 \
                and verdict.get("quantity") == quantity and verdict.get("part") == part \
                and all(p["x"] in values and abs(p["y"] / values[p["x"]] - 1) < NEAR
                        for p in points):
            yield verdict, points


def fitted(verdict):
    return [p for p in points_of(verdict) if (p.get("fit") or 0) > 0]


def fit_line(points, name=FIT):
    """With the intervals of what it was fitted to. Thin and far between: the data stay to be
    seen under a fit that is good."""
    return Line(name, Look("ink", dash="2 4"), [(p["x"], p["fit"]) for p in points],
                [p.get("low") for p in points], [p.get("high") for p in points], kind="fit")


def fit_text(verdict):
    if verdict.get("kind") not in ("exponent", "upper_bound") or verdict.get("estimate") is None:
        return ""
    text = f"exponent {verdict['estimate']:.2f}"
    if verdict.get("low") is not None and verdict.get("high") is not None:
        text += f" [{verdict['low']:.2f}, {verdict['high']:.2f}]"
    return text


def along(dimension, values):
    """The axis of a swept dimension."""
    return Axis(DIMENSIONS[dimension], lambda value: f"{value:,.6g}", min(values) > 0, at=values,
                letter=dimension)


def values_of(everyone):
    return sorted(v for each in everyone for v in each.cells["x"].dropna())


def time_drawing(run, sweep):
    """Time against the dimension: all of it, and the parts that verdicts are about."""
    dimension, everyone = sweep.dimension, sweep.series()
    parts = ["total"]
    for verdict in run.verdicts or []:
        part = verdict.get("part")
        if verdict.get("variable") == dimension and verdict.get("quantity") == "seconds" \
                and part not in parts and any(
                    list(matching([verdict], each, "seconds", part, medians(run, each, part)))
                    for each in everyone):
            parts.append(part)
    if not any(len(medians(run, each, "total")) > 1 for each in everyone):
        return None
    panels, used = [], []
    for part in parts:
        items, own = _time_lines(run, everyone, part)
        used += own
        if items:
            panels.append(Panel(
                part_text(part) if len(parts) > 1 else "", along(dimension, values_of(everyone)),
                Axis("time of a forward" if part == "total" else "time in a forward",
                     texts.seconds_text), items, 250 if len(parts) > 1 else ALONE))
    caption = f"Time of one forward against {DIMENSIONS[dimension]}."
    if (sweep.cells[dimension] != 0).all():
        caption += " Both axes are logarithmic: the slope is the exponent."
    caption += " Lines join medians, faint dots are repetitions."
    if used:
        caption += " Dashed: the verdicts' fits, with intervals."
    return Drawing(f"time_{sweep.name}", caption + _largest_text(everyone, dimension), panels,
                   tuple(dict.fromkeys(used)))


def medians(run, series, part):
    """{x: median seconds}; a series that doesn't read the dimension has none."""
    times = series.cells.drop(columns=["seconds", "low", "high"])
    times = times.join(quartiles(run, part)[["seconds"]])
    times = times[(times["seconds"] > 0) & times["x"].notna()]
    return dict(zip(times["x"], times["seconds"]))


def _time_lines(run, everyone, part):
    """(lines, ids of the verdicts whose fits are among them)"""
    names = short_names([each.contestant for each in everyone])
    dots = repetitions(run, part).rename("dots").reset_index()
    dots = dots[dots["dots"] > 0]
    items, used = [], []
    values = values_of(everyone)
    for series, look in zip(everyone, looks(run, everyone)):
        name = label(series, names)
        own = series.cells[["x"]].merge(dots, left_index=True, right_on="cell_id")
        if own.empty:
            continue
        if series.is_flat:
            y = own["dots"].median()
            items.append(Line(name, look, [(values[0], y), (values[-1], y)]))
            continue
        line = Line(name, look, list(medians(run, series, part).items()),
                    dots=list(zip(own["x"], own["dots"])))
        items.append(line)
        for verdict, points in matching(run.verdicts, series, "seconds", part, dict(line.points)):
            line.note = line.note or fit_text(verdict)
            items.append(fit_line(points))
            used.append(verdict["id"])
    return items, used


def _largest_text(everyone, dimension):
    """" At N = 65,536: transformer 23.1 s, perceiver 208 ms." or nothing."""
    shared = None
    for series in everyone:
        if not series.is_flat:
            xs = set(series.timed["x"])
            shared = xs if shared is None else shared & xs
    if not shared or len(everyone) > 4:
        return ""
    x, said = max(shared), []
    for series in everyone:
        cells = series.timed if series.is_flat else series.timed[series.timed["x"] == x]
        if len(cells):
            name = series.contestant + (f" at {where_text(series.fixed)}" if series.fixed else "")
            said.append(f"{name} {texts.seconds_text(cells['seconds'].iloc[0])}")
    return f" At {dimension} = {int(x):,}: {', '.join(said)}." if said else ""


def memory_drawing(run, sweep):
    dimension, everyone = sweep.dimension, sweep.series()
    held = [each.cells[each.cells["bytes_peak"] > 0] for each in everyone]
    if not any(cells["x"].nunique() > 1 for cells in held):
        return None
    names = short_names([each.contestant for each in everyone])
    values = values_of(everyone)
    items, used = [], []
    for series, cells, look in zip(everyone, held, looks(run, everyone)):
        if cells.empty:
            continue
        points = list(zip(cells["x"], cells["bytes_peak"]))
        hollow = frozenset(cells["x"][cells["seconds"].isna()])
        if series.is_flat:
            points, hollow = [(x, points[0][1]) for x in (values[0], values[-1])], frozenset()
        line = Line(label(series, names), look, points, hollow=hollow)
        items.append(line)
        for verdict, fit in matching(run.verdicts, series, "bytes_peak", "total", dict(points)):
            line.note = line.note or fit_text(verdict)
            items.append(fit_line(fit))
            used.append(verdict["id"])
    caption = f"Memory that tensors hold at once (parameters, input, buffers) against " \
        f"{DIMENSIONS[dimension]}."
    caption += " Hollow: predicted, not run." if any(line.hollow for line in items) else ""
    caption += " Dashed: the verdicts' fits." if used else ""
    return Drawing(f"memory_{sweep.name}", caption, [Panel(
        "", along(dimension, values), Axis("memory held at most", texts.bytes_text), items, ALONE)],
        tuple(dict.fromkeys(used)))
