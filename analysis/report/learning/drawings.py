"""Figures of how learners learn: accuracy, loss, and whether latents come apart."""
from analysis.report import texts
from analysis.report.charts.chart import Axis, Drawing
from analysis.report.learning.learners import learners
from analysis.report.learning.maps import latent_drawings
from analysis.report.learning.panels import MACS, SECONDS, STEPS, panel

# Of more learners a caption doesn't say the numbers.
FEW = 4


def drawings(run):
    """Those for which there are numbers."""
    everyone = learners(run)
    for draw in (_accuracy, _loss, _latents):
        drawing = draw(everyone)
        if drawing:
            yield drawing
    yield from latent_drawings(run)


def _accuracy(everyone):
    if not _have(everyone, "accuracy"):
        return None
    y = Axis("accuracy", lambda value: f"{100 * value:.3g} %", log=False)
    drawn = [panel("", everyone, along, "accuracy", y) for along in (SECONDS, MACS)]
    caption = "Accuracy on held-out examples against the time and against the multiply-adds of " \
        "training, forward and backward; looking is not counted."
    if any(far for _, far in drawn):
        caption += " A logarithmic axis has no place for what was before training."
    return Drawing("accuracy", caption + _seeds_text(everyone) + _last_text(
        everyone, "accuracy", lambda value: f"{100 * value:.1f} %"), [each for each, _ in drawn])


def _loss(everyone):
    titles = {"loss": "held-out examples", "train_loss": "examples learned from"}
    shown = [column for column in titles if _have(everyone, column, above=0)]
    if not shown:
        return None
    panels = [panel(titles[column], everyone, STEPS, column, Axis("loss, nats", texts.plain),
                    above=0)[0] for column in shown]
    caption = "Loss against steps. Of examples learned from it is the mean since the look before."
    return Drawing("loss", caption + _seeds_text(everyone), panels)


def _latents(everyone):
    """None where nobody has latents."""
    having = _have(everyone, "latent_information")
    if not having:
        return None
    drawn, _ = panel("", everyone, STEPS, "latent_information",
                     Axis("latents' information, nats", texts.plain, log=False, zero=True))
    caption = "Do latents look at different inputs? What is known of where a look goes once it " \
        "is known whose it is: 0 if all look alike; e to this power says how many distinct " \
        "latents that makes."
    return Drawing("latents", caption + _seeds_text(having) + _last_text(
        having, "latent_information", lambda value: f"{value:.2f} nats"), [drawn])


def _have(everyone, column, above=float("-inf")):
    return [each for each in everyone if (each.course("step", column)["y"] > above).any()]


def _seeds_text(everyone):
    if all(len(each.seeds) == 1 for each in everyone):
        return " One seed each."
    return " Lines join medians over seeds, bands reach from the least to the most."


def _last_text(everyone, column, text):
    """" Last: perceiver 97.1 %." or nothing."""
    if len(everyone) > FEW:
        return ""
    said = [f"{each.label} {text(course['y'].iloc[-1])}" for each in everyone
            for course in [each.course("step", column)] if len(course)]
    return f" Last: {'; '.join(said)}."
