"""Tiny checkpoints as transformers saves them, with inputs and what it answers.

    python -m pip install -r pretrained/golden/requirements.txt
    python -m pretrained.golden.make_checkpoints     # in the folder of the WORKSPACE

Writes pretrained/golden/checkpoints/NAME/: config.json, model.safetensors or two shards,
in.npy, out.npy and perhaps mask.npy. Weights are made as in make_golden.py; those of all
but the first are rounded to float16, which halves the files.
"""
import pathlib
import shutil

import numpy as np
import torch
import transformers

from contract.golden import formula
from pretrained.golden.make_golden import model_of

FOLDER = pathlib.Path(__file__).parent / "checkpoints"
CASES = {
    "bare": {
        "class": "PerceiverModel", "shards": 3000, "input": [2, 9, 6],
        "config": {"num_latents": 5, "d_latents": 8, "d_model": 6, "num_blocks": 2,
                   "num_self_attends_per_block": 1, "num_self_attention_heads": 2,
                   "num_cross_attention_heads": 2}},
    "masked_lm": {
        "class": "PerceiverForMaskedLM", "input": [1, 7], "shown": 5,
        "config": {"num_latents": 4, "d_latents": 4, "d_model": 8, "qk_channels": 4,
                   "v_channels": 4, "num_self_attends_per_block": 0,
                   "num_self_attention_heads": 2, "num_cross_attention_heads": 2,
                   "vocab_size": 262, "max_position_embeddings": 7}},
    "image_conv": {
        "class": "PerceiverForImageClassificationConvProcessing", "input": [2, 3, 9, 7],
        "config": {"num_latents": 3, "d_latents": 4, "num_self_attends_per_block": 0,
                   "num_self_attention_heads": 2, "num_cross_attention_heads": 1,
                   "cross_attention_shape_for_attention": "q",
                   "id2label": {0: "tabby", 1: "otter", 2: "teapot"}}},
}


def round_weights(model):
    """To values that float16 holds; the model still computes in float32."""
    with torch.no_grad():
        for values in [*model.parameters(), *model.buffers()]:
            if values.is_floating_point():
                values.copy_(values.half().float())


def save(model, folder, case):
    if "shards" in case:
        model.save_pretrained(folder, max_shard_size=case["shards"])
        return
    half = {name: value.half() if value.is_floating_point() else value
            for name, value in model.state_dict().items()}
    model.save_pretrained(folder, state_dict=half)


def main():
    for name, case in CASES.items():
        folder = FOLDER / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        model = model_of(case)
        if "shards" not in case:
            round_weights(model)
        save(model, folder, case)
        text = len(case["input"]) == 2
        given = formula.tokens("text", case["input"], 262) if text \
            else formula.uniform("input", case["input"])
        np.save(folder / "in.npy", given)
        more = {}
        if "shown" in case:
            mask = (np.arange(case["input"][1]) < case["shown"]).astype(np.int64)[None]
            np.save(folder / "mask.npy", mask)
            more["attention_mask"] = torch.from_numpy(mask)
        with torch.no_grad():
            answer = model(torch.from_numpy(given), **more)
        out = answer.logits if answer.logits is not None else answer.last_hidden_state
        np.save(folder / "out.npy", out.numpy())
        print(name, transformers.__version__, given.shape, tuple(out.shape))


if __name__ == "__main__":
    main()
