"""A learning run's part of the page: what its learners came to, and how."""
import html

from analysis.report import style
from analysis.report.learning.learners import learners
from analysis.report.tables import DASH, number_cell

HEADS = ("test accuracy", "range over seeds", "seeds", "train − test, points", "training, s",
         "examples/s", "parameters", "MMAC an example", "distinct latents")
UNITS = """<p>Medians over seeds. Accuracy on all test examples, once, at the end; the gap is to as
many of those that were learned from. Multiply-adds are those of training, forward and backward.
Distinct latents: at the first look → at the last.</p>
"""


def section(run, figures, show):
    """HTML; `show` puts figures into the page."""
    return "<h3>What was learned</h3>" + learner_table(learners(run)) + show(figures)


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
    head = "<th>learner</th>" + "".join(f'<th class="number">{name}</th>' for name in HEADS)
    rows = "".join(f'<tr class="place">{_row(each)}</tr>' for each in everyone)
    return f'{UNITS}<div class="scroll"><table class="learners"><thead><tr>{head}</tr></thead>' \
        f'<tbody>{rows}</tbody></table></div>'


def _row(learner):
    notes = "".join(f"<br><small>{html.escape(text)}</small>" for text in learner.troubles())
    return f'<td>{html.escape(learner.label)}{notes}</td>' \
        + "".join(number_cell(text) for text in _numbers(learner))


def _numbers(learner):
    ends = learner.ends()
    middle = ends.median()
    accuracy = ends["accuracy"]
    several = len(ends) > 1
    seeds = str(len(ends)) if len(ends) == len(learner.seeds) \
        else f"{len(ends)} of {len(learner.seeds)}"
    latents = learner.before_and_after("distinct_latents")
    return [_percent(middle["accuracy"]),
            f"{_percent(accuracy.min())} … {_percent(accuracy.max())}" if several else DASH,
            seeds,
            _or_dash(middle["gap"], lambda gap: f"{100 * gap:+.1f}".replace("-", "−")),
            _or_dash(middle["seconds"], style.significant),
            _or_dash(middle["examples_per_second"], style.significant),
            f"{learner.parameters:,}",
            _or_dash(middle["macs_per_example"], lambda macs: style.significant(macs / 1e6)),
            DASH if latents is None else " → ".join(f"{value:.2f}" for value in latents)]


def _percent(share):
    return _or_dash(share, lambda value: f"{100 * value:.1f} %")


def _or_dash(value, text):
    return text(value) if abs(value) < float("inf") else DASH
