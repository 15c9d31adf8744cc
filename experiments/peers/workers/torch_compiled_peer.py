"""PyTorch through torch.compile."""
from experiments.peers.workers.serve import Model, Peer, serve
from experiments.peers.workers.torch_peer import start


def build(cell):
    import torch
    from experiments.peers.workers.torch_model import torch_model
    torch._dynamo.reset()  # what was compiled for the cell before
    torch._inductor.config.compile_threads = 1  # no pool that outlives the build
    model, inputs = torch_model(cell)
    compiled = torch.compile(model, dynamic=False)

    def forward():
        with torch.inference_mode():
            return compiled(inputs)
    return Model(forward)


if __name__ == "__main__":
    serve(Peer(("torch", "numpy"), start, build))
