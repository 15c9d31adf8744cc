"""Colours by name, on a light and on a dark ground, and who wears which."""
import re

from analysis.report.charts.chart import Look

# Told apart by people who see no red or no green, by lightness within a hue; at least
# 3 : 1 against the ground of the page (light, dark).
SERIES = [("#0072b2", "#56b4e9"), ("#d55e00", "#f08a3c"), ("#00845f", "#2fc598"),
          ("#b0448f", "#e08cc8"), ("#8a6a00", "#d8b23a"), ("#5b4bb5", "#a79bf2"),
          ("#a3213b", "#f2798c"), ("#0e8a9c", "#4fd0e0"), ("#6b7178", "#b4bbc3"),
          ("#5f8a00", "#a9d44a"), ("#7a3f12", "#c79468"), ("#c2417a", "#ff9ec4")]
# Attention blue, projections orange, the rest green and grey: by lightness within.
PARTS = {"scores": "#08519c", "softmax": "#6baed6", "weighted_sum": "#2f7fc1",
         "query_projection": "#fdbe85", "key_value_projection": "#e6781e",
         "output_projection": "#a63603", "input_projection": "#fdd9b5",
         "mlp": "#2a9d6f", "layer_norm": "#969696", "position_encoding": "#c7b3dd",
         "update": "#4d4d4d",
         "exchange": "#d7301f"}
OTHER_PARTS = ["#b04f94", "#8c6d1f", "#6f7fc9", "#1fa3b5", "#a3213b", "#7a9a30"]
GROUNDS = {"ink": ("#15191e", "#e8eaed"), "muted": ("#57606a", "#a3adb7"),
           "grid": ("#e1e5e9", "#343a41"), "paper": ("#fefefe", "#16181c")}
MARKERS = "osDnvPXlrphw"
DASHES = ("", "6 3", "2 3", "8 3 2 3")

REGISTERED = ["perceiver", "transformer", "bare_perceiver", "bare_transformer"]

INK, MUTED = Look("ink"), Look("muted")
GUIDE = Look("muted", dash="5 3")


def named():
    """{name: (light, dark)} of all of them."""
    parts = {f"p{i}": (colour, colour)
             for i, colour in enumerate([*PARTS.values(), *OTHER_PARTS])}
    return GROUNDS | {f"c{i}": pair for i, pair in enumerate(SERIES)} | parts


def part_look(part, marker="o"):
    """A part that nobody knows gets one of a few more, by its name."""
    if part in PARTS:
        return Look(f"p{list(PARTS).index(part)}", marker)
    return Look(f"p{len(PARTS) + sum(map(ord, part)) % len(OTHER_PARTS)}", marker)


def light_of(name):
    return named()[name][0]


def on(name):
    """A class for text that stands on a colour: dark or light."""
    red, green, blue = (int(part, 16) / 255 for part in re.findall("..", light_of(name)[1:]))
    return on_rgb(red, green, blue)


def on_rgb(red, green, blue):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055)**2.4 for c in (red, green, blue)]
    light = sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear))
    # Whichever stands out more.
    return "dark" if (light + 0.05)**2 > 1.05 * 0.055 else "light"


class Palette:
    """Looks of contestants: the registered names' own, others by their order. The same
    name looks alike in every figure of a run."""

    def __init__(self, names):
        self.order = list(dict.fromkeys(names))
        taken = {REGISTERED.index(name) for name in self.order if name in REGISTERED}
        self._free = [i for i in range(len(SERIES)) if i not in taken]
        self._unnamed = [name for name in self.order if name not in REGISTERED]

    def look(self, name, sibling=0):
        """`sibling` counts series of one name. Where colours come round again, dashes and
        markers tell them apart."""
        if name in REGISTERED:
            index, turn = REGISTERED.index(name), 0
        else:
            if name not in self._unnamed:
                self._unnamed.append(name)
            turn, index = divmod(self._unnamed.index(name), len(self._free))
            index = self._free[index]
        return Look(f"c{index}", MARKERS[(index + 5 * turn) % len(MARKERS)],
                    DASHES[(sibling + turn) % len(DASHES)])
