"""Words for what the files name tersely."""
from analysis.report import texts
from analysis.report.sweep import parse_name

DIMENSIONS = {"N": "inputs N", "M": "latents M", "B": "blocks B", "C": "input channels C",
              "D": "width D", "H": "heads H", "L": "latent layers per block L",
              "O": "output queries O", "batch": "batch"}
PARTS = {"total": "whole forward", "attention": "attention: scores, softmax, weighted sum"}

# Of verdicts: what an axis is called, and its numbers.
QUANTITIES = {"seconds": ("time", texts.seconds_text),
              "bytes_peak": ("memory held at most", texts.bytes_text),
              "macs": ("multiply-adds", lambda value: texts.rate_text(value, "MAC")),
              "flops": ("FLOPs", lambda value: texts.rate_text(value, "FLOP")),
              "parameters": ("parameters", lambda value: texts.rate_text(value, ""))}


def part_text(part):
    return PARTS.get(part, part.replace("_", " "))


def where_text(values):
    """{"N": 4096} -> "N = 4,096"."""
    return ", ".join(f"{dimension} = {int(value):,}" for dimension, value in values.items())


def short_names(contestants):
    """For legends: without the options that all of them share. Of a family that differs in
    one option, or in its attention, its values: "linear"."""
    parsed = {name: parse_name(name) for name in contestants}
    shared = frozenset.intersection(*(options for _, options in parsed.values())) \
        if len(parsed) > 1 else frozenset()
    own = {name: sorted(options - shared) for name, (_, options) in parsed.items()}
    keys = {key for options in own.values() for key, _ in options}
    if len(parsed) > 2 and len({stem for stem, _ in parsed.values()}) == 1 and \
            (len(keys) == 1 or keys == {"attention", "form"}):
        return {name: own[name][0][1] if own[name] else stem
                for name, (stem, _) in parsed.items()}
    return {name: ", ".join([stem] + [f"{key}={value}" for key, value in own[name]])
            for name, (stem, _) in parsed.items()}


def label(series, names):
    """The series' contestant, and the other swept dimensions if there are any."""
    if not series.fixed:
        return names[series.contestant]
    return names[series.contestant] + ", " + where_text(series.fixed)


def is_sum_of_terms(kind):
    """Of a verdict; one that was judged earlier calls it growth."""
    return kind in ("sum_of_terms", "growth")


def estimate_text(verdict):
    """"1.02 [0.99, 1.04]", the number alone if it is exact, or nothing."""
    value, low, high = (verdict.get(key) for key in ("estimate", "low", "high"))
    if value is None:
        return ""
    unit, number = "", texts.plain
    if is_sum_of_terms(verdict.get("kind")):  # how far off its cells are foretold
        unit, number = " %", _percent
    if low is None or high is None or low == high:
        return number(value) + unit
    return f"{number(value)}{unit} [{number(low)}, {number(high)}]"


def _percent(value):
    return texts.plain(100 * value, 3) if value > 1e-6 else "0"
