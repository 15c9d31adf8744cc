"""BigBird as its authors' code was ported into transformers.

Its first and last blocks are global. Ours has global blocks at the front only, so
the last block that it sees is padding, which nobody reads and whose rows are not
compared; and it is handed our random blocks for its own draws.
"""
import numpy as np
import torch.nn.functional as F
import transformers
from transformers.models.big_bird.modeling_big_bird import (
    BigBirdBlockSparseAttention, BigBirdModel)

from baselines.golden.peers.block_graph import random_blocks
from baselines.golden.peers.peer import peer


@peer("transformers", "BigBirdBlockSparseAttention", hidden_rows=False)
def bigbird(layer, queries_of, _, shown, case):
    o = case.options
    assert o["globals"] == o["neighbours"] == 1
    size, r = o["block"], o["random"]
    rows = -(-case.N // size) * size + size
    config = transformers.BigBirdConfig(
        hidden_size=case.D, num_attention_heads=case.H, num_random_blocks=r,
        block_size=size, attention_probs_dropout_prob=0.0)
    module = BigBirdBlockSparseAttention(config)
    module.query, module.key, module.value = layer.query, layer.key, layer.value
    # Of every block but the first and the last.
    drawn = np.array([[random_blocks(case, b) for b in range(1, rows // size - 1)]] * case.H)
    assert drawn.shape == (case.H, rows // size - 2, r)
    module._bigbird_block_rand_mask_with_head = lambda **_: drawn
    mask = queries_of.new_ones(case.batch, case.N) if shown is None else shown.to(queries_of)
    blocked, band, of_rows, of_keys = BigBirdModel.create_masks_for_block_sparse_attn(
        F.pad(mask, (0, rows - case.N)), size)
    return module(F.pad(queries_of, (0, 0, 0, rows - case.N)), band_mask=band,
                  from_mask=of_rows, to_mask=of_keys, from_blocked_mask=blocked,
                  to_blocked_mask=blocked)[0][:, :case.N]
