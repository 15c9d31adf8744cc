"""Scales of axes, and where their ticks stand."""
import math
import re

# Pixels that letters of the ticks' font take, and that are left between two ticks.
NARROW, LETTER, CAPITAL, BROAD = 3.9, 7.1, 8.6, 11
GAP = 8


class Scale:
    """Values to pixels."""

    def __init__(self, log, low, high, start, end):
        self.log, self.low, self.high, self.start, self.end = log, low, high, start, end

    def __call__(self, value):
        low, high = self.low, self.high
        if self.log:
            value, low, high = math.log(value), math.log(low), math.log(high)
        return self.start + (value - low) / (high - low) * (self.end - self.start)


def limits(axis, values, margin, least=4):
    """(low, high) of an axis with those values on it."""
    if axis.limits:
        return axis.limits
    low, high = min(values), max(values)
    if axis.zero:
        low, high = min(low, 0), max(high, 0)
    if axis.log:
        if high / low < least:  # a flat line looks flat
            middle = (low * high) ** 0.5
            low, high = middle / least**0.5, middle * least**0.5
        room = (high / low) ** margin
        return low / room, high * room
    if low == high:
        low, high = low - 0.5, high + 0.5
    room = (high - low) * margin
    return low - (0 if axis.zero and low == 0 else room), high + room


def power_of_two_text(value):
    """256, 1k, 64k, 1M."""
    for factor, name in ((2**20, "M"), (2**10, "k")):
        if value >= factor and value % (factor // 2) == 0:
            return f"{value / factor:g}{name}"
    return f"{value:g}"


def of_values(values):
    """[(value, text)]: the values themselves if they are few, else powers of two."""
    ticks = sorted(set(values))
    if len(ticks) > 8 and ticks[0] > 0:
        low, high = math.ceil(math.log2(ticks[0])), math.floor(math.log2(ticks[-1]))
        step = math.ceil((high - low + 1) / 8)
        ticks = [2.0**e for e in range(low, high + 1, step)]
    return [(tick, power_of_two_text(tick)) for tick in ticks]


def decimal(low, high, text):
    """[(value, text)]: decades, or steps between them where decades are few."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    every = math.ceil(len(decades) / 7)
    for steps in ((1,), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 8)):
        ticks = [step * 10.0**e for e in decades[::every] for step in steps]
        ticks = [tick for tick in ticks if low <= tick * 1.0001 and tick <= high * 1.0001]
        if len(ticks) >= 3:
            break
    return [(tick, short(text(tick))) for tick in ticks]


def linear(low, high, text, most=5):
    """[(value, text)]: steps of 1, 2, 2.5 or 5."""
    rough = (high - low) / most
    ten = 10.0 ** math.floor(math.log10(rough))
    step = next(s * ten for s in (1, 2, 2.5, 5, 10) if s * ten >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [(i * step, short(text(i * step)) if i else "0") for i in range(first, last + 1)]


def short(text):
    """"10.0 ms" -> "10 ms", "2.50 s" -> "2.5 s", for round numbers on axes."""
    return re.sub(r"(\.\d*?)0+(?!\d)", lambda found: found[1].rstrip("."), text)


def width(text):
    """Of a text in pixels, rather more than less."""
    return sum(NARROW if letter in " .,:;'|()[]ijlt/" else BROAD if letter in "mMwW%@" else
               CAPITAL if letter.isupper() or letter in "−×≈" else LETTER for letter in text)


def apart(ticks, scale):
    """Those whose texts don't touch the one before; the first stays."""
    kept, right = [], -math.inf
    for value, text in ticks:
        half = width(text) / 2
        if scale(value) - half >= right:
            kept.append((value, text))
            right = scale(value) + half + GAP
    return kept
