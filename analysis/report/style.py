"""How figures look: colours, units, ticks, labels that don't overlap, files."""
import io
import logging
import math
import re

# Its warnings are about the machine, not about the figures.
logging.getLogger("matplotlib").setLevel(logging.ERROR)

import matplotlib  # noqa: E402
import matplotlib.colors  # noqa: E402
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.ticker import FixedLocator, NullLocator  # noqa: E402

# These four follow the page into the dark; data's colours serve on both grounds.
INK, MUTED, GRID, PAPER = "#15191e", "#5d6670", "#e1e5e9", "#fefefe"
# Told apart by people who see no red or no green, and by lightness on paper.
CONTESTANTS = {"perceiver": "#0072b2", "transformer": "#d55e00",
               "bare_perceiver": "#009e73", "bare_transformer": "#b8559c"}
FURTHER = ["#0072b2", "#d55e00", "#009e73", "#b8559c", "#8c6d1f", "#6f7fc9", "#7d868e",
           "#1fa3b5"]
MARKERS = ["o", "s", "D", "^", "v", "P", "X", "<", ">", "p", "h", "*"]
# Attention blue, projections orange, the rest green and grey: by lightness within.
PARTS = {"scores": "#08519c", "softmax": "#6baed6", "weighted_sum": "#2f7fc1",
         "query_projection": "#fdbe85", "key_value_projection": "#e6781e",
         "output_projection": "#a63603", "input_projection": "#fdd9b5",
         "mlp": "#2a9d6f", "layer_norm": "#969696", "position_encoding": "#c7b3dd",
         "update": "#4d4d4d", "exchange": "#d7301f"}

RC = {"font.family": ["DejaVu Sans"], "font.size": 8.5, "axes.titlesize": 9,
      "axes.titlelocation": "left", "axes.titleweight": "bold", "axes.labelsize": 8.5,
      "axes.labelcolor": INK, "axes.edgecolor": MUTED, "axes.linewidth": 0.7,
      "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
      "axes.axisbelow": True, "grid.color": GRID, "grid.linewidth": 0.7,
      "xtick.color": MUTED, "ytick.color": MUTED, "xtick.labelcolor": INK,
      "ytick.labelcolor": INK, "xtick.labelsize": 8, "ytick.labelsize": 8,
      "text.color": INK, "lines.linewidth": 1.6, "lines.markersize": 3.8,
      "figure.facecolor": PAPER, "axes.facecolor": "none", "savefig.facecolor": PAPER,
      "savefig.dpi": 200, "svg.fonttype": "none", "svg.hashsalt": "report",
      "axes.unicode_minus": True,
      "text.parse_math": False}


def colour_and_marker(contestant, contestants):
    """The registered names look alike in every figure; others go by their order."""
    if contestant in CONTESTANTS:
        return CONTESTANTS[contestant], MARKERS[list(CONTESTANTS).index(contestant)]
    taken = [CONTESTANTS[name] for name in contestants if name in CONTESTANTS]
    free = [colour for colour in FURTHER if colour not in taken] or FURTHER
    unnamed = [name for name in contestants if name not in CONTESTANTS]
    index = unnamed.index(contestant)
    colour = free[index % len(free)]
    # Where colours come round again, markers tell them apart.
    turn = index // len(free) * len(FURTHER)
    return colour, MARKERS[(FURTHER.index(colour) + turn) % len(MARKERS)]


def on(colour):
    """For text that stands on the colour, by day and by night."""
    red, green, blue = matplotlib.colors.to_rgb(colour)
    return "#101010" if 0.3 * red + 0.59 * green + 0.11 * blue > 0.55 else "#ffffff"


def significant(value, digits=3):
    """1.23, 12.3, 123, 1,230: never an exponent."""
    if value == 0:
        return "0"
    # Rounded first: 0.9999 has as many digits as the 1 that it becomes.
    rounded = float(f"{value:.{digits - 1}e}")
    places = max(digits - 1 - math.floor(math.log10(abs(rounded))), 0)
    return f"{rounded:,.{places}f}"


def plain(value, digits=4):
    """Without zeros that say nothing: 2, 1.996, 2,566."""
    text = significant(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text else text


def with_unit(value, units):
    """`units` are (factor, name), from the largest."""
    factor, name = next(((f, n) for f, n in units if abs(value) >= f * 0.9995), units[-1])
    return f"{significant(value / factor)} {name}"


def seconds_text(value):
    return with_unit(value, [(1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")])


def bytes_text(value):
    return with_unit(value, [(1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B")])


def rate_text(value, what):
    units = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1, "")]
    return with_unit(value, [(factor, prefix + what) for factor, prefix in units])


def power_of_two_text(value):
    """256, 1k, 64k, 1M."""
    for factor, name in ((2**20, "M"), (2**10, "k")):
        if value >= factor and value % (factor // 2) == 0:
            return f"{value / factor:g}{name}"
    return f"{value:g}"


def dimension_axis(axes, values):
    """Logarithmic, but for a dimension that may be 0."""
    axes.set_xscale("log" if min(values) > 0 else "linear")
    power_of_two_ticks(axes.xaxis, values)


def power_of_two_ticks(axis, values):
    """At the values themselves if they are few, else at powers of two."""
    ticks = sorted(set(values))
    if len(ticks) > 8 and ticks[0] > 0:
        low, high = math.ceil(math.log2(ticks[0])), math.floor(math.log2(ticks[-1]))
        step = math.ceil((high - low + 1) / 8)
        ticks = [2.0**e for e in range(low, high + 1, step)]
    _fix(axis, ticks, [power_of_two_text(tick) for tick in ticks])


def decimal_ticks(axis, text, apart=0):
    """Decades, or steps between them where decades are few; no two nearer than `apart`,
    a share of the axis."""
    low, high = axis.get_view_interval()
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    every = math.ceil(len(decades) / 8)
    for steps in ((1,), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 8)):
        ticks = [step * 10.0**e for e in decades[::every] for step in steps]
        ticks = [tick for tick in ticks if low <= tick * 1.0001 and tick <= high * 1.0001]
        if len(ticks) >= 3:
            break
    least = apart * math.log10(high / low)
    kept = []
    for tick in ticks:
        if not kept or math.log10(tick / kept[-1]) >= least:
            kept.append(tick)
    ticks = kept
    _fix(axis, ticks, [text(tick) for tick in ticks])


def _fix(axis, ticks, texts):
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_minor_locator(NullLocator())
    axis.set_ticklabels(texts)


def short_tick(text):
    """"10.0 ms" -> "10 ms", "2.50 s" -> "2.5 s", for round numbers on axes."""
    return lambda value: re.sub(r"(\.\d*?)0+(?!\d)", lambda found: found[1].rstrip("."),
                                text(value))


def panels(count, columns=2, size=(3.5, 2.6), right=1.0):
    """A figure with axes of that size in inches, and room for labels right of each."""
    columns = min(count, columns)
    lines = math.ceil(count / columns)
    left, top, bottom = 0.72, 0.3, 0.52
    width, height = left + size[0] + right, top + size[1] + bottom
    figure = Figure(figsize=(columns * width, lines * height))
    FigureCanvasAgg(figure)
    axes = []
    for i in range(count):
        x, y = i % columns * width + left, (lines - 1 - i // columns) * height + bottom
        axes.append(figure.add_axes([
            x / (columns * width), y / (lines * height),
            size[0] / (columns * width), size[1] / (lines * height)]))
    return figure, axes


def end_labels(axes, labels, swatches=None):
    """Labels (x, y, text, colour) right of their points, moved apart where they meet.
    Swatches are colours for a stroke from the point to its label."""
    scale = 72 / axes.figure.dpi
    pixels = [axes.transData.transform((x, y)) * scale for x, y, _, _ in labels]
    columns = {}
    for i, (x, _) in enumerate(pixels):
        columns.setdefault(round(x), []).append(i)
    for indices in columns.values():
        heights = [10.5 * (labels[i][2].count("\n") + 1) + 1 for i in indices]
        box = axes.get_window_extent()
        moved = spread([pixels[i][1] for i in indices], heights, box.y0 * scale, box.y1 * scale)
        for i, y in zip(indices, moved):
            _label(axes, *labels[i], y - pixels[i][1], swatches and swatches[i])


def _label(axes, x, y, text, colour, up, swatch):
    axes.annotate(text, (x, y), (12 if swatch else 7, up), textcoords="offset points",
                  va="center", ha="left", color=colour, fontsize=8, linespacing=1.15,
                  annotation_clip=False)
    if swatch:
        axes.annotate("", (x, y), (11, up), textcoords="offset points", annotation_clip=False,
                      arrowprops={"arrowstyle": "-", "lw": 2, "shrinkA": 0, "shrinkB": 0,
                                  "color": swatch})


def spread(centres, heights, low, high):
    """Centres moved as little as needed for intervals of these heights not to overlap,
    and not to leave low … high as long as there is room."""
    order = sorted(range(len(centres)), key=lambda i: centres[i])
    blocks = []  # [indices, sum of the centres wished for the block, height]
    for i in order:
        blocks.append([[i], centres[i], heights[i]])
        while len(blocks) > 1 and _overlap(*blocks[-2:], low, high):
            upper, lower = blocks.pop(), blocks.pop()
            # What each wishes the middle of the joint block to be.
            wish = lower[1] + upper[1] + (upper[2] * len(lower[0]) - lower[2] * len(upper[0])) / 2
            blocks.append([lower[0] + upper[0], wish, lower[2] + upper[2]])
    placed = list(centres)
    for block in blocks:
        bottom = _middle(block, low, high) - block[2] / 2
        for i in block[0]:
            placed[i] = bottom + heights[i] / 2
            bottom += heights[i]
    return placed


def _middle(block, low, high):
    indices, wish, height = block
    return max(min(wish / len(indices), high - height / 2), low + height / 2)


def _overlap(lower, upper, low, high):
    distance = _middle(upper, low, high) - _middle(lower, low, high)
    return distance < (lower[2] + upper[2]) / 2 - 1e-9


def render(figure):
    """(SVG text, PNG bytes) of a figure: the same for the same figure."""
    svg, png = io.StringIO(), io.BytesIO()
    blank = {"Date": None, "Creator": None, "Format": None, "Type": None}
    # Labels may stand outside of the axes; looked for once, it takes long.
    box = figure.get_tightbbox(figure.canvas.get_renderer()).padded(0.06)
    figure.savefig(svg, format="svg", metadata=blank, bbox_inches=box)
    figure.savefig(png, format="png", bbox_inches=box)
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", svg.getvalue(), flags=re.S)
    # Where DejaVu is missing: Verdana is as wide.
    text = text.replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")
    return text, png.getvalue()


def styled():
    """Matplotlib's own defaults and ours, whatever the user has set."""
    return matplotlib.rc_context({**matplotlib.rcParamsDefault, **RC, "backend": "agg"})
