"""Drawings as SVG: inlined into a page, whose colours they follow, or as a file."""
import csv
import dataclasses
import io
import pathlib
import re
import textwrap

import jinja2

from analysis.report.charts import colours, layout
from analysis.report.charts.chart import CSV_HEADER

# Around (0, 0); "" is what only a hover finds.
MARKERS = {"o": "M3.4 0A3.4 3.4 0 1 1-3.4 0A3.4 3.4 0 1 1 3.4 0Z", "s": "M-3-3H3V3H-3Z",
           "D": "M0-4.3L4.3 0L0 4.3L-4.3 0Z", "n": "M0-4L4 3.2H-4Z", "v": "M0 4L4-3.2H-4Z",
           "P": "M-1.4-4H1.4V-1.4H4V1.4H1.4V4H-1.4V1.4H-4V-1.4H-1.4Z",
           "X": "M-3.8-2L-2-3.8L0-1.8L2-3.8L3.8-2L1.8 0L3.8 2L2 3.8L0 1.8L-2 3.8L-3.8 2L-1.8 0Z",
           "l": "M-4 0L3.2-4V4Z", "r": "M4 0L-3.2-4V4Z", "p": "M0-4L3.8-1.2L2.4 3.3H-2.4L-3.8-1.2Z",
           "h": "M-2-3.5H2L4 0L2 3.5H-2L-4 0Z",
           "w": "M0-4.6L1.2-1.4L4.4-1.4L1.8.6L2.8 3.8L0 1.9L-2.8 3.8L-1.8.6L-4.4-1.4L-1.2-1.4Z"}
# How kinds of shapes are drawn, on a page and in a file.
RULES = (pathlib.Path(__file__).parent / "chart.css").read_text(encoding="utf-8")
GAP, COLUMNS, TITLE = 24, 2, 18
SWATCH = '<svg class="chart swatch" width="30" height="12" viewBox="0 0 30 12" aria-hidden="true"'

_env = jinja2.Environment(
    loader=jinja2.FileSystemLoader(str(pathlib.Path(__file__).parent)), autoescape=True,
    trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
_shapes = _env.get_template("shapes.svg").module


@dataclasses.dataclass
class Figure:
    """A drawing, rendered: `svg` is a file of its own, `panels` are (title, SVG, width) for a
    page, `legend` is (look, name, note)."""
    name: str  # of its files, without the ending
    caption: str
    svg: str
    csv: str
    panels: list
    legend: list
    scale: tuple = ()
    used: tuple = ()
    sweep: int = None  # the sweep that it belongs to, or None


def rendered(drawing, name, sweep=None):
    series = drawing.series()
    legend = [(look, each, note) for each, (look, note) in series.items()]
    laid = [layout.laid(panel, list(series)) for panel in drawing.panels]
    # White space says nothing between shapes.
    panels = [(each.title, _shapes.panel(each), each.wide) for each in laid]
    return Figure(name, drawing.caption, _file(laid, legend, drawing), table(drawing), panels, legend,
                  drawing.scale, drawing.used, sweep)


def swatch(look, kind="line"):
    return _shapes.swatch(look, kind)


def symbols():
    """What marks refer to; once in a page."""
    return _shapes.symbols(MARKERS)


def table(drawing):
    """All numbers of a drawing, as CSV: to more digits than are drawn, fewer than rows have."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_HEADER)
    for row in drawing.rows():
        writer.writerow(["" if v is None else _shown(v) if isinstance(v, float) else v for v in row])
    return text.getvalue()


def _shown(value):
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.7g}"


def _file(laid, legend, drawing):
    """Panels beside and below each other, then the legend."""
    columns = min(COLUMNS if laid[0].wide >= 300 else 8, len(laid))
    placed, y = [], 0
    wide = max(each.wide for each in laid) + GAP
    for i in range(0, len(laid), columns):
        row = laid[i:i + columns]
        titles = [textwrap.wrap(each.title, each.wide // 7) for each in row]
        above = TITLE * max(map(len, titles))
        placed += [(k * wide, y, above, title, each)
                   for k, (title, each) in enumerate(zip(titles, row))]
        y += above + max(each.height for each in row) + GAP / 2
    entries = []
    letters = (columns * wide - 40) // 7
    for look, name, note in legend:
        lines = textwrap.wrap(f"{name} · {note}" if note else name, letters) or [""]
        entries.append((y, look, lines))
        y += 16 * len(lines)
    marks = {look.marker for look, _, _ in legend} & set(MARKERS)
    return _plain(_env.get_template("figure.svg").render(
        placed=placed, entries=entries, width=columns * wide,
        height=round(y + (28 if drawing.scale else 8)),
        rules=RULES, shapes=_shapes, caption=drawing.caption, scale=drawing.scale,
        markers={name: MARKERS[name] for name in MARKERS if name in marks}))


def _plain(svg):
    """For other programs than browsers: colours in place, nothing to hover over, no rule that
    nothing follows."""
    svg = re.sub(r' data-[a-z]="[^"]*"', "", svg)
    svg = re.sub(r'<circle class="h"[^>]*/>', "", svg)
    svg = svg.replace(SWATCH, '<svg width="30" height="12"')
    used = set(" ".join(re.findall(r'class="([^"]*)"', svg)).split())
    svg = re.sub(r"^\.chart .*\n", lambda rule: rule[0] if _is_followed(rule[0], used) else "", svg,
                 flags=re.MULTILINE)
    return re.sub(r"var\(--(\w+)\)", lambda found: colours.light_of(found[1]), svg)


def _is_followed(rule, used):
    """Has any of its selectors nothing but classes that are used?"""
    selectors = rule[:rule.index("{")].split(",")
    return any(set(re.findall(r"\.([a-z]+)", each)) <= used for each in selectors)
