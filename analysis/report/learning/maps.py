"""Figures of latents: where each looks before and after learning, and what it is for."""
import numpy

from analysis.report.charts.chart import Drawing, Grid
from analysis.report.charts.png import PURPLE_ORANGE, VIRIDIS, ramp
from analysis.report.learning.learners import learners

WHEN = ("before", "after")
# What is looked at less than this, of an even look, is all the same.
FAINT = 0.1
# Pixels: of a picture, of a map that isn't one, and how high a latent of few is.
PICTURE, WIDTH, LINE, HIGHEST = 88, 330, 14, 320
# A cell of the table of losses; in one of more cells than this, colours must do.
WIDE, HIGH, READABLE = 38, 20, 400


def latent_drawings(run):
    """Two of each learner, where the run has their files."""
    everyone = learners(run)
    for place, learner in enumerate(everyone):
        latents = run.latents.get(learner.id)
        if latents is None:
            continue
        whose = f"{learner.label}, seed {latents.seed}"
        yield _maps(f"maps_{place}", latents, whose)
        if latents.rise is not None:
            yield Drawing(f"ablation_{place}", _rise_text(whose), [_rise(latents.rise)])


def _maps_text(latents, whose):
    how = "a picture each" if latents.edge else "a line each, over the inputs in their order"
    return f"Where the latents of {whose} look, {how}: as drawn, before learning, and after it. " \
        "Mean over heads and held-out examples, as a multiple of what a look everywhere alike " \
        "gives an input; one logarithmic scale for all."


def _rise_text(whose):
    return f"What the latents of {whose} are for: by how many nats the loss on held-out examples " \
        "of a class, and of all, rises where a latent says the same of every example."


def _maps(name, latents, whose):
    values = latents.maps * latents.maps.shape[2]
    most = max(float(numpy.nanmax(values)), 1 / FAINT)

    def shade(some):
        """From faint to most, by logarithms."""
        seen = numpy.clip(numpy.nan_to_num(some, nan=FAINT), FAINT, most)
        return numpy.round(255 * numpy.log(seen / FAINT) / numpy.log(most / FAINT)).astype(int)
    palette = ramp(VIRIDIS)
    draw = _pictures if latents.edge else _lines
    return Drawing(name, _maps_text(latents, whose), list(draw(latents, values, shade, palette)),
                   scale=(palette[::16], f"{FAINT:g} ×", f"{most:.3g} ×"))


def _pictures(latents, values, shade, palette):
    """Of each latent before, and beside it after."""
    for latent in range(values.shape[1]):
        for when in range(2):
            yield Grid(f"{latent} {WHEN[when]}",
                       values[when, latent].reshape(latents.edge, latents.edge), shade, palette,
                       PICTURE, PICTURE, square=True)


def _lines(_, values, shade, palette):
    """[M, N] before, and beside it after."""
    high = min(max(LINE * values.shape[1], 2 * LINE), HIGHEST)
    for when in range(2):
        yield Grid(WHEN[when], values[when], shade, palette, WIDTH, high, "input", "latent")


def _rise(rise):
    """Classes downwards, latents beside each other."""
    most = max(float(abs(rise.values).max()), 1e-9)
    classes, count = rise.shape

    def shade(some):
        return numpy.round(127.5 + 127.5 * some / most).astype(int)
    return Grid("", rise.values, shade, ramp(PURPLE_ORANGE), count * WIDE, classes * HIGH, "latent",
                "class", list(rise.index), _number if rise.size <= READABLE else None)


def _number(value):
    """No sign of what is rounded to 0."""
    text = f"{value:.2f}"
    return text.replace("-", "" if float(text) == 0 else "−")
