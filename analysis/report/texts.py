"""Numbers as people write them."""
import math


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
