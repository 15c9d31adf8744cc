"""Figures of what a forward is made of: shares of time."""
from analysis.report.charts.chart import Area, Axis, Bars, Drawing, Panel
from analysis.report.charts.colours import PARTS, part_look
from analysis.report.lines import along
from analysis.report.names import DIMENSIONS, label, part_text, short_names
from analysis.report.sweep import medians_of_parts

BLUE_AND_ORANGE = "attention blue, projections orange"


def share_drawing(run, sweep):
    """Each part's share of the time: areas along the dimension, else a bar a contestant."""
    shares = _shares(run)
    everyone = [each for each in sweep.series() if not each.timed.empty]
    if shares.empty or not everyone:
        return None
    names = short_names([each.contestant for each in everyone])
    if sweep.dimension is None:
        return _bars(sweep, everyone, shares, names)
    drawn = [(each, shares.reindex(each.timed.index).fillna(0)) for each in everyone
             if len(each.timed) > 1]
    if not drawn:
        return None
    panels = []
    for series, parts in drawn:
        xs = list(series.timed["x"])
        x = along(sweep.dimension, xs)
        x.limits = (xs[0], xs[-1])
        panels.append(Panel(label(series, names), x, Axis("share of the time", _percent, log=False,
                                                          limits=(0, 1)),
                            list(_areas(xs, parts)), 200))
    caption = f"What a forward's time is made of, against {DIMENSIONS[sweep.dimension]}: " \
        f"{BLUE_AND_ORANGE}."
    return Drawing(f"shares_{sweep.name}", caption, panels)


def _shares(run):
    """One row a cell, one column a part, in the order of the colours; rows sum to 1."""
    seconds = medians_of_parts(run)["seconds"].unstack("part")
    known = [part for part in PARTS if part in seconds]
    seconds = seconds[known + [part for part in seconds if part not in known]]
    seconds = seconds[seconds.sum(axis=1) > 0]
    return seconds.div(seconds.sum(axis=1), axis=0)


def _areas(xs, parts):
    """From the bottom up."""
    below = [0.0] * len(xs)
    for part in parts:
        above = [low + share for low, share in zip(below, parts[part])]
        if parts[part].max() > 0:
            yield Area(part_text(part), part_look(part), xs, below, above)
        below = above


def _percent(share):
    return f"{100 * share:.0f} %"


def _bars(sweep, everyone, shares, names):
    rows = [[(part_text(part), part_look(part), share)
             for part, share in shares.loc[each.timed.index[0]].fillna(0).items()]
            for each in everyone]
    caption = f"What a forward's time is made of, a bar a contestant: {BLUE_AND_ORANGE}."
    return Drawing(f"shares_{sweep.name}", caption,
                   [Bars("", [label(each, names) for each in everyone], rows)])
