"""Hugging Face's PerceiverModel with a decoder that queries, and our weights."""
import re

import torch
from torch import nn
from transformers import PerceiverConfig, PerceiverModel
from transformers.models.perceiver.modeling_perceiver import PerceiverBasicDecoder

from experiments.peers.workers.cell import Skipped
from experiments.peers.workers.huggingface_perceiver import layer_part, their_layout


def perceiver_io(cell):
    """(function of the input, input); raises Skipped where it isn't our model."""
    require_same_model(cell)
    model = PerceiverModel(config(cell), decoder=decoder(cell)).eval()
    rows = Rows(cell.parameters())
    model.load_state_dict({theirs(name): their_layout(name, array)
                           for name, array in cell.parameters().items()
                           if not name.startswith("array.")}, strict=True)
    return (lambda inputs: model(rows(inputs)).logits), torch.from_numpy(cell.input())


def require_same_model(cell):
    values = int(cell.option("v_channels")) or int(cell.option("qk_channels")) or cell.D
    for holds, why in (
            (values == cell.D, "its values are as wide as its latents"),
            (cell.D % cross_heads(cell) == 0, "its heads divide its latents' width"),
            (cell.option("positions") != "fourier", "its Fourier features are of pictures")):
        if not holds:
            raise Skipped("not Hugging Face's Perceiver: " + why)


def cross_heads(cell):
    return int(cell.option("cross_heads")) or cell.H


def width_read(cell):
    values = int(cell.option("input_map")) or cell.C
    return 2 * values if cell.option("positions") == "beside" else values


def config(cell):
    return PerceiverConfig(
        num_latents=cell.M, d_latents=cell.D, d_model=width_read(cell), num_blocks=cell.B,
        num_self_attends_per_block=cell.L, num_self_attention_heads=cell.H,
        num_cross_attention_heads=cross_heads(cell),
        qk_channels=int(cell.option("qk_channels")) or None,
        v_channels=int(cell.option("v_channels")) or None,
        self_attention_widening_factor=int(cell.option("widening")),
        cross_attention_widening_factor=int(cell.option("widening")),
        hidden_act="gelu" if cell.option("gelu") == "erf" else "gelu_new",
        attention_probs_dropout_prob=0.0)


def decoder(cell):
    queries = int(cell.option("query_channels")) or cell.D
    outputs = int(cell.option("outputs"))
    return PerceiverBasicDecoder(
        config(cell), output_num_channels=outputs or queries, output_index_dims=cell.O,
        num_channels=queries, qk_channels=int(cell.option("decoder_qk_channels")) or None,
        v_channels=int(cell.option("decoder_v_channels")) or None,
        num_heads=int(cell.option("decoder_heads")) or cell.H,
        use_query_residual=cell.option("decoder_residual") == "true",
        final_project=outputs > 0,
        trainable_position_encoding_kwargs={"num_channels": queries, "index_dims": cell.O})


class Rows(nn.Module):
    """The inputs mapped and told where they stand."""

    def __init__(self, parameters):
        super().__init__()
        self.arrays = {name: torch.from_numpy(array) for name, array in parameters.items()
                       if name.startswith("array.")}

    def linear(self, name, inputs):
        return inputs @ self.arrays[name + ".weight"] + self.arrays[name + ".bias"]

    def forward(self, inputs):
        rows = self.linear("array.map", inputs) if "array.map.weight" in self.arrays else inputs
        positions = self.arrays.get("array.positions")
        if positions is None:
            return rows
        if "array.positions_map.weight" not in self.arrays:
            return rows + positions
        mapped = self.linear("array.positions_map", positions)
        return torch.cat([rows, mapped.expand(len(rows), -1, -1)], dim=-1)


def theirs(name):
    """Our "decoder.cross.mlp_in.weight" -> "decoder.decoding_cross_attention.mlp.dense1.weight"."""
    whole = {"encoder.latents": "embeddings.latents",
             "decoder.output.queries": "decoder.output_position_encodings.position_embeddings",
             "decoder.output.weight": "decoder.final_layer.weight",
             "decoder.output.bias": "decoder.final_layer.bias"}
    if name in whole:
        return whole[name]
    place, part, kind = re.fullmatch(
        r"(encoder\.cross0|encoder\.block0\.layer\d+|decoder\.cross)\.(\w+)\.(\w+)", name).groups()
    where = {"encoder.cross0": "encoder.cross_attention",
             "decoder.cross": "decoder.decoding_cross_attention"}.get(place) \
        or "encoder.self_attends." + place.removeprefix("encoder.block0.layer")
    return f"{where}.{layer_part(part, kind)}"
