"""Hugging Face transformers: PerceiverModel where it is our model, alone or with a decoder, and for
transformers a BERT encoder, which has the same products but norms elsewhere."""
from experiments.peers.workers.cell import Skipped
from experiments.peers.workers.serve import Model, Peer, serve
from experiments.peers.workers.torch_peer import start


def build(cell):
    if cell.contestant == "perceiver":
        from experiments.peers.workers.huggingface_perceiver import perceiver
        return running(*perceiver(cell))
    if cell.contestant == "perceiver_io":
        from experiments.peers.workers.huggingface_perceiver_io import perceiver_io
        return running(*perceiver_io(cell))
    if cell.contestant == "transformer":
        return running(*bert(cell), contestant="bert",
                       speed_only="not the same model: BERT norms behind its layers")
    raise Skipped(f"Hugging Face has no {cell.contestant}")


def bert(cell):
    """(encoder layers of BERT with weights of its own, input)"""
    import torch
    from transformers import BertConfig
    from transformers.models.bert.modeling_bert import BertEncoder
    if cell.C != cell.D or cell.option("positions") != "none":
        raise Skipped("BERT's encoder has neither an input projection nor other positions")
    torch.manual_seed(1)
    config = BertConfig(hidden_size=cell.D, num_hidden_layers=cell.B, num_attention_heads=cell.H,
                        intermediate_size=int(cell.option("widening")) * cell.D,
                        hidden_act="gelu" if cell.option("gelu") == "erf" else "gelu_new",
                        attn_implementation="sdpa")
    encoder = BertEncoder(config).eval()
    return lambda inputs: encoder(inputs).last_hidden_state, torch.from_numpy(cell.input())


def running(model, inputs, **what):
    import torch

    def forward():
        with torch.inference_mode():
            return model(inputs)
    return Model(forward, **what)


if __name__ == "__main__":
    serve(Peer(("transformers", "torch", "numpy"), start, build))
