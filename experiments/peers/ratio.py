"""How many times slower? Estimates with intervals, by the standard library alone."""
import dataclasses
import math
import statistics

CONFIDENCE = 0.95


@dataclasses.dataclass(frozen=True)
class Ratio:
    estimate: float
    low: float
    high: float


def paired_ratio(above, below):
    """Of two lists of seconds, one entry a round: what slowed a round slowed both.

    The geometric mean of above/below, with Student's interval of the logarithms.
    """
    logs = [math.log(a / b) for a, b in zip(above, below, strict=True)]
    mean = statistics.fmean(logs)
    if len(logs) < 2:
        return Ratio(math.exp(mean), 0.0, math.inf)
    half = t_quantile(0.5 + CONFIDENCE / 2, len(logs) - 1) * \
        statistics.stdev(logs) / math.sqrt(len(logs))
    return Ratio(math.exp(mean), math.exp(mean - half), math.exp(mean + half))


def t_quantile(probability, freedom):
    """Of Student's distribution, for a probability above one half."""
    low, high = 0.0, 1.0
    while _t_cumulative(high, freedom) < probability:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        below = _t_cumulative(middle, freedom) < probability
        low, high = (middle, high) if below else (low, middle)
    return high


def _t_cumulative(t, freedom):
    """P(T < t) for t >= 0 and whole degrees of freedom (Abramowitz & Stegun 26.7.3-4)."""
    angle = math.atan(t / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term, total = (cosine, 0.0) if odd else (1.0, 0.0)
    for k in range(1 + odd, freedom, 2):
        total += term
        term *= k / (k + 1) * cosine * cosine
    inside = 2 / math.pi * (angle + sine * total) if odd else sine * total
    return 0.5 + inside / 2
