"""Figures of latents: where each looks before and after learning, and what it is for."""
import numpy
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LogNorm, TwoSlopeNorm
from matplotlib.figure import Figure

from analysis.report import style
from analysis.report.learning.learners import learners
from analysis.report.lines import Drawing

WHEN = ("before", "after")
# What is looked at less than this, of an even look, is all the same.
FAINT = 0.1
# Latents beside each other, and how large a picture of one is, in inches.
ACROSS, CELL, GAP = 8, 0.75, 0.05
LEFT, RIGHT, TOP, BOTTOM = 0.75, 0.75, 0.3, 0.1
# A map that isn't a picture: its width, and how high a latent of few is.
WIDTH, LINE, HIGHEST = 3.0, 0.14, 4.0
# A cell of the table of losses; in one of more cells than this, colours must do.
NUMBER, READABLE = (0.4, 0.2), 400


def latent_drawings(run):
    """Two of each learner, where the run has their files."""
    everyone = learners(run)
    for place, learner in enumerate(everyone):
        latents = run.latents.get(learner.id)
        if latents is None:
            continue
        whose = f"{learner.label}, seed {latents.seed}"
        draw = _pictures if latents.edge else _lines
        yield Drawing(f"maps_{place}", _maps_text(latents, whose), draw(latents))
        if latents.rise is not None:
            yield Drawing(f"ablation_{place}", _rise_text(whose), _rise(latents.rise))


def _maps_text(latents, whose):
    how = "a picture each" if latents.edge else "a line each, over the inputs in their order"
    return f"Where the latents of {whose} look, {how}: as drawn, before learning, and after it. " \
        "Mean over heads and held-out examples, as a multiple of what a look everywhere alike " \
        "gives an input; one logarithmic scale for all."


def _rise_text(whose):
    return f"What the latents of {whose} are for: by how many nats the loss on held-out examples " \
        "of a class, and of all, rises where a latent says the same of every example."


def _multiples(latents):
    """Of an even look, and one scale for all."""
    values = latents.maps * latents.maps.shape[2]
    return values, LogNorm(FAINT, max(float(numpy.nanmax(values)), 1 / FAINT), clip=True)


def _figure(width, height):
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def _axes(figure, left, top, width, height):
    """By inches from the upper left corner."""
    across, down = figure.get_size_inches()
    return figure.add_axes([left / across, 1 - (top + height) / down, width / across,
                            height / down])


def _image(axes, values, **how):
    axes.grid(False)
    axes.set_xticks([])
    axes.set_yticks([])
    return axes.imshow(values, aspect="auto", interpolation="none", **how)


def _pictures(latents):
    """Latents beside each other, after below before."""
    values, scale = _multiples(latents)
    count = values.shape[1]
    across, bands = min(count, ACROSS), -(-count // ACROSS)
    step = CELL + GAP
    height = TOP + bands * (2 * step + TOP) + BOTTOM
    figure = _figure(LEFT + across * step + RIGHT, height)
    for m in range(count):
        for when in range(2):
            top = TOP + m // ACROSS * (2 * step + TOP) + when * step
            axes = _axes(figure, LEFT + m % ACROSS * step, top, CELL, CELL)
            shown = _image(axes, values[when, m].reshape(latents.edge, latents.edge), norm=scale)
            axes.spines[:].set_visible(False)
            if when == 0:
                axes.set_title(str(m), loc="center", fontsize=8, fontweight="normal", pad=2)
            if m % ACROSS == 0:
                axes.set_ylabel(WHEN[when], rotation=0, ha="right", va="center", fontsize=8)
    _colour_bar(figure, shown, LEFT + across * step + GAP, TOP, 2 * step - GAP)
    return figure


def _lines(latents):
    """[M, N] before, and beside it after."""
    values, scale = _multiples(latents)
    count = values.shape[1]
    high = min(max(LINE * count, 2 * LINE), HIGHEST)
    figure = _figure(LEFT + 2 * (WIDTH + 3 * GAP) + RIGHT, TOP + high + 5 * LINE)
    for when in range(2):
        axes = _axes(figure, LEFT + when * (WIDTH + 3 * GAP), TOP, WIDTH, high)
        shown = _image(axes, values[when], norm=scale)
        axes.set_title(WHEN[when])
        axes.set_xlabel("input")
        axes.set_xticks(_ends(values.shape[2]))
        if when == 0:
            axes.set_ylabel("latent")
            axes.set_yticks(_ends(count))
    _colour_bar(figure, shown, LEFT + 2 * (WIDTH + 3 * GAP), TOP, high)
    return figure


def _ends(count):
    return sorted({0, count - 1})


def _colour_bar(figure, shown, left, top, height):
    axes = _axes(figure, left, top, 0.1, height)
    axes.grid(False)
    bar = figure.colorbar(shown, cax=axes)
    style.decimal_ticks(bar.ax.yaxis, lambda value: f"{value:g} ×")
    bar.outline.set_visible(False)


def _rise(rise):
    """Classes downwards, latents beside each other."""
    most = max(float(abs(rise.values).max()), 1e-9)
    wide, high = NUMBER
    classes, count = rise.shape
    # Room for both labels is made where it is rendered.
    figure = _figure(count * wide + BOTTOM, TOP + classes * high + BOTTOM)
    axes = _axes(figure, 0, TOP, count * wide, classes * high)
    scale = TwoSlopeNorm(0, -most, most)
    shown = _image(axes, rise.values, norm=scale, cmap="PuOr_r")
    axes.spines[:].set_visible(False)
    axes.set_xticks(range(count))
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xlabel("latent")
    axes.set_ylabel("class")
    axes.set_yticks(range(classes), rise.index)
    axes.tick_params(length=0)
    for row, column in numpy.ndindex(*(rise.shape if rise.size <= READABLE else (0, 0))):
        value = rise.values[row, column]
        axes.text(column, row, _number(value), ha="center", va="center", fontsize=6.5,
                  color=style.on(shown.cmap(scale(value))[:3]))
    return figure


def _number(value):
    """No sign of what is rounded to 0."""
    text = f"{value:.2f}"
    return text.replace("-", "" if float(text) == 0 else "−")
