"""A cell in ONNX Runtime: the PyTorch model, exported, with all graph optimisations."""
from experiments.peers.workers import torch_peer
from experiments.peers.workers.serve import Model

PACKAGES = ("onnxruntime", "onnx", "onnxscript", "torch", "numpy")
_threads = 1


def start(threads):
    global _threads
    _threads = threads
    torch_peer.start(threads)


def exported(cell, **how):
    """`how` goes to torch_model()."""
    import onnxruntime
    import torch
    from experiments.peers.workers.torch_model import torch_model
    model, inputs = torch_model(cell, **how)
    file = cell.folder / "model.onnx"
    # 23 is the first set of operators that has an Attention.
    torch.onnx.export(model, (inputs,), file, dynamo=True, opset_version=23, verbose=False,
                      input_names=["inputs"])
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.intra_op_num_threads = _threads
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    feed = {"inputs": inputs.numpy()}
    return Model(lambda: session.run(None, feed)[0])
