"""The random blocks of baselines/attention/block_sparse.cc: a contestant's input
here, as a seed would be."""

_BITS = 2**64


def _scrambled(x):
    """SplitMix64 (Steele et al. 2014)"""
    x = (x + 0x9E3779B97F4A7C15) % _BITS
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 % _BITS
    x = (x ^ x >> 27) * 0x94D049BB133111EB % _BITS
    return x ^ x >> 31


def random_blocks(case, block):
    """The blocks that `block` reads beside its neighbours and the global ones."""
    o = case.options
    count = -(-case.N // o["block"])
    others = [b for b in range(count)
              if abs(b - block) > o["neighbours"] and b >= o["globals"] <= block]
    drawn, state = [], block
    while len(drawn) < min(o["random"], len(others)):
        state = _scrambled(state)
        if state % count in others and state % count not in drawn:
            drawn.append(state % count)
    return drawn
