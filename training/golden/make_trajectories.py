"""Where PyTorch takes a small Perceiver in ten steps, for trajectory_test.cc.

    python -m pip install -r training/golden/requirements.txt
    python -m training.golden.make_trajectories            # in the folder of the WORKSPACE
    python -m training.golden.make_trajectories --check    # writes nothing

Writes trajectories.json: of each case the loss and the gradient's norm at every step, and
all parameters after the last, in double. Everything of a step is a package's: forward,
loss and gradients are PyTorch's, AdamW torch.optim's, LAMB, clipping and schedules
optax's. Weights and inputs are made from their names, see contract/golden/formula.py;
names and layouts are PyTorch's, [out, in].

Two blocks share their weights; one example has no label, and inputs are masked. Key biases
are left out: they have no gradient but rounding's, of which an optimiser makes whole steps,
and nothing follows from them.

How far may rounding take ten steps? That's asked of the packages, too: "rounding" is how
far they themselves go astray in float32, with the examples in each of five orders.
"""
import argparse
import json
import pathlib
import sys

import jax
import numpy as np
import optax
import torch
from torch import nn
from torch.nn import functional

from contract.golden import formula

jax.config.update("jax_enable_x64", True)

PATH = pathlib.Path(__file__).parent / "trajectories.json"
STEPS, MOST = 10, 10.0
N, C, M, D, BLOCKS = 7, 3, 4, 6, 2
HEADS, CLASSES, SMOOTHING = 2, 5, 0.1
LABELS = [3, 0, -1, 4, 2]  # -1: not asked for
SHOWN = [7, 5, 6, 3, 1]    # so many of each example's inputs

_RATES = ("warm_up_cosine(rate=0.02, warm_up=3, steps=12)",
          optax.warmup_cosine_decay_schedule(0, 0.02, 3, 12, 0))
_OPTIONS = {"beta1": 0.9, "beta2": 0.99, "epsilon": 1e-6, "weight_decay": 0.1}


class Layer(nn.Module):
    """Pre-norm: x + output(attention(norm(x))), then x + MLP(norm(x))."""

    def __init__(self, channels=None):
        super().__init__()
        read = D if channels is None else channels
        self.norm = nn.LayerNorm(D)
        self.input_norm = None if channels is None else nn.LayerNorm(read)
        self.query, self.key, self.value = nn.Linear(D, D), nn.Linear(read, D), nn.Linear(read, D)
        self.output = nn.Linear(D, D)
        self.mlp_norm = nn.LayerNorm(D)
        self.mlp_in, self.mlp_out = nn.Linear(D, D), nn.Linear(D, D)

    def forward(self, x, inputs=None, shown=None):
        queries = self.norm(x)
        read = queries if inputs is None else self.input_norm(inputs)

        def heads(rows):
            return rows.unflatten(2, (HEADS, -1)).transpose(1, 2)
        mixed = functional.scaled_dot_product_attention(
            heads(self.query(queries)), heads(self.key(read)), heads(self.value(read)),
            attn_mask=None if shown is None else shown[:, None, None, :])
        x = x + self.output(mixed.transpose(1, 2).flatten(2))
        return x + self.mlp_out(functional.gelu(self.mlp_in(self.mlp_norm(x))))


class Perceiver(nn.Module):
    def __init__(self):
        super().__init__()
        self.latents = nn.Parameter(torch.zeros(M, D))
        self.cross0 = Layer(C)
        self.block0 = nn.ModuleDict({"layer0": Layer()})
        self.head = nn.Linear(D, CLASSES)

    def forward(self, inputs, shown):
        x = self.latents.expand(len(inputs), -1, -1)
        for _ in range(BLOCKS):
            x = self.block0["layer0"](self.cross0(x, inputs, shown))
        return self.head(x.mean(dim=1))


def begin(dtype):
    model = Perceiver().to(dtype)
    model.load_state_dict({
        name: torch.from_numpy(formula.weight(name, tuple(value.shape)))
        for name, value in model.state_dict().items()})
    return model


def loss_of(model, first):
    """Of the examples from this one on, and those before it."""
    inputs = torch.from_numpy(formula.uniform("input", [len(LABELS), N, C])).to(
        model.latents.dtype)
    shown = torch.arange(N) < torch.tensor(SHOWN)[:, None]
    inputs, shown, labels = (torch.roll(each, -first, dims=0)
                             for each in (inputs, shown, torch.tensor(LABELS)))
    return functional.cross_entropy(model(inputs, shown), labels,
                                    ignore_index=-1, label_smoothing=SMOOTHING)


def adamw(model):
    """update(gradients, rate), of torch.optim."""
    groups = [{"params": [p for p in model.parameters() if (p.ndim > 1) == decays],
               "weight_decay": _OPTIONS["weight_decay"] * decays} for decays in (True, False)]
    optimiser = torch.optim.AdamW(groups, lr=1.0, eps=_OPTIONS["epsilon"],
                                  betas=(_OPTIONS["beta1"], _OPTIONS["beta2"]))

    def update(gradients, rate):
        for group in optimiser.param_groups:
            group["lr"] = rate
        for name, parameter in model.named_parameters():
            parameter.grad = torch.from_numpy(np.array(gradients[name]))
        optimiser.step()
    return update


def lamb(model):
    """The same of optax, as make_golden.py has it."""
    def values():
        return {name: jax.numpy.asarray(p.detach().numpy())
                for name, p in model.named_parameters()}
    chain = optax.chain(
        optax.scale_by_adam(_OPTIONS["beta1"], _OPTIONS["beta2"], _OPTIONS["epsilon"]),
        optax.add_decayed_weights(_OPTIONS["weight_decay"],
                                  {name: p.ndim > 1 for name, p in model.named_parameters()}),
        optax.scale_by_trust_ratio())
    state = chain.init(values())

    def update(gradients, rate):
        nonlocal state
        updates, state = chain.update(gradients, state, values())
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                parameter -= rate * torch.from_numpy(np.array(updates[name]))
    return update


def trajectory(rule, dtype, first=0):
    """losses and norms by step, and the last parameters by name."""
    model = begin(dtype)
    update = {"adamw": adamw, "lamb": lamb}[rule](model)
    clip = optax.clip_by_global_norm(MOST)
    losses, norms = [], []
    for step in range(STEPS):
        loss = loss_of(model, first)
        model.zero_grad()
        loss.backward()
        gradients = {name: jax.numpy.asarray(p.grad.numpy())
                     for name, p in model.named_parameters()}
        losses.append(loss.item())
        norms.append(float(optax.global_norm(gradients)))
        rate = float(_RATES[1](jax.numpy.asarray(step, jax.numpy.float64)))
        update(clip.update(gradients, clip.init(gradients))[0], rate)
    return {"losses": losses, "norms": norms,
            "parameters": {name: p.detach().double().flatten().tolist()
                           for name, p in model.named_parameters()
                           if not name.endswith("key.bias")}}


def differences(found, precise):
    """The largest; of norms by share."""
    def of(a, b):
        return max(map(abs, np.subtract(a, b)))
    return {"losses": of(found["losses"], precise["losses"]),
            "norms": of(np.divide(found["norms"], precise["norms"]), 1),
            "parameters": max(of(found["parameters"][name], values)
                              for name, values in precise["parameters"].items())}


def rounding(rule, precise):
    astray = [differences(trajectory(rule, torch.float32, first), precise)
              for first in range(len(LABELS))]
    return {name: float(f"{max(each[name] for each in astray):.2g}") for name in astray[0]}


def case(rule):
    options = ", ".join(f"{name}={value}" for name, value in _OPTIONS.items())
    precise = trajectory(rule, torch.float64)
    return {
        "recipe": f"{rule}({options})", "schedule": _RATES[0], "clip": MOST,
        "smoothing": SMOOTHING,
        "source": f"torch {torch.__version__.split('+')[0]}, optax {optax.__version__}",
        "rounding": rounding(rule, precise), **precise}


def _near(a, b):
    """Alike, but for what another machine's rounding does."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_near(a[name], b[name])
                                            for name in a if name != "rounding")
    if isinstance(a, list):
        return len(a) == len(b) and all(map(_near, a, b))
    if isinstance(a, float):
        return abs(a - b) <= 1e-12 * max(1, abs(a))
    return a == b


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    arguments = parser.parse_args()
    model = {"inputs": N, "channels": C, "latents": M, "width": D, "blocks": BLOCKS,
             "heads": HEADS, "classes": CLASSES, "labels": LABELS, "shown": SHOWN}
    cases = {rule: case(rule) for rule in ("adamw", "lamb")}
    if arguments.check:
        if _near(json.loads(PATH.read_text(encoding="utf-8")), {"model": model, "cases": cases}):
            return 0
        print(f"{PATH.name} is not what the packages do", file=sys.stderr)
        return 1
    lines = [f"{json.dumps(name)}:{json.dumps(case, separators=(',', ':'))}"
             for name, case in cases.items()]
    PATH.write_text(f'{{"model":{json.dumps(model)},\n"cases":{{\n' + ",\n".join(lines)
                    + "\n}}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
