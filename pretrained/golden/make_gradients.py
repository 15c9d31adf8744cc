"""Gradients of Hugging Face's Perceivers by PyTorch's autograd, for gradient_parity_test.cc.

    python -m pip install -r pretrained/golden/requirements.txt
    python -m pretrained.golden.make_gradients     # in the folder of the WORKSPACE

Writes gradients.safetensors, in double: of each parameter of the models in CASES what
summary() keeps of d(sum of cotangent times output)/d(parameter), in evaluation mode.
Weights, inputs and cotangents are made from their names: see contract/golden/formula.py.
And checkpoints/NAME/cotangent.npy and gradients.safetensors, whole and in float32, of two
checkpoints of make_checkpoints.py.
"""
import json
import pathlib

import numpy as np
import torch
import transformers
from safetensors.numpy import save_file

from contract.golden import formula
from pretrained.golden.make_golden import inputs_of, model_of

FOLDER = pathlib.Path(__file__).parent
# Every class, and what changes the path of a gradient; the names are those of cases.py.
CASES = ["bare_widths", "bare_four_blocks", "bare_no_residual", "bare_tanh", "bare_masked",
         "bare_blind", "bare_widening", "masked_lm", "masked_lm_masked", "masked_lm_defaults",
         "sequence_classification_masked", "image_learned", "image_learned_keys",
         "image_fourier", "image_conv", "image_conv_odd", "optical_flow_batch", "multimodal",
         "multimodal_points"]
CHECKPOINTS = ["bare", "masked_lm"]
PROJECTIONS, SAMPLES = 3, 8


def summary(name, gradient):
    """[12]: the largest magnitude, products with fixed directions, and some values."""
    values = gradient.astype(np.float64).reshape(-1)
    directions = [formula.uniform(f"{name}/direction{i}", [values.size]).astype(np.float64)
                  for i in range(PROJECTIONS)]
    samples = [values[(i * values.size + values.size // 2) // SAMPLES]
               for i in range(SAMPLES)]
    return np.array([abs(values).max(), *[values @ d for d in directions], *samples])


def cotangent_of(name, output, shown):
    """Where all inputs of an example are hidden, Hugging Face's answer is a mean because a
    sum was rounded, and autograd knows nothing of it: there is no gradient to compare."""
    values = formula.uniform("cotangent of " + name, list(output.shape)).astype(np.float64)
    if shown is not None:
        values[np.asarray(shown).sum(axis=1) == 0] = 0
    return torch.from_numpy(values).to(output.dtype)


def gradients(model, loss):
    loss.backward()
    return {name: (torch.zeros_like(p) if p.grad is None else p.grad).numpy()
            for name, p in model.named_parameters()}


def make_positions_in_double():
    """Hugging Face asks for positions of grids in single, whatever the model is in."""
    linspace = torch.linspace
    torch.linspace = lambda *given, **named: linspace(*given, **{**named, "dtype": torch.float64})


def of_case(case):
    model = model_of(case).double()
    arrays = {name: a if name == "text" else a.double() for name, a in inputs_of(case).items()}
    inputs = arrays if len(arrays) > 1 else next(iter(arrays.values()))
    more = {}
    if "mask" in case:
        more["attention_mask"] = torch.tensor(case["mask"])
    if "points" in case:
        more["subsampled_output_points"] = {
            name: torch.tensor(points) for name, points in case["points"].items()} | {"label": None}
    result = model(inputs, **more)
    if case["class"] == "PerceiverModel":
        outputs = {"latents": result.last_hidden_state}
    else:
        outputs = result.logits if isinstance(result.logits, dict) else {"logits": result.logits}
    loss = sum((cotangent_of(name, output, case.get("mask")) * output).sum()
               for name, output in outputs.items())
    return gradients(model, loss)


def of_checkpoint(folder):
    """In double; written in single."""
    config = json.loads((folder / "config.json").read_text())
    model = getattr(transformers, config["architectures"][0]).from_pretrained(
        folder, dtype=torch.float64).eval()
    given = torch.from_numpy(np.load(folder / "in.npy"))
    more = {}
    if (folder / "mask.npy").exists():
        more["attention_mask"] = torch.from_numpy(np.load(folder / "mask.npy"))
    answer = model(given if given.dtype == torch.int64 else given.double(), **more)
    out = answer.logits if answer.logits is not None else answer.last_hidden_state
    cotangent = cotangent_of("out", out, None)
    np.save(folder / "cotangent.npy", cotangent.numpy().astype(np.float32))
    return gradients(model, (cotangent * out).sum())


def main():
    cases = json.loads((FOLDER / "cases.json").read_text())["cases"]
    torch.set_default_dtype(torch.float64)
    make_positions_in_double()
    kept = {}
    for name in CASES:
        for tensor, gradient in of_case(cases[name]).items():
            kept[f"{name}/{tensor}"] = summary(tensor, gradient)
    save_file(kept, FOLDER / "gradients.safetensors")
    for name in CHECKPOINTS:
        folder = FOLDER / "checkpoints" / name
        found = of_checkpoint(folder)
        save_file({tensor: values.astype(np.float32) for tensor, values in found.items()},
                  folder / "gradients.safetensors")
    print(torch.__version__, transformers.__version__, len(kept))


if __name__ == "__main__":
    main()
