"""Figures along a swept dimension: time, memory, and what two contestants make of it."""
import dataclasses

import pandas

from analysis.report import style
from analysis.report.names import DIMENSIONS, label, part_text, short_names, where_text
from analysis.report.sweep import quartiles, repetitions
from analysis.report.verdicts import points_of

LINES = ["-", (0, (4, 1.5)), (0, (1, 1)), (0, (5, 1, 1, 1))]
# A verdict's points lie on a series if they are as near to its medians as this.
NEAR = 0.25


@dataclasses.dataclass
class Drawing:
    name: str  # of its files
    caption: str
    figure: object
    used: tuple = ()  # ids of the verdicts that are drawn in it


def look(series, everyone):
    """Colour, marker and line of a series; lines tell the other swept dimensions apart."""
    contestants = list(dict.fromkeys(each.contestant for each in everyone))
    colour, marker = style.colour_and_marker(series.contestant, contestants)
    siblings = [each for each in everyone if each.contestant == series.contestant]
    line = LINES[[each is series for each in siblings].index(True) % len(LINES)]
    return {"color": colour, "marker": marker, "linestyle": line}


def matching(verdicts, series, quantity, part, values):
    """The verdicts whose points are this series, whose medians are {x: value}."""
    for verdict in verdicts or []:
        points = [p for p in points_of(verdict) if (p.get("fit") or 0) > 0]
        if verdict.get("contestant") == series.contestant and len(points) > 1 \
                and verdict.get("quantity") == quantity and verdict.get("part") == part \
                and all(p["x"] in values and abs(p["y"] / values[p["x"]] - 1) < NEAR
                        for p in points):
            yield verdict, points


def draw_fit(axes, points):
    """Thin and far between: the data stay to be seen under a fit that is good."""
    def distance(key):
        return [abs(p["y"] - p[key]) if p.get(key) is not None else 0 for p in points]
    x, y = [p["x"] for p in points], [p["y"] for p in points]
    axes.plot(x, [p["fit"] for p in points], color=style.INK, lw=1, ls=(0, (3, 5)), zorder=4)
    axes.errorbar(x, y, [distance("low"), distance("high")], fmt="none", ecolor=style.INK,
                  elinewidth=0.7, capsize=2, capthick=0.7, zorder=4)


def fit_text(verdict):
    if verdict.get("kind") not in ("exponent", "upper_bound") or verdict.get("estimate") is None:
        return ""
    text = f"\nexponent {verdict['estimate']:.2f}"
    if verdict.get("low") is not None and verdict.get("high") is not None:
        text += f" [{verdict['low']:.2f}, {verdict['high']:.2f}]"
    return text


def finish(axes, dimension, values, text, ylabel):
    style.dimension_axis(axes, values)
    axes.set_xlabel(DIMENSIONS[dimension])
    axes.margins(x=0.04)
    logarithmic_y(axes, text, ylabel)


def logarithmic_y(axes, text, ylabel):
    axes.set_yscale("log")
    axes.margins(y=0.08)
    low, high = axes.get_ylim()
    if high / low < 4:  # a flat line looks flat
        middle = (low * high) ** 0.5
        axes.set_ylim(middle / 3, middle * 3)
    style.decimal_ticks(axes.yaxis, style.short_tick(text))
    axes.set_ylabel(ylabel)


def time_drawing(run, sweep):
    """Time against the dimension: all of it, and the parts that verdicts are about."""
    dimension, everyone = sweep.dimension, sweep.series()
    parts = ["total"]
    for verdict in run.verdicts or []:
        part = verdict.get("part")
        if verdict.get("variable") == dimension and verdict.get("quantity") == "seconds" \
                and part not in parts and any(
                    list(matching([verdict], each, "seconds", part, _medians(run, each, part)))
                    for each in everyone):
            parts.append(part)
    if not any(len(_medians(run, each, "total")) > 1 for each in everyone):
        return None
    width, height = (3.5, 2.6) if len(parts) == 1 else (2.7, 2.3)
    # Labels stand one above the other, in panels of parts with the fits' exponents.
    height = max(height, 0.16 * len(everyone) * (1 if len(parts) == 1 else 2))
    figure, panes = style.panels(len(parts), size=(width, height), right=_room(everyone, run))
    used = []
    for axes, part in zip(panes, parts):
        used += _time_panel(run, axes, sweep, everyone, part)
        if len(parts) > 1:
            axes.set_title(part_text(part))
    caption = f"Time of one forward against {DIMENSIONS[dimension]}."
    if (sweep.cells[dimension] != 0).all():
        caption += " Both axes are logarithmic: the slope is the exponent."
    caption += " Lines join medians, faint dots are repetitions."
    if used:
        caption += " Dashed: the verdicts' fits, with intervals."
    return Drawing(f"time_{sweep.name}", caption + _largest_text(everyone, dimension), figure,
                   tuple(used))


def _room(everyone, run):
    """Inches right of the axes for the longest line of a label."""
    names = short_names([each.contestant for each in everyone])
    room = room_for([label(each, names) for each in everyone])
    return max(room, 1.6 if run.verdicts else 0)


def room_for(texts):
    longest = max(len(line) for text in texts for line in text.split("\n"))
    return 0.075 * longest + 0.2


def _medians(run, series, part):
    """{x: median seconds}; a series that doesn't read the dimension has none."""
    times = series.cells.drop(columns=["seconds", "low", "high"])
    times = times.join(quartiles(run, part)[["seconds"]])
    times = times[(times["seconds"] > 0) & times["x"].notna()]
    return dict(zip(times["x"], times["seconds"]))


def _time_panel(run, axes, sweep, everyone, part):
    names = short_names([each.contestant for each in everyone])
    dots = repetitions(run, part).rename("dots").reset_index()
    dots = dots[dots["dots"] > 0]
    labels, used = [], []
    values = sorted(v for each in everyone for v in each.cells["x"].dropna())
    for series in everyone:
        how = look(series, everyone)
        own = series.cells[["x"]].merge(dots, left_index=True, right_on="cell_id")
        if own.empty:
            continue
        if series.is_flat:
            y = own["dots"].median()
            axes.plot([values[0], values[-1]], [y, y], **{**how, "marker": ""})
            labels.append((values[-1], y, label(series, names), how["color"]))
            continue
        axes.plot(own["x"], own["dots"], ls="", marker=how["marker"], ms=4.5, mew=0,
                  color=how["color"], alpha=0.3, zorder=2)
        medians = _medians(run, series, part)
        axes.plot(list(medians), list(medians.values()), **how, zorder=3)
        text = label(series, names)
        for verdict, points in matching(run.verdicts, series, "seconds", part, medians):
            draw_fit(axes, points)
            text += fit_text(verdict) if verdict["id"] not in used else ""
            used.append(verdict["id"])
        labels.append((max(medians), medians[max(medians)], text, how["color"]))
    finish(axes, sweep.dimension, values, style.seconds_text,
           "time of a forward" if part == "total" else "time in a forward")
    style.end_labels(axes, labels)
    return used


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
            said.append(f"{name} {style.seconds_text(cells['seconds'].iloc[0])}")
    return f" At {dimension} = {int(x):,}: {', '.join(said)}." if said else ""


def memory_drawing(run, sweep):
    dimension, everyone = sweep.dimension, sweep.series()
    held = [each.cells[each.cells["bytes_peak"] > 0] for each in everyone]
    if not any(cells["x"].nunique() > 1 for cells in held):
        return None
    names = short_names([each.contestant for each in everyone])
    figure, [axes] = style.panels(1, size=(3.5, max(2.6, 0.16 * len(everyone))),
                                  right=_room(everyone, run))
    values = sorted(v for each in everyone for v in each.cells["x"].dropna())
    labels, used, predicted = [], [], False
    for series, cells in zip(everyone, held):
        if cells.empty:
            continue
        how = look(series, everyone)
        x, y = cells["x"], cells["bytes_peak"]
        if series.is_flat:
            x, y = pandas.Series([values[0], values[-1]]), pandas.Series([y.iloc[0]] * 2)
            how = {**how, "marker": ""}
        axes.plot(x, y, **how, zorder=3)
        untimed = cells[cells["seconds"].isna()]
        if len(untimed) and not series.is_flat:
            axes.plot(untimed["x"], untimed["bytes_peak"], ls="", marker=how["marker"],
                      color=how["color"], mfc=style.PAPER, zorder=4)
            predicted = True
        text = label(series, names)
        for verdict, points in matching(run.verdicts, series, "bytes_peak", "total",
                                        dict(zip(x, y))):
            draw_fit(axes, points)
            text += fit_text(verdict)
            used.append(verdict["id"])
        labels.append((x.iloc[-1], y.iloc[-1], text, how["color"]))
    finish(axes, dimension, values, style.bytes_text, "memory held at most")
    style.end_labels(axes, labels)
    caption = f"Memory that tensors hold at once (parameters, input, buffers) against " \
        f"{DIMENSIONS[dimension]}."
    caption += " Hollow: predicted, not run." if predicted else ""
    caption += " Dashed: the verdicts' fits, with intervals." if used else ""
    return Drawing(f"memory_{sweep.name}", caption, figure, tuple(used))
