"""What Hugging Face's Perceivers answer, for pretrained/golden/parity_test.cc.

    python -m pip install -r pretrained/golden/requirements.txt
    python -m pretrained.golden.make_golden     # in the folder of the WORKSPACE

Writes cases.json (configurations and inputs) and expected.safetensors (answers).
Weights and inputs are made from their names: see contract/golden/formula.py.
"""
import json
import pathlib

import torch
import transformers
from safetensors.numpy import save_file

from contract.golden import formula
from pretrained.golden.cases import CASES

FOLDER = pathlib.Path(__file__).parent
# Statistics of a batch norm that never trained, and indices: not weights.
NOT_WEIGHTS = ("num_batches_tracked",)


def model_of(case):
    config = transformers.PerceiverConfig(
        **case["config"], attention_probs_dropout_prob=0.0)
    model = getattr(transformers, case["class"])(config).eval()
    state = {name: torch.from_numpy(formula.weight(name, tuple(value.shape)))
             for name, value in model.state_dict().items()
             if not name.endswith(NOT_WEIGHTS)}
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected and all(m.endswith(NOT_WEIGHTS) for m in missing), (missing, unexpected)
    return model


def inputs_of(case):
    """The arrays of a case, by the names of its modalities."""
    arrays = {}
    for name, shape in case["inputs"].items():
        made = formula.tokens(name, shape, case["config"]["vocab_size"]) if name == "text" \
            else formula.uniform(name, shape)
        arrays[name] = torch.from_numpy(made)
    return arrays


def answers(case):
    arrays = inputs_of(case)
    inputs = arrays if len(arrays) > 1 else next(iter(arrays.values()))
    more = {}
    if "mask" in case:
        more["attention_mask"] = torch.tensor(case["mask"])
    if "points" in case:
        more["subsampled_output_points"] = {
            name: torch.tensor(points) for name, points in case["points"].items()} | {"label": None}
    with torch.no_grad():
        result = model_of(case)(inputs, **more)
    if case["class"] == "PerceiverModel":
        return {"latents": result.last_hidden_state}
    return result.logits if isinstance(result.logits, dict) else {"logits": result.logits}


def main():
    expected = {}
    for name, case in CASES.items():
        for output, values in answers(case).items():
            expected[f"{name}/{output}"] = values.contiguous().numpy()
    save_file(expected, FOLDER / "expected.safetensors")
    text = json.dumps({"made_with": {"torch": torch.__version__,
                                     "transformers": transformers.__version__},
                       "cases": CASES}, indent=1)
    (FOLDER / "cases.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
