"""Writes the checkpoints beside it with the packages that others use:

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python make.py
"""
import json
import pathlib

import numpy
from safetensors.numpy import save_file

FOLDER = pathlib.Path(__file__).resolve().parent

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


sharded(FOLDER / "sharded")
