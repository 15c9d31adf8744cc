"""Our models as a list of steps, in the order in which they run.

Every peer that rebuilds a model reads this, so that the rules of sharing stand
once on the peers' side; perceiver/config.cc has them on ours.
"""
import dataclasses

from experiments.peers.workers.cell import Skipped


@dataclasses.dataclass(frozen=True)
class Step:
    name: str           # of its parameters: "cross1", "block0.layer2"; shared if equal
    heads: int
    reads_input: bool   # cross-attention, or self-attention of the stream
    bare: bool = False  # attention alone: no norm, MLP, output projection, residual
    residual: bool = True
    tanh: bool = False  # which GELU


def steps(cell):
    make = _MAKERS.get(cell.contestant)
    if make is None:
        raise Skipped(f"no peer knows {cell.contestant}; known are {', '.join(sorted(_MAKERS))}")
    return make(cell)


def reading_blocks(text, blocks):
    """Numbers of the blocks that cross-attend: "every", "first", or as in "0+2"."""
    if text == "every":
        return set(range(blocks))
    return {0} if text == "first" else {int(block) for block in text.split("+")}


def _perceiver(cell):
    sharing, tanh = cell.option("sharing"), cell.option("gelu") == "tanh"
    reads = reading_blocks(cell.option("cross_attends"), cell.B)
    cross_heads = int(cell.option("cross_heads")) or cell.H
    made, read_before = [], 0
    for block in range(cell.B):
        if block in reads:
            cross = {"none": read_before, "all": 0, "all_but_first": min(read_before, 1)}[sharing]
            made.append(Step(f"cross{cross}", cross_heads, reads_input=True, tanh=tanh,
                             residual=cell.option("query_residual") == "true"))
            read_before += 1
        weights = block if sharing == "none" else 0
        made += [Step(f"block{weights}.layer{layer}", cell.H, reads_input=False, tanh=tanh)
                 for layer in range(cell.L)]
    return made


def _transformer(cell):
    tanh = cell.option("gelu") == "tanh"
    return [Step(f"layer{layer}", cell.H, reads_input=False, tanh=tanh)
            for layer in range(cell.B)]


def _bare_perceiver(cell):
    made = []
    for block in range(cell.B):
        made.append(Step(f"cross{block}", cell.H, reads_input=True, bare=True))
        made += [Step(f"self{block * cell.L + layer}", cell.H, reads_input=False, bare=True)
                 for layer in range(cell.L)]
    return made


def _bare_transformer(cell):
    return [Step(f"layer{layer}", cell.H, reads_input=False, bare=True)
            for layer in range(cell.B)]


_MAKERS = {"perceiver": _perceiver, "transformer": _transformer,
           "bare_perceiver": _bare_perceiver, "bare_transformer": _bare_transformer,
           "attention": lambda cell: []}
