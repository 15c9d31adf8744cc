"""Sliding windows: Longformer, with global rows, and local-attention, also causal."""
import torch
import torch.nn.functional as F
import transformers
from local_attention import LocalAttention
from transformers.models.longformer.modeling_longformer import LongformerSelfAttention

from baselines.golden.peers.peer import heads_of, merged, peer


# Its softmax is in single precision whatever its inputs are.
@peer("transformers", "LongformerSelfAttention", hidden_rows=False, tolerance=1e-6)
def longformer(layer, queries_of, _, shown, case):
    # Of its two sets of projections, both are ours. Rows up to a multiple of its
    # window are padding, as LongformerModel has it.
    window = 2 * case.options["window"]
    module = LongformerSelfAttention(transformers.LongformerConfig(
        hidden_size=case.D, num_attention_heads=case.H, attention_window=[window],
        attention_probs_dropout_prob=0.0), layer_id=0)
    for name in ("query", "key", "value"):
        setattr(module, name, getattr(layer, name))
        setattr(module, name + "_global", getattr(layer, name))
    first = case.options.get("globals", 0)
    says = torch.zeros(case.batch, case.N)
    says[:, :first] = 10000
    if shown is not None:
        says[~shown] = -10000
    padding = -case.N % window
    says = F.pad(says, (0, padding), value=-10000)
    return module(F.pad(queries_of, (0, 0, 0, padding)), attention_mask=says,
                  is_index_masked=says < 0, is_index_global_attn=says > 0,
                  is_global_attn=first > 0)[0][:, :case.N]


@peer("local-attention", "LocalAttention(exact_windowsize=True)", hidden_rows=False)
def local_attention(layer, queries_of, keys_of, shown, case):
    causal = case.options.get("causal") == "true"
    module = LocalAttention(window_size=case.options["window"], causal=causal, autopad=True,
                            exact_windowsize=True, use_rotary_pos_emb=False)
    # Without a mask it would read the padding that it adds.
    if shown is None:
        shown = torch.ones(case.batch, case.N, dtype=torch.bool)
    return merged(module(*heads_of(layer, queries_of, keys_of, case), mask=shown))
