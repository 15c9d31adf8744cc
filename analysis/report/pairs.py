"""Figures of one contestant against another, and of the verdicts' fits."""
from analysis.report import texts
from analysis.report.charts.chart import Axis, Drawing, Line, Look, Panel, Rule
from analysis.report.charts.colours import GUIDE, MUTED
from analysis.report.lines import ALONE, along, fit_line, fit_text, fitted, values_of
from analysis.report.names import (
    DIMENSIONS, QUANTITIES, estimate_text, label, part_text, short_names)
from analysis.report.sweep import looks, palette, parse_name, quartiles


def ratio_drawing(run, sweep):
    """How many times longer the quadratic contestant takes, with N/M beside it."""
    if sweep.dimension != "N":
        return None
    pairs = [pair for pair in _pairs(sweep.series()) if len(_ratios(run, *pair, "total")) > 1]
    if not pairs:
        return None
    panels = []
    for latent, other in pairs:
        items = []
        for part, name, look in (("total", "whole time", Look("c0", "o")),
                                 ("attention", "attention's time", Look("c1", "s"))):
            ratios = _ratios(run, latent, other, part)
            if len(ratios) > 1:
                items.append(Line(name, look, list(ratios.items()), kind="ratio"))
        xs = list(_ratios(run, latent, other, "total"))
        M = latent.cells["M"].iloc[0]
        items.append(Line(f"N/M, M = {M:,.0f}", GUIDE, [(x, x / M) for x in xs], kind="ratio"))
        items.append(Rule("as fast", MUTED, y=1))
        panels.append(Panel(f"{_one_line(other)} over {_one_line(latent)}", along("N", xs),
                            Axis("ratio of times", lambda value: texts.significant(value) + "×"),
                            items))
    latent, other = pairs[0]
    ratios = _ratios(run, latent, other, "total")
    top = max(ratios)
    caption = "Ratio of median times. The scores become N/M times fewer (dashed); what " \
        "projections and MLPs cost besides keeps the whole below it. At " \
        f"N = {int(top):,}: {texts.significant(ratios[top])} times against " \
        f"N/M = {texts.significant(top / latent.cells['M'].iloc[0])}."
    return Drawing(f"ratio_{sweep.name}", caption, panels)


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
    whole = sweep.series()
    everyone = [(each, look) for each, look in zip(whole, looks(run, whole))
                if None in sides or each.contestant in sides]
    times = quartiles(run, verdict.get("part") or "total")["seconds"]
    values = values_of([each for each, _ in everyone])
    if len(values) < 2 or estimate <= 0:
        return None
    names = short_names([each.contestant for each, _ in everyone])
    items = []
    for series, look in everyone:
        own = series.cells.assign(y=times.reindex(series.cells.index)).dropna(subset="y")
        if own.empty:
            continue
        x, y = list(own["x"]), list(own["y"])
        if series.is_flat:
            x, y = [values[0], values[-1]], y * 2
        items.append(Line(label(series, names), look, list(zip(x, y))))
    items.append(Rule(f"they meet at {dimension} = {texts.plain(estimate)}",
                      Look("ink", dash="5 3"), x=estimate, low=verdict.get("low"),
                      high=verdict.get("high")))
    caption = f"Where the two meet (dashed; shaded: its interval): {dimension} = " \
        f"{estimate_text(verdict)}. Claim: {verdict.get('statement', verdict['id'])}."
    part = part_text(verdict.get("part") or "total").split(":")[0]
    return Drawing(f"crossover_{verdict['id']}", caption, [Panel(
        "", along(dimension, [*values, estimate]), Axis(f"time of {part}", texts.seconds_text),
        items, ALONE)], (verdict["id"],))


def fits_drawing(run, used):
    """What verdicts rest on that no other figure shows, one panel each."""
    left = [v for v in run.verdicts or [] if v["id"] not in used
            and v.get("quantity") in QUANTITIES and v.get("variable") in DIMENSIONS
            and len(fitted(v)) > 1]
    if not left:
        return None
    panels = []
    for verdict in left:
        points = fitted(verdict)
        title, text = QUANTITIES[verdict["quantity"]]
        line = Line(verdict.get("contestant") or "measured",
                    palette(run).look(verdict.get("contestant")),
                    [(p["x"], p["y"]) for p in points])
        said = fit_text(verdict)
        panels.append(Panel(verdict["id"] + (f": {said}" if said else ""),
                            along(verdict["variable"], [p["x"] for p in points]),
                            Axis(title, text), [line, fit_line(points)], 220))
    caption = "What other verdicts rest on, with intervals and fits (dashed); some are " \
        "differences of two cells, as what latent layers add."
    return Drawing("fits", caption, panels, tuple(v["id"] for v in left))
