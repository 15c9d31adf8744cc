"""Figures of how learners learn: accuracy, loss, and whether latents come apart."""
from analysis.report import style
from analysis.report.learning.learners import learners
from analysis.report.learning.maps import latent_drawings
from analysis.report.learning.panels import MACS, SECONDS, STEPS, panel, panes_for
from analysis.report.lines import Drawing, logarithmic_y

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
    figure, panes = panes_for(everyone, 2)
    far = [panel(axes, everyone, x, "accuracy", _finish_accuracy)
           for axes, x in zip(panes, (SECONDS, MACS))]
    caption = "Accuracy on held-out examples against the time and against the multiply-adds of " \
        "training, forward and backward; looking is not counted."
    caption += " A logarithmic axis has no place for what was before training." if any(far) else ""
    return Drawing("accuracy", caption + _seeds_text(everyone) + _last_text(
        everyone, "accuracy", lambda value: f"{100 * value:.1f} %"), figure)


def _finish_accuracy(axes):
    axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.4g} %")
    axes.set_ylabel("accuracy")


def _loss(everyone):
    titles = {"loss": "held-out examples", "train_loss": "examples learned from"}
    shown = [column for column in titles if _have(everyone, column, above=0)]
    if not shown:
        return None
    figure, panes = panes_for(everyone, len(shown))
    for axes, column in zip(panes, shown):
        panel(axes, everyone, STEPS, column, _finish_loss, above=0)
        axes.set_title(titles[column])
    caption = "Loss against steps. Of examples learned from it is the mean since the look before."
    return Drawing("loss", caption + _seeds_text(everyone), figure)


def _finish_loss(axes):
    logarithmic_y(axes, style.plain, "loss, nats")


def _latents(everyone):
    """None where nobody has latents."""
    having = _have(everyone, "latent_information")
    if not having:
        return None
    figure, [axes] = panes_for(having, 1)
    panel(axes, everyone, STEPS, "latent_information", _finish_latents)
    caption = "Do latents look at different inputs? What is known of where a look goes once it " \
        "is known whose it is: 0 if all look alike; e to this power says how many distinct " \
        "latents that makes."
    return Drawing("latents", caption + _seeds_text(having) + _last_text(
        having, "latent_information", lambda value: f"{value:.2f} nats"), figure)


def _finish_latents(axes):
    axes.set_ylabel("latents' information, nats")
    axes.set_ylim(bottom=min(axes.get_ylim()[0], 0))


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
