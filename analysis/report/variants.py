"""Attention variants beside softmax attention: who keeps its promise, from where on it
pays, and what error buys what time."""
from analysis.report import texts
from analysis.report.charts.chart import Axis, Drawing, Line, Panel, Rule
from analysis.report.charts.colours import GUIDE, INK
from analysis.report.lines import ALONE, along
from analysis.report.names import DIMENSIONS, label, short_names
from analysis.report.run import BadInput, is_number, read_json, read_table
from analysis.report.sweep import cells, looks, palette, parse_name
from analysis.report.tables import DASH, Cell, Column, Table
from analysis.report.verdicts import SYMBOLS

FILE = "variants.json"
ERRORS = "errors.csv"
ERROR_COLUMNS = ["schema", "experiment", "run_id", "cell_id", "contestant", "pattern", "error"]
PATTERNS = {"random": "drawn rows", "uniform": "all keys weigh the same",
            "peaked": "each row looks for itself", "copy": "each row looks N/2 further"}
HEADS = [Column("attention"), Column("as its paper states"),
         Column("exponent of its attention's time"), Column("verdict"), Column("faster from N ="),
         Column("speed", number=True), Column("memory saved", number=True),
         Column("exact, or where")]


def read_variants(folder):
    """{"baseline", "variants"} as //analysis:variants wrote them, or None."""
    path = folder / FILE
    if not path.exists():
        return None
    content, _ = read_json(path)
    rows = content.get("variants")
    if not isinstance(rows, list) or not isinstance(content.get("baseline"), str):
        raise BadInput(path, 1, "has no list of variants, or no baseline")
    for row in rows:
        if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in (
                "contestant", "label", "cost", "paper")):
            raise BadInput(path, 1, "a variant has no contestant, label, cost or paper")
        for key in ("exponent", "pays_from", "speed", "memory"):
            _check_interval(path, row["contestant"], key, row.get(key))
    return content


def _check_interval(path, name, key, interval):
    if interval is None:
        return
    if not isinstance(interval, dict) or not all(
            is_number(interval.get(end)) for end in ("estimate", "low", "high")):
        raise BadInput(path, 1, f"{key} of {name} is no interval")


def read_errors(folder):
    """Rows of errors.csv with the error as a number, or None if there are none."""
    path = folder / ERRORS
    errors = read_table(path, ERROR_COLUMNS, ["error"]) if path.exists() else []
    return errors if len(errors) else None


def leaderboard(content):
    """The table of all variants, the fastest first."""
    top = max((row.get("N") or 0 for row in content["variants"]), default=0)
    return Table(HEADS, [_row(row, top) for row in content["variants"]], kind="variants",
                 note=f"Softmax attention's over their own time and memory at N = {top:,}, of a "
                 "whole forward.")


def _row(row, top):
    word = row.get("verdict")
    there = row.get("N") == top
    limit = "exact" if row.get("exact") else row.get("limit") or DASH
    return [Cell(row["label"]), Cell(row["cost"], note=row["paper"]), _exponent(row.get("exponent")),
            Cell("" if word in SYMBOLS else DASH, verdict=word if word in SYMBOLS else None),
            _pays(row), _times(row.get("speed") if there else None),
            _times(row.get("memory") if there else None), Cell(limit)]


def _exponent(interval):
    if interval is None:
        return Cell(DASH)
    low, middle, high = (f"{interval[key]:.2f}" for key in ("low", "estimate", "high"))
    return Cell(f"{middle} [{low}, {high}]", interval["estimate"])


def _pays(row):
    interval = row.get("pays_from")
    return Cell(row.get("pays") or DASH, interval and interval["estimate"])


def _times(interval):
    return Cell(DASH) if interval is None else Cell(
        f"{texts.significant(interval['estimate'])}×", interval["estimate"])


def speed_drawing(run, sweep):
    """How many times softmax attention's time is a variant's, against N."""
    if run.variants is None or sweep.dimension != "N":
        return None
    everyone = sweep.series()
    base = next((s for s in everyone if s.contestant == run.variants["baseline"]), None)
    if base is None:
        return None
    reference = dict(zip(base.timed["x"], base.timed["seconds"]))
    names = short_names([each.contestant for each in everyone])
    items = []
    for series, look in zip(everyone, looks(run, everyone)):
        if series is base or len(series.timed) < 2:
            continue
        ratios = {x: reference[x] / s for x, s in zip(series.timed["x"], series.timed["seconds"])
                  if x in reference}
        if ratios:
            items.append(Line(label(series, names), look, list(ratios.items()), kind="ratio"))
    if not items:
        return None
    values = sorted({x for line in items for x, _ in line.points})
    items.append(Rule("as fast as softmax", INK, y=1))
    caption = "Where a line crosses 1, the variant begins to pay: whole forwards, medians, against " \
        "softmax attention in its fastest form."
    return Drawing(f"speed_{sweep.name}", caption, [Panel(
        "", along("N", values), Axis("softmax's time over its own",
                                     lambda value: texts.plain(value) + "×"), items, ALONE)])


def trade_off_drawing(run):
    """Time against error at several settings, one panel for each pattern of the inputs."""
    if run.errors is None or run.variants is None:
        return None
    table = run.errors.merge(cells(run)[["seconds", "macs"]], left_on="cell_id", right_index=True)
    table = table[(table["seconds"] > 0) & (table["error"] > 0)]
    baseline = table[table["contestant"] == run.variants["baseline"]]
    table = table[table["contestant"] != run.variants["baseline"]]
    # What computes softmax attention itself is no trade.
    table = table[table["error"] > 1e-5]
    patterns = [each for each in PATTERNS if each in set(table["pattern"])]
    if not patterns:
        return None
    table = table.assign(family=[_family(name) for name in table["contestant"]])
    families = list(dict.fromkeys(table["family"]))
    exact = list(baseline["seconds"].head(1))
    panels = []
    for pattern in patterns:
        here = table[table["pattern"] == pattern]
        items = []
        for family in families:
            own = here[here["family"] == family].sort_values("macs")
            if len(own):
                items.append(Line(family, _family_look(run, family),
                                  list(zip(own["seconds"], own["error"])), kind="setting"))
        ends = [here["seconds"].min(), here["seconds"].max(), *exact]
        x = Axis("time of a forward", texts.seconds_text, limits=(min(ends) / 1.2, max(ends) * 1.2))
        items += [Rule("softmax attention", GUIDE, x=seconds) for seconds in exact]
        panels.append(Panel(f"{pattern}: {PATTERNS[pattern]}", x,
                            Axis("relative error", lambda value: f"{value:.3g}"), items))
    caption = "What error buys what time: relative error of one attention against exact " \
        "softmax attention over the same rows, and the median time of a whole forward; a point " \
        f"is a setting, a line a variant. Dashed: softmax attention, at {_base_text(run)}."
    return Drawing("trade_off", caption, panels)


def _family(contestant):
    """"linformer" of "transformer(attention=linformer, rank=64)"."""
    stem, options = parse_name(contestant)
    own = dict(options)
    return own.get("attention", own.get("form", stem))


def _family_look(run, family):
    """That of its first contestant, so that it looks alike in all figures."""
    known = palette(run)
    return known.look(next((name for name in known.order if _family(name) == family), family))


def _base_text(run):
    base = run.definition["base"]
    return ", ".join(f"{key} = {base[key]:,}" for key in DIMENSIONS if key in ("N", "D", "H")
                     and key in base)
