"""ONNX Runtime, with the PyTorch model exported to standard operators alone."""
from experiments.peers.workers.onnx_session import PACKAGES, exported, start
from experiments.peers.workers.serve import Peer, serve

if __name__ == "__main__":
    serve(Peer(PACKAGES, start, exported))
