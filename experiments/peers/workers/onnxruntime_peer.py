"""ONNX Runtime, with the PyTorch model exported."""
from experiments.peers.workers import torch_peer
from experiments.peers.workers.serve import Model, Peer, serve

_threads = 1


def start(threads):
    global _threads
    _threads = threads
    torch_peer.start(threads)


def build(cell):
    import onnxruntime
    import torch
    from experiments.peers.workers.torch_model import torch_model
    model, inputs = torch_model(cell)
    file = cell.folder / "model.onnx"
    torch.onnx.export(model, (inputs,), file, dynamo=True, verbose=False,
                      input_names=["inputs"], output_names=["outputs"])
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.intra_op_num_threads = _threads
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    feed = {"inputs": inputs.numpy()}
    return Model(lambda: session.run(None, feed)[0])


if __name__ == "__main__":
    serve(Peer(("onnxruntime", "onnx", "onnxscript", "torch", "numpy"), start, build))
