"""Our parameters, each to be taken by the peer that rebuilds our model."""


class Parameters:
    """A dict of arrays that knows which of them nobody asked for."""

    def __init__(self, arrays):
        self._arrays = arrays
        self._left = set(arrays)
        self.made = {}  # name: (tensor that the peer made of it, does it lie transposed?)

    def __contains__(self, name):
        return name in self._arrays

    def __getitem__(self, name):
        self._left.discard(name)
        return self._arrays[name]

    def require_all_taken(self):
        if self._left:
            raise RuntimeError(f"parameters that the peer leaves out: {sorted(self._left)}")
