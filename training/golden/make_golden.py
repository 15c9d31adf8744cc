"""Where PyTorch and optax take parameters in ten steps, for parity_test.cc.

    python -m pip install -r training/golden/requirements.txt
    python -m training.golden.make_golden              # in the folder of the WORKSPACE
    python -m training.golden.make_golden --check      # writes nothing

Writes golden.json: each case's recipe and schedule as our code reads them, the rates,
the norms, and all parameters after each step, in double. Parameters and gradients are
made from their names, see contract/golden/formula.py; a gradient's scale changes from
step to step, so that some are clipped and some are not.

torch.optim has SGD and AdamW; what decays is a group of its own. LAMB is made of
optax's parts, in the order of DeepMind's Perceiver code: clip_by_global_norm,
scale_by_adam, add_decayed_weights with a mask, scale_by_trust_ratio. Schedules are
optax's everywhere. optax clips where torch.optim is compared, too: PyTorch adds 1e-6
to the norm that it divides by.
"""
import argparse
import json
import pathlib
import sys

import jax
import numpy as np
import optax
import torch

from contract.golden import formula

jax.config.update("jax_enable_x64", True)

PATH = pathlib.Path(__file__).parent / "golden.json"
STEPS = 10
SHAPES = {"latents": (3, 4), "layer.weight": (4, 5), "layer.bias": (5,),
          "norm.scale": (4,), "head.weight": (5, 2)}

_COSINE = ("warm_up_cosine(rate=0.02, warm_up=3, steps=12)",
           optax.warmup_cosine_decay_schedule(0, 0.02, 3, 12, 0))
_FLAT = ("flat_cosine(rate=0.02, flat=4, steps=10)",
         optax.join_schedules([optax.constant_schedule(0.02),
                               optax.cosine_decay_schedule(0.02, 6)], [4]))
_STEP = ("step(rate=0.05, at=3:6:8)",
         optax.piecewise_constant_schedule(0.05, {3: 0.1, 6: 0.1, 8: 0.1}))
_CONSTANT = ("constant(rate=0.01)", optax.constant_schedule(0.01))

# recipe, its options, the schedule, the largest norm or None
CASES = {
    "sgd": ("sgd", {}, _CONSTANT, None),
    "sgd_momentum": ("sgd", {"momentum": 0.9, "weight_decay": 0.1}, _STEP, 2.0),
    "adamw": ("adamw", {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8,
                        "weight_decay": 0.0}, _CONSTANT, None),
    "adamw_all": ("adamw", {"beta1": 0.8, "beta2": 0.99, "epsilon": 1e-6,
                            "weight_decay": 0.3}, _COSINE, 2.0),
    "lamb": ("lamb", {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-6,
                      "weight_decay": 0.0}, _CONSTANT, None),
    "lamb_all": ("lamb", {"beta1": 0.9, "beta2": 0.99, "epsilon": 1e-6,
                          "weight_decay": 0.3}, _FLAT, 2.0),
}


def parameters():
    # A head that is zero has a trust ratio of 1.
    return {name: np.zeros(shape) if name.startswith("head")
            else formula.uniform(name, shape).astype(np.float64)
            for name, shape in SHAPES.items()}


def gradients(step):
    scale = (0.25, 1.0, 0.5, 2.0)[step % 4]
    return {name: scale * formula.uniform(f"{name}.gradient{step}", shape).astype(np.float64)
            for name, shape in SHAPES.items()}


def clipped(step, most):
    found = jax.tree.map(jax.numpy.asarray, gradients(step))
    if most is None:
        return found
    clip = optax.clip_by_global_norm(most)
    return clip.update(found, clip.init(found))[0]


def of_torch(rule, options, rates, most):
    """Parameters after each step."""
    values = {name: torch.nn.Parameter(torch.from_numpy(value.copy()))
              for name, value in parameters().items()}
    decay = options.get("weight_decay", 0)
    groups = [{"params": [p for p in values.values() if p.ndim > 1], "weight_decay": decay},
              {"params": [p for p in values.values() if p.ndim < 2], "weight_decay": 0.0}]
    if rule == "sgd":
        optimiser = torch.optim.SGD(groups, lr=1.0, momentum=options.get("momentum", 0))
    else:
        optimiser = torch.optim.AdamW(groups, lr=1.0, eps=options["epsilon"],
                                      betas=(options["beta1"], options["beta2"]))
    for step, rate in enumerate(rates):
        for group in optimiser.param_groups:
            group["lr"] = rate
        for name, gradient in clipped(step, most).items():
            values[name].grad = torch.from_numpy(np.array(gradient))
        optimiser.step()
        yield {name: value.detach().numpy() for name, value in values.items()}


def of_optax(options, rates, most):
    values = jax.tree.map(jax.numpy.asarray, parameters())
    chain = optax.chain(
        optax.scale_by_adam(options["beta1"], options["beta2"], options["epsilon"]),
        optax.add_decayed_weights(options["weight_decay"],
                                  {name: len(shape) > 1 for name, shape in SHAPES.items()}),
        optax.scale_by_trust_ratio())
    state = chain.init(values)
    for step, rate in enumerate(rates):
        updates, state = chain.update(clipped(step, most), state, values)
        values = jax.tree.map(lambda p, u: p - rate * u, values, updates)
        yield values


def golden(rule, options, schedule, most):
    text, rate_at = schedule
    # Schedules count in 32 bits, and some answer in them.
    rates = [float(rate_at(jax.numpy.asarray(step, jax.numpy.float64)))
             for step in range(STEPS)]
    made = of_optax(options, rates, most) if rule == "lamb" else of_torch(
        rule, options, rates, most)
    written = ", ".join(f"{name}={value}" for name, value in options.items())
    norms = [float(np.sqrt(sum((g ** 2).sum() for g in gradients(step).values())))
             for step in range(STEPS)]
    return {
        "recipe": f"{rule}({written})", "schedule": text,
        "source": f"optax {optax.__version__}" if rule == "lamb"
                  else f"torch.optim {torch.__version__.split('+')[0]}",
        **({} if most is None else {"most": most}),
        "rates": rates, "norms": norms,
        "steps": [[float(value) for name in SHAPES
                   for value in np.asarray(after[name]).flatten()] for after in made]}


def _near(a, b):
    """Alike, but for what another machine's rounding does."""
    if isinstance(a, list):
        return len(a) == len(b) and all(map(_near, a, b))
    if isinstance(a, float):
        return abs(a - b) <= 1e-12 * max(1, abs(a))
    return a == b


def check(rows):
    known = json.loads(PATH.read_text(encoding="utf-8"))["cases"]
    wrong = [name for name in known.keys() | rows.keys()
             if name not in known or name not in rows
             or known[name].keys() != rows[name].keys()
             or not all(_near(rows[name][key], known[name][key]) for key in rows[name])]
    for name in sorted(wrong):
        print(f"{PATH.name}: {name} is not what its package answers", file=sys.stderr)
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    arguments = parser.parse_args()
    rows = {name: golden(*case) for name, case in CASES.items()}
    if arguments.check:
        return check(rows)
    shapes = json.dumps([[name, list(shape)] for name, shape in SHAPES.items()])
    lines = [f"{json.dumps(name)}:{json.dumps(row, separators=(',', ':'))}"
             for name, row in rows.items()]
    PATH.write_text(f'{{"shapes":{shapes},\n"cases":{{\n' + ",\n".join(lines) + "\n}}\n",
                    encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
