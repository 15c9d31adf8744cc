"""Attention variants beside softmax attention: who keeps its promise, from where on it
pays, and what error buys what time."""
import html

import pandas

from analysis.report import style
from analysis.report.lines import Drawing, finish, look
from analysis.report.names import DIMENSIONS, label, short_names
from analysis.report.run import BadInput, is_number, read_json, read_table
from analysis.report.sweep import cells, parse_name
from analysis.report.verdicts import SYMBOLS

FILE = "variants.json"
ERRORS = "errors.csv"
ERROR_COLUMNS = ["schema", "experiment", "run_id", "cell_id", "contestant", "pattern", "error"]
PATTERNS = {"random": "drawn rows", "uniform": "all keys weigh the same",
            "peaked": "each row looks for itself", "copy": "each row looks N/2 further"}
DASH = "–"
HEADS = ("attention", "as its paper states", "exponent of its attention's time", "verdict",
         "faster from N =", "speed", "memory saved", "exact, or where")


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
    head = "".join(f"<th>{name}</th>" for name in HEADS)
    top = max((row.get("N") or 0 for row in content["variants"]), default=0)
    rows = "".join(_row(row, top) for row in content["variants"])
    return f"""<p>Softmax attention's over their own time and memory at N = {top:,}, of a whole
forward.</p>
<div class="scroll"><table class="variants"><thead><tr>{head}</tr></thead>
<tbody>{rows}</tbody></table></div>"""


def _row(row, top):
    word = row.get("verdict")
    verdict = f'<span class="verdict {word.lower()}">{SYMBOLS[word]} {word}</span>' \
        if word in SYMBOLS else DASH
    paper = f"<small>{html.escape(row['paper'])}</small>"
    there = row.get("N") == top
    limit = "exact" if row.get("exact") else html.escape(row.get("limit") or DASH)
    return f"""<tr class="place"><td class="name">{html.escape(row["label"])}</td>
<td>{html.escape(row["cost"])}{paper}</td><td class="name">{_interval(row.get("exponent"), 2)}</td>
<td>{verdict}</td><td>{html.escape(row.get("pays") or DASH)}</td>
<td class="number">{_times(row.get("speed") if there else None)}</td>
<td class="number">{_times(row.get("memory") if there else None)}</td>
<td>{limit}</td></tr>"""


def _interval(interval, places):
    if interval is None:
        return DASH
    low, middle, high = (f"{interval[key]:.{places}f}" for key in ("low", "estimate", "high"))
    return f"{middle} [{low}, {high}]"


def _times(interval):
    return DASH if interval is None else f"{style.significant(interval['estimate'])}×"


def speed_drawing(run, sweep):
    """How many times softmax attention's time is a variant's, against N."""
    if run.variants is None or sweep.dimension != "N":
        return None
    everyone = sweep.series()
    base = next((s for s in everyone if s.contestant == run.variants["baseline"]), None)
    others = [s for s in everyone if s is not base and len(s.timed) > 1]
    if base is None or not others:
        return None
    reference = dict(zip(base.timed["x"], base.timed["seconds"]))
    names = short_names([each.contestant for each in everyone])
    figure, [axes] = style.panels(1, size=(4.6, 3.4), right=1.9)
    labels, values = [], []
    for series in others:
        how = look(series, everyone)
        ratios = {x: reference[x] / s for x, s in zip(series.timed["x"], series.timed["seconds"])
                  if x in reference}
        axes.plot(list(ratios), list(ratios.values()), **how)
        values += list(ratios)
        labels.append((max(ratios), ratios[max(ratios)], label(series, names), how["color"]))
    axes.axhline(1, color=style.INK, lw=0.9, ls=(0, (5, 3)))
    finish(axes, "N", sorted(set(values)), lambda value: style.plain(value) + "×",
           "softmax's time over its own")
    style.end_labels(axes, labels)
    caption = "Where a line crosses 1 (dashed), the variant begins to pay: whole forwards, " \
        "medians, against softmax attention in its fastest form."
    return Drawing(f"speed_{sweep.name}", caption, figure)


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
    figure, panes = style.panels(len(patterns), size=(3.1, 2.5), right=1.2)
    for axes, pattern in zip(panes, patterns):
        here = table[table["pattern"] == pattern]
        exact = list(baseline["seconds"].head(1))
        for seconds in exact:
            axes.axvline(seconds, color=style.MUTED, lw=1, ls=(0, (5, 3)))
        _trade_off_panel(axes, here, families, max([here["seconds"].max()] + exact))
        axes.set_title(f"{pattern}: {PATTERNS[pattern]}")
    caption = "What error buys what time: relative error of one attention against exact " \
        "softmax attention over the same rows, and the median time of a whole forward; a point " \
        f"is a setting, a line a variant. Dashed: softmax attention, at {_base_text(run)}."
    return Drawing("trade_off", caption, figure)


def _trade_off_panel(axes, here, families, right):
    labels = []
    for family in families:
        own = here[here["family"] == family].sort_values("macs")
        if own.empty:
            continue
        colour, marker = style.colour_and_marker(family, families)
        axes.plot(own["seconds"], own["error"], color=colour, marker=marker)
        labels.append((right, own["error"].iloc[-1], family, colour))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.margins(x=0.06, y=0.1)
    style.decimal_ticks(axes.xaxis, style.short_tick(style.seconds_text), apart=0.15)
    style.decimal_ticks(axes.yaxis, lambda value: f"{value:g}")
    axes.set_xlabel("time of a forward")
    axes.set_ylabel("relative error")
    style.end_labels(axes, labels)


def _family(contestant):
    """"linformer" of "transformer(attention=linformer, rank=64)"."""
    stem, options = parse_name(contestant)
    own = dict(options)
    return own.get("attention", own.get("form", stem))


def _base_text(run):
    base = run.definition["base"]
    return ", ".join(f"{key} = {base[key]:,}" for key in DIMENSIONS if key in ("N", "D", "H")
                     and key in base)
