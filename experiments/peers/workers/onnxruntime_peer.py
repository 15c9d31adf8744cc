"""ONNX Runtime at its best: the PyTorch model exported with the runtime's own attention."""
from experiments.peers.workers.onnx_session import PACKAGES, exported, start
from experiments.peers.workers.serve import Peer, serve


def fused_attention(queries, keys, values, heads):
    """[batch, M, ·], [batch, N, ·], [batch, N, D] -> [batch, M, D], in tiles."""
    import torch
    return torch.onnx.ops.symbolic(
        "com.microsoft::MultiHeadAttention", (queries, keys, values), {"num_heads": heads},
        dtype=queries.dtype, shape=(*queries.shape[:2], values.shape[2]), version=1)


if __name__ == "__main__":
    serve(Peer(PACKAGES, start, lambda cell: exported(cell, mix=fused_attention)))
