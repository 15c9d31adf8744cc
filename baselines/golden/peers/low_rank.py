"""Fewer keys and values: Linformer and the two published Nyströmformers."""
import transformers
from linformer import LinformerSelfAttention
from nystrom_attention import NystromAttention
from torch import nn
from transformers.models.nystromformer.modeling_nystromformer import (
    NystromformerSelfAttention)

from baselines.golden.peers.peer import Joined, peer


class _Shown(nn.Module):
    """A map whose rows are zero where inputs are hidden."""

    def __init__(self, inner, shown):
        super().__init__()
        self.inner, self.shown = inner, shown

    def forward(self, x):
        y = self.inner(x)
        return y if self.shown is None else y * self.shown[..., None]


def _projections(case):
    shape = (case.options["rank"], case.N)
    one = case.options.get("share") == "key_value"
    return {"keys": shape} if one else {"keys": shape, "values": shape}


@peer("linformer", "LinformerSelfAttention", parameters=_projections)
def linformer(layer, queries_of, _, shown, case):
    # Its share_kv makes values of keys too, where the paper shares E alone: so it
    # is given E twice. It knows no masks: hidden rows become zeros before E.
    module = LinformerSelfAttention(case.D, case.N, k=case.options["rank"], heads=case.H)
    module.to_q, module.to_out = layer.query, nn.Identity()
    module.to_k = _Shown(layer.key, shown)
    module.to_v = _Shown(layer.value, shown)
    own = layer.mixing
    module.proj_k = nn.Parameter(own.keys.T)
    module.proj_v = nn.Parameter(getattr(own, "values", own.keys).T)
    return module(queries_of)


def _kernels(case):
    width = case.options.get("convolution", 0)
    return {"kernels": (case.H, width)} if width else {}


@peer("transformers", "NystromformerSelfAttention", parameters=_kernels)
def nystromformer(layer, queries_of, _, shown, case):
    # It hides keys from the landmarks alone, not from means and convolution: no
    # masks here. Its default start of the pseudo-inverse is one scale for all
    # heads and examples; "exact", each one's own, is what the paper writes.
    assert shown is None and case.options.get("iterations", 6) == 6
    width = case.options.get("convolution", 0)
    module = NystromformerSelfAttention(transformers.NystromformerConfig(
        hidden_size=case.D, num_attention_heads=case.H,
        num_landmarks=case.options["landmarks"], segment_means_seq_len=case.N,
        conv_kernel_size=width or 1, attention_probs_dropout_prob=0.0))
    module.conv_kernel_size = width or None  # its config takes no None
    module.init_option = "exact"
    module.query, module.key, module.value = layer.query, layer.key, layer.value
    if width:
        module.conv.weight = nn.Parameter(layer.mixing.kernels[:, None, :, None])
    return module(queries_of)[0]


@peer("nystrom-attention", "NystromAttention(eps=0)", parameters=_kernels, hidden_rows=False)
def nystrom_attention(layer, queries_of, _, shown, case):
    # It begins all pseudo-inverses with one scale: alike for one head of one
    # example, or once many iterations have forgotten it.
    o = case.options
    width = o.get("convolution", 0)
    module = NystromAttention(case.D, dim_head=case.D // case.H, heads=case.H,
                              num_landmarks=o["landmarks"], eps=0, residual=width > 0,
                              pinv_iterations=o.get("iterations", 6),
                              residual_conv_kernel=width or 1)
    module.to_qkv = Joined(layer.query, layer.key, layer.value)
    module.to_out = nn.Identity()
    if width:
        module.res_conv.weight = nn.Parameter(layer.mixing.kernels[:, None, :, None])
    return module(queries_of, mask=shown)
