"""The block around the attention that is compared: baselines/transformer/transformer.h in torch.

Names and layouts of parameters are PyTorch's, [out, in]; their values come from
contract/golden/formula.py.
"""
import torch
from torch import nn

from contract.golden import formula


class Layer(nn.Module):
    """Pre-norm: x + output(mix(norm(x))), then x + MLP(norm(x)).

    `mix(layer, queries_of, keys_of, shown, case)` makes [batch, rows, D] with the
    layer's maps query, key and value; shown[batch, N] is bool, or None.
    """

    def __init__(self, case, mix, cross=False):
        super().__init__()
        self.case, self.mix = case, mix
        D, hidden = case.D, case.D * case.options.get("widening", 1)
        keys = D // case.H * case.options.get("groups", case.H)
        self.norm = nn.LayerNorm(D)
        self.input_norm = nn.LayerNorm(D) if cross else None
        self.query, self.output = nn.Linear(D, D), nn.Linear(D, D)
        self.key, self.value = nn.Linear(D, keys), nn.Linear(D, keys)
        self.mlp_norm = nn.LayerNorm(D)
        self.mlp_in, self.mlp_out = nn.Linear(D, hidden), nn.Linear(hidden, D)
        self.mixing = nn.Module()
        for name, shape in mix.parameters(case).items():
            self.mixing.register_parameter(name, nn.Parameter(torch.zeros(*shape)))

    def forward(self, stream, inputs, shown):
        normed = self.norm(stream)
        read = normed if self.input_norm is None else self.input_norm(inputs)
        stream = stream + self.output(self.mix(self, normed, read, shown, self.case))
        gelu = nn.GELU(approximate=self.case.options.get("gelu", "none"))
        return stream + self.mlp_out(gelu(self.mlp_in(self.mlp_norm(stream))))


class InducedBlock(nn.Module):
    """baselines/attention/isab.cc: points read the inputs, the inputs the points."""

    def __init__(self, case, mix):
        super().__init__()
        self.points = nn.Parameter(torch.zeros(case.options["points"], case.D))
        self.read = Layer(case, mix, cross=True)
        self.spread = Layer(case, mix, cross=True)

    def forward(self, stream, _, shown):
        points = self.points.expand(len(stream), -1, -1)
        return self.spread(stream, self.read(points, stream, shown), None)


class Model(nn.Module):
    def __init__(self, case, mix):
        super().__init__()
        if case.C != case.D:
            self.input = nn.Linear(case.C, case.D)
        kind, name = (InducedBlock, "block") if case.variant == "isab" else (Layer, "layer")
        self.names = [f"{name}{i}" for i in range(case.B)]
        for each in self.names:
            setattr(self, each, kind(case, mix))

    def forward(self, x, shown):
        x = self.input(x) if hasattr(self, "input") else x
        for each in self.names:
            x = getattr(self, each)(x, None, shown)
        return x


def answer(case, mix):
    """The whole answer, [batch, N, D] in double."""
    model = Model(case, mix).double().eval()
    model.load_state_dict({
        name: torch.from_numpy(formula.weight(name, tuple(value.shape))).double()
        for name, value in model.state_dict().items()})
    x = torch.from_numpy(formula.uniform("input", [case.batch, case.N, case.C])).double()
    shown = None if case.mask is None else torch.tensor(
        [[each == "1" for each in row] for row in case.mask])
    with torch.no_grad():
        return model(x, shown)
