"""What the index says of an experiment: small, so that it passes between processes."""
import dataclasses

from analysis.report.facts import build, cells_text, machine, title, warnings
from analysis.report.learning.curves import LearningRun
from analysis.report.learning.learners import learners
from analysis.report.learning.section import learner_table, learners_text
from analysis.report.pages.experiment import anchors
from analysis.report.sweep import cells
from analysis.report.variants import leaderboard
from analysis.report.verdicts import is_surprise


@dataclasses.dataclass
class Summary:
    """Of one part of a page."""
    title: str
    experiment: str
    shows: str
    href: str
    machine: str
    build: str
    counted: str
    seconds: float
    warnings: list
    verdicts: list  # None if nobody has judged
    anchors: dict
    times: dict  # {cell or learner: (median, low, high)}, to compare with
    leaders: object = None  # a Table of variants
    learners: object = None  # a Table


def summary(run, index, href):
    learned = isinstance(run, LearningRun)
    accounts = run.manifest.get("accounts") or {}
    found = Summary(
        title(run), run.experiment, str(run.definition.get("shows", "")), href,
        machine(run.manifest), build(run.manifest),
        learners_text(run) if learned else cells_text(run), accounts.get("wall_seconds") or 0,
        warnings(run), run.verdicts, anchors(run.verdicts, index), times(run))
    if learned:
        found.learners = learner_table(learners(run))
    elif run.variants:
        found.leaders = leaderboard(run.variants)
    return found


def times(run):
    """Of a run that learned, accuracies on the test; else seconds with quartiles."""
    if isinstance(run, LearningRun):
        found = {}
        for learner in learners(run):
            accuracy = learner.ends()["accuracy"].dropna()
            if len(accuracy):
                found[learner.id] = (accuracy.median(), accuracy.min(), accuracy.max())
        return found
    table = cells(run)
    table = table[table["seconds"] > 0]
    return {name: (row.seconds, row.low, row.high)
            for name, row in zip(table.index, table.itertuples())}


def surprises(verdicts):
    """What isn't as expected, and what is open."""
    return [v for v in verdicts or [] if is_surprise(v) or v["verdict"] == "INCONCLUSIVE"]
