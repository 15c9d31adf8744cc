"""torch's own softmax attention: exact forms, and patterns that no package has.

A pattern becomes a mask [N, N] by loops over the papers' definitions. Here the
package computes attention, and the loops say who reads whom.
"""
import torch
import torch.nn.functional as F

from baselines.golden.peers.block_graph import random_blocks
from baselines.golden.peers.peer import heads_of, merged, peer


def _attention(layer, queries_of, keys_of, shown, case, reads=None):
    q, k, v = heads_of(layer, queries_of, keys_of, case)
    if shown is not None:
        shown = shown[:, None, None, :]
        reads = shown if reads is None else reads & shown
    return merged(F.scaled_dot_product_attention(
        q, k, v, attn_mask=reads, enable_gqa=q.shape[1] != k.shape[1]))


@peer("torch", "nn.functional.scaled_dot_product_attention")
def scaled_dot_product(layer, queries_of, keys_of, shown, case):
    return _attention(layer, queries_of, keys_of, shown, case)


def _window_reads(case, i, j):
    """Beltagy et al. 2020, §3.1"""
    window, first = case.options["window"], case.options.get("globals", 0)
    if case.options.get("causal") == "true" and j > i:
        return False
    return abs(i - j) <= window or i < first or j < first


@peer("torch", "nn.functional.scaled_dot_product_attention with an explicit mask")
def window_mask(layer, queries_of, keys_of, shown, case):
    reads = torch.tensor([[_window_reads(case, i, j) for j in range(case.N)]
                          for i in range(case.N)])
    return _attention(layer, queries_of, keys_of, shown, case, reads)


@peer("torch", "nn.functional.scaled_dot_product_attention with an explicit mask")
def block_mask(layer, queries_of, keys_of, shown, case):
    """Zaheer et al. 2020, §2 and App. D, the random blocks as ours draws them."""
    o = case.options
    size = o["block"]
    reads = torch.zeros(case.N, case.N, dtype=torch.bool)
    for i in range(case.N):
        at = i // size
        drawn = random_blocks(case, at)
        for j in range(case.N):
            to = j // size
            reads[i, j] = (abs(at - to) <= o["neighbours"] or at < o["globals"]
                           or to < o["globals"] or to in drawn)
    return _attention(layer, queries_of, keys_of, shown, case, reads)
