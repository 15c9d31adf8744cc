"""Products of features in place of the exponential: performer-pytorch, whose
softmax_kernel is a port of the Performer authors' code.

Features of hidden rows are set to zero before they are summed; the package's own
SelfAttention hides values alone and leaves hidden keys in the denominator.
"""
import torch.nn.functional as F
from performer_pytorch.performer_pytorch import (
    causal_linear_attention_noncuda, linear_attention, softmax_kernel)

from baselines.golden.peers.peer import heads_of, merged, peer


def _summed(q, k, v, shown, case):
    if shown is not None:
        k = k * shown[:, None, :, None]
    if case.options.get("causal") == "true":
        # Its ε keeps sums from 0; we have none, and say 0 for 0/0.
        return merged(causal_linear_attention_noncuda(q, k, v, eps=0))
    return merged(linear_attention(q, k, v))


@peer("performer-pytorch", "linear_attention, causal_linear_attention_noncuda(eps=0)")
def elu_features(layer, queries_of, keys_of, shown, case):
    q, k, v = heads_of(layer, queries_of, keys_of, case)
    return _summed(F.elu(q) + 1, F.elu(k) + 1, v, shown, case)


@peer("performer-pytorch", "softmax_kernel(eps=0), linear_attention, "
      "causal_linear_attention_noncuda(eps=0)",
      parameters=lambda case: {"directions": (case.options["features"], case.D // case.H)})
def positive_features(layer, queries_of, keys_of, shown, case):
    # By default it adds ε = 1e-4 to every feature, which the paper has not.
    q, k, v = heads_of(layer, queries_of, keys_of, case)
    directions = layer.mixing.directions
    return _summed(softmax_kernel(q, projection_matrix=directions, is_query=True, eps=0),
                   softmax_kernel(k, projection_matrix=directions, is_query=False, eps=0),
                   v, shown, case)
