"""A cell of the suite as a peer sees it: what to compute, with which numbers."""
import dataclasses
import pathlib


class Skipped(Exception):
    """The peer can't express this cell; the text says why."""


@dataclasses.dataclass(frozen=True)
class Cell:
    contestant: str  # "perceiver", without options
    options: dict    # every option with its value, as text
    letters: dict    # "N": 4096, …; only those that the contestant reads
    shapes: dict     # of the tensors: {"parameters": {name: shape}, "input", "output"}
    folder: pathlib.Path  # holds each tensor as NAME.f32
    phase: str = "forward"  # or "backward", "update", "step" of training
    optimiser: str = ""     # of the latter two: "adamw(…)"

    def __getattr__(self, letter):
        try:
            return self.letters[letter]
        except KeyError:
            raise AttributeError(letter) from None

    def option(self, name, otherwise=""):
        return self.options.get(name, otherwise)

    def input(self):
        """float32[batch, N, C]"""
        return self._values("input", self.shapes["input"])

    def parameters(self):
        """{name: float32 array}; a weight is [in, out]."""
        return {name: self._values(name, shape)
                for name, shape in self.shapes["parameters"].items()}

    def _values(self, name, shape):
        import numpy  # not at the top: a peer without numpy may read cells too
        return numpy.fromfile(self.folder / f"{name}.f32", numpy.float32).reshape(shape)
