"""PyTorch, eager."""
from experiments.peers.workers.serve import Peer, serve


def start(threads):
    import torch
    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)


def build(cell):
    from experiments.peers.workers.torch_model import torch_model
    from experiments.peers.workers.torch_training import running
    model, inputs = torch_model(cell)
    return running(model, model, inputs, cell)


if __name__ == "__main__":
    serve(Peer(("torch", "numpy"), start, build, trains=True))
