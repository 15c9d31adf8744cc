"""Writes the checkpoints beside it with the packages that others use:

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python make.py
"""
import json
import pathlib

import ml_dtypes
import numpy
from safetensors.numpy import save_file

FOLDER = pathlib.Path(__file__).resolve().parent

# Zeros, the least and the greatest subnormal and normal, and what has no value.
F16 = [0x0000, 0x8000, 0x0001, 0x03ff, 0x83ff, 0x0400, 0x3c00, 0xc000, 0x3555,
       0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7e00, 0x7e2a]
BF16 = [0x0000, 0x8000, 0x0001, 0x007f, 0x807f, 0x0080, 0x3f80, 0xc000, 0x3eab,
        0x7f7f, 0xff7f, 0x7f80, 0xff80, 0x7fc0, 0x7fc5]


def floats():
    f16 = numpy.array(F16, numpy.uint16).view(numpy.float16)
    bf16 = numpy.array(BF16, numpy.uint16).view(ml_dtypes.bfloat16)
    return {
        "f16": f16, "f16_as_f32": f16.astype(numpy.float32),
        "bf16": bf16, "bf16_as_f32": bf16.astype(numpy.float32),
        "f32": numpy.arange(6, dtype=numpy.float32).reshape(2, 3) / 3,
        "f64": numpy.arange(6, dtype=numpy.float64).reshape(2, 3) / 3,
        "scalar": numpy.array(2.5, numpy.float32),
        "empty": numpy.zeros((0, 4), numpy.float32),
        "position_ids": numpy.arange(3, dtype=numpy.int64)[None],
    }


def sharded(folder):
    """As Hugging Face names and indexes the shards of a model."""
    folder.mkdir(exist_ok=True)
    shards = [
        {"embed.weight": numpy.arange(8, dtype=numpy.float32).reshape(4, 2)},
        {"linear.bias": numpy.array([-1, 1], numpy.float16),
         "linear.weight": numpy.arange(6, dtype=numpy.float32).reshape(2, 3)},
    ]
    weight_map = {}
    for i, shard in enumerate(shards, 1):
        name = f"model-{i:05}-of-{len(shards):05}.safetensors"
        save_file(shard, folder / name, metadata={"format": "pt"})
        weight_map |= {tensor: name for tensor in shard}
    total = sum(array.nbytes for shard in shards for array in shard.values())
    (folder / "model.safetensors.index.json").write_text(json.dumps(
        {"metadata": {"total_size": total}, "weight_map": weight_map},
        indent=2, sort_keys=True) + "\n")
    (folder / "config.json").write_text(json.dumps(
        {"architectures": ["Tiny"], "d_model": 2, "layer_norm_eps": 1e-05},
        indent=2) + "\n")


save_file(floats(), FOLDER / "floats.safetensors", metadata={"format": "pt"})
sharded(FOLDER / "sharded")
