"""Our models in PyTorch, as its user would write them, from our parameters."""
import torch
from torch import nn
from torch.nn import functional

from experiments.peers.workers.fourier import fourier_features
from experiments.peers.workers.parameters import Parameters
from experiments.peers.workers.steps import steps


def attend(queries, keys, values, heads):
    """[batch, M, ·], [batch, N, ·], [batch, N, D] -> [batch, M, D]"""
    def split(x):
        return x.unflatten(-1, (heads, -1)).transpose(1, 2)
    mixed = functional.scaled_dot_product_attention(split(queries), split(keys), split(values))
    return mixed.transpose(1, 2).flatten(2)


def torch_model(cell, mix=attend):
    """(module, input[batch, N, C]) of a cell; raises Skipped for one that is unknown.

    `mix` is the attention of projected queries, keys and values.
    """
    parameters = Parameters(cell.parameters())
    kind = Attention if cell.contestant == "attention" else Encoder
    model = kind(parameters, cell, mix)
    parameters.require_all_taken()
    model.made = parameters.made
    return model.eval(), torch.from_numpy(cell.input())


class Attention(nn.Module):
    """softmax(QXᵀ/√d)X alone; inputs[batch, N, D] are keys and values."""

    def __init__(self, parameters, cell, mix):
        super().__init__()
        self.queries = parameter(parameters, "queries")
        self.mix, self.heads = mix, cell.H

    def forward(self, inputs):
        return self.mix(expand(self.queries, inputs), inputs, inputs, self.heads)


class Encoder(nn.Module):
    """input[batch, N, C] -> latents[batch, M, D] if there are any, else [batch, N, D]"""

    def __init__(self, parameters, cell, mix):
        super().__init__()
        self.positions = cell.option("positions", "none")
        if self.positions == "learned":
            self.encoding = parameter(parameters, "positions")
        elif self.positions == "fourier":
            features = fourier_features(cell.N, int(cell.option("bands")))
            self.register_buffer("encoding", torch.from_numpy(features))
        self.latents = parameter(parameters, "latents") if "latents" in parameters else None
        self.project = linear(parameters, "input") if "input.weight" in parameters else None
        made, order = {}, steps(cell)
        for step in order:
            if step.name not in made:
                made[step.name] = (BareLayer if step.bare else Layer)(parameters, step, mix)
        self.layers = nn.ModuleList(made[step.name] for step in order)

    def forward(self, inputs):
        if self.positions == "learned":
            inputs = inputs + self.encoding
        elif self.positions == "fourier":
            inputs = torch.cat([inputs, expand(self.encoding, inputs)], dim=-1)
        if self.latents is not None:
            stream = expand(self.latents, inputs)
        else:
            stream = inputs if self.project is None else self.project(inputs)
        for layer in self.layers:
            stream = layer(stream, inputs)
        return stream


class Projections(nn.Module):
    def __init__(self, parameters, step, mix):
        super().__init__()
        self.query = linear(parameters, step.name + ".query")
        self.key = linear(parameters, step.name + ".key")
        self.value = linear(parameters, step.name + ".value")
        self.mix, self.heads = mix, step.heads

    def forward(self, stream, inputs):
        return self.mix(self.query(stream), self.key(inputs), self.value(inputs), self.heads)


class BareLayer(nn.Module):
    def __init__(self, parameters, step, mix):
        super().__init__()
        self.attention = Projections(parameters, step, mix)
        self.reads_input = step.reads_input

    def forward(self, stream, inputs):
        return self.attention(stream, inputs if self.reads_input else stream)


class Layer(nn.Module):
    """Pre-norm: attention, then an MLP, each beside a residual."""

    def __init__(self, parameters, step, mix):
        super().__init__()
        name = step.name
        self.norm = norm(parameters, name + ".norm")
        self.input_norm = norm(parameters, name + ".input_norm") if step.reads_input else None
        self.attention = Projections(parameters, step, mix)
        self.output = linear(parameters, name + ".output")
        self.residual = step.residual
        self.mlp = nn.Sequential(norm(parameters, name + ".mlp_norm"),
                                 linear(parameters, name + ".mlp_in"),
                                 nn.GELU("tanh" if step.tanh else "none"),
                                 linear(parameters, name + ".mlp_out"))

    def forward(self, stream, inputs):
        normed = self.norm(stream)
        read = normed if self.input_norm is None else self.input_norm(inputs)
        mixed = self.output(self.attention(normed, read))
        stream = stream + mixed if self.residual else mixed
        return stream + self.mlp(stream)


def parameter(parameters, name, transposed=False):
    array = parameters[name].T.copy() if transposed else parameters[name]
    made = nn.Parameter(torch.from_numpy(array), requires_grad=False)
    parameters.made[name] = (made, transposed)
    return made


def linear(parameters, name):
    """Ours are [in, out], PyTorch's [out, in]."""
    layer = nn.Linear(*parameters[name + ".weight"].shape, bias=name + ".bias" in parameters)
    layer.weight = parameter(parameters, name + ".weight", transposed=True)
    if layer.bias is not None:
        layer.bias = parameter(parameters, name + ".bias")
    return layer


def norm(parameters, name):
    layer = nn.LayerNorm(len(parameters[name + ".scale"]), eps=1e-5)
    layer.weight = parameter(parameters, name + ".scale")
    layer.bias = parameter(parameters, name + ".offset")
    return layer


def expand(rows, inputs):
    """[rows, channels] -> [batch, rows, channels]"""
    return rows.expand(inputs.shape[0], -1, -1)
