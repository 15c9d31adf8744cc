"""What changed since an earlier report's runs: times, accuracies and verdicts."""
import dataclasses
import math

from analysis.report import texts
from analysis.report.tables import Cell, Column, Table

# Medians that differ by less are called equal, whatever their quartiles.
LEAST = 0.03
TIMES = [Column("experiment"), Column("cells in both", True), Column("time, new over old", True),
         Column("faster", True), Column("slower", True), Column("slowest change")]
VERDICTS = [Column("experiment"), Column("claim"), Column("was"), Column("is"), Column("reason")]
LEARNED = [Column("experiment"), Column("learner"), Column("was", True), Column("is", True)]


@dataclasses.dataclass
class Changes:
    times: Table
    learned: Table
    verdicts: Table
    only_new: list  # titles
    only_old: list


def changes(old, new):
    """Of two lists of summaries, by their titles."""
    before = {each.title: each for each in old}
    pairs = [(before[each.title], each) for each in new if each.title in before]
    return Changes(
        Table(TIMES, [_times(a, b) for a, b in pairs if not b.learners and set(a.times) & set(b.times)]),
        Table(LEARNED, [row for a, b in pairs if b.learners for row in _accuracies(a, b)]),
        Table(VERDICTS, [row for a, b in pairs for row in _verdicts(a, b)]),
        [each.title for each in new if each.title not in before],
        sorted(set(before) - {each.title for each in new}))


def _times(old, new):
    ratios, faster, slower = {}, 0, 0
    for cell, (middle, low, high) in new.times.items():
        if cell not in old.times:
            continue
        then, then_low, then_high = old.times[cell]
        ratios[cell] = middle / then
        faster += high < then_low and middle / then < 1 - LEAST
        slower += low > then_high and middle / then > 1 + LEAST
    mean = math.exp(sum(map(math.log, ratios.values())) / len(ratios))
    worst = max(ratios, key=ratios.get)
    return [Cell(new.title, href=new.href), Cell(str(len(ratios)), len(ratios)),
            Cell(f"{texts.significant(mean)}×", mean), Cell(str(faster), faster),
            Cell(str(slower), slower),
            Cell(f"{texts.significant(ratios[worst])}×", ratios[worst], note=worst)]


def _accuracies(old, new):
    for learner, (middle, low, high) in new.times.items():
        then = old.times.get(learner)
        if then and then[0] != middle:
            yield [Cell(new.title, href=new.href), Cell(learner),
                   Cell(f"{100 * then[0]:.1f} %", then[0]),
                   Cell(f"{100 * middle:.1f} %", middle,
                        note="" if then[1] <= middle <= then[2] else "beyond the earlier seeds")]


def _verdicts(old, new):
    was = {verdict["id"]: verdict["verdict"] for verdict in old.verdicts or []}
    for verdict in new.verdicts or []:
        name, word = verdict["id"], verdict["verdict"]
        if was.get(name, word) != word:
            yield [Cell(new.title), Cell(name, href=f"{new.href}#{new.anchors[name]}"),
                   Cell("", verdict=was[name]), Cell("", verdict=word),
                   Cell(str(verdict.get("reason") or ""))]
