"""Figures of one contestant against another, and of the verdicts' fits."""
import textwrap

from analysis.report import style
from analysis.report.lines import Drawing, draw_fit, fit_text, finish, look
from analysis.report.names import DIMENSIONS, estimate_text, label, part_text, short_names
from analysis.report.sweep import parse_name, quartiles
from analysis.report.verdicts import points_of


def ratio_drawing(run, sweep):
    """How many times longer the quadratic contestant takes, with N/M beside it."""
    if sweep.dimension != "N":
        return None
    pairs = [pair for pair in _pairs(sweep.series()) if len(_ratios(run, *pair, "total")) > 1]
    if not pairs:
        return None
    figure, panes = style.panels(len(pairs), right=1.3)
    for axes, (latent, other) in zip(panes, pairs):
        labels = []
        for part, text, colour, marker in (("total", "whole time", "#0072b2", "o"),
                                           ("attention", "attention's\ntime", "#d55e00", "s")):
            ratios = _ratios(run, latent, other, part)
            if len(ratios) > 1:
                axes.plot(list(ratios), list(ratios.values()), color=colour, marker=marker)
                labels.append((max(ratios), ratios[max(ratios)], text, colour))
        xs = list(_ratios(run, latent, other, "total"))
        M = latent.cells["M"].iloc[0]
        axes.plot(xs, [x / M for x in xs], color=style.MUTED, ls=(0, (5, 3)), lw=1.1)
        labels.append((xs[-1], xs[-1] / M, f"N/M, M = {M:,.0f}", style.MUTED))
        axes.axhline(1, color=style.MUTED, lw=0.7)
        finish(axes, "N", xs, lambda value: style.significant(value) + "×", "ratio of times")
        axes.set_title(f"{_one_line(other)} over {_one_line(latent)}")
        style.end_labels(axes, labels)
    latent, other = pairs[0]
    ratios = _ratios(run, latent, other, "total")
    top = max(ratios)
    caption = "Ratio of median times. The scores become N/M times fewer (dashed); what " \
        "projections and MLPs cost besides keeps the whole below it. At " \
        f"N = {int(top):,}: {style.significant(ratios[top])} times against " \
        f"N/M = {style.significant(top / latent.cells['M'].iloc[0])}."
    return Drawing(f"ratio_{sweep.name}", caption, figure)


def _one_line(series):
    fixed = "".join(f", {dimension}={value}" for dimension, value in series.fixed.items())
    return series.contestant + fixed


def _pairs(everyone):
    """(with latents, without), kin before strangers: bare with bare."""
    latent = [each for each in everyone if each.cells["M"].notna().all()]
    others = [each for each in everyone if each.cells["M"].isna().all() and not each.is_flat]

    def is_bare(series):
        return parse_name(series.contestant)[0].startswith("bare_")
    for a in latent:
        kin = [b for b in others if is_bare(a) == is_bare(b)] or others
        for b in kin[:1]:
            yield a, b


def _ratios(run, latent, other, part):
    """{N: other's median over the first's} where both were timed."""
    times = quartiles(run, part)["seconds"]
    a = dict(zip(latent.cells["x"], times.reindex(latent.cells.index)))
    b = dict(zip(other.cells["x"], times.reindex(other.cells.index)))
    return {x: b[x] / a[x] for x in a if x in b and a[x] > 0 and b[x] > 0}


def crossover_drawings(run, sweeps):
    """For each crossover that was found: both contestants' times, and where they meet.
    Yields (index of the sweep, drawing)."""
    for verdict in run.verdicts or []:
        if verdict.get("kind") != "crossover" or verdict.get("estimate") is None \
                or verdict.get("quantity", "seconds") != "seconds":
            continue
        for index, sweep in enumerate(sweeps):
            drawing = _crossover(run, sweep, verdict) \
                if sweep.dimension == verdict.get("variable") else None
            if drawing:
                yield index, drawing
                break


def _crossover(run, sweep, verdict):
    dimension, estimate = sweep.dimension, verdict["estimate"]
    sides = (verdict.get("contestant"), verdict.get("versus"))
    everyone = [each for each in sweep.series() if None in sides or each.contestant in sides]
    times = quartiles(run, verdict.get("part") or "total")["seconds"]
    values = sorted(v for each in everyone for v in each.cells["x"].dropna())
    if len(values) < 2 or estimate <= 0:
        return None
    names = short_names([each.contestant for each in everyone])
    figure, [axes] = style.panels(1, size=(4.2, 2.8), right=1.4)
    labels = []
    for series in everyone:
        how = look(series, everyone)
        own = series.cells.assign(y=times.reindex(series.cells.index)).dropna(subset="y")
        if own.empty:
            continue
        x, y = list(own["x"]), list(own["y"])
        if series.is_flat:
            x, y, how = [values[0], values[-1]], y * 2, {**how, "marker": ""}
        axes.plot(x, y, **how, zorder=3)
        labels.append((x[-1], y[-1], label(series, names), how["color"]))
    if verdict.get("low") and verdict.get("high"):
        axes.axvspan(verdict["low"], verdict["high"], color=style.MUTED, alpha=0.25, lw=0)
    axes.axvline(estimate, color=style.INK, lw=0.9, ls=(0, (5, 3)))
    finish(axes, dimension, values, style.seconds_text,
           f"time of {part_text(verdict.get('part') or 'total').split(':')[0]}")
    axes.annotate(f"{dimension} = {style.plain(estimate)}", (estimate, 1), (4, -3),
                  xycoords=("data", "axes fraction"), textcoords="offset points",
                  va="top", fontsize=8)
    style.end_labels(axes, labels)
    caption = f"Where the two meet (dashed; shaded: its interval): {dimension} = " \
        f"{estimate_text(verdict)}. Claim: {verdict.get('statement', verdict['id'])}."
    return Drawing(f"crossover_{verdict['id']}", caption, figure, (verdict["id"],))


def fits_drawing(run, used):
    """The fits on seconds that no other figure shows, one panel each."""
    left = [v for v in run.verdicts or [] if v["id"] not in used
            and v.get("quantity") == "seconds" and v.get("variable") in DIMENSIONS
            and sum((p.get("fit") or 0) > 0 for p in points_of(v)) > 1]
    if not left:
        return None
    figure, panes = style.panels(len(left), columns=3, size=(2.3, 1.8), right=0.35)
    for axes, verdict in zip(panes, left):
        points = [p for p in points_of(verdict) if (p.get("fit") or 0) > 0]
        colour, marker = style.colour_and_marker(verdict.get("contestant"),
                                                 [verdict.get("contestant")])
        axes.plot([p["x"] for p in points], [p["y"] for p in points], ls="", marker=marker,
                  color=colour)
        draw_fit(axes, points)
        finish(axes, verdict["variable"], [p["x"] for p in points], style.seconds_text, "time")
        title = "\n".join(textwrap.wrap(verdict["id"], 40))
        axes.set_title(title + fit_text(verdict), fontsize=7)
    caption = "The times that verdicts rest on, with their intervals and fits (dashed); some are " \
        "differences of two cells, as what latent layers add."
    return Drawing("fits", caption, figure, tuple(v["id"] for v in left))

