"""The page of an experiment: of a run, or of its parts with several counts of threads."""
import dataclasses
import re

from analysis.report.facts import cells_text, facts, title, warnings
from analysis.report.learning.curves import LearningRun
from analysis.report.learning.learners import learners
from analysis.report.learning.section import learner_table, learners_text
from analysis.report.names import DIMENSIONS, where_text
from analysis.report.pages.templating import render
from analysis.report.tables import counts_text, sweep_table, verdict_row
from analysis.report.variants import leaderboard

# Of a figure of more panels, the rest is folded away; small ones are pictures.
SHOWN, PICTURES, SMALL = 12, 64, 150


@dataclasses.dataclass
class Links:
    """From a page to the others, and to the files of its figures."""
    index: str = ""  # none if the page stands alone
    before: tuple = ()  # (address, title)
    after: tuple = ()
    files: str = ""  # the folder of its figures


def experiment_page(parts, links, others=()):
    """`parts` are (run, sweeps, figures), with no sweeps of one that learned; `others` are
    verdicts that no measurement is about, where no index could show them."""
    numbers = iter(range(1, 10**6))
    sections = [_section(i, *part, numbers, links) for i, part in enumerate(parts)]
    run = parts[0][0]
    return render("experiment.html", title=run.experiment if len(parts) > 1 else title(run),
                  shows=str(run.definition.get("shows", "")), sections=sections, links=links,
                  several=len(parts) > 1, others=[verdict_row(each) for each in others],
                  definition=run.manifest["definition"]["text"])


def anchors(verdicts, section):
    """{id: its place on the page}"""
    found = {}
    for verdict in verdicts or []:
        stem = re.sub(r"[^\w]+", "-", verdict["id"])
        name, number = f"verdict{section or ''}-{stem}", 1
        while name in found.values():
            number += 1
            name = f"verdict{section or ''}-{stem}-{number}"
        found.setdefault(verdict["id"], name)
    return found


def _section(index, run, sweeps, figures, numbers, links):
    where = anchors(run.verdicts, index)
    shown = [_figure(figure, index, next(numbers), where, run.verdicts, links)
             for figure in figures]
    learned = isinstance(run, LearningRun)
    blocks = _learned(run, shown) if learned else _measured(run, sweeps, shown)
    for k, block in enumerate(blocks):
        block["id"] = f"part{index}-{k}"
        for table in block["tables"]:
            table.id = f"rows{index}-{k}"
    rows = None
    if run.verdicts is not None:
        rows = [_verdict(verdict, where, shown, sweeps, blocks) for verdict in run.verdicts]
    counted = {"curves": learners_text(run)} if learned else {"cells": cells_text(run)}
    return {"id": f"run{index}", "title": title(run), "facts": facts(run, **counted),
            "warnings": warnings(run), "verdicts": rows, "blocks": blocks,
            "counts": counts_text(run.verdicts or []), "confidence": _confidence(run.verdicts),
            "has_numbers": any(row["claimed"] or row["estimate"] for row in rows or []),
            "judge": "//analysis:judge_curves" if learned else "//analysis:verify"}


def _confidence(verdicts):
    return f"{100 * verdicts[0].get('confidence', 0.95):g}" if verdicts else ""


def _figure(figure, index, number, where, verdicts, links):
    words = {verdict["id"]: verdict["verdict"] for verdict in verdicts or []}
    most = PICTURES if figure.panels[0][2] < SMALL else SHOWN
    return {"id": f"figure{index}-{figure.name}", "number": number, "figure": figure,
            "file": f"{links.files}/{figure.name}", "shown": figure.panels[:most],
            "folded": figure.panels[most:],
            "verdicts": [(where[used], used, words[used]) for used in figure.used]}


def _block(heading, figures, tables=(), sweep=None):
    return {"heading": heading, "figures": figures, "tables": list(tables), "sweep": sweep,
            "verdicts": []}


def _learned(run, shown):
    return [_block("What was learned", shown, [learner_table(learners(run))])]


def _measured(run, sweeps, shown):
    """What cells say: variants side by side, each sweep, and all of it."""
    blocks = []
    leading = [each for each in shown if run.variants and each["figure"].name == "trade_off"]
    if run.variants:
        blocks.append(_block("Leaderboard", leading, [leaderboard(run.variants)]))
    for i, sweep in enumerate(sweeps):
        blocks.append(_block(_heading(sweep), [each for each in shown if each["figure"].sweep == i],
                             [sweep_table(sweep, run.gemm_flops_per_second)], sweep))
    rest = [each for each in shown if each["figure"].sweep is None and each not in leading]
    if rest:
        blocks.append(_block("Over all cells", rest))
    return blocks


def _heading(sweep):
    """Of the part of the report that is about one sweep."""
    if sweep.dimension:
        return "Against " + ", ".join(DIMENSIONS[dimension] for dimension in sweep.dimensions)
    values = {dimension: listed[0] for dimension, listed in sweep.dimensions.items() if listed}
    return "At " + where_text(values) if values else "Measured"


def _verdict(verdict, where, shown, sweeps, blocks):
    """A claim's row, with the ways to its figures and its rows, and one back from those."""
    block = _block_of(verdict, blocks)
    if block:
        block["verdicts"].append((where[verdict["id"]], verdict["id"], verdict["verdict"]))
    named = [verdict.get("contestant"), verdict.get("versus")]
    return {**verdict_row(verdict), "id": where[verdict["id"]],
            "figures": [(each["id"], each["number"]) for each in shown
                        if verdict["id"] in each["figure"].used],
            "rows": block["tables"][0].id if block else "",
            "names": "|".join(dict.fromkeys(name for name in named if name))}


def _block_of(verdict, blocks):
    """Whose rows the verdict rests on."""
    learned = [block for block in blocks if block["sweep"] is None and block["tables"]
               and block["tables"][0].kind == "learners"]
    if learned:
        return learned[0]
    dimension = verdict.get("variable")
    named = {verdict.get("contestant"), verdict.get("versus")} - {None}
    having = [block for block in blocks if block["sweep"]
              and named and named <= set(block["sweep"].contestants)]
    along = [block for block in having if dimension in block["sweep"].dimensions]
    alone = [block for block in along if block["sweep"].dimension == dimension]
    partly = [block for block in blocks if block["sweep"]
              and named & set(block["sweep"].contestants)]
    return next(iter(alone + along + having + partly), None)
