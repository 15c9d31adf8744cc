"""Hugging Face's PerceiverModel with our weights."""
import re

import torch
from transformers import PerceiverConfig, PerceiverModel

from experiments.peers.workers.cell import Skipped
from experiments.peers.workers.steps import reading_blocks

# Where modeling_perceiver.py keeps a part of a layer.
_PARTS = {"norm": "attention.self.layernorm1", "input_norm": "attention.self.layernorm2",
          "query": "attention.self.query", "key": "attention.self.key",
          "value": "attention.self.value", "output": "attention.output.dense",
          "mlp_norm": "layernorm", "mlp_in": "mlp.dense1", "mlp_out": "mlp.dense2"}
_KINDS = {"scale": "weight", "offset": "bias"}


def perceiver(cell):
    """(function of the input, input); raises Skipped where it isn't our model."""
    require_same_model(cell)
    model = PerceiverModel(config(cell)).eval()
    model.load_state_dict({theirs(name): their_layout(name, array)
                           for name, array in cell.parameters().items()}, strict=True)
    return (lambda inputs: model(inputs).last_hidden_state), torch.from_numpy(cell.input())


def require_same_model(cell):
    reads = reading_blocks(cell.option("cross_attends"), cell.B)
    values = int(cell.option("v_channels")) or int(cell.option("qk_channels")) or cell.D
    cross_heads = int(cell.option("cross_heads")) or cell.H
    for holds, why in (
            (reads == {0}, "it reads the input in its first block alone"),
            (cell.option("sharing") != "none" or cell.B == 1, "its blocks share their weights"),
            (values == cell.D, "its values are as wide as its latents"),
            (cell.D % cross_heads == 0, "its heads divide its latents' width"),
            (cell.option("positions") == "none", "it has no positions of its own")):
        if not holds:
            raise Skipped("not Hugging Face's Perceiver: " + why)


def config(cell):
    return PerceiverConfig(
        num_latents=cell.M, d_latents=cell.D, d_model=cell.C, num_blocks=cell.B,
        num_self_attends_per_block=cell.L, num_self_attention_heads=cell.H,
        num_cross_attention_heads=int(cell.option("cross_heads")) or cell.H,
        qk_channels=int(cell.option("qk_channels")) or None,
        v_channels=int(cell.option("v_channels")) or None,
        cross_attention_shape_for_attention="kv",
        self_attention_widening_factor=int(cell.option("widening")),
        cross_attention_widening_factor=int(cell.option("widening")),
        use_query_residual=cell.option("query_residual") == "true",
        hidden_act="gelu" if cell.option("gelu") == "erf" else "gelu_new",
        attention_probs_dropout_prob=0.0)


def theirs(name):
    """Our "block0.layer2.mlp_in.weight" -> "encoder.self_attends.2.mlp.dense1.weight"."""
    if name == "latents":
        return "embeddings.latents"
    layer, part, kind = re.fullmatch(r"(cross0|block0\.layer\d+)\.(\w+)\.(\w+)", name).groups()
    place = "cross_attention" if layer == "cross0" \
        else "self_attends." + layer.removeprefix("block0.layer")
    return f"encoder.{place}.{layer_part(part, kind)}"


def layer_part(part, kind):
    """"mlp_in", "weight" of a layer -> "mlp.dense1.weight"."""
    return f"{_PARTS[part]}.{_KINDS.get(kind, kind)}"


def their_layout(name, array):
    """A linear weight is [out, in] there."""
    values = torch.from_numpy(array)
    return values.T.contiguous() if name.endswith(".weight") else values
