"""A learning run's part of the page: what its learners came to."""
from analysis.report import texts
from analysis.report.learning.learners import learners
from analysis.report.tables import DASH, Cell, Column, Table

HEADS = ("test accuracy", "range over seeds", "seeds", "train − test, points", "training, s",
         "examples/s", "parameters", "MMAC an example", "distinct latents")
UNITS = "Medians over seeds. Accuracy on all test examples, once, at the end; the gap is to as " \
    "many of those that were learned from. Multiply-adds are those of training, forward and " \
    "backward. Distinct latents: at the first look → at the last."


def learners_text(run):
    """"15 curves of 3 learners: 13 tested, 1 failed, 1 not finished"."""
    everyone = learners(run)
    curves = sum(len(each.seeds) for each in everyone)
    tested = sum(len(each.ends()) for each in everyone)
    failed = len(run.rows[run.rows["status"] == "failed"].groupby(["learner", "seed"]))
    counts = {"tested": tested, "failed": failed, "not finished": curves - tested - failed}
    several = f"{curves} curve{'s' if curves > 1 else ''} of {len(everyone)} " \
        f"learner{'s' if len(everyone) > 1 else ''}"
    return several + ": " + ", ".join(
        f"{count} {what}" for what, count in counts.items() if count or what == "tested")


def learner_table(everyone):
    return Table([Column("learner")] + [Column(name, True) for name in HEADS],
                 [_row(each) for each in everyone], "learners", UNITS,
                 names=[each.id for each in everyone])


def _row(learner):
    return [Cell(learner.label, note="; ".join(learner.troubles()))] + _numbers(learner)


def _numbers(learner):
    ends = learner.ends()
    middle = ends.median()
    accuracy = ends["accuracy"]
    several = len(ends) > 1
    seeds = str(len(ends)) if len(ends) == len(learner.seeds) \
        else f"{len(ends)} of {len(learner.seeds)}"
    latents = learner.before_and_after("distinct_latents")
    return [_cell(middle["accuracy"], _percent),
            Cell(f"{_percent(accuracy.min())} … {_percent(accuracy.max())}",
                 accuracy.max() - accuracy.min()) if several else Cell(DASH),
            Cell(seeds, len(ends)),
            _cell(middle["gap"], lambda gap: f"{100 * gap:+.1f}".replace("-", "−")),
            _cell(middle["seconds"], texts.significant),
            _cell(middle["examples_per_second"], texts.significant),
            Cell(f"{learner.parameters:,}", learner.parameters),
            _cell(middle["macs_per_example"], lambda macs: texts.significant(macs / 1e6)),
            Cell(DASH) if latents is None else Cell(
                " → ".join(f"{value:.2f}" for value in latents), latents[1])]


def _percent(share):
    return f"{100 * share:.1f} %"


def _cell(value, text):
    return Cell(text(value), value) if abs(value) < float("inf") else Cell(DASH)
