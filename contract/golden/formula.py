"""Weights and inputs that need no file: any program can make the same from a name.

Value i of the tensor called `name` is the i-th draw of SplitMix64 seeded with the
FNV-1a hash of the name; its upper 24 bits are a number in [-1, 1) that float32 holds
exactly. contract/golden/formula.h says the same in C++.
"""
import math

import numpy as np

_STEP = np.uint64(0x9E3779B97F4A7C15)


def _hash(name):
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return np.uint64(value)


def draws(name, count):
    """Integers of 64 bits, [count]."""
    with np.errstate(over="ignore"):
        z = _hash(name) + _STEP * np.arange(1, count + 1, dtype=np.uint64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def uniform(name, shape):
    """float32 in [-1, 1), of any shape."""
    count = math.prod(shape)
    steps = (draws(name, count) >> np.uint64(40)).astype(np.float64)
    return (steps / 2**23 - 1).astype(np.float32).reshape(shape)


def tokens(name, shape, vocabulary):
    """int64 in [0, vocabulary)."""
    return (draws(name, math.prod(shape)) % np.uint64(vocabulary)).astype(np.int64).reshape(shape)


def weight(name, shape):
    """A parameter of a model: large enough that everything has an effect."""
    values = uniform(name, shape)
    if name.endswith("running_var") or (len(shape) == 1 and name.endswith("weight")):
        return 1 + np.float32(0.25) * values
    if len(shape) == 1 or shape[0] == 1:
        return np.float32(0.25) * values
    if "embedding" in name or "latents" in name:
        return values
    fan_in = math.prod(shape[1:])
    return np.float32(math.sqrt(3 / fan_in)) * values
