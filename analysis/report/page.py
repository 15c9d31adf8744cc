"""The report as one HTML page: nothing in it is fetched from elsewhere."""
import html
import pathlib
import re

from analysis.report import style
from analysis.report.facts import cells_text, facts, title
from analysis.report.learning.curves import LearningRun
from analysis.report.learning.section import learners_text
from analysis.report.learning.section import section as learning_section
from analysis.report.names import DIMENSIONS, where_text
from analysis.report.tables import counts_text, sweep_table, verdict_table
from analysis.report.variants import leaderboard

CSS = (pathlib.Path(__file__).parent / "page.css").read_text(encoding="utf-8")
# What follows the page from light to dark.
VARIABLES = {style.INK: "ink", style.MUTED: "muted", style.GRID: "grid", style.PAPER: "paper"}
# CSS pixels a point of the figures: their 8 pt text is then near the captions' size.
PIXELS = 1.4
WIDE = 620
NOT_JUDGED = "Nobody has judged this run yet. <code>./bazelw run {judge} -- " \
    "--results DIR</code> writes <code>verdicts.json</code> into its folder DIR; then make the " \
    "report again."


def page(runs, others):
    """`runs` are (run, sweeps, figures), with no sweeps of one that learned; `others` are verdicts that belong to no run."""
    number = Numbers()
    heading = title(runs[0][0]) if len(runs) == 1 else f"{len(runs)} runs"
    body = [] if len(runs) == 1 else [_contents([run for run, _, _ in runs])]
    for i, (run, sweeps, figures) in enumerate(runs):
        body.append(_section(i, run, sweeps, figures, number, len(runs) == 1))
    if others:
        body.append("<h3>Claims that no measurement is about</h3>" + verdict_table(others))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(heading)} · Perceiver benchmark suite</title>
<style>
{CSS}</style>
</head>
<body>
<main>
<p class="kicker">Perceiver benchmark suite</p>
<h1>{html.escape(heading)}</h1>
{"".join(body)}
</main>
</body>
</html>
"""


class Numbers:
    """Figures are numbered over the whole page."""

    def __init__(self):
        self.last = 0

    def next(self):
        self.last += 1
        return self.last


def _contents(runs):
    items = "".join(
        f'<li><a href="#run{i}">{html.escape(title(run))}</a> '
        f'<span class="muted">{html.escape(run.name)}'
        f'{": " + counts_text(run.verdicts) if run.verdicts else ""}</span></li>'
        for i, run in enumerate(runs))
    return f"<nav><ol>{items}</ol></nav>"


def _section(index, run, sweeps, figures, number, only):
    def show(chosen):
        return _figures(chosen, index, number)
    learned = isinstance(run, LearningRun)
    counted = {"curves": learners_text(run)} if learned else {"cells": cells_text(run)}
    shows = html.escape(str(run.definition.get("shows", "")))
    parts = [f'<section class="run{" only" if only else ""}" id="run{index}">']
    if not only:
        parts.append(f"<h2>{html.escape(title(run))}</h2>")
    parts += [f'<p class="shows">{shows}</p>', facts(run, **counted), "<h3>Verdicts</h3>"]
    if run.verdicts is None:
        judge = "//analysis:judge_curves" if learned else "//analysis:verify"
        parts.append(f"<p>{NOT_JUDGED.format(judge=judge)}</p>")
    elif run.verdicts:
        parts.append(verdict_table(run.verdicts))
    else:
        parts.append("<p>No claim is about this experiment.</p>")
    parts.append(learning_section(run, figures, show) if learned
                 else _measured(run, sweeps, figures, show))
    text = html.escape(run.manifest["definition"]["text"])
    parts.append(f"<details><summary>Definition</summary><pre>{text}</pre></details>")
    return "\n".join(parts) + "</section>\n"


def _measured(run, sweeps, figures, show):
    """What cells say: variants side by side, each sweep, and all of it."""
    parts = []
    if run.variants:
        parts.append("<h3>Leaderboard</h3>" + leaderboard(run.variants))
        leading = [figure for figure in figures if figure.name == "trade_off"]
        parts.append(show(leading))
        figures = [figure for figure in figures if figure not in leading]
    for i, sweep in enumerate(sweeps):
        parts.append(f"<h3>{_heading(sweep)}</h3>")
        parts.append(sweep_table(sweep, run.gemm_flops_per_second))
        parts.append(show([f for f in figures if f.sweep == i]))
    rest = [figure for figure in figures if figure.sweep is None]
    if rest:
        parts.append("<h3>Over all cells</h3>" + show(rest))
    return "\n".join(parts)


def _heading(sweep):
    """Of the part of the report that is about one sweep."""
    if sweep.dimension:
        return "Against " + ", ".join(DIMENSIONS[dimension] for dimension in sweep.dimensions)
    values = {dimension: listed[0] for dimension, listed in sweep.dimensions.items() if listed}
    return "At " + where_text(values) if values else "Measured"


def _figures(figures, index, number):
    if not figures:
        return ""
    drawn = [_figure(figure, f"run{index}-{figure.name}", number.next()) for figure in figures]
    return '<div class="figures">' + "\n".join(drawn) + "</div>"


def _figure(figure, name, number):
    svg, width = inline(figure.svg, name, figure.caption)
    wide = ' class="wide"' if width > WIDE else ""
    return f"""<figure{wide} id="{html.escape(name)}" style="width:{width}px">
<div class="scroll">{svg}</div>
<figcaption><b>Figure {number}.</b> {html.escape(figure.caption)}</figcaption>
</figure>"""


def inline(svg, name, caption):
    """An SVG file's text for use in a page, and its width: names of its own, the page's
    colours, and nothing about files and sizes."""
    svg = svg[svg.index("<svg"):]
    tag, rest = svg.split(">", 1)
    points = float(re.search(r'width="([\d.]+)pt"', tag).group(1))
    view = re.search(r'viewBox="[^"]*"', tag).group(0)
    rest = re.sub(r'\bid="', f'id="{name}-', rest)
    rest = rest.replace("url(#", f"url(#{name}-")
    rest = re.sub(r'xlink:href="#', f'href="#{name}-', rest)
    for colour, variable in VARIABLES.items():
        # In styles only: a text may speak of colours.
        rest = re.sub(rf"(fill|stroke|stop-color): {colour}\b", rf"\1: var(--{variable})", rest)
    # Text without a colour of its own is black otherwise.
    return f'<svg {view} fill="var(--ink)" role="img" aria-label="{html.escape(caption)}">' \
        + rest.rstrip(), round(points * PIXELS)
