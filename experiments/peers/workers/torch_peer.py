"""PyTorch, eager."""
from experiments.peers.workers.serve import Model, Peer, serve


def start(threads):
    import torch
    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)


def build(cell):
    import torch
    from experiments.peers.workers.torch_model import torch_model
    model, inputs = torch_model(cell)

    def forward():
        with torch.inference_mode():
            return model(inputs)
    return Model(forward)


if __name__ == "__main__":
    serve(Peer(("torch", "numpy"), start, build))
