"""The report's tables: what was measured, and what it says about the claims."""
import collections
import html

import pandas

from analysis.report import style
from analysis.report.names import estimate_text, is_sum_of_terms
from analysis.report.verdicts import SYMBOLS, is_surprise

DASH = "–"


def sweep_table(sweep, peak):
    """Medians with quartiles at each place of a sweep; the ratio is to the first
    contestant there. `peak` is the sgemm speed, or None."""
    names = list(sweep.dimensions)
    head = "".join(f'<th class="number">{name}</th>' for name in names) + "<th>contestant</th>" \
        + "".join(f'<th class="number">{name}</th>' for name in (
            "time, ms", "quartiles, ms", "ratio", "GMACs", "peak MB", "of sgemm peak"))
    rows = []
    for values, here in sweep.places():
        base = here["seconds"].iloc[0]
        for i, (_, cell) in enumerate(here.iterrows()):
            dimensions = "".join(
                f'<td class="number">{int(values[name]):,}</td>' for name in names)
            rows.append(f'<tr{" class=place" if i == 0 and names else ""}>{dimensions}'
                        + _cell(cell, base, peak) + "</tr>")
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead>' \
        f'<tbody>{"".join(rows)}</tbody></table></div>'


def _cell(cell, base, peak):
    note = ""
    if pandas.isna(cell["seconds"]):
        measured = f'<td colspan="3">{html.escape(_why(cell))}</td>'
    else:
        if cell["status"] != "ok":
            note = f"<br><small>after {int(cell['repetitions'])} repetitions " \
                f"{html.escape(_why(cell))}</small>"
        quartiles = f"{milliseconds(cell['low'])} … {milliseconds(cell['high'])}"
        measured = number_cell(milliseconds(cell["seconds"])) + number_cell(quartiles) \
            + number_cell(f"{cell['seconds'] / base:,.2f}" if base > 0 else DASH)
    counted = number_cell(f"{cell['macs'] / 1e9:,.3f}" if cell["macs"] >= 0 else DASH)
    held = f"{cell['bytes_peak'] / 1e6:,.1f}" if cell["bytes_peak"] >= 0 else DASH
    if pandas.isna(cell["seconds"]) and held != DASH:
        held = f"≈ {held}"
    share = 2 * cell["macs"] / cell["seconds"] / peak if peak and cell["seconds"] > 0 else None
    of_peak = f"{100 * share:.0f} %" if share is not None and share == share else DASH
    return f'<td class="name">{html.escape(cell["contestant"])}{note}</td>' \
        + measured + counted + number_cell(held) + number_cell(of_peak)


def _why(cell):
    return f"{cell['status']}: {cell['reason']}" if cell["reason"] else cell["status"]


def number_cell(text):
    return f'<td class="number">{text}</td>'


def milliseconds(seconds):
    return style.significant(1e3 * seconds, 4)


def counts_text(verdicts):
    """"3 supported, 1 refuted, 0 inconclusive; 1 not as expected" """
    counts = collections.Counter(verdict["verdict"] for verdict in verdicts)
    text = ", ".join(f"{counts[word]} {word.lower()}" for word in SYMBOLS)
    surprises = sum(is_surprise(verdict) for verdict in verdicts)
    return text + (f"; {surprises} not as expected" if surprises else "")


def verdict_table(verdicts):
    confidence = 100 * verdicts[0].get("confidence", 0.95)
    # Claims about what learns have their numbers in their reasons.
    has_numbers = any(claimed(verdict) or estimate_text(verdict) for verdict in verdicts)
    heads = f"<th>claimed</th><th>estimate [{confidence:g} %]</th>" if has_numbers else ""
    rows = "".join(_verdict_row(verdict, has_numbers) for verdict in verdicts)
    return f"""<p>{counts_text(verdicts)}</p>
<div class="scroll"><table class="verdicts"><thead><tr><th>verdict</th><th>claim</th>
{heads}<th>reason</th></tr></thead>
<tbody>{rows}</tbody></table></div>"""


def _verdict_row(verdict, has_numbers):
    word = verdict["verdict"]
    mark = "<small>as expected</small>" if word == verdict.get("expected") == "REFUTED" else \
        "<small><b>! not as expected</b></small>" if is_surprise(verdict) else ""
    about = [verdict["id"], verdict.get("contestant"), _versus(verdict), verdict.get("part"),
             verdict.get("quantity"), _anchor(verdict)]
    small = " · ".join(html.escape(str(each)) for each in about if each and each != "fact")
    source = f" <span class=muted>[{html.escape(str(verdict['source']))}]</span>" \
        if verdict.get("source") else ""
    note = f"<small>{html.escape(str(verdict['note']))}</small>" if verdict.get("note") else ""
    numbers = f"""<td data-label="claimed">{html.escape(claimed(verdict))}</td>
<td class="name" data-label="estimate">{estimate_text(verdict) or DASH}</td>
""" if has_numbers else ""
    return f"""<tr><td><span class="verdict {word.lower()}">{SYMBOLS[word]} {word}</span>{mark}</td>
<td>{html.escape(str(verdict.get("statement", "")))}{source}<small>{small}</small></td>
{numbers}<td>{html.escape(str(verdict.get("reason") or ""))}{note}</td></tr>"""


def _versus(verdict):
    return f"versus {verdict['versus']}" if verdict.get("versus") else ""


def _anchor(verdict):
    return f"counted by {verdict['anchor']}" if verdict.get("anchor") else ""


def claimed(verdict):
    """What the claim's value and tolerance say, in words."""
    kind, value = verdict.get("kind"), verdict.get("value")
    tolerance = verdict.get("tolerance") or 0
    number = "" if value is None else style.plain(value, 6)
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
