"""The Set Transformer's two reads.

Blocks that packages have are not comparable as a whole: torch_geometric's
InducedSetAttentionBlock has its norms after the residuals, a ReLU and an MLP of one
map, as the paper; isab-pytorch's ISAB no MLP. What is compared is the latter's
attention, in the order of ISAB, within our block.
"""
from isab_pytorch.isab_pytorch import Attention
from torch import nn

from baselines.golden.peers.peer import Joined, peer


@peer("isab-pytorch", "Attention, in the order of ISAB")
def isab(layer, queries_of, keys_of, shown, case):
    module = Attention(case.D, heads=case.H, dim_head=case.D // case.H)
    module.to_q, module.to_kv = layer.query, Joined(layer.key, layer.value)
    module.to_out = nn.Identity()
    return module(queries_of, keys_of, mask=shown)
