"""What every peer is made with: a package's attention, to be asked for by name."""
import importlib.metadata

from torch import nn
import torch

PEERS = {}


def peer(package, function, parameters=lambda case: {}, hidden_rows=True, tolerance=1e-9):
    """Makes `mix(layer, queries_of, keys_of, shown, case)` known by its name.

    `parameters(case)` are shapes of a layer's own parameters, `hidden_rows` says
    whether rows that the mask hides get an answer that can be compared, `tolerance`
    how far from the largest value ours may be; more than 1e-9 where the package
    insists on single precision.
    """
    def mark(mix):
        mix.source = f"{package} {importlib.metadata.version(package)}: {function}"
        mix.parameters, mix.hidden_rows, mix.tolerance = parameters, hidden_rows, tolerance
        PEERS[mix.__name__] = mix
        return mix
    return mark


def split(x, heads):
    """[batch, N, heads·d] → [batch, heads, N, d]"""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def merged(x):
    """[batch, heads, N, d] → [batch, N, heads·d]"""
    return x.transpose(1, 2).flatten(2)


def heads_of(layer, queries_of, keys_of, case):
    """Queries, keys and values by heads."""
    keys = case.options.get("groups", case.H)
    return (split(layer.query(queries_of), case.H), split(layer.key(keys_of), keys),
            split(layer.value(keys_of), keys))


class Joined(nn.Module):
    """Several maps as one, for packages that have a single weight."""

    def __init__(self, *maps):
        super().__init__()
        self.maps = nn.ModuleList(maps)

    def forward(self, x):
        return torch.cat([each(x) for each in self.maps], dim=-1)
