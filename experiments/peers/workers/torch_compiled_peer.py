"""PyTorch through torch.compile."""
from experiments.peers.workers.serve import Peer, serve
from experiments.peers.workers.torch_peer import start


def build(cell):
    import torch
    from experiments.peers.workers.torch_model import torch_model
    from experiments.peers.workers.torch_training import running
    torch._dynamo.reset()  # what was compiled for the cell before
    torch._inductor.config.compile_threads = 1  # no pool that outlives the build
    model, inputs = torch_model(cell)
    return running(model, torch.compile(model, dynamic=False), inputs, cell)


if __name__ == "__main__":
    serve(Peer(("torch", "numpy"), start, build, trains=True))
