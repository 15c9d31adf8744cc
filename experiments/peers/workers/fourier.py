"""Fourier features of positions along one dimension (Perceiver, section 3.2)."""
import numpy


def fourier_features(inputs, bands):
    """float32[inputs, 2·bands + 1]: position, sines, cosines; primitives/layers/positions.cc."""
    position = numpy.linspace(-1, 1, inputs) if inputs > 1 else numpy.array([-1.0])
    frequencies = numpy.linspace(1, inputs / 2, bands) if bands > 1 else numpy.array([1.0])
    angles = numpy.pi * position[:, None] * frequencies
    features = [position[:, None], numpy.sin(angles), numpy.cos(angles)]
    return numpy.concatenate(features, axis=1).astype(numpy.float32)
